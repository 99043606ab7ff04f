package intake_test

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"arrears/domain/fault"
	"arrears/domain/intake"
)

// lines shows which line each record begins on and what became of its number.
type seen struct {
	line   int64
	number string
	code   string
}

func look(records []intake.Record) []seen {
	var all []seen
	for _, r := range records {
		s := seen{line: r.Line}
		if r.Row != nil {
			s.number = r.Row.Number
		}
		if p, refused := r.Refused(); refused {
			s.code = strings.TrimPrefix(p.Code, "intake.")
		}
		all = append(all, s)
	}
	return all
}

const tail = ",C1,2026-01-10,2026-02-09,EUR,100.00"

func TestCSVReadsWhatRFC4180Allows(t *testing.T) {
	t.Parallel()
	header := "number,customer_number,invoice_date,due_date,currency,amount"
	cases := []struct {
		name, text string
		want       []seen
	}{
		{"LF", header + "\nA" + tail + "\nB" + tail + "\n", []seen{{2, "A", ""}, {3, "B", ""}}},
		{"CRLF", header + "\r\nA" + tail + "\r\nB" + tail + "\r\n", []seen{{2, "A", ""}, {3, "B", ""}}},
		{"no last line end", header + "\nA" + tail, []seen{{2, "A", ""}}},
		{"byte order mark", "\xef\xbb\xbf" + header + "\nA" + tail, []seen{{2, "A", ""}}},
		{"empty lines are no rows", header + "\n\nA" + tail + "\n\r\n\n", []seen{{3, "A", ""}}},
		{"quoted", header + "\n\"A\"\"1\"\"\"" + tail, []seen{{2, `A"1"`, ""}}},
		{"quoted delimiter", header + "\n\"A,1\"" + tail, []seen{{2, "A,1", ""}}},
		{"quoted header", strings.Replace(header, "number,", "\"number\",", 1) + "\nA" + tail, []seen{{2, "A", ""}}},
		{"only a header", header, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, look(readAll(t, shipped(t, "arrears"), intake.Options{}, c.text)))
		})
	}
}

func TestCSVBrokenRowCostsOneLine(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, first string
		want        []seen
	}{
		{"quote inside", `A"1` + tail, []seen{{2, "", "malformed_row"}, {3, "B", ""}}},
		{"text after quote", `"A"1` + tail, []seen{{2, "", "malformed_row"}, {3, "B", ""}}},
		{"quote never closed", `"A` + tail, []seen{{2, "", "malformed_row"}, {3, "B", ""}}},
		{"too few columns", "A,C1", []seen{{2, "", "column_count"}, {3, "B", ""}}},
		{"too many columns", "A" + tail + ",x", []seen{{2, "", "column_count"}, {3, "B", ""}}},
		{"too long", strings.Repeat("x", intake.MaxLine+1), []seen{{2, "", "row_too_long"}, {3, "B", ""}}},
		{"too long and quoted", `"` + strings.Repeat("x", intake.MaxLine+1), []seen{{2, "", "row_too_long"}, {3, "B", ""}}},
		{"more columns than any file has", strings.Repeat(",", intake.MaxColumns+5), []seen{{2, "", "malformed_row"}, {3, "B", ""}}},
		{"line break in a field", "\"A\n1\"" + tail, []seen{{2, "", "control_character"}, {4, "B", ""}}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, look(own(t, c.first, "B"+tail)))
		})
	}
}

// A quote that is never closed must not swallow the rows after it, however many there are.
func TestCSVOpenQuoteLosesNoRow(t *testing.T) {
	t.Parallel()
	rows := []string{`"A` + tail}
	for range 3000 {
		rows = append(rows, "B"+tail)
	}
	records := own(t, rows...)
	require.Len(t, records, 3001)
	require.Equal(t, seen{2, "", "malformed_row"}, look(records)[0])
	for i, r := range records[1:] {
		require.Equal(t, int64(i+3), r.Line)
		require.NotNil(t, r.Row)
	}
}

func TestCSVTwoOpenQuotesTakeNoRowBetweenThem(t *testing.T) {
	t.Parallel()
	got := look(own(t, `"A`+tail, "B"+tail, `"C`+tail, "D"+tail))
	require.Equal(t, []seen{{2, "", "malformed_row"}, {3, "B", ""}, {4, "", "malformed_row"}, {5, "D", ""}}, got)
}

// A long file is read in bounded memory. Not parallel: it measures the heap of the process.
func TestReaderIsBounded(t *testing.T) { //nolint:paralleltest // see above
	const header = "number,customer_number,invoice_date,due_date,currency,amount\n"
	endless := io.MultiReader(strings.NewReader(header), io.LimitReader(&repeating{text: "A" + tail + "\n"}, 8<<20))
	r, err := intake.NewReader(endless, shipped(t, "arrears"), intake.Options{Today: today})
	require.NoError(t, err)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for {
		_, err := r.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	require.Greater(t, r.Rows(), int64(200_000))
	require.Equal(t, int64(8<<20+len(header)), r.Bytes())
	require.Less(t, int64(after.HeapAlloc)-int64(before.HeapAlloc), int64(16<<20))
}

// repeating reads the same text for ever.
type repeating struct {
	text string
	at   int
}

func (r *repeating) Read(p []byte) (int, error) {
	n := copy(p, r.text[r.at:])
	r.at = (r.at + n) % len(r.text)
	return n, nil
}

func TestReaderRefusesFiles(t *testing.T) {
	t.Parallel()
	good := "number,customer_number,invoice_date,due_date,currency,amount"
	cases := []struct{ name, text, code, path string }{
		{"empty", "", intake.CodeEmptyFile, ""},
		{"blank", "\n\n", intake.CodeEmptyFile, ""},
		{"UTF-16", "\xff\xfen\x00", intake.CodeFileEncoding, ""},
		{"column missing", strings.Replace(good, ",amount", "", 1), intake.CodeHeader, "line 1, amount"},
		{"column unknown", good + ",colour", intake.CodeHeader, "line 1, colour"},
		{"column twice", good + ",Amount", intake.CodeHeader, "line 1, Amount"},
		{"header malformed", `number,"cust`, intake.CodeHeader, "line 1"},
		{"header not text", good + ",\xff", intake.CodeHeader, "line 1"},
		{"binary", "\x00\x01\x02\x03", intake.CodeHeader, "line 1, amount"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := intake.NewReader(strings.NewReader(c.text), shipped(t, "arrears"), intake.Options{Today: today})
			require.Equal(t, c.code, fault.CodeOf(err))
			if c.path != "" {
				require.Contains(t, paths(err), c.path)
			}
		})
	}
}

func TestReaderPassesOnWhatTheSourceFailsWith(t *testing.T) {
	t.Parallel()
	broken := errors.New("the disk is gone")
	_, err := intake.NewReader(iotest.ErrReader(broken), shipped(t, "arrears"), intake.Options{Today: today})
	require.ErrorIs(t, err, broken)
	text := "number,customer_number,invoice_date,due_date,currency,amount\nA" + tail + "\n"
	in := io.MultiReader(strings.NewReader(text), iotest.ErrReader(broken))
	r, err := intake.NewReader(in, shipped(t, "arrears"), intake.Options{Today: today})
	require.NoError(t, err)
	_, err = r.Next()
	require.NoError(t, err)
	_, err = r.Next()
	require.ErrorIs(t, err, broken)
}

func TestReaderAsksForOptions(t *testing.T) {
	t.Parallel()
	p := shipped(t, "ibm-late-payments")
	_, err := intake.NewReader(strings.NewReader(""), p, intake.Options{Today: today})
	require.Equal(t, intake.CodeMissingOption, fault.CodeOf(err))
	require.Equal(t, []string{"as_of", "currency"}, paths(err))
	_, err = intake.NewReader(strings.NewReader(""), p, intake.Options{Today: today, AsOf: today, Currency: "XXX"})
	require.Equal(t, []string{"currency"}, paths(err))
}

func TestWindows1252(t *testing.T) {
	t.Parallel()
	text := strings.Replace(smallest, "name: small", "name: small\nencoding: windows-1252\ndelimiter: ';'", 1)
	text += "  - {header: firma, field: customer_name}\n"
	body := []byte("no;customer;date;amount;firma\n1;C1;2026-01-10;5.00;M\xfcller \x80\n2;C1;2026-01-10;5.00;M\x81ller\n")
	records := readAll(t, profile(t, text), intake.Options{}, string(body))
	require.Equal(t, "Müller €", records[0].Row.CustomerName)
	require.Equal(t, []string{"refused customer_name control_character"}, codes(records[1]))
	require.True(t, bytes.Contains(body, records[1].Raw.Bytes), "the bytes are kept as they were")
}

func TestNotUTF8IsRefusedWithItsField(t *testing.T) {
	t.Parallel()
	records := own(t, "A\xff"+tail, "B\x00"+tail, "C\ufffd"+tail, "D"+tail)
	require.Equal(t, []string{"refused number row_encoding"}, codes(records[0]))
	require.Equal(t, []string{"refused number control_character"}, codes(records[1]))
	require.Equal(t, []string{"refused number control_character"}, codes(records[2]))
	require.NotNil(t, records[3].Row)
}
