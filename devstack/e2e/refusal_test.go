package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/devstack/e2e/house"
	"arrears/devstack/mailsink"
	"arrears/domain/calendar"
	"arrears/domain/casework"
	"arrears/domain/notice"
	"arrears/domain/receivable"
	"arrears/workflows/contract"
)

// One reminder, whatever the hour.
const remindNow = `
key: remind-now
window: {from: "00:00", to: "24:00", days: [mon, tue, wed, thu, fri, sat, sun]}
min_days_between_notices: 0
stages:
  - {key: reminder, moment: due + 1 day, action: notice, template: reminder-1}
`

// A refused address is an outcome, not an error: the next contact is written to, then a letter, then a person is asked.
func TestARefusedMailFindsAnotherWay(t *testing.T) {
	t.Parallel()
	h := house.New(t, house.Options{Clock: house.Stepped("2026-03-02 09:00"), Policy: remindNow})
	h.Mail.Behave(func(to string) mailsink.Verdict {
		if strings.HasPrefix(to, "gone") {
			return mailsink.Refuse()
		}
		return mailsink.Accept()
	})
	due := calendar.MustDate("2026-03-01")
	second := h.Customer("3001", func(in *app.NewCustomer) {
		in.Contacts = []app.NewContact{
			{Role: receivable.RoleDunning, Name: "First", Email: "gone@3001.example"},
			{Role: receivable.RoleBilling, Name: "Second", Email: house.Address("3001")},
		}
	})
	byPost := h.Customer("3002", func(in *app.NewCustomer) { in.Contacts[0].Email = "gone@3002.example" })
	nobody := h.Customer("3003", func(in *app.NewCustomer) {
		in.Contacts = []app.NewContact{{Role: receivable.RoleBilling, Name: "Only", Email: "gone@3003.example"}}
	})
	one, two, three := h.Invoice(second, "E-1", 100_00, due), h.Invoice(byPost, "E-2", 200_00, due), h.Invoice(nobody, "E-3", 300_00, due)
	h.Advance("2026-03-02 09:30")

	require.Len(t, h.AwaitMails("3001", 1), 1)
	require.Equal(t, 1, h.Item(one).Level)
	require.Equal(t, 1, h.Item(two).Level)
	require.NotEmpty(t, letters(t, h), "a letter is there to be printed")
	require.Len(t, h.Tasks("bad_address"), 3)
	require.Len(t, h.Tasks("no_address"), 1)
	require.Zero(t, h.Item(three).Level)
	requireInOrder(t, h.Actions(three), "line.gathered", "line.refused", "task.opened")

	_, err := h.App.AddContact(t.Context(), house.Clerk, nobody.ID, app.NewContact{
		Role: receivable.RoleManagement, Name: "Found", Email: house.Address("3003"),
	})
	require.NoError(t, err)
	h.Advance("2026-03-03 12:00")
	require.Len(t, h.Mails("3003"), 1, "a new contact brings the case back")
	require.Equal(t, 1, h.Item(three).Level)
	h.Laws()
}

// letters lists the files that wait to be printed.
func letters(t *testing.T, h *house.House) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(h.Config.Notices.LetterDir, "*.pdf"))
	require.NoError(t, err)
	for _, f := range files {
		info, err := os.Stat(f)
		require.NoError(t, err)
		require.Positive(t, info.Size())
	}
	return files
}

// A server that is busy gets the mail later, once.
func TestATemporaryRefusalIsTriedAgain(t *testing.T) {
	t.Parallel()
	h := house.New(t, house.Options{Policy: remindNow})
	var asked atomic.Int32
	h.Mail.Behave(func(string) mailsink.Verdict {
		if asked.Add(1) <= 2 {
			return mailsink.Temporary()
		}
		return mailsink.Accept()
	})
	inv := h.Invoice(h.Customer("3101"), "T-1", 100_00, h.Today().AddDays(-3))
	h.AwaitMails("3101", 1)
	h.Laws()
	require.Len(t, h.Mails("3101"), 1)
	require.Zero(t, h.Resent(), "the server said that it had not taken it")
	require.Equal(t, 1, h.Item(inv).Level)
}

// The one documented window: the server took the mail and its answer was lost. The same bytes go out again under the same
// Message-ID, and it is counted.
func TestALostAnswerIsTheOneWindow(t *testing.T) {
	t.Parallel()
	h := house.New(t, house.Options{Policy: remindNow})
	var asked atomic.Int32
	h.Mail.Behave(func(string) mailsink.Verdict {
		if asked.Add(1) == 1 {
			return mailsink.Drop()
		}
		return mailsink.Accept()
	})
	h.Invoice(h.Customer("3201"), "L-1", 100_00, h.Today().AddDays(-3))
	h.AwaitMails("3201", 2)
	h.Laws()
	require.Len(t, h.Mails("3201"), 2)
	require.Equal(t, 1, h.Resent())
	record(t, h, "notice_gathered", contract.KindNotice, h.Notices()[0].ID)
}

// As before, but the money comes before the second attempt: nothing is sent again, and that is counted too.
func TestALostAnswerIsNotRepeatedWhenFactsChanged(t *testing.T) {
	t.Parallel()
	h := house.New(t, house.Options{Policy: remindNow})
	c := h.Customer("3301")
	paid := make(chan receivable.Invoice, 1)
	var asked atomic.Int32
	h.Mail.Behave(func(string) mailsink.Verdict {
		if asked.Add(1) > 1 {
			return mailsink.Accept()
		}
		h.Pay(<-paid, 100_00) // the money is there before the answer is lost
		return mailsink.Drop()
	})
	inv := h.Invoice(c, "L-2", 100_00, h.Today().AddDays(-3))
	paid <- inv
	h.AwaitMails("3301", 1)
	h.Until("the notice is withdrawn", func() bool {
		all := h.Notices()
		return len(all) == 1 && all[0].State == notice.Withdrawn
	})
	h.Laws()
	require.Len(t, h.Mails("3301"), 1)
	require.Equal(t, 1, house.Value[int](h, `SELECT value::int FROM counters WHERE name = 'withdrawn_in_sending'`))
}

// Money that comes between the commit of the dispatch and the mail server's answer is too late for this mail, and counted.
func TestMoneyThatComesWhileTheMailLeavesIsCounted(t *testing.T) {
	t.Parallel()
	h := house.New(t, house.Options{Policy: remindNow})
	paid := make(chan receivable.Invoice, 1)
	h.Mail.Behave(func(string) mailsink.Verdict {
		h.Pay(<-paid, 100_00)
		return mailsink.Accept()
	})
	inv := h.Invoice(h.Customer("3401"), "L-3", 100_00, h.Today().AddDays(-3))
	paid <- inv
	h.CaseState(inv, casework.CaseClosed)
	h.Laws()
	require.Len(t, h.Mails("3401"), 1)
	require.Equal(t, 1, house.Value[int](h, `SELECT value::int FROM counters WHERE name = 'paid_while_sending'`))
}
