package matching

import "slices"

// guess finds what the money of an identified customer is for when nothing is named: the one item of the amount, all that is
// open, the oldest by agreement, the one set that makes the sum; else it goes on account.
func (d *draft) guess(pool []*Item) {
	pool = slices.DeleteFunc(slices.Clone(pool), func(i *Item) bool { return i.OpenMinor <= 0 || i.Currency != d.currency })
	if d.b.truncated {
		d.stop(Reason{Code: ReasonTruncated})
	}
	one := d.ofAmount(pool)
	switch {
	case d.b.says(d.book.onAccount) && len(one) == 0:
		d.why(Reason{Code: ReasonOnAccountWords})
		d.what = 250
	case len(one) == 1:
		d.why(Reason{Code: ReasonAmount, Subject: one[0].Number})
		d.named(one)
	case len(pool) > 1 && sumOpen(pool) == d.left:
		d.why(Reason{Code: ReasonAllOpen, Count: len(pool)})
		d.named(pool)
	case d.book.oldestFirst && len(pool) > 0:
		d.why(Reason{Code: ReasonOldestFirst, Points: 250})
		d.payRests(slices.DeleteFunc(slices.Clone(pool), func(i *Item) bool { return i.DisputedMinor > 0 && !d.book.disputed }))
	case len(one) > 1:
		d.stop(Reason{Code: ReasonAmountShared})
		d.named(one[:1])
	default:
		d.bySum(pool)
	}
}

// ofAmount are the items that the money settles by itself, with the discount that is earned, or in their undisputed part.
func (d *draft) ofAmount(pool []*Item) []*Item {
	var list []*Item
	for _, i := range pool {
		earned, _ := d.discounts(i)
		if i.OpenMinor == d.left || earned > 0 && i.OpenMinor-earned == d.left || i.DisputedMinor > 0 && i.undisputed() == d.left {
			list = append(list, i)
		}
	}
	return list
}

func (d *draft) bySum(pool []*Item) {
	sets := sums(pool, d.left, d.book.maxSumItems)
	if len(sets) == 0 {
		d.stop(Reason{Code: ReasonPurposeUnknown})
		return
	}
	if len(sets) > 1 {
		d.stop(Reason{Code: ReasonAmountShared})
		slices.SortFunc(sets, func(a, b []*Item) int { return slices.CompareFunc(a, b, compareItems) })
	} else {
		d.why(Reason{Code: ReasonSum, Count: len(sets[0])})
	}
	for _, i := range sets[0] {
		d.pay(i, i.OpenMinor)
	}
}
