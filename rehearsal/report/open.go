package report

import (
	"slices"

	"arrears/domain/calendar"
	"arrears/domain/money"
)

// openSeries says what was open at the end of each week, by the dates of the file: an invoice is open from its date until
// the day before its payment, and overdue from the day after it is due.
func openSeries(f *Facts, weeks []calendar.Date) []OpenSeries {
	out := []OpenSeries{}
	if len(weeks) == 0 {
		return out
	}
	ends := make([]calendar.Date, len(weeks))
	for i, monday := range weeks {
		ends[i] = monday.AddDays(6)
	}
	if last := len(ends) - 1; !f.To.IsZero() && f.To >= weeks[last] {
		ends[last] = min(ends[last], f.To)
	}
	changes := map[money.Currency][]OpenPoint{}
	for _, i := range f.Invoices {
		if changes[i.Currency] == nil {
			changes[i.Currency] = make([]OpenPoint, len(ends)+1)
		}
		enter(changes[i.Currency], ends, i)
	}
	for _, c := range sortedKeys(changes) {
		out = append(out, OpenSeries{c, summed(changes[c], ends)})
	}
	return out
}

// enter notes at which of the ends the invoice appears, becomes overdue and goes.
func enter(changes []OpenPoint, ends []calendar.Date, i InvoiceFacts) {
	appears, _ := slices.BinarySearch(ends, i.InvoiceDate)
	overdue, _ := slices.BinarySearch(ends, max(i.InvoiceDate, i.DueDate.AddDays(1)))
	goes := len(ends)
	if !i.PaidOn.IsZero() {
		goes, _ = slices.BinarySearch(ends, i.PaidOn)
	}
	if appears < goes {
		changes[appears].Minor = plus(changes[appears].Minor, i.AmountMinor)
		changes[appears].Invoices++
		changes[goes].Minor = plus(changes[goes].Minor, -i.AmountMinor)
		changes[goes].Invoices--
	}
	if overdue < goes && !i.DueDate.IsZero() {
		changes[overdue].Overdue = plus(changes[overdue].Overdue, i.AmountMinor)
		changes[goes].Overdue = plus(changes[goes].Overdue, -i.AmountMinor)
	}
}

func summed(changes []OpenPoint, ends []calendar.Date) []OpenPoint {
	points := make([]OpenPoint, len(ends))
	var now OpenPoint
	for i, on := range ends {
		now.On = on
		now.Invoices += changes[i].Invoices
		now.Minor = plus(now.Minor, changes[i].Minor)
		now.Overdue = plus(now.Overdue, changes[i].Overdue)
		points[i] = now
	}
	return points
}
