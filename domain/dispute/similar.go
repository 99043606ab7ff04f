package dispute

import "slices"

// Why two cases are suspected to be one claim.
const (
	SameReference = "same_reference"
	SameClaim     = "same_item_amount_reason"
)

// Similar reports whether two cases may be one claim that came twice, and why: the same customer and either the same claim
// reference, or the same item or invoice with the same amount and reason. Parts of one claim that was split, and cases that
// are void, are not.
func Similar(a, b Dispute) (why string, ok bool) {
	if a.ID == b.ID || a.CustomerID != b.CustomerID || a.State == Void || b.State == Void || siblings(a, b) {
		return "", false
	}
	if ref := NormalForm(a.ClaimReference); ref != "" && ref == NormalForm(b.ClaimReference) {
		return SameReference, true
	}
	if a.Currency == b.Currency && sameReason(a, b) && slices.ContainsFunc(a.Parts, func(p Part) bool {
		return slices.ContainsFunc(b.Parts, p.sameAs)
	}) {
		return SameClaim, true
	}
	return "", false
}

// siblings reports whether one claim was split off the other, or both off a third.
func siblings(a, b Dispute) bool {
	from := func(child, parent Dispute) bool { return child.SplitFrom.Valid && child.SplitFrom.UUID == parent.ID }
	return from(a, b) || from(b, a) || a.SplitFrom.Valid && a.SplitFrom == b.SplitFrom
}

// sameReason compares our codes where triage has found them for both, else what the customer sent.
func sameReason(a, b Dispute) bool {
	if a.Reason != "" && b.Reason != "" {
		return a.Reason == b.Reason
	}
	return NormalForm(a.CustomerReason) == NormalForm(b.CustomerReason)
}

// sameAs reports whether two parts are about the same thing and amount. Each deduction is an item of its own, so the
// invoice counts as well.
func (p Part) sameAs(q Part) bool {
	item := p.ItemID.Valid && p.ItemID == q.ItemID
	invoice := p.InvoiceID.Valid && p.InvoiceID == q.InvoiceID
	return p.ClaimedMinor == q.ClaimedMinor && (item || invoice)
}
