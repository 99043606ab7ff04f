package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"arrears/domain/audit"
	"arrears/domain/calendar"
	"arrears/domain/fault"
	"arrears/internal/testkit"
	"arrears/port"
	"arrears/store"
)

func withClock(t *testing.T, c calendar.Clock) *store.DB {
	t.Helper()
	db, _ := testkit.DB(t)
	require.NoError(t, db.InTx(t.Context(), func(ctx context.Context, tx port.Tx) error {
		_, err := tx.InsertClock(ctx, c)
		return err
	}))
	return db
}

func clockOf(t *testing.T, db *store.DB) calendar.Clock {
	t.Helper()
	var c calendar.Clock
	require.NoError(t, db.Read(t.Context(), func(ctx context.Context, tx port.Tx) (err error) {
		c, err = tx.BusinessClock(ctx)
		return err
	}))
	return c
}

func TestAScaledClockIsPausedAndGoesOn(t *testing.T) {
	t.Parallel()
	const rate = 3600
	start := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	origin := time.Date(2026, 1, 5, 5, 0, 0, 0, time.UTC)
	db := withClock(t, calendar.Clock{Kind: calendar.ScaledClock, Epoch: start, Origin: origin, Rate: rate})

	require.NoError(t, db.PauseClock(t.Context(), start.Add(10*time.Second)))
	require.Equal(t, origin.Add(10*time.Hour), clockOf(t, db).Business(start.Add(time.Hour)), "it stands still")

	resumed, err := db.ResumeClock(t.Context(), start.Add(48*time.Hour))
	require.NoError(t, err)
	require.Equal(t, resumed.Business(start.Add(48*time.Hour)), clockOf(t, db).Business(start.Add(48*time.Hour)))
	require.Equal(t, origin.Add(10*time.Hour), resumed.Business(start.Add(48*time.Hour)))
	require.Equal(t, origin.Add(11*time.Hour), clockOf(t, db).Business(start.Add(48*time.Hour+time.Second)))
	require.EqualValues(t, rate, clockOf(t, db).Rate)
}

func TestAClockThatWasKilledGoesOnFromTheLastRecord(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	origin := time.Date(2026, 1, 5, 5, 0, 0, 0, time.UTC)
	db := withClock(t, calendar.Clock{Kind: calendar.ScaledClock, Epoch: start, Origin: origin, Rate: 3600})
	last := origin.Add(30 * time.Hour)
	require.NoError(t, db.InTx(t.Context(), func(ctx context.Context, tx port.Tx) error {
		return tx.Audit(ctx, audit.Entry{
			ID: "01890000-0000-7000-8000-000000000001", At: last, Actor: "engine", Action: "case.closed", SubjectKind: "case",
			SubjectID: "01890000-0000-7000-8000-000000000002",
		})
	}))
	resumed, err := db.ResumeClock(t.Context(), start.Add(time.Hour*1000))
	require.NoError(t, err)
	require.Equal(t, last, resumed.Business(start.Add(time.Hour*1000)))
}

func TestOtherClocksAreNotPaused(t *testing.T) {
	t.Parallel()
	db := withClock(t, calendar.Clock{Kind: calendar.RealClock})
	require.Equal(t, "clock.not_scaled", fault.CodeOf(db.PauseClock(t.Context(), time.Now())))
	_, err := db.ResumeClock(t.Context(), time.Now())
	require.Equal(t, "clock.not_scaled", fault.CodeOf(err))
	empty, _ := testkit.DB(t)
	require.Equal(t, "clock.not_found", fault.CodeOf(empty.PauseClock(t.Context(), time.Now())))
}
