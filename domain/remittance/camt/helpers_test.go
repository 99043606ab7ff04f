package camt_test

import (
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/domain/remittance"
	"arrears/domain/remittance/camt"
	"arrears/domain/remittance/internal/rtest"
)

// read reads a file that can be read to its end, with its control totals proven.
func read(t testing.TB, in io.Reader) *remittance.Collector {
	t.Helper()
	var c remittance.Collector
	require.NoError(t, camt.Read(in, remittance.Check(&c)))
	return &c
}

// message wraps statements as a version of a message has them.
func message(kind, version, body string) string {
	element := map[string]string{"052": "BkToCstmrAcctRpt", "053": "BkToCstmrStmt", "054": "BkToCstmrDbtCdtNtfctn"}[kind]
	return fmt.Sprintf(`<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.%s.001.%s"><%s><GrpHdr><MsgId>M1</MsgId></GrpHdr>
%s
</%s></Document>`, kind, version, element, body, element)
}

const account = `<Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Ccy>EUR</Ccy></Acct>`

func balance(kind, amount string) string {
	return fmt.Sprintf("<Bal><Tp><CdOrPrtry><Cd>%s</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">%s</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-03-02</Dt></Dt></Bal>\n", kind, amount)
}

// statement is an end-of-day statement from 100 to closing.
func statement(closing, body string) string {
	return message("053", "08", "<Stmt><Id>S1</Id>"+account+balance("OPBD", "100")+balance("CLBD", closing)+body+"</Stmt>")
}

// entry is a booked entry of an amount in EUR.
func entry(direction, amount, body string) string {
	return fmt.Sprintf(`<Ntry><Amt Ccy="EUR">%s</Amt><CdtDbtInd>%s</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-03-02</Dt></BookgDt>
<AcctSvcrRef>B1</AcctSvcrRef><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>%s</Ntry>`, amount, direction, body)
}

// details wraps details of one batch.
func details(list ...string) string {
	return "<NtryDtls><TxDtls>" + strings.Join(list, "</TxDtls>\n<TxDtls>") + "</TxDtls></NtryDtls>"
}

// one reads a statement with one credit of 50 and gives its only transaction.
func one(t *testing.T, body string) remittance.Transaction {
	t.Helper()
	c := read(t, strings.NewReader(statement("150", entry("CRDT", "50.00", body))))
	require.Empty(t, c.Problems)
	require.Len(t, c.Transactions, 1)
	return c.Transactions[0]
}

// codes lists problems as "severity field code".
func codes(c *remittance.Collector) []string { return rtest.Codes(c.Problems) }
