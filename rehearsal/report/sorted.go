package report

import (
	"cmp"
	"slices"
	"strings"
)

// sorted returns a copy of the facts in one order, whatever order they came in.
func sorted(f Facts) *Facts {
	f.Quarantine = sortedCopy(f.Quarantine, compareQuarantine)
	f.Customers = sortedCopy(f.Customers, compareCustomers)
	f.Invoices = slices.Clone(f.Invoices)
	for i := range f.Invoices {
		f.Invoices[i].Stages = sortedCopy(f.Invoices[i].Stages, compareSteps)
	}
	slices.SortFunc(f.Invoices, compareInvoices)
	f.Notices = slices.Clone(f.Notices)
	for i := range f.Notices {
		f.Notices[i].Lines = sortedCopy(f.Notices[i].Lines, compareLines)
	}
	slices.SortFunc(f.Notices, compareNotices)
	f.Approvals = sortedCopy(f.Approvals, compareApprovals)
	return &f
}

func sortedCopy[T any](in []T, compare func(a, b T) int) []T {
	out := slices.Clone(in)
	slices.SortFunc(out, compare)
	return out
}

func compareQuarantine(a, b QuarantineLine) int {
	return cmp.Or(cmp.Compare(a.Line, b.Line), strings.Compare(a.Code, b.Code), strings.Compare(a.Field, b.Field),
		strings.Compare(a.Severity, b.Severity), strings.Compare(a.Message, b.Message))
}

func compareCustomers(a, b CustomerFacts) int {
	return cmp.Or(strings.Compare(a.Number, b.Number), strings.Compare(a.Name, b.Name), strings.Compare(a.NameKey, b.NameKey))
}

func compareSteps(a, b StageFacts) int {
	return cmp.Or(cmp.Compare(a.On, b.On), strings.Compare(a.Stage, b.Stage), strings.Compare(a.Action, b.Action),
		strings.Compare(a.Outcome, b.Outcome))
}

func compareInvoices(a, b InvoiceFacts) int {
	return cmp.Or(strings.Compare(a.Number, b.Number), strings.Compare(a.Customer, b.Customer), cmp.Compare(a.Currency, b.Currency),
		cmp.Compare(a.AmountMinor, b.AmountMinor), cmp.Compare(a.InvoiceDate, b.InvoiceDate), cmp.Compare(a.DueDate, b.DueDate),
		cmp.Compare(a.PaidOn, b.PaidOn), slices.CompareFunc(a.Stages, b.Stages, compareSteps))
}

func compareLines(a, b LineFacts) int {
	return cmp.Or(strings.Compare(a.Invoice, b.Invoice), strings.Compare(a.Stage, b.Stage), cmp.Compare(a.AskMinor, b.AskMinor),
		cmp.Compare(a.OpenMinor, b.OpenMinor), cmp.Compare(a.WaitingMinor, b.WaitingMinor))
}

func compareNotices(a, b NoticeFacts) int {
	return cmp.Or(cmp.Compare(a.On, b.On), strings.Compare(a.Customer, b.Customer), strings.Compare(a.Kind, b.Kind),
		strings.Compare(a.Channel, b.Channel), cmp.Compare(a.Currency, b.Currency), cmp.Compare(a.AskedMinor, b.AskedMinor),
		strings.Compare(a.Subject, b.Subject), slices.CompareFunc(a.Lines, b.Lines, compareLines))
}

func compareApprovals(a, b ApprovalFacts) int {
	return cmp.Or(cmp.Compare(a.AskedOn, b.AskedOn), cmp.Compare(a.DecidedOn, b.DecidedOn), strings.Compare(a.Customer, b.Customer),
		strings.Compare(a.Stage, b.Stage), strings.Compare(a.Decision, b.Decision), cmp.Compare(a.Currency, b.Currency),
		cmp.Compare(a.AmountMinor, b.AmountMinor))
}
