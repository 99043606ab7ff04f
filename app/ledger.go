package app

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"arrears/domain/calendar"
	"arrears/domain/receivable"
	"arrears/port"
)

// ledger is the items that one use case changes, with what hangs on them: the claims, their flags and the promises. It is filled
// under the locks of the customers, changed in memory, and settled once.
type ledger struct {
	tx       port.Tx
	now      time.Time
	actor    string
	items    map[uuid.UUID]*receivable.Item
	before   map[uuid.UUID]receivable.Item
	promises map[uuid.UUID][]*promiseState // by invoice
	claims   map[uuid.UUID]*claimState
	written  map[uuid.UUID]receivable.Item // as settle last wrote them
}

type promiseState struct {
	receivable.Promise
	before  receivable.PromiseState
	touched bool
}

func newLedger(tx port.Tx, now time.Time, actor string) *ledger {
	return &ledger{
		tx: tx, now: now, actor: actor,
		items:    make(map[uuid.UUID]*receivable.Item),
		before:   make(map[uuid.UUID]receivable.Item),
		promises: make(map[uuid.UUID][]*promiseState),
		claims:   make(map[uuid.UUID]*claimState),
		written:  make(map[uuid.UUID]receivable.Item),
	}
}

// load reads items that are not there yet. Error: item.not_found.
func (l *ledger) load(ctx context.Context, ids ...uuid.UUID) error {
	var missing []uuid.UUID
	for _, id := range ids {
		if l.items[id] == nil {
			missing = append(missing, id)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	found, err := l.tx.ItemsByID(ctx, missing)
	if err != nil {
		return err
	}
	for n := range found {
		l.add(found[n])
	}
	for _, id := range missing {
		if l.items[id] == nil {
			_, err := l.tx.Item(ctx, id) // says that it is not there
			return err
		}
	}
	return nil
}

func (l *ledger) add(item receivable.Item) *receivable.Item {
	if l.items[item.ID] == nil {
		kept := item
		l.items[item.ID], l.before[item.ID] = &kept, item
	}
	return l.items[item.ID]
}

// today is the civil date of now where the item's dates are.
func (l *ledger) today(item *receivable.Item) calendar.Date { return today(l.now, item.TimeZone) }

// received counts money that came onto an item for the promises on its invoice, the earliest first.
func (l *ledger) received(ctx context.Context, item *receivable.Item, minor int64) error {
	if !item.InvoiceID.Valid {
		return nil
	}
	list, err := l.promisesOf(ctx, item.InvoiceID.UUID)
	for _, p := range list {
		was := p.ReceivedMinor
		minor = p.Receive(item.ID, minor, l.today(item))
		p.touched = p.touched || p.ReceivedMinor != was
	}
	return err
}

// unreceived takes back money that an undone application had brought, from the latest promise first. A promise that was
// made after the application never counted it.
func (l *ledger) unreceived(ctx context.Context, item *receivable.Item, a receivable.Application) error {
	if !item.InvoiceID.Valid {
		return nil
	}
	list, err := l.promisesOf(ctx, item.InvoiceID.UUID)
	minor := a.ItemMinor
	for _, p := range slices.Backward(list) {
		if p.CreatedAt.After(a.AppliedAt) {
			continue
		}
		was := p.ReceivedMinor
		minor = p.Unreceive(item.ID, minor, l.today(item))
		p.touched = p.touched || p.ReceivedMinor != was
	}
	return err
}

// promisesOf reads an invoice's promises once, by their dates.
func (l *ledger) promisesOf(ctx context.Context, invoiceID uuid.UUID) ([]*promiseState, error) {
	if list, ok := l.promises[invoiceID]; ok {
		return list, nil
	}
	found, err := l.tx.PromisesOfInvoice(ctx, invoiceID)
	if err != nil {
		return nil, err
	}
	receivable.ByDueDate(found)
	list := make([]*promiseState, len(found))
	for n, p := range found {
		list[n] = &promiseState{Promise: p, before: p.State}
	}
	l.promises[invoiceID] = list
	return list, nil
}

// loadPromises reads the promises of the loaded items' invoices at once.
func (l *ledger) loadPromises(ctx context.Context) error {
	var ids []uuid.UUID
	for _, item := range l.items {
		if _, known := l.promises[item.InvoiceID.UUID]; item.InvoiceID.Valid && !known {
			ids = append(ids, item.InvoiceID.UUID)
		}
	}
	if ids = inOrder(ids); len(ids) == 0 {
		return nil
	}
	found, err := l.tx.PromisesOfInvoices(ctx, ids)
	if err != nil {
		return err
	}
	receivable.ByDueDate(found)
	for _, id := range ids {
		l.promises[id] = nil
	}
	for _, p := range found {
		l.promises[p.InvoiceID] = append(l.promises[p.InvoiceID], &promiseState{Promise: p, before: p.State})
	}
	return nil
}

// changed lists the items that are not what they were, by id.
func (l *ledger) changed() []*receivable.Item {
	var list []*receivable.Item
	for id, item := range l.items {
		if *item != l.before[id] {
			list = append(list, item)
		}
	}
	slices.SortFunc(list, func(a, b *receivable.Item) int { return cmp.Compare(a.ID.String(), b.ID.String()) })
	return list
}

// settle writes everything back: claims and promises follow their money, disputed parts their flags. It proves each item's
// law first. What has been written before and did not change since is left alone, so that several claims of one transaction
// may each settle.
func (l *ledger) settle(ctx context.Context) error {
	if err := l.followClaims(ctx); err != nil {
		return err
	}
	changed := l.changed()
	if err := l.writeItems(ctx, changed); err != nil {
		return err
	}
	if err := l.endMoot(ctx, changed); err != nil {
		return err
	}
	return l.writePromises(ctx)
}

// writeItems writes those that are not as they were last written.
func (l *ledger) writeItems(ctx context.Context, changed []*receivable.Item) error {
	var list []receivable.Item
	for _, item := range changed {
		if *item == l.last(item.ID) {
			continue
		}
		if err := l.followFlags(ctx, item); err != nil {
			return err
		}
		if err := item.Check(); err != nil {
			return err
		}
		list = append(list, *item)
	}
	if err := l.tx.UpdateItems(ctx, list); err != nil {
		return err
	}
	for _, was := range list {
		item := l.items[was.ID]
		item.Version++
		l.written[item.ID] = *item
	}
	return nil
}

// last is the item as it was last written, or read.
func (l *ledger) last(id uuid.UUID) receivable.Item {
	if item, ok := l.written[id]; ok {
		return item
	}
	return l.before[id]
}

// followFlags makes the disputed part what the standing flags name, as far as it is open.
func (l *ledger) followFlags(ctx context.Context, item *receivable.Item) error {
	was := l.last(item.ID)
	if item.OpenMinor == was.OpenMinor {
		return nil // what is disputed was changed on purpose, or not at all
	}
	if was.DisputedMinor == 0 && item.OpenMinor < was.OpenMinor {
		return nil
	}
	flags, err := l.tx.OpenDisputeFlags(ctx, item.ID)
	if err != nil {
		return err
	}
	var flagged int64
	for _, flag := range flags {
		flagged += flag.AmountMinor
	}
	item.SetFlagged(flagged)
	return nil
}

// endMoot ends promises of which nothing is open any more.
func (l *ledger) endMoot(ctx context.Context, changed []*receivable.Item) error {
	for _, item := range changed {
		if item.OpenMinor > 0 || !item.InvoiceID.Valid {
			continue
		}
		list, err := l.promisesOf(ctx, item.InvoiceID.UUID)
		if err != nil {
			return err
		}
		for _, p := range list {
			open, err := l.anyOpen(ctx, p)
			if err != nil {
				return err
			}
			if p.State == receivable.PromiseOpen && !open {
				p.Moot(l.today(item))
				p.touched = true
			}
		}
	}
	return nil
}

func (l *ledger) anyOpen(ctx context.Context, p *promiseState) (bool, error) {
	for _, part := range p.Items {
		if err := l.load(ctx, part.ItemID); err != nil {
			return false, err
		}
		if l.items[part.ItemID].OpenMinor > 0 {
			return true, nil
		}
	}
	return false, nil
}

func (l *ledger) writePromises(ctx context.Context) error {
	for _, list := range l.promises {
		for _, p := range list {
			if !p.touched {
				continue
			}
			if err := l.tx.UpdatePromise(ctx, p.Promise); err != nil {
				return err
			}
			if p.State != p.before {
				if err := recordPromise(ctx, l.tx, l.now, l.actor, p.Promise, uuid.Nil); err != nil {
					return err
				}
			}
			p.touched, p.before = false, p.State
			p.Version++
		}
	}
	return nil
}

// recordPromise tells what became of a promise: promise.kept, promise.open again, and so on.
func recordPromise(ctx context.Context, tx port.Tx, now time.Time, actor string, p receivable.Promise, entry uuid.UUID) error {
	verb := string(p.State)
	if p.State == receivable.PromiseOpen {
		verb = "reopened"
	}
	return record(ctx, tx, now, actor, event{
		id: entry, action: "promise." + verb, kind: "promise", subject: p.ID, customer: p.CustomerID, invoice: p.InvoiceID,
		on: p.SettledOn,
		data: map[string]any{
			"amount_minor": p.AmountMinor, "received_minor": p.ReceivedMinor, "currency": p.Currency, "due_on": p.DueOn,
		},
	})
}

// customers lists the owners of the loaded items in id order, the order of locking.
func (l *ledger) customers() []uuid.UUID {
	var ids []uuid.UUID
	for _, item := range l.items {
		ids = append(ids, item.CustomerID)
	}
	return inOrder(ids)
}

// inOrder sorts ids and drops repetitions.
func inOrder(ids []uuid.UUID) []uuid.UUID {
	ids = slices.Clone(ids)
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	return slices.Compact(ids)
}

// lockCustomers takes several customers' locks in id order, so that two use cases never wait for each other.
func lockCustomers(ctx context.Context, tx port.Tx, ids ...uuid.UUID) error {
	for _, id := range inOrder(ids) {
		if err := tx.LockCustomer(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// caseOf is the collection case of an item: its invoice's, or its own for a deduction or a claim without invoice.
func caseOf(item receivable.Item) uuid.UUID {
	if item.Kind == receivable.Deduction || item.Kind == receivable.Claim || !item.InvoiceID.Valid {
		return item.ID
	}
	return item.InvoiceID.UUID
}

// tell hands what changed to the engine's side, per customer: touched cases stop or lower what was about to be asked.
func (a *App) tell(ctx context.Context, l *ledger, why string) error {
	byCustomer := make(map[uuid.UUID][]uuid.UUID)
	for _, item := range l.changed() {
		byCustomer[item.CustomerID] = append(byCustomer[item.CustomerID], caseOf(*item))
	}
	for _, id := range l.customers() {
		cases, touched := byCustomer[id]
		if !touched {
			continue
		}
		if err := a.factsChanged(ctx, l.tx, l.now, id, inOrder(cases), why); err != nil {
			return err
		}
	}
	for _, c := range l.claimsByAge() { // what was denied, and paid for until now, may be owed again
		if err := a.armDenied(ctx, l, *c.d); err != nil {
			return err
		}
	}
	return nil
}
