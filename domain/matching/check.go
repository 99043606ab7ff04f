package matching

import (
	"github.com/google/uuid"

	"arrears/domain/fault"
)

// CodeUnbalanced means a proposal in which money or a part of an item is lost or made: a fault of the program.
const CodeUnbalanced = "matching.unbalanced"

// Check proves that every unit of the receipt and of each item has one place. The items are those of the candidates. Error:
// CodeUnbalanced.
func (p Proposal) Check(r Receipt, items []Item) error {
	got := r.Minor
	out := p.OnAccountMinor
	if p.OnAccountMinor < 0 {
		return unbalanced()
	}
	parts := make(map[uuid.UUID]int64, len(p.Applications))
	ok := true
	part := func(id uuid.UUID, minor int64) {
		ok = ok && minor > 0
		parts[id] += minor
	}
	for _, a := range p.Applications {
		out += a.Minor
		ok = ok && a.Minor > 0 && a.DiscountMinor >= 0
		part(a.ItemID, a.ItemMinor)
		parts[a.ItemID] += a.DiscountMinor
	}
	for _, c := range p.Claims {
		ok = ok && c.Minor > 0 && c.Netted != c.ItemID.Valid
		if c.Netted {
			got += c.Minor
		} else {
			part(c.ItemID.UUID, c.Minor)
		}
	}
	for _, w := range p.WriteOffs {
		part(w.ItemID, w.Minor)
	}
	for _, c := range p.Credits {
		part(c.ItemID, c.Minor)
	}
	for _, o := range p.Offsets {
		part(o.ItemID, o.Minor)
	}
	for _, s := range p.Residuals {
		part(s.ItemID, s.Minor)
		ok = ok && s.DisputedMinor >= 0 && s.DisputedMinor <= s.Minor
	}
	if !ok || got != out {
		return unbalanced()
	}
	for i := range items {
		if sum, touched := parts[items[i].ID]; touched {
			if sum != items[i].OpenMinor {
				return unbalanced()
			}
			delete(parts, items[i].ID)
		}
	}
	if len(parts) > 0 { // of no item that is there
		return unbalanced()
	}
	return nil
}

func unbalanced() error {
	return fault.New(fault.Internal, CodeUnbalanced, "the proposal does not add up")
}
