package app_test

import (
	"context"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/matching"
	"arrears/domain/receivable"
	"arrears/domain/remittance"
	"arrears/port"
)

var (
	clerkOne = access.Principal{ID: "clerk-1", Role: access.Clerk}
	clerkTwo = access.Principal{ID: "clerk-2", Role: access.Clerk}
)

// pays takes one payment of the desk's customer in, in euros of 2026.
func (l *till) pays(number, name, account, text string, minor int64) app.Taken {
	l.t.Helper()
	done, err := app.TakeIn(l.t.Context(), l.app, "", l.payment(number, name, account, text, minor))
	require.NoError(l.t, err)
	return done[0]
}

func (l *till) payment(number, name, account, text string, minor int64) app.Incoming {
	return app.Incoming{Number: number, Seen: matching.Receipt{
		Minor: minor, Currency: "EUR", ValueOn: day("2026-03-02"), Reference: "REF" + number, EndToEnd: "E2E" + number,
		Payer: remittance.Party{Name: name, Account: remittance.Account{IBAN: account}}, Texts: []string{text},
	}}
}

// waits reads the one open exception of a receipt.
func (l *till) waits(id uuid.UUID) app.CashExceptionFile {
	l.t.Helper()
	list, err := l.app.CashExceptions(l.t.Context(), l.reader, port.CashExceptionFilter{ReceiptID: l.id(id)}, port.Page{})
	require.NoError(l.t, err)
	require.Len(l.t, list.Items, 1)
	f, err := l.app.CashException(l.t.Context(), l.reader, list.Items[0].ID)
	require.NoError(l.t, err)
	return f
}

func (l *till) receipt(id uuid.UUID) receivable.Receipt {
	l.t.Helper()
	r, err := l.app.Receipt(l.t.Context(), l.reader, id)
	require.NoError(l.t, err)
	require.NoError(l.t, r.Check())
	return r
}

// reserved is what holds the desk's customer's notices.
func (l *till) reserved() int64 {
	l.t.Helper()
	var sum int64
	require.NoError(l.t, l.db.Read(l.t.Context(), func(ctx context.Context, tx port.Tx) error {
		list, err := tx.Reserves(ctx, l.customer.ID)
		for _, r := range list {
			sum += r.Minor()
		}
		return err
	}))
	return sum
}

func advice(payment string, minor int64, lines ...remittance.Line) remittance.Advice {
	return remittance.Advice{
		Format: "json", ID: "ADV-" + payment, Payment: payment, Minor: minor, Currency: "EUR", Credit: true, MoneyMoves: true,
		PaidOn: day("2026-03-01"), Payer: remittance.Party{Name: "Nordwind K-1"}, Lines: lines,
	}
}

func line(number string, paid int64) remittance.Line {
	return remittance.Line{Kind: remittance.LineInvoice, Number: number, PaidMinor: &paid}
}

// takesBack takes in that the bank returned a payment, and tells what became of it.
func (l *till) takesBack(reference string, minor int64) string {
	l.t.Helper()
	outcome, err := app.TakeBack(l.t.Context(), l.app, remittance.Transaction{
		Minor: minor, Currency: "EUR", Entry: remittance.Entry{ValueOn: day("2026-03-05"), Minor: minor, Currency: "EUR", Reversal: true},
		Return: &remittance.Return{Code: "AC04", Reference: reference},
	})
	require.NoError(l.t, err)
	return outcome
}

// child enters a customer whose parent is the desk's customer, in euros.
func (l *till) child(number, name string, terms receivable.Terms) receivable.Customer {
	l.t.Helper()
	c, err := l.app.CreateCustomer(l.t.Context(), l.supervisor, app.NewCustomer{
		Number: number, Name: name, Currency: "EUR", Terms: &terms, ParentID: l.id(l.customer.ID),
		Contacts: []app.NewContact{{Role: receivable.RoleBilling, Email: "billing@example.com"}},
	})
	require.NoError(l.t, err)
	l.customers[number] = c
	return c
}
