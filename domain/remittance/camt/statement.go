package camt

import (
	"encoding/xml"

	"arrears/domain/money"
	"arrears/domain/remittance"
)

// statement is one Stmt, Rpt or Ntfctn while it is read.
type statement struct {
	*reader
	s         remittance.Statement
	begun     bool
	legal     string // LglSeqNb, where there is no electronic number
	summary   *node  // TxsSummry, until the currency of its sums is known
	totals    *totals
	balances  map[string][]remittance.Balance // by type
	counted   tally
	number    int  // of the last entry
	elsewhere bool // an entry in another currency than the account's was told
}

var inStatement = names("Id", "RptgSeq", "CreDtTm", "RptgSrc", "RltdAcct", "Intrst", "AddtlStmtInf", "AddtlRptInf", "AddtlNtfctnInf", "SplmtryData")

func (r *reader) statement(m message) error {
	st := &statement{reader: r, balances: map[string][]remittance.Balance{}, s: remittance.Statement{
		Line: r.line, Format: m.format, Kind: m.kind, Status: remittance.Update, LastPage: true}}
	st.paginate(m.page)
	if err := r.each(st.child); err != nil {
		return err
	}
	return st.end()
}

func (st *statement) child(e xml.StartElement) error {
	switch e.Name.Local {
	case "Ntry":
		return st.entry()
	case "Id", "ElctrncSeqNb", "LglSeqNb", "FrToDt", "CpyDplctInd", "Acct", "Bal", "TxsSummry", "StmtPgntn", "RptPgntn", "NtfctnPgntn":
		n, err := st.tree(e)
		if err != nil {
			return err
		}
		return st.head(n)
	}
	return st.leave(e, inStatement)
}

func (st *statement) head(n *node) error {
	switch n.name {
	case "Id":
		st.s.ID = remittance.Clean(n.text, remittance.MaxField)
	case "ElctrncSeqNb":
		st.s.Sequence = remittance.Clean(n.text, remittance.MaxField)
	case "LglSeqNb":
		st.legal = remittance.Clean(n.text, remittance.MaxField)
	case "CpyDplctInd":
		switch n.text {
		case "COPY", "CODU", "DUPL":
			st.s.Status = remittance.Copy
		default:
			return st.warn(n.line, n.name, remittance.CodeUnsupportedStatus, "%.20q is read as no copy", n.text)
		}
	case "FrToDt":
		return st.period(n)
	case "Acct":
		return st.account(n)
	case "Bal":
		return st.balance(n)
	case "TxsSummry":
		st.summary = n
	default:
		st.paginate(pageOf(n))
	}
	return nil
}

// paginate keeps the page, unless it is the only one.
func (st *statement) paginate(p page) {
	if !p.told {
		return
	}
	st.s.Page, st.s.LastPage = p.number, p.last
	if p.number == "1" && p.last {
		st.s.Page = ""
	}
}

func (st *statement) period(n *node) error {
	from, ok := date(n.say("FrDtTm", "FrDt"))
	to, also := date(n.say("ToDtTm", "ToDt"))
	st.s.From, st.s.To = from, to
	if !ok || !also {
		return st.warn(n.line, n.name, remittance.CodeBadDate, "the period has a date that is none")
	}
	return nil
}

func (st *statement) account(n *node) error {
	st.s.Account = account(n)
	st.s.Account.Bank = bank(n.at("Svcr"))
	stated := n.say("Ccy")
	if stated == "" {
		return nil
	}
	c, err := money.ParseCurrency(stated)
	if err != nil {
		return st.warn(n.line, "Acct/Ccy", remittance.CodeUnknownCurrency, "%.10q is not a currency", stated)
	}
	st.s.Currency = c
	return nil
}

// balance keeps booked balances. A type told twice for one currency with two amounts contradicts itself.
func (st *statement) balance(n *node) error {
	kind := n.say("Tp/CdOrPrtry/Cd", "Tp/Cd")
	if kind != "OPBD" && kind != "CLBD" && kind != "PRCD" {
		return nil
	}
	a, code := amount(n.at("Amt"))
	if code != "" {
		return st.refuse(n.line, "Bal/Amt", code, "the balance %s has no amount that can be read", kind)
	}
	in, ok := credit(n.say("CdtDbtInd"))
	if !ok {
		return st.refuse(n.line, "Bal/CdtDbtInd", CodeBadDirection, "the balance %s is neither credit nor debit", kind)
	}
	on, ok := dateOf(n.at("Dt"))
	if !ok {
		return st.refuse(n.line, "Bal/Dt", remittance.CodeBadDate, "the balance %s has a date that is none", kind)
	}
	b := remittance.Balance{Minor: a.minor, Currency: a.currency, On: on}
	if !in {
		b.Minor = -b.Minor
	}
	for _, other := range st.balances[kind] {
		if other.Currency != b.Currency {
			continue
		}
		if other.Minor != b.Minor && kind != "PRCD" { // several days' closings may come before
			return st.alarm(n.line, "Bal", remittance.CodeBalanceDiffers, "the balance %s is told twice", kind)
		}
		return nil
	}
	if len(st.balances[kind]) < maxWarnings {
		st.balances[kind] = append(st.balances[kind], b)
	}
	return nil
}

// booked gives the balance of the first of the types that was told, in the account's currency if there is one in it.
func (st *statement) booked(kinds ...string) *remittance.Balance {
	for _, kind := range kinds {
		list := st.balances[kind]
		for i := range list {
			if list[i].Currency == st.s.Currency {
				return &list[i]
			}
		}
		if len(list) > 0 {
			return &list[0]
		}
	}
	return nil
}

// complete puts together what is known by now; first is the currency of the first entry, if there is one.
func (st *statement) complete(first money.Currency) error {
	s := &st.s
	if s.Sequence == "" {
		s.Sequence = st.legal
	}
	s.Opening, s.Closing = st.booked("OPBD", "PRCD"), st.booked("CLBD")
	if s.Currency == "" && s.Opening != nil && s.Closing != nil && s.Opening.Currency == s.Closing.Currency {
		s.Currency = s.Opening.Currency
	}
	if s.To.IsZero() && s.Closing != nil {
		s.To = s.Closing.On
	}
	if s.Currency != "" {
		first = s.Currency
	}
	if st.summary == nil || first == "" {
		return nil
	}
	n := st.summary
	st.summary = nil
	var err error
	if st.totals, err = st.reader.totals(n, first); err == nil && st.totals != nil {
		s.Entries = &st.totals.Sums
	}
	return err
}

// begin tells the sink of the statement before its first transaction.
func (st *statement) begin(first money.Currency) error {
	if st.begun {
		return nil
	}
	st.begun = true
	if err := st.complete(first); err != nil {
		return err
	}
	return st.to.Begin(st.s)
}

func (st *statement) end() error {
	if err := st.begin(""); err != nil {
		return err
	}
	if err := st.complete(st.counted.currency); err != nil {
		return err
	}
	if st.s.Account.Key() == "" {
		if err := st.refuse(st.s.Line, "Acct", CodeNoAccount, "the statement does not say of which account"); err != nil {
			return err
		}
	}
	if err := st.prove(); err != nil {
		return err
	}
	return st.to.End(st.s)
}
