package receivable

import (
	"github.com/google/uuid"

	"arrears/domain/calendar"
	"arrears/domain/money"
)

// InstalmentPart is a part of an invoice with its due date.
type InstalmentPart struct {
	DueDate     calendar.Date
	AmountMinor int64
}

// SplitEqually divides an amount over due dates in equal parts; the earlier ones take the minor units left over.
// Error: money.invalid_weights when there is no date.
func SplitEqually(totalMinor int64, dueDates []calendar.Date) ([]InstalmentPart, error) {
	amounts, err := money.Split(totalMinor, len(dueDates))
	if err != nil {
		return nil, err
	}
	return parts(amounts, dueDates), nil
}

// SplitByShare divides an amount over due dates in proportion to shares (30 and 70 for "30 % at once, the rest later"), so
// that the parts sum to it exactly. Error: money.invalid_weights.
func SplitByShare(totalMinor int64, shares []int64, dueDates []calendar.Date) ([]InstalmentPart, error) {
	amounts, err := money.Allocate(totalMinor, shares[:min(len(shares), len(dueDates))])
	if err != nil {
		return nil, err
	}
	return parts(amounts, dueDates), nil
}

func parts(amounts []int64, dueDates []calendar.Date) []InstalmentPart {
	list := make([]InstalmentPart, len(amounts))
	for n, amount := range amounts {
		list[n] = InstalmentPart{DueDate: dueDates[n], AmountMinor: amount}
	}
	return list
}

// AddInstalments gives a new invoice its items, one per part in order; ids has one id for each. Zone is where its business
// dates are civil dates.
func (inv *Invoice) AddInstalments(list []InstalmentPart, ids []uuid.UUID, zone string) {
	for n, part := range list {
		inv.Items = append(inv.Items, Item{
			ID:            ids[n],
			InvoiceID:     uuid.NullUUID{UUID: inv.ID, Valid: true},
			CustomerID:    inv.CustomerID,
			Kind:          Instalment,
			Seq:           n + 1,
			DueDate:       part.DueDate,
			AgingDate:     part.DueDate,
			TimeZone:      zone,
			Currency:      inv.Currency,
			OriginalMinor: part.AmountMinor,
			OpenMinor:     part.AmountMinor,
			Cycle:         1,
			Version:       1,
		})
	}
}

// Instalments are the parts of the invoice as they stand.
func (inv Invoice) Instalments() []InstalmentPart {
	var list []InstalmentPart
	for _, item := range inv.Items {
		if item.Kind == Instalment {
			list = append(list, InstalmentPart{DueDate: item.DueDate, AmountMinor: item.OriginalMinor})
		}
	}
	return list
}

// OpenMinor is what is open of the invoice.
func (inv Invoice) OpenMinor() int64 {
	var sum int64
	for _, item := range inv.Items {
		sum += item.OpenMinor
	}
	return sum
}

// Void makes the invoice as if it had never been valid. Errors: CodeVoidInvoice when it is void already,
// CodeHasApplications; then nothing has changed.
func (inv *Invoice) Void() error {
	if inv.State == InvoiceVoid {
		return refuse(CodeVoidInvoice, "the invoice is void")
	}
	for _, item := range inv.Items {
		if !item.Untouched() {
			return refuse(CodeHasApplications, "something was applied to the invoice; undo that first")
		}
	}
	for n := range inv.Items {
		if err := inv.Items[n].Void(); err != nil {
			return err
		}
	}
	inv.State = InvoiceVoid
	return nil
}

// Check proves the invoice: its items obey their law and its instalments sum to it, or to nothing when it is void.
// Error: CodeLawBroken.
func (inv Invoice) Check() error {
	var sum int64
	for _, item := range inv.Items {
		if err := item.Check(); err != nil {
			return err
		}
		if item.Kind == Instalment {
			sum += item.OriginalMinor
		}
	}
	want := inv.AmountMinor
	if inv.State == InvoiceVoid {
		want = 0
	}
	if sum != want {
		return broken("invoice")
	}
	return nil
}
