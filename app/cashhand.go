package app

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/fault"
	"arrears/domain/matching"
	"arrears/domain/money"
	"arrears/domain/receivable"
	"arrears/port"
)

// CashByHand is where a clerk puts a receipt.
type CashByHand struct {
	CustomerID uuid.NullUUID // whose money it is; the items' owner unless told
	Lines      []CashLine
	// NettedClaims are amounts that were withheld without naming an open item: they count as if they had been paid.
	NettedClaims []CashClaim
	// OnAccount says that what is left stays on the customer's account, and nothing waits any more.
	OnAccount bool
	Version   int64 // of the exception as it was read; 0 does not compare
}

// CashLine is what becomes of one item. Amounts are of the item's currency but for AmountMinor.
type CashLine struct {
	ItemID        uuid.NullUUID
	InvoiceID     uuid.NullUUID // then its items, oldest first, share the money
	InvoiceNumber string        // of the customer
	AmountMinor   int64         // of the receipt
	ItemMinor     int64         // what the item gets for it; 0: as much, or by the rate of the value date
	DiscountMinor int64
	WriteOffMinor int64
	CreditMemoID  uuid.NullUUID
	CreditMinor   int64
	OffsetMinor   int64 // what we owe and set against it
	Claim         *CashClaim
}

// CashClaim is an amount that was withheld, with what the customer says of it.
type CashClaim struct {
	AmountMinor              int64
	Reason, Words, Reference string
}

// ApplyCashByHand puts a receipt on items as a clerk says: money, discounts that the terms give, claims, small differences (a
// clerk's within the rules' limits, a supervisor's without), credit memos, and what we owe set against it. What it corrects
// teaches the payer's account and name.
// Errors: as ApplyCashProposal, and receivable.invalid, item.not_found, invoice.not_found, invoice.ambiguous,
// item.exceeds_open, receipt.exceeds_rest, receipt.discount_unearned, money.no_rate, write_off.exceeds_limit.
func (a *App) ApplyCashByHand(ctx context.Context, who access.Principal, id uuid.UUID, in CashByHand) (CashExceptionFile, error) {
	if err := in.check(); err != nil {
		return CashExceptionFile{}, err
	}
	locks := func(ctx context.Context, tx port.Tx, r *receivable.Receipt) ([]uuid.UUID, error) {
		plan, err := in.plan(ctx, tx, r)
		if err != nil {
			return nil, err
		}
		return ownersOf(ctx, tx, plan)
	}
	return a.onException(ctx, who, access.CashWrite, id, in.Version, locks, func(ctx context.Context, w *cashWork) error {
		if err := w.free(); err != nil {
			return err
		}
		plan, err := in.plan(ctx, w.tx, w.r)
		if err != nil {
			return err
		}
		if err := w.allowed(ctx, plan); err != nil {
			return err
		}
		return w.byHand(ctx, in, plan)
	})
}

func (in CashByHand) check() error {
	var f receivable.Form
	if len(in.Lines) > maxApplications {
		f.Add("lines", receivable.CodeOutOfRange, "are more than 500")
	}
	if len(in.Lines)+len(in.NettedClaims) == 0 && !in.OnAccount {
		f.Add("lines", receivable.CodeRequired, "say what the money is for, or put it on account")
	}
	for n, line := range in.Lines[:min(len(in.Lines), maxApplications)] {
		line.check(&f, fmt.Sprintf("lines[%d].", n))
	}
	for n, claim := range in.NettedClaims {
		claim.check(&f, fmt.Sprintf("netted_claims[%d].", n))
	}
	return f.Err("cash")
}

func (l CashLine) check(f *receivable.Form, at string) {
	named := 0
	for _, is := range []bool{l.ItemID.Valid, l.InvoiceID.Valid, l.InvoiceNumber != ""} {
		if is {
			named++
		}
	}
	if named != 1 {
		f.Add(at+"item_id", receivable.CodeRequired, "name one item or one invoice")
	}
	parts := l.DiscountMinor + l.WriteOffMinor + l.CreditMinor + l.OffsetMinor
	for _, minor := range []int64{l.AmountMinor, l.ItemMinor, l.DiscountMinor, l.WriteOffMinor, l.CreditMinor, l.OffsetMinor} {
		if minor < 0 || minor > money.MaxMinor {
			f.Add(at+"amount_minor", receivable.CodeOutOfRange, "must not be negative")
			return
		}
	}
	if l.AmountMinor == 0 && parts == 0 && l.Claim == nil {
		f.Add(at+"amount_minor", receivable.CodeRequired, "says what becomes of the item")
	}
	if l.AmountMinor == 0 && l.DiscountMinor > 0 {
		f.Add(at+"discount_minor", receivable.CodeOutOfRange, "goes with a payment")
	}
	if (l.CreditMinor > 0) != l.CreditMemoID.Valid {
		f.Add(at+"credit_memo_id", receivable.CodeRequired, "goes with an amount")
	}
	if l.Claim != nil {
		l.Claim.check(f, at+"claim.")
	}
}

func (c CashClaim) check(f *receivable.Form, at string) {
	f.Positive(at+"amount_minor", c.AmountMinor)
	f.Line(at+"reason", c.Reason, maxClaimKey)
	f.Text(at+"words", c.Words, maxClaimWords)
	f.Line(at+"reference", c.Reference, maxClaimKey)
}

// plan makes a proposal of what a clerk says. It is made again under the locks.
func (in CashByHand) plan(ctx context.Context, tx port.Tx, r *receivable.Receipt) (matching.Proposal, error) {
	p := matching.Proposal{Currency: r.Currency, Rate: "1"}
	payer := r.CustomerID
	if in.CustomerID.Valid {
		payer = in.CustomerID
	}
	for n, line := range in.Lines {
		if err := line.plan(ctx, tx, r, payer, &p); err != nil {
			return p, at(fmt.Sprintf("lines[%d]", n), err)
		}
	}
	for _, claim := range in.NettedClaims {
		p.Claims = append(p.Claims, matching.Claim{
			Minor: claim.AmountMinor, Reason: claim.Reason, Words: claim.Words, Reference: claim.Reference, Netted: true,
		})
	}
	if payer.Valid {
		p.CustomerID = payer.UUID
		return p, nil
	}
	return p, in.owner(ctx, tx, &p)
}

// owner says whose money it is when nobody did: the one owner of all items.
func (in CashByHand) owner(ctx context.Context, tx port.Tx, p *matching.Proposal) error {
	items, err := tx.ItemsByID(ctx, itemsOfProposal(*p))
	if err != nil {
		return err
	}
	for _, item := range items {
		if p.CustomerID != uuid.Nil && p.CustomerID != item.CustomerID {
			p.CustomerID = uuid.Nil
			break
		}
		p.CustomerID = item.CustomerID
	}
	if p.CustomerID != uuid.Nil {
		return nil
	}
	var f receivable.Form
	f.Add("customer_id", receivable.CodeRequired, "is required: it says whose money it is")
	return f.Err("cash")
}

// plan adds what a line says.
func (l CashLine) plan(ctx context.Context, tx port.Tx, r *receivable.Receipt, payer uuid.NullUUID, p *matching.Proposal) error {
	items, err := l.items(ctx, tx, payer)
	if err != nil {
		return err
	}
	if len(items) > 1 {
		return l.spread(r, items, p)
	}
	item := items[0]
	if err := l.pay(ctx, tx, r, item, p); err != nil {
		return err
	}
	if l.Claim != nil {
		p.Claims = append(p.Claims, matching.Claim{
			ItemID: someID(item.ID), InvoiceID: item.InvoiceID, Minor: l.Claim.AmountMinor, Reason: l.Claim.Reason, Words: l.Claim.Words,
			Reference: l.Claim.Reference,
		})
	}
	if l.WriteOffMinor > 0 {
		p.WriteOffs = append(p.WriteOffs, matching.WriteOff{ItemID: item.ID, Minor: l.WriteOffMinor, Kind: matching.Tolerance})
	}
	if l.CreditMinor > 0 {
		p.Credits = append(p.Credits, matching.CreditUse{CreditID: l.CreditMemoID.UUID, ItemID: item.ID, Minor: l.CreditMinor})
	}
	if l.OffsetMinor > 0 {
		p.Offsets = append(p.Offsets, matching.Offset{ItemID: item.ID, Minor: l.OffsetMinor})
		p.Currency = item.Currency
	}
	return nil
}

// items are those that a line names, in the order in which money goes to them.
func (l CashLine) items(ctx context.Context, tx port.Tx, payer uuid.NullUUID) ([]receivable.Item, error) {
	if l.ItemID.Valid {
		item, err := tx.Item(ctx, l.ItemID.UUID)
		return []receivable.Item{item}, err
	}
	var inv receivable.Invoice
	var err error
	switch {
	case l.InvoiceID.Valid:
		inv, err = tx.Invoice(ctx, l.InvoiceID.UUID)
	case payer.Valid:
		inv, err = invoiceNumbered(ctx, tx, payer.UUID, l.InvoiceNumber)
	default:
		var f receivable.Form
		f.Add("customer_id", receivable.CodeRequired, "is required to find an invoice by its number")
		return nil, f.Err("cash")
	}
	if err != nil {
		return nil, err
	}
	var open []receivable.Item
	for _, item := range payableFirst(inv.Items) {
		if item.OpenMinor > 0 {
			open = append(open, item)
		}
	}
	if len(open) == 0 {
		return nil, fault.New(fault.Conflict, receivable.CodeExceedsOpen, "nothing is open of the invoice")
	}
	return open, nil
}

// spread divides money alone over the items of an invoice.
func (l CashLine) spread(r *receivable.Receipt, items []receivable.Item, p *matching.Proposal) error {
	if l.DiscountMinor+l.WriteOffMinor+l.CreditMinor+l.OffsetMinor+l.ItemMinor > 0 || l.Claim != nil || items[0].Currency != r.Currency {
		return fault.New(fault.Conflict, "invoice.several_items", "the invoice has several items; name each with what becomes of it")
	}
	left := l.AmountMinor
	for _, item := range items {
		pay := min(left, item.OpenMinor)
		if pay > 0 {
			p.Applications = append(p.Applications, matching.Application{ItemID: item.ID, CustomerID: item.CustomerID, Minor: pay, ItemMinor: pay})
		}
		left -= pay
	}
	if left > 0 {
		return fault.New(fault.Conflict, receivable.CodeExceedsOpen, "the amount exceeds what is open of the invoice")
	}
	return nil
}

// pay adds a payment of one item, converted where the currencies differ.
func (l CashLine) pay(ctx context.Context, tx port.Tx, r *receivable.Receipt, item receivable.Item, p *matching.Proposal) error {
	if l.AmountMinor == 0 {
		return nil
	}
	a := matching.Application{
		ItemID: item.ID, CustomerID: item.CustomerID, Minor: l.AmountMinor, ItemMinor: l.AmountMinor, DiscountMinor: l.DiscountMinor,
	}
	if item.Currency != r.Currency {
		rate, err := tx.RateOn(ctx, r.Currency, item.Currency, r.ValueDate)
		if err != nil {
			return err
		}
		converted, err := rate.Convert(money.Of(l.AmountMinor, r.Currency))
		if err != nil {
			return err
		}
		a.ItemMinor, p.Currency, p.Rate, p.RateOn = converted.Minor(), item.Currency, rate.Rate, rate.ValidOn
		if l.ItemMinor > 0 {
			a.ItemMinor = l.ItemMinor
		}
	} else if l.ItemMinor > 0 && l.ItemMinor != l.AmountMinor {
		return fault.New(fault.Conflict, receivable.CodeCurrencyDiffers, "within one currency both amounts are the same")
	}
	p.Applications = append(p.Applications, a)
	return nil
}

// allowed refuses discounts that the terms do not give, and small differences beyond what the rules let a clerk close.
func (w *cashWork) allowed(ctx context.Context, p matching.Proposal) error {
	if err := w.ledger.load(ctx, itemsOfProposal(p)...); err != nil {
		return err
	}
	ap := &applier{
		app: w.app, tx: w.tx, receipt: w.r, ledger: w.ledger, customers: map[uuid.UUID]receivable.Customer{}, invoices: map[uuid.UUID]receivable.Invoice{},
	}
	for _, a := range p.Applications {
		if a.DiscountMinor == 0 {
			continue
		}
		item := *w.ledger.items[a.ItemID]
		owner, err := w.tx.Customer(ctx, item.CustomerID)
		if err != nil {
			return err
		}
		ap.customers[owner.ID] = owner
		if err := ap.earned(ctx, item, a.ItemMinor, a.DiscountMinor); err != nil {
			return err
		}
	}
	if len(p.WriteOffs) == 0 || w.who.Role.AtLeast(access.Supervisor) {
		return nil
	}
	return w.small(ctx, p)
}

// small tests the small differences of a receipt against the rules and the month of each customer that is given some.
func (w *cashWork) small(ctx context.Context, p matching.Proposal) error {
	type share struct {
		customer uuid.UUID
		currency money.Currency
	}
	sums, asked := map[share]int64{}, map[share]int64{}
	var owners []uuid.UUID
	for _, off := range p.WriteOffs {
		item := w.ledger.items[off.ItemID]
		at := share{item.CustomerID, item.Currency}
		sums[at] += off.Minor
		asked[at] += item.OpenMinor
		owners = append(owners, item.CustomerID)
	}
	owners = inOrder(owners)
	rows, err := w.tx.CashRows(ctx, port.CashFound{Customers: owners})
	if err != nil {
		return err
	}
	books, err := w.app.cashBooks(ctx, w.tx, rows)
	if err != nil {
		return err
	}
	given, err := w.givenThisMonth(ctx, owners)
	if err != nil {
		return err
	}
	for at, minor := range sums {
		if minor > books.most(at.customer, asked[at], given(at.customer, at.currency), at.currency) {
			return fault.New(fault.Forbidden, "write_off.exceeds_limit", "the difference is beyond what the rules let a clerk close; a supervisor may")
		}
	}
	return nil
}

// byHand carries a clerk's plan out. What is left waits on, unless it is to stand on account.
func (w *cashWork) byHand(ctx context.Context, in CashByHand, plan matching.Proposal) error {
	spent := int64(0)
	for _, a := range plan.Applications {
		spent += a.Minor
	}
	for _, claim := range plan.Claims {
		if claim.Netted {
			spent -= claim.Minor
		}
	}
	if left := w.r.Rest() - spent; left > 0 && !in.OnAccount {
		return w.partly(ctx, plan, left)
	}
	return w.settleBy(ctx, plan, "by_hand")
}

// partly applies a part; the rest goes on waiting, as the payer's own money from now on.
func (w *cashWork) partly(ctx context.Context, plan matching.Proposal, left int64) error {
	w.restChanged(w.r)
	w.old, w.looked = append(w.old, w.r), append(w.looked, w.r.ID)
	if err := w.carryOut(ctx, w.r, plan); err != nil {
		return err
	}
	if err := w.teach(ctx, w.r.CustomerID.UUID); err != nil {
		return err
	}
	if err := w.noteReceipt(ctx, w.r, uuid.Nil, "receipt.allocated"); err != nil {
		return err
	}
	w.e.AmountMinor, w.e.CustomerID, w.e.Score = left, w.r.CustomerID, 0
	w.e.Why = slices.DeleteFunc(slices.Clone(w.e.Why), func(code string) bool { return code == matching.ReasonNobody })
	if err := w.tx.UpdateException(ctx, w.e); err != nil {
		return err
	}
	if err := w.noteException(ctx, w.e, w.entry, "cash_exception.partly_applied"); err != nil {
		return err
	}
	return w.finish(ctx, "cash_applied")
}
