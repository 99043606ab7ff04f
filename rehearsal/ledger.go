package rehearsal

import (
	"time"

	"github.com/google/uuid"

	"arrears/domain/money"
	"arrears/store"
)

// ledger says what was collectable and what waited at an instant, from the rows of the books alone: applications, credits,
// write-offs, disputes and receipts with their instants. It knows nothing of what the engine decided or counted.
type ledger struct {
	original map[uuid.UUID]int64
	moves    map[uuid.UUID][]store.PlayedMove
	cash     map[purse][]store.PlayedCash
}

// purse is where a customer's money waits.
type purse struct {
	customer string
	currency money.Currency
}

func newLedger(p store.Played) ledger {
	l := ledger{
		original: make(map[uuid.UUID]int64, len(p.Items)), moves: map[uuid.UUID][]store.PlayedMove{}, cash: map[purse][]store.PlayedCash{},
	}
	for _, it := range p.Items {
		l.original[it.ID] = it.OriginalMinor
	}
	for _, m := range p.Moves {
		l.moves[m.ItemID] = append(l.moves[m.ItemID], m)
	}
	for _, c := range p.Cash {
		l.cash[purse{c.Customer, c.Currency}] = append(l.cash[purse{c.Customer, c.Currency}], c)
	}
	return l
}

// stood reports whether a change had happened at an instant and was not undone by then. What happened at the same instant
// counts: the driver lets money come before notices go.
func stood(at time.Time, undone *time.Time, now time.Time) bool {
	return !at.After(now) && (undone == nil || undone.After(now))
}

// collectable is what could be asked for an item.
func (l ledger) collectable(item uuid.UUID, now time.Time) int64 {
	left := l.original[item]
	for _, m := range l.moves[item] {
		if stood(m.At, m.Undone, now) {
			left -= m.Minor
		}
	}
	return max(left, 0)
}

// waiting is the customer's money that was here and not applied.
func (l ledger) waiting(customer string, currency money.Currency, now time.Time) int64 {
	var sum int64
	for _, c := range l.cash[purse{customer, currency}] {
		if stood(c.At, c.Undone, now) {
			sum += c.Minor
		}
	}
	return max(sum, 0)
}
