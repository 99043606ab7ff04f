package sample

import (
	"fmt"
	"strings"

	"arrears/domain/receivable"
)

// The customers with a part of their own in the story. They are the first of their country.
const (
	// LetterCustomer has no e-mail address: it gets letters.
	LetterCustomer = "C-1002"
	// BounceCustomer has an address that its mail server refuses, and a manager whose address works.
	BounceCustomer = "C-1003"
	// SilentCustomer cannot be reached at all: a task says so.
	SilentCustomer = "C-1004"
	// FinalCustomer is old and large enough for a final demand that a supervisor approves.
	FinalCustomer = "C-1005"
	// ChainCustomer is a parent that receives the notices of its two branches and pays for one of them.
	ChainCustomer = "C-1023"
)

// Collectors of the sample; the names are what tasks are assigned to.
func collectors() []string { return []string{"Edda Hollerbusch", "Finnian Dunmere", "Kaja Birkenfels"} }

func segments() []string {
	return []string{"standard", "standard", "retail", "key-accounts", "public-sector"}
}

// customers makes all customers of all places.
func (g *generator) customers() {
	names := g.names()
	for _, place := range places() {
		for range place.customers {
			g.customer(place, names[len(g.out.Customers)])
		}
	}
	g.family()
	g.unreachable()
}

// names pairs stems and trades so that no two are equal.
func (g *generator) names() []string {
	var all []string
	for i, stem := range stems() {
		for j := range 3 {
			all = append(all, stem+" "+trades()[(i*5+j*7)%len(trades())])
		}
	}
	g.random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	return all
}

func (g *generator) customer(p place, name string) {
	n := len(g.out.Customers) + 1
	number := fmt.Sprintf("C-%d", 1000+n)
	c := Customer{
		Number: number, Name: name + " " + pick(g, p.forms), Segment: pick(g, segments()),
		Currency: p.currency, Language: p.language, Country: p.country, TimeZone: p.zone, Calendar: p.calendar,
		PreferredChannel: receivable.Email, Collector: collectors()[n%len(collectors())], Terms: g.terms(),
	}
	address := g.address(p, c.Name, n)
	host := slug(name) + ".example"
	phone := ""
	if p.phone != "" {
		phone = fmt.Sprintf(p.phone, 100+n%100)
	}
	c.Contacts = append(c.Contacts, receivable.Contact{
		Role: receivable.RoleBilling, Name: g.person(), Email: "accounts@" + host, Phone: phone, Address: address, Active: true,
	})
	if n%2 == 0 {
		c.Contacts = append(c.Contacts, receivable.Contact{Role: receivable.RoleDunning, Name: g.person(), Email: "payables@" + host, Active: true})
	}
	if n%3 == 0 {
		c.Contacts = append(c.Contacts, receivable.Contact{Role: receivable.RoleManagement, Name: g.person(), Email: "finance@" + host, Rank: 1, Active: true})
	}
	if n%11 == 0 {
		c.Contacts = append(c.Contacts, receivable.Contact{Role: receivable.RoleLegal, Name: g.person(), Email: "legal@" + host, Active: true})
	}
	g.out.Customers = append(g.out.Customers, c)
}

func (g *generator) terms() receivable.Terms {
	return pick(g, []receivable.Terms{
		{NetDays: 30}, {NetDays: 30}, {NetDays: 14}, {NetDays: 45}, {NetDays: 60}, {NetDays: 30, EndOfMonth: true},
		{NetDays: 30, DiscountBP: 200, DiscountDays: 10},
	})
}

func (g *generator) person() string { return pick(g, givenNames()) + " " + pick(g, familyNames()) }

func (g *generator) address(p place, name string, n int) string {
	street := fmt.Sprintf(p.street, pick(g, streets()), 1+g.random.IntN(140))
	town := fmt.Sprintf(p.postcode, 100+n) + " " + pick(g, p.towns)
	return strings.Join([]string{name, street, town, p.country}, "\n")
}

// family makes the chain of one parent and two branches: notices go to the parent, which also pays for the first branch.
func (g *generator) family() {
	parent := g.find(ChainCustomer)
	parent.Segment = "key-accounts"
	for i, number := range []string{"C-1024", "C-1025"} {
		branch := g.find(number)
		branch.Name = fmt.Sprintf("%s, Branch %d", parent.Name, i+1)
		branch.Parent, branch.Recipient, branch.Segment = parent.Number, parent.Number, parent.Segment
		if i == 0 {
			branch.Payer = parent.Number
		}
	}
}

// unreachable takes away what the customers of the story cannot be reached by.
func (g *generator) unreachable() {
	letter := g.find(LetterCustomer)
	letter.PreferredChannel = receivable.Letter
	for i := range letter.Contacts {
		letter.Contacts[i].Email, letter.Contacts[i].Phone = "", ""
	}
	bounce := g.find(BounceCustomer)
	_, host, _ := strings.Cut(bounce.Contacts[0].Email, "@")
	bounce.Contacts = []receivable.Contact{
		{Role: receivable.RoleBilling, Name: bounce.Contacts[0].Name, Email: "bounce@" + host, Active: true},
		{Role: receivable.RoleManagement, Name: g.person(), Email: "finance@" + host, Active: true},
	}
	g.find(SilentCustomer).Contacts = nil
}

func (g *generator) find(number string) *Customer {
	for i := range g.out.Customers {
		if g.out.Customers[i].Number == number {
			return &g.out.Customers[i]
		}
	}
	return &Customer{}
}

// slug makes a host name of a name.
func slug(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '-':
			return r
		case r == ' ':
			return '-'
		}
		return -1
	}, strings.ToLower(name))
}
