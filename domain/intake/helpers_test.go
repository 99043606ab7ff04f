package intake_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/domain/calendar"
	"arrears/domain/intake"
)

func shippedText(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("profiles", name+".yaml"))
	require.NoError(t, err)
	return text
}

// today is the business date of these tests.
var today = calendar.MustDate("2026-03-02")

func day(s string) calendar.Date { return calendar.MustDate(s) }

// profile loads a profile for a test.
func profile(t testing.TB, text string) *intake.Profile {
	t.Helper()
	p, err := intake.LoadProfile([]byte(text))
	require.NoError(t, err)
	return p
}

// readAll reads a file that must have a good header.
func readAll(t testing.TB, p *intake.Profile, o intake.Options, text string) []intake.Record {
	t.Helper()
	if o.Today.IsZero() {
		o.Today = today
	}
	r, err := intake.NewReader(strings.NewReader(text), p, o)
	require.NoError(t, err)
	return rest(t, r)
}

func rest(t testing.TB, r *intake.Reader) []intake.Record {
	t.Helper()
	var all []intake.Record
	for {
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			return all
		}
		require.NoError(t, err)
		all = append(all, rec)
	}
}

// own reads rows of our own CSV with the header of the columns that are always there.
func own(t testing.TB, rows ...string) []intake.Record {
	t.Helper()
	const header = "number,customer_number,invoice_date,due_date,currency,amount\n"
	return readAll(t, shipped(t, "arrears"), intake.Options{}, header+strings.Join(rows, "\n"))
}

// codes lists a record's problems as "severity field code".
func codes(r intake.Record) []string {
	var all []string
	for _, p := range r.Problems {
		all = append(all, string(p.Severity)+" "+p.Field+" "+strings.TrimPrefix(p.Code, "intake."))
	}
	return all
}

// sharedFile opens a file of the shared test data, or skips.
func sharedFile(t *testing.T, name string) *os.File {
	t.Helper()
	for _, dir := range sharedDirs() {
		if f, err := os.Open(filepath.Join(dir, name)); err == nil {
			t.Cleanup(func() { require.NoError(t, f.Close()) })
			return f
		}
	}
	t.Skipf("the shared test data is not here: set ARREARS_SHARED_DATA to the folder that holds %s", name)
	return nil
}

func sharedDirs() []string {
	dirs := []string{os.Getenv("ARREARS_SHARED_DATA")}
	for up := ".."; len(up) < 60; up += "/.." {
		dirs = append(dirs, filepath.Join(up, "shared", "data"))
	}
	return dirs
}
