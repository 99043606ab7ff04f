package app

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/matching"
	"arrears/domain/receivable"
	"arrears/port"
)

// incoming is one payment of a bank file or lockbox, not yet written.
type incoming struct {
	entry   uuid.UUID          // of bank_entries
	receipt receivable.Receipt // source "bank:"+account key, number = the entry's key; customer unknown
	seen    matching.Receipt   // what the bank told of it
}

// taken is what became of an incoming payment.
type taken struct {
	receiptID           uuid.UUID
	outcome             string // applied, proposed, unidentified or held
	customer            uuid.NullUUID
	lines, linesMatched int
}

// The outcomes of looking at a receipt.
const (
	takenApplied      = "applied"
	takenProposed     = "proposed"
	takenUnidentified = "unidentified"
	takenHeld         = "held"
)

// waiting is a receipt that matching is to look at.
type waiting struct {
	receipt   *receivable.Receipt
	seen      matching.Receipt
	look      matching.LookFor
	entry     uuid.NullUUID
	stop      string              // why nothing may be applied by itself
	exception *port.CashException // of a receipt that waits already
	pinned    bool                // a refund of it is about: a person decides
	rejected  []matching.Proposal // a person has said that they are wrong
	taken     taken
	advice    uuid.NullUUID // the one that was used
	rulesID   func(customer uuid.UUID) uuid.NullUUID
}

// mayGo reports whether a proposal may be carried out by itself as far as people had nothing to do with the receipt.
func (w *waiting) mayGo(p matching.Proposal) bool {
	return w.stop == "" && !w.pinned && w.receipt.Payer.Match != receivable.MatchHeld && !slices.ContainsFunc(w.rejected, func(r matching.Proposal) bool {
		return r.CustomerID == p.CustomerID && slices.Equal(r.Applications, p.Applications)
	})
}

// takeIn writes receipts with what can be applied at once; the rest becomes exceptions with proposals. stop is a code when
// nothing may be applied by itself (an alarm of the statement, an account not ours). One outcome per incoming, in order.
func (a *App) takeIn(ctx context.Context, tx port.Tx, now time.Time, actor string, list []incoming, stop string) ([]taken, error) {
	if len(list) == 0 {
		return nil, nil
	}
	c := a.newCash(tx, now.Truncate(time.Microsecond), access.Principal{ID: actor})
	look := make([]*waiting, len(list))
	for n, in := range list {
		r := in.receipt
		in.seen.ID = r.ID
		r.Payer = receivable.Payer{Name: cutText(in.seen.Payer.Name, maxPayer), Account: cutText(in.seen.Payer.Account.Key(), maxPayer)}
		look[n] = &waiting{receipt: &r, seen: in.seen, entry: someID(in.entry), stop: stop}
		c.fresh = append(c.fresh, &r)
	}
	if _, err := c.judge(ctx, look); err != nil {
		return nil, err
	}
	if err := c.finish(ctx, "cash_taken_in"); err != nil {
		return nil, err
	}
	done := make([]taken, len(look))
	for n, w := range look {
		done[n] = w.taken
	}
	return done, c.useAdvices(ctx, look)
}

// maxPayer bounds what is kept of a payer, in characters.
const maxPayer = 140

// judge finds what each receipt may be about, locks the customers found, reads what is there under the locks, and does what
// matching says. It returns those that it looked at: of those that waited already some may be settled by now.
func (c *cash) judge(ctx context.Context, list []*waiting) ([]*waiting, error) {
	looks := make([]matching.LookFor, len(list))
	for n, w := range list {
		w.look = matching.Keys(w.seen)
		looks[n] = w.look
	}
	found, err := c.tx.FindCash(ctx, looks)
	if err != nil {
		return nil, err
	}
	locks := slices.Clone(found.Customers)
	for _, w := range list {
		for _, id := range []uuid.NullUUID{w.receipt.CustomerID, w.receipt.Payer.LikelyID} {
			if id.Valid {
				locks = append(locks, id.UUID)
			}
		}
	}
	if err := c.tx.LockCustomers(ctx, inOrder(locks)); err != nil {
		return nil, err
	}
	if list, err = c.stillWaiting(ctx, list); err != nil {
		return nil, err
	}
	d, err := c.desk(ctx, found)
	if err != nil {
		return nil, err
	}
	if err := c.ledger.load(ctx, found.Items...); err != nil { // at once, and not for each receipt
		return nil, err
	}
	if err := c.ledger.loadPromises(ctx); err != nil {
		return nil, err
	}
	for _, w := range list {
		if err := c.look(ctx, d, w); err != nil {
			return nil, err
		}
	}
	return list, nil
}
