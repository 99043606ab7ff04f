package app

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/domain/dispute"
	"arrears/domain/receivable"
	"arrears/port"
)

// claimWork is one change of a claim under the locks of everybody concerned: a command changes the claim's amounts and its
// items in memory, and finish writes everything once.
type claimWork struct {
	app    *App
	tx     port.Tx
	now    time.Time
	actor  access.Principal
	ledger *ledger
	d      dispute.Dispute

	customer *receivable.Customer
	requests []creditRequest
	denied   int64     // to be collected from now on
	freed    []reserve // what went on account
}

// openClaim reads a case, locks its customer and those whose receipts paid its items, and reads it again with its items.
// Error: dispute.not_found.
func (a *App) openClaim(ctx context.Context, tx port.Tx, now time.Time, who access.Principal, id uuid.UUID) (*claimWork, error) {
	seen, err := tx.Dispute(ctx, id)
	if err != nil {
		return nil, err
	}
	locks, err := payersOf(ctx, tx, itemsOfClaim(seen))
	if err != nil {
		return nil, err
	}
	if err := lockCustomers(ctx, tx, append(locks, seen.CustomerID)...); err != nil {
		return nil, err
	}
	d, err := tx.Dispute(ctx, id)
	if err != nil {
		return nil, err
	}
	w := a.claimWorkOn(tx, now, who, newLedger(tx, now, who.ID), d)
	return w, w.load(ctx)
}

// load reads the claim's items, and the other claims on them.
func (w *claimWork) load(ctx context.Context) error {
	ids := itemsOfClaim(w.d)
	if len(ids) == 0 {
		return nil
	}
	if err := w.ledger.load(ctx, ids...); err != nil {
		return err
	}
	found, err := w.tx.DisputesOfItems(ctx, ids)
	for _, d := range found {
		w.ledger.follow(d)
	}
	return err
}

// claimWorkOn begins the change of a case on a ledger that other changes of the same transaction share.
func (a *App) claimWorkOn(tx port.Tx, now time.Time, who access.Principal, l *ledger, d dispute.Dispute) *claimWork {
	w := &claimWork{app: a, tx: tx, now: now, actor: who, ledger: l, d: d}
	l.drive(&w.d)
	return w
}

// itemsOfClaim lists the items that a claim is about.
func itemsOfClaim(d dispute.Dispute) []uuid.UUID {
	var ids []uuid.UUID
	for _, p := range d.Parts {
		if p.ItemID.Valid {
			ids = append(ids, p.ItemID.UUID)
		}
	}
	return inOrder(ids)
}

// payersOf lists the customers whose receipts are on the items: what a valid claim frees goes back to them.
func payersOf(ctx context.Context, tx port.Tx, items []uuid.UUID) ([]uuid.UUID, error) {
	var payers []uuid.UUID
	for _, id := range items {
		list, err := tx.ReceiptsOfItem(ctx, id)
		if err != nil {
			return nil, err
		}
		for _, r := range list {
			if r.CustomerID.Valid {
				payers = append(payers, r.CustomerID.UUID)
			}
		}
	}
	return payers, nil
}

// owner reads the claim's customer once.
func (w *claimWork) owner(ctx context.Context) (receivable.Customer, error) {
	if w.customer == nil {
		c, err := w.tx.Customer(ctx, w.d.CustomerID)
		if err != nil {
			return c, err
		}
		w.customer = &c
	}
	return *w.customer, nil
}

// today is the civil date of now where the customer is.
func (w *claimWork) today(ctx context.Context) (calendar.Date, error) {
	c, err := w.owner(ctx)
	return today(w.now, c.TimeZone), err
}

// part finds a part of the claim; nil when there is none.
func (w *claimWork) part(id uuid.UUID) *dispute.Part {
	for n := range w.d.Parts {
		if w.d.Parts[n].ID == id {
			return &w.d.Parts[n]
		}
	}
	return nil
}

// item is the item of a part; nil for a part that is about none.
func (w *claimWork) item(p *dispute.Part) *receivable.Item {
	if !p.ItemID.Valid {
		return nil
	}
	return w.ledger.items[p.ItemID.UUID]
}

// finish writes the claim after an act that the case's state allowed (the caller asked Require before it changed anything):
// flags, items, the case in its new state with deadlines and next date, the audit entry of the command itself, the
// collection of what is owed now, and the nudges of everything that is to look again.
func (w *claimWork) finish(ctx context.Context, act dispute.Act, entry uuid.UUID, action string, data map[string]any) error {
	if err := w.settle(ctx); err != nil {
		return err
	}
	if err := w.conclude(ctx, act, entry, action, data); err != nil {
		return err
	}
	return w.tell(ctx, act)
}

// settle writes flags and items of the ledger; several claims of one transaction share it.
func (w *claimWork) settle(ctx context.Context) error {
	w.ledger.claims[w.d.ID].driven = true
	if err := w.ledger.holdParts(ctx, &w.d); err != nil {
		return err
	}
	return w.ledger.settle(ctx)
}

// conclude writes the case itself after its items were.
func (w *claimWork) conclude(ctx context.Context, act dispute.Act, entry uuid.UUID, action string, data map[string]any) error {
	c := w.ledger.claims[w.d.ID]
	if err := w.ledger.putClaim(ctx, c, act); err != nil {
		return err
	}
	if err := recordClaim(ctx, w.tx, w.now, w.actor.ID, w.d, entry, action, data); err != nil {
		return err
	}
	if err := w.recordDenied(ctx); err != nil {
		return err
	}
	if err := w.askForCredit(ctx); err != nil {
		return err
	}
	if err := w.ledger.recordEnd(ctx, c); err != nil {
		return err
	}
	c.before, c.driven = snapshotOf(w.d), false // what another claim's money does to it later is followed
	return nil
}

// recordDenied tells what is to be paid from now on.
func (w *claimWork) recordDenied(ctx context.Context) error {
	if w.denied == 0 {
		return nil
	}
	minor := w.denied
	w.denied = 0
	return recordClaim(ctx, w.tx, w.now, w.actor.ID, w.d, uuid.Nil, "dispute.denied", map[string]any{
		"amount_minor": minor, "currency": w.d.Currency, "payable_by": w.d.PayableBy,
	})
}

// tell hands what changed to the engine's side.
func (w *claimWork) tell(ctx context.Context, act dispute.Act) error {
	why := "dispute_" + string(act)
	if err := w.app.tell(ctx, w.ledger, why); err != nil {
		return err
	}
	for _, r := range w.freed {
		if err := w.app.reserveChanged(ctx, w.tx, w.now, r, why); err != nil {
			return err
		}
	}
	return nil
}

// askForCredit tells the ERP side which credit memos are expected, one entry for each part.
func (w *claimWork) askForCredit(ctx context.Context) error {
	for _, r := range w.requests {
		err := record(ctx, w.tx, w.now, w.actor.ID, event{
			action: "dispute.credit_memo_requested", kind: "dispute", subject: w.d.ID, customer: w.d.CustomerID, invoice: r.invoice.UUID,
			data: map[string]any{"amount_minor": r.minor, "currency": w.d.Currency, "reason": w.d.Reason, "part_id": r.part},
		})
		if err != nil {
			return err
		}
	}
	w.requests = nil
	return nil
}

// creditRequest is a credit memo that the ERP is asked for.
type creditRequest struct {
	part    uuid.UUID
	invoice uuid.NullUUID
	minor   int64
}

// recordClaim writes an entry about a case. It belongs to the history of the invoice that the claim is about when that is one
// alone.
func recordClaim(ctx context.Context, tx port.Tx, now time.Time, actor string, d dispute.Dispute, entry uuid.UUID, action string, data map[string]any) error {
	return record(ctx, tx, now, actor, event{
		id: entry, action: action, kind: "dispute", subject: d.ID, customer: d.CustomerID, invoice: invoiceOfClaim(d).UUID, data: data,
	})
}

// invoiceOfClaim is the invoice that a claim is about when that is one alone.
func invoiceOfClaim(d dispute.Dispute) uuid.NullUUID {
	var one uuid.NullUUID
	for n, p := range d.Parts {
		if n > 0 && p.InvoiceID != one {
			return uuid.NullUUID{}
		}
		one = p.InvoiceID
	}
	return one
}

// byAge orders claims: what touches several begins with the oldest.
func byAge(list []*claimState) {
	slices.SortFunc(list, func(a, b *claimState) int {
		return cmp.Or(a.d.OpenedAt.Compare(b.d.OpenedAt), slices.Compare(a.d.ID[:], b.d.ID[:]))
	})
}
