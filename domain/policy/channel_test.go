package policy

import (
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/domain/receivable"
)

func TestChannelsAreTriedInTheStagesOrder(t *testing.T) {
	t.Parallel()
	p, f := fixture(t, "p3"), invoice("2013-01-18")
	now := at9("2013-01-31")
	f.Customer.Channels = []receivable.Channel{receivable.Letter, receivable.Email}
	require.Equal(t, receivable.Email, one(t, p, f, now).Channel)
	f.Items[0].RefusedChannels = []receivable.Channel{receivable.Email}
	d := one(t, p, f, now)
	decides(t, d, Act, DoSendNotice, "l1", ReasonChannelRefused)
	require.Equal(t, receivable.Letter, d.Channel)

	f.Items[0].RefusedChannels = nil
	f.Customer.Channels = []receivable.Channel{receivable.Letter}
	require.Equal(t, receivable.Letter, one(t, p, f, now).Channel, "no address for e-mail: the letter")
}

func TestAStageWithoutChannelsFollowsTheCustomersOwnOrder(t *testing.T) {
	t.Parallel()
	p, f := standard(), invoice("2026-03-02")
	f.Customer.Channels = []receivable.Channel{receivable.Webhook, receivable.Email}
	require.Equal(t, receivable.Webhook, one(t, p, f, at9("2026-02-27")).Channel)
}

func TestAnUnreachableCustomerBecomesOneTask(t *testing.T) {
	t.Parallel()
	p, f := fixture(t, "p3"), invoice("2013-01-18")
	f.Customer.Channels = []receivable.Channel{receivable.SMS}
	d := one(t, p, f, at9("2013-01-31"))
	decides(t, d, Act, DoOpenTask, "l1", ReasonUnreachable)
	require.Equal(t, TaskNoAddress, d.TaskKind)
	f.Items[0].Tasks = []string{TaskNoAddress}
	d = one(t, p, f, at9("2013-01-31"))
	decides(t, d, Hold, DoNothing, "l1", ReasonUnreachable)
	wakes(t, d, "2013-02-27", DoReview) // thirty days from the stage's own day
	f.Customer.Channels = []receivable.Channel{receivable.Email}
	decides(t, one(t, p, f, at9("2013-02-01")), Act, DoSendNotice, "l1")
}
