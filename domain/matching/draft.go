package matching

import (
	"slices"

	"github.com/google/uuid"

	"arrears/domain/money"
)

// draft is a proposal in the making. Amounts are of the items' currency.
type draft struct {
	b        *board
	owner    *Customer
	book     *Rulebook
	p        Proposal
	currency money.Currency
	budget   int64 // the receipt in the items' currency
	left     int64 // of it
	parts    []*part
	what     int // points for what it is for
	coded    code
}

// code is what a payer says of a difference.
type code struct {
	reason, words, reference string
	given                    bool
}

// part is what becomes of one item.
type part struct {
	item              *Item
	pay, discount     int64
	earned            bool
	other             int64 // claimed, written off, credited, offset
	undisputedOnly    bool
	instalmentPartial bool
}

func (p *part) rest() int64 { return p.item.OpenMinor - p.pay - p.discount - p.other }

func (b *board) draft(owner *Customer) *draft {
	d := &draft{b: b, owner: owner, book: b.base, currency: b.r.Currency, budget: b.r.Minor, left: b.r.Minor}
	if owner.Rules != nil {
		d.book = owner.Rules
	}
	d.p = Proposal{CustomerID: owner.ID, Currency: b.r.Currency, Rate: "1"}
	if d.b.says(d.book.claim) || d.b.says(d.book.discount) {
		d.coded = code{words: b.spoken(), given: true}
	}
	return d
}

func (d *draft) why(r Reason) {
	if r.Currency == "" {
		r.Currency = d.currency
	}
	d.p.Reasons = append(d.p.Reasons, r)
}

func (d *draft) stop(r Reason) {
	if r.Currency == "" {
		r.Currency = d.currency
	}
	if !slices.ContainsFunc(d.p.Stops, func(s Reason) bool { return s.Code == r.Code && s.Subject == r.Subject }) {
		d.p.Stops = append(d.p.Stops, r)
	}
}

func (d *draft) part(i *Item) *part {
	for _, p := range d.parts {
		if p.item.ID == i.ID {
			return p
		}
	}
	p := &part{item: i}
	d.parts = append(d.parts, p)
	return p
}

// pay puts money on an item, as far as it is open and there is any.
func (d *draft) pay(i *Item, minor int64) int64 {
	p := d.part(i)
	minor = min(minor, p.rest(), d.left)
	if minor <= 0 {
		return 0
	}
	p.pay += minor
	d.left -= minor
	return minor
}

// takeDiscount takes it off an item.
func (d *draft) takeDiscount(i *Item, minor int64) {
	p := d.part(i)
	minor = min(minor, p.rest())
	if minor <= 0 {
		return
	}
	p.discount += minor
	p.earned = true
	d.why(Reason{Code: ReasonDiscount, Subject: i.Number, Minor: minor})
}

func (d *draft) writeOff(i *Item, minor int64, kind WriteOffKind, reason string) {
	d.part(i).other += minor
	d.p.WriteOffs = append(d.p.WriteOffs, WriteOff{i.ID, minor, kind})
	d.why(Reason{Code: reason, Subject: i.Number, Minor: minor})
}

// claim makes a deduction of a part of an item, or of none.
func (d *draft) claim(i *Item, minor int64, c code) {
	said := Claim{Minor: minor, Reason: c.reason, Words: c.words, Reference: c.reference}
	if i == nil {
		said.Netted = true
		d.left += minor
	} else {
		said.ItemID, said.InvoiceID = uuid.NullUUID{UUID: i.ID, Valid: true}, i.InvoiceID
		d.part(i).other += minor
	}
	d.p.Claims = append(d.p.Claims, said)
	subject := c.words
	if subject == "" {
		subject = c.reason
	}
	if subject == "" {
		subject = c.reference
	}
	d.why(Reason{Code: ReasonClaimed, Subject: subject, Minor: minor})
	d.what = max(d.what, 150)
}

func (d *draft) useCredit(c *Credit, i *Item, minor int64) {
	d.part(i).other += minor
	d.p.Credits = append(d.p.Credits, CreditUse{c.ID, i.ID, minor})
	d.why(Reason{Code: ReasonCreditNetted, Subject: c.Number, Minor: minor})
}

// earnedDiscount is the largest discount that still counts; late is the largest that does not any more.
func (d *draft) discounts(i *Item) (earned, late int64) {
	for _, x := range i.Discounts {
		if d.b.r.ValueOn <= x.LastDay.AddDays(d.book.graceDays) {
			earned = max(earned, x.Minor)
		} else {
			late = max(late, x.Minor)
		}
	}
	return earned, late
}

func sumOpen(items []*Item) int64 {
	var sum int64
	for _, i := range items {
		sum += i.OpenMinor
	}
	return sum
}

// small is what a limit allows of a difference on an item: its owner is given it, whoever pays.
func (d *draft) small(l *Limit, i *Item, asked int64) int64 {
	var given int64
	if d.b.env.Given != nil {
		given = d.b.env.Given(i.CustomerID, d.currency)
	}
	return l.Allows(asked, given, d.currency)
}
