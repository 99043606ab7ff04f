package app

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/dispute"
	"arrears/domain/fault"
	"arrears/domain/receivable"
	"arrears/port"
)

// ShortPayment is money that arrived with claims: what the customer withheld, and why.
type ShortPayment struct {
	Receipt NewReceipt
	Claims  []ShortPaymentClaim
}

// ShortPaymentClaim is an amount that was withheld: from an item or invoice that is open, or netted against the receipt when
// it names none that is.
type ShortPaymentClaim struct {
	ItemID, InvoiceID uuid.NullUUID
	InvoiceNumber     string
	AmountMinor       int64
	CustomerReason    string
	CustomerWords     string
	ClaimReference    string
}

// RecordShortPayment enters a receipt with the claims that shortened it, in one transaction. What was withheld of an open
// item becomes a deduction with a case; what is netted counts as if it had been paid. A difference without a reason, words or
// a reference is written off when it is small enough; else a rule of the customer, its segment or the installation may make it a
// claim, and without one it is none: it stays open and is dunned. The same receipt
// again answers with what is there. Errors: as RecordReceipt and OpenDispute.
func (a *App) RecordShortPayment(ctx context.Context, who access.Principal, in ShortPayment) (receivable.Receipt, []dispute.Dispute, error) {
	var made receivable.Receipt
	var claims []dispute.Dispute
	for _, need := range []access.Permission{access.ReceiptsWrite, access.DisputesWrite} {
		if err := access.Require(who, need); err != nil {
			return made, nil, err
		}
	}
	if err := in.check(); err != nil {
		return made, nil, err
	}
	id, err := port.NewID(ctx)
	if err != nil {
		return made, nil, err
	}
	err = a.write(ctx, func(ctx context.Context, tx port.Tx, now time.Time) error {
		s := &shortPayment{app: a, tx: tx, now: now, who: who, in: in}
		err := s.record(ctx, id)
		made, claims = s.receipt, s.claims
		return err
	})
	return made, claims, err
}

func (in ShortPayment) check() error {
	var f receivable.Form
	if len(in.Claims) == 0 || len(in.Claims) > maxClaimParts {
		f.Add("claims", receivable.CodeOutOfRange, "must be 1 to 200")
	}
	for n, c := range in.Claims[:min(len(in.Claims), maxClaimParts)] {
		at := fmt.Sprintf("claims[%d].", n)
		c.part().check(&f, at, dispute.Deduction)
		f.Line(at+"customer_reason", c.CustomerReason, maxClaimKey)
		f.Text(at+"customer_words", c.CustomerWords, maxClaimWords)
		f.Line(at+"claim_reference", c.ClaimReference, maxClaimKey)
	}
	return f.Err("short payment")
}

func (c ShortPaymentClaim) part() NewDisputePart {
	return NewDisputePart{ItemID: c.ItemID, InvoiceID: c.InvoiceID, InvoiceNumber: c.InvoiceNumber, AmountMinor: c.AmountMinor}
}

// names reports whether the claim says what it is about.
func (c ShortPaymentClaim) names() bool {
	return c.ItemID.Valid || c.InvoiceID.Valid || c.InvoiceNumber != ""
}

// shortPayment is one under way.
type shortPayment struct {
	app     *App
	tx      port.Tx
	now     time.Time
	who     access.Principal
	in      ShortPayment
	receipt receivable.Receipt
	claims  []dispute.Dispute
	netted  []bool      // of each claim
	owners  []uuid.UUID // of each claim's items; the payer of one that names none
}

func (s *shortPayment) record(ctx context.Context, id uuid.UUID) error {
	s.receipt = s.in.Receipt.receipt(id, s.now, s.who.ID)
	if err := s.receipt.Validate(); err != nil {
		return err
	}
	there, err := s.tx.ReceiptByNumber(ctx, s.receipt.Source, s.receipt.Number)
	switch {
	case err == nil && sameReceipt(there, s.in.Receipt):
		s.receipt = there
		s.claims, err = s.tx.DisputesOfReceipt(ctx, there.ID)
		return err
	case err == nil:
		return errReceiptNumber
	case fault.KindOf(err) != fault.NotFound:
		return err
	}
	if err := s.lock(ctx); err != nil {
		return err
	}
	ap, err := s.app.openApplier(ctx, s.tx, s.now, s.who.ID, &s.receipt, s.in.Receipt.Applications)
	if err != nil {
		return err
	}
	if err := s.net(ctx); err != nil {
		return err
	}
	if err := ap.apply(ctx); err != nil {
		return err
	}
	if err := s.tx.InsertReceipt(ctx, s.receipt); err != nil {
		return err
	}
	if err := s.openClaims(ctx, ap.ledger); err != nil {
		return err
	}
	return s.conclude(ctx, ap)
}

func (s *shortPayment) conclude(ctx context.Context, ap *applier) error {
	if err := ap.ledger.settle(ctx); err != nil {
		return err
	}
	if err := recordReceipt(ctx, s.tx, s.now, s.who.ID, s.receipt, uuid.Nil, "receipt.recorded"); err != nil {
		return err
	}
	if err := ap.recordApplied(ctx, "receipt.applied"); err != nil {
		return err
	}
	return s.app.receiptChanged(ctx, ap.ledger, s.receipt, s.receipt.Rest() > 0, "receipt_recorded")
}

// lock finds what the claims are about and takes the locks of all customers concerned, those of the applications too.
func (s *shortPayment) lock(ctx context.Context) error {
	scout := &applier{tx: s.tx, receipt: &s.receipt}
	if err := checkApplications(s.in.Receipt.Applications); err != nil {
		return err
	}
	locks, err := scout.resolve(ctx, s.in.Receipt.Applications)
	if err != nil {
		return err
	}
	if !s.receipt.CustomerID.Valid && len(locks) == 1 {
		s.receipt.Identify(locks[0])
	}
	if !s.receipt.CustomerID.Valid {
		var f receivable.Form
		f.Add("receipt.customer_id", receivable.CodeRequired, "is required: it says whose claims these are")
		return f.Err("short payment")
	}
	payer := s.receipt.CustomerID.UUID
	for n, c := range s.in.Claims {
		owner, err := s.ownerOf(ctx, c)
		if err != nil {
			return at(fmt.Sprintf("claims[%d]", n), err)
		}
		s.owners = append(s.owners, owner)
	}
	if err := lockCustomers(ctx, s.tx, slices.Concat(locks, s.owners, []uuid.UUID{payer})...); err != nil {
		return err
	}
	return s.paysFor(ctx, payer)
}

// ownerOf is the customer whose claim it is.
func (s *shortPayment) ownerOf(ctx context.Context, c ShortPaymentClaim) (uuid.UUID, error) {
	switch {
	case c.ItemID.Valid:
		item, err := s.tx.Item(ctx, c.ItemID.UUID)
		return item.CustomerID, err
	case c.InvoiceID.Valid:
		inv, err := s.tx.Invoice(ctx, c.InvoiceID.UUID)
		return inv.CustomerID, err
	case c.InvoiceNumber != "":
		inv, err := invoiceNumbered(ctx, s.tx, s.receipt.CustomerID.UUID, c.InvoiceNumber)
		return inv.CustomerID, err
	}
	return s.receipt.CustomerID.UUID, nil
}

// paysFor refuses claims of customers that the payer does not pay for.
func (s *shortPayment) paysFor(ctx context.Context, payer uuid.UUID) error {
	for n, id := range s.owners {
		if id == payer {
			continue
		}
		c, err := s.tx.Customer(ctx, id)
		if err != nil {
			return err
		}
		if !paysFor(payer, c) {
			return at(fmt.Sprintf("claims[%d]", n),
				fault.New(fault.Conflict, receivable.CodeCustomerDiffers, "the item is of a customer that this one does not pay for"))
		}
	}
	return nil
}

// net adds what was withheld without naming anything open: it can be applied as if it had been paid.
func (s *shortPayment) net(ctx context.Context) error {
	s.netted = make([]bool, len(s.in.Claims))
	for n, c := range s.in.Claims {
		open, err := s.openOf(ctx, n, c)
		if err != nil {
			return at(fmt.Sprintf("claims[%d]", n), err)
		}
		if s.netted[n] = open == 0; !s.netted[n] {
			continue
		}
		if err := s.receipt.Net(c.AmountMinor); err != nil {
			return at(fmt.Sprintf("claims[%d].amount_minor", n), err)
		}
	}
	return nil
}

// openOf is what is open of the item or invoice that a claim names, before the receipt is applied.
func (s *shortPayment) openOf(ctx context.Context, n int, c ShortPaymentClaim) (int64, error) {
	if !c.names() {
		return 0, nil
	}
	o := opening{in: s.claim(n, c), ledger: newLedger(s.tx, s.now, s.who.ID)}
	_, items, err := o.itemsOf(ctx, c.part())
	var open int64
	for _, item := range items {
		open += item.OpenMinor
	}
	return open, err
}

func (s *shortPayment) claim(n int, c ShortPaymentClaim) NewDispute {
	in := NewDispute{
		Kind: dispute.Deduction, CustomerID: s.owners[n], Currency: s.receipt.Currency, AmountMinor: c.AmountMinor,
		CustomerReason: c.CustomerReason, CustomerWords: c.CustomerWords, ClaimReference: c.ClaimReference, Source: claimFromReceipt,
		TakenOn: s.receipt.ValueDate,
	}
	if c.names() {
		in.Parts = []NewDisputePart{c.part()}
	}
	return in
}

// openClaims opens a case for every claim, on the ledger that the receipt was applied with.
func (s *shortPayment) openClaims(ctx context.Context, l *ledger) error {
	whole, uncoded := s.receipt.GrossMinor, int64(0)
	for n, c := range s.in.Claims {
		whole += c.AmountMinor
		if !s.claim(n, c).coded() {
			uncoded += c.AmountMinor
		}
	}
	for n, c := range s.in.Claims {
		o := opening{in: s.claim(n, c), ledger: l, receipt: someID(s.receipt.ID), netted: s.netted[n], whole: whole}
		if !o.in.coded() {
			o.uncoded = uncoded
		}
		if err := s.openClaim(ctx, &o); err != nil {
			return at(fmt.Sprintf("claims[%d]", n), err)
		}
	}
	return nil
}

func (s *shortPayment) openClaim(ctx context.Context, o *opening) error {
	claim, err := o.isClaim(ctx)
	if err != nil || !claim {
		return err
	}
	if err := o.resolve(ctx); err != nil {
		return err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	d, err := o.open(ctx, s.app, s.who, id)
	s.claims = append(s.claims, d)
	return err
}

// isClaim reports whether a short payment's difference becomes a claim: it has a reason, words or a reference, was netted, is
// too small to look into, or a rule says so, which then gives its reason. Anything else is a residual.
func (o *opening) isClaim(ctx context.Context) (bool, error) {
	if o.in.coded() {
		return true, nil
	}
	_, sorted, err := o.sort(ctx)
	if err != nil {
		return false, err
	}
	customer, err := o.ledger.tx.Customer(ctx, o.in.CustomerID)
	if err != nil {
		return false, err
	}
	small, err := o.tolerated(ctx, today(o.ledger.now, customer.TimeZone), sorted)
	if err != nil || small {
		return small, err
	}
	o.byRule = sorted.ShortPayment.Deducts()
	return o.byRule || o.netted, nil
}
