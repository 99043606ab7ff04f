package camt_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"arrears/domain/remittance"
	"arrears/domain/remittance/camt"
)

// plain is a file with much in it, in line feeds and UTF-8.
func plain() string {
	return statement("190", entry("CRDT", "50", details("<RmtInf><Ustrd>Überweisung für Möbel\nund mehr</Ustrd></RmtInf>"))+
		entry("CRDT", "40", "<NtryDtls><TxDtls>"+eur("Amt", "15")+"</TxDtls>\n\n<TxDtls>"+eur("Amt", "25")+"<RmtInf><Strd>"+document("CINV", "7")+"</Strd></RmtInf></TxDtls></NtryDtls>")+
		entry("CRDT", "x", ""))
}

func TestTheDressOfAFileMeansNothing(t *testing.T) {
	t.Parallel()
	text := plain()
	want := read(t, strings.NewReader(text))
	require.Len(t, want.Transactions, 3)
	require.Len(t, want.Problems, 1)
	utf16 := func(e unicode.Endianness, b unicode.BOMPolicy) string {
		s, err := unicode.UTF16(e, b).NewEncoder().String(strings.Replace(text, "UTF-8", "UTF-16", 1))
		require.NoError(t, err)
		return s
	}
	narrow := func(c *charmap.Charmap, name string) string {
		s, err := c.NewEncoder().String(strings.Replace(text, "UTF-8", name, 1))
		require.NoError(t, err)
		return s
	}
	for name, dressed := range map[string]string{
		"CRLF":         strings.ReplaceAll(text, "\n", "\r\n"),
		"CR":           strings.ReplaceAll(text, "\n", "\r"),
		"BOM":          "\xEF\xBB\xBF" + text,
		"UTF-16LE":     utf16(unicode.LittleEndian, unicode.UseBOM),
		"UTF-16BE":     utf16(unicode.BigEndian, unicode.UseBOM),
		"no BOM, LE":   utf16(unicode.LittleEndian, unicode.IgnoreBOM),
		"no BOM, BE":   utf16(unicode.BigEndian, unicode.IgnoreBOM),
		"ISO-8859-1":   narrow(charmap.ISO8859_1, "ISO-8859-1"),
		"ISO-8859-15":  narrow(charmap.ISO8859_15, "iso-8859-15"),
		"Windows-1252": narrow(charmap.Windows1252, "windows-1252"),
		"undeclared":   strings.Replace(text, ` encoding="UTF-8"`, "", 1),
		"wrongly so":   strings.Replace(text, "UTF-8", "UTF-16", 1),
		"remarks":      strings.ReplaceAll(text, "<Amt ", "<!-- - --><?bank x?><Amt "),
	} {
		require.Empty(t, cmp.Diff(want, read(t, strings.NewReader(dressed))), name)
		require.Empty(t, cmp.Diff(want, read(t, iotest.OneByteReader(strings.NewReader(dressed)))), name)
	}
	lines := cmp.Options{cmpopts.IgnoreFields(remittance.Statement{}, "Line"), cmpopts.IgnoreFields(remittance.Transaction{}, "Line"),
		cmpopts.IgnoreFields(remittance.Line{}, "Line"), cmpopts.IgnoreFields(remittance.Problem{}, "Line")}
	require.Empty(t, cmp.Diff(want, read(t, strings.NewReader(strings.ReplaceAll(text, "\n", " "))), lines), "one line")
}

func TestBytesOutsideTheEncodingAreTold(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"not UTF-8":  strings.ReplaceAll(statement("150", entry("CRDT", "50", "<AddtlNtryInf>M\xF6bel \xFC</AddtlNtryInf>")), "X", ""),
		"a control":  statement("150", entry("CRDT", "50", "<AddtlNtryInf>M\x01bel \x02</AddtlNtryInf>")),
		"not CP1252": strings.Replace(statement("150", entry("CRDT", "50", "<AddtlNtryInf>M\x81bel</AddtlNtryInf>")), "UTF-8", "windows-1252", 1),
	} {
		c := read(t, strings.NewReader(text))
		require.Equal(t, []string{"warning xml text_replaced"}, codes(c), name)
		require.Contains(t, c.Transactions[0].Entry.Text, "M bel", name)
	}
}

// Every byte sequence is read or refused: amounts stay in bounds, and reading byte by byte changes nothing.
func FuzzRead(f *testing.F) {
	f.Add([]byte(plain()))
	f.Add([]byte(message("054", "02", "<Ntfctn>"+account+entry("DBIT", "50", details("<RtrInf/>"))+"</Ntfctn>")))
	f.Add([]byte(message("052", "13", "<Rpt><TxsSummry><TtlNtries><Sum>1</Sum></TtlNtries></TxsSummry></Rpt>")))
	f.Add([]byte("\xFF\xFE<\x00?\x00"))
	f.Add([]byte("<!DOCTYPE a>"))
	samples, err := filepath.Glob("testdata/*.xml")
	require.NoError(f, err)
	for _, name := range samples {
		text, err := os.ReadFile(name)
		require.NoError(f, err)
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var one, other remittance.Collector
		err := camt.Read(bytes.NewReader(text), remittance.Check(&one))
		again := camt.Read(iotest.OneByteReader(bytes.NewReader(text)), remittance.Check(&other))
		require.Equal(t, err == nil, again == nil)
		require.Empty(t, cmp.Diff(one, other))
		for _, tx := range one.Transactions {
			require.GreaterOrEqual(t, tx.Minor, int64(0))
			require.True(t, tx.Currency.Valid())
			require.True(t, tx.Entry.Currency.Valid())
			require.NotEmpty(t, tx.Entry.State)
		}
	})
}
