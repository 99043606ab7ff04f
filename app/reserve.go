package app

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"arrears/domain/money"
	"arrears/port"
)

// reserve is what a customer has waiting in a currency, as far as a use case may have changed it.
type reserve struct {
	customer uuid.UUID
	currency money.Currency
	changed  bool // its sum did
}

// reserveChanged tells the engine's side about a customer's waiting money or credits: they bear on the items that are due,
// because what is reserved lowers what is asked. When the sum stayed, the items that changed may still have moved what each
// gets of it; when nothing waits, nothing moved, and what others were asked stands.
func (a *App) reserveChanged(ctx context.Context, tx port.Tx, now time.Time, r reserve, why string) error {
	if waits, err := r.waits(ctx, tx); err != nil || !waits {
		return err
	}
	items, err := tx.OpenItems(ctx, r.customer, r.currency)
	if err != nil {
		return err
	}
	var cases []uuid.UUID
	for _, item := range items {
		if item.DueDate <= today(now, item.TimeZone) {
			cases = append(cases, caseOf(item))
		}
	}
	return a.factsChanged(ctx, tx, now, r.customer, inOrder(cases), why)
}

// waits reports whether the reserve may bear on anything.
func (r reserve) waits(ctx context.Context, tx port.Tx) (bool, error) {
	if r.changed {
		return true, nil
	}
	waiting, err := tx.Reserves(ctx, r.customer)
	return slices.ContainsFunc(waiting, func(w port.Reserve) bool { return w.Currency == r.currency && w.Minor() > 0 }), err
}
