package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/config"
	"arrears/internal/testkit"
	"arrears/internal/wire"
	"arrears/port"
)

// session is a command line over a database of its own, with a product beside it that does the engine's work.
type session struct {
	t *testing.T
	p *wire.Product
}

// newSession sets the environment, so its tests are not parallel.
func newSession(t *testing.T) *session {
	t.Helper()
	t.Setenv("ARREARS_DATABASE_URL", testkit.Schema(t))
	t.Setenv("ARREARS_DOCUMENT_STORE", filepath.Join(t.TempDir(), "documents"))
	t.Setenv("ARREARS_LOG_LEVEL", "error")
	t.Setenv("NO_COLOR", "1")
	s := &session{t: t}
	s.do(exitDone, "migrate")
	cfg, err := config.Load()
	require.NoError(t, err)
	s.p, err = wire.Open(t.Context(), cfg, newConsole(discard{}, discard{}).logger(cfg))
	require.NoError(t, err)
	t.Cleanup(s.p.Close)
	return s
}

// do runs a command and returns what it printed.
func (s *session) do(code int, args ...string) string {
	s.t.Helper()
	var out, err bytes.Buffer
	require.Equal(s.t, code, run(s.t.Context(), args, &out, &err), "%s\n%s\n%s", args, out.String(), err.String())
	return out.String() + err.String()
}

// file writes a file and returns its name.
func (s *session) file(name, content string) string {
	s.t.Helper()
	path := filepath.Join(s.t.TempDir(), name)
	require.NoError(s.t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

// loads does the engine's part for every file until ctx ends.
func (s *session) loads(ctx context.Context) {
	for ctx.Err() == nil {
		found, err := s.p.App.ListBankFiles(ctx, operator(), port.BankFileFilter{State: port.BankFileReceived}, port.Page{Limit: 10})
		if err != nil {
			return
		}
		for _, f := range found.Items {
			_ = s.p.App.LoadBankFile(ctx, f.ID, func() {}) // the waiting command sees what became of it
		}
		time.Sleep(20 * time.Millisecond)
	}
}

var aUUID = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

// golden is what was printed, without ids.
func golden(text string) string { return aUUID.ReplaceAllString(text, "(id)") }

// idIn is the first id of what was printed.
func idIn(text string) uuid.UUID { return uuid.MustParse(aUUID.FindString(text)) }

const goodDay = `{"statement":{"id":"S-1","account":{"iban":"DE75512108001245126199"},"currency":"EUR","from":"2026-03-30","to":"2026-03-30",
 "opening":{"amount_minor":5000},"closing":{"amount_minor":14000}},"transactions":[
 {"reference":"B1","booked_on":"2026-03-30","direction":"credit","amount_minor":10000,"payer":{"name":"Nobody Known"},"text":["thanks"]},
 {"reference":"B2","booked_on":"2026-03-30","direction":"debit","amount_minor":1000,"payer":{"name":"The landlord"},"text":["rent"]}]}`

func TestABankFileIsFollowedToItsReport(t *testing.T) {
	s := newSession(t)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	name := s.file("day.json", goodDay)
	require.Contains(t, golden(s.do(exitDone, "import", "bank", name)), "state   received\narrears bank show (id) tells how it goes on\n")
	go s.loads(ctx)

	report := s.do(exitDone, "import", "bank", name, "--wait")
	require.Contains(t, golden(report), strings.TrimPrefix(`
file            (id)
name            day.json
format          json
state           done
statements      1
payments        2
new credits     1
  unidentified  1
new debits      1
matched         0 of 1 receipts by themselves (0.0 %)

account                 kind        to          totals  cash of the day    statement
DE75512108001245126199  end of day  2026-03-30  proven  EUR 100.00 proven  (id)
nobody has said that DE75512108001245126199 is ours: until arrears bank confirm DE75512108001245126199 nothing on it is applied by itself

arrears cash exceptions lists what waits
`, "\n"))
	id := idIn(report).String()
	require.Contains(t, s.do(exitDone, "bank", "show", id), "done")
	require.Contains(t, s.do(exitDone, "bank", "files", "--state", "done"), "day.json  json    done          2        0         0        1")
	require.Equal(t, "none\n", s.do(exitDone, "bank", "files", "--state", "loading"))
	require.Equal(t, "none\n", s.do(exitDone, "bank", "problems", id))

	entries := s.do(exitDone, "bank", "entries", "--account", "de75 5121 0800 1245 1261 99", "--from", "2026-03-30", "--to", "2026-03-30")
	require.Equal(t, strings.TrimPrefix(`
booked      amount       who           reference  outcome       payment
2026-03-30  100.00  EUR  Nobody Known  B1         unidentified  (id)
2026-03-30  -10.00  EUR  The landlord  B2         debit         (id)
`, "\n"), golden(entries))
	require.Contains(t, golden(s.do(exitDone, "bank", "statements", "--file", id, "--account", "DE75512108001245126199", "--proof", "proven")),
		"(id)  DE75512108001245126199  end of day  2026-03-30        1  100.00       1  10.00  EUR  proven")
}

func TestAnAccountIsConfirmedAndProven(t *testing.T) {
	s := newSession(t)
	s.load("day.json", goodDay)
	require.Contains(t, s.do(exitDone, "bank", "accounts"), "DE75512108001245126199        EUR       not confirmed          140.00  2026-03-30")
	require.Contains(t, s.do(exitDone, "bank", "confirm", "DE75 5121 0800 1245 1261 99", "--name", "Example Works"), "ours  DE75512108001245126199")
	require.Contains(t, s.do(exitDone, "bank", "accounts"), "Example Works  EUR       ours")
	require.Contains(t, s.do(exitDone, "bank", "confirm", "0123456", "--bank", "021000021"), "ours  021000021/0123456")
	require.Contains(t, s.do(exitRefused, "bank", "confirm", uuid.NewString()), "bank_account.not_found")
	require.Equal(t, strings.TrimPrefix(`
day         credits  recorded  applied  on account  unapplied  refunded  reversed
2026-03-30   100.00    100.00     0.00        0.00     100.00      0.00      0.00  EUR  proven
`, "\n"), s.do(exitDone, "bank", "proof", "DE75512108001245126199", "--from", "2026-03-01", "--to", "2026-03-31"))
	require.Equal(t, "none\n", s.do(exitDone, "bank", "proof", "0123456", "--from", "2026-03-01"))
	require.Contains(t, s.do(exitRefused, "bank", "proof", "999", "--from", "2026-03-01"), "bank_account.not_found")
	require.Contains(t, s.do(exitWrong, "bank", "proof", "0123456", "--from", "yesterday"), "calendar.")
}

// load hands a file over and does the engine's part; it returns the file's id.
func (s *session) load(name, content string) string {
	s.t.Helper()
	id := idIn(s.do(exitDone, "import", "bank", s.file(name, content)))
	require.NoError(s.t, s.p.App.LoadBankFile(s.t.Context(), id, func() {}))
	return id.String()
}

func TestWhatIsWrongWithABankFileIsSaid(t *testing.T) {
	s := newSession(t)
	id := s.load("wrong.json", strings.Replace(goodDay, `"closing":{"amount_minor":14000}`, `"closing":{"amount_minor":14001}`, 1))
	report := s.do(exitFound, "bank", "show", id)
	require.Contains(t, report, "alarm  line ")
	require.Contains(t, report, "remittance.balance_differs")
	require.Contains(t, s.do(exitDone, "bank", "problems", id), "remittance.balance_differs")
	statements := s.do(exitDone, "bank", "statements", "--proof", "alarm")
	statement := idIn(statements).String()
	require.Contains(t, s.do(exitDone, "bank", "override", statement, "--reason", "a typing error"), "overridden")
	require.Contains(t, s.do(exitRefused, "bank", "override", statement, "--reason", "again"), "bank_statement.no_alarm")

	id = s.load("broken.json", `{"statement":{"account":{"iban":"DE75512108001245126199"},"currency":"EUR"},"transactions":[`)
	require.Contains(t, s.do(exitFound, "bank", "show", id), "refused  remittance.")
	require.Contains(t, s.do(exitWrong, "import", "bank", s.file("poem.txt", "roses are red")), "remittance.unknown_format")
	require.Contains(t, s.do(exitWrong, "import", "bank", s.file("empty.json", "")), "bank_file.empty")
	require.Contains(t, s.do(exitWrong, "import", "bank", "absent.json"), "file.unreadable")
	said := s.do(exitWrong, "import", "bank", s.file("a.csv", "x\n"), "--profile", "nobodys")
	require.Contains(t, said, "remittance.malformed_profile")
	require.Contains(t, said, `"nobodys" is neither`)
	require.Contains(t, s.do(exitWrong, "import", "bank", s.file("a.csv", "x\n"), "--profile", "./absent.yaml"), "file.unreadable")
	require.Contains(t, s.do(exitRefused, "bank", "show", uuid.NewString()), "bank_file.not_found")
}

func TestADayThatDiffersIsFound(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	c := newConsole(&out, discard{})
	require.ErrorIs(t, c.proof([]port.CashProof{{Currency: "EUR", CreditMinor: 100_00, RecordedMinor: 90_00}}), errFound)
	require.Contains(t, out.String(), "differs by 10.00")
	require.Equal(t, "EUR 100.00 differs by 10.00; EUR 1.00 proven", dayProof([]port.CashProof{
		{Currency: "EUR", CreditMinor: 100_00, RecordedMinor: 90_00}, {Currency: "EUR", CreditMinor: 100, RecordedMinor: 100},
	}))
}
