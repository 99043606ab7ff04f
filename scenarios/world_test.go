package scenarios_test

import (
	"log/slog"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/api"
	"arrears/app"
	"arrears/auth"
	"arrears/domain/access"
	"arrears/internal/testkit"
	"arrears/internal/testkit/pump"
)

// world is one installation: its API, a key for each role, and the engine on a clock that the story moves.
type world struct {
	*testing.T
	pump *pump.Pump

	admin   *client // enters customers, invoices and policies, and so proposes in the sense of four eyes
	boss    *client // a supervisor
	clerk   *client // a collector
	auditor *client

	server *httptest.Server
	items  map[string]part   // by item id
	told   map[string]bool   // the lines that a run has reported
	past   map[string]notice // the notices that are over
	count  int
}

// part is an item as stories name it.
type part struct {
	invoice, due string
	original     int64
}

// begin makes an installation on a day.
func begin(t *testing.T, start string) *world {
	t.Helper()
	db, _ := testkit.DB(t)
	w := &world{T: t, pump: pump.New(t, db, pump.Options{Start: start}), items: map[string]part{}, told: map[string]bool{}, past: map[string]notice{}}
	handler, err := api.New(api.Deps{
		App: w.pump.App, Auth: auth.New(auth.Stored(db)), Idempotency: db, Version: "test",
		Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError})), Limits: api.Limits{PerSecond: 1e6, Burst: 1e6},
	})
	require.NoError(t, err)
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	w.server = server
	w.admin, w.boss = w.another(access.Admin), w.another(access.Supervisor)
	w.clerk, w.auditor = w.another(access.Collector), w.another(access.Auditor)
	return w
}

// another issues an API key of a role.
func (w *world) another(role access.Role) *client {
	w.Helper()
	token, err := auth.NewToken()
	require.NoError(w, err)
	_, err = w.pump.App.CreateFirstKey(w.Context(), app.NewKey{Name: string(role), Role: role, Prefix: token.Prefix, Hash: token.Hash})
	require.NoError(w, err)
	return &client{t: w.T, base: w.server.URL, token: token.Text, http: w.server.Client()}
}

// on jumps to a day, as after an outage, and does what is due then and later that day.
func (w *world) on(date string) {
	w.Helper()
	w.pump.At(date)
	w.pump.RunUntilQuiet()
}

// through lives through every moment up to the end of a day.
func (w *world) through(date string) {
	w.Helper()
	w.pump.Through(date)
}

// decide jumps to a day and lets the cases decide; what they ask gathers and is not sent yet.
func (w *world) decide(date string) {
	w.Helper()
	w.pump.At(date)
	w.pump.Settle()
}

// settle does what is due at this moment; the clock stands still.
func (w *world) settle() {
	w.Helper()
	w.pump.Settle()
}

// run evaluates on a date as a nightly run would: it reports the new lines, and lets them go out on that day if it is one
// on which something is sent.
func (w *world) run(date string) []string {
	w.Helper()
	w.decide(date)
	lines := w.newLines()
	w.pump.RunUntilQuiet()
	return lines
}

// newLines reports the lines that no run has reported yet, in order.
func (w *world) newLines() []string {
	w.Helper()
	found := []string{}
	for _, n := range w.notices() {
		for _, l := range n.Lines {
			if w.told[l.ID] || l.State == "withdrawn" {
				continue
			}
			w.told[l.ID] = true
			found = append(found, w.line(n, l))
		}
	}
	slices.Sort(found)
	return found
}

// sent reports the lines that went out on a civil date in UTC, in order.
func (w *world) sent(date string) []string {
	w.Helper()
	found := []string{}
	for _, n := range w.notices() {
		if n.State != "sent" || n.SentAt.UTC().Format(time.DateOnly) != date {
			continue
		}
		for _, l := range n.Lines {
			if l.State == "sent" {
				found = append(found, w.line(n, l))
			}
		}
	}
	slices.Sort(found)
	return found
}

// allSent reports all lines that went out, each after the moment at which it did.
func (w *world) allSent() []string {
	w.Helper()
	found := []string{}
	for _, n := range w.notices() {
		for _, l := range n.Lines {
			if l.State == "sent" {
				found = append(found, n.SentAt.UTC().Format("2006-01-02 15:04 ")+w.line(n, l))
			}
		}
	}
	slices.Sort(found)
	return found
}

// noErrors requires that no activity failed.
func (w *world) noErrors() {
	w.Helper()
	require.Empty(w, w.pump.Errors)
}

// next is a number that the story has not used yet.
func (w *world) next() int {
	w.count++
	return w.count
}

func newKey() string { return uuid.NewString() }
