package relay_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/webhook"
)

// Changes of an endpoint count from the next event on, without a restart of anything.

func TestADisabledEndpointGetsNothingUntilItIsEnabled(t *testing.T) {
	t.Parallel()
	h, r := newHall(t), newReceiver(t)
	e := h.endpoint(r, "invoice.created")
	h.runs(h.delivery())
	h.happens(2, "invoice.created")
	h.until(func() bool { return h.count(webhook.Delivered) == 2 })
	no, yes := false, true
	changed, err := h.app.UpdateEndpoint(t.Context(), boss, e.ID, app.EndpointChange{Version: e.Version, Enabled: &no})
	require.NoError(t, err)
	h.happens(3, "invoice.created")
	require.Zero(t, h.count(webhook.Pending))
	require.Len(t, r.all(), 2)
	_, err = h.app.UpdateEndpoint(t.Context(), boss, e.ID, app.EndpointChange{Version: changed.Version, Enabled: &yes})
	require.NoError(t, err)
	h.until(func() bool { return h.count(webhook.Delivered) == 5 })
	require.Len(t, r.ids(), 5, "what happened meanwhile waited")
}

func TestWhatWasMissedMayBeSkipped(t *testing.T) {
	t.Parallel()
	h, r := newHall(t), newReceiver(t)
	e := h.endpoint(r, "invoice.created")
	no, yes := false, true
	changed, err := h.app.UpdateEndpoint(t.Context(), boss, e.ID, app.EndpointChange{Version: e.Version, Enabled: &no})
	require.NoError(t, err)
	h.happens(4, "invoice.created")
	_, err = h.app.UpdateEndpoint(t.Context(), boss, e.ID, app.EndpointChange{Version: changed.Version, Enabled: &yes, SkipMissed: true})
	require.NoError(t, err)
	h.runs(h.delivery())
	h.happens(1, "invoice.created")
	h.until(func() bool { return h.count(webhook.Delivered) == 1 })
	require.Len(t, r.all(), 1)
}

func TestANewAddressAndNewTypesCountAtOnce(t *testing.T) {
	t.Parallel()
	h, old, next := newHall(t), newReceiver(t), newReceiver(t)
	e := h.endpoint(old, "invoice.created")
	for secret := range old.keys {
		next.knows(secret, false)
	}
	h.runs(h.delivery())
	h.happens(1, "invoice.created")
	h.until(func() bool { return h.count(webhook.Delivered) == 1 })
	types := []string{"notice.sent"}
	_, err := h.app.UpdateEndpoint(t.Context(), boss, e.ID, app.EndpointChange{Version: e.Version, URL: &next.URL, EventTypes: &types})
	require.NoError(t, err)
	h.happens(1, "invoice.created")
	h.happens(1, "notice.sent")
	h.until(func() bool { return len(next.all()) == 1 })
	require.Equal(t, "notice.sent", next.all()[0].kind)
	require.Len(t, old.all(), 1)
}

// The feed is sent again from a position: the same ids, each once more, and what is new besides.
func TestTheFeedIsSentAgainFromAPosition(t *testing.T) {
	t.Parallel()
	h, r := newHall(t), newReceiver(t)
	e := h.endpoint(r, "invoice.created")
	h.runs(h.delivery())
	h.happens(20, "invoice.created")
	h.until(func() bool { return h.count(webhook.Delivered) == 20 })
	from := e.Position + 1
	_, err := h.app.ReplayEndpoint(t.Context(), boss, e.ID, app.Replay{FromPosition: &from})
	require.NoError(t, err)
	h.happens(5, "invoice.created")
	h.until(func() bool { return len(r.all()) == 45 && h.count(webhook.Delivered) == 25 })
	require.Len(t, r.ids(), 25)
	require.False(t, h.shown(e.ID).Replaying())
}

func TestAnArchivedEndpointsEventsAreCancelled(t *testing.T) {
	t.Parallel()
	h, r := newHall(t), newReceiver(t)
	e := h.endpoint(r, "invoice.created")
	r.status(http.StatusInternalServerError)
	stop := h.runs(h.delivery())
	h.happens(3, "invoice.created")
	h.until(func() bool { return len(r.all()) == 3 && h.shown(e.ID).Failures == 3 })
	_, err := h.app.ArchiveEndpoint(t.Context(), boss, e.ID)
	require.NoError(t, err)
	stop()
	h.runs(h.delivery()) // sweeps when it begins
	h.until(func() bool { return h.count(webhook.Cancelled) == 3 })
	require.Empty(t, h.shown(e.ID).Secrets, "erased")
}
