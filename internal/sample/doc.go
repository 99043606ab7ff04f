// Package sample makes the sample portfolio: some sixty invented customers of several countries with four hundred invoices
// of all ages, and a script of what happens to them later, for make run, make demo and training. The same seed and day give
// the same portfolio. Names, people and places are invented; addresses lie in the reserved domain .example, so no mail can
// reach anyone. cmd, devstack and tests import it.
package sample

import (
	"arrears/domain/calendar"
	"arrears/domain/money"
	"arrears/domain/receivable"
)

// Source is the source of all documents of the sample.
const Source = "sample"

// Portfolio is everything to load, in the order in which it is loaded. Records refer to each other by number.
type Portfolio struct {
	Today       calendar.Date
	Customers   []Customer
	Invoices    []Invoice
	CreditMemos []CreditMemo
	Receipts    []Receipt
	Promises    []Promise
	Blocks      []Block
	Disputes    []Dispute
	Notes       []Note
	Copies      []Copy
	Script      []Event
}

// Customer is a company with its terms and contacts. Payer, Parent and Recipient are numbers of customers that come before.
type Customer struct {
	Number, Name, Segment    string
	Currency                 money.Currency
	Language, Country        string
	TimeZone, Calendar       string
	PreferredChannel         receivable.Channel
	Collector                string
	Payer, Parent, Recipient string
	Terms                    receivable.Terms
	Contacts                 []receivable.Contact
}

// Invoice is a document with one or more instalments.
type Invoice struct {
	Number, Customer string
	InvoiceDate      calendar.Date
	Currency         money.Currency
	AmountMinor      int64
	PurchaseOrder    string
	Instalments      []receivable.InstalmentPart
}

// CreditMemo reduces what is owed: of an invoice, or standalone when Invoice is empty.
type CreditMemo struct {
	Number, Customer, Invoice string
	Currency                  money.Currency
	AmountMinor               int64
	MemoDate                  calendar.Date
	Reason                    string
}

// Receipt is money that arrived; what Invoice does not take up, or all of it when that is empty, is on account.
type Receipt struct {
	Number, Customer, Invoice string
	Currency                  money.Currency
	AmountMinor               int64 // as received
	AppliedMinor              int64 // to the invoice, oldest instalment first
	ValueDate                 calendar.Date
	Reference                 string
}

// Promise is a promise to pay an amount of an invoice by a date.
type Promise struct {
	Invoice     string
	AmountMinor int64
	DueOn       calendar.Date
	GraceDays   int
	Note        string
}

// Block stops dunning of an invoice, or of the customer when Invoice is empty.
type Block struct {
	Customer, Invoice string
	Reason            receivable.BlockReason
	Until             calendar.Date
	Note              string
}

// Dispute marks an amount of an invoice's first open instalment as contested.
type Dispute struct {
	Invoice     string
	AmountMinor int64
	Reason      string
	Note        string
}

// Note is what a collector wrote down, of a customer or, when Invoice is given, of an invoice.
type Note struct {
	Customer, Invoice string
	Kind, Outcome     string
	Body              string
	FollowUpOn        calendar.Date
}

// Copy is an invoice's document as the customer got it.
type Copy struct {
	Invoice, Filename string
	PDF               []byte
}

// OpenMinor is what is open of an invoice of the portfolio after its receipts and credit memos.
func (p *Portfolio) OpenMinor(invoice string) int64 {
	var open int64
	for _, inv := range p.Invoices {
		if inv.Number == invoice {
			open = inv.AmountMinor
		}
	}
	for _, r := range p.Receipts {
		if r.Invoice == invoice {
			open -= r.AppliedMinor
		}
	}
	for _, m := range p.CreditMemos {
		if m.Invoice == invoice {
			open -= m.AmountMinor
		}
	}
	return open
}
