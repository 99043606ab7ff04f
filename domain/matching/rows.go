package matching

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"github.com/google/uuid"

	"arrears/domain/receivable"
	"arrears/domain/remittance"
)

// itemKeys are an item's numbers in the forms in which they are compared.
type itemKeys struct {
	ready                     bool
	number, tail, bare, order string
	claims                    []string
}

func (i *Item) prepare() {
	if i.keys.ready {
		return
	}
	i.keys = itemKeys{ready: true, number: NumberKey(i.Number), order: NumberKey(i.Order), bare: bareNumber(i.Number)}
	i.keys.tail = tailOf(i.keys.number)
	for _, ref := range i.ClaimReferences {
		if key := NumberKey(ref); key != "" && !slices.Contains(i.keys.claims, key) {
			i.keys.claims = append(i.keys.claims, key)
		}
	}
}

// withheld reports whether the item is what a customer withheld, rather than what it was billed.
func (i *Item) withheld() bool { return i.Kind == receivable.Deduction || i.Kind == receivable.Claim }

// undisputed is what is open and not contested.
func (i *Item) undisputed() int64 { return i.OpenMinor - i.DisputedMinor }

// customerKeys are a customer's names and number in the forms in which they are compared.
type customerKeys struct {
	ready        bool
	number, name string
	aliases      []string
}

func (c *Customer) prepare() {
	if c.keys.ready {
		return
	}
	c.keys = customerKeys{ready: true, number: NumberKey(c.Number), name: NameKey(c.Name)}
	for _, alias := range c.Aliases {
		if key := NameKey(alias); key != "" && key != c.keys.name && !slices.Contains(c.keys.aliases, key) {
			c.keys.aliases = append(c.keys.aliases, key)
		}
	}
}

// compareItems is the one order of items: oldest first.
func compareItems(a, b *Item) int {
	return cmp.Or(
		cmp.Compare(a.DueOn, b.DueOn), cmp.Compare(a.InvoicedOn, b.InvoicedOn), strings.Compare(a.Number, b.Number),
		cmp.Compare(a.Instalment, b.Instalment), strings.Compare(string(a.Kind), string(b.Kind)), bytes.Compare(a.ID[:], b.ID[:]),
	)
}

func compareCustomers(a, b *Customer) int {
	return cmp.Or(strings.Compare(a.Number, b.Number), bytes.Compare(a.ID[:], b.ID[:]))
}

func compareCredits(a, b *Credit) int {
	return cmp.Or(cmp.Compare(a.On, b.On), strings.Compare(a.Number, b.Number), bytes.Compare(a.ID[:], b.ID[:]))
}

// compareLines orders the lines of an advice by what they say: where they stood means nothing.
func compareLines(a, b remittance.Line) int {
	return cmp.Or(
		strings.Compare(string(a.Kind), string(b.Kind)), strings.Compare(a.Number, b.Number), strings.Compare(a.Order, b.Order),
		strings.Compare(a.Claim, b.Claim), strings.Compare(a.Customer, b.Customer), cmp.Compare(a.On, b.On),
		compareAmounts(a.PaidMinor, b.PaidMinor), compareAmounts(a.GrossMinor, b.GrossMinor),
		compareAmounts(a.DiscountMinor, b.DiscountMinor), compareAmounts(a.AdjustMinor, b.AdjustMinor),
		strings.Compare(a.Reason, b.Reason), strings.Compare(a.Words, b.Words),
	)
}

func compareAmounts(a, b *int64) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return -1
	case b == nil:
		return 1
	}
	return cmp.Compare(*a, *b)
}

// sorted returns pointers to rows in their one order, each id once. Rows that are not prepared are copied: what the caller
// gave stays as it was.
func sorted[T any](rows []T, ready func(*T) bool, prepare func(*T), compare func(a, b *T) int, id func(*T) uuid.UUID) []*T {
	list := make([]*T, len(rows))
	for n := range rows {
		if row := &rows[n]; ready(row) {
			list[n] = row
		} else {
			own := *row
			prepare(&own)
			list[n] = &own
		}
	}
	return inOrder(list, compare, id)
}

func inOrder[T any](list []*T, compare func(a, b *T) int, id func(*T) uuid.UUID) []*T {
	if !slices.IsSortedFunc(list, compare) {
		slices.SortFunc(list, compare)
	}
	return slices.CompactFunc(list, func(a, b *T) bool { return id(a) == id(b) })
}

func splitKey(key string) []string { return strings.Fields(key) }
