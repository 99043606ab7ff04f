package matching

import (
	"slices"

	"arrears/domain/remittance"
)

// want is what the payer's lines say of one document, or of none.
type want struct {
	items    []*Item
	credit   *Credit
	number   string
	paid     int64
	known    bool // the amount is told
	discount int64
	said     code
}

// wants resolves the lines; lines of one document are one want. Their order is that of the sorted lines.
func (d *draft) wants(allowed func(*Item) bool) []*want {
	var list []*want
	for _, l := range d.b.lines {
		w := d.resolve(l, allowed)
		if before := slices.IndexFunc(list, func(o *want) bool { return w.same(o) }); before >= 0 {
			list[before].join(w)
		} else {
			list = append(list, w)
		}
	}
	return list
}

func (d *draft) resolve(l remittance.Line, allowed func(*Item) bool) *want {
	w := &want{number: orText(l.Number, l.Order, l.Claim), said: code{reason: l.Reason, words: l.Words, reference: l.Claim}}
	w.paid, w.known = linePaid(l)
	if l.DiscountMinor != nil {
		w.discount = *l.DiscountMinor
	}
	adjusted := l.AdjustMinor != nil && *l.AdjustMinor < 0
	w.said.given = l.Reason != "" || l.Claim != "" || adjusted || d.meansClaim(l.Words)
	if l.Claim != "" || l.Kind == remittance.LineClaim {
		w.items = d.find(allowed, func(i *Item) bool {
			return i.OpenMinor > 0 && (slices.Contains(i.keys.claims, NumberKey(l.Claim)) || l.Kind == remittance.LineClaim && slices.Contains(i.keys.claims, NumberKey(l.Number)))
		})
		if len(w.items) > 0 && w.paid >= 0 {
			return w
		}
	}
	key := NumberKey(l.Number)
	if key != "" && l.Kind != remittance.LineOrder {
		w.items = d.find(allowed, func(i *Item) bool { return i.keys.number == key })
	}
	if len(w.items) == 0 && key != "" {
		if n := slices.IndexFunc(d.b.credits, func(c *Credit) bool { return NumberKey(c.Number) == key && d.mayUse(c) }); n >= 0 {
			w.credit = d.b.credits[n]
			return w
		}
	}
	if len(w.items) == 0 {
		order := NumberKey(l.Order)
		if l.Kind == remittance.LineOrder && order == "" {
			order = key
		}
		if order != "" {
			w.items = d.find(allowed, func(i *Item) bool { return i.keys.order == order })
		}
	}
	if tail := TailKey(l.Number); len(w.items) == 0 && tail != "" {
		w.items = d.find(allowed, func(i *Item) bool { return i.keys.tail == tail })
	}
	return w
}

func (d *draft) meansClaim(text string) bool {
	_, ok := d.book.claim.in(words(text, false), nil)
	return ok
}

func (d *draft) find(allowed func(*Item) bool, is func(*Item) bool) []*Item {
	var list []*Item
	for _, h := range d.b.hits {
		if allowed(h.item) && is(h.item) {
			list = append(list, h.item)
		}
	}
	return list
}

// linePaid is what of the payment a line is for: told, or of its document less what was taken off.
func linePaid(l remittance.Line) (minor int64, known bool) {
	if l.PaidMinor != nil {
		return *l.PaidMinor, true
	}
	if l.GrossMinor == nil {
		if l.AdjustMinor != nil && l.Number == "" {
			return *l.AdjustMinor, true
		}
		return 0, false
	}
	minor = *l.GrossMinor
	if l.DiscountMinor != nil {
		minor -= *l.DiscountMinor
	}
	if l.AdjustMinor != nil {
		minor += *l.AdjustMinor
	}
	return minor, true
}

func orText(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}

func (w *want) same(o *want) bool {
	return len(w.items) > 0 && len(o.items) > 0 && w.items[0] == o.items[0] && (w.paid < 0) == (o.paid < 0)
}

func (w *want) join(o *want) {
	w.paid += o.paid
	w.known = w.known && o.known
	w.discount += o.discount
	w.said.given = w.said.given || o.said.given
	w.said.reason = orText(w.said.reason, o.said.reason)
	w.said.words = orText(w.said.words, o.said.words)
	w.said.reference = orText(w.said.reference, o.said.reference)
}

// byLines pays what the lines say, when they tell all amounts and these are the receipt; false: they do not. Lines alone tell
// no rate, so they count in the receipt's currency only.
func (d *draft) byLines(allowed func(*Item) bool) bool {
	if len(d.b.lines) == 0 || d.currency != d.b.r.Currency {
		return false
	}
	list := d.wants(allowed)
	var sum int64
	for _, w := range list {
		if !w.known {
			d.hear(list)
			return false
		}
		sum += w.paid
	}
	if sum != d.left {
		d.stop(Reason{Code: ReasonLinesDiffer, Minor: sum})
		d.hear(list)
		return false
	}
	d.why(Reason{Code: ReasonLines, Count: len(d.b.lines)})
	d.less(list)
	for _, w := range list {
		d.fulfil(w)
	}
	return true
}

// hear keeps what lines without amounts say of a difference.
func (d *draft) hear(list []*want) {
	for _, w := range list {
		if w.said.given && !d.coded.given {
			d.coded = w.said
		}
	}
}

// less does what reduces the payment: a credit memo comes off the documents, anything else is a claim that names no open item.
func (d *draft) less(list []*want) {
	for _, w := range list {
		if w.paid >= 0 {
			continue
		}
		minor := -w.paid
		if w.credit != nil {
			minor -= d.creditOn(list, w.credit, min(minor, w.credit.OpenMinor))
		}
		if minor > 0 {
			said := w.said
			said.reference = orText(said.reference, w.number)
			d.claim(nil, minor, said)
			if len(w.items) > 0 {
				d.p.Claims[len(d.p.Claims)-1].InvoiceID = w.items[0].InvoiceID
			}
		}
	}
}

func (d *draft) creditOn(list []*want, c *Credit, minor int64) (used int64) {
	for _, w := range list {
		if w.paid <= 0 {
			continue
		}
		for _, i := range w.items {
			if part := min(minor-used, d.part(i).rest(), w.paid); part > 0 && i.CustomerID == c.CustomerID {
				d.useCredit(c, i, part)
				w.paid -= part
				used += part
			}
		}
	}
	return used
}

// fulfil pays one document, oldest instalment first; what is over stays and goes on account.
func (d *draft) fulfil(w *want) {
	if w.paid < 0 || w.paid == 0 && len(w.items) == 0 {
		return
	}
	if len(w.items) == 0 {
		d.stop(Reason{Code: ReasonDocumentNotFound, Subject: w.number})
		return
	}
	whole := d.left
	d.left = min(d.left, w.paid)
	before := d.left
	d.settle(w)
	d.left = whole - (before - d.left)
}

// settle pays the first instalments that the money reaches.
func (d *draft) settle(w *want) {
	all := d.payable(w.items)
	var reached []*Item
	var open int64
	for _, i := range all {
		if len(reached) > 0 && open >= d.left+w.discount {
			break
		}
		reached = append(reached, i)
		open += d.part(i).rest()
	}
	missing := open - d.left
	if len(reached) == 0 || missing < 0 {
		d.payRests(reached)
		return
	}
	switch {
	case missing == 0 || d.undisputedParts(reached) || w.discount == 0 && d.byDiscount(reached, missing):
	case w.discount > 0:
		missing -= d.statedDiscount(reached, min(w.discount, missing))
		if missing > 0 {
			d.why(Reason{Code: ReasonDiscountLate, Subject: w.number, Minor: missing})
			if d.book.lateDiscount != AsResidual || w.said.given {
				d.withhold(reached, missing, w.discountSaid())
			}
		}
	default:
		said := w.said
		if !said.given && d.coded.given && len(d.b.lines) == 1 {
			said = d.coded
		}
		d.short(reached, missing, said)
	}
	for _, i := range reached {
		d.pay(i, d.part(i).rest())
	}
}

// statedDiscount takes the told discount as far as it was earned.
func (d *draft) statedDiscount(items []*Item, minor int64) (taken int64) {
	for _, i := range items {
		earned, _ := d.discounts(i)
		if part := min(earned, minor-taken); part > 0 {
			d.takeDiscount(i, part)
			taken += part
		}
	}
	return taken
}

func (w *want) discountSaid() code {
	said := w.said
	said.given = true
	said.words = orText(said.words, "discount")
	return said
}
