package matching

import (
	"slices"

	"github.com/google/uuid"

	"arrears/domain/money"
)

// Index holds a portfolio in memory and finds candidates in it: for tests, measurements and rehearsals. It is what a store
// does by SQL. It never changes once made, and may be shared.
type Index struct {
	customers []Customer
	items     []Item // by customer, each customer's in their order
	credits   []Credit
	advices   []Advice

	byID      map[uuid.UUID]int32
	accounts  map[string][]int32
	names     map[string][]int32
	numbers   map[string][]int32 // customers'
	children  map[uuid.UUID][]int32
	itemsOf   map[uuid.UUID]span
	creditsOf map[uuid.UUID]span

	documents, tails, orders chain
	claims                   map[string][]int32
	memos                    map[string][]int32
	advised                  map[string][]int32
	advisedFor               map[money.Amount][]int32
}

// span is a part of a slice.
type span struct{ from, to int32 }

// chain finds items by a key that several may have: the first, and for each the next one. It holds a million items in a
// fraction of what a slice for each key would take.
type chain struct {
	first map[string]int32
	next  []int32
}

func newChain(n int) chain { return chain{make(map[string]int32, n), make([]int32, n)} }

func (c *chain) add(key string, at int32) {
	c.next[at] = -1
	if key == "" {
		return
	}
	if head, there := c.first[key]; there {
		c.next[at] = head
	}
	c.first[key] = at
}

// each calls for at most limit items of a key.
func (c *chain) each(key string, limit int, call func(at int32)) {
	at, there := c.first[key]
	for ; there && at >= 0 && limit > 0; limit-- {
		call(at)
		at = c.next[at]
	}
}

// NewIndex makes an index; the slices become its own.
func NewIndex(customers []Customer, items []Item, credits []Credit, advices []Advice) *Index {
	x := &Index{
		customers: customers, items: items, credits: credits, advices: advices,
		byID: make(map[uuid.UUID]int32, len(customers)), accounts: map[string][]int32{}, names: make(map[string][]int32, len(customers)),
		numbers: make(map[string][]int32, len(customers)), children: map[uuid.UUID][]int32{},
		itemsOf: make(map[uuid.UUID]span, len(customers)), creditsOf: map[uuid.UUID]span{},
		documents: newChain(len(items)), tails: newChain(len(items)), orders: newChain(len(items)),
		claims: map[string][]int32{}, memos: map[string][]int32{}, advised: map[string][]int32{},
		advisedFor: map[money.Amount][]int32{},
	}
	x.addCustomers()
	x.addItems()
	x.addCredits()
	x.addAdvices()
	return x
}

func (x *Index) addCustomers() {
	slices.SortFunc(x.customers, func(a, b Customer) int { return compareCustomers(&a, &b) })
	for n := range x.customers {
		c, at := &x.customers[n], int32(n)
		c.prepare()
		x.byID[c.ID] = at
		put(x.names, c.keys.name, at)
		for _, alias := range c.keys.aliases {
			put(x.names, alias, at)
		}
		for _, account := range c.Accounts {
			put(x.accounts, account, at)
		}
		put(x.numbers, c.keys.number, at)
		if c.ParentID.Valid {
			x.children[c.ParentID.UUID] = append(x.children[c.ParentID.UUID], at)
		}
		if c.PayerID.Valid && c.PayerID != c.ParentID {
			x.children[c.PayerID.UUID] = append(x.children[c.PayerID.UUID], at)
		}
	}
}

func put(into map[string][]int32, key string, at int32) {
	if key != "" {
		into[key] = append(into[key], at)
	}
}

func (x *Index) addItems() {
	slices.SortFunc(x.items, func(a, b Item) int {
		if c := x.compareOwners(a.CustomerID, b.CustomerID); c != 0 {
			return c
		}
		return compareItems(&a, &b)
	})
	for n := range x.items {
		i, at := &x.items[n], int32(n)
		i.prepare()
		x.documents.add(i.keys.number, at)
		x.tails.add(i.keys.tail, at)
		x.orders.add(i.keys.order, at)
		for _, ref := range i.keys.claims {
			put(x.claims, ref, at)
		}
		extend(x.itemsOf, i.CustomerID, at)
	}
}

func (x *Index) compareOwners(a, b uuid.UUID) int { return int(x.byID[a]) - int(x.byID[b]) }

func extend(spans map[uuid.UUID]span, owner uuid.UUID, at int32) {
	s, there := spans[owner]
	if !there {
		s.from = at
	}
	s.to = at + 1
	spans[owner] = s
}

func (x *Index) addCredits() {
	slices.SortFunc(x.credits, func(a, b Credit) int {
		if c := x.compareOwners(a.CustomerID, b.CustomerID); c != 0 {
			return c
		}
		return compareCredits(&a, &b)
	})
	for n := range x.credits {
		extend(x.creditsOf, x.credits[n].CustomerID, int32(n))
		put(x.memos, NumberKey(x.credits[n].Number), int32(n))
	}
}

func (x *Index) addAdvices() {
	for n := range x.advices {
		a := &x.advices[n]
		for _, ref := range a.references() {
			put(x.advised, ref, int32(n))
		}
		amount := money.Of(a.Minor, a.Currency)
		x.advisedFor[amount] = append(x.advisedFor[amount], int32(n))
	}
}

// references are the number keys by which an advice names its payment.
func (a *Advice) references() []string {
	list := make([]string, 0, 2)
	for _, s := range []string{a.Payment, a.Advice.ID} {
		if key := NumberKey(s); key != "" && !slices.Contains(list, key) {
			list = append(list, key)
		}
	}
	return list
}
