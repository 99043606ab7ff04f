package app

import (
	"context"

	"github.com/google/uuid"

	"arrears/domain/dispute"
	"arrears/domain/receivable"
	"arrears/port"
)

// itemsBrought lists the items of the claims that a receipt brought, and those from which they were taken.
func itemsBrought(ctx context.Context, tx port.Tx, receiptID uuid.UUID) ([]uuid.UUID, error) {
	claims, err := tx.DisputesOfReceipt(ctx, receiptID)
	if err != nil {
		return nil, err
	}
	var ids []uuid.UUID
	for _, d := range claims {
		ids = append(ids, itemsOfClaim(d)...)
	}
	moves, err := tx.MovesOfReceipt(ctx, receiptID)
	for _, m := range moves {
		ids = append(ids, m.FromItem, m.ToItem)
	}
	return ids, err
}

// undoClaims ends the claims that a reversed receipt brought, where nobody has decided on them; the others stay as decided,
// and a supervisor looks at them. What was netted for a claim that stays is the rest of the receipt from now on.
func undoClaims(ctx context.Context, l *ledger, r *receivable.Receipt) error {
	claims, err := l.tx.DisputesOfReceipt(ctx, r.ID)
	if err != nil {
		return err
	}
	moves, err := l.tx.MovesOfReceipt(ctx, r.ID)
	if err != nil {
		return err
	}
	list := make([]*claimState, len(claims))
	for n, d := range claims {
		list[n] = l.follow(d)
	}
	for _, c := range list {
		if err := undoRule(l, c); err != nil {
			return err
		}
	}
	stays := shared(l, list)
	for _, c := range list {
		switch {
		case c.d.State == dispute.Void:
		case stays[c.d.ID]:
			err = reviewClaim(ctx, l, *c.d, r.ID)
		default:
			err = voidClaim(ctx, l, c, r, moves)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// undoRule takes back what a rule gave away by itself: no person decided, so it goes with the receipt that caused it, and the
// claim is void. Its write-off has been undone already.
func undoRule(l *ledger, c *claimState) error {
	if !c.d.Outcome.ByRule() {
		return nil
	}
	for n := range c.d.Parts {
		p := &c.d.Parts[n]
		minor := p.WrittenOffMinor
		if err := some(minor, p.Unconcede); err != nil {
			return err
		}
		if !p.ItemID.Valid || c.d.Outcome != dispute.Earned {
			continue
		}
		if err := some(minor, l.items[p.ItemID.UUID].Undiscount); err != nil {
			return err
		}
	}
	return nil
}

// shared tells which claims stay: those on which somebody has decided, whose items saw money, or that share an item with one
// that stays.
func shared(l *ledger, list []*claimState) map[uuid.UUID]bool {
	stays := map[uuid.UUID]bool{}
	held := map[uuid.UUID]bool{} // items
	for range list {
		for _, c := range list {
			for _, p := range c.d.Parts {
				touched := p.ItemID.Valid && (held[p.ItemID.UUID] || own(l.items[p.ItemID.UUID]) && !l.items[p.ItemID.UUID].Untouched())
				stays[c.d.ID] = stays[c.d.ID] || touched || p.UndecidedMinor+p.WithdrawnMinor != p.ClaimedMinor
			}
			for _, p := range c.d.Parts {
				held[p.ItemID.UUID] = held[p.ItemID.UUID] || p.ItemID.Valid && stays[c.d.ID]
			}
		}
	}
	return stays
}

// voidClaim makes a claim as if it had never been: what it moved goes back, what it netted is gone, and its items are void.
func voidClaim(ctx context.Context, l *ledger, c *claimState, r *receivable.Receipt, moves []dispute.Move) error {
	for n := range c.d.Parts {
		p := &c.d.Parts[n]
		if p.ItemID.Valid {
			if err := voidItem(ctx, l, l.items[p.ItemID.UUID], r, moves); err != nil {
				return err
			}
		}
		if err := some(p.UndecidedMinor, p.Withdraw); err != nil {
			return err
		}
	}
	c.void, c.d.Outcome = true, ""
	return nil
}

func voidItem(ctx context.Context, l *ledger, item *receivable.Item, r *receivable.Receipt, moves []dispute.Move) error {
	if !own(item) || item.OriginalMinor == 0 { // the contested instalment, or void with another claim on it
		return nil
	}
	if item.Kind == receivable.Claim {
		if err := r.Unnet(item.OriginalMinor); err != nil {
			return err
		}
	}
	for _, m := range moves {
		if m.ToItem != item.ID {
			continue
		}
		if err := l.items[m.FromItem].Unmove(m.AmountMinor); err != nil {
			return err
		}
		if err := l.tx.ReverseMove(ctx, m.ID, l.now); err != nil {
			return err
		}
	}
	return item.Void()
}
