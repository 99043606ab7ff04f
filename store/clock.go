package store

import (
	"context"
	"time"

	"arrears/domain/calendar"
	"arrears/port"
)

// pausedFor is how far ahead the epoch of a paused clock lies: until then it shows its origin.
const pausedFor = 100 * 365 * 24 * time.Hour

// PauseClock stops a scaled clock where it stands: a demonstration that is switched off overnight must not find itself
// years later. Kind and rate stay, and business time never runs backwards. Errors: clock.not_found, clock.not_scaled.
func (db *DB) PauseClock(ctx context.Context, real time.Time) error {
	return db.moveClock(ctx, func(c calendar.Clock, _ time.Time) (time.Time, time.Time) {
		return real.Add(pausedFor), c.Business(real)
	})
}

// ResumeClock lets a scaled clock go on from where it was paused; one that was not paused, because the process was killed,
// goes on from the last thing that was recorded. It returns the clock as it is from now on, which every process must read
// again. Errors: clock.not_found, clock.not_scaled.
func (db *DB) ResumeClock(ctx context.Context, real time.Time) (calendar.Clock, error) {
	var now calendar.Clock
	err := db.moveClock(ctx, func(c calendar.Clock, last time.Time) (time.Time, time.Time) {
		origin := c.Origin
		if !c.Epoch.After(real) && last.After(origin) {
			origin = last
		}
		now = calendar.Clock{Kind: c.Kind, Epoch: real, Origin: origin, Rate: c.Rate}
		return real, origin
	})
	return now, err
}

// moveClock writes the epoch and origin that next makes of the clock and the instant of the last audit entry.
func (db *DB) moveClock(ctx context.Context, next func(c calendar.Clock, last time.Time) (epoch, origin time.Time)) error {
	return db.InTx(ctx, func(ctx context.Context, t port.Tx) error {
		q := t.(*tx).q //nolint:forcetypeassert // InTx hands out nothing else
		c, err := t.BusinessClock(ctx)
		if err != nil {
			return err
		}
		if c.Kind != calendar.ScaledClock {
			return errClockNotScaled
		}
		var last time.Time
		if err := q.QueryRow(ctx, `SELECT coalesce(max(at), '1970-01-01') FROM audit_entries`).Scan(&last); err != nil {
			return err
		}
		epoch, origin := next(c, last)
		_, err = q.Exec(ctx, `UPDATE business_clock SET epoch = $1, origin = greatest(origin, $2)`, epoch, origin)
		return err
	})
}
