package matching

import (
	"slices"
	"strings"

	"github.com/google/uuid"

	"arrears/domain/remittance"
)

// board is one receipt with its candidates in their order, and what its texts name.
type board struct {
	r         Receipt
	env       Env
	base      *Rulebook
	items     []*Item
	customers []*Customer
	credits   []*Credit
	truncated bool
	tokens    *tokenSet
	lines     []remittance.Line
	text      []string // words of everything that was written
	masked    []bool   // those that are names
	names     []string // the payers', as keys
	accounts  []string
	hits      []hit
	doubt     []Reason // why nothing that an advice says is done at once
}

// hit is a named item.
type hit struct {
	item *Item
	why  string // ReasonDocument …
	weak bool
}

// newBoard sets out what was found. What the caller gave stays as it was.
func newBoard(r Receipt, c Candidates, book *Rulebook, env Env) *board {
	b := &board{r: r, env: env, base: book, truncated: c.Truncated, tokens: tokensOf(r)}
	b.items = sorted(c.Items, func(i *Item) bool { return i.keys.ready }, (*Item).prepare, compareItems, func(i *Item) uuid.UUID { return i.ID })
	b.customers = sorted(c.Customers, func(c *Customer) bool { return c.keys.ready }, (*Customer).prepare, compareCustomers,
		func(c *Customer) uuid.UUID { return c.ID })
	b.credits = sorted(c.Credits, func(*Credit) bool { return true }, func(*Credit) {}, compareCredits, func(c *Credit) uuid.UUID { return c.ID })
	b.read()
	return b
}

// read takes in what the receipt says, and finds what it names.
func (b *board) read() {
	b.lines = slices.Clone(b.r.Lines)
	slices.SortFunc(b.lines, compareLines)
	for _, p := range b.r.payers() {
		if key := NameKey(p.Name); key != "" {
			b.names = append(b.names, key)
		}
		if key := p.Account.Key(); key != "" {
			b.accounts = append(b.accounts, key)
		}
	}
	b.readTexts()
	b.findHits()
}

func (b *board) readTexts() {
	for _, t := range b.r.Texts {
		b.text = append(b.text, words(t, false)...)
	}
	for _, l := range b.lines {
		b.text = append(b.text, words(l.Words, false)...)
	}
	if len(b.text) == 0 {
		return
	}
	b.masked = make([]bool, len(b.text))
	for _, name := range b.names {
		b.mask(splitKey(name))
	}
	for _, c := range b.customers {
		b.mask(splitKey(c.keys.name))
	}
}

// mask marks where a name stands, so that its words mean nothing else: a freight company pays without claiming freight.
func (b *board) mask(name []string) {
	if len(name) == 0 {
		return
	}
	for i := range b.text {
		if i+len(name) > len(b.text) {
			return
		}
		same := true
		for j, w := range name {
			same = same && (b.text[i+j] == w || plainVowels(b.text[i+j]) == w)
		}
		for j := range name {
			b.masked[i+j] = b.masked[i+j] || same
		}
	}
}

func (b *board) says(p phrases) bool {
	_, found := p.in(b.text, b.masked)
	return found
}

// spoken is what was written, as words of a claim.
func (b *board) spoken() string {
	return remittance.Clean(strings.Join(b.r.Texts, " "), remittance.MaxField)
}

func (b *board) customer(id uuid.UUID) *Customer {
	for _, c := range b.customers {
		if c.ID == id {
			return c
		}
	}
	return nil
}

// findHits looks which items are named.
func (b *board) findHits() {
	written := map[string]string{} // the number as written, where a document has just that
	for _, i := range b.items {
		if t, ok := b.tokens.find(i.keys.number); ok && i.keys.number != "" && t.bare == i.keys.bare {
			written[i.keys.number] = t.bare
		}
	}
	tails := map[string]bool{}
	for _, tail := range tailsOf(b.tokens.list) {
		tails[tail] = true
	}
	used := map[string]bool{}
	orders := map[string]bool{}
	for _, i := range b.items {
		if h, ok := b.hitOf(i, written, tails); ok {
			b.hits = append(b.hits, h)
			if h.why == ReasonDocument && !h.weak {
				used[i.keys.tail] = true
				orders[i.keys.order] = true
			}
		}
	}
	// A number that is found needs no document with the same end, nor the others of its order.
	b.hits = slices.DeleteFunc(b.hits, func(h hit) bool {
		return h.why == ReasonDocumentWeak && used[h.item.keys.tail] || h.why == ReasonOrder && orders[h.item.keys.order]
	})
}

func (b *board) hitOf(i *Item, written map[string]string, tails map[string]bool) (hit, bool) {
	for _, ref := range i.keys.claims {
		if t, ok := b.tokens.find(ref); ok && t.from <= fromJoined {
			return hit{i, ReasonClaim, false}, true
		}
	}
	if t, ok := b.tokens.find(i.keys.number); ok && i.keys.number != "" {
		bare, exact := written[i.keys.number]
		if (!exact || bare == i.keys.bare) && (t.from != fromRange || !b.isDocument(t.literal)) {
			if weak := allDigits(t.key) && len(t.key) < 5 && t.from != fromField; weak {
				return hit{i, ReasonDocumentWeak, true}, true
			}
			return hit{i, ReasonDocument, false}, true
		}
	}
	if t, ok := b.tokens.find(i.keys.order); ok && i.keys.order != "" && t.from <= fromJoined {
		return hit{i, ReasonOrder, false}, true
	}
	if i.keys.tail != "" && i.keys.tail != i.keys.number && tails[i.keys.tail] {
		return hit{i, ReasonDocumentWeak, true}, true
	}
	return hit{}, false
}

func (b *board) isDocument(key string) bool {
	return slices.ContainsFunc(b.items, func(i *Item) bool { return i.keys.number == key })
}

// mayPay reports whether a recorded agreement lets a customer pay for another.
func mayPay(payer, child *Customer) bool {
	return payer.ID == child.ID || child.ParentID.Valid && child.ParentID.UUID == payer.ID || child.PayerID.Valid && child.PayerID.UUID == payer.ID
}

// who is what says that a customer paid, without regard to what is named of its items.
func (b *board) who(c *Customer) []Reason {
	var list []Reason
	if b.r.CustomerID.Valid && b.r.CustomerID.UUID == c.ID {
		list = append(list, Reason{Code: ReasonTold, Subject: c.Name, Points: 500})
	}
	for _, account := range b.accounts {
		if slices.Contains(c.Accounts, account) && b.sharedBy(func(o *Customer) bool { return slices.Contains(o.Accounts, account) }) == 1 {
			list = append(list, Reason{Code: ReasonAccount, Subject: c.Name, Points: 450})
			break
		}
	}
	if t, ok := b.tokens.find(c.keys.number); ok && len(t.key) >= 3 && t.from <= fromJoined {
		list = append(list, Reason{Code: ReasonCustomerNumber, Subject: c.Number, Points: 450})
	}
	if memo, ok := b.whoByCredit(c); ok {
		list = append(list, memo)
	}
	if named, ok := b.whoByName(c); ok {
		list = append(list, named)
	}
	return list
}

// whoByCredit finds an open credit memo of a customer that is named.
func (b *board) whoByCredit(c *Customer) (Reason, bool) {
	for _, m := range b.credits {
		if m.CustomerID != c.ID || m.OpenMinor <= 0 {
			continue
		}
		if t, ok := b.tokens.find(NumberKey(m.Number)); ok && t.from <= fromJoined && (!allDigits(t.key) || len(t.key) >= 5) {
			return Reason{Code: ReasonCredit, Subject: m.Number, Points: 250}, true
		}
	}
	return Reason{}, false
}

func (b *board) whoByName(c *Customer) (Reason, bool) {
	for _, name := range b.names {
		if !c.called(name) {
			continue
		}
		switch {
		case b.sharedBy(func(o *Customer) bool { return o.called(name) }) > 1:
			return Reason{Code: ReasonNameShared, Subject: c.Name, Points: 150}, true
		case c.keys.name == name:
			return Reason{Code: ReasonName, Subject: c.Name, Points: 300}, true
		}
		return Reason{Code: ReasonAlias, Subject: c.Name, Other: name, Points: 350}, true
	}
	return Reason{}, false
}

func (c *Customer) called(name string) bool {
	return c.keys.name == name || slices.Contains(c.keys.aliases, name)
}

func (b *board) sharedBy(has func(*Customer) bool) int {
	n := 0
	for _, c := range b.customers {
		if has(c) {
			n++
		}
	}
	return n
}

// identifies reports whether reasons say who paid, not merely that it might.
func identifies(list []Reason) bool {
	return slices.ContainsFunc(list, func(r Reason) bool { return r.Code != ReasonNameShared })
}
