// Package pump drives cases and notices on a stepped clock without an engine: it takes the outbox's rows through the
// relay, plays the workflows' loop over the real activities and the real database, and moves the clock from one moment to
// the next. Whole months pass in a second, and every run goes the same way. It is not a test of the workflows: those have
// their own. Tests alone import it.
package pump

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/activities"
	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/domain/notice"
	"arrears/domain/receivable"
	"arrears/filestore"
	"arrears/internal/testkit"
	"arrears/notify"
	"arrears/notify/recording"
	"arrears/port"
	"arrears/relay"
	"arrears/store"
	"arrears/workflows/contract"
)

// Admin may do everything; it is the one who enters what a story begins with. Whoever changes amounts or policies may not
// approve, so Boss decides.
var (
	Admin = access.Principal{ID: "admin", Name: "Admin", Role: access.Admin}
	Boss  = access.Principal{ID: "boss", Name: "Boss", Role: access.Supervisor}
)

// Options change what a pump begins with.
type Options struct {
	Start     string            // the first day; 2024-01-01
	House     port.Installation // empty fields are filled
	Templates notice.Renderer   // nil: those that are shipped
	Channels  map[receivable.Channel]activities.Channel
	Quick     bool // leave out the check of the record after each step
	Nightly   bool // do the nightly work as well
}

// hour is when a day that is jumped to begins: late enough to be that civil date from UTC-11 to UTC+12, and within office
// hours in UTC.
const hour = 11

// Pump is an installation and a driver. Not safe for concurrent use.
type Pump struct {
	t     testing.TB
	DB    *store.DB
	App   *app.App
	Mail  *recording.Channel
	Post  *recording.Channel
	Files *filestore.Store
	Relay *relay.Relay

	clock   *clock
	quick   bool
	nightly bool
	acts    map[string]func(context.Context, contract.Step) (contract.Next, error)
	parking *activities.Parking

	mu    sync.Mutex
	procs map[string]*proc
	// Calls counts the activities by name.
	Calls map[string]int
	// Errors are what activities failed with, in order.
	Errors []error
}

// proc is a workflow as the pump plays it.
type proc struct {
	id       string
	kind     string
	subject  uuid.UUID
	next     contract.Next
	nudged   bool
	stirred  bool // a nudge came since the last answer
	done     bool
	attempts int
	since    time.Time // of the first failure
}

// New sets an installation up in the database and returns its driver.
func New(t testing.TB, db *store.DB, options ...Options) *Pump {
	t.Helper()
	var o Options
	if len(options) > 0 {
		o = options[0]
	}
	if o.Start == "" {
		o.Start = "2024-01-01"
	}
	p := &Pump{
		t: t, DB: db, Mail: &recording.Channel{}, Post: &recording.Channel{}, Files: filestore.Memory(), procs: map[string]*proc{}, Calls: map[string]int{},
		clock: &clock{now: noonish(calendar.MustDate(o.Start))}, quick: o.Quick, nightly: o.Nightly,
	}
	p.App = app.New(app.Deps{Store: db, Clock: p.clock, Files: p.Files, CensusPause: time.Millisecond})
	require.NoError(t, p.App.SetUp(t.Context(), house(o.House), calendar.Clock{Kind: calendar.SteppedClock, Epoch: p.clock.now, Origin: p.clock.now, Rate: 1, Position: p.clock.now}))
	p.wire(o)
	t.Cleanup(func() { testkit.CheckEvents(t, db) })
	return p
}

func house(h port.Installation) port.Installation {
	fill := func(s *string, value string) {
		if *s == "" {
			*s = value
		}
	}
	fill(&h.CreditorName, "Example Trading Ltd")
	fill(&h.CreditorAddress, "1 Example Road\nExampletown")
	fill(&h.RemitTo, "IBAN XX00 0000 0000 0000")
	fill(&h.TimeZone, "UTC")
	fill(&h.Language, "en")
	fill(&h.Calendar, "none")
	fill(&h.FromAddress, "billing@creditor.example")
	fill(&h.ReplyDomain, "reply.creditor.example")
	return h
}

func (p *Pump) wire(o Options) {
	renderer := o.Templates
	if renderer == nil {
		templates, err := notice.Load(nil)
		require.NoError(p.t, err)
		renderer = templates
	}
	channels := o.Channels
	if channels == nil {
		channels = map[receivable.Channel]activities.Channel{receivable.Email: p.Mail, receivable.Letter: p.Post}
	}
	office := activities.Office{Renderer: renderer, Channels: channels, Files: p.Files}
	c := &activities.Collection{Store: p.DB, Clock: p.clock, Office: office, Real: p.clock.time, Pause: 2 * time.Second}
	n := &activities.Notices{Store: p.DB, Clock: p.clock, Office: office, Real: p.clock.time}
	d := &activities.Disputes{Store: p.DB, Clock: p.clock, Office: office, Real: p.clock.time}
	p.parking = &activities.Parking{Store: p.DB, Clock: p.clock}
	night := &activities.Nightly{Night: p.App, Clock: p.clock, Workflows: p}
	banks := &activities.Banks{Loads: p.App}
	p.acts = map[string]func(context.Context, contract.Step) (contract.Next, error){
		contract.Review: c.Review, contract.SendNotice: c.SendNotice, contract.AskApproval: c.AskApproval, contract.OpenTask: c.OpenTask,
		contract.RequestHold: c.RequestHold, contract.HandOver: c.HandOver, contract.PassStage: c.PassStage,
		contract.SettlePromise: c.SettlePromise, contract.ApprovalDeadline: c.ApprovalDeadline, contract.CloseCase: c.CloseCase,
		contract.ReviewNotice: n.ReviewNotice, contract.DeliverNotice: n.DeliverNotice, contract.NoticeDeadline: n.NoticeDeadline,
		contract.ReviewDispute: d.ReviewDispute, contract.WriteToCustomer: d.WriteToCustomer, contract.MeetDeadline: d.MeetDeadline,
		contract.ReviewNightly: night.ReviewNightly, contract.RunNightly: night.RunNightly,
		contract.ReviewBankFile: banks.ReviewBankFile, contract.LoadBankFile: banks.LoadBankFile,
	}
	p.Relay = relay.New(relay.Options{Outbox: p.DB, Engine: p, Clock: p.clock, Real: p.clock.time})
}

var _ notify.Channel = (*recording.Channel)(nil)

// noonish is the moment of a day to which At jumps.
func noonish(d calendar.Date) time.Time { return d.Time(time.UTC).Add(hour * time.Hour) }

// Now is where the clock stands.
func (p *Pump) Now() time.Time { return p.clock.time() }

// Today is the civil date in UTC.
func (p *Pump) Today() calendar.Date { return calendar.DateOf(p.Now(), time.UTC) }

// At jumps to a day, as after an outage: what fell due in between is looked at once, on that day.
func (p *Pump) At(date string) {
	p.t.Helper()
	p.step(noonish(calendar.MustDate(date)))
}

// Step moves the clock on.
func (p *Pump) Step(d time.Duration) {
	p.t.Helper()
	p.step(p.Now().Add(d))
}

// step moves the clock to a moment that lies ahead, the installation's row with it.
func (p *Pump) step(to time.Time) {
	p.t.Helper()
	if to.Equal(p.Now()) {
		return
	}
	require.True(p.t, to.After(p.Now()), "the clock only goes forward: %s is not after %s", to, p.Now())
	require.NoError(p.t, p.DB.InTx(p.t.Context(), func(ctx context.Context, tx port.Tx) error { return tx.StepClock(ctx, to) }))
	p.clock.set(to)
}

// RunUntilQuiet does all that is due now, and what becomes due later on this day, moving the clock.
func (p *Pump) RunUntilQuiet() {
	p.t.Helper()
	p.through(p.Today().AddDays(1).Time(time.UTC).Add(-time.Second))
}

// Through lives through the days up to the end of a date, each moment in its turn.
func (p *Pump) Through(date string) {
	p.t.Helper()
	p.through(calendar.MustDate(date).AddDays(1).Time(time.UTC).Add(-time.Second))
	p.step(noonish(calendar.MustDate(date).AddDays(1)).Add(-hour * time.Hour).Add(-time.Second))
}

func (p *Pump) through(end time.Time) {
	p.t.Helper()
	for range maxMoments {
		p.Settle()
		at, ok := p.nextMoment()
		if !ok || at.After(end) {
			return
		}
		p.step(at)
	}
	p.t.Fatalf("no quiet after %d moments", maxMoments)
}

// The bounds of a drive: what does not end by then never ends.
const (
	maxMoments = 20000
	maxTurns   = 200000
)

// clock is business time and real time in one: the pump's real time is what it says.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) time() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) set(to time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = to
}

// Now implements port.Clock.
func (c *clock) Now(context.Context) (time.Time, error) { return c.time(), nil }

// Real implements port.Clock.
func (c *clock) Real(_ context.Context, business time.Time) (time.Time, error) { return business, nil }
