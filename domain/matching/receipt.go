package matching

import (
	"github.com/google/uuid"

	"arrears/domain/calendar"
	"arrears/domain/receivable"
	"arrears/domain/remittance"
)

// FromTransaction makes a receipt of what a bank told of one payment.
func FromTransaction(id uuid.UUID, t remittance.Transaction) Receipt {
	r := Receipt{
		ID: id, Kind: Payment, Minor: t.Minor, Currency: t.Currency, ValueOn: t.Entry.ValueOn,
		InstructedMinor: t.InstructedMinor, InstructedCurrency: t.InstructedCurrency, Rate: t.Rate, ChargesMinor: t.ChargesMinor,
		Payer: t.Payer, UltimatePayer: t.UltimatePayer, Customer: t.Customer, EndToEnd: t.EndToEnd, Reference: t.Reference,
		Mandate: t.Mandate, Cheque: t.Cheque, Texts: t.Text, Lines: t.Lines, Return: t.Return,
	}
	if len(r.Texts) == 0 && t.Entry.Text != "" {
		r.Texts = []string{t.Entry.Text}
	}
	switch {
	case t.Return != nil || t.Entry.Reversal:
		r.Kind = Return
	case !t.Credit:
		r.Kind = Debit
	}
	return r
}

// with returns the receipt with what an advice tells of it.
func (r Receipt) with(a Advice) Receipt {
	r.Lines = append(append([]remittance.Line(nil), r.Lines...), a.Lines...)
	r.Texts = append(append([]string(nil), r.Texts...), a.Text...)
	if r.Customer == "" {
		r.Customer = a.Customer
	}
	if r.Payer.Name == "" && r.Payer.Account.Key() == "" {
		r.Payer = a.Payer
	} else if r.UltimatePayer == (remittance.Party{}) && a.Payer.Name != "" {
		r.UltimatePayer = remittance.Party{Name: a.Payer.Name}
	}
	return r
}

// Discounts are what the terms let a payer take off an item; none when it is closed.
func Discounts(t receivable.Terms, item receivable.Item, invoicedOn calendar.Date) []Discount {
	last := t.DiscountUntil(invoicedOn)
	if last.IsZero() || item.OpenMinor == 0 {
		return nil
	}
	left, err := t.Discount(item)
	if err != nil {
		return nil
	}
	if left = min(left, item.OpenMinor); left > 0 {
		return []Discount{{LastDay: last, Minor: left}}
	}
	return nil
}
