package policy

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheRepaymentPolicyIsShipped(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("repayment.yaml")
	require.NoError(t, err)
	require.Equal(t, string(text), string(DefaultRepaymentYAML()))
	p, err := Parse(text)
	require.NoError(t, err)
	require.NoError(t, Validate(p))
	require.Equal(t, p, DefaultRepayment())
	require.Equal(t, Repayment, p.Kind)
	require.Equal(t, "repayment", p.Key)

	mine := DefaultRepayment()
	mine.Stages[2].Approval.Role = "admin"
	mine.Stages[0].Key = "changed"
	require.Equal(t, p, DefaultRepayment(), "each call gives a policy of its own")

	kinds := map[Kind]int{}
	for _, shipped := range Shipped() {
		require.NoError(t, Validate(shipped))
		kinds[shipped.Kind]++
	}
	require.Equal(t, map[Kind]int{Collection: 1, Repayment: 1}, kinds)
}

// A claim that was denied on day 120 gets the first stage and not all of them: the ladder counts from the day on which it is
// payable, and nobody is reminded before that.
func TestADenialLateInLifeStartsOnTheFirstRung(t *testing.T) {
	t.Parallel()
	p := DefaultRepayment()
	f := invoice("2026-07-10") // payable by; the invoice was due in March
	it := &f.Items[0]
	it.Kind = "deduction"

	d := one(t, &p, f, at9("2026-06-30"))
	decides(t, d, Wait, DoNothing, "reminder", ReasonStageAhead)
	wakes(t, d, "2026-07-13", DoSendNotice)
	decides(t, one(t, &p, f, at9("2026-07-13")), Act, DoSendNotice, "reminder")
	sent(&p, it, "reminder", "2026-07-13")

	wakes(t, one(t, &p, f, at9("2026-07-13")), "2026-07-24", DoSendNotice)
	sent(&p, it, "repayment-1", "2026-07-24")
	wakes(t, one(t, &p, f, at9("2026-07-24")), "2026-08-07", DoAskApproval)
	decides(t, one(t, &p, f, at9("2026-08-07")), Ask, DoAskApproval, "repayment-2", ReasonApprovalNeeded)
	sent(&p, it, "repayment-2", "2026-08-10")
	require.Equal(t, 3, it.Level)

	wakes(t, one(t, &p, f, at9("2026-08-10")), "2026-08-14", DoOpenTask)
	decides(t, one(t, &p, f, at9("2026-08-14")), Act, DoOpenTask, "escalate")
	did(it, "escalate", "2026-08-14")
	decides(t, one(t, &p, f, at9("2026-09-08")), Ask, DoAskApproval, "hand-over", ReasonApprovalNeeded)
}

// An appeal makes the amount disputed again: nothing is asked for while it is, and the ladder goes on where it was.
func TestAnAppealStopsTheLadder(t *testing.T) {
	t.Parallel()
	p := DefaultRepayment()
	f := invoice("2026-07-10")
	it := &f.Items[0]
	sent(&p, it, "reminder", "2026-07-13")
	it.DisputedMinor = it.OpenMinor
	d := one(t, &p, f, at9("2026-07-24"))
	require.NotEqual(t, Act, d.Verb)
	it.DisputedMinor = 0
	decides(t, one(t, &p, f, at9("2026-07-24")), Act, DoSendNotice, "repayment-1")
}
