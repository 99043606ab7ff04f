package app

import (
	"context"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/money"
	"arrears/port"
)

// WaitingCash is what customers have on account, or waiting and likely theirs, by currency in minor units. It is set against what
// notices ask of them.
type WaitingCash map[uuid.UUID]map[money.Currency]int64

// WaitingCash reads it for the customers of a worklist. Error: access.forbidden.
func (a *App) WaitingCash(ctx context.Context, who access.Principal, customers []uuid.UUID) (WaitingCash, error) {
	return lookup(ctx, a, who, access.ReceiptsRead, func(ctx context.Context, tx port.Tx) (WaitingCash, error) {
		found, err := tx.ReservesOf(ctx, customers)
		cash := WaitingCash{}
		for id, list := range found {
			cash[id] = map[money.Currency]int64{}
			for _, r := range list {
				cash[id][r.Currency] = r.OnAccountMinor
			}
		}
		return cash, err
	})
}
