package matching

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"arrears/domain/money"
)

// Match says what is to be done with a receipt. The book's rules hold where a customer has none of its own; a nil book is the
// default rules. It does not change what it is given.
func Match(r Receipt, c Candidates, book *Rulebook, env Env) Result {
	if book == nil {
		book = Compile(nil)
	}
	if result, done := withoutCandidates(r, book); done {
		return result
	}
	var result Result
	var doubt []Reason
	if advice, ok := chooseAdvice(r, c.Advices); ok {
		r = r.with(advice)
		result.Advice.UUID, result.Advice.Valid = advice.ID, true
		result.Why = append(result.Why, Reason{Code: ReasonAdvice, Subject: advice.Advice.ID})
		if advice.Doubtful {
			doubt = append(doubt, Reason{Code: ReasonAdviceAlarm, Subject: advice.Advice.ID})
		}
	}
	b := newBoard(r, c, book, env)
	b.doubt = doubt
	b.decide(&result)
	for n := range result.Proposals {
		result.Proposals[n].Advice = result.Advice
	}
	return result
}

// withoutCandidates answers what needs no looking up.
func withoutCandidates(r Receipt, book *Rulebook) (Result, bool) {
	switch {
	case r.Kind == Return || r.Return != nil || saysReturn(r, book):
		return Result{Outcome: Returned, Why: []Reason{{Code: ReasonReturned}}, LookUp: lookUp(r)}, true
	case r.Kind == Debit:
		return Result{Outcome: Ignore, Why: []Reason{{Code: ReasonMoneyOut}}}, true
	case r.Minor <= 0:
		return Result{Outcome: Ignore, Why: []Reason{{Code: ReasonNoMoney}}}, true
	}
	return Result{}, false
}

// decide chooses the outcome.
func (b *board) decide(result *Result) {
	result.Proposals = b.propose()
	held := b.heldNames()
	if len(result.Proposals) > 0 {
		held = append(held, b.heldRows(result.Proposals[0])...)
	}
	switch {
	case len(held) > 0:
		result.Outcome, result.Why = Hold, append(result.Why, held...)
		for n := range result.Proposals {
			result.Proposals[n].Automatic = false
			result.Proposals[n].Stops = append(result.Proposals[n].Stops, held...)
		}
	case len(result.Proposals) == 0:
		result.Outcome, result.Why = Unidentified, append(result.Why, Reason{Code: ReasonNobody})
	case result.Proposals[0].Automatic:
		result.Outcome = Apply
		result.Why = append(result.Why, Reason{Code: ReasonScore, Count: result.Proposals[0].Score})
	default:
		result.Outcome = Propose
		result.Why = append(result.Why, result.Proposals[0].Stops...)
		if len(result.Proposals[0].Stops) == 0 {
			result.Why = append(result.Why, Reason{Code: ReasonScoreLow, Count: result.Proposals[0].Score})
		}
	}
}

// propose makes the proposals, best first.
func (b *board) propose() []Proposal {
	var list []Proposal
	for _, g := range b.groups() {
		if p, ok := b.proposal(g); ok {
			list = append(list, p)
		}
	}
	slices.SortStableFunc(list, func(x, y Proposal) int {
		return cmp.Or(cmp.Compare(y.Score, x.Score), cmp.Compare(len(x.Stops), len(y.Stops)), cmp.Compare(x.OnAccountMinor, y.OnAccountMinor))
	})
	if len(list) > MaxProposals {
		list = list[:MaxProposals]
	}
	for n := range list {
		p := &list[n]
		if n == 0 && len(list) > 1 && list[1].Score > p.Score-100 {
			p.Stops = append(p.Stops, Reason{Code: ReasonAmbiguous})
		}
		p.Automatic = n == 0 && len(p.Stops) == 0 && p.Score >= b.bookOf(p).automaticFrom
	}
	return list
}

func (b *board) bookOf(p *Proposal) *Rulebook {
	if c := b.customer(p.CustomerID); c != nil && c.Rules != nil {
		return c.Rules
	}
	return b.base
}

// group is a customer whose receipt it may be, with the named items that it may pay.
type group struct {
	owner *Customer
	hits  []hit
	who   []Reason
	payer *Customer // another customer that seems to have paid, without agreement
}

// groups are the customers that may have paid: who is identified, and whose items are named.
func (b *board) groups() []group {
	said := make([][]Reason, len(b.customers))
	for n, c := range b.customers {
		said[n] = b.who(c)
	}
	covered := map[*Item]bool{}
	var list []group
	for n, c := range b.customers { // those who are identified, with what they may pay
		if !identifies(said[n]) {
			continue
		}
		g := group{owner: c, who: said[n]}
		for _, h := range b.hits {
			if owner := b.customer(h.item.CustomerID); owner != nil && mayPay(c, owner) {
				g.hits = append(g.hits, h)
				covered[h.item] = true
			}
		}
		list = append(list, g)
	}
	identified := len(list)
	for n, c := range b.customers { // whose items are named
		if b.r.CustomerID.Valid || slices.ContainsFunc(list[:identified], func(g group) bool { return g.owner == c }) {
			continue
		}
		g := group{owner: c, who: said[n]}
		for _, h := range b.hits {
			if h.item.CustomerID == c.ID && !covered[h.item] {
				g.hits = append(g.hits, h)
			}
		}
		if len(g.hits) == 0 {
			continue
		}
		for _, other := range list[:identified] {
			if !mayPay(other.owner, c) && g.payer == nil {
				g.payer = other.owner
			}
		}
		list = append(list, g)
	}
	if b.r.CustomerID.Valid {
		list = slices.DeleteFunc(list, func(g group) bool { return g.owner.ID != b.r.CustomerID.UUID })
	}
	return b.useful(list)
}

// useful leaves out relatives that are merely named beside the group that has the items, and crowds that share a weak sign.
func (b *board) useful(list []group) []group {
	named := slices.ContainsFunc(list, func(g group) bool { return len(g.hits) > 0 && identifies(g.who) })
	list = slices.DeleteFunc(list, func(g group) bool {
		return named && (len(g.hits) == 0 || !identifies(g.who) && !slices.ContainsFunc(g.hits, func(h hit) bool { return !h.weak && h.why != ReasonDocumentWeak }))
	})
	if len(list) > 4*MaxProposals {
		list = list[:4*MaxProposals]
	}
	return list
}

// proposal works one group out.
func (b *board) proposal(g group) (Proposal, bool) {
	d := b.draft(g.owner)
	for _, r := range g.who {
		d.why(r)
		d.p.Identified = append(d.p.Identified, r.Code)
	}
	items := make([]*Item, 0, len(g.hits))
	for _, h := range g.hits {
		items = append(items, h.item)
	}
	points := d.identify(g)
	if items = d.inCurrency(items); len(items) > 0 || d.currency != b.r.Currency {
		allowed := func(i *Item) bool { return slices.Contains(items, i) }
		if !d.byLines(allowed) {
			d.named(items)
		}
	} else if len(g.hits) == 0 {
		d.strangers()
		d.guess(b.pool(g.owner))
	}
	d.alerts(g)
	return d.finish(points), true
}

// strangers tells of documents that the payer's lines name and nobody knows.
func (d *draft) strangers() {
	for _, l := range d.b.lines {
		if number := orText(l.Number, l.Order, l.Claim); number != "" {
			d.stop(Reason{Code: ReasonDocumentNotFound, Subject: number})
			return
		}
	}
}

// pool are the open items that a customer may pay without naming them.
func (b *board) pool(payer *Customer) []*Item {
	var own, all []*Item
	for _, i := range b.items {
		if i.CustomerID == payer.ID {
			own = append(own, i)
			all = append(all, i)
		} else if owner := b.customer(i.CustomerID); owner != nil && mayPay(payer, owner) {
			all = append(all, i)
		}
	}
	if sumOpen(own) >= b.r.Minor {
		return own
	}
	return all
}

// identify adds what the named items say of who paid, and counts the points.
func (d *draft) identify(g group) int {
	best := Reason{}
	for _, h := range g.hits {
		r := Reason{Code: h.why, Subject: h.item.Number, Points: pointsOf(h)}
		if h.why == ReasonOrder {
			r.Subject = h.item.Order
		}
		if h.why == ReasonClaim && len(h.item.ClaimReferences) > 0 {
			r.Subject = h.item.ClaimReferences[0]
		}
		if r.Points > best.Points {
			best = r
		}
		if owner := d.b.customer(h.item.CustomerID); owner != nil && owner != d.owner && !slices.Contains(d.p.Identified, ReasonAgreement) {
			d.why(Reason{Code: ReasonAgreement, Subject: d.owner.Name, Other: owner.Name, Points: 250})
			d.p.Identified = append(d.p.Identified, ReasonAgreement)
		}
	}
	if best.Code != "" {
		d.why(best)
		d.p.Identified = append(d.p.Identified, best.Code)
	}
	points, strongest := 0, 0
	for _, r := range d.p.Reasons {
		switch r.Code {
		case ReasonTold, ReasonAccount, ReasonCustomerNumber:
			strongest = max(strongest, r.Points)
		default:
			points += r.Points
		}
	}
	return points + strongest
}

func pointsOf(h hit) int {
	switch h.why {
	case ReasonDocument:
		return 450
	case ReasonClaim:
		return 400
	case ReasonOrder:
		return 350
	}
	return 300
}

// inCurrency keeps the items of one currency: the receipt's when there are such, else the one that a rate leads to.
func (d *draft) inCurrency(items []*Item) []*Item {
	same := slices.DeleteFunc(slices.Clone(items), func(i *Item) bool { return i.Currency != d.b.r.Currency })
	if len(same) > 0 || len(items) == 0 {
		return same
	}
	c := items[0].Currency
	same = slices.DeleteFunc(slices.Clone(items), func(i *Item) bool { return i.Currency != c })
	if !d.book.otherCurrency {
		d.stop(Reason{Code: ReasonOtherCurrency, Subject: string(c)})
	}
	if d.b.env.Rates == nil {
		d.stop(Reason{Code: ReasonNoRate, Subject: string(d.b.r.Currency), Other: string(c)})
		return nil
	}
	rate, err := d.b.env.Rates(d.b.r.Currency, c, d.b.r.ValueOn)
	if err != nil {
		d.stop(Reason{Code: ReasonNoRate, Subject: string(d.b.r.Currency), Other: string(c)})
		return nil
	}
	amount, err := rate.Convert(money.Of(d.b.r.Minor, d.b.r.Currency))
	if err != nil || amount.Minor() <= 0 {
		d.stop(Reason{Code: ReasonNoRate, Subject: string(d.b.r.Currency), Other: string(c)})
		return nil
	}
	d.currency, d.budget, d.left = c, amount.Minor(), amount.Minor()
	d.p.Currency, d.p.Rate, d.p.RateOn = c, rate.Rate, rate.ValidOn
	d.why(Reason{Code: ReasonConverted, Subject: rate.String()})
	d.absorb(same)
	return same
}

// absorb lets a difference of rates within the limit disappear: the money is then just what is open.
func (d *draft) absorb(items []*Item) {
	open := sumOpen(items)
	if off := d.left - open; off > 0 && off <= d.book.exchange.Most(open, d.currency) {
		d.why(Reason{Code: ReasonExchange, Minor: off})
		d.budget, d.left = open, open
	}
}

// chooseAdvice finds the advice that belongs to a receipt: of its reference, else the one of its amount and payer.
func chooseAdvice(r Receipt, advices []Advice) (Advice, bool) {
	if len(advices) == 0 {
		return Advice{}, false
	}
	list := slices.Clone(advices)
	slices.SortFunc(list, func(a, b Advice) int { return bytes.Compare(a.ID[:], b.ID[:]) })
	list = slices.DeleteFunc(list, func(a Advice) bool {
		return a.Currency != "" && a.Currency != r.Currency || a.Minor != 0 && a.Minor != r.Minor
	})
	look := Keys(r)
	var same []Advice
	for _, a := range list {
		if slices.ContainsFunc(a.references(), func(ref string) bool { return slices.Contains(look.Advices, ref) }) {
			return a, true
		}
		if a.Minor == r.Minor && (slices.Contains(look.Names, NameKey(a.Payer.Name)) || a.Customer != "" && strings.EqualFold(a.Customer, r.Customer)) {
			same = append(same, a)
		}
	}
	if len(same) == 1 {
		return same[0], true
	}
	return Advice{}, false
}
