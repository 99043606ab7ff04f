package matching

import (
	"strings"

	"arrears/domain/money"
)

// short finds out what is missing of items, oldest first: discount, bank charge, rounding, exchange, offset, claim, tolerance.
// What nothing explains stays open, for the items are paid with what is left.
func (d *draft) short(items []*Item, missing int64, said code) {
	largest := items[0]
	for _, i := range items {
		if d.part(i).rest() > d.part(largest).rest() {
			largest = i
		}
	}
	asked := sumOpen(items)
	fits := missing < d.part(largest).rest() // it is a part of one item
	switch {
	case !fits && len(items) == 1:
		return
	case fits && d.charged(largest, asked, missing):
	case d.nets():
		d.offset(largest, missing)
	case fits && d.lateDiscount(items, largest, missing, said):
	case said.given:
		d.withhold(items, missing, said)
	case fits && d.exchanged(largest, asked, missing):
	case fits && missing <= d.book.rounding:
		d.writeOff(largest, missing, Rounding, ReasonRounding)
		d.what = max(d.what, 250)
	case fits && missing <= d.small(d.book.tolerance, largest, asked):
		d.writeOff(largest, missing, Tolerance, ReasonTolerance)
		d.what = max(d.what, 200)
	case fits && missing <= d.small(d.book.bankCharges, largest, asked):
		d.writeOff(largest, missing, BankCharge, ReasonBankCharge)
		d.what = max(d.what, 200)
	case d.book.shortPayment == AsClaim:
		d.withhold(items, missing, said)
	}
}

// charged closes what banks kept when somebody says so.
func (d *draft) charged(i *Item, asked, missing int64) bool {
	told := d.b.r.ChargesMinor >= missing && d.b.r.ChargesMinor > 0 && d.currency == d.b.r.Currency
	if !told && !d.b.says(d.book.charge) || missing > d.small(d.book.bankCharges, i, asked) {
		return false
	}
	d.writeOff(i, missing, BankCharge, ReasonBankCharge)
	d.what = max(d.what, 200)
	return true
}

func (d *draft) nets() bool {
	if !d.b.says(d.book.net) {
		return false
	}
	if !d.book.netting {
		d.stop(Reason{Code: ReasonNettingRefused})
	}
	return d.book.netting
}

func (d *draft) offset(i *Item, missing int64) {
	missing = min(missing, d.part(i).rest())
	d.part(i).other += missing
	d.p.Offsets = append(d.p.Offsets, Offset{i.ID, missing})
	d.why(Reason{Code: ReasonOffset, Minor: missing})
	d.stop(Reason{Code: ReasonNetting})
	d.what = max(d.what, 250)
}

// lateDiscount treats a discount that the terms no longer give.
func (d *draft) lateDiscount(items []*Item, largest *Item, missing int64, said code) bool {
	var late int64
	for _, i := range items {
		_, minor := d.discounts(i)
		late += minor
	}
	meant := d.b.says(d.book.discount) && !d.b.says(d.book.claim)
	if (late == 0 || late != missing) && !meant {
		return false
	}
	d.why(Reason{Code: ReasonDiscountLate, Subject: largest.Number, Minor: missing})
	if d.book.lateDiscount != AsResidual {
		if said.words == "" {
			said.words = "discount"
		}
		d.withhold(items, missing, said)
	}
	return true
}

// withhold makes a claim of what is missing: of the one item, else of none.
func (d *draft) withhold(items []*Item, missing int64, said code) {
	switch {
	case len(items) == 1:
		d.claim(items[0], min(missing, d.part(items[0]).rest()), said)
	case d.currency == d.b.r.Currency: // what is netted counts like money of the receipt
		d.claim(nil, missing, said)
	}
}

// exchanged treats what is missing as a difference of rates, when the payer ordered another currency or paid in one.
func (d *draft) exchanged(i *Item, asked, missing int64) bool {
	if _, _, ok := d.statedRate(); !ok && d.currency == d.b.r.Currency {
		return false
	}
	if missing <= d.small(d.book.exchange, i, asked) {
		d.writeOff(i, missing, Exchange, ReasonExchange)
		d.what = max(d.what, 200)
	} else {
		d.stop(Reason{Code: ReasonRateDifference, Minor: missing})
	}
	return true
}

// statedRate reads the amount that the payer ordered in another currency with its rate: told by the bank, or as in
// "EUR 27500 @ 1.0764".
func (d *draft) statedRate() (money.Amount, money.Rate, bool) {
	if c := d.b.r.InstructedCurrency; c != "" && c != d.b.r.Currency {
		rate, err := money.ParseRate(d.b.r.Rate)
		if err != nil {
			rate = ""
		}
		return money.Of(d.b.r.InstructedMinor, c), rate, true
	}
	fields := strings.Fields(strings.Join(d.b.r.Texts, " "))
	for n := 0; n+3 < len(fields); n++ {
		if len(fields[n]) != 3 || fields[n+2] != "@" || !isCurrency(fields[n]) {
			continue
		}
		c := money.Currency(strings.ToUpper(fields[n]))
		amount, err := money.Parse(strings.ReplaceAll(fields[n+1], ",", ""), c)
		rate, errRate := money.ParseRate(fields[n+3])
		if err == nil && errRate == nil && c != d.b.r.Currency {
			return amount, rate, true
		}
	}
	return money.Amount{}, "", false
}
