package e2e

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/devstack/e2e/house"
	"arrears/domain/calendar"
	"arrears/domain/casework"
	"arrears/domain/receivable"
	"arrears/port"
	"arrears/workflows/contract"
)

// paidBy is a booking that pays an invoice in full and names it.
func paidBy(c receivable.Customer, inv receivable.Invoice) house.Booking {
	return house.Booking{Minor: inv.AmountMinor, Payer: c.Name, Reference: "R-" + inv.Number, Text: "Invoice " + inv.Number}
}

// Money in a bank's file stops the chase by itself: the invoice is paid, its case ends, nothing is sent. The same file again,
// and the same day in other bytes, change nothing.
func TestABankFileStopsTheChase(t *testing.T) {
	t.Parallel()
	h := house.New(t, house.Options{})
	account := h.ConfirmAccount()
	c := h.Customer("9001")
	inv := h.Invoice(c, "INV-90010", 1_000_00, h.Today().AddDays(20))
	statement := house.Statement(h.Today(), 1, 0, paidBy(c, inv))
	f := h.AwaitLoaded(h.Load(statement))
	require.EqualValues(t, 1, f.Counts.Applied)
	require.Zero(t, h.Item(inv).OpenMinor)
	h.CaseState(inv, "closed")
	h.CashProven(account.ID)

	require.Equal(t, f.ID, h.Load(statement).ID, "the same bytes are the same file")
	again := h.AwaitLoaded(h.Load(append(statement, '\n')))
	require.EqualValues(t, 1, again.Counts.Known)
	require.Zero(t, again.Counts.Credits)
	require.Equal(t, 1, h.Count("receipts", "true"))
	h.Laws()
	require.Zero(t, h.Mail.Count())
	events := h.Events(contract.KindBankFile, f.ID)
	t.Logf("%d events of the load", events)
	require.LessOrEqual(t, events, 20)
}

// remindTwice reminds on the day after the due date, and ten days after it.
const remindTwice = `
key: remind-twice
window: {from: "00:00", to: "24:00", days: [mon, tue, wed, thu, fri, sat, sun]}
min_days_between_notices: 0
stages:
  - {key: reminder, moment: due + 1 day, action: notice, template: reminder-1}
  - {key: second, moment: due + 10 days, action: notice, template: reminder-2}
`

// A payment in a file stops the chase. The next file takes it back: the invoice comes back in the same cycle, and is chased on
// where it stood.
func TestAReturnedPaymentBringsTheChaseBack(t *testing.T) {
	t.Parallel()
	h := house.New(t, house.Options{Clock: house.Stepped("2026-03-02 09:00"), Policy: remindTwice})
	account := h.ConfirmAccount()
	c := h.Customer("9301")
	inv := h.Invoice(c, "INV-93010", 500_00, calendar.MustDate("2026-03-01"))
	h.Quiet()
	h.AwaitMails("9301", 1)
	paid := paidBy(c, inv)
	paid.EndToEnd = "E2E-93010"
	f := h.AwaitLoaded(h.Load(house.Statement(h.Today(), 1, 0, paid)))
	require.EqualValues(t, 1, f.Counts.Applied)
	h.CaseState(inv, casework.CaseClosed)

	h.Advance("2026-03-10 10:00")
	require.Len(t, h.Mails("9301"), 1, "nothing is asked of who has paid")
	back := house.Booking{Minor: -500_00, Payer: c.Name, Reference: "RET-93010", EndToEnd: "E2E-93010", Return: "AC04", Text: "account closed"}
	f = h.AwaitLoaded(h.Load(house.Statement(h.Today(), 2, 500_00, back)))
	require.EqualValues(t, 1, f.Counts.Returned, "%+v", f.Counts)
	h.Quiet()
	h.CaseState(inv, casework.CaseActive)
	item := h.Item(inv)
	require.Equal(t, [3]int64{500_00, 1, 1}, [3]int64{item.OpenMinor, int64(item.Cycle), int64(item.Level)}, "in the same cycle, on the level where it stood")
	require.Equal(t, 1, h.Count("receipts", "state = 'reversed'"))

	h.Advance("2026-03-12 10:00")
	require.Len(t, h.AwaitMails("9301", 2), 2)
	require.Equal(t, 2, h.Item(inv).Level)
	requireInOrder(t, h.Actions(inv), "line.sent", "receipt.applied", "case.closed", "case.reopened", "line.sent")
	h.CashProven(account.ID)
	h.Laws()
	for _, counter := range []string{"dunned_after_paid", "dunned_while_cash_waiting"} {
		require.Zero(t, house.Value[int](h, `SELECT coalesce(sum(value), 0)::int FROM counters WHERE name = $1`, counter), counter)
	}
}

// A worker dies in the middle of a load, before and after a batch is committed, while another process is handed the same file:
// every payment is recorded once and everything it pays is paid once.
func TestAWorkerDiesInTheMiddleOfALoad(t *testing.T) {
	t.Parallel()
	h := house.New(t, house.Options{Idle: true})
	account := h.ConfirmAccount()
	const payments = 180
	var list []house.Booking
	for n := range payments {
		c := h.Customer(fmt.Sprintf("91%03d", n))
		list = append(list, paidBy(c, h.Invoice(c, fmt.Sprintf("INV-91%03d", n), int64(100_00+n), h.Today().AddDays(20))))
	}
	file := house.Statement(h.Today(), 1, 500_00, list...)
	f := h.Load(file)
	h.Process([]string{"relay"})
	worker := []string{"worker", "--no-relay"}
	h.Process(worker, h.Once("bank.before_commit")).AwaitKilled()
	require.Equal(t, f.ID, h.Load(file).ID)
	h.Process(worker, h.Once("bank.after_commit")).AwaitKilled()
	other := h.Load(append([]byte(nil), append(file, '\n')...)) // the same day in other bytes, at the same time
	h.Process(worker)
	h.Process(worker)
	first, second := h.AwaitLoaded(f), h.AwaitLoaded(other)
	require.EqualValues(t, payments, first.Counts.Credits+second.Counts.Credits)
	require.EqualValues(t, payments, first.Counts.Known+second.Counts.Known)
	require.Equal(t, payments, h.Count("receipts", "true"))
	require.Equal(t, payments, h.Count("items", "open_minor = 0"))
	h.CashProven(account.ID)
	h.Laws()
	require.Equal(t, port.BankFileDone, first.State)
}

// Reminders fall due while the file that pays them loads: nobody is asked for what the file has paid.
func TestAWaveIsDueWhileTheFileLoads(t *testing.T) {
	t.Parallel()
	h := house.New(t, house.Options{Idle: true, Policy: remindNow})
	h.ConfirmAccount()
	const invoices = 120
	var list []house.Booking
	for n := range invoices {
		c := h.Customer(fmt.Sprintf("92%03d", n))
		inv := h.Invoice(c, fmt.Sprintf("INV-92%03d", n), 100_00, h.Today().AddDays(-3))
		b := paidBy(c, inv)
		if n%3 == 0 {
			b.Text = "thank you" // whose it is is known by the name, what for by the amount alone
		}
		list = append(list, b)
	}
	f := h.Load(house.Statement(h.Today(), 1, 0, list...))
	h.StartRelay()
	h.StartWorker()
	h.AwaitLoaded(f)
	h.Laws()
	for _, counter := range []string{"dunned_after_paid", "dunned_while_cash_waiting"} {
		require.Zero(t, house.Value[int](h, `SELECT coalesce(sum(value), 0)::int FROM counters WHERE name = $1`, counter), counter)
	}
	t.Logf("%d of %d invoices were reminded before the file was loaded", h.Mail.Count(), invoices)
}
