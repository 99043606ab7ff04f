package app

import (
	"context"
	"time"

	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/domain/census"
	"arrears/port"
)

// takeSnapshot takes the month-end snapshot that is due by the night, if any, together with the note that it was taken.
func (a *App) takeSnapshot(ctx context.Context, n *port.Night) error {
	due, ok, err := a.snapshotDue(ctx, n.Date)
	if err != nil || !ok {
		return err
	}
	return a.write(ctx, func(ctx context.Context, tx port.Tx, now time.Time) error {
		s, err := tx.TakeSnapshot(ctx, due, now)
		if err != nil {
			return err
		}
		n.SnapshotOn = s.AsOf
		if err := tx.EndNight(ctx, *n); err != nil {
			return err
		}
		return record(ctx, tx, now, engineActor, event{
			action: "snapshot.taken", kind: "installation", subject: installationID, on: s.AsOf,
			data: snapshotData(s),
		})
	})
}

func snapshotData(s port.Snapshot) map[string]any {
	data := map[string]any{"as_of": s.AsOf, "opening": s.Opening, "items": s.Items, "missed": len(s.Missed)}
	if !s.MonthEnd.IsZero() {
		data["month_end"] = s.MonthEnd
	}
	return data
}

func (a *App) snapshotDue(ctx context.Context, night calendar.Date) (census.Due, bool, error) {
	now, err := a.clock.Now(ctx)
	if err != nil {
		return census.Due{}, false, err
	}
	var due census.Due
	var ok bool
	err = a.store.Read(ctx, func(ctx context.Context, tx port.Tx) error {
		house, err := tx.Installation(ctx)
		if err != nil {
			return err
		}
		loc, err := calendar.LoadZone(house.TimeZone)
		if err != nil {
			loc = time.UTC
		}
		last, err := tx.LastSnapshot(ctx)
		due, ok = census.SnapshotDue(night, last, now, loc)
		return err
	})
	return due, ok, err
}

// ListSnapshots lists the month-end snapshots with their sums, newest first. Errors: access.forbidden, page.bad_cursor.
func (a *App) ListSnapshots(ctx context.Context, who access.Principal, page port.Page) (port.Paged[port.Snapshot], error) {
	return lookup(ctx, a, who, access.InvoicesRead, func(ctx context.Context, tx port.Tx) (port.Paged[port.Snapshot], error) {
		return tx.ListSnapshots(ctx, page)
	})
}

// ListSnapshotItems lists the items of a snapshot. Errors: access.forbidden, page.bad_cursor, snapshot.not_found.
func (a *App) ListSnapshotItems(ctx context.Context, who access.Principal, f port.SnapshotFilter, page port.Page) (port.Paged[port.SnapshotItem], error) {
	return lookup(ctx, a, who, access.InvoicesRead, func(ctx context.Context, tx port.Tx) (port.Paged[port.SnapshotItem], error) {
		if _, err := tx.Snapshot(ctx, f.AsOf); err != nil {
			return port.Paged[port.SnapshotItem]{}, err
		}
		return tx.ListSnapshotItems(ctx, f, page)
	})
}
