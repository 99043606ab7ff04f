package receivable

import "arrears/domain/calendar"

// HoldsOn reports whether the block stops dunning on a day: it is not released and its last day has not passed.
func (b Block) HoldsOn(day calendar.Date) bool {
	return b.ReleasedAt == nil && (b.Until.IsZero() || day <= b.Until)
}

// Covers reports whether the block is on the item, its invoice or its customer.
func (b Block) Covers(item Item) bool {
	switch {
	case b.CustomerID != item.CustomerID:
		return false
	case b.ItemID.Valid:
		return b.ItemID.UUID == item.ID
	case b.InvoiceID.Valid:
		return item.InvoiceID.Valid && item.InvoiceID.UUID == b.InvoiceID.UUID
	}
	return true
}

// NeedsExpiry reports whether a block for this reason must have a last day: only law may stop dunning for good.
func (r BlockReason) NeedsExpiry() bool { return r != BlockLegal && r != BlockInsolvency }

// BlockReasons are all reasons of a block.
func BlockReasons() []BlockReason {
	return []BlockReason{BlockCustomerRequest, BlockInternalReview, BlockLegal, BlockGoodwill, BlockInsolvency, BlockBillingError,
		BlockOther}
}
