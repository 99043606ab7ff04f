package relay_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/domain/webhook"
	"arrears/internal/seal"
	"arrears/port"
	"arrears/relay"
	"arrears/store"
)

// forgetful cannot record the first outcome, as if the process had died.
type forgetful struct {
	relay.WebhookQueue
	lost atomic.Bool
}

func (f *forgetful) RecordAttempt(ctx context.Context, o port.AttemptOutcome) (port.EndpointHealth, bool, error) {
	if f.lost.CompareAndSwap(false, true) {
		return port.EndpointHealth{}, false, nil
	}
	return f.WebhookQueue.RecordAttempt(ctx, o)
}

func TestWhatNobodyRecordedIsSentAgainUnderTheSameID(t *testing.T) {
	t.Parallel()
	h, r := newHall(t), newReceiver(t)
	h.endpoint(r, "invoice.created")
	queue := &forgetful{WebhookQueue: h.db}
	h.runs(h.delivery(func(o *relay.WebhookOptions) { o.Queue = queue }))
	h.happens(1, "invoice.created")
	h.until(func() bool { return len(r.all()) == 1 && queue.lost.Load() })
	h.passes(2 * time.Minute)
	h.until(func() bool { return h.only().State == webhook.Delivered })
	require.Len(t, r.all(), 2)
	require.Len(t, r.ids(), 1)
	require.Equal(t, 1, h.meter.read(func() int { return h.meter.resent }))
	require.Equal(t, webhook.ErrUncertain, h.only().Log[0].Error)
}

// faultyQueue fails now and then.
type faultyQueue struct {
	relay.WebhookQueue
	calls atomic.Int64
}

func (f *faultyQueue) fails() error {
	if n := f.calls.Add(1); n%3 == 1 {
		return errors.New("away")
	}
	return nil
}

func (f *faultyQueue) ServedEndpoints(ctx context.Context) ([]uuid.UUID, error) {
	if err := f.fails(); err != nil {
		return nil, err
	}
	return f.WebhookQueue.ServedEndpoints(ctx)
}

func (f *faultyQueue) QueueEvents(ctx context.Context, id uuid.UUID, at time.Time) (int, bool, error) {
	if err := f.fails(); err != nil {
		return 0, false, err
	}
	return f.WebhookQueue.QueueEvents(ctx, id, at)
}

func (f *faultyQueue) RecordAttempt(ctx context.Context, o port.AttemptOutcome) (port.EndpointHealth, bool, error) {
	if err := f.fails(); err != nil {
		return port.EndpointHealth{}, false, err
	}
	return f.WebhookQueue.RecordAttempt(ctx, o)
}

func TestTheDeliveryOutlivesFaultsOfTheDatabase(t *testing.T) {
	t.Parallel()
	h, r := newHall(t), newReceiver(t)
	h.endpoint(r, "invoice.created")
	h.runs(h.delivery(func(o *relay.WebhookOptions) { o.Queue = &faultyQueue{WebhookQueue: h.db} }))
	h.happens(20, "invoice.created")
	h.until(func() bool { return h.count(webhook.Delivered) == 20 })
	require.Len(t, r.all(), 20)
}

// A key that is missing is our fault: nothing unsigned leaves, and the event waits.
func TestASecretThatCannotBeOpenedSendsNothing(t *testing.T) {
	t.Parallel()
	h, r := newHall(t), newReceiver(t)
	h.endpoint(r, "invoice.created")
	other, err := seal.New([]seal.Key{{ID: "k2", Secret: []byte(strings.Repeat("x", 32))}})
	require.NoError(t, err)
	h.runs(h.delivery(func(o *relay.WebhookOptions) { o.Sealer = other }))
	h.happens(1, "invoice.created")
	h.until(func() bool { return h.only().Failures == 1 })
	require.Equal(t, webhook.ErrUnreadable, h.only().LastError)
	require.Empty(t, r.all())
}

// What is under way when the relay is told to end is finished and recorded.
func TestStoppingFinishesWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	h, r := newHall(t), newReceiver(t)
	entered, hold := make(chan struct{}), make(chan struct{})
	r.answer = func(int, *http.Request, http.ResponseWriter) { close(entered); <-hold }
	h.endpoint(r, "invoice.created")
	stop := h.runs(h.delivery())
	h.happens(1, "invoice.created")
	<-entered
	stopped := make(chan struct{})
	go func() { defer close(stopped); stop() }()
	close(hold)
	<-stopped
	require.Equal(t, webhook.Delivered, h.only().State)
}

// What is old is swept.
func TestTheHouseIsKept(t *testing.T) {
	t.Parallel()
	h, r := newHall(t), newReceiver(t)
	h.endpoint(r, "invoice.created")
	stop := h.runs(h.delivery())
	h.happens(1, "invoice.created")
	h.until(func() bool { return h.count(webhook.Delivered) == 1 })
	stop()
	h.passes(31 * 24 * time.Hour)
	h.runs(h.delivery())
	h.until(func() bool { return h.count(webhook.Delivered) == 0 })
}

// The environment of the process that TestAKilledRelay starts.
const (
	envSchema = "ARREARS_TEST_KILLED_SCHEMA"
	envDone   = "ARREARS_TEST_KILLED_DONE"
)

// TestTheRelayThatIsKilled is that process: it delivers until it is killed or has delivered.
func TestTheRelayThatIsKilled(t *testing.T) {
	t.Parallel()
	url := os.Getenv(envSchema)
	if url == "" {
		t.Skip("it runs inside TestAKilledRelay")
	}
	db, err := store.Open(t.Context(), url)
	require.NoError(t, err)
	defer db.Close()
	h := hallOver(t, db, url)
	if os.Getenv(envDone) != "" {
		h.passes(2 * time.Minute)
	}
	h.runs(h.delivery())
	h.until(func() bool { return h.count(webhook.Delivered) == 1 })
}

// Killed between the receiver's answer and the record: the next relay sends the same event under the same id, and counts it.
func TestAKilledRelay(t *testing.T) {
	t.Parallel()
	h, r := newHall(t), newReceiver(t)
	h.endpoint(r, "invoice.created")
	h.happens(1, "invoice.created")
	process := func(env ...string) error {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestTheRelayThatIsKilled$")
		cmd.Env = append(append(os.Environ(), envSchema+"="+h.url, "ARREARS_FAILPOINTS=webhook.after_send=kill,once:"+filepath.Join(t.TempDir(), "once")), env...)
		return cmd.Run()
	}
	require.Error(t, process(), "it is killed")
	require.Len(t, r.all(), 1)
	require.Equal(t, webhook.Pending, h.only().State)
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestTheRelayThatIsKilled$")
	cmd.Env = append(os.Environ(), envSchema+"="+h.url, envDone+"=1")
	require.NoError(t, cmd.Run())
	require.Len(t, r.all(), 2)
	require.Len(t, r.ids(), 1)
	require.Equal(t, webhook.Delivered, h.only().State)
	var resent int64
	require.NoError(t, h.db.Read(t.Context(), func(ctx context.Context, tx port.Tx) error {
		counters, err := tx.Counters(ctx)
		resent = counters["webhook_resent"]
		return err
	}))
	require.Equal(t, int64(1), resent)
}
