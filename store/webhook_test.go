package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"arrears/domain/audit"
	"arrears/domain/webhook"
	"arrears/internal/testkit"
	"arrears/port"
)

// lease is how long a test's attempt may take.
const lease = time.Minute

// hookHouse is a database with one endpoint that wants everything from the beginning.
type hookHouse struct {
	house
	endpoint webhook.Endpoint
}

func newHooks(t *testing.T, types ...string) hookHouse {
	t.Helper()
	db, _ := testkit.DB(t)
	h := hookHouse{house: house{DB: db}, endpoint: endpointOf(types...)}
	h.in(t, func(ctx context.Context, tx port.Tx) { require.NoError(t, tx.InsertEndpoint(ctx, h.endpoint)) })
	return h
}

func endpointOf(types ...string) webhook.Endpoint {
	id := newID()
	return webhook.Endpoint{
		ID: id, URL: "https://erp.example.com/hooks", Description: "ERP", EventTypes: types, Metadata: map[string]string{"team": "ar"},
		State: webhook.Enabled, CreatedAt: noon, CreatedBy: "admin-1", Version: 1,
		Secrets: []webhook.Secret{{ID: newID(), EndpointID: id, KeyID: "k1", Sealed: []byte("sealed"), CreatedAt: noon}},
	}
}

// happens records events and seals them.
func (h hookHouse) happens(t *testing.T, actions ...string) {
	t.Helper()
	h.in(t, func(ctx context.Context, tx port.Tx) {
		for _, action := range actions {
			require.NoError(t, tx.Audit(ctx, audit.Entry{
				ID: newID().String(), At: noon, Actor: "test", Action: action, SubjectKind: "invoice", SubjectID: newID().String(),
			}))
		}
	})
	require.Eventually(t, func() bool { // another test's transaction may hold the horizon for a moment
		_, err := h.SealAudit(t.Context(), 10_000)
		require.NoError(t, err)
		waiting := int64(1)
		h.in(t, func(ctx context.Context, tx port.Tx) {
			waiting, err = tx.CountUnsealed(ctx)
			require.NoError(t, err)
		})
		return waiting == 0
	}, patience, 10*time.Millisecond)
}

// queueAll queues until nothing more comes.
func (h hookHouse) queueAll(t *testing.T, now time.Time) (total int) {
	t.Helper()
	for {
		n, more, err := h.QueueEvents(t.Context(), h.endpoint.ID, now)
		require.NoError(t, err)
		total += n
		if !more {
			return total
		}
	}
}

func (h hookHouse) claim(t *testing.T, now time.Time, limit int) port.ClaimedDeliveries {
	t.Helper()
	c, err := h.ClaimDeliveries(t.Context(), h.endpoint.ID, now, lease, limit)
	require.NoError(t, err)
	return c
}

// record records an attempt by its status.
func (h hookHouse) record(t *testing.T, d port.ClaimedDelivery, status int, now time.Time) (port.EndpointHealth, bool) {
	t.Helper()
	answer := webhook.Answer{Status: status, Error: webhook.StatusError(status)}
	health, recorded, err := h.RecordAttempt(t.Context(), port.AttemptOutcome{
		Delivery: d.Delivery, At: now, Verdict: webhook.Judge(answer, d.Failures, now, 0),
		Attempt: webhook.Attempt{Number: d.Attempts, At: now, Took: 20 * time.Millisecond, Status: status, Error: answer.Error, Response: []byte("said")},
	})
	require.NoError(t, err)
	return health, recorded
}

func (h hookHouse) deliveries(t *testing.T, f port.DeliveryFilter) []webhook.Delivery {
	t.Helper()
	return everyPage(t, h.house, func(ctx context.Context, tx port.Tx, p port.Page) (port.Paged[webhook.Delivery], error) {
		return tx.ListDeliveries(ctx, f, p)
	})
}

func (h hookHouse) endpointNow(t *testing.T) webhook.Endpoint {
	t.Helper()
	var e webhook.Endpoint
	h.in(t, func(ctx context.Context, tx port.Tx) {
		var err error
		e, err = tx.Endpoint(ctx, h.endpoint.ID)
		require.NoError(t, err)
	})
	return e
}

func TestAnEndpointIsKept(t *testing.T) {
	t.Parallel()
	h := newHooks(t, "invoice.created", "notice.sent")
	require.Equal(t, h.endpoint, h.endpointNow(t))
	changed := h.endpoint
	changed.URL, changed.EventTypes, changed.Metadata, changed.State = "https://other.example.com", nil, nil, webhook.Disabled
	h.in(t, func(ctx context.Context, tx port.Tx) {
		_, err := tx.LockEndpoint(ctx, h.endpoint.ID)
		require.NoError(t, err)
		require.NoError(t, tx.UpdateEndpoint(ctx, changed))
	})
	got := h.endpointNow(t)
	require.Equal(t, int64(2), got.Version)
	require.Equal(t, "https://other.example.com", got.URL)
	require.Empty(t, got.EventTypes)
	h.refuses(t, "webhook_endpoint.changed", func(ctx context.Context, tx port.Tx) error { return tx.UpdateEndpoint(ctx, changed) })
	h.refuses(t, "webhook_endpoint.not_found", func(ctx context.Context, tx port.Tx) error {
		_, err := tx.Endpoint(ctx, newID())
		return err
	})
	for range 4 {
		h.in(t, func(ctx context.Context, tx port.Tx) { require.NoError(t, tx.InsertEndpoint(ctx, endpointOf())) })
	}
	for state, want := range map[string]int{"": 5, "enabled": 4, "disabled": 1, "archived": 0} {
		all := everyPage(t, h.house, func(ctx context.Context, tx port.Tx, p port.Page) (port.Paged[webhook.Endpoint], error) {
			return tx.ListEndpoints(ctx, port.EndpointFilter{State: state}, p)
		})
		require.Len(t, all, want, state)
		for _, e := range all {
			require.Len(t, e.Secrets, 1)
		}
	}
	h.in(t, func(ctx context.Context, tx port.Tx) {
		n, err := tx.CountEndpoints(ctx)
		require.NoError(t, err)
		require.Equal(t, 5, n)
	})
	served, err := h.ServedEndpoints(t.Context())
	require.NoError(t, err)
	require.Len(t, served, 4)
	require.NotContains(t, served, h.endpoint.ID)
}

func TestSecretsOverlapAndAreErased(t *testing.T) {
	t.Parallel()
	h := newHooks(t)
	next := webhook.Secret{ID: newID(), EndpointID: h.endpoint.ID, Sealed: []byte("two"), CreatedAt: noon.Add(time.Minute)}
	h.refuses(t, "webhook_endpoint.two_newest", func(ctx context.Context, tx port.Tx) error {
		return tx.WriteSecrets(ctx, []webhook.Secret{next})
	})
	retired := webhook.Retire(h.endpoint.Secrets, noon, time.Hour)
	h.in(t, func(ctx context.Context, tx port.Tx) { require.NoError(t, tx.WriteSecrets(ctx, append(retired, next))) })
	require.Equal(t, []webhook.Secret{next, retired[0]}, h.endpointNow(t).Secrets, "the newest first")
	_, err := h.SweepWebhooks(t.Context(), noon.Add(59*time.Minute), noon, 10)
	require.NoError(t, err)
	require.Len(t, h.endpointNow(t).Secrets, 2)
	n, err := h.SweepWebhooks(t.Context(), noon.Add(time.Hour), noon, 10)
	require.NoError(t, err)
	require.Equal(t, int64(1), n)
	require.Equal(t, []webhook.Secret{next}, h.endpointNow(t).Secrets)
}

// Each event becomes one delivery, in order, whatever is asked again; internal entries move the position and nothing else.
func TestTheFeedIsQueuedOnce(t *testing.T) {
	t.Parallel()
	h := newHooks(t, "invoice.created", "notice.sent")
	h.happens(t, "invoice.created", "receipt.recorded", "key.created", "notice.sent", "webhook.pinged")
	require.Equal(t, 2, h.queueAll(t, noon))
	require.Zero(t, h.queueAll(t, noon))
	got := h.deliveries(t, port.DeliveryFilter{})
	require.Len(t, got, 2)
	require.Equal(t, "invoice.created", got[0].EventType)
	require.Equal(t, int64(1), got[0].Position)
	require.Equal(t, webhook.Pending, got[0].State)
	require.Equal(t, noon, got[0].NextAt)
	require.Equal(t, "notice.sent", got[1].EventType)
	require.Equal(t, int64(5), h.endpointNow(t).Position)
	h.happens(t, "notice.sent")
	require.Equal(t, 1, h.queueAll(t, noon))
	require.Equal(t, int64(1), h.endpointNow(t).Version, "travel changes no version")
}

// Two that queue at once make no delivery twice and skip none.
func TestTwoQueueAtOnce(t *testing.T) {
	t.Parallel()
	h := newHooks(t)
	var actions []string
	for range 1300 {
		actions = append(actions, "invoice.created")
	}
	h.happens(t, actions...)
	done := make(chan int)
	for range 3 {
		go func() {
			total := 0
			for range 20 {
				n, _, err := h.QueueEvents(t.Context(), h.endpoint.ID, noon)
				if err != nil {
					t.Error(err)
				}
				total += n
			}
			done <- total
		}()
	}
	total := <-done + <-done + <-done
	total += h.queueAll(t, noon)
	require.Equal(t, 1300, total)
	require.Len(t, h.deliveries(t, port.DeliveryFilter{State: "pending"}), 1300) // page by page
}

func TestTheQueueOfAnEndpointIsBounded(t *testing.T) {
	t.Parallel()
	h := newHooks(t)
	actions := make([]string, 5200)
	for i := range actions {
		actions[i] = "invoice.created"
	}
	h.happens(t, actions...)
	require.Equal(t, 5000, h.queueAll(t, noon), "the feed keeps the rest")
	for _, d := range h.claim(t, noon, 300).Deliveries {
		h.record(t, d, 200, noon)
	}
	require.Equal(t, 200, h.queueAll(t, noon))
}
