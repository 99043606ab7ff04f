package camt

import (
	"arrears/domain/money"
	"arrears/domain/remittance"
)

// roles of the amounts of a document, by their element and, where they are told by type, by their code.
const (
	due      = "DuePyblAmt"
	discount = "DscntApldAmt"
	note     = "CdtNoteAmt"
	remitted = "RmtdAmt"
)

func roleOf(code string) string {
	switch code {
	case "DUPA":
		return due
	case "DISC":
		return discount
	case "CREN":
		return note
	case "REMI", "RMTD":
		return remitted
	}
	return ""
}

// priced gives a line the amounts of its document. Adjustments beyond the first become lines of their own, since each has its
// reason. An amount that cannot be read is left out with a warning: a line is a hint, the money is the transaction's.
func (e *entry) priced(l *documentLine, n *node) ([]documentLine, error) {
	var more []documentLine
	for _, k := range n.kids {
		role, value := k.name, k
		switch k.name {
		case "RmtAmtAndTp":
			role, value = roleOf(k.say("Tp/Cd")), k.at("Amt")
		case discount, "AdjstmntAmtAndRsn":
			if a := k.at("Amt"); a != nil { // with a type since version 04
				value = a
			}
		}
		if role == "TaxAmt" || role == "" {
			continue
		}
		s, code := amount(value)
		if code != "" {
			if err := e.warn(k.line, "RfrdDocAmt/"+k.name, code, "the amount is left out"); err != nil {
				return nil, err
			}
			continue
		}
		if role != "AdjstmntAmtAndRsn" {
			l.put(role, s)
			continue
		}
		to := l
		if l.AdjustMinor != nil {
			more = append(more, documentLine{Line: remittance.Line{Line: k.line, Kind: remittance.LineAdjustment, Number: l.Number, Customer: l.Customer}})
			to = &more[len(more)-1]
		}
		to.adjust(k, s)
	}
	l.finish()
	return more, nil
}

func (l *documentLine) in(s sum) {
	l.mixed = l.mixed || (l.currency != "" && l.currency != s.currency)
	l.currency = s.currency
}

func (l *documentLine) put(role string, s sum) {
	l.in(s)
	switch role {
	case due:
		l.GrossMinor = add(l.GrossMinor, s.minor)
	case discount:
		l.DiscountMinor = add(l.DiscountMinor, s.minor)
	case remitted:
		l.PaidMinor = add(l.PaidMinor, s.minor)
	case note:
		if l.Kind == remittance.LineCreditNote {
			l.GrossMinor = add(l.GrossMinor, s.minor)
		} else {
			l.AdjustMinor = add(l.AdjustMinor, -s.minor)
		}
	}
}

// adjust takes an adjustment: a credit adds to the total, a debit takes off, and so does one that does not say.
func (l *documentLine) adjust(k *node, s sum) {
	l.in(s)
	if k.say("CdtDbtInd") != "CRDT" {
		s.minor = -s.minor
	}
	l.AdjustMinor = add(l.AdjustMinor, s.minor)
	l.Reason = k.say("Rsn", "Rsn/Cd", "Rsn/Prtry")
	if w := k.at("AddtlInf"); w != nil {
		l.Words = remittance.Clean(l.Words+" "+w.text, remittance.MaxText)
	}
}

// finish turns the amounts of a credit note around: it takes off what is paid.
func (l *documentLine) finish() {
	if l.Kind != remittance.LineCreditNote {
		return
	}
	if l.PaidMinor == nil && l.GrossMinor != nil {
		paid := *l.GrossMinor
		l.PaidMinor = &paid
	}
	for _, p := range []*int64{l.PaidMinor, l.GrossMinor} {
		if p != nil {
			*p = -*p
		}
	}
}

func add(to *int64, minor int64) *int64 {
	if to != nil {
		minor = remittance.Plus(*to, minor)
	}
	return &minor
}

// excessive reports whether amounts were added up beyond what an amount may be.
func (l *documentLine) excessive() bool {
	for _, p := range []*int64{l.PaidMinor, l.GrossMinor, l.DiscountMinor, l.AdjustMinor} {
		if p != nil && (*p > money.MaxMinor || *p < -money.MaxMinor) {
			return true
		}
	}
	return false
}
