package x12

import (
	"strings"

	"arrears/domain/money"
	"arrears/domain/remittance"
)

// item reads RMR, or RMT of the older versions: one open item with what is paid of it.
func (p *payment) item(s segment) error {
	p.scope = ofLine
	read := p.readRMR
	if s.name() == "RMT" {
		read = p.readRMT
	}
	l := payLine{Line: remittance.Line{Line: s.line, Kind: meaning(s.at(1)), Number: field(s.at(2)),
		Customer: p.entity.customer, Words: p.entity.words}}
	ok, err := read(s, &l)
	if err != nil {
		return err
	}
	if !ok {
		p.scope, p.amounted = ofParty, false
		return nil
	}
	return p.add(s, l)
}

func (p *payment) readRMR(s segment, l *payLine) (bool, error) {
	paid, gross, discount, adjust, ok, err := p.amounts(s, 4, 5, 6, 8)
	if !ok || err != nil {
		return false, err
	}
	l.PaidMinor, l.GrossMinor, l.DiscountMinor, l.Reason = paid, gross, takenOff(discount, gross), field(s.at(7))
	l.Words = join(l.Words, action(s.at(3)))
	if s.at(3) == "AJ" && l.Kind == remittance.LineUnknown {
		l.Kind = remittance.LineAdjustment
	}
	l.adjust(adjust)
	return true, nil
}

func (p *payment) readRMT(s segment, l *payLine) (bool, error) {
	paid, gross, discount, adjust, ok, err := p.amounts(s, 3, 4, 7, 8)
	if !ok || err != nil {
		return false, err
	}
	l.PaidMinor, l.GrossMinor, l.DiscountMinor, l.Reason = paid, gross, takenOff(discount, gross), field(s.at(9))
	l.Words = join(l.Words, s.at(10))
	if paid == nil && gross != nil {
		if adjust != nil && *adjust != 0 {
			return false, p.say(remittance.Refused, s.line, "RMT08", remittance.CodeBadAmount,
				"what is paid is not told, and whether the adjustment adds or takes off neither")
		}
		rest := *gross - value(l.DiscountMinor)
		l.PaidMinor = &rest
	}
	l.adjust(adjust)
	return true, nil
}

// amounts reads the four amounts of an item from their places.
func (p *payment) amounts(s segment, paidAt, grossAt, discountAt, adjustAt int) (paid, gross, discount, adjust *int64, ok bool, err error) {
	ok = true
	for _, a := range []struct {
		at int
		to **int64
	}{{paidAt, &paid}, {grossAt, &gross}, {discountAt, &discount}, {adjustAt, &adjust}} {
		minor, read, err := p.amount(s, a.at, p.advice.Currency, decimal)
		if err != nil {
			return nil, nil, nil, nil, false, err
		}
		ok = ok && read
		*a.to = minor
	}
	return paid, gross, discount, adjust, ok, nil
}

// adjust keeps a difference whose sign the item's other amounts prove; an unproven one is kept in words alone, because files
// write it both ways.
func (l *payLine) adjust(written *int64) {
	if written == nil || *written == 0 {
		return
	}
	if l.GrossMinor != nil && l.PaidMinor != nil {
		rest := *l.PaidMinor - (*l.GrossMinor - value(l.DiscountMinor))
		if rest == *written || rest == -*written {
			l.AdjustMinor = &rest
			return
		}
	}
	l.Words = join(l.Words, "an adjustment is told that the amounts do not prove")
}

// takenOff is a discount as a positive amount; that of a credit note stays negative as it is.
func takenOff(discount, gross *int64) *int64 {
	if discount == nil || *discount >= 0 || value(gross) < 0 {
		return discount
	}
	return opposite(discount, true)
}

func value(minor *int64) int64 {
	if minor == nil {
		return 0
	}
	return *minor
}

func action(code string) string {
	switch code {
	case "PO":
		return "payment on account"
	case "PA":
		return "payment in advance"
	case "PP":
		return "partial payment"
	case "FL":
		return "final payment"
	}
	return ""
}

// adjustment reads ADX: of the item before it, or of its own.
func (p *payment) adjustment(s segment) error {
	minor, ok, err := p.amount(s, 1, p.advice.Currency, decimal)
	if err != nil {
		return err
	}
	if !ok || minor == nil {
		p.amounted = false
		return nil
	}
	if p.oldSigns() {
		minor = opposite(minor, true)
	}
	kind, number := meaning(s.at(3)), field(s.at(4))
	if n := len(p.lines); n > 0 && (p.scope == ofLine || p.scope == ofItem) && !p.lines[n-1].alone {
		p.scope = ofLine
		if sum := remittance.Plus(p.lines[n-1].nested, *minor); sum > money.MaxMinor || sum < -money.MaxMinor {
			p.amounted = false
			return p.say(remittance.Refused, s.line, "ADX01", remittance.CodeTooLarge, "the item's adjustments exceed what an amount may be")
		}
		p.lines[n-1].nest(*minor, field(s.at(2)), number, kind)
		return nil
	}
	p.scope = ofLine
	l := payLine{alone: true, Line: remittance.Line{Line: s.line, Kind: remittance.LineAdjustment, Number: number, Reason: field(s.at(2)),
		PaidMinor: minor, Customer: p.entity.customer, Words: p.entity.words}}
	switch {
	case kind == remittance.LineClaim:
		l.Kind, l.Claim = kind, number
	case kind != remittance.LineUnknown:
		l.Kind = kind
	case number != "":
		l.Kind = remittance.LineClaim
		l.Claim = number
	}
	return p.add(s, l)
}

// nest counts an adjustment into the item it belongs to.
func (l *payLine) nest(minor int64, reason, number string, kind remittance.LineKind) {
	l.nested += minor
	sum := l.nested
	l.AdjustMinor = &sum
	switch {
	case l.Reason == "":
		l.Reason = reason
	case l.Reason != reason:
		l.Words = join(l.Words, "also "+reason)
	}
	switch {
	case number == "":
	case kind == remittance.LineOrder && l.Order == "":
		l.Order = number
	case l.Claim == "":
		l.Claim = number
	default:
		l.Words = join(l.Words, number)
	}
}

// oldSigns reports whether the version's positive adjustments reduce the payment.
func (p *payment) oldSigns() bool {
	return len(p.version) >= 6 && strings.HasPrefix(p.version, "00") && p.version < "003050"
}

func (p *payment) add(s segment, l payLine) error {
	if len(p.lines) < remittance.MaxLines {
		p.lines = append(p.lines, l)
		return nil
	}
	if p.refused {
		return nil
	}
	p.refused = true
	return p.say(remittance.Refused, s.line, s.name(), remittance.CodeTooLarge, "the advice has more lines than are read of one")
}
