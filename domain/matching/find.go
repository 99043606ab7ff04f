package matching

import (
	"slices"

	"github.com/google/uuid"

	"arrears/domain/money"
)

// maxShared bounds how many items one tail or order leads to: what so many share says nothing.
const maxShared = 200

// finder gathers the candidates of one receipt.
type finder struct {
	*Index
	customers []int32
	named     []int32
	truncated bool
}

// Find returns the candidates for what Keys says.
func (x *Index) Find(look LookFor) Candidates {
	f := &finder{Index: x}
	if look.CustomerID.Valid {
		f.customer(look.CustomerID.UUID)
	}
	for _, account := range look.Accounts {
		f.add(x.accounts[account])
	}
	for _, name := range look.Names {
		f.add(x.names[name])
	}
	for _, key := range look.Tokens {
		f.add(x.numbers[key])
		x.documents.each(key, maxShared, f.name)
		x.orders.each(key, maxShared, f.name)
		f.addNamed(x.claims[key])
		for _, at := range x.memos[key] {
			f.customer(x.credits[at].CustomerID)
		}
	}
	for _, key := range look.Tails {
		x.tails.each(key, MaxCustomers, f.name)
	}
	f.relatives()
	return f.candidates(look)
}

func (f *finder) name(at int32) {
	if len(f.named) < MaxItems {
		f.named = append(f.named, at)
	}
}

func (f *finder) addNamed(list []int32) {
	for _, at := range list {
		f.name(at)
	}
}

func (f *finder) add(list []int32) {
	for _, at := range list {
		if slices.Contains(f.customers, at) {
			continue
		}
		if len(f.customers) >= MaxCustomers {
			f.truncated = true
			return
		}
		f.customers = append(f.customers, at)
	}
}

func (f *finder) customer(id uuid.UUID) {
	if at, there := f.byID[id]; there {
		f.add([]int32{at})
	}
}

// relatives adds the children of those found by themselves, then the owners of what is named with their parents and payers.
func (f *finder) relatives() {
	for _, at := range slices.Clone(f.customers) {
		f.add(f.children[f.Index.customers[at].ID])
	}
	for _, at := range f.named {
		f.customer(f.items[at].CustomerID)
	}
	for _, at := range slices.Clone(f.customers) {
		c := &f.Index.customers[at]
		if c.ParentID.Valid {
			f.customer(c.ParentID.UUID)
		}
		if c.PayerID.Valid {
			f.customer(c.PayerID.UUID)
		}
	}
}

func (f *finder) candidates(look LookFor) Candidates {
	var c Candidates
	c.Customers = make([]Customer, 0, len(f.customers))
	slices.Sort(f.customers) // the index keeps them in their order
	positions := f.named
	for _, at := range f.customers {
		owner := &f.Index.customers[at]
		c.Customers = append(c.Customers, *owner)
		s := f.itemsOf[owner.ID]
		open := 0
		for at := s.from; at < s.to; at++ {
			if f.items[at].OpenMinor == 0 {
				continue
			}
			if open++; open > MaxOpenItems {
				f.truncated = true
				break
			}
			positions = append(positions, at)
		}
		if s, there := f.creditsOf[owner.ID]; there {
			c.Credits = append(c.Credits, f.credits[s.from:s.to]...)
		}
	}
	slices.Sort(positions)
	positions = slices.Compact(positions)
	c.Items = make([]Item, 0, len(positions))
	for _, at := range positions {
		c.Items = append(c.Items, f.items[at])
	}
	c.Truncated = f.truncated
	c.Advices = f.advicesFor(look)
	return c
}

func (f *finder) advicesFor(look LookFor) []Advice {
	if len(f.advices) == 0 {
		return nil
	}
	var list []int32
	for _, ref := range look.Advices {
		list = append(list, f.advised[ref]...)
	}
	list = append(list, f.advisedFor[money.Of(look.Minor, look.Currency)]...)
	slices.Sort(list)
	var found []Advice
	for _, at := range slices.Compact(list) {
		found = append(found, f.advices[at])
	}
	return found
}
