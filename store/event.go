package store

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"arrears/domain/audit"
	"arrears/domain/event"
	"arrears/domain/fault"
	"arrears/port"
)

// ListEvents lists a stretch of the feed; see port.Feed.
func (t *tx) ListEvents(ctx context.Context, after int64, types []string, limit int) ([]event.Event, int64, error) {
	return t.FilterEvents(ctx, after, port.EventFilter{Types: types}, limit)
}

// FilterEvents lists a stretch of the feed; see port.Feed. The end of the stretch is fixed before it is read, so that what
// is sealed in between is left to the next read, whatever the transaction's isolation.
func (t *tx) FilterEvents(ctx context.Context, after int64, f port.EventFilter, limit int) ([]event.Event, int64, error) {
	tip, err := t.FeedTip(ctx)
	if err != nil || tip <= after || limit < 1 {
		return nil, after, err
	}
	end := min(tip, after+port.MaxEventScan)
	links, err := many(ctx, t, scanLink, eventQuery, after, end, f.CustomerID, f.InvoiceID, eventActions(f.Types), limit)
	if err != nil {
		return nil, after, err
	}
	if len(links) == limit {
		end = links[limit-1].Position
	}
	return eventsOf(links, f.Types), end, nil
}

// eventQuery reads a stretch by the unique index on position; the filters only drop rows of it, so its cost is bounded.
// A null list of actions is no filter.
const eventQuery = `
SELECT` + auditColumns + `,
  position,
  prev_hash,
  hash
FROM audit_entries
WHERE position > $1
  AND position <= $2
  AND ($3::uuid IS NULL OR customer_id = $3)
  AND ($4::uuid IS NULL OR invoice_id = $4)
  AND ($5::text[] IS NULL OR action = ANY($5))
ORDER BY position
LIMIT $6`

// eventActions are the actions behind the types; nil for all.
func eventActions(types []string) []string {
	if len(types) == 0 {
		return nil
	}
	return event.Actions(types)
}

// eventsOf keeps the public ones of the wanted types.
func eventsOf(links []audit.Link, types []string) []event.Event {
	var events []event.Event
	for _, l := range links {
		if e, ok := event.Of(l); ok && (len(types) == 0 || slices.Contains(types, e.Type)) {
			events = append(events, e)
		}
	}
	return events
}

// FeedTip is the last sealed position; see port.Feed.
func (t *tx) FeedTip(ctx context.Context) (int64, error) {
	return one(ctx, t, fault.New(fault.Internal, "event.no_tip", "the feed's tip could not be read"), pgx.RowTo[int64],
		`SELECT coalesce(max(position), 0) FROM audit_entries`)
}
