package dispute_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	. "arrears/domain/dispute"
	"arrears/domain/receivable"
)

// account is an invoice of 1,000 with one instalment, the deduction that is taken of it, and the claim about that.
type account struct {
	t       *testing.T
	i, d    receivable.Item
	receipt receivable.Receipt
	claim   Part
}

// short is the first row of the table: a receipt of 800 with a claim of 200.
func short(t *testing.T) *account {
	t.Helper()
	customer := newID()
	a := &account{t: t, i: receivable.Item{
		ID: newID(), InvoiceID: someID(newID()), CustomerID: customer, Kind: receivable.Instalment, Seq: 1, Currency: "EUR",
		DueDate: date("2026-03-31"), AgingDate: date("2026-03-31"), OriginalMinor: 1000, OpenMinor: 1000,
	}}
	a.receipt = receivable.Receipt{
		ID: newID(), CustomerID: someID(customer), Currency: "EUR", AmountMinor: 800, OnAccountMinor: 800, State: receivable.ReceiptRecorded,
	}
	a.did(a.receipt.ApplyTo(&a.i, 800, 0, newID(), noon))
	a.did(a.i.Move(200))
	a.d = a.i.Own(newID(), 1, 200)
	a.claim = Part{ID: newID(), InvoiceID: a.i.InvoiceID, ItemID: someID(a.d.ID), Amounts: Claim(200)}
	a.hold()
	return a
}

func (a *account) did(errs ...error) {
	a.t.Helper()
	for _, err := range errs {
		require.NoError(a.t, err)
	}
	require.NoError(a.t, a.i.Check())
	require.NoError(a.t, a.d.Check())
	require.NoError(a.t, a.receipt.Check())
	require.NoError(a.t, a.claim.Check())
}

// hold lets the claim's flag name what is pending.
func (a *account) hold() { a.d.SetFlagged(a.claim.PendingMinor()) }

// repay puts a payment on the deduction.
func (a *account) repay(minor int64) *receivable.Receipt {
	a.t.Helper()
	r := &receivable.Receipt{
		ID: newID(), CustomerID: a.receipt.CustomerID, Currency: "EUR", AmountMinor: minor, OnAccountMinor: minor, State: receivable.ReceiptRecorded,
	}
	a.did(r.ApplyTo(&a.d, minor, 0, newID(), noon), a.claim.Repay(minor))
	return r
}

// says asserts a row: what is not 0 of the two items, and where the claim is.
func (a *account) says(invoice, deduction string, claim Amounts) {
	a.t.Helper()
	a.did()
	require.Equal(a.t, invoice, told(a.i))
	require.Equal(a.t, deduction, told(a.d))
	claim.ClaimedMinor = 200
	require.Equal(a.t, claim, a.claim.Amounts)
	whole := a.i.OriginalMinor // the portfolio's law: what moved is told by the item that it moved to
	parts := a.i.PaidMinor + a.i.CreditedMinor + a.i.WrittenOffMinor + a.i.OpenMinor + a.d.PaidMinor + a.d.CreditedMinor + a.d.WrittenOffMinor + a.d.OpenMinor
	require.Equal(a.t, whole, parts)
	require.Equal(a.t, a.i.MovedMinor, a.d.OriginalMinor)
}

func told(i receivable.Item) string {
	text := ""
	for _, way := range []struct {
		name  string
		minor int64
	}{{"paid", i.PaidMinor}, {"moved", i.MovedMinor}, {"credited", i.CreditedMinor}, {"written off", i.WrittenOffMinor}, {"open", i.OpenMinor}, {"disputed", i.DisputedMinor}} {
		if way.minor != 0 {
			text += fmt.Sprintf(" %s %d", way.name, way.minor)
		}
	}
	if text == "" {
		return "nothing"
	}
	return text[1:]
}

const paidShort = "paid 800 moved 200"

func TestTheTableOfMoney(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]func(*account){
		"a receipt of 800 with a claim of 200": func(a *account) {
			a.says(paidShort, "open 200 disputed 200", Claim(200))
		},
		"valid": func(a *account) {
			a.did(a.claim.Uphold(200))
			a.hold()
			a.says(paidShort, "open 200 disputed 200", Amounts{CreditDueMinor: 200}) // held until the memo's number comes
			a.did(a.claim.Credit(200), a.d.Credit(200))
			a.hold()
			a.says(paidShort, "credited 200", Amounts{CreditedMinor: 200})
		},
		"tolerance or concession": func(a *account) {
			a.did(a.claim.Concede(200), a.d.WriteOff(200))
			a.hold()
			a.says(paidShort, "written off 200", Amounts{WrittenOffMinor: 200})
		},
		"denied": func(a *account) {
			a.denied()
			a.says(paidShort, "open 200", Amounts{DeniedMinor: 200})
		},
		"120 valid, 80 denied": func(a *account) {
			a.did(a.claim.Uphold(120), a.claim.Deny(80), a.claim.Credit(120), a.d.Credit(120))
			a.hold()
			a.says(paidShort, "credited 120 open 80", Amounts{CreditedMinor: 120, DeniedMinor: 80})
		},
		"denied, 50 repaid": func(a *account) {
			a.denied()
			a.repay(50)
			a.says(paidShort, "paid 50 open 150", Amounts{DeniedMinor: 150, RepaidMinor: 50})
		},
		"… the customer appeals": func(a *account) {
			a.appealed()
			a.says(paidShort, "paid 50 open 150 disputed 150", Amounts{UndecidedMinor: 200})
		},
		"… then found valid in full": func(a *account) {
			r := a.appealed()
			a.did(a.claim.Uphold(200), r.Release(&a.d, r.Applications[0].ID, 50, newID(), noon), a.claim.Credit(200), a.d.Credit(200))
			a.hold()
			a.says(paidShort, "credited 200", Amounts{CreditedMinor: 200})
			require.Equal(a.t, int64(50), r.OnAccountMinor)
		},
		"… or given up": func(a *account) {
			a.denied()
			a.repay(50)
			a.did(a.claim.GiveUp(150), a.d.WriteOff(150))
			a.says(paidShort, "paid 50 written off 150", Amounts{WrittenOffMinor: 150, RepaidMinor: 50})
		},
		"receipt reversed, undecided": func(a *account) {
			a.reversed()
			a.did(a.i.Unmove(200), a.claim.Withdraw(200))
			a.hold()
			a.did(a.d.Void())
			a.says("open 1000", "nothing", Amounts{WithdrawnMinor: 200})
		},
		"receipt reversed, decided": func(a *account) {
			a.denied()
			a.reversed()
			a.says("moved 200 open 800", "open 200", Amounts{DeniedMinor: 200})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			row(short(t))
		})
	}
}

func (a *account) denied() {
	a.t.Helper()
	a.did(a.claim.Deny(200))
	a.hold()
}

func (a *account) appealed() *receivable.Receipt {
	a.t.Helper()
	a.denied()
	r := a.repay(50)
	a.did(a.claim.Appeal(150), a.claim.Overturn(50))
	a.hold()
	return r
}

func (a *account) reversed() {
	a.t.Helper()
	undone, err := a.receipt.Reverse(noon, "returned")
	a.did(err)
	for _, application := range undone {
		a.did(application.Undo(&a.i))
	}
}

// Three invoices of 1,000, one receipt of 2,800 and a claim of 200 that names none of them.
func TestAClaimThatNamesNoInvoiceIsNetted(t *testing.T) {
	t.Parallel()
	customer := newID()
	r := receivable.Receipt{ID: newID(), CustomerID: someID(customer), Currency: "EUR", AmountMinor: 2800, OnAccountMinor: 2800, State: receivable.ReceiptRecorded}
	require.NoError(t, r.Net(200))
	var invoices [3]receivable.Item
	for n := range invoices {
		invoices[n] = receivable.Item{ID: newID(), CustomerID: customer, Currency: "EUR", OriginalMinor: 1000, OpenMinor: 1000}
		require.NoError(t, r.ApplyTo(&invoices[n], 1000, 0, newID(), noon))
	}
	claim := receivable.Item{ID: newID(), CustomerID: customer, Kind: receivable.Claim, Currency: "EUR", OriginalMinor: 200, OpenMinor: 200}
	claim.SetFlagged(200)
	require.NoError(t, r.Check())
	require.Zero(t, r.Rest())
	require.Equal(t, "open 200 disputed 200", told(claim))

	// Reversed after a decision: the invoices owe everything again, and what was netted stays as decided.
	undone, err := r.Reverse(noon, "returned")
	require.NoError(t, err)
	for n := range invoices {
		require.NoError(t, undone[n].Undo(&invoices[n]))
		require.Equal(t, "open 1000", told(invoices[n]))
	}
	require.NoError(t, r.Check())
	require.Equal(t, int64(200), r.Rest())
}

// 300 disputed before payment, then 1,000 paid: the case is paid under protest, and what is found valid goes on account.
func TestPaidUnderProtest(t *testing.T) {
	t.Parallel()
	item := receivable.Item{ID: newID(), CustomerID: newID(), Currency: "EUR", OriginalMinor: 1000, OpenMinor: 1000}
	part := Claim(300)
	item.SetFlagged(part.PendingMinor())
	require.Equal(t, "open 1000 disputed 300", told(item))
	r := receivable.Receipt{ID: newID(), CustomerID: someID(item.CustomerID), Currency: "EUR", AmountMinor: 1000, OnAccountMinor: 1000, State: receivable.ReceiptRecorded}
	require.NoError(t, r.ApplyTo(&item, 1000, 0, newID(), noon))
	require.Equal(t, "paid 1000", told(item), "what is disputed never exceeds what is open")

	denied := part
	require.NoError(t, denied.DenyPaid(300))
	require.True(t, denied.Done(), "nothing is left to collect")

	require.NoError(t, part.Uphold(300))
	require.NoError(t, r.Release(&item, r.Applications[0].ID, 300, newID(), noon))
	require.NoError(t, item.Credit(300))
	require.NoError(t, part.Credit(300))
	require.Equal(t, "paid 700 credited 300", told(item))
	require.Equal(t, int64(300), r.OnAccountMinor)
	require.True(t, part.Done())
	require.NoError(t, r.Check())
}
