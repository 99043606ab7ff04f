package run

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"arrears/domain/calendar"
)

// watched is an output in which a test waits for what people would see.
type watched struct {
	mu    sync.Mutex
	text  bytes.Buffer
	wrote chan struct{}
}

func newWatched() *watched { return &watched{wrote: make(chan struct{}, 1)} }

func (w *watched) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	select {
	case w.wrote <- struct{}{}:
	default:
	}
	return w.text.Write(p)
}

func (w *watched) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}

// await returns when the pattern was written.
func (w *watched) await(t *testing.T, pattern string) {
	t.Helper()
	const atMost = 10 * time.Minute // on a machine that is busy with other tests
	wanted := regexp.MustCompile(pattern)
	limit := time.After(atMost)
	for !wanted.MatchString(unfolded(w.String())) {
		select {
		case <-w.wrote:
		case <-limit:
			t.Fatalf("nothing like %q after %s in:\n%s", pattern, atMost, w)
		}
	}
}

// unfolded joins the lines of a sentence again.
func unfolded(text string) string { return regexp.MustCompile(`\n {4,}`).ReplaceAllString(text, " ") }

// folder is one that PostgreSQL's user can enter.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "arrears-run-")
	require.NoError(t, err)
	require.NoError(t, os.Chmod(dir, 0o755))
	t.Cleanup(func() { require.NoError(t, os.RemoveAll(dir)) })
	return dir
}

// started is a run under way.
type started struct {
	out  *watched
	stop context.CancelFunc
	done chan error
}

func start(t *testing.T, demo bool, variables ...string) *started {
	t.Helper()
	s := &started{out: newWatched(), done: make(chan error, 1)}
	o, err := FromEnvironment(demo, append(variables, "ARREARS_HTTP_ADDR=127.0.0.1:0"), s.out)
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	s.stop = stop
	go func() { s.done <- Run(ctx, o) }()
	t.Cleanup(func() {
		stop()
		require.NoError(t, <-s.done)
	})
	return s
}

// end stops the run as Ctrl-C does, and expects an orderly end.
func (s *started) end(t *testing.T) {
	t.Helper()
	s.stop()
	require.NoError(t, <-s.done)
	s.done <- nil // for the cleanup
	require.Contains(t, s.out.String(), "Stopped.")
}

func (s *started) url(t *testing.T) string {
	t.Helper()
	found := regexp.MustCompile(`http://127\.0\.0\.1:\d+`).FindString(s.out.String())
	require.NotEmpty(t, found)
	return found
}

func ask(t *testing.T, url, key string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+key)
	answer, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer func() { require.NoError(t, answer.Body.Close()) }()
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return answer.StatusCode, string(text)
}

func TestRunStartsEverythingAndGoesOnWhereItStopped(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	first := start(t, false, "ARREARS_DATA_DIR="+dir)
	first.out.await(t, "Arrears is ready")
	key, err := os.ReadFile(filepath.Join(dir, "keys", "collector"))
	require.NoError(t, err)
	info, err := os.Stat(filepath.Join(dir, "keys", "admin"))
	require.NoError(t, err)
	require.EqualValues(t, 0o600, info.Mode().Perm())
	require.Contains(t, first.out.String(), strings.TrimSpace(string(key)), "the key is shown")
	status, body := ask(t, first.url(t)+"/v1/invoices?state=overdue&limit=3", strings.TrimSpace(string(key)))
	require.Equal(t, http.StatusOK, status, body)
	require.Contains(t, body, `"number":"R24`)
	status, _ = ask(t, first.url(t)+"/readyz", "")
	require.Equal(t, http.StatusOK, status)

	o, err := FromEnvironment(false, []string{"ARREARS_DATA_DIR=" + dir, "ARREARS_HTTP_ADDR=127.0.0.1:0"}, io.Discard)
	require.NoError(t, err)
	require.ErrorIs(t, Run(t.Context(), o), ErrBusy, "two at once are refused")
	variables, err := os.ReadFile(filepath.Join(dir, "env"))
	require.NoError(t, err)
	require.Contains(t, string(variables), "ARREARS_DATABASE_URL='postgres://")
	first.end(t)

	second := start(t, false, "ARREARS_DATA_DIR="+dir)
	second.out.await(t, "Arrears is ready")
	require.Contains(t, second.out.String(), strings.TrimSpace(string(key)), "the same keys")
	require.NotContains(t, second.out.String(), "sample portfolio 7", "the sample is loaded once")
	second.end(t)
}

// The demonstration keeps its promises: reminders, an approval asked and given, a receipt that stops a chase.
func TestDemoTellsItsStory(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	d := start(t, true, "ARREARS_DATA_DIR="+dir, "ARREARS_DEMO_DAY=4s")
	d.out.await(t, "Arrears is ready")
	for _, event := range []string{
		`✉ .+ is asked for .+ by email: R\d+ \(reminder 1\)`,
		`€ .+ pays .+ on R\d+; nothing stays open`,
		`● the chase of R\d+ .+ ends`,
		`\? final demand of .+: a supervisor must approve`,
		`✓ final demand of .+ is approved`,
		`✉ .+\(final demand\)`,
		`✂ .+ withholds .+ of R\d+ \(.+\): that part is not asked for until it is decided`,
		`» the analyst denies the deduction on R\d+`,
		`✗ the claim of .+ is found invalid: .+ is owed, and collected`,
		`✉ .+ is written to about its claim: denial`,
		`✓ a supervisor confirms that the account is ours`,
		`» the bank's statement of yesterday comes in`,
		`€ .+ pays .+ on R\d+ and withholds .+`,
		`€ .+ has paid EUR 250\.00 more than that: it stands on its account`,
		`… .+ wait for a clerk: The payer is .+, which has no agreement to pay for .+ is asked for that much less meanwhile`,
		`⇣ the bank's file is loaded: 6 payments are applied by themselves, one waits for a clerk`,
		`» the clerk opens the list of what waits .+ proposed +with 700 points of 1000: .+ but waits +The payer is `,
		`✓ the .+ that waited are settled`,
		`€ .+ repays .+ of its claim`,
		`● the claim of .+ is closed: nothing of it is open`,
		`↩ a payment of .+ is taken back: .+ is owed again, and chased`,
		`⇣ the bank's file is loaded: one payment is applied by itself, one booking takes money away`,
	} {
		d.out.await(t, event)
	}
	requireBankStory(t, dir, d.url(t))
	requireTimeline(t, dir)
	mails, err := os.ReadDir(filepath.Join(dir, "mails"))
	require.NoError(t, err)
	require.NotEmpty(t, mails)
	began := time.Now()
	left := business(t, dir)
	d.end(t)

	again := start(t, true, "ARREARS_DATA_DIR="+dir, "ARREARS_DEMO_DAY=4s")
	again.out.await(t, `(?m)^\w+day, \d+ \w+ \d{4}$`)
	day, now := lastDay(t, again.out.String()), business(t, dir)
	passed := 24 * time.Hour / (4 * time.Second) * time.Since(began) // of the story, had the clock never stood still
	require.LessOrEqual(t, now.Sub(left), passed, "the story goes on where it was")
	require.False(t, day.Before(left.Truncate(24*time.Hour)) || day.After(now), "on %s, between %s and %s", day, left, now)
	again.end(t)
}

// business is what an installation's clock shows.
func business(t *testing.T, dir string) time.Time {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), settings(t, dir)["ARREARS_DATABASE_URL"])
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close(t.Context())) }()
	c := calendar.Clock{Kind: calendar.ScaledClock}
	require.NoError(t, conn.QueryRow(t.Context(), `SELECT epoch, origin, rate FROM business_clock`).Scan(&c.Epoch, &c.Origin, &c.Rate))
	return c.Business(time.Now()).UTC()
}

// requireTimeline asks the program for the claim's case in words, as the README tells one to.
func requireTimeline(t *testing.T, dir string) {
	t.Helper()
	program := filepath.Join(dir, "arrears")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, "./cmd/arrears")
	build.Dir = filepath.Join("..", "..")
	said, err := build.CombinedOutput()
	require.NoError(t, err, string(said))
	ask := exec.CommandContext(t.Context(), program, "dispute", "timeline", "D-1")
	ask.Env = os.Environ()
	for name, value := range settings(t, dir) {
		ask.Env = append(ask.Env, name+"="+value)
	}
	timeline, err := ask.CombinedOutput()
	require.NoError(t, err, string(timeline))
	t.Log(string(timeline))
	for _, told := range []string{"(unearned discount)", "was decided (invalid)", "told: denial", "were paid after all", "case was closed"} {
		require.Contains(t, string(timeline), told)
	}
}

// settings are what the program needs to work on the installation.
func settings(t *testing.T, dir string) map[string]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "env"))
	require.NoError(t, err)
	list := map[string]string{}
	for _, found := range regexp.MustCompile(`(?m)^export (\w+)='(.*)'$`).FindAllStringSubmatch(string(text), -1) {
		list[found[1]] = found[2]
	}
	return list
}

// lastDay is the last day that a story tells.
func lastDay(t *testing.T, text string) time.Time {
	t.Helper()
	days := regexp.MustCompile(`(?m)^\w+day, \d+ \w+ \d{4}$`).FindAllString(text, -1)
	require.NotEmpty(t, days, text)
	day, err := time.Parse("Monday, 2 January 2006", days[len(days)-1])
	require.NoError(t, err)
	return day
}

func TestAnAddressThatIsTakenIsExplained(t *testing.T) {
	t.Parallel()
	o, err := FromEnvironment(false, []string{"ARREARS_DATA_DIR=" + folder(t), "ARREARS_HTTP_ADDR=203.0.113.1:8080"}, io.Discard)
	require.NoError(t, err)
	require.ErrorContains(t, Run(t.Context(), o), "ARREARS_HTTP_ADDR")
}
