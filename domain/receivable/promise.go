package receivable

import (
	"cmp"
	"slices"

	"github.com/google/uuid"

	"arrears/domain/calendar"
)

// HoldUntil is the last day on which the promise holds: its date plus grace.
func (p Promise) HoldUntil() calendar.Date { return p.DueOn.AddDays(p.GraceDays) }

// HeldMinor is how much of an item the promise holds back: promised and not yet received, while it is open.
func (p Promise) HeldMinor(itemID uuid.UUID) int64 {
	if p.State != PromiseOpen {
		return 0
	}
	for _, part := range p.Items {
		if part.ItemID == itemID {
			return max(0, part.AmountMinor-part.ReceivedMinor)
		}
	}
	return 0
}

// Allocate spreads the promise over an invoice's items, oldest due date first, leaving what other open promises hold.
// Errors: CodeNotPositive, CodePromiseExceedsOpen; then nothing has changed.
func (p *Promise) Allocate(items []Item, others []Promise) error {
	if err := positive(p.AmountMinor); err != nil {
		return err
	}
	left := p.AmountMinor
	var list []PromiseItem
	for _, item := range OldestFirst(items) {
		free := item.OpenMinor
		for _, other := range others {
			free -= other.HeldMinor(item.ID)
		}
		if part := min(left, free); part > 0 {
			list = append(list, PromiseItem{ItemID: item.ID, AmountMinor: part})
			left -= part
		}
	}
	if left > 0 {
		return refuse(CodePromiseExceedsOpen, "the promise exceeds what is open and not promised yet")
	}
	p.Items = list
	return nil
}

// OldestFirst returns the items by due date, then sequence and id.
func OldestFirst(items []Item) []Item {
	sorted := slices.Clone(items)
	slices.SortStableFunc(sorted, func(a, b Item) int {
		return cmp.Or(cmp.Compare(a.DueDate, b.DueDate), cmp.Compare(a.Seq, b.Seq), cmp.Compare(a.ID.String(), b.ID.String()))
	})
	return sorted
}

// Receive counts money that came onto an item, up to what is still missing, and returns what it did not count. The promise
// is kept at once when nothing is missing.
func (p *Promise) Receive(itemID uuid.UUID, minor int64, today calendar.Date) (rest int64) {
	part := p.part(itemID)
	if p.State != PromiseOpen || part == nil || minor <= 0 {
		return minor
	}
	counted := min(minor, p.AmountMinor-p.ReceivedMinor)
	part.ReceivedMinor += counted
	p.ReceivedMinor += counted
	if p.ReceivedMinor >= p.AmountMinor {
		p.State, p.SettledOn = PromiseKept, today
	}
	return minor - counted
}

// Unreceive takes back money that was counted on an item and returns what it had not counted. A promise that was kept by it
// is open again while it holds, else it is settled as it now stands. A withdrawn one stays so.
func (p *Promise) Unreceive(itemID uuid.UUID, minor int64, today calendar.Date) (rest int64) {
	part := p.part(itemID)
	if part == nil || minor <= 0 {
		return minor
	}
	taken := min(minor, part.ReceivedMinor)
	part.ReceivedMinor -= taken
	p.ReceivedMinor -= taken
	if taken > 0 && (p.State == PromiseKept || p.State == PromisePartiallyKept) {
		p.reopen(today)
	}
	return minor - taken
}

func (p *Promise) reopen(today calendar.Date) {
	if today <= p.HoldUntil() {
		p.State, p.SettledOn = PromiseOpen, 0
		return
	}
	p.State = p.outcome()
}

// Settle says what became of an open promise whose day has passed: kept, partially kept or broken.
// Error: CodePromiseNotOpen.
func (p *Promise) Settle(today calendar.Date) error {
	if p.State != PromiseOpen {
		return refuse(CodePromiseNotOpen, "the promise is not open")
	}
	p.State, p.SettledOn = p.outcome(), today
	return nil
}

func (p *Promise) outcome() PromiseState {
	switch {
	case p.ReceivedMinor >= p.AmountMinor:
		return PromiseKept
	case p.ReceivedMinor > 0:
		return PromisePartiallyKept
	}
	return PromiseBroken
}

// Withdraw ends an open promise without a verdict. Error: CodePromiseNotOpen.
func (p *Promise) Withdraw(today calendar.Date) error {
	if p.State != PromiseOpen {
		return refuse(CodePromiseNotOpen, "the promise is not open")
	}
	p.State, p.SettledOn = PromiseWithdrawn, today
	return nil
}

// Moot ends an open promise of which nothing is open any more, because a credit or a discount closed the rest: kept when
// money came, else withdrawn.
func (p *Promise) Moot(today calendar.Date) {
	if p.State != PromiseOpen {
		return
	}
	p.State, p.SettledOn = PromiseWithdrawn, today
	if p.ReceivedMinor > 0 {
		p.State = PromiseKept
	}
}

func (p *Promise) part(itemID uuid.UUID) *PromiseItem {
	for n := range p.Items {
		if p.Items[n].ItemID == itemID {
			return &p.Items[n]
		}
	}
	return nil
}

// ByDueDate sorts promises so that money is counted for the earliest first.
func ByDueDate(list []Promise) {
	slices.SortStableFunc(list, func(a, b Promise) int {
		return cmp.Or(cmp.Compare(a.DueOn, b.DueOn), a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.ID.String(), b.ID.String()))
	})
}
