package app

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/domain/casework"
	"arrears/domain/dispute"
	"arrears/domain/fault"
	"arrears/domain/money"
	"arrears/domain/policy"
	"arrears/port"
)

// subjectDecision is the kind of an approval that is about a decision on a claim: its subject is the decision, its case the
// claim's.
const subjectDecision = "dispute_decision"

// taskApprovalOverdue is the kind of the engine's tasks to approve what is overdue.
const taskApprovalOverdue = "approval_overdue"

// propose writes a decision that someone else has to approve.
func (w *claimWork) propose(ctx context.Context, dec dispute.Decision, whole []money.Amount, role access.Role, deciders []string, entry uuid.UUID) error {
	if err := w.dueIn(ctx, dispute.DeadlineApproval, approvalDays, 0); err != nil {
		return err
	}
	due, err := w.approvalDue(ctx)
	if err != nil {
		return err
	}
	ap := casework.Approval{
		ID: newUUID(), SubjectKind: subjectDecision, SubjectID: dec.ID, CustomerID: w.d.CustomerID, CaseID: someID(w.d.ID),
		Stage: string(dec.Kind), Role: string(role), State: casework.ApprovalOpen, ContentHash: dec.ContentHash,
		Summary: w.summary(dec), AmountMinor: inCurrency(whole, w.d.Currency), Currency: w.d.Currency, Proposers: proposers(w.actor.ID, dec, w.d, deciders),
		AtDeadline: string(policy.DeadlineRaise), DeadlineDays: approvalDays, DueAt: due, RequestedAt: w.now,
	}
	if err := askApproval(ctx, w.tx, w.now, w.actor.ID, ap, invoiceOfClaim(w.d)); err != nil {
		return err
	}
	dec.State, dec.ApprovalID = dispute.DecisionProposed, someID(ap.ID)
	if err := w.tx.InsertDecision(ctx, dec); err != nil {
		return err
	}
	if err := w.met(ctx, dispute.MetBy(dispute.ActPropose)...); err != nil {
		return err
	}
	return w.finish(ctx, dispute.ActPropose, entry, "dispute.decision_proposed", decisionData(w.d, dec))
}

// proposers may not approve: whoever proposes, and of an appeal whoever decided before.
func proposers(actor string, dec dispute.Decision, d dispute.Dispute, deciders []string) []string {
	people := []string{actor}
	if !dec.Denies(d) {
		people = append(people, deciders...)
	}
	slices.Sort(people)
	return slices.Compact(people)
}

// approvalDue is the end of the approval's deadline, where the customer is.
func (w *claimWork) approvalDue(ctx context.Context) (time.Time, error) {
	t, err := w.time(ctx)
	if err != nil {
		return time.Time{}, err
	}
	on, err := w.dueOn(ctx, dispute.DeadlineApproval)
	if err != nil {
		return time.Time{}, err
	}
	loc, err := calendar.LoadZone(t.zone)
	if err != nil {
		loc = time.UTC
	}
	return on.AddDays(1).Time(loc).UTC(), nil
}

func (w *claimWork) summary(dec dispute.Decision) string {
	amount := func(minor int64) string { return money.Of(minor, w.d.Currency).Decimal() }
	return fmt.Sprintf("D-%d: %s (valid %s, denied %s, given up %s %s)", w.d.Number, plainWord(string(dec.Kind)),
		amount(dec.ValidMinor), amount(dec.DeniedMinor), amount(dec.ConcededMinor), w.d.Currency) + limitWords(dec.Limit)
}

// inCurrency is what of several amounts is in the currency.
func inCurrency(list []money.Amount, currency money.Currency) int64 {
	var minor int64
	for _, a := range list {
		if a.Currency() == currency {
			minor += a.Minor()
		}
	}
	return minor
}

// proposal finds the decision that waits for approval.
func (w *claimWork) proposal(ctx context.Context) (dec dispute.Decision, before []dispute.Decision, ok bool, err error) {
	before, err = w.tx.ClaimDecisionsOf(ctx, w.d.ID)
	at := slices.IndexFunc(before, func(d dispute.Decision) bool { return d.State == dispute.DecisionProposed })
	if err != nil || at < 0 {
		return dec, before, false, err
	}
	return before[at], before, true, nil
}

// retractProposal ends what was proposed, because the facts changed under it: its approval lapses. The case is
// investigated again.
func (w *claimWork) retractProposal(ctx context.Context, why string) error {
	dec, _, ok, err := w.proposal(ctx)
	if err != nil || !ok {
		return err
	}
	dec.State = dispute.DecisionRetracted
	if err := w.tx.UpdateDecision(ctx, dec, dispute.DecisionProposed); err != nil {
		return err
	}
	if err := lapseApproval(ctx, w.tx, w.now, w.actor.ID, dec.ApprovalID, invoiceOfClaim(w.d), why); err != nil {
		return err
	}
	if err := w.closeTasks(ctx, "retracted", taskApprovalOverdue); err != nil {
		return err
	}
	if err := w.goesOn(ctx, dispute.ActRetract); err != nil {
		return err
	}
	data := decisionData(w.d, dec)
	data["why"] = why
	return recordClaim(ctx, w.tx, w.now, w.actor.ID, w.d, uuid.Nil, "dispute.decision_retracted", data)
}

// checkProposal retracts what was proposed when the money that moved leaves it impossible.
func (l *ledger) checkProposal(ctx context.Context, d *dispute.Dispute, why string) error {
	w := &claimWork{tx: l.tx, now: l.now, actor: access.Principal{ID: l.actor}, ledger: l, d: *d}
	dec, _, ok, err := w.proposal(ctx)
	if err != nil || !ok || dispute.CheckDecision(*d, dec, nil) == nil {
		return err
	}
	err = w.retractProposal(ctx, why)
	d.State = w.d.State
	return err
}

// goesOn takes a case whose proposed decision does not come to hold to where it was: what is undecided is to be decided by
// another day, and a contest about what was denied is on as before.
func (w *claimWork) goesOn(ctx context.Context, act dispute.Act) error {
	if err := w.met(ctx, dispute.MetBy(act)...); err != nil || w.d.State != dispute.AwaitingApproval {
		return err
	}
	if w.d.Amounts().UndecidedMinor == 0 {
		return w.contestGoesOn(ctx)
	}
	if act == dispute.ActRetract {
		w.d.State = dispute.Investigating
	}
	return w.dueIn(ctx, dispute.DeadlineDecision, decisionDays, 0)
}

// contestGoesOn is the state of a denied claim without the proposal that it waited for. A contest ends with the next decision
// on an appeal: what was answered before says nothing about the denial that stands now.
func (w *claimWork) contestGoesOn(ctx context.Context) error {
	rounds, err := w.tx.RoundsOf(ctx, w.d.ID)
	if err != nil {
		return err
	}
	decisions, err := w.tx.ClaimDecisionsOf(ctx, w.d.ID)
	if err != nil {
		return err
	}
	w.d.State = dispute.AwaitingRepayment
	at := slices.IndexFunc(rounds, func(r dispute.Round) bool { return r.Round == w.d.Round })
	if at >= 0 && !slices.ContainsFunc(decisions, func(dec dispute.Decision) bool {
		return dec.DeniedMinor > 0 && dec.State == dispute.DecisionInForce && dec.DecidedAt.After(rounds[at].SubmittedAt)
	}) {
		switch rounds[at].Answer {
		case "":
			w.d.State = dispute.Contested
		case "refused":
			w.d.State = dispute.RefusedByCustomer
		}
	}
	return nil
}

// claimDecided carries out an approved decision on a claim; a refused one is decided again.
func (a *App) claimDecided(ctx context.Context, tx port.Tx, who access.Principal, ap casework.Approval, now time.Time) (subject, error) {
	w, err := a.openClaim(ctx, tx, now, who, ap.CaseID.UUID)
	if err != nil {
		return subject{}, err
	}
	on, err := w.today(ctx)
	if err != nil {
		return subject{}, err
	}
	about := subject{invoice: invoiceOfClaim(w.d), today: on, collector: w.d.Owner, role: access.Analyst, dispute: someID(w.d.ID)}
	dec, before, ok, err := w.proposal(ctx)
	if err != nil {
		return about, err
	}
	if !ok || dec.ID != ap.SubjectID || dispute.ContentHash(dec) != ap.ContentHash {
		return about, fault.New(fault.Precondition, CodeApprovalContentChanged, "what would be done is not what you saw")
	}
	if err := w.closeTasks(ctx, "decided", taskApprovalOverdue); err != nil {
		return about, err
	}
	if ap.State == casework.ApprovalApproved {
		return about, w.approved(ctx, dec, before)
	}
	return about, w.refused(ctx, dec)
}

// approved makes a proposed decision hold.
func (w *claimWork) approved(ctx context.Context, dec dispute.Decision, before []dispute.Decision) error {
	if err := w.d.Require(dispute.ActApprove); err != nil {
		return err
	}
	evidence, err := w.tx.EvidenceOf(ctx, w.d.ID)
	if err != nil {
		return err
	}
	if err := dispute.CheckDecision(w.d, dec, evidence); err != nil {
		return err
	}
	dec.State, dec.ApprovedBy = dispute.DecisionInForce, w.actor.ID
	if err := w.tx.UpdateDecision(ctx, dec, dispute.DecisionProposed); err != nil {
		return err
	}
	if err := w.met(ctx, dispute.DeadlineApproval); err != nil {
		return err
	}
	if dec.Denies(w.d) {
		if err := w.contestGoesOn(ctx); err != nil {
			return err
		}
	}
	return w.carryOut(ctx, dec, before, dispute.ActApprove, uuid.Nil)
}

// refused ends a proposed decision: what is undecided is decided again, what was denied stays so.
func (w *claimWork) refused(ctx context.Context, dec dispute.Decision) error {
	if err := w.d.Require(dispute.ActRefuse); err != nil {
		return err
	}
	dec.State, dec.ApprovedBy = dispute.DecisionRefused, ""
	if err := w.tx.UpdateDecision(ctx, dec, dispute.DecisionProposed); err != nil {
		return err
	}
	act := dispute.ActRefuse
	if dec.Denies(w.d) {
		act = dispute.Act("")
	}
	if err := w.goesOn(ctx, dispute.ActRefuse); err != nil {
		return err
	}
	return w.finish(ctx, act, uuid.Nil, "dispute.approval_refused", decisionData(w.d, dec))
}
