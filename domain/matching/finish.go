package matching

import (
	"slices"
	"strings"

	"arrears/domain/money"
)

// finish turns the draft into a proposal: applications and residuals by item, what is left on account, and the score.
func (d *draft) finish(points int) Proposal {
	d.parts = slices.DeleteFunc(d.parts, func(p *part) bool { return p.pay+p.discount+p.other == 0 })
	slices.SortFunc(d.parts, func(a, b *part) int { return compareItems(a.item, b.item) })
	explained := true
	for _, p := range d.parts {
		if p.pay > 0 {
			d.p.Applications = append(d.p.Applications, Application{
				ItemID: p.item.ID, CustomerID: p.item.CustomerID, ItemMinor: p.pay, Minor: p.pay, DiscountMinor: p.discount, DiscountEarned: p.earned,
			})
		}
		if rest := p.rest(); rest > 0 {
			d.p.Residuals = append(d.p.Residuals, Residual{p.item.ID, rest, min(rest, p.item.DisputedMinor)})
			if !p.undisputedOnly && !p.instalmentPartial {
				d.why(Reason{Code: ReasonResidual, Subject: p.item.Number, Minor: rest})
				explained = false
			}
		}
		if p.item.DisputedMinor > p.rest() && !d.book.disputed {
			d.stop(Reason{Code: ReasonDisputed, Subject: p.item.Number})
		}
	}
	d.onAccount()
	if len(d.p.Applications) > 0 && explained && d.p.OnAccountMinor == 0 && d.what == 0 {
		d.what = 250
		d.why(Reason{Code: ReasonExact, Points: 250})
	}
	for _, r := range d.p.Reasons {
		if r.Code == ReasonOldestFirst {
			points += r.Points
		}
	}
	d.p.Score = min(1000, points+d.what)
	return d.p
}

// onAccount puts the rest on account; across currencies, the receipt is shared out by what the items got.
func (d *draft) onAccount() {
	d.p.OnAccountMinor = d.left
	if d.currency == d.b.r.Currency {
		d.overpaid()
		return
	}
	d.p.OnAccountMinor = d.b.r.Minor
	weights := make([]int64, len(d.p.Applications))
	var paid int64
	for n, a := range d.p.Applications {
		weights[n] = a.ItemMinor
		paid += a.ItemMinor
	}
	whole, err := money.Of(d.b.r.Minor, d.b.r.Currency).MulRate(paid, d.budget, money.HalfEven)
	if err != nil || paid == 0 {
		d.drop()
		return
	}
	shares, err := money.Allocate(whole.Minor(), weights)
	if err != nil || slices.Contains(shares, 0) {
		d.drop()
		return
	}
	for n := range shares {
		d.p.Applications[n].Minor = shares[n]
	}
	d.p.OnAccountMinor = d.b.r.Minor - whole.Minor()
	d.overpaid()
}

// drop puts everything on account: the money cannot be shared out.
func (d *draft) drop() {
	d.p.Applications, d.p.Claims, d.p.WriteOffs, d.p.Credits, d.p.Offsets, d.p.Residuals = nil, nil, nil, nil, nil, nil
	d.stop(Reason{Code: ReasonPurposeUnknown})
}

func (d *draft) overpaid() {
	if d.p.OnAccountMinor > 0 && len(d.p.Applications) > 0 {
		d.why(Reason{Code: ReasonOverpaid, Minor: d.p.OnAccountMinor, Currency: d.b.r.Currency})
	}
}

// alerts adds what makes a person look at it.
func (d *draft) alerts(g group) {
	b := d.b
	if b.env.Alarm {
		d.stop(Reason{Code: ReasonAlarm})
	}
	for _, reason := range b.doubt {
		d.stop(reason)
	}
	if g.payer != nil {
		d.stop(Reason{Code: ReasonPayerDiffers, Subject: g.payer.Name, Other: d.owner.Name})
	}
	if d.accountChanged() {
		d.stop(Reason{Code: ReasonAccountChanged, Subject: d.owner.Name})
	}
	if name, ok := d.book.notOurs.in(b.nameWords(), nil); ok {
		d.stop(Reason{Code: ReasonNotOurs, Subject: strings.Join(name, " ")})
	}
	d.checkRate()
}

// accountChanged reports whether the money came from an account that is new for a customer that has always used others.
func (d *draft) accountChanged() bool {
	key := d.b.r.Payer.Account.Key()
	if key == "" || len(d.owner.Accounts) == 0 || slices.Contains(d.owner.Accounts, key) {
		return false
	}
	return !slices.ContainsFunc(d.b.customers, func(c *Customer) bool { return mayPay(c, d.owner) && slices.Contains(c.Accounts, key) })
}

// checkRate compares the rate that the payer states with that of the day.
func (d *draft) checkRate() {
	amount, rate, ok := d.statedRate()
	if !ok || rate == "" {
		return
	}
	if got, err := money.Convert(amount, d.b.r.Currency, rate); err == nil {
		if off := got.Minor() - d.b.r.Minor; off >= -100 && off <= 100 {
			d.why(Reason{Code: ReasonStatedRate, Subject: string(rate)})
		}
	}
	if d.b.env.Rates == nil {
		return
	}
	if known, err := d.b.env.Rates(amount.Currency(), d.b.r.Currency, d.b.r.ValueOn); err == nil && known.Rate != rate {
		d.why(Reason{Code: ReasonStatedRateOff, Subject: string(rate), Other: known.String()})
	}
}

// nameWords are the words of the texts as they stand in names.
func (b *board) nameWords() []string {
	var list []string
	for _, t := range b.r.Texts {
		for _, w := range words(t, true) {
			list = append(list, plainVowels(w))
		}
	}
	return list
}

// heldNames are the payers' names from which no money may be taken.
func (b *board) heldNames() []Reason {
	var list []Reason
	for n, name := range b.names {
		if entry, ok := b.base.held.in(splitKey(name), nil); ok && (len(entry) > 1 || strings.Join(entry, " ") == name) {
			list = append(list, Reason{Code: ReasonNameHeld, Subject: b.names[n], Other: strings.Join(entry, " ")})
		}
	}
	return list
}

// heldRows says why money of a proposal is held: for its customers or its items.
func (b *board) heldRows(p Proposal) []Reason {
	var list []Reason
	add := func(r Reason) {
		if !slices.Contains(list, r) {
			list = append(list, r)
		}
	}
	if c := b.customer(p.CustomerID); c != nil && c.HeldReason != "" {
		add(Reason{Code: ReasonCustomerHeld, Subject: c.Name, Other: c.HeldReason})
	}
	touched := func(i *Item) bool {
		return slices.ContainsFunc(p.Applications, func(a Application) bool { return a.ItemID == i.ID })
	}
	for _, i := range b.items {
		named := slices.ContainsFunc(b.hits, func(h hit) bool { return h.item == i && !h.weak })
		if !touched(i) && !named {
			continue
		}
		if i.Held != "" {
			add(Reason{Code: ReasonItemHeld, Subject: i.Number, Other: i.Held})
		}
		if c := b.customer(i.CustomerID); c != nil && c.HeldReason != "" {
			add(Reason{Code: ReasonCustomerHeld, Subject: c.Name, Other: c.HeldReason})
		}
	}
	return list
}

// saysReturn reports whether the texts say that an earlier payment comes back.
func saysReturn(r Receipt, book *Rulebook) bool {
	if len(book.returned) == 0 {
		return false
	}
	for _, t := range r.Texts {
		if _, ok := book.returned.in(words(t, false), nil); ok {
			return true
		}
	}
	return false
}

// lookUp says by what the returned payment is found.
func lookUp(r Receipt) *LookUp {
	l := &LookUp{EndToEnd: r.EndToEnd, Cheque: r.Cheque, Minor: r.Minor, Currency: r.Currency}
	if r.Return != nil {
		l.EndToEnd = orText(r.Return.EndToEnd, l.EndToEnd)
		l.Code, l.On = r.Return.Code, r.Return.On
		if r.Return.Minor != 0 {
			l.Minor = r.Return.Minor
		}
		if key := NumberKey(r.Return.Reference); key != "" {
			l.References = append(l.References, key)
		}
	}
	for _, t := range tokensOf(r).list {
		if t.from <= fromJoined && !slices.Contains(l.References, t.key) && len(l.References) < 50 {
			l.References = append(l.References, t.key)
		}
	}
	return l
}
