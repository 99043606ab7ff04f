package run

import (
	"bytes"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestOutsideATerminalProgressIsALinePerTenth(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	s := newScreen(&out)
	for done := range 401 {
		s.progress("invoices", done, 400)
	}
	s.progress("nothing", 0, 0)
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	require.Len(t, lines, 11)
	require.Equal(t, "invoices 0 of 400", strings.TrimSpace(lines[0]))
	require.Equal(t, "invoices 400 of 400", strings.TrimSpace(lines[10]))
	require.NotContains(t, out.String(), "\x1b")
}

func TestOnATerminalProgressIsOneLineThatIsRedrawn(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	s := newScreen(&out)
	s.live, s.color = true, true
	s.progress("invoices", 1, 2)
	s.step("what comes between begins on its own line")
	s.progress("invoices", 2, 2)
	s.line("after")
	require.Contains(t, out.String(), "1 of 2\x1b[K\n")
	require.Contains(t, out.String(), "2 of 2\x1b[K\nafter\n")
}

func TestThePanelAlignsItsRows(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	newScreen(&out).panel("Arrears is ready", []row{{"API", "http://127.0.0.1:8080"}, {"collector", "arr_x"}})
	require.Contains(t, out.String(), " API        http://127.0.0.1:8080\n")
	require.Contains(t, out.String(), " collector  arr_x\n")
	require.Contains(t, out.String(), " Arrears is ready\n")
}
