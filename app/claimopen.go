package app

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/domain/dispute"
	"arrears/domain/money"
	"arrears/domain/receivable"
	"arrears/port"
)

// NewDispute is a claim as it is entered: money withheld (a deduction) or an amount contested before payment (a dispute). It
// is about items or invoices, or about the customer's account when it names none.
type NewDispute struct {
	Kind           dispute.Kind
	CustomerID     uuid.UUID
	Currency       money.Currency
	AmountMinor    int64 // 0: the sum of the parts
	Parts          []NewDisputePart
	CustomerReason string // their code
	CustomerWords  string
	ClaimReference string
	Source         string
	TakenOn        calendar.Date // today unless told
	Documents      []uuid.UUID
}

// NewDisputePart is what of a claim is about one item, or about an invoice by id or number: then about its items, oldest due
// date first.
type NewDisputePart struct {
	ItemID, InvoiceID uuid.NullUUID
	InvoiceNumber     string
	AmountMinor       int64
}

// The sources of claims.
const (
	claimFromAPI     = "api"
	claimFromReceipt = "short_payment"
)

// The bounds of a claim's texts and parts.
const (
	maxClaimParts = 200
	maxClaimWords = 4000
	maxClaimKey   = 100
)

// OpenDispute opens a case: the amount leaves dunning at once, a deduction becomes an item of its own, and the rules sort it.
// What they call earned or too small closes by itself; what may be there already is linked as a suspected duplicate.
// Errors: access.forbidden, receivable.invalid, customer.not_found, item.not_found, invoice.not_found, invoice.ambiguous,
// item.customer_differs, item.currency_differs, item.exceeds_open, item.exceeds_undisputed, document.not_found.
func (a *App) OpenDispute(ctx context.Context, who access.Principal, in NewDispute) (dispute.Dispute, error) {
	var made dispute.Dispute
	if err := access.Require(who, access.DisputesWrite); err != nil {
		return made, err
	}
	if err := in.check(); err != nil {
		return made, err
	}
	id, err := port.NewID(ctx)
	if err != nil {
		return made, err
	}
	err = a.write(ctx, func(ctx context.Context, tx port.Tx, now time.Time) error {
		if err := tx.LockCustomer(ctx, in.CustomerID); err != nil {
			return err
		}
		before, found, err := madeBefore(ctx, tx.Dispute)
		if err != nil || found {
			made = before
			return err
		}
		made, err = a.openClaimOn(ctx, tx, now, who, id, in)
		return err
	})
	return made, err
}

// openClaimOn opens a case in a transaction of the caller's, who holds the customer's lock.
func (a *App) openClaimOn(ctx context.Context, tx port.Tx, now time.Time, who access.Principal, id uuid.UUID, in NewDispute) (dispute.Dispute, error) {
	o := opening{in: in, ledger: newLedger(tx, now, who.ID)}
	if err := o.resolve(ctx); err != nil {
		return dispute.Dispute{}, err
	}
	o.whole = o.wholeMinor()
	return o.open(ctx, a, who, id)
}

func (in NewDispute) check() error {
	var f receivable.Form
	receivable.OneOf(&f, "kind", in.Kind, dispute.Deduction, dispute.Contest)
	f.Currency("currency", in.Currency)
	f.Line("customer_reason", in.CustomerReason, maxClaimKey)
	f.Text("customer_words", in.CustomerWords, maxClaimWords)
	f.Line("claim_reference", in.ClaimReference, maxClaimKey)
	if len(in.Parts) > maxClaimParts {
		f.Add("parts", receivable.CodeOutOfRange, "must be at most 200")
	}
	if len(in.Documents) > maxCited {
		f.Add("documents", receivable.CodeOutOfRange, "must be at most 50")
	}
	sum := in.AmountMinor
	for n, part := range in.Parts[:min(len(in.Parts), maxClaimParts)] {
		part.check(&f, fmt.Sprintf("parts[%d].", n), in.Kind)
		sum -= min(part.AmountMinor, money.MaxMinor)
	}
	if len(in.Parts) == 0 {
		f.Positive("amount_minor", in.AmountMinor)
		if in.Kind == dispute.Contest {
			f.Add("parts", receivable.CodeRequired, "say which item or invoice is contested")
		}
	} else if in.AmountMinor != 0 && sum != 0 {
		f.Add("amount_minor", receivable.CodeInstalmentsDiffer, "must be the sum of the parts")
	}
	return f.Err("dispute")
}

func (p NewDisputePart) check(f *receivable.Form, at string, kind dispute.Kind) {
	named := 0
	for _, is := range []bool{p.ItemID.Valid, p.InvoiceID.Valid, p.InvoiceNumber != ""} {
		if is {
			named++
		}
	}
	if named > 1 || named == 0 && kind == dispute.Contest {
		f.Add(at+"item_id", receivable.CodeRequired, "name one item or one invoice")
	}
	f.Line(at+"invoice_number", p.InvoiceNumber, maxClaimKey)
	f.Positive(at+"amount_minor", p.AmountMinor)
}

// total is the claimed amount.
func (in NewDispute) total() int64 {
	if len(in.Parts) == 0 {
		return in.AmountMinor
	}
	var sum int64
	for _, p := range in.Parts {
		sum += p.AmountMinor
	}
	return sum
}

// claim is the case as it begins.
func (o *opening) claim(id uuid.UUID, who access.Principal, zone string) dispute.Dispute {
	now := o.ledger.now
	d := dispute.Dispute{
		ID: id, Kind: o.in.Kind, CustomerID: o.in.CustomerID, Currency: o.in.Currency, State: dispute.Opened,
		CustomerReason: o.in.CustomerReason, CustomerWords: o.in.CustomerWords, ClaimReference: o.in.ClaimReference,
		Source: orElse(o.in.Source, claimFromAPI), TakenOn: o.in.TakenOn, ReceiptID: o.receipt, Priority: dispute.DefaultPriority,
		ClaimedWhole: o.in.total(), WakeAt: &now, OpenedBy: who.ID, OpenedAt: now, Version: 1, Parts: o.parts,
	}
	if d.TakenOn.IsZero() {
		d.TakenOn = today(now, zone)
	}
	for n := range d.Parts {
		d.Parts[n].DisputeID = id
	}
	return d
}
