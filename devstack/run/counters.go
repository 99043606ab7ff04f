package run

import (
	"context"

	"arrears/port"
)

// countersOf reads what was counted so far.
func countersOf(ctx context.Context, store port.Store) (map[string]int64, error) {
	var counters map[string]int64
	err := store.Read(ctx, func(ctx context.Context, tx port.Tx) (err error) {
		counters, err = tx.Counters(ctx)
		return err
	})
	return counters, err
}

// count adds to a counter.
func count(ctx context.Context, store port.Store, name string, n int64) error {
	return store.InTx(ctx, func(ctx context.Context, tx port.Tx) error { return tx.Count(ctx, name, n) })
}
