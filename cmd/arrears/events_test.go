package main

import (
	"bytes"
	"context"
	"encoding/json"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/calendar"
	"arrears/domain/event"
	"arrears/internal/testkit"
	"arrears/port"
	"arrears/store"
)

// still is a business clock that stands.
type still struct{ now time.Time }

func (s still) Now(context.Context) (time.Time, error) { return s.now, nil }

func (s still) Real(_ context.Context, at time.Time) (time.Time, error) { return at, nil }

func newInstallation(t *testing.T) (*app.App, *store.DB) {
	t.Helper()
	db, _ := testkit.DB(t)
	now := time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)
	a := app.New(app.Deps{Store: db, Clock: still{now}})
	require.NoError(t, a.SetUp(t.Context(), port.Installation{
		CreditorName: "Example Trading Ltd", TimeZone: "UTC", Language: "en", Calendar: "none", FromAddress: "ar@creditor.example",
		ReplyDomain: "reply.creditor.example",
	}, calendar.Clock{Kind: calendar.SteppedClock, Epoch: now, Origin: now, Rate: 1, Position: now}))
	return a, db
}

// sealAll seals what is recorded; other tests' transactions on the same server may delay it.
func sealAll(t *testing.T, db *store.DB) {
	t.Helper()
	require.Eventually(t, func() bool {
		_, err := db.SealAudit(t.Context(), 100)
		require.NoError(t, err)
		found, err := db.VerifyAudit(t.Context())
		require.NoError(t, err)
		return found.Unsealed == 0
	}, 3*time.Minute, 10*time.Millisecond)
}

func customerAt(t *testing.T, a *app.App, number string) {
	t.Helper()
	_, err := a.CreateCustomer(t.Context(), operator(), app.NewCustomer{Source: "test", Number: number, Name: "Customer " + number, Currency: "EUR"})
	require.NoError(t, err)
}

// typesIn reads what was printed: one event a line.
func typesIn(t *testing.T, printed []byte) []string {
	t.Helper()
	var types []string
	for line := range bytes.Lines(printed) {
		var e event.Event
		require.NoError(t, json.Unmarshal(line, &e), "%s", line)
		types = append(types, e.Type)
	}
	return types
}

func TestEventsArePrintedOneALine(t *testing.T) {
	t.Parallel()
	a, db := newInstallation(t)
	customerAt(t, a, "C-1")
	sealAll(t, db)
	var out bytes.Buffer
	cursor, err := eventsShow{}.print(t.Context(), newConsole(&out, discard{}), a)
	require.NoError(t, err)
	require.Subset(t, typesIn(t, out.Bytes()), []string{"installation.created", "customer.created"})

	out.Reset()
	again, err := eventsShow{After: cursor}.print(t.Context(), newConsole(&out, discard{}), a)
	require.NoError(t, err)
	require.Equal(t, cursor, again)
	require.Empty(t, out.Bytes())
	tip, err := eventsShow{Now: true}.print(t.Context(), newConsole(&out, discard{}), a)
	require.NoError(t, err)
	require.Equal(t, cursor, tip)
	require.Empty(t, out.Bytes())
}

// lines is a writer that can be read while it is written.
type lines struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.Write(p)
}

func (l *lines) bytes() []byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	return bytes.Clone(l.all.Bytes())
}

func TestEventsAreFollowed(t *testing.T) {
	t.Parallel()
	a, db := newInstallation(t)
	sealAll(t, db)
	tip, err := eventsShow{Now: true}.print(t.Context(), newConsole(discard{}, discard{}), a)
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	out, ended := &lines{}, make(chan string)
	go func() {
		cursor, _ := eventsShow{After: tip, Follow: true}.print(ctx, newConsole(out, discard{}), a)
		ended <- cursor
	}()
	customerAt(t, a, "C-1")
	sealAll(t, db)
	require.Eventually(t, func() bool { return len(out.bytes()) > 0 }, 3*time.Minute, 10*time.Millisecond)
	stop()
	cursor := <-ended
	require.Equal(t, "customer.created", typesIn(t, out.bytes())[0])
	var rest bytes.Buffer
	_, err = eventsShow{After: cursor}.print(t.Context(), newConsole(&rest, discard{}), a)
	require.NoError(t, err)
	require.Empty(t, rest.Bytes(), "the cursor is behind what was printed")
}
