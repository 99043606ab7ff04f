package faults

import (
	"testing"

	"github.com/stretchr/testify/require"

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
			h.StartRelay()
			stop := h.StartWorker()
			d := h.ShortPayment(inv, 800_00, 200_00, "shortage", "CB-1")
			h.Quiet()
			require.Len(t, h.Mails("c001"), 1, "the acknowledgement")
			stop()

			d = h.Deny(d, []byte("%PDF-1.4 proof"))
			crew := newCrew(t, h)
			defer crew.dismiss()
			crew.keep("worker", []string{"worker", "--no-relay"}, trap(t, c.point))
			crew.awaitKill()
			h.UntilLong("the denial is recorded as sent", func() bool {
				return h.Count("dispute_messages", "kind = 'denial' AND state = 'sent'") == 1
			})
			h.Advance("2026-05-26 12:00")
			item := h.Deduction(inv)
			require.Equal(t, 1, item.Level, "the first demand, and no more")
			requireWritten(t, h, c.window)

			h.PayItem(item, 200_00)
			h.Quiet()
			require.Equal(t, dispute.Closed, h.Claim(d.ID).State)
			require.Equal(t, receivable.Deduction, item.Kind)
			h.Laws()
			h.Replays(3)
			require.Equal(t, 1, crew.kills())
		})
	}
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
