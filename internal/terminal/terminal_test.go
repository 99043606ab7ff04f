package terminal

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOutsideATerminalProgressIsALinePerTenth(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	s := New(&out)
	for done := range int64(401) {
		s.Progress("invoices", done, 400)
	}
	s.Progress("nothing", 0, 0)
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	require.Len(t, lines, 11)
	require.Equal(t, "invoices 0 of 400", strings.TrimSpace(lines[0]))
	require.Equal(t, "invoices 400 of 400", strings.TrimSpace(lines[10]))
	require.NotContains(t, out.String(), "\x1b")
}

func TestOnATerminalProgressIsOneLineThatIsRedrawn(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	s := New(&out)
	s.live, s.color = true, true
	s.Progress("invoices", 1, 2)
	s.Step("what comes between begins on its own line")
	s.Progress("invoices", 2, 2)
	s.Line("after")
	require.Contains(t, out.String(), "1 of 2\x1b[K\n")
	require.Contains(t, out.String(), "2 of 2\x1b[K\nafter\n")
	require.Equal(t, "\x1b[31mno\x1b[0m", s.Paint(Red, "no"))
	require.Empty(t, s.Paint(Red, ""))
}

func TestThePanelAlignsItsRows(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	New(&out).Panel("Arrears is ready", []Row{{"API", "http://127.0.0.1:8080"}, {"collector", "arr_x"}, {"", ""}})
	require.Contains(t, out.String(), " API        http://127.0.0.1:8080\n")
	require.Contains(t, out.String(), " collector  arr_x\n")
	require.Contains(t, out.String(), " Arrears is ready\n")
}

func TestAListHasNoRules(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	New(&out).List([]Row{{"number", "A-1"}, {"due", "2026-01-31"}})
	require.Equal(t, "number  A-1\ndue     2026-01-31\n", out.String())
}

func TestTablesAlignWordsLeftAndNumbersRight(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	New(&out).Table([]string{"customer", ">open"}, [][]string{{"Åsa & Co", "1,234.50"}, {"B", "5.00"}})
	require.Equal(t, "customer      open\nÅsa & Co  1,234.50\nB             5.00\n", out.String())
}

func TestAFileIsNoTerminal(t *testing.T) {
	t.Parallel()
	f, err := os.Create(filepath.Join(t.TempDir(), "out"))
	require.NoError(t, err)
	s := New(f)
	require.False(t, s.live)
	s.Step("%d thing", 1)
	require.NoError(t, f.Close())
	text, err := os.ReadFile(f.Name())
	require.NoError(t, err)
	require.Contains(t, string(text), "s  1 thing\n")
}

// narrow is a terminal of so many columns.
func narrow(out *bytes.Buffer, wide int) *Terminal {
	t := New(out)
	t.wide = func() int { return wide }
	return t
}

func TestOnANarrowTerminalARowGoesOnBelow(t *testing.T) {
	t.Parallel()
	heads, rows := []string{"kind", ">amount", "id", "why"}, [][]string{{"receipt", "1,234.50", "0190", "nobody is known to have paid it"}, {"return", "5.00", "0191", ""}}
	var out bytes.Buffer
	narrow(&out, 25).Table(heads, rows)
	require.Equal(t, strings.TrimPrefix(`
kind       amount  id
    why
receipt  1,234.50  0190
    nobody is known to
    have paid it
return       5.00  0191
`, "\n"), out.String())
	out.Reset()
	narrow(&out, 80).Table(heads, rows)
	require.Equal(t, 3, strings.Count(out.String(), "\n"), "it fits")
	out.Reset()
	New(&out).Table(heads, rows)
	require.Equal(t, 3, strings.Count(out.String(), "\n"), "what is no terminal has no width")
}

func TestOnANarrowTerminalAValueStandsBesideItsName(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	narrow(&out, 20).List([]Row{{"why", "nobody is known to have paid"}, {"unbroken", strings.Repeat("x", 30)}})
	require.Equal(t, "why       nobody is\n          known to\n          have paid\nunbroken  "+strings.Repeat("x", 30)+"\n", out.String())
}
