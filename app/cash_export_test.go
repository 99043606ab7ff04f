package app

import (
	"context"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/matching"
	"arrears/domain/remittance"
	"arrears/port"
)

// Incoming is a payment as a bank told of it.
type Incoming struct {
	Number string
	Seen   matching.Receipt
}

// Taken is what became of one.
type Taken struct {
	ID      uuid.UUID
	Outcome string
}

// TakeIn takes payments in as the load of a bank file does.
func TakeIn(ctx context.Context, a *App, stop string, list ...Incoming) ([]Taken, error) {
	var done []Taken
	err := a.write(ctx, func(ctx context.Context, tx port.Tx, now time.Time) error {
		var in []incoming
		for _, i := range list {
			r := NewReceipt{
				Source: "bank:test", Number: i.Number, Currency: i.Seen.Currency, AmountMinor: i.Seen.Minor, ValueDate: i.Seen.ValueOn,
				Reference: i.Seen.Reference,
			}.receipt(uuid.Must(uuid.NewV7()), now, "bank")
			in = append(in, incoming{receipt: r, seen: i.Seen})
		}
		taken, err := a.takeIn(ctx, tx, now, "bank", in, stop)
		done = nil
		for _, t := range taken {
			done = append(done, Taken{ID: t.receiptID, Outcome: t.outcome})
		}
		return err
	})
	return done, err
}

// TakeBack takes a returned payment in.
func TakeBack(ctx context.Context, a *App, t remittance.Transaction) (outcome string, err error) {
	err = a.write(ctx, func(ctx context.Context, tx port.Tx, now time.Time) error {
		outcome, err = a.takeBack(ctx, tx, now, "bank", uuid.Nil, t, "")
		return err
	})
	return outcome, err
}

// AdviceIn takes an advice in.
func AdviceIn(ctx context.Context, a *App, ad remittance.Advice) (id uuid.UUID, used bool, err error) {
	err = a.write(ctx, func(ctx context.Context, tx port.Tx, now time.Time) error {
		id, used, err = a.adviceIn(ctx, tx, now, "bank", uuid.NullUUID{}, ad)
		return err
	})
	return id, used, err
}

// Rematch looks again at receipts that wait, as they were read.
func Rematch(ctx context.Context, a *App, list ...port.CashException) (applied int, err error) {
	err = a.write(ctx, func(ctx context.Context, tx port.Tx, now time.Time) error {
		look, err := a.newCash(tx, now, access.Principal{ID: "bank"}).rematch(ctx, list)
		for _, w := range look {
			if w.taken.outcome == takenApplied {
				applied++
			}
		}
		return err
	})
	return applied, err
}
