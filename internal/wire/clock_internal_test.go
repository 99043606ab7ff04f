package wire

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"arrears/domain/calendar"
	"arrears/domain/fault"
	"arrears/port"
)

// clockStore holds a clock row and counts how often it is read.
type clockStore struct {
	port.Store
	port.Tx
	row   calendar.Clock
	reads int
}

func (s *clockStore) Read(ctx context.Context, fn func(context.Context, port.Tx) error) error {
	return fn(ctx, s)
}

func (s *clockStore) BusinessClock(context.Context) (calendar.Clock, error) {
	s.reads++
	if s.row.Kind == "" {
		return calendar.Clock{}, fault.New(fault.NotFound, "clock.not_found", "there is no clock")
	}
	return s.row, nil
}

func at(text string) time.Time {
	instant, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err) // a mistake in this file
	}
	return instant
}

func clockOver(s *clockStore, real string) *Clock {
	return &Clock{store: s, real: func() time.Time { return at(real) }}
}

func TestARealClockIsReadOnce(t *testing.T) {
	t.Parallel()
	s := &clockStore{row: calendar.Clock{Kind: calendar.RealClock}}
	c := clockOver(s, "2026-03-01T10:00:00Z")
	for range 3 {
		now, err := c.Now(t.Context())
		require.NoError(t, err)
		require.Equal(t, at("2026-03-01T10:00:00Z"), now)
	}
	until, err := c.Real(t.Context(), at("2026-03-01T12:00:00Z"))
	require.NoError(t, err)
	require.Equal(t, at("2026-03-01T12:00:00Z"), until)
	require.Equal(t, 1, s.reads)
}

func TestAScaledClockTranslatesBothWays(t *testing.T) {
	t.Parallel()
	const dayInFiveSeconds = 17280
	s := &clockStore{row: calendar.Clock{
		Kind: calendar.ScaledClock, Epoch: at("2026-03-01T10:00:00Z"), Origin: at("2026-01-01T00:00:00Z"), Rate: dayInFiveSeconds,
	}}
	c := clockOver(s, "2026-03-01T10:00:05Z")
	now, err := c.Now(t.Context())
	require.NoError(t, err)
	require.Equal(t, at("2026-01-02T00:00:00Z"), now)
	until, err := c.Real(t.Context(), at("2026-01-04T00:00:00Z"))
	require.NoError(t, err)
	require.Equal(t, at("2026-03-01T10:00:15Z"), until)
	past, err := c.Real(t.Context(), at("2026-01-01T12:00:00Z"))
	require.NoError(t, err)
	require.Equal(t, at("2026-03-01T10:00:05Z"), past, "what is past is reached now")
	require.Equal(t, 1, s.reads)
}

func TestASteppedClockIsReadEachTime(t *testing.T) {
	t.Parallel()
	s := &clockStore{row: calendar.Clock{Kind: calendar.SteppedClock, Position: at("2026-01-01T00:00:00Z")}}
	c := clockOver(s, "2030-01-01T00:00:00Z")
	ahead, err := c.Real(t.Context(), at("2026-01-02T00:00:00Z"))
	require.NoError(t, err)
	require.Zero(t, ahead, "only a step reaches it")
	s.row.Position = at("2026-01-02T00:00:00Z")
	now, err := c.Now(t.Context())
	require.NoError(t, err)
	require.Equal(t, at("2026-01-02T00:00:00Z"), now)
}

func TestAnInstallationThatIsNotSetUpHasNoClock(t *testing.T) {
	t.Parallel()
	c := clockOver(&clockStore{}, "2026-03-01T10:00:00Z")
	_, err := c.Now(t.Context())
	require.Equal(t, "clock.not_found", fault.CodeOf(err))
	_, err = c.Real(t.Context(), at("2026-03-01T10:00:00Z"))
	require.Equal(t, "clock.not_found", fault.CodeOf(err))
}
