package port

import (
	"context"

	"github.com/google/uuid"

	"arrears/domain/event"
)

// MaxEventScan is how many positions one read of the feed looks at: a filter with few hits costs a bounded time, and the
// reader goes on from the position that it got back.
const MaxEventScan = 5000

// EventFilter narrows the feed; empty fields do not.
type EventFilter struct {
	Types      []string
	CustomerID uuid.NullUUID
	InvoiceID  uuid.NullUUID
}

// Feed reads the public feed: sealed entries alone, in the order of their positions. The sealer gives a position only below
// every running transaction, so whatever commits later gets a higher one, and a reader who goes on from the position it got
// back misses nothing.
type Feed interface {
	// ListEvents lists at most limit events after a position, of the given types (none: all). last is the last position
	// looked at, which filters and internal entries do not hold back; it is after itself where nothing new is sealed. At
	// most MaxEventScan positions are looked at: fewer than limit events do not mean the tip, last = after does.
	ListEvents(ctx context.Context, after int64, types []string, limit int) (events []event.Event, last int64, err error)
	// FilterEvents is ListEvents with more filters.
	FilterEvents(ctx context.Context, after int64, f EventFilter, limit int) (events []event.Event, last int64, err error)
	// FeedTip is the last sealed position; 0 before the first.
	FeedTip(ctx context.Context) (int64, error)
}
