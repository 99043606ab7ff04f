package camt_test

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"arrears/domain/fault"
	"arrears/domain/remittance"
	"arrears/domain/remittance/camt"
)

func TestEntriesThatAreRefused(t *testing.T) {
	t.Parallel()
	good := entry("CRDT", "50.00", details(`<Amt Ccy="EUR">50</Amt>`))
	for name, tc := range map[string]struct{ from, to, want string }{
		"no currency":         {`<Amt Ccy="EUR">50.00`, `<Amt>50.00`, "Ntry/Amt unknown_currency"},
		"no such currency":    {`<Amt Ccy="EUR">50.00`, `<Amt Ccy="EUX">50.00`, "Ntry/Amt unknown_currency"},
		"a comma":             {"50.00", "50,00", "Ntry/Amt bad_amount"},
		"a sign":              {"50.00", "-50.00", "Ntry/Amt bad_amount"},
		"a plus":              {"50.00", "+50.00", "Ntry/Amt bad_amount"},
		"grouping":            {"50.00", "1 050.00", "Ntry/Amt bad_amount"},
		"a fraction of cents": {"50.00", "50.001", "Ntry/Amt bad_amount"},
		"an exponent":         {"50.00", "5e1", "Ntry/Amt bad_amount"},
		"too large":           {"50.00", "90000000000000000000", "Ntry/Amt bad_amount"},
		"nothing":             {"50.00", "", "Ntry/Amt bad_amount"},
		"no direction":        {"<CdtDbtInd>CRDT</CdtDbtInd>", "", "Ntry/CdtDbtInd bad_direction"},
		"another direction":   {"CRDT", "C", "Ntry/CdtDbtInd bad_direction"},
		"a status":            {"BOOK", "HELD", "Ntry/Sts unsupported_status"},
		"a booking day":       {"2026-03-02", "2026-02-30", "Ntry/BookgDt bad_date"},
		"a date in words":     {"2026-03-02", "02.03.2026", "Ntry/BookgDt bad_date"},
		"a date and more":     {"2026-03-02", "2026-03-02x", "Ntry/BookgDt bad_date"},
		"a value day":         {"<AcctSvcrRef>", "<ValDt><DtTm>2026-13-02T10:00:00</DtTm></ValDt><AcctSvcrRef>", "Ntry/ValDt bad_date"},
		"two amounts":         {"<AcctSvcrRef>", `<Amt Ccy="EUR">5</Amt><AcctSvcrRef>`, "Ntry/Amt malformed"},
		"an amount in detail": {`<AcctSvcrRef>`, `<AmtDtls><TxAmt><Amt Ccy="EUR">x</Amt></TxAmt></AmtDtls><AcctSvcrRef>`, "Ntry/AmtDtls bad_amount"},
		"details first":       {"<Ntry>", "<Ntry>" + details("<Refs/>"), "Ntry/Amt bad_amount"},
		"a detail's amount":   {`<Amt Ccy="EUR">50</Amt>`, `<Amt Ccy="EUR">5O</Amt>`, "TxDtls/Amt bad_amount"},
		"a detail's side":     {`<Amt Ccy="EUR">50</Amt>`, `<CdtDbtInd>D</CdtDbtInd>`, "TxDtls/CdtDbtInd bad_direction"},
	} {
		text := statement("150", strings.Replace(good, tc.from, tc.to, 1))
		require.NotEqual(t, statement("150", good), text, name)
		c := read(t, strings.NewReader(text))
		require.Equal(t, []string{"refused " + tc.want, "alarm balance balance_differs"}, codes(c), name)
		require.Empty(t, c.Transactions, name)
		require.Len(t, c.Statements, 1, name)
		require.Positive(t, c.Problems[0].Line)
	}
}

func TestARefusedEntryKeepsItsNumber(t *testing.T) {
	t.Parallel()
	c := read(t, strings.NewReader(statement("150", entry("CRDT", "x", "")+entry("CRDT", "50", ""))))
	require.Equal(t, 2, c.Transactions[0].Entry.Number)
}

func TestDatesAsTheyCome(t *testing.T) {
	t.Parallel()
	for _, said := range []string{"<Dt>2026-03-02+01:00</Dt>", "<Dt>2026-03-02Z</Dt>", "<DtTm>2026-03-02T23:59:59-05:00</DtTm>", "2026-03-02"} {
		text := strings.Replace(entry("CRDT", "50", ""), "<Dt>2026-03-02</Dt>", said, 1)
		c := read(t, strings.NewReader(statement("150", text)))
		require.Empty(t, c.Problems, said)
		require.Equal(t, "2026-03-02", c.Transactions[0].Entry.BookedOn.String())
	}
	undated := strings.Replace(entry("CRDT", "50", ""), "<BookgDt><Dt>2026-03-02</Dt></BookgDt>", "", 1)
	c := read(t, strings.NewReader(statement("150", undated)))
	require.Equal(t, "2026-03-02", c.Transactions[0].Entry.BookedOn.String(), "the day of the closing balance")
	c = read(t, strings.NewReader(message("054", "08", "<Ntfctn>"+account+undated+"</Ntfctn>")))
	require.Equal(t, []string{"refused Ntry/BookgDt bad_date"}, codes(c))
}

func TestStatementsThatContradictThemselves(t *testing.T) {
	t.Parallel()
	stmt := func(head, body string) string {
		return message("053", "08", "<Stmt>"+head+balance("OPBD", "100")+balance("CLBD", "140")+body+"</Stmt>")
	}
	both := entry("CRDT", "50", "") + entry("DBIT", "10", "")
	summary := func(all, net string) string {
		return "<TxsSummry><TtlNtries><NbOfNtries>2</NbOfNtries><Sum>" + all + "</Sum><TtlNetNtry><Amt>" + net + "</Amt><CdtDbtInd>CRDT</CdtDbtInd></TtlNetNtry></TtlNtries>" +
			"<TtlCdtNtries><NbOfNtries>1</NbOfNtries><Sum>50.0</Sum></TtlCdtNtries><TtlDbtNtries><NbOfNtries>1</NbOfNtries><Sum>10</Sum></TtlDbtNtries></TxsSummry>"
	}
	pending := strings.Replace(entry("CRDT", "7", ""), "BOOK", "PDNG", 1)
	for name, tc := range map[string]struct {
		text string
		want []string
	}{
		"right totals":        {stmt(account, summary("60", "40")+both), nil},
		"old net":             {stmt(account, "<TxsSummry><TtlNtries><TtlNetNtryAmt>40</TtlNetNtryAmt><CdtDbtInd>CRDT</CdtDbtInd></TtlNtries></TxsSummry>"+both), nil},
		"wrong old net":       {stmt(account, "<TxsSummry><TtlNtries><TtlNetNtryAmt>40</TtlNetNtryAmt><CdtDbtInd>DBIT</CdtDbtInd></TtlNtries></TxsSummry>"+both), []string{"alarm TxsSummry/TtlNtries/TtlNetNtry total_differs"}},
		"wrong sum":           {stmt(account, summary("61", "40")+both), []string{"alarm TxsSummry/TtlNtries/Sum total_differs"}},
		"wrong net":           {stmt(account, summary("60", "41")+both), []string{"alarm TxsSummry/TtlNtries/TtlNetNtry total_differs"}},
		"unreadable sum":      {stmt(account, summary("6O", "40")+both), []string{"refused TxsSummry/TtlNtries/Sum bad_amount"}},
		"unreadable count":    {stmt(account, strings.Replace(summary("60", "40"), ">2<", ">two<", 1)+both), []string{"refused TxsSummry/TtlNtries/NbOfNtries bad_amount"}},
		"wrong count":         {stmt(account, strings.Replace(summary("60", "40"), ">2<", ">3<", 1)+both), []string{"alarm entries count_differs"}},
		"wrong credits":       {stmt(account, strings.Replace(summary("60", "40"), "50.0<", "50.1<", 1)+both), []string{"alarm credits total_differs"}},
		"pending is beside":   {stmt(account, summary("60", "40")+both+pending), nil},
		"pending is counted":  {stmt(account, strings.NewReplacer(">2<", ">3<", "50.0<", "57.0<", "<TtlCdtNtries><NbOfNtries>1", "<TtlCdtNtries><NbOfNtries>2").Replace(summary("67", "47"))+both+pending), nil},
		"neither":             {stmt(account, summary("61", "40")+both+pending), []string{"alarm TxsSummry/TtlNtries/Sum total_differs"}},
		"no account":          {stmt("", both), []string{"refused Acct no_account"}},
		"two openings":        {stmt(account+balance("OPBD", "90"), both), []string{"alarm Bal balance_differs", "alarm balance balance_differs"}},
		"the same opening":    {stmt(account+balance("OPBD", "100.0"), both), nil},
		"interim is nothing":  {stmt(account+balance("ITBD", "90"), both), nil},
		"opening comes first": {stmt(account+balance("PRCD", "90"), both), nil},
		"a balance's amount":  {message("053", "08", "<Stmt>"+account+balance("OPBD", "1,0")+"</Stmt>"), []string{"refused Bal/Amt bad_amount", "warning balance no_balance"}},
		"a balance's day":     {message("053", "08", "<Stmt>"+account+strings.Replace(balance("OPBD", "1"), "03-02", "02-30", 1)+"</Stmt>"), []string{"refused Bal/Dt bad_date", "warning balance no_balance"}},
		"a balance's side":    {message("053", "08", "<Stmt>"+account+strings.Replace(balance("OPBD", "1"), "CRDT", "", 1)+"</Stmt>"), []string{"refused Bal/CdtDbtInd bad_direction", "warning balance no_balance"}},
		"an account's money":  {stmt(strings.Replace(account, "EUR", "EURO", 1), both), []string{"warning Acct/Ccy unknown_currency"}},
		"a copy of no kind":   {stmt("<CpyDplctInd>X</CpyDplctInd>"+account, both), []string{"warning CpyDplctInd unsupported_status"}},
		"a period":            {stmt("<FrToDt><FrDtTm>2026</FrDtTm></FrToDt>"+account, both), []string{"warning FrToDt bad_date"}},
		"another currency":    {message("054", "08", "<Ntfctn>"+account+strings.ReplaceAll(both, "EUR", "USD")+"</Ntfctn>"), []string{"warning Ntry/Amt currency_differs"}},
	} {
		require.Equal(t, tc.want, codes(read(t, strings.NewReader(tc.text))), name)
	}
}

func TestBatchesThatContradictThemselves(t *testing.T) {
	t.Parallel()
	amt := func(s string) string { return "<TxDtls>" + eur("Amt", s) + "</TxDtls>" }
	for name, tc := range map[string]struct {
		batch string
		want  []string
	}{
		"parts":         {amt("20") + amt("20"), []string{"alarm entry parts_differ"}},
		"count":         {"<Btch><NbOfTxs>3</NbOfTxs></Btch>" + amt("20") + amt("30"), []string{"alarm Btch/NbOfTxs count_differs"}},
		"told in one":   {"<Btch><NbOfTxs>3</NbOfTxs></Btch>" + amt("50"), []string{"warning Btch/NbOfTxs count_differs"}},
		"no number":     {"<Btch><NbOfTxs>x</NbOfTxs></Btch>" + amt("50"), []string{"refused Btch/NbOfTxs count_differs"}},
		"total":         {"<Btch>" + eur("TtlAmt", "51") + "</Btch>" + amt("20") + amt("30"), []string{"alarm Btch/TtlAmt total_differs"}},
		"unread total":  {"<Btch>" + eur("TtlAmt", "x") + "</Btch>" + amt("20") + amt("30"), []string{"refused Btch/TtlAmt bad_amount"}},
		"no amounts":    {"<TxDtls/><TxDtls/>", []string{"refused TxDtls/Amt bad_amount", "refused TxDtls/Amt bad_amount", "alarm balance balance_differs"}},
		"one of two":    {amt("50") + "<TxDtls/>", []string{"refused TxDtls/Amt bad_amount"}},
		"other charges": {`<TxDtls><Chrgs><Amt Ccy="USD">1</Amt></Chrgs></TxDtls>`, []string{"warning Chrgs currency_differs"}},
		"unread order":  {`<TxDtls><AmtDtls><InstdAmt><Amt Ccy="USD">x</Amt></InstdAmt></AmtDtls></TxDtls>`, []string{"warning AmtDtls/InstdAmt/Amt bad_amount"}},
	} {
		c := read(t, strings.NewReader(statement("150", entry("CRDT", "50", "<NtryDtls>"+tc.batch+"</NtryDtls>"))))
		require.Equal(t, tc.want, codes(c), name)
	}
}

// What a file adds up beyond any amount is left out, or ends the reading: it must not turn around and fit by chance.
func TestSumsBeyondAnyAmount(t *testing.T) {
	t.Parallel()
	most := eur("Amt", "90000000000000")
	charges := "<Chrgs>" + strings.Repeat("<Rcrd>"+most+"</Rcrd>", 1100) + "</Chrgs>"
	documents := "<RmtInf><Strd>" + document("CINV", "1") + "<RfrdDocAmt>" + strings.Repeat(eur("DuePyblAmt", "90000000000000"), 1100) + "</RfrdDocAmt></Strd></RmtInf>"
	c := read(t, strings.NewReader(statement("150", entry("CRDT", "50", details(charges+documents)))))
	require.Equal(t, []string{"warning Chrgs too_large", "warning RfrdDocAmt too_large"}, codes(c))
	tx := c.Transactions[0]
	require.Zero(t, tx.ChargesMinor)
	require.EqualValues(t, 5000, tx.Minor)
	require.Nil(t, tx.Lines[0].GrossMinor)
	for name, body := range map[string]string{
		"entries": strings.Repeat(entry("CRDT", "90000000000000", ""), 1100),
		"details": entry("CRDT", "90000000000000", "<NtryDtls><Btch>"+eur("TtlAmt", "90000000000000")+"</Btch>"+strings.Repeat("<TxDtls>"+most+"</TxDtls>", 1100)+"</NtryDtls>"),
	} {
		err := camt.Read(strings.NewReader(statement("50", body)), remittance.Check(&remittance.Collector{}))
		require.Equal(t, remittance.CodeTooLarge, fault.CodeOf(err), name)
	}
}

func TestFilesThatCannotBeRead(t *testing.T) {
	t.Parallel()
	good := statement("150", entry("CRDT", "50", ""))
	for name, tc := range map[string]struct{ text, code string }{
		"empty":             {"", remittance.CodeUnknownFormat},
		"text":              {"{1:F01}", remittance.CodeUnknownFormat},
		"another message":   {"<Document><CstmrCdtTrfInitn/></Document>", remittance.CodeUnknownFormat},
		"cut":               {good[:len(good)/2], remittance.CodeTruncated},
		"not closed":        {strings.TrimSuffix(good, "</Document>"), remittance.CodeTruncated},
		"closed wrongly":    {strings.Replace(good, "</Ntry>", "</Entry>", 1), remittance.CodeMalformed},
		"an entity":         {strings.Replace(good, "B1", "&bank;", 1), remittance.CodeMalformed},
		"a document type":   {`<!DOCTYPE d [<!ENTITY bank "x">]>` + good, camt.CodeDoctype},
		"a type within":     {strings.Replace(good, "<Ntry>", `<!DOCTYPE d SYSTEM "file:///etc/passwd"><Ntry>`, 1), camt.CodeDoctype},
		"deep":              {strings.Replace(good, "<Ntry>", strings.Repeat("<a>", 100)+"<Ntry>", 1), remittance.CodeTooLarge},
		"an endless text":   {strings.Replace(good, "B1", strings.Repeat("B", 2<<20), 1), remittance.CodeTooLarge},
		"an endless tag":    {strings.Replace(good, "<Ntry>", "<Ntry a='"+strings.Repeat("b", 2<<20)+"'>", 1), remittance.CodeTooLarge},
		"an endless remark": {strings.Replace(good, "<Ntry>", "<!--"+strings.Repeat("<>", 1<<20)+"--><Ntry>", 1), remittance.CodeTooLarge},
		"another encoding":  {strings.Replace(good, "UTF-8", "EBCDIC", 1), remittance.CodeMalformed},
		"another XML":       {strings.Replace(good, `version="1.0"`, `version="1.1"`, 1), remittance.CodeMalformed},
	} {
		err := camt.Read(strings.NewReader(tc.text), remittance.Check(&remittance.Collector{}))
		require.Equal(t, tc.code, fault.CodeOf(err), name)
	}
}

type full struct {
	remittance.Collector
	at string
}

var errFull = errors.New("full")

func (f *full) say(at string) error {
	if f.at == at {
		return errFull
	}
	return nil
}

func (f *full) Begin(remittance.Statement) error         { return f.say("begin") }
func (f *full) Transaction(remittance.Transaction) error { return f.say("transaction") }
func (f *full) End(remittance.Statement) error           { return f.say("end") }
func (f *full) Problem(remittance.Problem) error         { return f.say("problem") }

func TestErrorsOfOthersComeBackAsTheyAre(t *testing.T) {
	t.Parallel()
	text := statement("150", "<Odd/>"+entry("CRDT", "50", ""))
	for _, at := range []string{"begin", "transaction", "end", "problem"} {
		require.Equal(t, errFull, camt.Read(strings.NewReader(text), &full{at: at}), at)
	}
	for _, n := range []int{0, 10, 700, len(text) - 20} {
		in := io.MultiReader(strings.NewReader(text[:n]), iotest.ErrReader(errFull))
		require.ErrorIs(t, camt.Read(in, &remittance.Collector{}), errFull, n)
	}
}

func TestUnknownElementsAreToldOnce(t *testing.T) {
	t.Parallel()
	c := read(t, strings.NewReader(statement("150", "<Odd/>"+strings.Repeat("<Odd><Ntry/></Odd>", 9)+entry("CRDT", "50", "<Odd2/><NtryDtls><Odd3/><TxDtls><Odd4/><RmtInf><Odd5/></RmtInf></TxDtls></NtryDtls>"))))
	require.Len(t, c.Problems, 5)
	for _, p := range c.Problems {
		require.Equal(t, remittance.CodeUnknownElement, p.Code)
	}
	many := ""
	for i := range 50 {
		many += "<O" + strings.Repeat("x", i) + "/>"
	}
	require.Len(t, read(t, strings.NewReader(statement("100", many))).Problems, 20)
}
