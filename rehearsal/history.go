package rehearsal

import (
	"cmp"
	"slices"

	"arrears/domain/calendar"
	"arrears/domain/money"
	"arrears/store"
)

// Invoice is one invoice of the history with the days on which it enters and is paid.
type Invoice struct {
	store.PortfolioInvoice
	// Enters is its invoice date, or the first day when it was there before.
	Enters calendar.Date
	// Paid is the day of its payment in full; none when that is after the last day or not known.
	Paid calendar.Date
}

// Day is what history brings on one day: first the invoices, then the payments.
type Day struct {
	On       calendar.Date
	Enter    []Invoice // by number
	Payments []Payment
}

// Payment is what one customer paid on one day in one currency, for several invoices at once.
type Payment struct {
	Customer string
	Currency money.Currency
	Number   int // of this customer's payments on the day, from 1
	Invoices []Invoice
}

// maxPaid bounds the invoices of one payment: a receipt has so many applications at most.
const maxPaid = 500

// History is a portfolio laid out in time.
type History struct {
	From, To calendar.Date
	Days     []Day     // in order, only those on which something happens
	Invoices []Invoice // that are played, by number
	Before   int       // settled before the first day
	After    int       // dated after the last day
}

// Lay lays a portfolio out between two days. What was open before the first day enters on it, with its own dates; what was
// settled before it is left out, and so is what is dated after the last day. Payments after the last day do not happen.
// No last day means the last one on which the history knows something.
func Lay(invoices []store.PortfolioInvoice, from, to calendar.Date) History {
	if to.IsZero() {
		to = from
		for _, v := range invoices {
			to = max(to, v.InvoiceDate, v.Settled)
		}
	}
	h := History{From: from, To: to}
	for _, v := range invoices {
		switch {
		case v.InvoiceDate > to:
			h.After++
			continue
		case !v.Settled.IsZero() && v.Settled < from:
			h.Before++
			continue
		}
		in := Invoice{PortfolioInvoice: v, Enters: max(v.InvoiceDate, from)}
		if !v.Settled.IsZero() && v.Settled <= to {
			in.Paid = max(v.Settled, in.Enters) // a payment before the document settles it when it comes
		}
		h.Invoices = append(h.Invoices, in)
	}
	slices.SortFunc(h.Invoices, func(a, b Invoice) int { return cmp.Compare(a.Number, b.Number) })
	h.lay()
	return h
}

func (h *History) lay() {
	at := map[calendar.Date]*Day{}
	day := func(on calendar.Date) *Day {
		if at[on] == nil {
			at[on] = &Day{On: on}
		}
		return at[on]
	}
	paid := map[calendar.Date][]Invoice{}
	for _, v := range h.Invoices {
		d := day(v.Enters)
		d.Enter = append(d.Enter, v)
		if !v.Paid.IsZero() && v.AmountMinor > v.OpeningMinor {
			day(v.Paid)
			paid[v.Paid] = append(paid[v.Paid], v)
		}
	}
	for on, list := range paid {
		at[on].Payments = payments(list)
	}
	for _, d := range at {
		h.Days = append(h.Days, *d)
	}
	slices.SortFunc(h.Days, func(a, b Day) int { return cmp.Compare(a.On, b.On) })
}

// payments joins a day's invoices, which come by number, into one payment per customer and currency.
func payments(list []Invoice) []Payment {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b Invoice) int {
		return cmp.Or(cmp.Compare(a.Customer, b.Customer), cmp.Compare(a.Currency, b.Currency))
	})
	var all []Payment
	for _, v := range list {
		last := len(all) - 1
		if last < 0 || all[last].Customer != v.Customer || all[last].Currency != v.Currency || len(all[last].Invoices) == maxPaid {
			number := 1
			if last >= 0 && all[last].Customer == v.Customer {
				number = all[last].Number + 1
			}
			all = append(all, Payment{Customer: v.Customer, Currency: v.Currency, Number: number})
			last++
		}
		all[last].Invoices = append(all[last].Invoices, v)
	}
	return all
}

// PaysMinor is what the payment comes to.
func (p Payment) PaysMinor() int64 {
	var sum int64
	for _, v := range p.Invoices {
		sum += v.AmountMinor - v.OpeningMinor
	}
	return sum
}
