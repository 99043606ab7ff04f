package app

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"arrears/domain/calendar"
	"arrears/domain/matching"
	"arrears/domain/money"
	"arrears/domain/receivable"
	"arrears/port"
)

// cashDesk is what a batch of receipts is matched with.
type cashDesk struct {
	index *matching.Index
	book  *matching.Rulebook
	env   matching.Env
	used  map[uuid.UUID]bool // advices

	rulesID func(customer uuid.UUID) uuid.NullUUID // the version of rules that holds for a customer
}

// desk reads what was found, under the locks.
func (c *cash) desk(ctx context.Context, found port.CashFound) (*cashDesk, error) {
	rows, err := c.tx.CashRows(ctx, found)
	if err != nil {
		return nil, err
	}
	for _, customer := range rows.Customers {
		c.owners[customer.ID] = receivable.Customer{ID: customer.ID, PayerID: customer.PayerID, ParentID: customer.ParentID}
	}
	books, err := c.app.cashBooks(ctx, c.tx, rows)
	if err != nil {
		return nil, err
	}
	for n := range rows.Customers {
		rows.Customers[n].Rules = books.of(rows.Customers[n].ID)
	}
	d := &cashDesk{
		index: matching.NewIndex(slices.Clone(rows.Customers), slices.Clone(rows.Items), slices.Clone(rows.Credits), slices.Clone(rows.Advices)),
		book:  books.standard, used: map[uuid.UUID]bool{}, rulesID: books.version,
	}
	d.env = matching.Env{
		Rates: func(from, to money.Currency, on calendar.Date) (money.DatedRate, error) {
			return c.tx.RateOn(ctx, from, to, on)
		},
	}
	d.env.Given, err = c.givenThisMonth(ctx, found.Customers)
	return d, err
}

// givenThisMonth tells what customers were given of small differences this month, this transaction's included.
func (c *cash) givenThisMonth(ctx context.Context, customers []uuid.UUID) (func(uuid.UUID, money.Currency) int64, error) {
	given, err := c.tx.SmallDifferences(ctx, customers, c.monthBegin().Time(time.UTC))
	if err != nil {
		return nil, err
	}
	for _, id := range customers {
		if given[id] == nil {
			given[id] = map[money.Currency]int64{}
		}
		c.given[id] = given[id]
	}
	return func(id uuid.UUID, currency money.Currency) int64 { return c.given[id][currency] }, nil
}

// candidates are those of one receipt as they are by now: receipts before it in the batch may have changed them.
func (c *cash) candidates(d *cashDesk, look matching.LookFor) matching.Candidates {
	found := d.index.Find(look)
	for n := range found.Items {
		item := c.ledger.items[found.Items[n].ID]
		if item == nil || item.OpenMinor == found.Items[n].OpenMinor && item.DisputedMinor == found.Items[n].DisputedMinor {
			continue
		}
		found.Items[n].OpenMinor, found.Items[n].DisputedMinor = item.OpenMinor, item.DisputedMinor
		found.Items[n].Discounts = leftOf(found.Items[n].Discounts, item.OpenMinor)
	}
	found.Credits = slices.DeleteFunc(slices.Clone(found.Credits), func(credit matching.Credit) bool {
		m := c.memos[credit.ID]
		return m != nil && m.OpenMinor == 0
	})
	for n := range found.Credits {
		if m := c.memos[found.Credits[n].ID]; m != nil {
			found.Credits[n].OpenMinor = m.OpenMinor
		}
	}
	found.Advices = slices.DeleteFunc(slices.Clone(found.Advices), func(ad matching.Advice) bool { return d.used[ad.ID] })
	return found
}

// leftOf is what may still be taken off an item of which money was paid meanwhile: nothing beyond what is open.
func leftOf(list []matching.Discount, open int64) []matching.Discount {
	var left []matching.Discount
	for _, discount := range list {
		if discount.Minor = min(discount.Minor, open); discount.Minor > 0 {
			left = append(left, discount)
		}
	}
	return left
}

// look asks matching about one receipt and does what it says.
func (c *cash) look(ctx context.Context, d *cashDesk, w *waiting) error {
	found := c.candidates(d, w.look)
	env := d.env
	env.Alarm = w.stop == stopAlarm
	w.rulesID = d.rulesID
	result := matching.Match(w.seen, found, d.book, env)
	w.taken = taken{receiptID: w.receipt.ID, lines: len(w.seen.Lines)}
	if result.Advice.Valid {
		for _, ad := range found.Advices {
			if ad.ID == result.Advice.UUID {
				w.taken.lines += len(ad.Lines)
			}
		}
	}
	if c.mayApply(ctx, w, result, found) {
		d.used[result.Advice.UUID] = result.Advice.Valid
		return c.applied(ctx, w, result)
	}
	return c.leave(ctx, w, result, found)
}

// mayApply reports whether the first proposal is carried out at once. What does not add up, or cannot be carried out, waits
// for a person.
func (c *cash) mayApply(ctx context.Context, w *waiting, result matching.Result, found matching.Candidates) bool {
	if result.Outcome != matching.Apply || len(result.Proposals) == 0 || !w.mayGo(result.Proposals[0]) {
		return false
	}
	p := result.Proposals[0]
	if err := p.Check(w.seen, found.Items); err != nil || len(p.Offsets) > 0 || w.receipt.Rest() != w.seen.Minor {
		return false
	}
	for _, claim := range p.Claims {
		if !claim.ItemID.Valid {
			continue
		}
		for _, item := range found.Items {
			if item.ID == claim.ItemID.UUID && (item.Kind != receivable.Instalment && item.Kind != receivable.Charge) {
				return false
			}
		}
	}
	return c.paysFor(ctx, w, p, found)
}

// paysFor reports whether the one whose receipt it becomes may pay for every item.
func (c *cash) paysFor(ctx context.Context, w *waiting, p matching.Proposal, found matching.Candidates) bool {
	if w.receipt.CustomerID.Valid && w.receipt.CustomerID.UUID != p.CustomerID {
		return false
	}
	touched := itemsOfProposal(p)
	for _, item := range found.Items {
		if !slices.Contains(touched, item.ID) {
			continue
		}
		if allowed, err := c.mayPay(ctx, p.CustomerID, item.CustomerID); err != nil || !allowed {
			return false
		}
	}
	return true
}
