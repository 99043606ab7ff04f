package app

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"arrears/domain/fault"
	"arrears/domain/money"
	"arrears/domain/receivable"
	"arrears/port"
)

// maxApplications bounds one command; a longer remittance comes in parts.
const maxApplications = 500

// applier puts a receipt on items under the locks of all customers concerned.
type applier struct {
	app       *App
	tx        port.Tx
	receipt   *receivable.Receipt
	lines     []applyLine
	ledger    *ledger
	customers map[uuid.UUID]receivable.Customer
	invoices  map[uuid.UUID]receivable.Invoice
}

// applyLine is one application with the items that it may go to, oldest first.
type applyLine struct {
	ReceiptApplication
	items []uuid.UUID
}

// openApplier finds the items, locks their customers and the receipt's in id order, and reads everything again under the
// locks. A receipt whose customer is not known becomes that of the items when they all belong to one payer.
func (a *App) openApplier(ctx context.Context, tx port.Tx, now time.Time, actor string, r *receivable.Receipt, list []ReceiptApplication) (*applier, error) {
	ap := &applier{
		app: a, tx: tx, receipt: r, ledger: newLedger(tx, now, actor),
		customers: make(map[uuid.UUID]receivable.Customer), invoices: make(map[uuid.UUID]receivable.Invoice),
	}
	if err := checkApplications(list); err != nil {
		return nil, err
	}
	owners, err := ap.resolve(ctx, list)
	if err != nil {
		return nil, err
	}
	locks := slices.Clone(owners)
	for _, whose := range []uuid.NullUUID{r.CustomerID, r.Payer.LikelyID} {
		if whose.Valid {
			locks = append(locks, whose.UUID)
		}
	}
	if err := lockCustomers(ctx, tx, locks...); err != nil {
		return nil, err
	}
	for _, id := range inOrder(locks) {
		if ap.customers[id], err = tx.Customer(ctx, id); err != nil {
			return nil, err
		}
	}
	for _, line := range ap.lines {
		if err := ap.ledger.load(ctx, line.items...); err != nil {
			return nil, err
		}
	}
	return ap, ap.settleOwner(owners)
}

func checkApplications(list []ReceiptApplication) error {
	var f receivable.Form
	if len(list) > maxApplications {
		f.Add("applications", receivable.CodeOutOfRange, "are more than 500")
	}
	for n, line := range list[:min(len(list), maxApplications)] {
		at := fmt.Sprintf("applications[%d].", n)
		named := 0
		for _, is := range []bool{line.ItemID.Valid, line.InvoiceID.Valid, line.InvoiceNumber != ""} {
			if is {
				named++
			}
		}
		if named != 1 {
			f.Add(at+"item_id", receivable.CodeRequired, "name one item or one invoice")
		}
		f.Positive(at+"amount_minor", line.AmountMinor)
		if line.DiscountMinor < 0 || line.DiscountMinor > money.MaxMinor {
			f.Add(at+"discount_minor", receivable.CodeOutOfRange, "must not be negative")
		}
	}
	return f.Err("receipt")
}

// resolve finds the items of each line, without locks, and returns their owners.
func (ap *applier) resolve(ctx context.Context, list []ReceiptApplication) ([]uuid.UUID, error) {
	var owners []uuid.UUID
	for _, in := range list {
		line := applyLine{ReceiptApplication: in}
		var items []receivable.Item
		if in.ItemID.Valid {
			item, err := ap.tx.Item(ctx, in.ItemID.UUID)
			if err != nil {
				return nil, err
			}
			items = []receivable.Item{item}
		} else {
			inv, err := ap.invoice(ctx, in)
			if err != nil {
				return nil, err
			}
			items = payableFirst(inv.Items)
		}
		for _, item := range items {
			line.items = append(line.items, item.ID)
			owners = append(owners, item.CustomerID)
		}
		ap.lines = append(ap.lines, line)
	}
	return inOrder(owners), nil
}

// payableFirst is the order in which money for an invoice goes to its items: oldest first, what was withheld last.
func payableFirst(items []receivable.Item) []receivable.Item {
	sorted := receivable.OldestFirst(items)
	slices.SortStableFunc(sorted, func(a, b receivable.Item) int {
		switch {
		case own(&a) == own(&b):
			return 0
		case own(&a):
			return 1
		}
		return -1
	})
	return sorted
}

func (ap *applier) invoice(ctx context.Context, in ReceiptApplication) (receivable.Invoice, error) {
	if in.InvoiceID.Valid {
		return ap.tx.Invoice(ctx, in.InvoiceID.UUID)
	}
	if !ap.receipt.CustomerID.Valid {
		var f receivable.Form
		f.Add("customer_id", receivable.CodeRequired, "is required to find an invoice by its number")
		return receivable.Invoice{}, f.Err("receipt")
	}
	return invoiceNumbered(ctx, ap.tx, ap.receipt.CustomerID.UUID, in.InvoiceNumber)
}

// invoiceNumbered finds the one invoice of a customer with a number. Errors: invoice.not_found, invoice.ambiguous.
func invoiceNumbered(ctx context.Context, tx port.Tx, customerID uuid.UUID, number string) (receivable.Invoice, error) {
	found, err := tx.InvoicesByNumber(ctx, customerID, number)
	switch {
	case err != nil:
		return receivable.Invoice{}, err
	case len(found) == 0:
		return receivable.Invoice{}, fault.New(fault.NotFound, "invoice.not_found", "there is no such invoice of this customer")
	case len(found) > 1:
		return receivable.Invoice{}, fault.New(fault.Conflict, "invoice.ambiguous", "several sources have an invoice with this number; name it by id")
	}
	return found[0], nil
}

// settleOwner says whose money it is when the items tell, and refuses items that this payer does not pay for.
func (ap *applier) settleOwner(owners []uuid.UUID) error {
	if !ap.receipt.CustomerID.Valid && len(owners) == 1 {
		ap.receipt.Identify(owners[0])
	}
	if !ap.receipt.CustomerID.Valid {
		return nil
	}
	payer := ap.receipt.CustomerID.UUID
	for _, id := range owners {
		if !paysFor(payer, ap.customers[id]) {
			return fault.New(fault.Conflict, receivable.CodeCustomerDiffers, "the item is of a customer that this one does not pay for")
		}
	}
	return nil
}

// paysFor reports whether a customer may pay for another: for itself, as its recorded payer or as its parent.
func paysFor(payer uuid.UUID, owner receivable.Customer) bool {
	return payer == owner.ID || owner.PayerID == someID(payer) || owner.ParentID == someID(payer)
}

// apply puts every line on its items.
func (ap *applier) apply(ctx context.Context) error {
	for n, line := range ap.lines {
		if err := ap.applyLine(ctx, line); err != nil {
			return at(fmt.Sprintf("applications[%d]", n), err)
		}
	}
	return nil
}

func (ap *applier) applyLine(ctx context.Context, line applyLine) error {
	pays, discounts, err := ap.spread(line)
	if err != nil {
		return err
	}
	for n, id := range line.items {
		if pays[n] == 0 {
			continue
		}
		item := ap.ledger.items[id]
		if err := ap.earned(ctx, *item, pays[n], discounts[n]); err != nil {
			return err
		}
		applicationID, err := uuid.NewV7()
		if err != nil {
			return err
		}
		if err := ap.receipt.ApplyTo(item, pays[n], discounts[n], applicationID, ap.ledger.now); err != nil {
			return err
		}
		if err := ap.ledger.received(ctx, item, pays[n]); err != nil {
			return err
		}
	}
	return nil
}

// spread divides a line over its items. One item takes all; else money and discount together close the oldest items first,
// and each has its share of the discount by what is closed of it.
func (ap *applier) spread(line applyLine) (pays, discounts []int64, err error) {
	if len(line.items) == 1 {
		return []int64{line.AmountMinor}, []int64{line.DiscountMinor}, nil
	}
	opens := make([]int64, len(line.items))
	var open int64
	for n, id := range line.items {
		opens[n] = ap.ledger.items[id].OpenMinor
		open += opens[n]
	}
	if line.AmountMinor > open || line.DiscountMinor > open-line.AmountMinor {
		return nil, nil, fault.New(fault.Conflict, receivable.CodeExceedsOpen, "the amount exceeds what is open of the invoice")
	}
	pays = make([]int64, len(opens))
	left := line.AmountMinor + line.DiscountMinor
	for n := range opens {
		pays[n] = min(left, opens[n]) // what is closed of the item, by money and discount together
		left -= pays[n]
	}
	if discounts, err = money.Allocate(line.DiscountMinor, pays); err != nil {
		return nil, nil, err
	}
	for n := range pays {
		pays[n] -= discounts[n]
	}
	return pays, discounts, nil
}

// earned refuses a discount that the customer's terms, with the days of grace of its rules, do not give for this value date.
func (ap *applier) earned(ctx context.Context, item receivable.Item, payMinor, discountMinor int64) error {
	if discountMinor == 0 {
		return nil
	}
	earned := int64(0)
	if item.InvoiceID.Valid {
		inv, err := ap.invoiceOf(ctx, item.InvoiceID.UUID)
		if err != nil {
			return err
		}
		owner := ap.customers[item.CustomerID]
		grace, err := ap.app.graceDays(ctx, ap.tx, owner)
		if err != nil {
			return err
		}
		if earned, err = owner.Terms.EarnedDiscount(item, inv.InvoiceDate, ap.receipt.ValueDate.AddDays(-grace), payMinor); err != nil {
			return err
		}
	}
	if discountMinor > earned {
		return fault.Newf(fault.Conflict, receivable.CodeDiscountUnearned, "the terms give a discount of %s at most",
			money.Of(earned, item.Currency))
	}
	return nil
}

func (ap *applier) invoiceOf(ctx context.Context, id uuid.UUID) (receivable.Invoice, error) {
	if inv, ok := ap.invoices[id]; ok {
		return inv, nil
	}
	inv, err := ap.tx.Invoice(ctx, id)
	ap.invoices[id] = inv
	return inv, err
}

// recordApplied writes one entry per invoice that got money, for its timeline.
func (ap *applier) recordApplied(ctx context.Context, action string) error {
	for _, item := range ap.ledger.changed() {
		was := ap.ledger.before[item.ID]
		if item.PaidMinor == was.PaidMinor {
			continue // a promise's other items are read, and never changed here
		}
		err := record(ctx, ap.tx, ap.ledger.now, ap.ledger.actor, event{
			action: action, kind: "item", subject: item.ID, customer: item.CustomerID, invoice: item.InvoiceID.UUID,
			on: ap.ledger.today(item),
			data: map[string]any{
				"receipt_id": ap.receipt.ID, "amount_minor": item.PaidMinor - was.PaidMinor,
				"discount_minor": item.DiscountedMinor - was.DiscountedMinor, "open_minor": item.OpenMinor, "currency": item.Currency,
				"value_date": ap.receipt.ValueDate,
			},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// at names the part of the input that an error is about.
func at(path string, err error) error {
	known, ok := asFault(err)
	if !ok {
		return err
	}
	return known.With(fault.Field{Path: path, Code: known.Code, Message: known.Message})
}
