package relay_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"arrears/domain/fault"
	"arrears/internal/testkit"
	"arrears/port"
	"arrears/relay"
	"arrears/store"
	"arrears/workflows/contract"
)

// call is what the engine was asked for.
type call struct {
	start bool
	kind  string
	in    contract.Input
	delay time.Duration
}

type recorder struct {
	mu    sync.Mutex
	calls []call
	fail  error
	seen  chan struct{}
}

func (r *recorder) Start(_ context.Context, kind string, in contract.Input, delay time.Duration) error {
	return r.note(call{true, kind, in, delay})
}

func (r *recorder) Nudge(_ context.Context, kind string, in contract.Input) error {
	return r.note(call{false, kind, in, 0})
}

func (r *recorder) note(c call) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.fail != nil {
		return r.fail
	}
	r.calls = append(r.calls, c)
	if r.seen != nil {
		r.seen <- struct{}{}
	}
	return nil
}

func (r *recorder) all() []call {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]call(nil), r.calls...)
}

// clock shows now; business instants are reached an hour of real time later for each of theirs, or never.
type clock struct {
	now     time.Time
	stepped bool
}

func (c clock) Now(context.Context) (time.Time, error) { return c.now, nil }

func (c clock) Real(_ context.Context, business time.Time) (time.Time, error) {
	if c.stepped {
		return time.Time{}, nil
	}
	return business, nil
}

var now = time.Date(2024, 5, 1, 12, 0, 0, 0, time.UTC)

func nudge(startAt time.Time, first string) port.Nudge {
	id := uuid.New()
	return port.Nudge{WorkflowID: contract.WorkflowID(contract.KindInvoice, id), SubjectID: id, Kind: contract.KindInvoice, StartAt: startAt, FirstAction: first}
}

func leave(t *testing.T, db *store.DB, nudges ...port.Nudge) {
	t.Helper()
	require.NoError(t, db.InTx(t.Context(), func(ctx context.Context, tx port.Tx) error {
		return tx.Write(ctx, port.Work{Nudges: nudges})
	}))
}

func newRelay(db *store.DB, e relay.Engine, c clock) *relay.Relay {
	return relay.New(relay.Options{Outbox: db, Engine: e, Clock: c, Real: func() time.Time { return now }, Lead: lead(db)})
}

func lead(db *store.DB) func(context.Context) (relay.Lead, error) {
	return func(ctx context.Context) (relay.Lead, error) {
		l, err := db.Lead(ctx)
		if l == nil || err != nil {
			return nil, err
		}
		return l, nil
	}
}

// A row with a moment ahead starts its workflow delayed; one without nudges; both go once they are delivered.
func TestRowsBecomeStartsAndNudges(t *testing.T) {
	t.Parallel()
	db, _ := testkit.DB(t)
	e := &recorder{}
	later, urgent, past := nudge(now.Add(48*time.Hour), contract.SendNotice), nudge(time.Time{}, contract.Review), nudge(now.Add(-time.Hour), contract.PassStage)
	leave(t, db, later, urgent, past)
	n, err := newRelay(db, e, clock{now: now}).Once(t.Context())
	require.NoError(t, err)
	require.Equal(t, 3, n)
	require.ElementsMatch(t, []call{
		{true, contract.KindInvoice, contract.Input{Subject: later.SubjectID, First: contract.SendNotice, At: now.Add(48 * time.Hour)}, 48 * time.Hour},
		{false, contract.KindInvoice, contract.Input{Subject: urgent.SubjectID, First: contract.Review}, 0},
		{true, contract.KindInvoice, contract.Input{Subject: past.SubjectID, First: contract.PassStage}, 0},
	}, e.all())
	left, err := db.Nudges(t.Context(), 10)
	require.NoError(t, err)
	require.Empty(t, left)
}

// On a stepped clock nothing can be delayed by time: the run waits for its driver.
func TestAStartOnASteppedClockIsIdle(t *testing.T) {
	t.Parallel()
	db, _ := testkit.DB(t)
	e := &recorder{}
	leave(t, db, nudge(now.Add(time.Hour), contract.SendNotice))
	_, err := newRelay(db, e, clock{now: now, stepped: true}).Once(t.Context())
	require.NoError(t, err)
	require.True(t, e.all()[0].in.Idle)
	require.Zero(t, e.all()[0].delay)
}

// Many changes of one case are one row; a delayed start that is nudged is delivered at once, with what to call first.
func TestNudgesOfACaseCoalesce(t *testing.T) {
	t.Parallel()
	db, _ := testkit.DB(t)
	e := &recorder{}
	row := nudge(now.Add(time.Hour), contract.SendNotice)
	leave(t, db, row)
	row.StartAt, row.FirstAction = time.Time{}, contract.Review
	leave(t, db, row, row)
	_, err := newRelay(db, e, clock{now: now}).Once(t.Context())
	require.NoError(t, err)
	require.Equal(t, []call{{false, contract.KindInvoice, contract.Input{Subject: row.SubjectID, First: contract.Review}, 0}}, e.all())
}

// interrupted leaves another nudge while the first is being delivered.
type interrupted struct {
	recorder
	again func()
	once  sync.Once
}

func (i *interrupted) Nudge(ctx context.Context, kind string, in contract.Input) error {
	i.once.Do(i.again)
	return i.recorder.Nudge(ctx, kind, in)
}

// A nudge that comes while its row is being delivered is not lost with the row.
func TestANudgeDuringDeliveryIsNotLost(t *testing.T) {
	t.Parallel()
	db, _ := testkit.DB(t)
	row := nudge(time.Time{}, contract.Review)
	leave(t, db, row)
	e := &interrupted{again: func() { leave(t, db, row) }}
	r := newRelay(db, e, clock{now: now})
	for range 3 {
		_, err := r.Once(t.Context())
		require.NoError(t, err)
	}
	require.Len(t, e.all(), 2)
}

// What cannot be delivered stays, and waits longer each time.
func TestAFailedDeliveryWaits(t *testing.T) {
	t.Parallel()
	db, url := testkit.DB(t)
	e := &recorder{fail: fault.New(fault.Unavailable, "engine.unavailable", "down")}
	leave(t, db, nudge(time.Time{}, contract.Review))
	outbox := &putOff{Outbox: db}
	r := relay.New(relay.Options{Outbox: outbox, Engine: e, Clock: clock{now: now}, Real: func() time.Time { return now }, Lead: lead(db)})
	once := func(want int, why string) {
		n, err := r.Once(t.Context())
		require.NoError(t, err)
		require.Equal(t, want, n, why)
	}
	once(1, "it is there")
	once(0, "it is not read again before its time")
	due(t, url)
	once(1, "its time has come")
	require.Equal(t, []time.Duration{time.Second, 2 * time.Second}, outbox.after)
	e.fail = nil
	due(t, url)
	once(1, "and again")
	require.Len(t, e.all(), 1)
}

// putOff notes how long a nudge is put off, and puts it off for longer than any test takes.
type putOff struct {
	relay.Outbox
	after []time.Duration
}

func (p *putOff) FailNudge(ctx context.Context, n port.Nudge, code string, after time.Duration) error {
	p.after = append(p.after, after)
	return p.Outbox.FailNudge(ctx, n, code, time.Hour)
}

// due lets the time come of whatever was put off.
func due(t *testing.T, url string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), `UPDATE nudges SET not_before = clock_timestamp()`)
	require.NoError(t, err)
	require.NoError(t, conn.Close(t.Context()))
}

// One leads; a second takes over when the first has resigned. A notification wakes the leader before its poll.
func TestOneRelayLeads(t *testing.T) {
	t.Parallel()
	db, _ := testkit.DB(t)
	first, err := db.Lead(t.Context())
	require.NoError(t, err)
	require.NotNil(t, first)
	none, err := db.Lead(t.Context())
	require.NoError(t, err)
	require.Nil(t, none)

	leave(t, db, nudge(time.Time{}, contract.Review))
	began := time.Now()
	require.NoError(t, first.Wait(t.Context(), time.Minute))
	require.Less(t, time.Since(began), 30*time.Second)
	require.NoError(t, first.Wait(t.Context(), 20*time.Millisecond), "nothing came")
	require.NoError(t, first.Wait(t.Context(), 20*time.Millisecond), "the session outlives a wait")

	first.Resign()
	var second *store.Leader
	require.Eventually(t, func() bool { // the server ends a session a moment after its connection
		second, err = db.Lead(t.Context())
		return err != nil || second != nil
	}, patience, 20*time.Millisecond)
	require.NoError(t, err)
	second.Resign()
	require.Error(t, second.Wait(t.Context(), time.Second))
}

// The relay that runs delivers what is left, seals the record, and ends when it is told to.
func TestTheRelayRuns(t *testing.T) {
	t.Parallel()
	db, _ := testkit.DB(t)
	e := &recorder{seen: make(chan struct{}, 10)}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	meter := &meter{}
	r := relay.New(relay.Options{Outbox: db, Engine: e, Clock: clock{now: now}, Lead: lead(db), Meter: meter})
	go func() { defer close(done); r.Run(ctx) }()
	leave(t, db, nudge(time.Time{}, contract.Review))
	<-e.seen
	leave(t, db, nudge(now.Add(time.Hour), contract.Review)) // announces nothing: found by the poll
	<-e.seen
	require.Eventually(t, func() bool {
		left, err := db.Nudges(t.Context(), 10)
		return err == nil && len(left) == 0
	}, patience, 20*time.Millisecond)
	stop()
	<-done
	require.Equal(t, 1, meter.started)
	require.Equal(t, 1, meter.nudged)
	require.False(t, meter.leads)
}

type meter struct {
	mu              sync.Mutex
	started, nudged int
	leads           bool
}

func (m *meter) Delivered(started, nudged int, _ time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.started, m.nudged = m.started+started, m.nudged+nudged
}

func (m *meter) Leads(leads bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.leads = leads
}

func (m *meter) Failed(string)            {}
func (m *meter) Lag(int64, time.Duration) {}
func (m *meter) Sealed(int)               {}

// faulty is a database that is away for a while.
type faulty struct {
	relay.Outbox
	left int
}

func (f *faulty) Nudges(ctx context.Context, limit int) ([]port.Nudge, error) {
	if f.left > 0 {
		f.left--
		return nil, errors.New("away")
	}
	return f.Outbox.Nudges(ctx, limit)
}

// A fault of the database is not the end of the relay.
func TestTheRelayOutlivesFaults(t *testing.T) {
	t.Parallel()
	db, _ := testkit.DB(t)
	e := &recorder{seen: make(chan struct{}, 1)}
	ctx, stop := context.WithCancel(t.Context())
	done, tries := make(chan struct{}), 0
	r := relay.New(relay.Options{Outbox: &faulty{Outbox: db, left: 1}, Engine: e, Clock: clock{now: now}, Lead: func(ctx context.Context) (relay.Lead, error) {
		if tries++; tries == 1 {
			return nil, errors.New("away")
		}
		return lead(db)(ctx)
	}})
	leave(t, db, nudge(time.Time{}, contract.Review))
	go func() { defer close(done); r.Run(ctx) }()
	<-e.seen
	stop()
	<-done
}

// What runs beside may take its time to end: another leads meanwhile, and the end of the relay waits for it.
func TestTheLeadIsGivenUpBeforeWhatRunsBesideHasEnded(t *testing.T) {
	t.Parallel()
	db, _ := testkit.DB(t)
	ctx, stop := context.WithCancel(t.Context())
	began, release, done := make(chan struct{}), make(chan struct{}), make(chan struct{})
	r := relay.New(relay.Options{
		Outbox: db, Engine: &recorder{}, Clock: clock{now: now}, Lead: lead(db),
		Alongside: []func(context.Context){func(context.Context) { close(began); <-release }},
	})
	go func() { defer close(done); r.Run(ctx) }()
	<-began
	stop()
	require.Eventually(t, func() bool {
		next, err := db.Lead(t.Context())
		if err != nil || next == nil {
			return false
		}
		next.Resign()
		return true
	}, patience, 20*time.Millisecond)
	select {
	case <-done:
		require.Fail(t, "the relay ended before what runs beside it")
	default:
	}
	close(release)
	<-done
}

// A transaction that is nudging the row just delivered is not waited for; its nudge is delivered when it commits.
func TestARowBeingNudgedIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	db, _ := testkit.DB(t)
	row := nudge(time.Time{}, contract.Review)
	leave(t, db, row)
	read, err := db.Nudges(t.Context(), 10)
	require.NoError(t, err)
	require.NoError(t, db.InTx(t.Context(), func(ctx context.Context, tx port.Tx) error {
		if err := tx.Write(ctx, port.Work{Nudges: []port.Nudge{row}}); err != nil {
			return err
		}
		return db.DeleteNudges(t.Context(), read) // on a connection of its own
	}))
	left, err := db.Nudges(t.Context(), 10)
	require.NoError(t, err)
	require.Len(t, left, 1)
	require.NoError(t, db.DeleteNudges(t.Context(), left))
}
