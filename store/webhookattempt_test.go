package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"arrears/domain/webhook"
	"arrears/internal/testkit"
	"arrears/port"
)

func TestADeliveryIsClaimedByOneAndRecordedOnce(t *testing.T) {
	t.Parallel()
	h := newHooks(t)
	h.happens(t, "invoice.created", "notice.sent")
	h.queueAll(t, noon)
	first := h.claim(t, noon, 1)
	require.Len(t, first.Deliveries, 1)
	d := first.Deliveries[0]
	require.Equal(t, "invoice.created", d.Event.Type)
	require.Equal(t, d.EventID.String(), d.Event.ID)
	require.Equal(t, 1, d.Attempts)
	require.Equal(t, h.endpoint.Secrets, first.Endpoint.Secrets)
	second := h.claim(t, noon, 10)
	require.Len(t, second.Deliveries, 1, "another one")
	require.Empty(t, h.claim(t, noon, 10).Deliveries)
	health, recorded := h.record(t, d, 200, noon.Add(time.Second))
	require.True(t, recorded)
	require.Zero(t, health)
	_, recorded = h.record(t, d, 200, noon)
	require.False(t, recorded)
	got := h.deliveries(t, port.DeliveryFilter{State: "delivered"})
	require.Len(t, got, 1)
	require.Equal(t, noon.Add(time.Second), *got[0].SettledAt)
	require.Equal(t, 200, got[0].LastStatus)
	h.in(t, func(ctx context.Context, tx port.Tx) {
		attempts, err := tx.Attempts(ctx, d.ID, 10)
		require.NoError(t, err)
		require.Equal(t, []webhook.Attempt{{Number: 1, At: noon.Add(time.Second), Took: 20 * time.Millisecond, Status: 200, Response: []byte("said")}}, attempts)
	})
}

// Nobody recorded the first attempt: when its lease ends it is made again, and counted; its late record changes nothing.
func TestAnUnrecordedAttemptIsMadeAgain(t *testing.T) {
	t.Parallel()
	h := newHooks(t)
	h.happens(t, "invoice.created")
	h.queueAll(t, noon)
	lost := h.claim(t, noon, 1).Deliveries[0]
	require.Empty(t, h.claim(t, noon.Add(lease-time.Second), 1).Deliveries)
	again := h.claim(t, noon.Add(lease), 1)
	require.Equal(t, 1, again.Unrecorded)
	require.Equal(t, lost.EventID, again.Deliveries[0].EventID)
	require.Equal(t, 2, again.Deliveries[0].Attempts)
	require.Zero(t, again.Deliveries[0].Failures, "nobody knows that it failed")
	_, recorded := h.record(t, lost, 500, noon.Add(lease))
	require.False(t, recorded)
	require.Zero(t, h.endpointNow(t).Failures)
	_, recorded = h.record(t, again.Deliveries[0], 200, noon.Add(lease))
	require.True(t, recorded)
	require.Equal(t, map[string]int64{"webhook_resent": 1}, counters(t, h.DB))
	h.in(t, func(ctx context.Context, tx port.Tx) {
		attempts, err := tx.Attempts(ctx, lost.ID, 10)
		require.NoError(t, err)
		require.Len(t, attempts, 2)
		require.Equal(t, webhook.Attempt{Number: 1, At: noon, Error: webhook.ErrUncertain, Response: []byte{}}, attempts[0])
	})
}

func TestTheHealthOfAnEndpoint(t *testing.T) {
	t.Parallel()
	h := newHooks(t)
	h.happens(t, "invoice.created", "notice.sent", "receipt.recorded")
	h.queueAll(t, noon)
	all := h.claim(t, noon, 3).Deliveries
	h.record(t, all[0], 500, noon)
	health, _ := h.record(t, all[1], 500, noon.Add(time.Hour))
	require.Equal(t, port.EndpointHealth{FailingSince: noon, Failures: 2}, health)
	require.Equal(t, noon, *h.endpointNow(t).FailingSince)
	h.record(t, all[2], 200, noon.Add(time.Hour))
	require.Zero(t, h.endpointNow(t).Failures)
	require.Nil(t, h.endpointNow(t).FailingSince)
	failed := h.deliveries(t, port.DeliveryFilter{State: "pending"})
	require.Len(t, failed, 2)
	require.Equal(t, noon.Add(5*time.Second), failed[0].NextAt)
	require.Equal(t, webhook.ErrStatus, failed[0].LastError)
	require.Empty(t, h.claim(t, noon.Add(4*time.Second), 5).Deliveries)
	require.Len(t, h.claim(t, noon.Add(5*time.Second), 5).Deliveries, 1)
}

// Retry-After holds for the endpoint, not only for the event.
func TestAPauseHoldsForTheEndpoint(t *testing.T) {
	t.Parallel()
	h := newHooks(t)
	h.happens(t, "invoice.created", "notice.sent")
	h.queueAll(t, noon)
	d := h.claim(t, noon, 1).Deliveries[0]
	answer := webhook.Answer{Status: 429, Error: webhook.ErrStatus, RetryAfter: time.Minute}
	_, _, err := h.RecordAttempt(t.Context(), port.AttemptOutcome{
		Delivery: d.Delivery, At: noon, Verdict: webhook.Judge(answer, 0, noon, 0), Attempt: webhook.Attempt{Number: 1, At: noon, Status: 429, Error: webhook.ErrStatus},
	})
	require.NoError(t, err)
	require.Empty(t, h.claim(t, noon.Add(59*time.Second), 5).Deliveries)
	require.Len(t, h.claim(t, noon.Add(time.Minute), 5).Deliveries, 2)
}

func TestNothingIsQueuedOrClaimedForADisabledEndpoint(t *testing.T) {
	t.Parallel()
	h := newHooks(t)
	h.happens(t, "invoice.created")
	h.queueAll(t, noon)
	h.happens(t, "notice.sent")
	e := h.endpointNow(t)
	e.State = webhook.Disabled
	h.in(t, func(ctx context.Context, tx port.Tx) { require.NoError(t, tx.UpdateEndpoint(ctx, e)) })
	require.Zero(t, h.queueAll(t, noon))
	require.Empty(t, h.claim(t, noon, 5).Deliveries)
	e = h.endpointNow(t)
	e.State = webhook.Enabled
	h.in(t, func(ctx context.Context, tx port.Tx) { require.NoError(t, tx.UpdateEndpoint(ctx, e)) })
	require.Equal(t, 1, h.queueAll(t, noon), "what happened meanwhile waited")
	require.Len(t, h.claim(t, noon, 5).Deliveries, 2)
}

func TestDeadLettersAreReplayed(t *testing.T) {
	t.Parallel()
	h := newHooks(t)
	h.happens(t, "invoice.created", "notice.sent", "receipt.recorded", "promise.made")
	h.queueAll(t, noon)
	for i, d := range h.claim(t, noon, 4).Deliveries {
		status := 200
		if i < 3 {
			d.Failures, status = webhook.MaxAttempts-1, 500
		}
		h.record(t, d, status, noon)
	}
	dead := h.deliveries(t, port.DeliveryFilter{State: "dead", EndpointID: someID(h.endpoint.ID)})
	require.Len(t, dead, 3)
	later := noon.Add(time.Hour)
	h.in(t, func(ctx context.Context, tx port.Tx) {
		require.NoError(t, tx.RetryDelivery(ctx, dead[0].ID, later))
		n, err := tx.ReplayDeliveries(ctx, port.DeliveryFilter{EndpointID: someID(h.endpoint.ID), State: "dead", Since: later}, later, 10)
		require.NoError(t, err)
		require.Zero(t, n, "none was made since")
		n, err = tx.ReplayDeliveries(ctx, port.DeliveryFilter{EndpointID: someID(h.endpoint.ID), State: "dead", Until: later}, later, 1)
		require.NoError(t, err)
		require.Equal(t, 1, n, "bounded")
		n, err = tx.ReplayDeliveries(ctx, port.DeliveryFilter{EndpointID: someID(h.endpoint.ID), State: "delivered", EventType: "promise.made"}, later, 10)
		require.NoError(t, err)
		require.Equal(t, 1, n)
	})
	again := h.claim(t, later, 10).Deliveries
	require.Len(t, again, 3)
	for _, d := range again {
		require.Equal(t, 2, d.Attempts)
		require.Zero(t, d.Failures, "a fresh schedule")
		require.Equal(t, 1, d.Replays)
	}
	h.refuses(t, "webhook_delivery.in_progress", func(ctx context.Context, tx port.Tx) error { return tx.RetryDelivery(ctx, again[0].ID, later) })
	h.refuses(t, "webhook_delivery.not_found", func(ctx context.Context, tx port.Tx) error {
		_, err := tx.Delivery(ctx, newID())
		return err
	})
}

// A stretch of the feed is queued again: settled deliveries are revived, swept ones made again, pending ones left alone, and
// what is new goes on after that.
func TestTheFeedIsReplayedFromAPosition(t *testing.T) {
	t.Parallel()
	h := newHooks(t)
	h.happens(t, "invoice.created", "notice.sent", "receipt.recorded", "promise.made")
	h.queueAll(t, noon)
	claimed := h.claim(t, noon, 3).Deliveries
	for _, d := range claimed {
		h.record(t, d, 200, noon)
	}
	swept, err := h.SweepWebhooks(t.Context(), noon.Add(time.Hour), noon.Add(time.Minute), 1)
	require.NoError(t, err)
	require.Equal(t, int64(1), swept)
	h.happens(t, "invoice.voided")
	e := h.endpointNow(t)
	e.ReplayAfter, e.ReplayUntil = 0, e.Position
	h.in(t, func(ctx context.Context, tx port.Tx) { require.NoError(t, tx.UpdateEndpoint(ctx, e)) })
	h.queueAll(t, noon.Add(time.Hour))
	require.False(t, h.endpointNow(t).Replaying())
	again := h.claim(t, noon.Add(time.Hour), 10).Deliveries
	require.Len(t, again, 5)
	seen := map[string]int{}
	for _, d := range again {
		seen[d.EventType] = d.Replays
	}
	require.Equal(t, 0, seen["promise.made"], "it was pending and stayed so")
	require.Contains(t, seen, "invoice.voided")
	revived := 0
	for _, n := range seen {
		revived += n
	}
	require.Equal(t, 2, revived)
}

func TestSweeping(t *testing.T) {
	t.Parallel()
	h := newHooks(t)
	h.happens(t, "invoice.created", "notice.sent", "receipt.recorded")
	h.queueAll(t, noon)
	all := h.claim(t, noon, 2).Deliveries
	h.record(t, all[0], 200, noon)
	all[1].Failures = webhook.MaxAttempts
	h.record(t, all[1], 500, noon)
	n, err := h.SweepWebhooks(t.Context(), noon, noon, 10)
	require.NoError(t, err)
	require.Zero(t, n, "not yet")
	n, err = h.SweepWebhooks(t.Context(), noon, noon.Add(time.Second), 10)
	require.NoError(t, err)
	require.Equal(t, int64(1), n, "the delivered one, with its attempts")
	require.Len(t, h.deliveries(t, port.DeliveryFilter{}), 2, "dead letters stay")
	e := h.endpointNow(t)
	e.State = webhook.Archived
	h.in(t, func(ctx context.Context, tx port.Tx) { require.NoError(t, tx.UpdateEndpoint(ctx, e)) })
	_, err = h.SweepWebhooks(t.Context(), noon, noon, 10)
	require.NoError(t, err)
	require.Len(t, h.deliveries(t, port.DeliveryFilter{State: "cancelled"}), 1)
}

func TestAPingHasABodyOfItsOwn(t *testing.T) {
	t.Parallel()
	h := newHooks(t)
	id := newID()
	h.in(t, func(ctx context.Context, tx port.Tx) {
		require.NoError(t, tx.InsertDelivery(ctx, webhook.Delivery{
			ID: id, EndpointID: h.endpoint.ID, EventID: id, EventType: webhook.PingType, Body: []byte("{}"), NextAt: noon, CreatedAt: noon,
		}))
	})
	d := h.claim(t, noon, 5).Deliveries[0]
	require.Nil(t, d.Event)
	require.Equal(t, []byte("{}"), d.Body)
	require.Zero(t, d.Position)
	found := h.deliveries(t, port.DeliveryFilter{EventID: someID(id)})
	require.Len(t, found, 1)
}

// What the states rule out cannot be written.
func TestTheDatabaseHoldsTheStates(t *testing.T) {
	t.Parallel()
	db, address := testkit.DB(t)
	h := hookHouse{house: house{DB: db}, endpoint: endpointOf()}
	h.in(t, func(ctx context.Context, tx port.Tx) { require.NoError(t, tx.InsertEndpoint(ctx, h.endpoint)) })
	h.happens(t, "invoice.created")
	h.queueAll(t, noon)
	for _, statement := range []string{
		`UPDATE webhook_endpoints SET state = 'gone'`,
		`UPDATE webhook_endpoints SET state = 'disabled_by_failure'`,
		`UPDATE webhook_endpoints SET reason = 'gone'`,
		`UPDATE webhook_endpoints SET replay_until = position + 1`,
		`UPDATE webhook_endpoints SET replay_after = 1`,
		`UPDATE webhook_endpoints SET failures = 1`,
		`UPDATE webhook_endpoints SET url = ''`,
		`UPDATE webhook_deliveries SET state = 'delivered'`,
		`UPDATE webhook_deliveries SET settled_at = next_at`,
		`UPDATE webhook_deliveries SET position = NULL`,
		`UPDATE webhook_deliveries SET state = 'dead', settled_at = next_at, leased = true`,
		`INSERT INTO webhook_deliveries (id, endpoint_id, event_id, event_type, position, state, next_at, created_at)
		 SELECT gen_random_uuid(), endpoint_id, event_id, event_type, position, state, next_at, created_at FROM webhook_deliveries`,
		`INSERT INTO webhook_attempts (delivery_id, number, at, took_ms, response) SELECT id, 1, next_at, 0, decode(repeat('00', 1025), 'hex') FROM webhook_deliveries`,
		`DELETE FROM webhook_endpoints`,
	} {
		require.Error(t, execAt(t, address, statement), statement)
	}
}

// execAt runs one statement and returns what the database says to it.
func execAt(t *testing.T, address, statement string) error {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), address)
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close(context.Background())) }()
	_, err = conn.Exec(t.Context(), statement)
	return err
}
