package camt

import (
	"strconv"

	"arrears/domain/money"
	"arrears/domain/remittance"
)

// totals are what TxsSummry states. The normal form has room for counts, credits and debits; the sum of all and the net are
// proven here.
type totals struct {
	remittance.Sums
	line                   int64
	allMinor, netMinor     int64
	allStated, netStated   bool
	netDirection, netKnown bool
}

// tally is what was read: all entries, and those that are booked.
type tally struct {
	all, booked remittance.Sums
	currency    money.Currency // of the first
	mixed       bool
}

func (t *tally) add(e remittance.Entry) {
	if t.currency == "" {
		t.currency = e.Currency
	}
	t.mixed = t.mixed || t.currency != e.Currency
	t.all.Add(e)
	if e.State == remittance.Booked {
		t.booked.Add(e)
	}
}

// totals reads TxsSummry, whose sums are in the account's currency. What cannot be read of it is refused, not passed over.
func (r *reader) totals(n *node, c money.Currency) (*totals, error) {
	t := &totals{line: n.line}
	bad := ""
	number := func(path string) int64 {
		s := n.say(path)
		if s == "" {
			return -1
		}
		v, err := strconv.ParseInt(s, 10, 64)
		if err != nil || v < 0 {
			bad = path
			return -1
		}
		return v
	}
	value := func(paths ...string) (int64, bool) {
		s := n.say(paths...)
		if s == "" {
			return 0, false
		}
		a, code := decimal(s, c)
		if code != "" {
			bad = paths[0]
		}
		return a.minor, code == ""
	}
	t.Count = number("TtlNtries/NbOfNtries")
	t.CreditCount, t.DebitCount = number("TtlCdtNtries/NbOfNtries"), number("TtlDbtNtries/NbOfNtries")
	t.CreditMinor, t.CreditStated = value("TtlCdtNtries/Sum")
	t.DebitMinor, t.DebitStated = value("TtlDbtNtries/Sum")
	t.allMinor, t.allStated = value("TtlNtries/Sum")
	t.netMinor, t.netStated = value("TtlNtries/TtlNetNtry/Amt", "TtlNtries/TtlNetNtryAmt")
	t.netDirection, t.netKnown = credit(n.say("TtlNtries/TtlNetNtry/CdtDbtInd", "TtlNtries/CdtDbtInd"))
	if bad != "" {
		return t, r.refuse(n.line, "TxsSummry/"+bad, remittance.CodeBadAmount, "the total cannot be read")
	}
	return t, nil
}

// prove compares what the normal form has no room for. Where some entries are not booked, banks count either all or the booked
// ones, so all totals are compared here, with both.
func (st *statement) prove() error {
	t := st.totals
	if t == nil {
		return nil
	}
	if st.counted.mixed { // sums of several currencies say nothing
		st.s.Entries.CreditStated, st.s.Entries.DebitStated = false, false
		t.allStated, t.netStated = false, false
	}
	if st.counted.all == st.counted.booked {
		return st.differs(t.sums(st.counted.all))
	}
	st.s.Entries = nil
	if t.differing(st.counted.all) == "" {
		return nil
	}
	return st.differs(t.differing(st.counted.booked))
}

func (st *statement) differs(field string) error {
	if field == "" {
		return nil
	}
	return st.alarm(st.totals.line, "TxsSummry/"+field, remittance.CodeTotalDiffers, "what is stated is not what the entries add up to")
}

// sums names the total of all, or the net, that is not what was counted.
func (t *totals) sums(c remittance.Sums) string {
	if t.allStated && t.allMinor != remittance.Plus(c.CreditMinor, c.DebitMinor) {
		return "TtlNtries/Sum"
	}
	net := remittance.Plus(c.CreditMinor, -c.DebitMinor)
	if t.netKnown && !t.netDirection {
		net = -net
	}
	if t.netStated && t.netMinor != net && (t.netKnown || t.netMinor != -net) {
		return "TtlNtries/TtlNetNtry"
	}
	return ""
}

// differing names the first of all totals that is not what was counted.
func (t *totals) differing(c remittance.Sums) string {
	if field := counts(t.Sums, c); field != "" {
		return field
	}
	return t.sums(c)
}

func counts(stated, c remittance.Sums) string {
	for _, n := range []struct {
		name            string
		stated, counted int64
	}{
		{"TtlNtries/NbOfNtries", stated.Count, c.Count},
		{"TtlCdtNtries/NbOfNtries", stated.CreditCount, c.CreditCount},
		{"TtlDbtNtries/NbOfNtries", stated.DebitCount, c.DebitCount},
	} {
		if n.stated >= 0 && n.stated != n.counted {
			return n.name
		}
	}
	switch {
	case stated.CreditStated && stated.CreditMinor != c.CreditMinor:
		return "TtlCdtNtries/Sum"
	case stated.DebitStated && stated.DebitMinor != c.DebitMinor:
		return "TtlDbtNtries/Sum"
	}
	return ""
}
