package app_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/domain/dispute"
	"arrears/domain/fault"
	"arrears/port"
)

// windows are a customer's own: each reason's counts from another day, in calendar or business days.
const windows = `reasons:
  tax: {deadlines: {contest_window: {days: 30, warn_days: 7, from: taken_on}}}
  pricing: {deadlines: {contest_window: {days: 20, business: true, warn_days: 2, from: invoice_date}}}
  freight: {deadlines: {contest_window: {days: 10, from: opened}}}
`

// opened opens a deduction of 200.00 on a new invoice, taken on a day.
func (c *court) opened(taken calendar.Date, reason string) dispute.Dispute {
	c.t.Helper()
	c.invoices++
	owed := c.owed("W-"+uuid.NewString(), 1_000_000)
	d, err := c.app.OpenDispute(c.t.Context(), c.collector, app.NewDispute{
		Kind: dispute.Deduction, CustomerID: c.customer.ID, Currency: "EUR", CustomerReason: reason, TakenOn: taken,
		Parts: []app.NewDisputePart{{ItemID: c.id(owed.Items[0].ID), AmountMinor: 20_000}}, ClaimReference: "claim " + owed.Number,
	})
	require.NoError(c.t, err)
	return d
}

// The customer's window counts from the day that its rule for the reason names; others' customers have the installation's.
func TestTheContestWindowOfACustomerAndAReason(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	_, err := c.app.PublishTriageRules(t.Context(), c.supervisor, app.NewRules{
		Scope: "customer", CustomerID: c.id(c.customer.ID), Body: []byte(windows),
	})
	require.NoError(t, err)
	due := func(id uuid.UUID) []calendar.Date {
		d := c.deadline(id, dispute.DeadlineContest)
		return []calendar.Date{d.DueOn, d.WarnOn}
	}
	today := calendar.DateOf(c.clock.now, time.UTC)
	tax := c.opened(today.AddDays(-10), "tax")
	require.Equal(t, []calendar.Date{today.AddDays(20), today.AddDays(13)}, due(tax.ID))
	freight := c.opened(today.AddDays(-10), "freight")
	require.Equal(t, []calendar.Date{today.AddDays(10), 0}, due(freight.ID))
	pricing := c.opened(today.AddDays(-10), "pricing")
	inv := c.now(pricing.Parts[0].InvoiceID.UUID)
	cal, ok := calendar.Shipped(c.customer.Calendar)
	require.True(t, ok)
	ends := cal.AddBusinessDays(inv.InvoiceDate, 20)
	require.Equal(t, ends, due(pricing.ID)[0])
	shortage := c.opened(today.AddDays(-10), "shortage")
	require.Equal(t, []calendar.Date{today.AddDays(30), today.AddDays(23)}, due(shortage.ID), "the installation's")

	// Another reason has another window, from its own day.
	_, err = c.app.TriageDispute(t.Context(), c.analyst, shortage.ID, app.TriageInput{Reason: "tax"})
	require.NoError(t, err)
	require.Equal(t, today.AddDays(20), due(shortage.ID)[0])
}

// The customer's window runs on over a split; our own days begin with the new case.
func TestASplitDoesNotMoveTheCustomersWindow(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	d := c.deduction(20_000)
	window, decision := c.deadline(d.ID, dispute.DeadlineContest).DueOn, c.deadline(d.ID, dispute.DeadlineDecision).DueOn
	c.clock.now = c.clock.now.AddDate(0, 0, 7)
	list, err := c.app.SplitDispute(t.Context(), c.analyst, d.ID, []app.SplitPart{{AmountMinor: 15_000}, {AmountMinor: 5_000, Reason: "freight"}})
	require.NoError(t, err)
	require.Equal(t, window, c.deadline(list[1].ID, dispute.DeadlineContest).DueOn)
	require.Greater(t, c.deadline(list[1].ID, dispute.DeadlineDecision).DueOn, decision)
	c.clock.now = c.clock.now.AddDate(0, 0, 7)
	list, err = c.app.SplitDispute(t.Context(), c.analyst, list[1].ID, []app.SplitPart{{AmountMinor: 3_000}, {AmountMinor: 2_000, Reason: "tax"}})
	require.NoError(t, err)
	require.Equal(t, window, c.deadline(list[1].ID, dispute.DeadlineContest).DueOn, "however often it is split")
}

// A submission is our objection, and nothing is left to object to where the claim is valid or taken back.
func TestTheWindowEndsWithTheObjection(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	state := func(id uuid.UUID) dispute.DeadlineState {
		for _, d := range c.file(id).Deadlines {
			if d.Kind == dispute.DeadlineContest {
				return d.State
			}
		}
		return ""
	}
	denied := c.denied()
	require.Equal(t, dispute.DeadlineOpen, state(denied.ID), "a denial that nobody has sent yet objects to nothing")
	_, err := c.app.SubmitDispute(t.Context(), c.analyst, denied.ID, app.NewRound{Channel: "portal"})
	require.NoError(t, err)
	require.Equal(t, dispute.DeadlineMet, state(denied.ID))
	valid := c.deduction(20_000)
	c.decide(c.analyst, valid.ID, dispute.DecideValid)
	require.Equal(t, dispute.DeadlineCancelled, state(valid.ID))
	taken := c.deduction(20_000)
	_, err = c.app.WithdrawDispute(t.Context(), c.collector, taken.ID, "their mistake")
	require.NoError(t, err)
	require.Equal(t, dispute.DeadlineCancelled, state(taken.ID))
}

// An appeal answers the round that is on. After it was denied again, a refused proposal does not revive that round.
func TestAnAppealEndsTheRound(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	d := c.denied()
	_, err := c.app.SubmitDispute(t.Context(), c.analyst, d.ID, app.NewRound{Channel: "portal"})
	require.NoError(t, err)
	c.clock.now = c.clock.now.Add(time.Hour)
	f, err := c.app.AppealDispute(t.Context(), c.collector, d.ID, app.Appeal{Reason: "new proof"})
	require.NoError(t, err)
	require.Equal(t, "refused", f.Rounds[0].Answer)
	require.Equal(t, "new proof", f.Rounds[0].AnswerNote)
	c.clock.now = c.clock.now.Add(time.Hour)
	f = c.decide(c.second, d.ID, dispute.DecideInvalid)
	require.Equal(t, dispute.AwaitingRepayment, f.State)
	_, err = c.app.PutApprovalLimit(t.Context(), c.admin, dispute.Limit{Role: "analyst", Currency: "EUR", Kind: "give_up", AmountMinor: 1, Version: 1})
	require.NoError(t, err)
	f, err = c.app.GiveUpDispute(t.Context(), c.analyst, d.ID, app.Settlement{})
	require.NoError(t, err)
	require.Equal(t, dispute.AwaitingApproval, f.State)
	_, err = c.app.AnswerDispute(t.Context(), c.analyst, d.ID, app.ContestAnswer{Answer: "no_answer"})
	require.Equal(t, dispute.CodeNotNow, fault.CodeOf(err), "that round is over")
	require.NoError(t, c.rule(c.supervisor, d.ID, false))
	require.Equal(t, dispute.AwaitingRepayment, c.file(d.ID).State)
}

// What was not repaid in time is a supervisor's matter: parts that are paid later do not let the day begin and pass again.
func TestAMissedRepaymentIsMissedOnce(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	d := c.denied()
	c.clock.now = c.clock.now.AddDate(0, 2, 0)
	_, err := c.conn.Exec(t.Context(), `UPDATE dispute_deadlines SET state = 'lapsed', settled_at = $2 WHERE dispute_id = $1 AND kind = 'repayment'`,
		d.ID, c.clock.now)
	require.NoError(t, err)
	c.repays(d, 5_000)
	require.Equal(t, int64(1), c.number(`SELECT count(*) FROM dispute_deadlines WHERE dispute_id = $1 AND kind = 'repayment'`, d.ID))
	f, err := c.app.AppealDispute(t.Context(), c.collector, d.ID, app.Appeal{Reason: "proof"})
	require.NoError(t, err)
	require.Zero(t, f.Amounts().DeniedMinor)
	c.decide(c.second, d.ID, dispute.DecideInvalid)
	c.deadline(d.ID, dispute.DeadlineRepayment)
	c.laws()
}

// What happens outside of the case meets its deadline because a person says so: the carrier was asked, the limitation is stayed.
func TestThatTheCarrierWasAskedIsSaid(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	ctx := t.Context()
	d := c.opened(calendar.DateOf(c.clock.now, time.UTC), "shortage")
	carrier := c.deadline(d.ID, dispute.DeadlineCarrier)
	require.NotZero(t, carrier.DueOn)
	var f app.DisputeFile
	c.again(func(ctx context.Context) {
		var err error
		f, err = c.app.MeetDeadline(ctx, c.analyst, d.ID, dispute.DeadlineCarrier, "Claim sent with the bill of lading.")
		require.NoError(t, err)
	})
	require.Equal(t, d.State, f.State)
	require.Equal(t, dispute.DeadlineMet, deadlineState(f, dispute.DeadlineCarrier))
	require.Equal(t, dispute.DeadlineOpen, deadlineState(f, dispute.DeadlineLimitation))
	require.Equal(t, int64(1), c.number(`SELECT count(*) FROM audit_entries WHERE action = 'dispute.deadline_met' AND subject_id = $1`, d.ID))
	require.Equal(t, int64(1), c.number(`SELECT count(*) FROM notes WHERE body LIKE '%bill of lading%'`))
	_, err := c.app.MeetDeadline(ctx, c.analyst, d.ID, dispute.DeadlineCarrier, "Again.")
	require.Equal(t, dispute.CodeNotNow, fault.CodeOf(err), "nobody waits for it any more")
	_, err = c.app.MeetDeadline(ctx, c.collector, d.ID, dispute.DeadlineLimitation, "Stayed.")
	require.Equal(t, access.CodeForbidden, fault.CodeOf(err))
	for _, kind := range dispute.DeadlineKinds() {
		if slices.Contains(dispute.MetByPerson(), kind) {
			continue
		}
		_, err = c.app.MeetDeadline(ctx, c.analyst, d.ID, kind, "Done.")
		require.Equal(t, "receivable.invalid", fault.CodeOf(err), "%s is met by what is done to the case", kind)
	}
	_, err = c.app.MeetDeadline(ctx, c.analyst, d.ID, dispute.DeadlineLimitation, " ")
	require.Equal(t, "receivable.invalid", fault.CodeOf(err), "a note is needed")
	_, err = c.app.MeetDeadline(ctx, c.analyst, uuid.New(), dispute.DeadlineLimitation, "Stayed.")
	require.Equal(t, "dispute.not_found", fault.CodeOf(err))
	pricing := c.opened(calendar.DateOf(c.clock.now, time.UTC), "pricing")
	_, err = c.app.MeetDeadline(ctx, c.analyst, pricing.ID, dispute.DeadlineCarrier, "Asked.")
	require.Equal(t, dispute.CodeNotNow, fault.CodeOf(err), "no carrier has to do with a price")
	_, err = c.app.WithdrawDispute(ctx, c.collector, d.ID, "their mistake")
	require.NoError(t, err)
	_, err = c.app.MeetDeadline(ctx, c.analyst, d.ID, dispute.DeadlineCarrier, "Asked.")
	require.Equal(t, dispute.CodeNotNow, fault.CodeOf(err))
	c.laws()
}

// A deadline that had lapsed is met late, and once.
func TestACarrierIsAskedLate(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	d := c.opened(calendar.DateOf(c.clock.now, time.UTC), "shortage")
	_, err := c.conn.Exec(t.Context(), `UPDATE dispute_deadlines SET state = 'lapsed', settled_at = $2 WHERE dispute_id = $1 AND kind = 'carrier_claim'`,
		d.ID, c.clock.now)
	require.NoError(t, err)
	f, err := c.app.MeetDeadline(t.Context(), c.analyst, d.ID, dispute.DeadlineCarrier, "They took it all the same.")
	require.NoError(t, err)
	require.Equal(t, dispute.DeadlineMet, deadlineState(f, dispute.DeadlineCarrier))
	_, err = c.app.MeetDeadline(t.Context(), c.analyst, d.ID, dispute.DeadlineCarrier, "Again.")
	require.Equal(t, dispute.CodeNotNow, fault.CodeOf(err))
}

// waive does without the evidence of a case.
func (c *court) waive(id uuid.UUID) {
	c.t.Helper()
	for _, e := range c.file(id).Evidence {
		_, err := c.app.AnswerEvidence(c.t.Context(), c.analyst, id, e.ID, app.EvidenceAnswer{State: dispute.EvidenceWaived, Note: "known"})
		require.NoError(c.t, err)
	}
}

// The carrier is asked for what was our loss also when the case is long closed; for what came back nobody asks it.
func TestTheCarrierIsAskedAfterTheCase(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	today := calendar.DateOf(c.clock.now, time.UTC)
	lost := c.opened(today, "shortage")
	c.waive(lost.ID)
	due := c.deadline(lost.ID, dispute.DeadlineCarrier).DueOn
	f, err := c.app.SettleDispute(t.Context(), c.analyst, lost.ID, app.Settlement{AmountMinor: 20_000})
	require.NoError(t, err)
	require.Equal(t, dispute.Closed, f.State)
	c.stands(lost.ID, dispute.DeadlineCarrier)
	require.Equal(t, due, f.DeadlineOn)
	list, err := c.app.ListDisputes(t.Context(), c.analyst, port.DisputeFilter{DeadlineBy: due}, port.Page{})
	require.NoError(t, err)
	require.Len(t, list.Items, 1)
	f, err = c.app.MeetDeadline(t.Context(), c.analyst, lost.ID, dispute.DeadlineCarrier, "Claim sent.")
	require.NoError(t, err)
	require.Equal(t, dispute.Closed, f.State)
	c.stands(lost.ID)
	_, err = c.app.MeetDeadline(t.Context(), c.analyst, lost.ID, dispute.DeadlineLimitation, "Stayed.")
	require.Equal(t, dispute.CodeNotNow, fault.CodeOf(err), "that ended with the case")

	back := c.opened(today, "shortage")
	c.waive(back.ID)
	c.decide(c.analyst, back.ID, dispute.DecideInvalid)
	c.repays(back, 20_000)
	require.Equal(t, dispute.Closed, c.file(back.ID).State)
	c.stands(back.ID)
	c.laws()
}

// What others set runs on when a case goes on after its end.
func TestTheLimitationRunsOnAfterTheEnd(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	d := c.opened(calendar.DateOf(c.clock.now, time.UTC), "shortage")
	c.waive(d.ID)
	limitation, carrier := c.deadline(d.ID, dispute.DeadlineLimitation), c.deadline(d.ID, dispute.DeadlineCarrier)
	c.decide(c.analyst, d.ID, dispute.DecideInvalid)
	for range 2 { // also twice at the same moment
		receipt := c.repays(d, 20_000)
		c.stands(d.ID)
		_, err := c.app.ReverseReceipt(t.Context(), c.supervisor, receipt.ID, "it bounced")
		require.NoError(t, err)
		require.Equal(t, dispute.AwaitingRepayment, c.file(d.ID).State)
		c.stands(d.ID, dispute.DeadlineLimitation, dispute.DeadlineCarrier, dispute.DeadlineRepayment)
		require.Equal(t, limitation.DueOn, c.deadline(d.ID, dispute.DeadlineLimitation).DueOn)
		require.Equal(t, carrier.WarnOn, c.deadline(d.ID, dispute.DeadlineCarrier).WarnOn)
	}
	c.laws()
}

func deadlineState(f app.DisputeFile, kind dispute.DeadlineKind) dispute.DeadlineState {
	at := slices.IndexFunc(f.Deadlines, func(d dispute.Deadline) bool { return d.Kind == kind })
	if at < 0 {
		return ""
	}
	return f.Deadlines[at].State
}
