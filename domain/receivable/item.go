package receivable

// Each change below keeps the item's law or is refused as a whole. Amounts are minor units of the item's currency.

// Pay puts money on the item. What is disputed never exceeds what is open. Errors: CodeNotPositive, CodeExceedsOpen.
func (i *Item) Pay(minor int64) error { return i.take(&i.PaidMinor, minor) }

// Unpay takes money off the item again. Errors: CodeNotPositive, CodeExceedsDone.
func (i *Item) Unpay(minor int64) error { return i.giveBack(&i.PaidMinor, minor) }

// Discount closes an amount as discount. Errors: CodeNotPositive, CodeExceedsOpen.
func (i *Item) Discount(minor int64) error { return i.take(&i.DiscountedMinor, minor) }

// Undiscount opens a discount again. Errors: CodeNotPositive, CodeExceedsDone.
func (i *Item) Undiscount(minor int64) error { return i.giveBack(&i.DiscountedMinor, minor) }

// Credit puts a part of a credit memo on the item. Errors: CodeNotPositive, CodeExceedsOpen.
func (i *Item) Credit(minor int64) error { return i.take(&i.CreditedMinor, minor) }

// Uncredit takes a part of a credit memo off the item again. Errors: CodeNotPositive, CodeExceedsDone.
func (i *Item) Uncredit(minor int64) error { return i.giveBack(&i.CreditedMinor, minor) }

// WriteOff closes an amount without money. Errors: CodeNotPositive, CodeExceedsOpen.
func (i *Item) WriteOff(minor int64) error { return i.take(&i.WrittenOffMinor, minor) }

// UndoWriteOff opens a write-off again. Errors: CodeNotPositive, CodeExceedsDone.
func (i *Item) UndoWriteOff(minor int64) error { return i.giveBack(&i.WrittenOffMinor, minor) }

// take moves an amount from open to one of the ways in which it closes.
func (i *Item) take(way *int64, minor int64) error {
	if err := positive(minor); err != nil {
		return err
	}
	if minor > i.OpenMinor {
		return refuse(CodeExceedsOpen, "the amount exceeds what is open")
	}
	i.OpenMinor -= minor
	*way += minor
	i.DisputedMinor = min(i.DisputedMinor, i.OpenMinor)
	return nil
}

// giveBack is the opposite of take. It does not bring back what was disputed; see SetFlagged.
func (i *Item) giveBack(way *int64, minor int64) error {
	if err := positive(minor); err != nil {
		return err
	}
	if minor > *way {
		return refuse(CodeExceedsDone, "the amount exceeds what was applied")
	}
	i.OpenMinor += minor
	*way -= minor
	return nil
}

// Dispute marks an amount as contested. Errors: CodeNotPositive, CodeExceedsUndisputed.
func (i *Item) Dispute(minor int64) error {
	if err := positive(minor); err != nil {
		return err
	}
	if minor > i.OpenMinor-i.DisputedMinor {
		return refuse(CodeExceedsUndisputed, "the amount exceeds what is open and undisputed")
	}
	i.DisputedMinor += minor
	return nil
}

// SetFlagged says how much the dispute flags that stand name together. As long as less is open, only that much is disputed:
// a flag outlives a payment, and holds again when the payment is reversed.
func (i *Item) SetFlagged(minor int64) { i.DisputedMinor = max(0, min(minor, i.OpenMinor)) }

// Untouched reports whether nothing has been applied to the item: all of it is open.
func (i Item) Untouched() bool { return i.OpenMinor == i.OriginalMinor }

// Void makes the item as if it had never been. Error: CodeHasApplications.
func (i *Item) Void() error {
	if !i.Untouched() {
		return refuse(CodeHasApplications, "something was applied to the item")
	}
	i.OriginalMinor, i.OpenMinor, i.DisputedMinor = 0, 0, 0
	return nil
}

// Amend changes amount and due date of an item to which nothing was applied. Errors: CodeNotPositive, CodeHasApplications.
func (i *Item) Amend(part InstalmentPart) error {
	if err := positive(part.AmountMinor); err != nil {
		return err
	}
	if !i.Untouched() {
		return refuse(CodeHasApplications, "something was applied to the item")
	}
	i.OriginalMinor, i.OpenMinor = part.AmountMinor, part.AmountMinor
	i.DisputedMinor = min(i.DisputedMinor, i.OpenMinor)
	i.DueDate, i.AgingDate = part.DueDate, part.DueDate
	return nil
}

// Restart puts the item back on the first rung, in a new cycle. What was handed over is no longer.
func (i *Item) Restart() {
	i.Cycle++
	i.Level = 0
	i.LastStageDone = ""
	i.LastStageOn, i.LastNoticeOn, i.HandedOverOn = 0, 0, 0
}

// Collectable is what may be asked for: open, less the disputed part and what open promises hold; nothing when it is blocked.
func (i Item) Collectable(promisedMinor int64, blocked bool) int64 {
	if blocked {
		return 0
	}
	return max(0, i.OpenMinor-i.DisputedMinor-promisedMinor)
}

// Check proves the item's law: original = paid + discounted + credited + written off + moved + open, all at least zero, and
// disputed at most open. Error: CodeLawBroken.
func (i Item) Check() error {
	parts := []int64{i.PaidMinor, i.DiscountedMinor, i.CreditedMinor, i.WrittenOffMinor, i.MovedMinor, i.OpenMinor}
	var sum int64
	for _, part := range parts {
		if part < 0 {
			return broken("item")
		}
		sum += part
	}
	if sum != i.OriginalMinor || i.DisputedMinor < 0 || i.DisputedMinor > i.OpenMinor {
		return broken("item")
	}
	return nil
}
