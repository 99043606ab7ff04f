package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"arrears/domain/webhook"
	"arrears/port"
)

// journey is what a delivery loop does with one endpoint, in any order, with attempts that nobody records among it.
type journey struct {
	t        *testing.T
	h        hookHouse
	now      time.Time
	under    []port.ClaimedDelivery
	arrived  map[uuid.UUID]int // successes that were recorded
	happened int
}

func (j *journey) happens(t *rapid.T) {
	n := rapid.IntRange(1, 5).Draw(t, "events")
	actions := make([]string, n)
	for i := range actions {
		actions[i] = "invoice.created"
	}
	j.h.happens(j.t, actions...)
	j.happened += n
}

func (j *journey) queue(*rapid.T) {
	_, _, err := j.h.QueueEvents(j.t.Context(), j.h.endpoint.ID, j.now)
	require.NoError(j.t, err)
}

func (j *journey) claim(t *rapid.T) {
	claimed := j.h.claim(j.t, j.now, rapid.IntRange(1, 4).Draw(t, "slots"))
	for _, d := range claimed.Deliveries {
		for i, before := range j.under {
			if before.ID == d.ID { // its lease had ended
				require.Greater(j.t, d.Lease, before.Lease)
				j.under = append(j.under[:i], j.under[i+1:]...)
				break
			}
		}
	}
	j.under = append(j.under, claimed.Deliveries...)
}

// record settles the oldest attempt under way, or forgets it as a process that dies does.
func (j *journey) record(t *rapid.T) {
	if len(j.under) == 0 {
		return
	}
	d := j.under[0]
	j.under = j.under[1:]
	switch rapid.SampledFrom([]string{"taken", "refused", "forgotten"}).Draw(t, "outcome") {
	case "taken":
		if _, recorded := j.h.record(j.t, d, 200, j.now); recorded {
			j.arrived[d.EventID]++
		}
	case "refused":
		j.h.record(j.t, d, 503, j.now)
	}
}

func (j *journey) passes(t *rapid.T) {
	j.now = j.now.Add(time.Duration(rapid.IntRange(1, 4000).Draw(t, "seconds")) * time.Second)
}

// replay has everything queued again; what arrived before will arrive once more.
func (j *journey) replay(t *rapid.T) {
	if !rapid.Bool().Draw(t, "replay") {
		return
	}
	j.h.in(j.t, func(ctx context.Context, tx port.Tx) {
		e, err := tx.LockEndpoint(ctx, j.h.endpoint.ID)
		require.NoError(j.t, err)
		e.ReplayAfter, e.ReplayUntil = 0, e.Position
		require.NoError(j.t, tx.UpdateEndpoint(ctx, e))
	})
}

// ends lets everything arrive that still can.
func (j *journey) ends() {
	for {
		j.now = j.now.Add(25 * time.Hour)
		j.h.queueAll(j.t, j.now)
		claimed := j.h.claim(j.t, j.now, 100).Deliveries
		if len(claimed) == 0 {
			return
		}
		for _, d := range claimed {
			_, recorded := j.h.record(j.t, d, 200, j.now)
			require.True(j.t, recorded)
			j.arrived[d.EventID]++
		}
	}
}

// check reads every delivery there is.
func (j *journey) check(t *rapid.T) {
	rows := 0
	page := port.Page{Limit: port.MaxLimit}
	for {
		var list port.Paged[webhook.Delivery]
		j.h.in(j.t, func(ctx context.Context, tx port.Tx) {
			var err error
			list, err = tx.ListDeliveries(ctx, port.DeliveryFilter{}, page)
			require.NoError(j.t, err)
		})
		for _, d := range list.Items {
			require.NotEqual(t, webhook.Pending, d.State)
			require.True(t, d.State == webhook.Dead || j.arrived[d.EventID] > 0, d.EventID)
		}
		rows += len(list.Items)
		if page.After = list.Next; page.After == "" {
			break
		}
	}
	require.Equal(t, j.happened, rows, "one row per event")
}

// Whatever the order of queueing, claiming, recording, forgetting and replaying: each event has one row, and arrives or is a
// dead letter.
func TestNoEventIsLostOnItsWay(t *testing.T) {
	t.Parallel()
	h := newHooks(t, "invoice.created")
	j := &journey{t: t, h: h, now: noon, arrived: map[uuid.UUID]int{}}
	rapid.Check(t, func(rt *rapid.T) {
		steps := []func(*rapid.T){j.happens, j.queue, j.claim, j.record, j.record, j.passes, j.replay}
		for range rapid.IntRange(5, 15).Draw(rt, "steps") {
			rapid.SampledFrom(steps).Draw(rt, "step")(rt)
		}
		j.ends()
		j.under = nil
		j.check(rt)
	})
}
