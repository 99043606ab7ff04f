package camt

import (
	"arrears/domain/money"
	"arrears/domain/remittance"
)

// maxCharges bounds the charges of one payment that are added.
const maxCharges = 100

// amounts are what an entry or detail tells beside what was booked.
type amounts struct {
	amt, tx, counter, instructed *sum
	rate                         string
}

// read takes TxDtls/Amt or AmtDtls. What was booked must be readable; what is told for information is left out with a warning.
func (a *amounts) read(r *reader, n *node) (bad string, err error) {
	if n.name == "Amt" {
		a.amt, bad = optional(n)
		return bad, nil
	}
	if k := n.at("TxAmt/Amt"); k != nil {
		if a.tx, bad = optional(k); bad != "" {
			return bad, nil
		}
	}
	for _, of := range []struct {
		path string
		to   **sum
	}{{"CntrValAmt/Amt", &a.counter}, {"InstdAmt/Amt", &a.instructed}} {
		k := n.at(of.path)
		if k == nil {
			continue
		}
		s, code := optional(k)
		if code == "" {
			*of.to = s
		} else if err := r.warn(k.line, "AmtDtls/"+of.path, code, "the amount is left aside"); err != nil {
			return "", err
		}
	}
	a.rate = n.say("InstdAmt/CcyXchg/XchgRate", "CntrValAmt/CcyXchg/XchgRate", "TxAmt/CcyXchg/XchgRate")
	return "", nil
}

func optional(n *node) (*sum, string) {
	s, code := amount(n)
	return &s, code
}

// in gives the booked amount in the entry's currency; nothing is booked by a detail of zero.
func (a *amounts) in(e remittance.Entry) *sum {
	for _, s := range []*sum{a.amt, a.tx, a.counter} {
		if s != nil && s.currency == e.Currency && s.minor > 0 {
			return s
		}
	}
	return nil
}

// foreign gives the amount that was ordered in another currency than the one that was booked.
func (a *amounts) foreign(booked sum) *sum {
	for _, s := range []*sum{a.instructed, a.amt, a.tx, a.counter} {
		if s != nil && s.currency != booked.currency && s.minor > 0 {
			return s
		}
	}
	return nil
}

// booked gives what a detail moved. The only detail of an entry moved the entry: it has no amount of its own, or one before
// charges, or one in another currency. ok is false when nothing says what a detail of several moved.
func (a *amounts) booked(e remittance.Entry, only bool, c charges) (s sum, ok bool) {
	whole := sum{e.Minor, e.Currency}
	if s := a.in(e); s != nil {
		if only && s.minor != e.Minor && !c.none && (s.minor-c.all == e.Minor || s.minor+c.all == e.Minor) {
			return whole, true
		}
		return *s, true
	}
	if only {
		return whole, true
	}
	if s := a.instructed; s != nil && s.currency == e.Currency && s.minor > 0 {
		return *s, true
	}
	for _, s := range []*sum{a.amt, a.tx, a.instructed} {
		if s != nil {
			return *s, true
		}
	}
	return sum{}, false
}

// charges are what banks took, in the currency of the payment.
type charges struct {
	all   int64 // whether or not they are within the amount
	taken int64 // off the amount
	none  bool  // nothing is told
}

// chargesOf adds the charges of one payment: plain ones before version 04, records since. A record that says that it was not
// included was booked apart; one that is a credit gives back.
func chargesOf(r *reader, list []*node, e sum) (charges, error) {
	c := charges{none: len(list) == 0}
	for _, n := range list {
		records := n.all("Rcrd")
		if len(records) == 0 {
			records = []*node{n}
		}
		for _, record := range records {
			k := record.at("Amt")
			if k == nil {
				k = record.at("TtlChrgsAndTaxAmt")
			}
			if k == nil {
				continue
			}
			s, code := amount(k)
			if code == "" && s.currency != e.currency {
				code = remittance.CodeCurrencyDiffers
			}
			if code != "" {
				if err := r.warn(k.line, "Chrgs", code, "the charge is left aside"); err != nil {
					return c, err
				}
				continue
			}
			if record.say("CdtDbtInd") == "CRDT" {
				s.minor = -s.minor
			}
			c.all = remittance.Plus(c.all, s.minor)
			if apart := record.say("ChrgInclInd"); apart == "" || yes(apart) {
				c.taken = remittance.Plus(c.taken, s.minor)
			}
		}
	}
	if max(c.all, -c.all) > money.MaxMinor || max(c.taken, -c.taken) > money.MaxMinor {
		return charges{none: true}, r.warn(list[0].line, "Chrgs", remittance.CodeTooLarge, "the charges exceed what an amount may be, and are left aside")
	}
	return c, nil
}
