package e2e

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/devstack/e2e/house"
	"arrears/domain/notice"
)

// A worker that is killed leaves the sending that it had begun to the engine, which waits out the bound of the activity
// before it lets another worker go on. That is what these tests mostly wait for.

// Mails go out in a batch, and workers die in the middle of it: one right after a dispatch was committed, one right after
// the mail server took a mail, one anywhere. Each mail comes once, but for those that were sent again because nobody could
// know, and these are counted.
func TestWorkersDieInTheMiddleOfABatchOfMails(t *testing.T) {
	t.Parallel()
	h := house.New(t, house.Options{Idle: true, Policy: remindNow})
	const mails = 60
	invoices := overdue(h, 0, mails)
	h.Process([]string{"relay"})
	worker := []string{"worker", "--no-relay"}

	h.Process(worker, h.Once("dispatch.after_commit")).AwaitKilled()
	h.Process(worker, h.Once("send.after")).AwaitKilled()
	third := h.Process(worker)
	h.Until("a part of the mails is out", func() bool { return h.Mail.Count() > mails/4 })
	third.Kill()
	last := h.Process(worker)

	h.UntilLong("every item is reminded", func() bool { return h.Count("items", "level = 1") == mails })
	h.Laws()
	for _, inv := range invoices {
		require.Equal(t, 1, h.Item(inv).Level)
	}
	copies := h.Mail.Count() - mails
	require.LessOrEqual(t, copies, h.Resent())
	t.Logf("%d of %d mails were sent again, %d came twice", h.Resent(), mails, copies)
	require.GreaterOrEqual(t, h.Resent(), 2, "both failpoints are inside the window")
	last.Stop()
}

// Killed between the commit of the dispatch and the first byte: the mail has not gone, and comes once.
func TestAWorkerDiesBeforeTheMailLeaves(t *testing.T) {
	t.Parallel()
	h := house.New(t, house.Options{Idle: true, Policy: remindNow})
	h.StartRelay()
	inv := h.Invoice(h.Customer("8101"), "C-1", 100_00, h.Today().AddDays(-3))
	h.Process([]string{"worker", "--no-relay"}, h.Once("dispatch.after_commit")).AwaitKilled()
	require.Equal(t, notice.Sending, h.Notices()[0].State)
	require.Zero(t, h.Mail.Count())
	h.StartWorker()
	h.UntilLong("the mail is out", func() bool { return h.Item(inv).Level == 1 })
	h.Laws()
	require.Equal(t, 1, h.Mail.Count())
	require.Equal(t, 1, h.Resent(), "nobody could know, so it is counted")
}

// Killed after the mail server took the mail and before that was recorded: the same bytes come again, and it is counted;
// unless the money came first: then nothing more is sent, and that is counted.
func TestAWorkerDiesAfterTheMailLeft(t *testing.T) {
	t.Parallel()
	for _, paid := range []bool{false, true} {
		t.Run(fmt.Sprintf("paid %t", paid), func(t *testing.T) {
			t.Parallel()
			h := house.New(t, house.Options{Idle: true, Policy: remindNow})
			h.StartRelay()
			inv := h.Invoice(h.Customer("8201"), "C-2", 100_00, h.Today().AddDays(-3))
			h.Process([]string{"worker", "--no-relay"}, h.Once("send.after")).AwaitKilled()
			require.Equal(t, 1, h.Mail.Count())
			want := notice.Sent
			if paid {
				h.Pay(inv, 100_00)
				want = notice.Withdrawn
			}
			h.StartWorker()
			h.UntilLong("the notice is settled", func() bool { return h.Notices()[0].State == want })
			h.Laws()
			if paid {
				require.Equal(t, 1, h.Mail.Count())
				require.Zero(t, h.Resent())
				require.Equal(t, 1, house.Value[int](h, `SELECT value::int FROM counters WHERE name = 'withdrawn_in_sending'`))
				return
			}
			require.Equal(t, 2, h.Mail.Count())
			require.Equal(t, 1, h.Resent())
		})
	}
}

// The relay dies after it has delivered and before it has noted that: everything is delivered again, and nothing is done
// twice.
func TestTheRelayDiesBetweenDeliveries(t *testing.T) {
	t.Parallel()
	h := house.New(t, house.Options{Idle: true, Policy: remindNow})
	h.StartWorker()
	const mails = 20
	overdue(h, 0, mails)
	h.Process([]string{"relay"}, h.Once("relay.before_delete")).AwaitKilled()
	require.NotZero(t, h.Count("nudges", "true"), "nothing was noted")
	second := h.Process([]string{"relay"})
	h.Until("every item is reminded", func() bool { return h.Count("items", "level = 1") == mails })
	h.Laws()
	require.Equal(t, mails, h.Mail.Count())
	require.Zero(t, h.Resent())
	second.Stop()
}
