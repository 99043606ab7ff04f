package camt_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/domain/remittance"
)

func TestVersions(t *testing.T) {
	t.Parallel()
	body := "<%[1]s><Id>1</Id>" + account + entry("CRDT", "50", "") + "</%[1]s>"
	for version, want := range map[string][]string{"02": nil, "04": nil, "08": nil, "13": nil, "14": {"warning xmlns namespace"}, "01": {"warning xmlns namespace"}} {
		for kind, item := range map[string]string{"052": "Rpt", "054": "Ntfctn"} {
			c := read(t, strings.NewReader(message(kind, version, fmt.Sprintf(body, item))))
			require.Equal(t, want, codes(c), version)
			require.Equal(t, "camt."+kind+".001."+version, c.Statements[0].Format)
			require.Len(t, c.Transactions, 1)
		}
	}
	text := message("052", "08", fmt.Sprintf(body, "Rpt"))
	for from, format := range map[string]string{
		"urn:iso:std:iso:20022:tech:xsd:camt.052.001.08": "camt.052",
		"camt.052.001.08": "camt.052",
		"camt.052.":       "camt.052",
	} {
		c := read(t, strings.NewReader(strings.Replace(text, from, "camt.053.001.x", 1)))
		require.Equal(t, []string{"warning xmlns namespace"}, codes(c))
		require.Equal(t, format, c.Statements[0].Format)
		require.Equal(t, remittance.Intraday, c.Statements[0].Kind)
	}
	prefixed := regexp.MustCompile(`<(/?)(\w)`).ReplaceAllString(message("052", "08", "<Rpt><Id>1</Id></Rpt>"), "<${1}n:$2")
	c := read(t, strings.NewReader(strings.Replace(prefixed, "xmlns=", "xmlns:n=", 1)))
	require.Equal(t, []string{"refused Acct no_account"}, codes(c), "prefixes mean nothing")
}

func TestEnvelopesAndSeveralMessages(t *testing.T) {
	t.Parallel()
	text := statement("150", entry("CRDT", "50", ""))
	_, text, _ = strings.Cut(text, "?>")
	c := read(t, strings.NewReader("<BizMsg><AppHdr><Fr/></AppHdr>"+text+"</BizMsg>\n<?xml version=\"1.0\" encoding=\"utf-8\"?>"+text))
	require.Empty(t, c.Problems)
	require.Len(t, c.Statements, 2)
}

func TestAMessageWithoutStatements(t *testing.T) {
	t.Parallel()
	_, second, _ := strings.Cut(message("052", "08", ""), "?>")
	c := read(t, strings.NewReader(statement("150", entry("CRDT", "50", ""))+second))
	require.Equal(t, []string{"refused Rpt no_statement"}, codes(c), "the other message is read")
	require.Len(t, c.Statements, 1)
}

func TestStates(t *testing.T) {
	t.Parallel()
	for said, want := range map[string]remittance.Booking{
		"BOOK": remittance.Booked, "PDNG": remittance.Pending, "INFO": remittance.Info,
		"<Cd>FUTR</Cd>": remittance.Pending, "<Cd>INFO</Cd>": remittance.Info, "<Prtry>BOOK</Prtry>": remittance.Booked,
	} {
		text := strings.Replace(entry("CRDT", "50", ""), "<Cd>BOOK</Cd>", said, 1)
		c := read(t, strings.NewReader(message("052", "08", "<Rpt>"+account+text+"</Rpt>")))
		require.Empty(t, c.Problems, said)
		require.Equal(t, want, c.Transactions[0].Entry.State)
	}
}

func TestAnEntryWithoutDetails(t *testing.T) {
	t.Parallel()
	tx := one(t, "<AddtlNtryInf>Gutschrift  4711</AddtlNtryInf>")
	require.Zero(t, tx.Part)
	require.Equal(t, "B1", tx.Reference)
	require.Equal(t, "Gutschrift 4711", tx.Entry.Text)
	require.Equal(t, tx.Entry.BookedOn, tx.Entry.ValueOn)
	require.Equal(t, "PMNT/RCDT/ESCT", tx.Entry.Code)
	require.EqualValues(t, 5, tx.Line, "where the entry starts")
}

func TestABatchIsToldApart(t *testing.T) {
	t.Parallel()
	c := read(t, strings.NewReader(statement("150", entry("CRDT", "50", "<NtryDtls><Btch><NbOfTxs>2</NbOfTxs><TtlAmt Ccy=\"EUR\">50.000</TtlAmt></Btch>"+
		"<TxDtls><Amt Ccy=\"EUR\">60</Amt></TxDtls><TxDtls><Amt Ccy=\"EUR\">10</Amt><CdtDbtInd>DBIT</CdtDbtInd></TxDtls></NtryDtls>"))))
	require.Empty(t, c.Problems)
	require.Len(t, c.Transactions, 2)
	require.False(t, c.Transactions[1].Credit)
	batched := one(t, "<NtryDtls><Btch><NbOfTxs>25</NbOfTxs></Btch></NtryDtls>")
	require.Equal(t, 25, batched.Entry.Parts)
	require.Zero(t, batched.Part)
}

func TestAmountsOfDetails(t *testing.T) {
	t.Parallel()
	amounts := func(inner string) string { return "<AmtDtls>" + inner + "</AmtDtls>" }
	for name, tc := range map[string]struct {
		detail            string
		minor, instructed int64
		charges           int64
	}{
		"none":                       {"<Refs/>", 5000, 0, 0},
		"its own":                    {`<Amt Ccy="EUR">50.00000</Amt>`, 5000, 0, 0},
		"of the transaction":         {amounts(`<TxAmt><Amt Ccy="EUR">50</Amt></TxAmt>`), 5000, 0, 0},
		"ordered in another":         {amounts(`<InstdAmt><Amt Ccy="USD">55.1</Amt></InstdAmt><TxAmt><Amt Ccy="EUR">50</Amt></TxAmt>`), 5000, 5510, 0},
		"own in another, at a rate":  {`<Amt Ccy="USD">55.1</Amt>` + amounts(`<CntrValAmt><Amt Ccy="EUR">50</Amt></CntrValAmt>`), 5000, 5510, 0},
		"own in another, at no rate": {`<Amt Ccy="USD">55.1</Amt>`, 5000, 5510, 0},
		"before charges":             {`<Amt Ccy="EUR">52</Amt><Chrgs><Rcrd><Amt Ccy="EUR">2</Amt></Rcrd></Chrgs>`, 5000, 0, 200},
		"ordered more":               {amounts(`<InstdAmt><Amt Ccy="EUR">52.5</Amt></InstdAmt>`), 5000, 0, 250},
		"old charges":                {`<Chrgs><Amt Ccy="EUR">1</Amt></Chrgs><Chrgs><Amt Ccy="EUR">.5</Amt></Chrgs>`, 5000, 0, 150},
		"charges in all":             {`<Chrgs><TtlChrgsAndTaxAmt Ccy="EUR">1.5</TtlChrgsAndTaxAmt></Chrgs>`, 5000, 0, 150},
		"charges booked apart":       {`<Chrgs><Rcrd><Amt Ccy="EUR">2</Amt><ChrgInclInd>false</ChrgInclInd></Rcrd></Chrgs>`, 5000, 0, 0},
	} {
		tx := one(t, details(tc.detail))
		require.Equal(t, []int64{tc.minor, tc.instructed, tc.charges}, []int64{tx.Minor, tx.InstructedMinor, tx.ChargesMinor}, name)
		require.EqualValues(t, "EUR", tx.Currency, name)
	}
	old := one(t, details(amounts(`<InstdAmt><Amt Ccy="EUR">30</Amt></InstdAmt>`))) // of one, the entry counts
	require.EqualValues(t, 5000, old.Minor)
	c := read(t, strings.NewReader(statement("150", entry("CRDT", "50", details(amounts(`<InstdAmt><Amt Ccy="EUR">30</Amt></InstdAmt>`), amounts(`<InstdAmt><Amt Ccy="EUR">20</Amt></InstdAmt>`))))))
	require.Empty(t, c.Problems)
	require.EqualValues(t, 3000, c.Transactions[0].Minor)
	rate := one(t, `<AmtDtls><InstdAmt><Amt Ccy="USD">55</Amt><CcyXchg><SrcCcy>USD</SrcCcy><XchgRate>1.1</XchgRate></CcyXchg></InstdAmt></AmtDtls>`)
	require.Equal(t, "1.1", rate.Rate)
	require.EqualValues(t, "USD", rate.InstructedCurrency)
}

func TestReferences(t *testing.T) {
	t.Parallel()
	tx := one(t, details("<Refs><EndToEndId>NOTPROVIDED</EndToEndId><TxId>T9</TxId><InstrId>I9</InstrId><ChqNb>000123</ChqNb><MndtId>MD1</MndtId></Refs>"))
	require.Empty(t, tx.EndToEnd)
	require.Equal(t, []string{"T9", "000123", "MD1"}, []string{tx.Reference, tx.Cheque, tx.Mandate})
	require.Equal(t, "I9", one(t, details("<Refs><InstrId>I9</InstrId></Refs>")).Reference)
	require.Equal(t, "U9", one(t, details("<Refs><UETR>U9</UETR><InstrId>I9</InstrId></Refs>")).Reference)
}

func TestParties(t *testing.T) {
	t.Parallel()
	const accounts = "<DbtrAcct><Id><IBAN>fr14 2004 1010 0505 0001 3M02 606</IBAN></Id><Nm>Konto</Nm></DbtrAcct>"
	old := one(t, details("<RltdAgts><DbtrAgt><FinInstnId><ClrSysMmbId><MmbId>20041</MmbId></ClrSysMmbId></FinInstnId></DbtrAgt></RltdAgts>"+
		"<RltdPties><Dbtr><Nm>Northwind Tools Ltd</Nm><Id><OrgId><BICOrBEI>NWTLFRPP</BICOrBEI></OrgId></Id></Dbtr>"+accounts+
		"<UltmtDbtr><Nm>Northwind Retail</Nm></UltmtDbtr><Cdtr><Nm>Us</Nm></Cdtr></RltdPties>"))
	require.Equal(t, remittance.Party{Name: "Northwind Tools Ltd", ID: "NWTLFRPP",
		Account: remittance.Account{IBAN: "FR1420041010050500013M02606", Name: "Konto", Bank: "20041"}}, old.Payer)
	require.Equal(t, "Northwind Retail", old.UltimatePayer.Name)
	now := one(t, details("<RltdPties><Dbtr><Pty><Nm>Northwind Tools Ltd</Nm><Id><PrvtId><Othr><Id>77</Id></Othr></PrvtId></Id></Pty></Dbtr></RltdPties>"))
	require.Equal(t, remittance.Party{Name: "Northwind Tools Ltd", ID: "77"}, now.Payer)
	agent := one(t, details("<RltdPties><Dbtr><Agt><FinInstnId><BICFI>NWTBFRPP</BICFI><Nm>Northwind Bank</Nm></FinInstnId></Agt></Dbtr></RltdPties>"))
	require.Equal(t, remittance.Party{Name: "Northwind Bank", ID: "NWTBFRPP"}, agent.Payer)
	long := one(t, details("<RltdPties><DbtrAcct><Id><IBAN>"+strings.Repeat("9", 40)+"</IBAN></Id></DbtrAcct></RltdPties>"))
	require.Empty(t, long.Payer.Account.IBAN)
	require.Len(t, long.Payer.Account.Other, 40)
}

func TestReturns(t *testing.T) {
	t.Parallel()
	both := "<RltdPties><Dbtr><Nm>Northwind Tools Ltd</Nm></Dbtr><Cdtr><Nm>Us</Nm></Cdtr><CdtrAcct><Id><IBAN>DE89370400440532013000</IBAN></Id></CdtrAcct></RltdPties>"
	reason := "<RtrInf><OrgnlBkTxCd><Prtry><Cd>1</Cd></Prtry></OrgnlBkTxCd><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>closed</AddtlInf><AddtlInf>account</AddtlInf></RtrInf>"
	c := read(t, strings.NewReader(statement("50", entry("DBIT", "50", details(
		"<Refs><EndToEndId>E1</EndToEndId><TxId>T1</TxId></Refs><AmtDtls><InstdAmt><Amt Ccy=\"EUR\">47</Amt></InstdAmt></AmtDtls>"+both+reason)))))
	require.Empty(t, c.Problems)
	tx := c.Transactions[0]
	require.Equal(t, &remittance.Return{Code: "AC04", Text: "closed account", EndToEnd: "E1", Reference: "T1", Minor: 4700}, tx.Return)
	require.Equal(t, "Northwind Tools Ltd", tx.Payer.Name)

	c = read(t, strings.NewReader(statement("50", entry("DBIT", "50", "<RvslInd>true</RvslInd>"))))
	require.Equal(t, &remittance.Return{}, c.Transactions[0].Return)
	require.True(t, c.Transactions[0].Entry.Reversal)

	for _, code := range []string{"RRTN", "UPDD", "PRDD", "UPCQ", "UPCT", "UPTC", "CQRV", "RPCR", "ARET", "AREV"} {
		unpaid := strings.Replace(entry("DBIT", "50", ""), "ESCT", code, 1)
		c = read(t, strings.NewReader(statement("50", unpaid)))
		require.NotNil(t, c.Transactions[0].Return, "the bank's code says so: %s", code)
	}
	own := entry("DBIT", "50", "")
	from, to := strings.Index(own, "<Domn>"), strings.Index(own, "</BkTxCd>")
	c = read(t, strings.NewReader(statement("50", own[:from]+"<Prtry><Cd>NRTI+109+00931</Cd></Prtry>"+own[to:])))
	require.Equal(t, "NRTI+109+00931", c.Transactions[0].Entry.Code)
	require.NotNil(t, c.Transactions[0].Return, "the bank's own code says so")

	ours := one(t, details("<RltdPties><Dbtr><Nm>Us</Nm></Dbtr><DbtrAcct><Id><IBAN>DE89370400440532013000</IBAN></Id></DbtrAcct><Cdtr><Nm>A Supplier</Nm></Cdtr></RltdPties>"+reason))
	require.Equal(t, "A Supplier", ours.Payer.Name, "what we paid comes back")
}
