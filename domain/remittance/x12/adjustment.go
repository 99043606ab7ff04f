package x12

import (
	"fmt"

	"arrears/domain/money"
	"arrears/domain/remittance"
)

// adjustment reads one 812. The flag is the sender's, who is the customer: a debit takes from what the customer owes, so its
// amount is negative here, a credit gives it back.
type adjustment struct {
	*reader
	advice  remittance.Advice
	bcd     segment
	begun   bool
	refused bool
	invoice string // of the whole set
	order   string
	inLine  bool
	partial bool // a line was refused
}

func newAdjustment(r *reader, line int64) *adjustment {
	return &adjustment{reader: r, advice: remittance.Advice{Line: line, Format: "x12.812", Currency: r.options.Currency}}
}

func (a *adjustment) segment(s segment) error {
	switch s.name() {
	case "BCD":
		return a.begin(s)
	case "CUR":
		return a.readCurrency(s)
	case "N9", "REF":
		a.reference(s)
		return nil
	case "N1":
		a.party(s)
		return nil
	case "CDD":
		return a.item(s)
	case "DTM":
		return a.dated(s)
	case "NTE", "MSG":
		a.note(s)
		return nil
	case "PER", "ITD", "FOB", "SHD", "SAC", "N2", "N3", "N4", "N10", "N11", "AMT", "FA1", "FA2", "LIN", "PO4", "PID", "PWK", "MEA",
		"QTY", "SDQ", "CTB", "TXI", "LM", "LQ", "SLN", "TD5", "SI", "G26":
		return nil
	}
	return a.unknownSegment(s)
}

func (a *adjustment) begin(s segment) error {
	a.bcd, a.begun = s, true
	a.advice.ID, a.advice.Payment = field(s.at(2)), field(s.at(2))
	a.invoice, a.order = field(s.at(7)), field(s.at(10))
	switch meaning(s.at(13)) {
	case remittance.LineInvoice:
		a.invoice = field(s.at(14))
	case remittance.LineOrder:
		a.order = field(s.at(14))
	case remittance.LineCreditNote, remittance.LineClaim, remittance.LineAdjustment, remittance.LineUnknown:
		addText(&a.advice, s.at(14))
	}
	var err error
	a.advice.PaidOn, err = a.date(s, 1)
	return err
}

func (a *adjustment) readCurrency(s segment) error {
	c, ok, err := a.currency(s)
	if err != nil || !ok {
		a.refused = true
		return err
	}
	a.advice.Currency = c
	return nil
}

func (a *adjustment) reference(s segment) {
	qualifier, number := s.at(1), field(s.at(2))
	invoice, order := &a.invoice, &a.order
	if n := len(a.advice.Lines); a.inLine && n > 0 {
		l := &a.advice.Lines[n-1]
		invoice, order = &l.Number, &l.Order
		l.Words = join(l.Words, s.at(3))
	}
	switch kind := meaning(qualifier); {
	case kind == remittance.LineInvoice && *invoice == "":
		*invoice = number
	case kind == remittance.LineOrder && *order == "":
		*order = number
	case namesCustomer(qualifier) && a.advice.Customer == "":
		a.advice.Customer = number
	default:
		addText(&a.advice, number)
	}
}

func (a *adjustment) party(s segment) {
	name, id := field(s.at(2)), field(s.at(4))
	if a.inLine {
		return
	}
	switch s.at(1) {
	case "BY", "BT", "PR":
		a.advice.Payer.Name = name
		if s.at(3) == "91" {
			a.advice.Customer = id
		} else {
			a.advice.Payer.ID = id
		}
	case "RE", "PE", "SE", "SU", "VN":
		a.advice.Payee.Name, a.advice.Payee.ID = name, id
	}
}

func (a *adjustment) note(s segment) {
	words := s.at(2)
	if s.name() == "MSG" {
		words = s.at(1)
	}
	if n := len(a.advice.Lines); a.inLine && n > 0 {
		a.advice.Lines[n-1].Words = join(a.advice.Lines[n-1].Words, words)
		return
	}
	addText(&a.advice, words)
}

func (a *adjustment) dated(s segment) error {
	n := len(a.advice.Lines)
	if !a.inLine || n == 0 || s.at(1) != "003" {
		return nil
	}
	var err error
	a.advice.Lines[n-1].On, err = a.date(s, 2)
	return err
}

// item reads CDD: one adjusted line.
func (a *adjustment) item(s segment) error {
	a.inLine = true
	minor, ok, err := a.amount(s, 4, a.advice.Currency, implied)
	if err != nil {
		return err
	}
	switch {
	case ok && minor != nil && s.at(2) != "C" && s.at(2) != "D":
		ok = false
		err = a.say(remittance.Refused, s.line, "CDD02", remittance.CodeBadAmount, "neither credit nor debit is told")
	case len(a.advice.Lines) >= remittance.MaxLines && !a.refused:
		a.refused = true
		err = a.say(remittance.Refused, s.line, "CDD", remittance.CodeTooLarge, "the adjustment has more lines than are read of one")
	}
	if err != nil {
		return err
	}
	if !ok || a.refused {
		a.partial, a.inLine = true, false
		return nil
	}
	a.advice.Lines = append(a.advice.Lines, remittance.Line{Line: s.line, Kind: remittance.LineClaim, Claim: a.advice.ID,
		AdjustMinor: opposite(minor, s.at(2) == "D"), Reason: field(s.at(1)), Words: join("", s.at(3))})
	return nil
}

func (a *adjustment) end(line int64) error {
	if !a.begun && !a.refused {
		return a.say(remittance.Refused, a.advice.Line, "BCD", remittance.CodeMalformed, "the set has no beginning (BCD)")
	}
	if a.refused {
		return nil
	}
	net, stated, err := a.net()
	if err != nil || a.refused {
		return err
	}
	if len(a.advice.Lines) == 0 && stated {
		a.advice.Lines = []remittance.Line{{Line: a.bcd.line, Kind: remittance.LineClaim, Claim: a.advice.ID, AdjustMinor: &net}}
	}
	var sum int64
	for i := range a.advice.Lines {
		l := &a.advice.Lines[i]
		sum = remittance.Plus(sum, value(l.AdjustMinor))
		if l.Number == "" {
			l.Number = a.invoice
		}
		if l.Order == "" {
			l.Order = a.order
		}
	}
	switch {
	case !stated && (a.partial || sum > money.MaxMinor || sum < -money.MaxMinor):
		return a.say(remittance.Refused, a.bcd.line, "BCD04", CodeNoTotal, "the net amount is not told, and the lines do not tell it")
	case !stated:
		net = sum
		err = a.say(remittance.Warning, a.bcd.line, "BCD04", CodeNoTotal, "the net amount is not told, so the lines prove nothing")
	case sum != net && !a.partial:
		err = a.say(remittance.Alarm, line, "BCD04", remittance.CodeLinesDiffer,
			fmt.Sprintf("the lines add up to %s, the adjustment is %s", money.Of(sum, a.advice.Currency), money.Of(net, a.advice.Currency)))
	}
	if err != nil {
		return err
	}
	a.advice.Credit, a.advice.Minor = net >= 0, max(net, -net)
	return a.to.Advice(a.advice)
}

// net reads what the whole adjustment is, signed.
func (a *adjustment) net() (int64, bool, error) {
	minor, ok, err := a.amount(a.bcd, 4, a.advice.Currency, implied)
	if err != nil {
		return 0, false, err
	}
	if !ok {
		a.refused = true
		return 0, false, nil
	}
	if minor == nil {
		return 0, false, nil
	}
	switch a.bcd.at(5) {
	case "C":
		return *minor, true, nil
	case "D":
		return -*minor, true, nil
	}
	a.refused = true
	return 0, false, a.say(remittance.Refused, a.bcd.line, "BCD05", remittance.CodeBadAmount, "neither credit nor debit is told")
}
