package port

import (
	"context"
	"time"

	"github.com/google/uuid"

	"arrears/domain/calendar"
	"arrears/domain/census"
	"arrears/domain/money"
)

// Snapshot is the items as they stood at the end of a month.
type Snapshot struct {
	AsOf     calendar.Date
	MonthEnd calendar.Date // zero: an opening snapshot within a month
	Opening  bool
	Missed   []calendar.Date
	TakenAt  time.Time // business instant
	Items    int64
	Sums     []SnapshotSum // by currency, then from not due to the oldest
}

// SnapshotSum is what was open in one currency and aging bucket.
type SnapshotSum struct {
	Currency         money.Currency
	Bucket           string
	Items            int64
	OpenMinor        int64
	DisputedMinor    int64
	CollectableMinor int64
}

// SnapshotItem is one item as it stood.
type SnapshotItem struct {
	ItemID           uuid.UUID
	CustomerID       uuid.UUID
	InvoiceID        uuid.NullUUID
	Kind             string
	Currency         money.Currency
	DueDate          calendar.Date
	AgingDate        calendar.Date
	OriginalMinor    int64
	OpenMinor        int64
	DisputedMinor    int64
	CollectableMinor int64
	DaysPastDue      int
	Bucket           string
}

// SnapshotFilter narrows the items of a snapshot; empty fields do not.
type SnapshotFilter struct {
	AsOf       calendar.Date
	CustomerID uuid.NullUUID
	Currency   string
	Bucket     string
}

// Snapshots keeps month-end snapshots. They never change.
type Snapshots interface {
	// TakeSnapshot writes one from the items as they stand: every item that is open or has changed since it was last in one.
	// It must come first in its transaction, which then sees one moment throughout. Error: snapshot.taken.
	TakeSnapshot(ctx context.Context, due census.Due, now time.Time) (Snapshot, error)
	// LastSnapshot is the day of the latest; zero when there is none.
	LastSnapshot(ctx context.Context) (calendar.Date, error)
	// Snapshot reads one with its sums. Error: snapshot.not_found.
	Snapshot(ctx context.Context, asOf calendar.Date) (Snapshot, error)
	// ListSnapshots lists with their sums, newest first.
	ListSnapshots(ctx context.Context, p Page) (Paged[Snapshot], error)
	// ListSnapshotItems lists by item.
	ListSnapshotItems(ctx context.Context, f SnapshotFilter, p Page) (Paged[SnapshotItem], error)
}
