package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"arrears/domain/calendar"
	"arrears/domain/fault"
	"arrears/port"
)

var (
	errClockNotStepped = fault.New(fault.Conflict, "clock.not_stepped", "only a stepped clock is moved on by a driver")
	errClockNotScaled  = fault.New(fault.Conflict, "clock.not_scaled", "only a scaled clock is paused")
	errClockBackwards  = fault.New(fault.Conflict, "clock.backwards", "the business clock does not run backwards")
)

// Installation reads the one row; see port.Settings.
func (t *tx) Installation(ctx context.Context) (port.Installation, error) {
	return one(ctx, t, errInstallationNotFound, scanInstallation, `
SELECT
  creditor_name,
  creditor_address,
  remit_to,
  time_zone,
  language,
  calendar,
  from_address,
  reply_domain,
  default_policy,
  version
FROM installation`)
}

// InsertInstallation writes the one row; see port.Settings.
func (t *tx) InsertInstallation(ctx context.Context, in port.Installation) (bool, error) {
	tag, err := t.q.Exec(ctx, `
INSERT INTO installation (
  creditor_name,
  creditor_address,
  remit_to,
  time_zone,
  language,
  calendar,
  from_address,
  reply_domain,
  default_policy
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (singleton) DO NOTHING`,
		in.CreditorName, in.CreditorAddress, in.RemitTo, in.TimeZone, in.Language, in.Calendar, in.FromAddress, in.ReplyDomain,
		in.DefaultPolicy)
	return tag.RowsAffected() == 1, translate(err)
}

// UpdateInstallation writes where the version is still the same; see port.Settings.
func (t *tx) UpdateInstallation(ctx context.Context, in port.Installation) error {
	return t.change(ctx, errInstallationChanged, `
UPDATE installation SET
  creditor_name = $2,
  creditor_address = $3,
  remit_to = $4,
  time_zone = $5,
  language = $6,
  calendar = $7,
  from_address = $8,
  reply_domain = $9,
  default_policy = $10,
  version = version + 1
WHERE version = $1`,
		in.Version, in.CreditorName, in.CreditorAddress, in.RemitTo, in.TimeZone, in.Language, in.Calendar, in.FromAddress,
		in.ReplyDomain, in.DefaultPolicy)
}

// InsertClock writes the one clock row; see port.Settings. What a kind does not use is written as its nearest meaning,
// because the columns are never null.
func (t *tx) InsertClock(ctx context.Context, c calendar.Clock) (bool, error) {
	epoch, origin, position := c.Epoch, c.Origin, c.Position
	if position.IsZero() {
		position = origin
	}
	if origin.IsZero() {
		origin = position
	}
	tag, err := t.q.Exec(ctx, `
INSERT INTO business_clock (
  kind,
  epoch,
  origin,
  rate,
  position
) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (singleton) DO NOTHING`, c.Kind, epoch, origin, max(1, c.Rate), position)
	return tag.RowsAffected() == 1, translate(err)
}

// StepClock moves a stepped clock on; see port.Settings.
func (t *tx) StepClock(ctx context.Context, position time.Time) error {
	clock, err := one(ctx, t, errClockNotFound, scanClock,
		`SELECT kind, epoch, origin, rate, position FROM business_clock FOR UPDATE`)
	if err != nil {
		return err
	}
	if clock.Kind != calendar.SteppedClock {
		return errClockNotStepped
	}
	return t.change(ctx, errClockBackwards,
		`UPDATE business_clock SET position = $1 WHERE position < $1`, position)
}

// Count adds to a named counter; see port.Settings.
func (t *tx) Count(ctx context.Context, name string, n int64) error {
	return t.exec(ctx, `
INSERT INTO counters (name, value) VALUES ($1, $2)
ON CONFLICT (name) DO UPDATE SET value = counters.value + excluded.value`, name, n)
}

// Counters reads all counters; see port.Settings.
func (t *tx) Counters(ctx context.Context) (map[string]int64, error) {
	type counter struct {
		Name  string
		Value int64
	}
	rows, err := many(ctx, t, pgx.RowToStructByPos[counter], `SELECT name, value FROM counters`)
	values := make(map[string]int64, len(rows))
	for _, row := range rows {
		values[row.Name] = row.Value
	}
	return values, err
}

func scanInstallation(row pgx.CollectableRow) (port.Installation, error) {
	var in port.Installation
	err := row.Scan(
		&in.CreditorName,
		&in.CreditorAddress,
		&in.RemitTo,
		&in.TimeZone,
		&in.Language,
		&in.Calendar,
		&in.FromAddress,
		&in.ReplyDomain,
		&in.DefaultPolicy,
		&in.Version,
	)
	return in, err
}
