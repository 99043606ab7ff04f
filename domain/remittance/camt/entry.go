package camt

import (
	"encoding/xml"

	"arrears/domain/calendar"
	"arrears/domain/remittance"
)

// entry is one Ntry while it is read. Its head is settled before its first detail; one detail is kept back, so that the only
// detail of an entry is known as such.
type entry struct {
	*statement
	head    remittance.Entry
	line    int64
	settled bool
	refused bool

	amt, direction, status, booking, value *node
	amounts                                amounts
	charges                                []*node

	last    *detail
	details int
	foreign bool  // details in another currency than the entry, without what they are in it
	stated  int64 // transactions by the batches
}

var inEntry = names("NtryRef", "Avlbty", "ComssnWvrInd", "AddtlInfInd", "TechInptChanl", "Intrst", "CardTx", "SplmtryData")

func (st *statement) entry() error {
	st.number++
	e := &entry{statement: st, line: st.line}
	e.head.Number = st.number
	if err := st.each(e.child); err != nil {
		return err
	}
	return e.end()
}

func (e *entry) child(x xml.StartElement) error {
	switch x.Name.Local {
	case "NtryDtls":
		if err := e.settle(); err != nil {
			return err
		}
		return e.batch()
	case "AddtlNtryInf":
		s, err := e.text(x)
		e.head.Text = remittance.Clean(s, remittance.MaxText)
		return err
	case "Amt", "CdtDbtInd", "Sts", "BookgDt", "ValDt", "RvslInd", "AcctSvcrRef", "BkTxCd", "AmtDtls", "Chrgs":
		n, err := e.tree(x)
		if err != nil {
			return err
		}
		return e.keep(n)
	}
	return e.leave(x, inEntry)
}

func (e *entry) keep(n *node) error {
	if to := e.once(n.name); to != nil {
		if *to != nil {
			return e.refuseEntry(n.line, n.name, remittance.CodeMalformed, "told twice")
		}
		*to = n
		return nil
	}
	switch n.name {
	case "RvslInd":
		e.head.Reversal = yes(n.text)
	case "AcctSvcrRef":
		e.head.Reference = told(remittance.Clean(n.text, remittance.MaxField))
	case "BkTxCd":
		e.head.Code = codeOf(n)
	case "AmtDtls":
		bad, err := e.amounts.read(e.reader, n)
		if err == nil && bad != "" {
			err = e.refuseEntry(n.line, n.name, bad, "the amount cannot be read")
		}
		return err
	case "Chrgs":
		if len(e.charges) < maxCharges {
			e.charges = append(e.charges, n)
		}
	}
	return nil
}

// once is where an element is kept that is told once; nil for others.
func (e *entry) once(name string) **node {
	switch name {
	case "Amt":
		return &e.amt
	case "CdtDbtInd":
		return &e.direction
	case "Sts":
		return &e.status
	case "BookgDt":
		return &e.booking
	case "ValDt":
		return &e.value
	}
	return nil
}

// refuseEntry leaves the whole entry out.
func (e *entry) refuseEntry(line int64, field, code, format string, args ...any) error {
	e.refused = true
	return e.refuse(line, "Ntry/"+field, code, format, args...)
}

// settle reads what an entry must have. Without it the entry is left out, with its details.
func (e *entry) settle() error {
	if e.settled || e.refused {
		return nil
	}
	e.settled = true
	a, code := amount(e.amt)
	if code != "" {
		return e.refuseEntry(e.amt.lineOf(e.line), "Amt", code, "the entry has no amount that can be read")
	}
	e.head.Minor, e.head.Currency = a.minor, a.currency
	var ok bool
	if e.head.Credit, ok = credit(textOf(e.direction)); !ok {
		return e.refuseEntry(e.direction.lineOf(e.line), "CdtDbtInd", CodeBadDirection, "the entry is neither credit nor debit")
	}
	if e.head.State, ok = e.state(); !ok {
		return e.refuseEntry(e.status.lineOf(e.line), "Sts", remittance.CodeUnsupportedStatus, "the entry is neither booked, pending nor information")
	}
	if err := e.days(); err != nil || e.refused {
		return err
	}
	if err := e.begin(a.currency); err != nil {
		return err
	}
	e.counted.add(e.head)
	if e.s.Currency != "" && a.currency != e.s.Currency && e.s.Opening == nil && !e.elsewhere {
		e.elsewhere = true
		return e.warn(e.line, "Ntry/Amt", remittance.CodeCurrencyDiffers, "the account is in %s, the entry in %s", e.s.Currency, a.currency)
	}
	return nil
}

func textOf(n *node) string {
	if n == nil {
		return ""
	}
	return n.text
}

// state reads a status: a plain one before version 04, a code or the bank's own since. An end-of-day statement tells bookings,
// so a missing status is one there.
func (e *entry) state() (remittance.Booking, bool) {
	said := textOf(e.status)
	if k := e.status.say("Cd", "Prtry"); k != "" {
		said = k
	}
	switch said {
	case "BOOK":
		return remittance.Booked, true
	case "PDNG", "FUTR":
		return remittance.Pending, true
	case "INFO":
		return remittance.Info, true
	case "":
		return remittance.Booked, e.s.Kind == remittance.EndOfDay
	}
	return "", false
}

// days reads both dates. A booking without any has the statement's last day.
func (e *entry) days() error {
	var ok bool
	if e.head.BookedOn, ok = dateOf(e.booking); !ok {
		return e.refuseEntry(e.booking.line, "BookgDt", remittance.CodeBadDate, "%.30q is no date", e.booking.say("Dt", "DtTm"))
	}
	if e.head.ValueOn, ok = dateOf(e.value); !ok {
		return e.refuseEntry(e.value.line, "ValDt", remittance.CodeBadDate, "%.30q is no date", e.value.say("Dt", "DtTm"))
	}
	if e.head.State == remittance.Booked && e.head.BookedOn.IsZero() {
		e.head.BookedOn = e.lastDay()
		if e.head.BookedOn.IsZero() {
			return e.refuseEntry(e.line, "BookgDt", remittance.CodeBadDate, "nothing says when it was booked")
		}
	}
	if e.head.ValueOn.IsZero() {
		e.head.ValueOn = e.head.BookedOn
	}
	return nil
}

func (e *entry) lastDay() calendar.Date {
	if closing := e.booked("CLBD"); closing != nil && !closing.On.IsZero() {
		return closing.On
	}
	if !e.s.To.IsZero() {
		return e.s.To
	}
	return e.head.ValueOn
}

// end tells the last detail, or the entry itself when it has none.
func (e *entry) end() error {
	if err := e.settle(); err != nil || e.refused {
		return err
	}
	if e.details == 0 {
		return e.emit(&detail{line: e.line}, true)
	}
	if err := e.flush(e.details == 1); err != nil {
		return err
	}
	if e.foreign {
		if err := e.alarm(e.line, "TxDtls/Amt", remittance.CodeCurrencyDiffers, "the details are in another currency than the entry, at no rate"); err != nil {
			return err
		}
	}
	switch {
	case e.stated == 0 || e.stated == int64(e.details):
		return nil
	case e.details == 1: // many banks tell a batch in one
		return e.warn(e.line, "Btch/NbOfTxs", remittance.CodeCountDiffers, "%d transactions are stated, one is told", e.stated)
	}
	return e.alarm(e.line, "Btch/NbOfTxs", remittance.CodeCountDiffers, "%d transactions are stated, %d counted", e.stated, e.details)
}

// flush tells the detail that was kept back.
func (e *entry) flush(only bool) error {
	d := e.last
	e.last = nil
	if d == nil {
		return nil
	}
	return e.emit(d, only)
}

// codeOf joins domain, family and sub-family, or gives the bank's own code.
func codeOf(n *node) string {
	code := ""
	for _, p := range []string{"Domn/Cd", "Domn/Fmly/Cd", "Domn/Fmly/SubFmlyCd"} {
		part := n.say(p)
		if part == "" {
			break
		}
		if code != "" {
			code += "/"
		}
		code += part
	}
	if code == "" {
		code = n.say("Prtry/Cd")
	}
	return remittance.Clean(code, remittance.MaxField)
}
