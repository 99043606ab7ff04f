// Package reading reads a long bank statement as a stream, by the product's reader or by a plain loop over the same bytes, and
// tells what that took. Whoever measures memory runs it in a process of its own. The file is made while it is read, so its size
// is bounded by patience alone; its totals hold, and the product has to prove them.
//
// Its program reader and the figures import it.
package reading

import (
	"fmt"
	"io"
	"strings"
)

// Formats are those that are measured, as formats.Read knows them.
func Formats() []string { return []string{"camt", "bai2", "mt940", "csv"} }

// file is a statement of many entries of one amount: a head, entries of one length, and a tail.
type file struct {
	head, entry, tail string
	entries           int64
}

const numberMark = "##########" // stands for the number of the entry

// layouts are the head, one entry and the tail of each format. %d is the number of entries, which are of 1.00 each.
func layouts(format string) (head, entry, tail string, err error) {
	switch format {
	case "camt":
		balance := func(code, amount string) string {
			return `<Bal><Tp><CdOrPrtry><Cd>` + code + `</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">` + amount +
				`</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-03-02</Dt></Dt></Bal>` + "\n"
		}
		return `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-03-02T20:00:00Z</CreDtTm></GrpHdr>
<Stmt><Id>S1</Id><ElctrncSeqNb>1</ElctrncSeqNb><Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Ccy>EUR</Ccy></Acct>
` + balance("OPBD", "0.00") + balance("CLBD", "%d.00"), `<Ntry><Amt Ccy="EUR">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-03-02</Dt></BookgDt><ValDt><Dt>2026-03-02</Dt></ValDt>
<AcctSvcrRef>B##########</AcctSvcrRef><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd><NtryDtls><TxDtls><Refs><EndToEndId>E##########</EndToEndId></Refs>
<RltdPties><Dbtr><Pty><Nm>Northwind Tools Ltd</Nm></Pty></Dbtr><DbtrAcct><Id><IBAN>GB82WEST12345698765432</IBAN></Id></DbtrAcct></RltdPties>
<RmtInf><Ustrd>Invoice INV-##########, thank you</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
`, "</Stmt></BkToCstmrStmt></Document>\n", nil
	case "bai2":
		return "01,121000001,987654321,260302,0600,1,,,2/\n02,987654321,121000001,1,260302,2400,EUR,2/\n03,4440001,,010,0,,,015,%d00,,/\n",
			"16,142,100,Z,B##########,E##########,ORIG CO NAME:NORTHWIND TOOLS ORIG ID:1234567890/\n88,INVOICE INV-##########, THANK YOU/\n", "", nil
	case "mt940":
		return ":20:S1\n:25:DE89370400440532013000\n:28C:1\n:60F:C260301EUR0,\n",
			":61:2603020302C1,NTRFE##########//B##########\n:86:166?00GUTSCHRIFT?20EREF+E##########?21SVWZ+Invoice INV-##########\n?22, thank you" +
				"?30COBADEFFXXX?31DE89370400440532013000?32Northwind Tools Ltd\n", ":62F:C260302EUR%d,\n-\n", nil
	case "csv":
		return "Account number,Date,Description,Credit,Debit,Bank reference\n",
			"4440001,2026-03-02,\"NORTHWIND TOOLS INVOICE INV-##########, THANK YOU\",1.00,,B##########\n", "", nil
	}
	return "", "", "", fmt.Errorf("the format %q is not measured", format)
}

// newFile is a file of a format of about so many bytes.
func newFile(format string, size int64) (file, error) {
	head, entry, tail, err := layouts(format)
	if err != nil {
		return file{}, err
	}
	f := file{head: head, entry: entry, tail: tail, entries: max(size/int64(len(entry)), 1)}
	for _, part := range []*string{&f.head, &f.tail} {
		if strings.Contains(*part, "%d") {
			*part = fmt.Sprintf(*part, f.entries)
		}
	}
	if format == "bai2" { // the control totals: the closing balance and all entries, in minor units
		total, records := 2*100*f.entries, 2*f.entries+2
		f.tail = fmt.Sprintf("49,%d,%d/\n98,%d,1,%d/\n99,%d,1,%d/\n", total, records, total, records+2, total, records+4)
	}
	return f, nil
}

// open gives the bytes.
func (f file) open() io.Reader {
	return io.MultiReader(strings.NewReader(f.head), &entries{text: []byte(f.entry), marks: marks(f.entry), left: f.entries, at: len(f.entry)},
		strings.NewReader(f.tail))
}

// marks are where the number of the entry stands.
func marks(entry string) []int {
	var found []int
	for at := 0; ; at += len(numberMark) {
		i := strings.Index(entry[at:], numberMark)
		if i < 0 {
			return found
		}
		at += i
		found = append(found, at)
	}
}

// entries gives one entry after the other, each with its number.
type entries struct {
	text  []byte
	marks []int
	left  int64
	at    int
	n     int64
}

// Read gives what comes next.
func (e *entries) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		if e.at == len(e.text) {
			if e.left == 0 {
				break
			}
			e.next()
		}
		taken := copy(p[n:], e.text[e.at:])
		n, e.at = n+taken, e.at+taken
	}
	if n == 0 && len(p) > 0 {
		return 0, io.EOF
	}
	return n, nil
}

func (e *entries) next() {
	e.left--
	e.n++
	e.at = 0
	for _, mark := range e.marks {
		for i, rest := len(numberMark)-1, e.n; i >= 0; i, rest = i-1, rest/10 {
			e.text[mark+i] = byte('0' + rest%10)
		}
	}
}
