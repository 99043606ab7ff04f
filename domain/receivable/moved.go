package receivable

import (
	"time"

	"github.com/google/uuid"

	"arrears/domain/money"
)

// Move takes an open amount off the item: it is owed on another item from now on. Errors: CodeNotPositive, CodeExceedsOpen.
func (i *Item) Move(minor int64) error { return i.take(&i.MovedMinor, minor) }

// Unmove takes it back: the other item was never valid. Errors: CodeNotPositive, CodeExceedsDone.
func (i *Item) Unmove(minor int64) error { return i.giveBack(&i.MovedMinor, minor) }

// Own is the item with which a deduction that was taken from this one is owed, numbered within its invoice. It ages as the
// item does from which it came.
func (i Item) Own(id uuid.UUID, seq int, minor int64) Item {
	return Item{
		ID: id, InvoiceID: i.InvoiceID, CustomerID: i.CustomerID, Kind: Deduction, Seq: seq, DueDate: i.AgingDate, AgingDate: i.AgingDate,
		TimeZone: i.TimeZone, Currency: i.Currency, OriginalMinor: minor, OpenMinor: minor, Cycle: 1, Version: 1,
	}
}

// Net adds what the payer withheld for a claim that names no item: it can be applied like money.
// Errors: CodeNotPositive, CodeReceiptReversed.
func (r *Receipt) Net(minor int64) error {
	if err := positive(minor); err != nil {
		return err
	}
	if r.State == ReceiptReversed {
		return refuse(CodeReceiptReversed, "the receipt was reversed")
	}
	r.NettedMinor += minor
	r.addRest(minor)
	return nil
}

// Unnet takes a netted claim back that was never valid, out of what is on no item; of a reversed receipt that is all.
// Errors: CodeNotPositive, CodeExceedsRest.
func (r *Receipt) Unnet(minor int64) error {
	if err := positive(minor); err != nil {
		return err
	}
	if minor > r.Rest() || minor > r.NettedMinor {
		return refuse(CodeExceedsRest, "the amount exceeds what is left of the receipt")
	}
	r.NettedMinor -= minor
	r.takeRest(minor)
	return nil
}

// Release takes a part of an application, in the item's currency, off its item: it goes on account. What remains of the
// application stands as another one, with its discount. A refusal changes nothing. Error: CodeExceedsDone.
func (r *Receipt) Release(item *Item, application uuid.UUID, minor int64, remainder uuid.UUID, at time.Time) error {
	if err := positive(minor); err != nil {
		return err
	}
	for n := range r.Applications {
		a := &r.Applications[n]
		if a.ID != application || a.ReversedAt != nil {
			continue
		}
		if a.ItemID != item.ID || minor > a.ItemMinor {
			break
		}
		freed, err := a.share(minor)
		if err != nil {
			return err
		}
		if err := a.release(item, minor); err != nil {
			return err
		}
		a.ReversedAt = &at
		r.AppliedMinor -= freed
		r.addRest(freed)
		if rest := a.ItemMinor - minor; rest > 0 {
			kept := *a
			kept.ID, kept.AmountMinor, kept.ItemMinor, kept.ReversedAt = remainder, a.AmountMinor-freed, rest, nil
			r.Applications = append(r.Applications, kept)
		}
		return nil
	}
	return refuse(CodeExceedsDone, "the amount exceeds what was applied")
}

// share is what a part of the application, in the item's currency, is of the receipt's: both sides keep at least one unit.
func (a Application) share(itemMinor int64) (int64, error) {
	switch {
	case a.AmountMinor == a.ItemMinor:
		return itemMinor, nil
	case itemMinor == a.ItemMinor:
		return a.AmountMinor, nil
	case a.AmountMinor == 1:
		return 0, refuse(CodeExceedsDone, "the application is too small to divide")
	}
	parts, err := money.Allocate(a.AmountMinor, []int64{itemMinor, a.ItemMinor - itemMinor})
	if err != nil {
		return 0, err
	}
	return max(1, min(parts[0], a.AmountMinor-1)), nil
}

// release takes the whole application off its item with its discount, or a part of its money.
func (a Application) release(item *Item, minor int64) error {
	if minor == a.ItemMinor {
		return a.Undo(item)
	}
	return item.Unpay(minor)
}

// addRest puts an amount where the receipt's rest is: on account when its customer is known.
func (r *Receipt) addRest(minor int64) {
	if r.CustomerID.Valid {
		r.OnAccountMinor += minor
		return
	}
	r.UnappliedMinor += minor
}

func (r *Receipt) takeRest(minor int64) {
	fromAccount := min(minor, r.OnAccountMinor)
	r.OnAccountMinor -= fromAccount
	r.UnappliedMinor -= minor - fromAccount
}
