package receivable

// CodeBelowClosed means an amount below what was paid, credited or otherwise closed already.
const CodeBelowClosed = "item.below_closed"

// Revalue changes amount and due date of an item as its source states them now: what was applied stays applied, and the
// difference is open. Unlike Amend it may follow payments. Errors: CodeNotPositive, CodeBelowClosed; then nothing changed.
func (i *Item) Revalue(part InstalmentPart) error {
	if err := positive(part.AmountMinor); err != nil {
		return err
	}
	closed := i.OriginalMinor - i.OpenMinor
	if part.AmountMinor < closed {
		return refuse(CodeBelowClosed, "the amount is below what was paid or credited already")
	}
	i.OriginalMinor, i.OpenMinor = part.AmountMinor, part.AmountMinor-closed
	i.DisputedMinor = min(i.DisputedMinor, i.OpenMinor)
	i.DueDate, i.AgingDate = part.DueDate, part.DueDate
	return nil
}
