package matching

import (
	"slices"
	"strconv"
)

// named pays items that are named without amounts of their own. Items are in their order.
func (d *draft) named(items []*Item) {
	items = d.payable(items)
	if len(items) == 0 {
		return
	}
	if i, partial, ok := d.instalment(items); ok {
		d.why(Reason{Code: ReasonInstalment, Subject: i.Number, Count: max(1, i.Instalment)})
		items = []*Item{i}
		if partial {
			d.pay(i, d.left)
			d.part(i).instalmentPartial = true
			return
		}
	}
	total := sumOpen(items)
	if first := firstOpen(items); d.left < total && len(first) < len(items) && sumOpen(first) == d.left {
		items, total = first, d.left // the next instalment of each
	}
	if d.left >= total {
		for _, i := range items {
			d.pay(i, i.OpenMinor)
		}
		return
	}
	if d.undisputedParts(items) {
		return
	}
	total -= d.namedCredits(items, total-d.left)
	if d.left == total || d.byDiscount(items, total-d.left) || d.byCredit(items, total-d.left) || d.someOf(items) {
		d.payRests(items)
		return
	}
	d.short(items, total-d.left, d.coded)
	d.payRests(items)
}

// payRests pays what is left of each item, oldest first.
func (d *draft) payRests(items []*Item) {
	for _, i := range items {
		d.pay(i, d.part(i).rest())
	}
	d.parts = slices.DeleteFunc(d.parts, func(p *part) bool { return p.pay+p.discount+p.other == 0 })
}

// payable are the open ones. What is settled makes way for the deduction that was withheld from it: that is repaid. While the
// invoice is open, its deduction is only paid when it is named itself or the money is for both.
func (d *draft) payable(items []*Item) []*Item {
	var open, settled []*Item
	for _, i := range items {
		if i.OpenMinor > 0 {
			open = append(open, i)
		} else {
			settled = append(settled, i)
		}
	}
	billed := slices.DeleteFunc(slices.Clone(open), func(i *Item) bool {
		return i.withheld() && !d.namedByClaim(i) && slices.ContainsFunc(open, func(o *Item) bool { return !o.withheld() && o.InvoiceID == i.InvoiceID })
	})
	if len(billed) < len(open) && sumOpen(open) != d.left {
		open = billed
	}
	for _, i := range open {
		if i.withheld() {
			d.why(Reason{Code: ReasonRepayment, Subject: i.Number})
		}
	}
	if len(open) == 0 {
		for _, i := range settled {
			d.why(Reason{Code: ReasonPaidBefore, Subject: i.Number})
		}
	}
	return open
}

func (d *draft) namedByClaim(i *Item) bool {
	return slices.ContainsFunc(d.b.hits, func(h hit) bool { return h.item == i && h.why == ReasonClaim })
}

func firstOpen(items []*Item) []*Item {
	var first []*Item
	for _, i := range items {
		if !i.InvoiceID.Valid || !slices.ContainsFunc(first, func(o *Item) bool { return o.InvoiceID == i.InvoiceID }) {
			first = append(first, i)
		}
	}
	return first
}

// instalment finds the instalment that the text names; partial: the invoice is one item, and the money is one part of it.
func (d *draft) instalment(items []*Item) (i *Item, partial, ok bool) {
	n, of := d.instalmentNumbers()
	if n == 0 {
		return nil, false, false
	}
	var match []*Item
	for _, i := range items {
		if i.Instalment == n && i.Instalments > 1 && (of == 0 || of == i.Instalments) {
			match = append(match, i)
		}
	}
	if len(match) == 1 {
		return match[0], false, true
	}
	if len(items) == 1 && of > 1 && d.left < items[0].OpenMinor {
		if off := d.left*int64(of) - items[0].OriginalMinor; off <= int64(of) && off >= -int64(of) {
			return items[0], true, true
		}
	}
	return nil, false, false
}

// instalmentNumbers reads "instalment 2 of 3", "2. Rate", "Rate 2/3".
func (d *draft) instalmentNumbers() (n, of int) {
	text := d.b.text
	for at := range text {
		for _, phrase := range d.book.instalment[text[at]] {
			if !startsAt(text, at, phrase) {
				continue
			}
			next := at + len(phrase)
			if n = smallNumber(text, next); n == 0 {
				if n = smallNumber(text, at-1); n > 0 {
					return n, 0
				}
				continue
			}
			if of = smallNumber(text, next+1); of == 0 {
				of = smallNumber(text, next+2)
			}
			if of < n {
				of = 0
			}
			return n, of
		}
	}
	return 0, 0
}

func smallNumber(text []string, at int) int {
	if at < 0 || at >= len(text) || len(text[at]) > 2 {
		return 0
	}
	n, err := strconv.Atoi(text[at])
	if err != nil || n < 1 {
		return 0
	}
	return n
}

// undisputedParts pays what is not contested, when the money is just that.
func (d *draft) undisputedParts(items []*Item) bool {
	var sum, disputed int64
	for _, i := range items {
		sum += i.undisputed()
		disputed += i.DisputedMinor
	}
	if disputed == 0 || sum != d.left {
		return false
	}
	for _, i := range items {
		if i.DisputedMinor > 0 {
			d.why(Reason{Code: ReasonUndisputed, Subject: i.Number})
		}
		if d.pay(i, i.undisputed()) > 0 {
			d.part(i).undisputedOnly = true
		}
	}
	d.what = max(d.what, 250)
	return true
}

// namedCredits takes credit memos off that are named, up to what is missing.
func (d *draft) namedCredits(items []*Item, missing int64) (used int64) {
	for _, c := range d.b.credits {
		if _, ok := d.b.tokens.find(NumberKey(c.Number)); ok && d.mayUse(c) {
			used += d.spread(c, items, min(c.OpenMinor, missing-used))
		}
	}
	return used
}

func (d *draft) mayUse(c *Credit) bool {
	return c.Currency == d.currency && c.CustomerID == d.owner.ID && c.OpenMinor > 0
}

// spread puts a credit on items, oldest first.
func (d *draft) spread(c *Credit, items []*Item, minor int64) (used int64) {
	for _, i := range items {
		if part := min(minor-used, d.part(i).rest()); part > 0 && i.CustomerID == c.CustomerID {
			d.useCredit(c, i, part)
			used += part
		}
	}
	return used
}

// byCredit takes off the one open credit memo that is just what is missing, or all of them.
func (d *draft) byCredit(items []*Item, missing int64) bool {
	var mine, same []*Credit
	var sum int64
	for _, c := range d.b.credits {
		if d.mayUse(c) {
			mine = append(mine, c)
			sum += c.OpenMinor
			if c.OpenMinor == missing {
				same = append(same, c)
			}
		}
	}
	if len(d.p.Credits) > 0 || len(same) != 1 && sum != missing || slices.ContainsFunc(items, func(i *Item) bool { return i.CustomerID != d.owner.ID }) {
		return false
	}
	if len(same) == 1 {
		mine = same
	}
	for _, c := range mine {
		d.spread(c, items, c.OpenMinor)
		d.stop(Reason{Code: ReasonCreditUnconfirmed, Subject: c.Number})
	}
	return true
}

// maxChoices bounds the items of which some are tried; 2^12 choices at most.
const maxChoices = 12

// byDiscount takes the discounts that are earned, all or just some, when they are what is missing but for rounding.
func (d *draft) byDiscount(items []*Item, missing int64) bool {
	var with []*Item
	var amounts []int64
	for _, i := range items {
		if earned, _ := d.discounts(i); earned > 0 {
			with, amounts = append(with, i), append(amounts, earned)
		}
	}
	chosen, ok := d.chooseDiscounts(amounts, missing)
	if !ok {
		return false
	}
	var sum int64
	largest := -1
	for n := range with {
		if chosen&(1<<n) != 0 {
			sum += amounts[n]
			if largest < 0 || amounts[n] > amounts[largest] {
				largest = n
			}
		}
	}
	amounts[largest] -= max(0, sum-missing) // somebody rounded otherwise
	for n, i := range with {
		if chosen&(1<<n) != 0 {
			d.takeDiscount(i, amounts[n])
		}
	}
	if rest := missing - sum; rest > 0 {
		d.writeOff(with[largest], rest, Rounding, ReasonRounding)
	}
	return true
}

// chooseDiscounts finds the amounts that make a sum, as bits; all of them first.
func (d *draft) chooseDiscounts(amounts []int64, missing int64) (bits int, ok bool) {
	if len(amounts) == 0 || len(amounts) > 30 {
		return 0, false
	}
	all := 1<<len(amounts) - 1
	if off := sumOf(amounts, all) - missing; off >= -d.book.rounding && off <= d.book.rounding {
		return all, true
	}
	if len(amounts) > maxChoices {
		return 0, false
	}
	for bits = 1; bits < all; bits++ {
		if sumOf(amounts, bits) == missing {
			return bits, true
		}
	}
	return 0, false
}

func sumOf(amounts []int64, bits int) (sum int64) {
	for n, minor := range amounts {
		if bits&(1<<n) != 0 {
			sum += minor
		}
	}
	return sum
}

// someOf pays some of the named items when they are the one set that makes the sum, and nothing says that a part was withheld.
func (d *draft) someOf(items []*Item) bool {
	if len(items) < 2 || d.coded.given || len(d.p.Credits) > 0 {
		return false
	}
	sets := sums(items, d.left, maxChoices)
	if len(sets) != 1 {
		return false
	}
	d.why(Reason{Code: ReasonNotAllNamed, Count: len(items) - len(sets[0])})
	for _, i := range sets[0] {
		d.pay(i, i.OpenMinor)
	}
	return true
}

// maxSteps bounds a search for sums.
const maxSteps = 20_000

// sums finds up to two sets of items whose open amounts make a sum; none when there are too many items or steps.
func sums(items []*Item, sum int64, most int) [][]*Item {
	if len(items) > most || sum <= 0 {
		return nil
	}
	order := slices.Clone(items)
	slices.SortStableFunc(order, func(a, b *Item) int { return int(min(1, max(-1, b.OpenMinor-a.OpenMinor))) })
	rest := make([]int64, len(order)+1)
	for n := len(order) - 1; n >= 0; n-- {
		rest[n] = rest[n+1] + order[n].OpenMinor
	}
	s := sumSearch{order: order, rest: rest}
	s.from(0, sum)
	if s.steps > maxSteps {
		return nil
	}
	for _, set := range s.found {
		slices.SortFunc(set, compareItems)
	}
	return s.found
}

type sumSearch struct {
	order  []*Item
	rest   []int64
	chosen []*Item
	found  [][]*Item
	steps  int
}

func (s *sumSearch) from(at int, sum int64) {
	s.steps++
	if sum == 0 {
		s.found = append(s.found, slices.Clone(s.chosen))
		return
	}
	if at == len(s.order) || s.rest[at] < sum || len(s.found) > 1 || s.steps > maxSteps {
		return
	}
	if minor := s.order[at].OpenMinor; minor <= sum {
		s.chosen = append(s.chosen, s.order[at])
		s.from(at+1, sum-minor)
		s.chosen = s.chosen[:len(s.chosen)-1]
	}
	s.from(at+1, sum)
}
