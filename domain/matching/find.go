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
	f := x.search(look)
	c := Candidates{Customers: make([]Customer, 0, len(f.customers)), Credits: f.creditRows()}
	for _, at := range f.customers {
		c.Customers = append(c.Customers, x.customers[at])
	}
	rows := f.itemRows()
	c.Items = make([]Item, 0, len(rows))
	for _, at := range rows {
		c.Items = append(c.Items, x.items[at])
	}
	c.Truncated = f.truncated
	c.Advices = f.advicesFor(look)
	return c
}

// Match is Find and Match in one, without copying the rows.
func (x *Index) Match(r Receipt, book *Rulebook, env Env) Result {
	if book == nil {
		book = Compile(nil)
	}
	if len(x.advices) > 0 {
		return Match(r, x.Find(Keys(r)), book, env)
	}
	if result, done := withoutCandidates(r, book); done {
		return result
	}
	b := &board{r: r, env: env, base: book, tokens: tokensOf(r)}
	f := x.search(keysOf(r, b.tokens))
	b.customers = make([]*Customer, 0, len(f.customers))
	for _, at := range f.customers {
		b.customers = append(b.customers, &x.customers[at])
	}
	rows := f.itemRows()
	b.items = make([]*Item, 0, len(rows))
	for _, at := range rows {
		b.items = append(b.items, &x.items[at])
	}
	b.items = inOrder(b.items, compareItems, func(i *Item) uuid.UUID { return i.ID })
	credits := f.creditRows()
	b.credits = sorted(credits, func(*Credit) bool { return true }, func(*Credit) {}, compareCredits, func(c *Credit) uuid.UUID { return c.ID })
	b.truncated = f.truncated
	b.read()
	var result Result
	b.decide(&result)
	return result
}

func (x *Index) search(look LookFor) *finder {
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
	slices.Sort(f.customers) // the index keeps them in their order
	return f
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

// owner adds whose document is named, though others have the payer's account or name and fill the bound: a factor or a payment
// service pays for hundreds.
func (f *finder) owner(id uuid.UUID) {
	at, there := f.byID[id]
	if there && !slices.Contains(f.customers, at) && len(f.customers) < 2*MaxCustomers {
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
		f.owner(f.items[at].CustomerID)
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

// itemRows are the named items and the open ones of the customers.
func (f *finder) itemRows() []int32 {
	rows := f.named
	for _, owner := range f.customers {
		s := f.itemsOf[f.Index.customers[owner].ID]
		open := 0
		for at := s.from; at < s.to; at++ {
			if f.items[at].OpenMinor == 0 {
				continue
			}
			if open++; open > MaxOpenItems {
				f.truncated = true
				break
			}
			rows = append(rows, at)
		}
	}
	slices.Sort(rows)
	return slices.Compact(rows)
}

func (f *finder) creditRows() []Credit {
	var list []Credit
	for _, owner := range f.customers {
		if s, there := f.creditsOf[f.Index.customers[owner].ID]; there {
			list = append(list, f.credits[s.from:s.to]...)
		}
	}
	return list
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
