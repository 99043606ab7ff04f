package x12

import (
	"fmt"
	"strings"

	"arrears/domain/money"
	"arrears/domain/remittance"
)

// payment reads one 820. Amounts wait for the currency, which stands after the payment's segment.
type payment struct {
	*reader
	advice   remittance.Advice
	method   string // of payment
	handling string
	bpr      segment
	begun    bool // BPR was there
	settled  bool // its amount is read
	refused  bool // the advice cannot be given
	amounted bool // its lines may be summed
	lines    []payLine
	scope    scope
	entity   entity
}

// scope is whose the next reference, date or note is.
type scope int

const (
	ofAdvice scope = iota
	ofEntity
	ofLine
	ofItem
	ofParty // of somebody who matters to nobody here
)

// entity is the one whose lines come: the words and numbers that stand before them.
type entity struct {
	customer string
	words    string
}

// payLine is a line, with what its adjustments add up to.
type payLine struct {
	remittance.Line
	nested int64
	alone  bool // an adjustment that belongs to no document
}

func newPayment(r *reader, line int64) *payment {
	return &payment{reader: r, amounted: true, advice: remittance.Advice{
		Line: line, Format: "x12.820", Currency: r.options.Currency, Credit: true}}
}

func (p *payment) segment(s segment) error {
	switch s.name() {
	case "BPR":
		p.bpr, p.begun = s, true
		return nil
	case "CUR":
		return p.readCurrency(s)
	case "TRN":
		p.trace(s)
		return nil
	case "NTE":
		p.note(s.at(2))
		return nil
	case "N1":
		p.party(s)
		return nil
	case "REF":
		p.reference(s)
		return nil
	case "DTM":
		return p.dated(s)
	case "ENT", "NM1", "RMR", "RMT", "ADX":
		return p.detail(s)
	case "IT1":
		if p.scope == ofLine {
			p.scope = ofItem
		}
		return nil
	case "SLN", "N2", "N3", "N4", "N9", "PER", "SAC", "SCH", "AMT", "QTY", "PLB", "TXP", "TXI", "DED", "LX", "VEH", "ITA", "DTP",
		"FGS", "PEN", "DIS", "IN1", "IN2", "LM", "LQ", "FA1", "FA2", "RYL", "LOC", "PID", "PWK", "TRS", "BUY", "CTP", "PSA", "INV", "ASM", "HD", "POC":
		return nil
	}
	return p.unknownSegment(s)
}

// detail begins the lines: from here on the currency is known.
func (p *payment) detail(s segment) error {
	if err := p.settle(); err != nil {
		return err
	}
	switch s.name() {
	case "ENT":
		p.entity, p.scope = entity{}, ofEntity
		if s.at(3) == "91" {
			p.entity.customer = field(s.at(4))
		}
		return nil
	case "NM1":
		p.person(s)
		return nil
	case "ADX":
		return p.adjustment(s)
	}
	return p.item(s)
}

func (p *payment) readCurrency(s segment) error {
	c, ok, err := p.currency(s)
	if err != nil || !ok {
		p.refused = true
		return err
	}
	if p.settled && c != p.advice.Currency {
		p.refused = true
		return p.say(remittance.Refused, s.line, "CUR02", remittance.CodeCurrencyDiffers, "the currency changes after the first line")
	}
	p.advice.Currency = c
	return nil
}

func (p *payment) trace(s segment) {
	p.advice.Payment = field(s.at(2))
	if p.advice.Payer.ID == "" {
		p.advice.Payer.ID = field(s.at(3))
	}
}

// settle reads the payment once its currency is known.
func (p *payment) settle() error {
	if p.settled || p.refused {
		return nil
	}
	p.settled = true
	if !p.begun {
		p.refused = true
		return p.say(remittance.Refused, p.setLine, "BPR", remittance.CodeMalformed, "the set has no payment (BPR)")
	}
	s, a := p.bpr, &p.advice
	minor, ok, err := p.amount(s, 2, a.Currency, decimal)
	if err != nil {
		return err
	}
	if ok && minor == nil {
		if err := p.say(remittance.Refused, s.line, "BPR02", remittance.CodeBadAmount, "the payment has no amount"); err != nil {
			return err
		}
	}
	if !ok || minor == nil {
		p.refused = true
		return nil
	}
	a.Minor, a.Credit, p.handling, p.method = *minor, s.at(3) != "D", s.at(1), s.at(4)
	if a.Minor < 0 {
		a.Minor, a.Credit = -a.Minor, !a.Credit
	}
	a.Payer.Account.Bank, a.Payer.Account.Other = field(s.at(7)), field(s.at(9))
	left := 0
	if s.at(16) == "" && len(s.at(11)) == 2 && len(s.at(13)) == 2 && len(s.at(15)) == 8 {
		left = 1 // the supplemental code is left out altogether by some who write this
	}
	a.Payee.Account.Bank, a.Payee.Account.Other = field(s.at(13-left)), field(s.at(15-left))
	if a.Payer.ID == "" {
		a.Payer.ID = field(s.at(10))
	}
	a.PaidOn, err = p.date(s, 16-left)
	return err
}

func (p *payment) party(s segment) {
	id, name := field(s.at(4)), field(s.at(2))
	p.scope = ofParty
	switch s.at(1) {
	case "PR", "RM":
		if p.advice.Payer.Name == "" || s.at(1) == "PR" {
			p.advice.Payer.Name = name
		}
		switch {
		case s.at(3) == "91": // given by the one who is paid
			p.advice.Customer = id
		case id != "":
			p.advice.Payer.ID = id
		}
	case "PE":
		p.advice.Payee.Name, p.advice.Payee.ID = name, id
	default:
		return
	}
	p.scope = ofAdvice
}

// person is whose lines come, in payments for many.
func (p *payment) person(s segment) {
	p.scope = ofEntity
	p.entity.words = join(p.entity.words, strings.TrimSpace(s.at(4)+" "+s.at(3)))
	if p.entity.customer == "" {
		p.entity.customer = field(s.at(9))
	}
}

func (p *payment) reference(s segment) {
	qualifier, value, words := s.at(1), field(s.at(2)), s.at(3)
	switch p.scope {
	case ofAdvice:
		switch {
		case qualifier == "RA":
			p.advice.ID = value
		case namesCustomer(qualifier) && p.advice.Customer == "":
			p.advice.Customer = value
		case meaning(qualifier) != remittance.LineUnknown || qualifier == "ZZ":
			addText(&p.advice, value)
		}
		addText(&p.advice, words)
	case ofEntity:
		if namesCustomer(qualifier) && p.entity.customer == "" {
			p.entity.customer = value
		}
		p.entity.words = join(p.entity.words, value, words)
	case ofLine, ofItem:
		p.lineReference(qualifier, value, words)
	case ofParty:
	}
}

func (p *payment) lineReference(qualifier, value, words string) {
	if len(p.lines) == 0 {
		return
	}
	l := &p.lines[len(p.lines)-1]
	kind := meaning(qualifier)
	switch {
	case kind == remittance.LineOrder && l.Order == "" && l.Kind != remittance.LineOrder:
		l.Order = value
	case kind == remittance.LineClaim && l.Claim == "":
		l.Claim = value
	case (kind == remittance.LineInvoice || kind == remittance.LineCreditNote) && l.Number == "" && p.scope == ofLine:
		l.Number, l.Kind = value, kind
	case namesCustomer(qualifier) && l.Customer == "":
		l.Customer = value
	default:
		l.Words = join(l.Words, value)
	}
	l.Words = join(l.Words, words)
}

// note keeps words where they belong.
func (p *payment) note(words string) {
	switch p.scope {
	case ofLine, ofItem:
		if n := len(p.lines); n > 0 {
			p.lines[n-1].Words = join(p.lines[n-1].Words, words)
		}
	case ofEntity:
		p.entity.words = join(p.entity.words, words)
	case ofAdvice, ofParty:
		addText(&p.advice, words)
	}
}

func (p *payment) dated(s segment) error {
	if p.scope != ofLine || len(p.lines) == 0 {
		return nil
	}
	l := &p.lines[len(p.lines)-1]
	if s.at(2) == "" {
		l.Words = join(l.Words, s.at(6))
		return nil
	}
	on, err := p.date(s, 2)
	if s.at(1) == "003" || l.On.IsZero() {
		l.On = on
	}
	return err
}

func (p *payment) end(line int64) error {
	if err := p.settle(); err != nil || p.refused {
		return err
	}
	a := &p.advice
	if a.ID == "" {
		a.ID = a.Payment
	}
	if a.ID == "" {
		a.ID = strings.Trim(p.interchange.control+"-"+p.control, "-")
	}
	if p.handling == "P" {
		if err := p.say(remittance.Alarm, p.bpr.line, "BPR01", remittance.CodeUnsupportedStatus, "the set is a prenotification: a test of the account"); err != nil {
			return err
		}
	}
	a.MoneyMoves = a.Minor != 0 && p.method != "NON" && p.handling != "H" && p.handling != "P"
	if err := p.prove(line); err != nil {
		return err
	}
	for _, l := range p.lines {
		a.Lines = append(a.Lines, l.Line)
	}
	return p.to.Advice(*a)
}

// prove holds the lines against the payment. Files differ in two ways that the standard leaves to the partners: whether what is
// paid of an item already counts its adjustments, and, in old versions, what an adjustment's sign means. The reading of the
// standard comes first; another one is taken only when it alone adds up, and told.
func (p *payment) prove(line int64) error {
	if len(p.lines) == 0 || !p.amounted {
		return nil
	}
	var paid, alone, nested int64
	for _, l := range p.lines {
		switch {
		case l.PaidMinor == nil:
			return p.say(remittance.Warning, l.Line.Line, "RMR04", CodeNoTotal, "a line has no amount, so the lines prove nothing")
		case l.alone:
			alone = remittance.Plus(alone, *l.PaidMinor)
		default:
			paid = remittance.Plus(paid, *l.PaidMinor)
		}
		nested = remittance.Plus(nested, l.nested)
	}
	sum, turned := remittance.Plus(paid, alone), remittance.Plus(paid, -alone)
	for _, r := range []struct {
		sum     int64
		flip    bool
		include bool
	}{{sum, false, false}, {remittance.Plus(sum, nested), false, true}, {turned, true, false}, {remittance.Plus(turned, -nested), true, true}} {
		if r.sum != p.advice.Minor && (p.advice.Credit || r.sum != -p.advice.Minor) {
			continue
		}
		return p.reread(r.flip, r.include)
	}
	return p.say(remittance.Alarm, line, "BPR02", remittance.CodeLinesDiffer,
		fmt.Sprintf("the lines add up to %s, the payment is %s", money.Of(sum, p.advice.Currency), money.Of(p.advice.Minor, p.advice.Currency)))
}

// reread puts the lines as the reading says that added up.
func (p *payment) reread(flip, include bool) error {
	if !flip && !include {
		return nil
	}
	for i := range p.lines {
		l := &p.lines[i]
		if flip {
			l.nested = -l.nested
			l.AdjustMinor = opposite(l.AdjustMinor, l.nested != 0)
			l.PaidMinor = opposite(l.PaidMinor, l.alone)
		}
		if include && !l.alone {
			sum := *l.PaidMinor + l.nested
			l.PaidMinor = &sum
		}
	}
	return p.say(remittance.Warning, p.bpr.line, "ADX01", CodeAdjustmentsReread,
		"the lines add up only when the adjustments are read another way than the version says")
}

func opposite(minor *int64, turn bool) *int64 {
	if minor == nil || !turn {
		return minor
	}
	other := -*minor
	return &other
}
