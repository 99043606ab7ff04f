package relay_test

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/webhook"
	"arrears/port"
	"arrears/relay"
)

func TestEventsAreDeliveredSignedAndOnce(t *testing.T) {
	t.Parallel()
	h, r := newHall(t), newReceiver(t)
	e := h.endpoint(r, "invoice.created", "notice.sent")
	h.runs(h.delivery())
	h.happens(40, "invoice.created")
	h.happens(5, "receipt.recorded")
	h.happens(1, "notice.sent")
	_, err := h.app.PingEndpoint(t.Context(), boss, e.ID)
	require.NoError(t, err)
	h.until(func() bool { return h.count(webhook.Delivered) == 42 })
	require.Len(t, r.all(), 42)
	require.Len(t, r.ids(), 42)
	kinds := map[string]int{}
	for _, g := range r.all() {
		require.Equal(t, 1, g.signatures)
		require.Equal(t, epoch, g.at.UTC())
		kinds[g.kind]++
	}
	require.Equal(t, map[string]int{"invoice.created": 40, "notice.sent": 1, "webhook.ping": 1}, kinds)
	require.Equal(t, 42, h.meter.read(func() int { return h.meter.codes[""] }))
}

// The body is the event as the feed shows it.
func TestTheBodyIsTheFeedsEvent(t *testing.T) {
	t.Parallel()
	h, r := newHall(t), newReceiver(t)
	e := h.endpoint(r)
	h.runs(h.delivery())
	h.happens(1, "invoice.created")
	h.until(func() bool { return h.count(webhook.Delivered) >= 1 && len(r.all()) > 0 })
	for _, g := range r.all() {
		require.NoError(t, h.db.Read(t.Context(), func(ctx context.Context, tx port.Tx) error {
			events, _, err := tx.ListEvents(ctx, e.Position, []string{g.kind}, 10)
			require.NoError(t, err)
			require.Len(t, events, 1)
			want, err := json.Marshal(events[0])
			require.NoError(t, err)
			require.Equal(t, string(want), g.body)
			return nil
		}))
	}
}

// A receiver changes secrets while events flow: whichever it knows, the old or the new, no event is lost or unverifiable.
func TestSecretsRotateUnderLoadWithoutLoss(t *testing.T) {
	t.Parallel()
	h, r := newHall(t), newReceiver(t)
	e := h.endpoint(r, "invoice.created")
	h.runs(h.delivery())
	for n := range 3 {
		h.happens(30, "invoice.created")
		made, err := h.app.RotateSecret(t.Context(), boss, e.ID, webhook.DefaultOverlap)
		require.NoError(t, err)
		rotated := h.end()
		h.happens(30, "invoice.created")
		h.until(func() bool { return h.deliveredUpTo(rotated) == 60*n+30 }) // what may have been signed before the rotation
		r.knows(made.Secret, true)                                          // from now on it knows the new one alone
		h.until(func() bool { return h.count(webhook.Delivered) == 60*n+60 })
		h.passes(time.Minute) // while nothing is under way, or its lease would end
	}
	h.until(func() bool { return h.count(webhook.Delivered) == 180 })
	require.Zero(t, r.bad, "each post was signed by a secret that the receiver knew")
	before := len(r.all())
	h.passes(25 * time.Hour)
	h.happens(1, "invoice.created")
	h.until(func() bool { return len(r.all()) == before+1 })
	require.Equal(t, 1, r.all()[before].signatures)
}

// It fails, waits as the schedule says, fails again, and is a dead letter after the last attempt; replayed, it arrives.
func TestADeliveryIsTriedOnScheduleAndThenDead(t *testing.T) {
	t.Parallel()
	h, r := newHall(t), newReceiver(t)
	h.endpoint(r, "invoice.created")
	r.status(http.StatusInternalServerError)
	h.runs(h.delivery())
	h.happens(1, "invoice.created")
	for n := 1; n < webhook.MaxAttempts; n++ {
		h.until(func() bool { return h.only().Failures == n })
		d := h.only()
		require.Equal(t, webhook.Pending, d.State)
		wait, _ := webhook.Backoff(n, 0)
		require.Equal(t, wait, d.NextAt.Sub(h.now()))
		require.Equal(t, 500, d.LastStatus)
		h.passes(wait - time.Second)
		time.Sleep(50 * time.Millisecond) // several polls, none of which may send
		require.Len(t, r.all(), n)
		h.passes(time.Second)
	}
	h.until(func() bool { return h.only().State == webhook.Dead })
	d := h.only()
	require.Len(t, r.ids(), 1, "the same event under the same id")
	require.Len(t, d.Log, webhook.MaxAttempts)
	require.Equal(t, webhook.ErrStatus, d.Log[0].Error)
	h.until(func() bool { return h.meter.read(func() int { return h.meter.died }) == 1 }) // it is told after the commit

	r.status(http.StatusOK)
	out, err := h.app.ReplayEndpoint(t.Context(), boss, d.EndpointID, app.Replay{})
	require.NoError(t, err)
	require.Equal(t, 1, out.Deliveries)
	h.until(func() bool { return h.only().State == webhook.Delivered })
	require.Len(t, r.ids(), 1)
	require.Equal(t, webhook.MaxAttempts+1, h.only().Attempts)
}

func TestRetryAfterIsHeeded(t *testing.T) {
	t.Parallel()
	h, r := newHall(t), newReceiver(t)
	h.endpoint(r, "invoice.created")
	r.answer = func(n int, _ *http.Request, w http.ResponseWriter) {
		if n == 1 {
			w.Header().Set("Retry-After", "90")
			w.WriteHeader(http.StatusTooManyRequests)
		}
	}
	h.runs(h.delivery())
	h.happens(1, "invoice.created")
	h.until(func() bool { return h.only().Failures == 1 })
	h.happens(3, "invoice.created")
	h.until(func() bool { return h.count(webhook.Pending) == 4 })
	h.passes(89 * time.Second)
	time.Sleep(50 * time.Millisecond)
	require.Len(t, r.all(), 1, "nothing else is sent there either")
	h.passes(time.Second)
	h.until(func() bool { return h.count(webhook.Delivered) == 4 })
}

func TestGoneDisablesTheEndpoint(t *testing.T) {
	t.Parallel()
	h, r := newHall(t), newReceiver(t)
	e := h.endpoint(r, "invoice.created")
	r.status(http.StatusGone)
	h.runs(h.delivery())
	h.happens(1, "invoice.created")
	h.until(func() bool { return h.shown(e.ID).State == webhook.DisabledByFailure })
	require.Equal(t, webhook.ReasonGone, h.shown(e.ID).Reason)
	require.Equal(t, webhook.Dead, h.only().State)
	h.happens(3, "invoice.created")
	time.Sleep(50 * time.Millisecond)
	require.Len(t, r.all(), 1)
	tasks, err := h.app.ListTasks(t.Context(), boss, port.TaskFilter{Kind: "webhook_disabled"}, port.Page{})
	require.NoError(t, err)
	require.Len(t, tasks.Items, 1)
	// Corrected and enabled, it goes on where it stopped.
	r.status(http.StatusOK)
	yes := true
	_, err = h.app.UpdateEndpoint(t.Context(), boss, e.ID, app.EndpointChange{Version: h.shown(e.ID).Version, Enabled: &yes})
	require.NoError(t, err)
	h.until(func() bool { return h.count(webhook.Delivered) == 3 })
}

// Days of nothing but failures, over more than one event, disable an endpoint; one success in between does not let it come
// to that.
func TestAnEndpointThatTakesNothingForDaysIsDisabled(t *testing.T) {
	t.Parallel()
	h, r := newHall(t), newReceiver(t)
	e := h.endpoint(r, "invoice.created")
	r.status(http.StatusBadGateway)
	h.runs(h.delivery())
	for day := range 7 {
		h.happens(2, "invoice.created")
		h.until(func() bool { return h.rests(2*(day+1)) || h.shown(e.ID).State != webhook.Enabled })
		if h.shown(e.ID).State != webhook.Enabled {
			require.GreaterOrEqual(t, day, 5)
			break
		}
		h.passes(24 * time.Hour) // while nothing is under way, or its lease would end
	}
	h.until(func() bool { return h.shown(e.ID).State == webhook.DisabledByFailure })
	require.Equal(t, webhook.ReasonFailing, h.shown(e.ID).Reason)
}

func TestRedirectsAreFailures(t *testing.T) {
	t.Parallel()
	h, r, other := newHall(t), newReceiver(t), newReceiver(t)
	h.endpoint(r, "invoice.created")
	r.answer = func(_ int, req *http.Request, w http.ResponseWriter) {
		http.Redirect(w, req, other.URL, http.StatusTemporaryRedirect)
	}
	h.runs(h.delivery())
	h.happens(1, "invoice.created")
	h.until(func() bool { return h.only().Failures == 1 })
	require.Equal(t, webhook.ErrRedirect, h.only().LastError)
	require.Empty(t, other.all())
}

// One receiver hangs with all its slots; another gets its events all the same.
func TestASlowEndpointHoldsUpNobodyElse(t *testing.T) {
	t.Parallel()
	h, slow, quick := newHall(t), newReceiver(t), newReceiver(t)
	hold := make(chan struct{})
	var release sync.Once
	free := func() { release.Do(func() { close(hold) }) }
	t.Cleanup(free)
	slow.answer = func(int, *http.Request, http.ResponseWriter) { <-hold }
	var under, beyond atomic.Int64 // posts to the slow one
	h.endpoint(slow, "invoice.created")
	h.endpoint(quick, "invoice.created")
	h.runs(h.delivery(func(o *relay.WebhookOptions) {
		post := o.Post
		o.Post = func(ctx context.Context, request webhook.Request) webhook.Answer {
			if request.URL == slow.URL {
				if under.Add(1) > 8 {
					beyond.Add(1)
				}
				defer under.Add(-1)
			}
			return post(ctx, request)
		}
	}))
	h.happens(100, "invoice.created")
	h.until(func() bool { return len(quick.ids()) == 100 && under.Load() == 8 })
	require.Zero(t, beyond.Load(), "bounded")
	free()
	h.until(func() bool { return h.count(webhook.Delivered) == 200 })
}

// Two relays that both believe that they lead send no event twice.
func TestTwoRelaysAtOnce(t *testing.T) {
	t.Parallel()
	h, r := newHall(t), newReceiver(t)
	h.endpoint(r, "invoice.created")
	h.runs(h.delivery())
	h.runs(h.delivery())
	for range 5 {
		h.happens(60, "invoice.created")
	}
	h.until(func() bool { return h.count(webhook.Delivered) == 300 })
	require.Len(t, r.all(), 300)
	require.Len(t, r.ids(), 300)
	require.Zero(t, h.meter.read(func() int { return h.meter.resent }))
}

// A name that leads to this machine is refused when the connection is made, and told.
func TestPrivateAddressesAreRefused(t *testing.T) {
	t.Parallel()
	h, r := newHall(t), newReceiver(t)
	h.endpoint(r, "invoice.created")
	h.private = false // the delivery is not as permissive as whoever entered it was
	h.runs(h.delivery())
	h.happens(1, "invoice.created")
	h.until(func() bool { return h.only().Failures == 1 })
	require.Contains(t, []string{webhook.ErrPrivate, webhook.ErrURL}, h.only().LastError)
	require.Empty(t, r.all())
}
