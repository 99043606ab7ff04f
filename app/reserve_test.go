package app_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/policy"
	"arrears/domain/receivable"
)

// narrow gives the desk's customer a policy that looks at nothing but the invoice itself.
func (d *desk) narrow() {
	d.t.Helper()
	p := policy.Default()
	p.Key = "narrow"
	for i := range p.Stages {
		p.Stages[i].Conditions = policy.Conditions{}
	}
	require.NoError(d.t, publishAndAssign(d, p))
}

// What changes one invoice says nothing about the customer's others, unless money or credit of the customer waits.
func TestMoneyTouchesOthersOnlyWhenSomeWaits(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	d.narrow()
	one, two, three := d.owed("R-1", 1000), d.owed("R-2", 1000), d.owed("R-3", 1000)
	var first, rest receivable.Receipt
	d.nudges(func() { first = d.receive(d.newReceipt("B-1", 1000, d.onItem(one.Items[0], 1000, 0))) }, one)
	d.nudges(func() {
		_, err := d.app.ReverseReceipt(t.Context(), d.supervisor, first.ID, "bounced")
		require.NoError(t, err)
	}, one)
	d.nudges(func() { rest = d.receive(d.newReceipt("B-2", 1200, d.onItem(two.Items[0], 1000, 0))) }, one, two, three)
	d.nudges(func() { d.receive(d.newReceipt("B-3", 100, d.onItem(one.Items[0], 100, 0))) }, one, three)
	d.nudges(func() {
		_, err := d.app.ApplyReceipt(t.Context(), d.collector, rest.ID, uuid.NullUUID{}, []app.ReceiptApplication{d.onItem(one.Items[0], 200, 0)})
		require.NoError(t, err)
	}, one, three)
	d.nudges(func() { d.receive(d.newReceipt("B-4", 100, d.onItem(one.Items[0], 100, 0))) }, one)
}

func TestACreditTouchesOthersOnlyWhenSomeWaits(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	d.narrow()
	one, two := d.owed("R-1", 1000), d.owed("R-2", 1000)
	credit := func(number string, minor int64, invoice receivable.Invoice) (m receivable.CreditMemo) {
		m, err := d.app.CreateCreditMemo(t.Context(), d.supervisor, app.NewCreditMemo{
			Number: number, CustomerID: d.customer.ID, InvoiceID: d.id(invoice.ID), Currency: "EUR", AmountMinor: minor, MemoDate: day("2026-02-05"),
		})
		require.NoError(t, err)
		return m
	}
	var m receivable.CreditMemo
	d.nudges(func() { m = credit("C-1", 300, one) }, one)
	d.nudges(func() {
		_, err := d.app.VoidCreditMemo(t.Context(), d.supervisor, m.ID, "a mistake")
		require.NoError(t, err)
	}, one)
	d.nudges(func() { credit("C-2", 1100, one) }, one, two)
}
