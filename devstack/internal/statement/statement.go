// Package statement writes small bank statements as a bank would: a camt.053 of one account and day whose totals prove
// themselves. It writes what demonstrations and benchmarks load; it reads nothing, and is no part of the product. Packages of
// this module alone import it.
package statement

import (
	"encoding/xml"
	"fmt"
	"strings"

	"arrears/domain/calendar"
)

// Statement is one day of an account.
type Statement struct {
	Account  string // our IBAN
	Currency string
	On       calendar.Date
	Sequence int   // of the account's statements
	Opening  int64 // in minor units; every currency that is written has two decimals
	Bookings []Booking
}

// Booking is one credit, or one debit when it is negative.
type Booking struct {
	Minor     int64
	Payer     string
	Account   string // IBAN of the payer
	Reference string // the bank's, unique
	EndToEnd  string // empty: none
	Text      string
	Return    string // the code of a return: EndToEnd is that of the payment that comes back
}

// Closing is the balance at the day's end.
func (s Statement) Closing() int64 {
	closing := s.Opening
	for _, b := range s.Bookings {
		closing += b.Minor
	}
	return closing
}

// Bytes is the file.
func (s Statement) Bytes() []byte {
	var text strings.Builder
	fmt.Fprintf(&text, `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><GrpHdr><MsgId>M%d</MsgId><CreDtTm>%sT20:00:00Z</CreDtTm></GrpHdr>
<Stmt><Id>S%d</Id><ElctrncSeqNb>%d</ElctrncSeqNb><CreDtTm>%sT20:00:00Z</CreDtTm><FrToDt><FrDtTm>%sT00:00:00Z</FrDtTm><ToDtTm>%sT23:59:59Z</ToDtTm></FrToDt>
<Acct><Id><IBAN>%s</IBAN></Id><Ccy>%s</Ccy></Acct>
`, s.Sequence, s.On, s.Sequence, s.Sequence, s.On, s.On, s.On, s.Account, s.Currency)
	s.balance(&text, "OPBD", s.Opening)
	s.balance(&text, "CLBD", s.Closing())
	for _, b := range s.Bookings {
		s.entry(&text, b)
	}
	text.WriteString("</Stmt></BkToCstmrStmt></Document>\n")
	return []byte(text.String())
}

func (s Statement) balance(text *strings.Builder, code string, minor int64) {
	mark, amount := signed(minor)
	fmt.Fprintf(text, `<Bal><Tp><CdOrPrtry><Cd>%s</Cd></CdOrPrtry></Tp><Amt Ccy="%s">%s</Amt><CdtDbtInd>%s</CdtDbtInd><Dt><Dt>%s</Dt></Dt></Bal>
`, code, s.Currency, amount, mark, s.On)
}

func (s Statement) entry(text *strings.Builder, b Booking) {
	mark, amount := signed(b.Minor)
	party, id, back := "Dbtr", "NOTPROVIDED", ""
	if b.Minor < 0 {
		party = "Cdtr"
	}
	if b.EndToEnd != "" {
		id = b.EndToEnd
	}
	if b.Return != "" {
		back = "<RtrInf><Rsn><Cd>" + escaped(b.Return) + "</Cd></Rsn></RtrInf>"
	}
	fmt.Fprintf(text, `<Ntry><Amt Ccy="%s">%s</Amt><CdtDbtInd>%s</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>%s</Dt></BookgDt><ValDt><Dt>%s</Dt></ValDt>
<AcctSvcrRef>%s</AcctSvcrRef><NtryDtls><TxDtls><Refs><EndToEndId>%s</EndToEndId></Refs>
<RltdPties><%s><Pty><Nm>%s</Nm></Pty></%s><%sAcct><Id><IBAN>%s</IBAN></Id></%sAcct></RltdPties>
<RmtInf><Ustrd>%s</Ustrd></RmtInf>%s</TxDtls></NtryDtls></Ntry>
`, s.Currency, amount, mark, s.On, s.On, escaped(b.Reference), escaped(id), party, escaped(b.Payer), party, party, b.Account, party,
		escaped(b.Text), back)
}

func signed(minor int64) (mark, amount string) {
	mark = "CRDT"
	if minor < 0 {
		mark, minor = "DBIT", -minor
	}
	return mark, fmt.Sprintf("%d.%02d", minor/100, minor%100)
}

func escaped(s string) string {
	var text strings.Builder
	_ = xml.EscapeText(&text, []byte(s)) // a builder takes everything
	return text.String()
}

// IBAN makes an account number of the given country and number whose check digits are right.
func IBAN(country string, number int64) string {
	account := fmt.Sprintf("%018d", number)
	rest := int64(0)
	for _, r := range account + country + "00" {
		switch {
		case r >= 'A':
			rest = (rest*100 + int64(r-'A'+10)) % 97
		default:
			rest = (rest*10 + int64(r-'0')) % 97
		}
	}
	return fmt.Sprintf("%s%02d%s", country, 98-rest, account)
}
