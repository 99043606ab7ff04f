package camt_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"

	"arrears/domain/calendar"
	"arrears/domain/remittance"
)

func minor(n int64) *int64 { return &n }

func document(code, number string) string {
	return "<RfrdDocInf><Tp><CdOrPrtry><Cd>" + code + "</Cd></CdOrPrtry></Tp><Nb>" + number + "</Nb><RltdDt>2026-02-01</RltdDt></RfrdDocInf>"
}

func eur(name, amount string) string { return "<" + name + ` Ccy="EUR">` + amount + "</" + name + ">" }

func TestStructuredRemittance(t *testing.T) {
	t.Parallel()
	on := calendar.MustDate("2026-02-01")
	amounts := func(inner ...string) string { return "<RfrdDocAmt>" + strings.Join(inner, "") + "</RfrdDocAmt>" }
	for name, tc := range map[string]struct {
		strd string
		want []remittance.Line
	}{
		"an invoice before version 04": {
			document("CINV", "INV-7") + amounts(eur("DuePyblAmt", "100"), eur("DscntApldAmt", "2"), eur("RmtdAmt", "98")),
			[]remittance.Line{{Kind: remittance.LineInvoice, Number: "INV-7", On: on, GrossMinor: minor(10000), DiscountMinor: minor(200), PaidMinor: minor(9800)}},
		},
		"an invoice since": {
			document("CINV", "INV-7") + amounts(eur("DuePyblAmt", "100"), "<DscntApldAmt><Tp><Cd>APDS</Cd></Tp>"+eur("Amt", "1.5")+"</DscntApldAmt>",
				"<DscntApldAmt>"+eur("Amt", ".5")+"</DscntApldAmt>", "<TaxAmt>"+eur("Amt", "19")+"</TaxAmt>", eur("RmtdAmt", "98")),
			[]remittance.Line{{Kind: remittance.LineInvoice, Number: "INV-7", On: on, GrossMinor: minor(10000), DiscountMinor: minor(200), PaidMinor: minor(9800)}},
		},
		"amounts by type": {
			"<RfrdDocInf><Nb>8</Nb><RltdDt><Tp><Cd>INDA</Cd></Tp><Dt>2026-02-01</Dt></RltdDt></RfrdDocInf>" +
				amounts("<RmtAmtAndTp><Tp><Cd>DUPA</Cd></Tp>"+eur("Amt", "100")+"</RmtAmtAndTp><RmtAmtAndTp><Tp><Prtry>X</Prtry></Tp>"+eur("Amt", "7")+"</RmtAmtAndTp>"),
			[]remittance.Line{{Kind: remittance.LineUnknown, Number: "8", On: on, GrossMinor: minor(10000)}},
		},
		"a credit note": {
			document("CREN", "CN-1") + amounts(eur("CdtNoteAmt", "10")),
			[]remittance.Line{{Kind: remittance.LineCreditNote, Number: "CN-1", On: on, GrossMinor: minor(-1000), PaidMinor: minor(-1000)}},
		},
		"a credit note that is remitted": {
			document("CREN", "CN-1") + amounts(eur("RmtdAmt", "10")),
			[]remittance.Line{{Kind: remittance.LineCreditNote, Number: "CN-1", On: on, PaidMinor: minor(-1000)}},
		},
		"adjustments, each with its reason": {
			document("CINV", "INV-8") + amounts("<AdjstmntAmtAndRsn>"+eur("Amt", "5")+"<CdtDbtInd>DBIT</CdtDbtInd><Rsn>DAMG</Rsn><AddtlInf>two boxes</AddtlInf></AdjstmntAmtAndRsn>",
				"<AdjstmntAmtAndRsn>"+eur("Amt", "1")+"<CdtDbtInd>CRDT</CdtDbtInd><Rsn>FRGT</Rsn></AdjstmntAmtAndRsn>", eur("RmtdAmt", "95")),
			[]remittance.Line{
				{Kind: remittance.LineInvoice, Number: "INV-8", On: on, AdjustMinor: minor(-500), Reason: "DAMG", Words: "two boxes", PaidMinor: minor(9500)},
				{Kind: remittance.LineAdjustment, Number: "INV-8", AdjustMinor: minor(100), Reason: "FRGT"},
			},
		},
		"a credit note within an invoice": {
			document("CINV", "INV-9") + amounts(eur("CdtNoteAmt", "3")),
			[]remittance.Line{{Kind: remittance.LineInvoice, Number: "INV-9", On: on, AdjustMinor: minor(-300)}},
		},
		"a claim, and an order": {
			document("DEBN", "CLM-1") + document("PUOR", "PO-1"),
			[]remittance.Line{
				{Kind: remittance.LineClaim, Number: "CLM-1", Claim: "CLM-1", On: on},
				{Kind: remittance.LineOrder, Number: "PO-1", Order: "PO-1", On: on},
			},
		},
		"a creditor's reference": {
			"<CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry></Tp><Ref>RF18539007547034</Ref></CdtrRefInf><AddtlRmtInf>thanks</AddtlRmtInf>",
			[]remittance.Line{{Kind: remittance.LineUnknown, Number: "RF18539007547034", Words: "thanks"}},
		},
		"a Swiss reference with an amount": {
			"<CdtrRefInf><Tp><CdOrPrtry><Prtry>QRR</Prtry></CdOrPrtry></Tp><Ref>210000000003139471430009017</Ref></CdtrRefInf>" + amounts(eur("RmtdAmt", "50")),
			[]remittance.Line{{Kind: remittance.LineUnknown, Number: "210000000003139471430009017", PaidMinor: minor(5000)}},
		},
		"a reference beside a document": {
			"<CdtrRefInf><Ref>RF18539007547034</Ref></CdtrRefInf><Invcee><Nm>Northwind Retail</Nm></Invcee>" + document("MSIN", "5"),
			[]remittance.Line{{Kind: remittance.LineInvoice, Number: "5", On: on, Words: "RF18539007547034", Customer: "Northwind Retail"}},
		},
		"nothing": {"<RfrdDocAmt/>", nil},
	} {
		tx := one(t, details("<RmtInf><Strd>"+tc.strd+"</Strd></RmtInf>"))
		require.Empty(t, cmp.Diff(tc.want, tx.Lines, cmpopts.IgnoreFields(remittance.Line{}, "Line")), name)
	}
}

func TestWords(t *testing.T) {
	t.Parallel()
	tx := one(t, details("<RmtInf><Ustrd>Rg.\n  4711 &amp; 4712</Ustrd><Ustrd/><Ustrd><![CDATA[EREF+X]]></Ustrd></RmtInf><AddtlTxInf>more</AddtlTxInf>"))
	require.Equal(t, []string{"Rg. 4711 & 4712", "EREF+X", "more"}, tx.Text)
}

func TestLinesThatAreNotClear(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		strd, code string
	}{
		"shared amount":    {document("CINV", "1") + document("CINV", "2") + "<RfrdDocAmt>" + eur("RmtdAmt", "50") + "</RfrdDocAmt>", "shared_amount"},
		"another currency": {document("CINV", "1") + `<RfrdDocAmt><RmtdAmt Ccy="USD">50</RmtdAmt></RfrdDocAmt>`, "currency_differs"},
		"two currencies":   {document("CINV", "1") + `<RfrdDocAmt><DuePyblAmt Ccy="USD">50</DuePyblAmt>` + eur("RmtdAmt", "50") + `</RfrdDocAmt>`, "currency_differs"},
		"bad amount":       {document("CINV", "1") + "<RfrdDocAmt>" + eur("RmtdAmt", "5,0") + "</RfrdDocAmt>", "bad_amount"},
		"bad date":         {strings.Replace(document("CINV", "1"), "02-01", "02-30", 1), "bad_date"},
	} {
		c := read(t, strings.NewReader(statement("150", entry("CRDT", "50", details("<RmtInf><Strd>"+tc.strd+"</Strd></RmtInf>")))))
		require.Len(t, c.Problems, 1, name)
		require.Equal(t, remittance.Warning, c.Problems[0].Severity, name)
		require.Equal(t, "remittance."+tc.code, c.Problems[0].Code, name)
		require.NotEmpty(t, c.Transactions[0].Lines)
		require.Nil(t, c.Transactions[0].Lines[0].PaidMinor, name)
		require.Equal(t, "1", c.Transactions[0].Lines[0].Number)
	}
}

func TestTooMuchRemittance(t *testing.T) {
	t.Parallel()
	many := strings.Repeat("<Strd>"+document("CINV", "1")+"</Strd>", remittance.MaxLines+2) + strings.Repeat("<Ustrd>x</Ustrd>", remittance.MaxTexts+2)
	c := read(t, strings.NewReader(statement("150", entry("CRDT", "50", details("<RmtInf>"+many+"</RmtInf>")))))
	require.Equal(t, []string{"refused RmtInf/Strd too_large"}, codes(c))
	require.Len(t, c.Transactions[0].Lines, remittance.MaxLines)
	require.Len(t, c.Transactions[0].Text, remittance.MaxTexts)
	c = read(t, strings.NewReader(statement("150", entry("CRDT", "50", details("<RmtInf><Strd>"+strings.Repeat("<X/>", 5000)+"</Strd></RmtInf>")))))
	require.Equal(t, []string{"refused Strd too_large"}, codes(c))
}
