package claimlist

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"arrears/domain/dispute"
	"arrears/domain/money"
)

// Line is a case as a list shows it.
type Line struct {
	Dispute        dispute.Dispute
	CustomerNumber string
	CustomerName   string
	Invoices       []string // numbers, by part
}

// Writer writes a list of cases as CSV, which spreadsheets open as text and numbers and nothing else.
type Writer struct {
	csv    *csv.Writer
	headed bool
}

// NewWriter begins a list.
func NewWriter(out io.Writer) *Writer { return &Writer{csv: csv.NewWriter(out)} }

// Headers are the columns of a list.
func Headers() []string {
	return []string{
		"case", "claim_reference", "customer_number", "customer_name", "invoice_number", "amount", "currency", "taken_on", "reason",
		"reason_words", "kind", "status", "our_reason", "outcome", "undecided", "credit_due", "credited", "written_off", "repaid", "denied",
		"withdrawn", "payable_by", "owner", "team", "portal_reference",
	}
}

// Write adds lines; the first call writes the header.
func (w *Writer) Write(lines []Line) error {
	if !w.headed {
		w.headed = true
		if err := w.csv.Write(Headers()); err != nil {
			return err
		}
	}
	for _, l := range lines {
		if err := w.csv.Write(l.values()); err != nil {
			return err
		}
	}
	w.csv.Flush()
	return w.csv.Error()
}

func (l Line) values() []string {
	d := l.Dispute
	sum := d.Amounts()
	figure := func(minor int64) string { return money.Of(minor, d.Currency).Decimal() }
	payable := ""
	if !d.PayableBy.IsZero() {
		payable = d.PayableBy.String()
	}
	return []string{
		fmt.Sprintf("D-%d", d.Number), text(d.ClaimReference), text(l.CustomerNumber), text(l.CustomerName), text(strings.Join(l.Invoices, " ")),
		figure(sum.ClaimedMinor), string(d.Currency), d.TakenOn.String(), text(d.CustomerReason), text(d.CustomerWords), string(d.Kind),
		string(d.State), d.Reason, string(d.Outcome), figure(sum.UndecidedMinor), figure(sum.CreditDueMinor), figure(sum.CreditedMinor),
		figure(sum.WrittenOffMinor), figure(sum.RepaidMinor), figure(sum.DeniedMinor), figure(sum.WithdrawnMinor), payable, text(d.Owner),
		text(d.Team), text(d.PortalReference),
	}
}

// text keeps a spreadsheet from taking what a customer wrote for a formula.
func text(s string) string {
	if r, _ := utf8.DecodeRuneInString(s); s != "" && strings.ContainsRune("=+-@\t\r", r) {
		return "'" + s
	}
	return s
}
