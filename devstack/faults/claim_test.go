package faults

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/devstack/e2e/house"
	"arrears/domain/calendar"
	"arrears/domain/dispute"
	"arrears/domain/receivable"
	"arrears/internal/failpoint"
)

// The worker dies between the decision on a claim and the demand for its repayment, wherever that hurts: the denial and the
// demand come all the same, and none comes twice but where nobody could know whether it had left.
func TestTheWorkerDiesBetweenDecisionAndDemand(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		point  string
		window bool
	}{
		{failpoint.DeliverPrepared, false},
		{failpoint.DispatchBeforeCommit, false},
		{failpoint.DispatchAfterCommit, true},
		{failpoint.SendAfter, true},
		{failpoint.OutcomeBeforeCommit, true},
		{failpoint.OutcomeAfterCommit, false},
	} {
		t.Run(c.point, func(t *testing.T) {
			t.Parallel()
			h := house.New(t, house.Options{Idle: true, Clock: house.Stepped("2026-05-11 09:00")})
			inv := h.Invoice(h.Customer("c001"), "C-1", 1_000_00, calendar.MustDate("2026-01-11"))
			decided := func(d dispute.Dispute) { h.Deny(d, []byte("%PDF-1.4 proof")) }
			workerDies(t, h, inv, "shortage", c.point, c.window, decided, func(dispute.Dispute) {}, 200_00)
		})
	}
}

// The worker dies over a decision that is partly valid, and the credit memo comes while it is dead: the message, the credit and
// the demand for the rest come all the same, once.
func TestTheWorkerDiesBetweenDecisionAndCreditMemo(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		point  string
		window bool
	}{
		{failpoint.DispatchBeforeCommit, false},
		{failpoint.OutcomeAfterCommit, false},
	} {
		t.Run(c.point, func(t *testing.T) {
			t.Parallel()
			h := house.New(t, house.Options{Idle: true, Clock: house.Stepped("2026-05-11 09:00")})
			inv := h.Invoice(h.Customer("c001"), "C-1", 1_000_00, calendar.MustDate("2026-01-11"))
			decided := func(d dispute.Dispute) {
				_, err := h.App.DecideDispute(t.Context(), house.Clerk, d.ID, app.NewDecision{
					Kind: dispute.DecidePartially, Reason: "tax", ValidMinor: 120_00, DeniedMinor: 80_00,
				})
				require.NoError(t, err)
			}
			credited := func(d dispute.Dispute) {
				for range 2 { // the ERP tells it twice
					_, err := h.App.CreateCreditMemo(t.Context(), house.Clerk, app.NewCreditMemo{
						Source: "erp", Number: "CM-1", CustomerID: d.CustomerID, DisputeID: uuid.NullUUID{UUID: d.ID, Valid: true},
						Currency: "EUR", AmountMinor: 120_00, MemoDate: h.Today(),
					})
					require.NoError(t, err)
				}
			}
			workerDies(t, h, inv, "tax", c.point, c.window, decided, credited, 80_00)
			require.EqualValues(t, 120_00, h.Deduction(inv).CreditedMinor)
		})
	}
}

// workerDies lets the worker die at a point over the decision on a claim of 200.00, does what happens meanwhile, and follows the
// denied amount until it is repaid.
func workerDies(t *testing.T, h *house.House, inv receivable.Invoice, reason, point string, window bool, decided, meanwhile func(dispute.Dispute), denied int64) {
	t.Helper()
	h.StartRelay()
	stop := h.StartWorker()
	d := h.ShortPayment(inv, 800_00, 200_00, reason, "CB-1")
	h.Quiet()
	require.Len(t, h.Mails("c001"), 1, "the acknowledgement")
	stop()

	decided(d)
	crew := newCrew(t, h)
	defer crew.dismiss()
	crew.keep("worker", []string{"worker", "--no-relay"}, trap(t, point))
	crew.awaitKill()
	meanwhile(d)
	h.UntilLong("the denial is recorded as sent", func() bool {
		return h.Count("dispute_messages", "kind = 'denial' AND state = 'sent'") == 1
	})
	h.Advance("2026-05-26 12:00")
	item := h.Deduction(inv)
	require.Equal(t, 1, item.Level, "the first demand, and no more")
	require.Equal(t, denied, item.OpenMinor)
	requireWritten(t, h, window)

	h.PayItem(item, denied)
	h.Quiet()
	require.Equal(t, dispute.Closed, h.Claim(d.ID).State)
	require.Equal(t, receivable.Deduction, item.Kind)
	h.Laws()
	h.Replays(3)
	require.Equal(t, 1, crew.kills())
}

// requireWritten counts what the customer got: acknowledgement, denial, demand, and the denial once more at most.
func requireWritten(t *testing.T, h *house.House, window bool) {
	t.Helper()
	again := h.Count("counters", "name = 'message_resent_same_bytes' AND value > 0")
	if window {
		require.Equal(t, 1, again, "nobody could know, so it is counted")
	} else {
		require.Zero(t, again)
	}
	distinct := map[string]bool{}
	for _, m := range h.Mails("c001") {
		distinct[m.MessageID] = true
	}
	require.Len(t, distinct, 3, "acknowledgement, denial, demand")
	require.LessOrEqual(t, len(h.Mails("c001")), 3+again)
}
