package store

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/domain/calendar"
	"arrears/domain/census"
	"arrears/domain/fault"
	"arrears/domain/receivable"
	"arrears/port"
)

var (
	errSnapshotNotFound = missing("snapshot")
	errNoRow            = fault.New(fault.Internal, "snapshot.uncounted", "the snapshot could not be counted")
)

// TakeSnapshot writes a snapshot from the items as they stand; see port.Snapshots. One statement reads the items and one
// moment holds for all; a closed item that was in a snapshot as it is stays out.
func (t *tx) TakeSnapshot(ctx context.Context, due census.Due, now time.Time) (port.Snapshot, error) {
	if err := t.exec(ctx, `SET TRANSACTION ISOLATION LEVEL REPEATABLE READ`); err != nil {
		return port.Snapshot{}, err
	}
	var names []string
	var from, to []int32
	for _, b := range receivable.Buckets() {
		names, from, to = append(names, b.Name), append(from, int32(b.From)), append(to, int32(b.To))
	}
	items, err := t.q.Exec(ctx, sqlTakeItems, due.AsOf, now, names, from, to)
	if err != nil {
		return port.Snapshot{}, translate(err)
	}
	if err := t.exec(ctx, `
INSERT INTO snapshot_sums (as_of, currency, bucket, items, open_minor, disputed_minor, collectable_minor)
SELECT as_of, currency, bucket, count(*), sum(open_minor), sum(disputed_minor), sum(collectable_minor)
FROM snapshot_items
WHERE as_of = $1 AND open_minor > 0
GROUP BY as_of, currency, bucket`, due.AsOf); err != nil {
		return port.Snapshot{}, err
	}
	missed := make([]string, len(due.Missed))
	for i, d := range due.Missed {
		missed[i] = d.String()
	}
	if err := t.exec(ctx, `
INSERT INTO snapshots (as_of, month_end, opening, missed, taken_at, items) VALUES ($1, $2, $3, $4::text[]::date[], $5, $6)`,
		due.AsOf, due.MonthEnd, due.Opening, missed, now, items.RowsAffected()); err != nil {
		return port.Snapshot{}, err
	}
	return t.Snapshot(ctx, due.AsOf)
}

// sqlTakeItems reads what is collectable from the stored figures: open, less disputed and promised parts, nothing where a
// block holds. Days past due count from the aging date.
const sqlTakeItems = `
WITH promised AS (
  SELECT pi.item_id, sum(greatest(pi.amount_minor - pi.received_minor, 0)) AS minor
  FROM promises p
  JOIN promise_items pi ON pi.promise_id = p.id
  WHERE p.state = 'open'
  GROUP BY pi.item_id
), blocked AS (
  SELECT b.customer_id, b.invoice_id, b.item_id, b.until
  FROM blocks b
  WHERE b.released_at IS NULL
)
INSERT INTO snapshot_items (
  as_of,
  item_id,
  customer_id,
  invoice_id,
  kind,
  currency,
  due_date,
  aging_date,
  original_minor,
  open_minor,
  disputed_minor,
  collectable_minor,
  days_past_due,
  bucket,
  version
)
SELECT
  $1::date,
  i.id,
  i.customer_id,
  i.invoice_id,
  i.kind,
  i.currency,
  i.due_date,
  i.aging_date,
  i.original_minor,
  i.open_minor,
  i.disputed_minor,
  CASE WHEN EXISTS (
    SELECT FROM blocked b
    WHERE b.customer_id = i.customer_id
      AND (b.invoice_id IS NULL OR b.invoice_id = i.invoice_id)
      AND (b.item_id IS NULL OR b.item_id = i.id)
      AND (b.until IS NULL OR b.until >= ($2::timestamptz AT TIME ZONE i.time_zone)::date)
  ) THEN 0 ELSE greatest(i.open_minor - i.disputed_minor - coalesce(p.minor, 0), 0) END,
  $1::date - i.aging_date,
  k.name,
  i.version
FROM items i
JOIN unnest($3::text[], $4::integer[], $5::integer[]) k (name, since, until) ON $1::date - i.aging_date BETWEEN k.since AND k.until
LEFT JOIN promised p ON p.item_id = i.id
WHERE i.open_minor > 0
   OR NOT EXISTS (SELECT FROM snapshot_items s WHERE s.item_id = i.id AND s.version = i.version AND s.open_minor = 0)`

// LastSnapshot is the day of the latest; see port.Snapshots.
func (t *tx) LastSnapshot(ctx context.Context) (calendar.Date, error) {
	return one(ctx, t, errNoRow, pgx.RowTo[calendar.Date], `SELECT max(as_of) FROM snapshots`)
}

const snapshotColumns = `
  as_of,
  month_end,
  opening,
  missed::text[],
  taken_at,
  items`

func scanSnapshot(row pgx.CollectableRow) (port.Snapshot, error) {
	var s port.Snapshot
	var missed []string
	if err := row.Scan(&s.AsOf, &s.MonthEnd, &s.Opening, &missed, &s.TakenAt, &s.Items); err != nil {
		return s, err
	}
	for _, text := range missed {
		d, err := calendar.ParseDate(text)
		if err != nil {
			return s, err
		}
		s.Missed = append(s.Missed, d)
	}
	return s, nil
}

// Snapshot reads one with its sums; see port.Snapshots.
func (t *tx) Snapshot(ctx context.Context, asOf calendar.Date) (port.Snapshot, error) {
	s, err := one(ctx, t, errSnapshotNotFound, scanSnapshot, `SELECT`+snapshotColumns+` FROM snapshots WHERE as_of = $1`, asOf)
	if err != nil {
		return s, err
	}
	s.Sums, err = t.snapshotSums(ctx, asOf)
	return s, err
}

func (t *tx) snapshotSums(ctx context.Context, asOf calendar.Date) ([]port.SnapshotSum, error) {
	var order []string
	for _, b := range receivable.Buckets() {
		order = append(order, b.Name)
	}
	return many(ctx, t, pgx.RowToStructByPos[port.SnapshotSum], `
SELECT currency, bucket, items, open_minor, disputed_minor, collectable_minor
FROM snapshot_sums
WHERE as_of = $1
ORDER BY currency, array_position($2::text[], bucket)`, asOf, order)
}

// ListSnapshots lists, newest first; see port.Snapshots.
func (t *tx) ListSnapshots(ctx context.Context, p port.Page) (port.Paged[port.Snapshot], error) {
	var w filter
	key, err := parseCursor(p.After, 2)
	if err != nil {
		return port.Paged[port.Snapshot]{}, err
	}
	if key != nil {
		w.add("as_of < $?::text::date", key[0])
	}
	rows, err := listed(ctx, t, scanSnapshot, `SELECT`+snapshotColumns+` FROM snapshots`+w.where()+w.limit("as_of DESC", p), w.args...)
	if err != nil {
		return port.Paged[port.Snapshot]{}, err
	}
	page := paged(rows, p, func(s port.Snapshot) string { return cursor(s.AsOf.String(), uuid.Nil.String()) })
	for i := range page.Items {
		if page.Items[i].Sums, err = t.snapshotSums(ctx, page.Items[i].AsOf); err != nil {
			return page, err
		}
	}
	return page, nil
}

// ListSnapshotItems lists by item; see port.Snapshots.
func (t *tx) ListSnapshotItems(ctx context.Context, f port.SnapshotFilter, p port.Page) (port.Paged[port.SnapshotItem], error) {
	var w filter
	w.add("as_of = $?", f.AsOf)
	w.id("customer_id = $?", f.CustomerID)
	w.text("currency = $?", f.Currency)
	w.text("bucket = $?", f.Bucket)
	if err := w.after("item_id", p.After); err != nil {
		return port.Paged[port.SnapshotItem]{}, err
	}
	rows, err := listed(ctx, t, pgx.RowToStructByPos[port.SnapshotItem], `
SELECT
  item_id,
  customer_id,
  invoice_id,
  kind,
  currency,
  due_date,
  aging_date,
  original_minor,
  open_minor,
  disputed_minor,
  collectable_minor,
  days_past_due,
  bucket
FROM snapshot_items`+w.where()+w.limit("item_id", p), w.args...)
	return paged(rows, p, func(i port.SnapshotItem) string { return cursor(i.ItemID.String()) }), err
}
