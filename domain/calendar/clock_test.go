package calendar_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"arrears/domain/calendar"
	"arrears/domain/fault"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func at(s string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		panic(err)
	}
	return t
}

func scaled(rate int64) calendar.Clock {
	return calendar.Clock{Kind: calendar.ScaledClock, Epoch: at("2026-11-22T12:00:00Z"), Origin: at("2026-01-01T00:00:00Z"), Rate: rate}
}

func TestClockValidate(t *testing.T) {
	t.Parallel()
	stepped := calendar.Clock{Kind: calendar.SteppedClock, Position: at("2026-01-01T00:00:00Z")}
	for name, c := range map[string]calendar.Clock{
		"real": {Kind: calendar.RealClock}, "scaled": scaled(17280), "the slowest": scaled(1), "the fastest": scaled(calendar.MaxClockRate), "stepped": stepped,
	} {
		require.NoError(t, c.Validate(), name)
	}
	for name, c := range map[string]calendar.Clock{
		"no kind":              {},
		"another kind":         {Kind: "lunar"},
		"no rate":              scaled(0),
		"a negative rate":      scaled(-1),
		"too fast":             scaled(calendar.MaxClockRate + 1),
		"scaled, no epoch":     {Kind: calendar.ScaledClock, Origin: at("2026-01-01T00:00:00Z"), Rate: 1},
		"scaled, no origin":    {Kind: calendar.ScaledClock, Epoch: at("2026-01-01T00:00:00Z"), Rate: 1},
		"stepped, no position": {Kind: calendar.SteppedClock},
	} {
		require.Equal(t, calendar.CodeInvalidClock, fault.CodeOf(c.Validate()), name)
	}
}

func TestRealClock(t *testing.T) {
	t.Parallel()
	c := calendar.Clock{Kind: calendar.RealClock}
	now := at("2026-11-22T13:00:00+01:00")
	require.Equal(t, at("2026-11-22T12:00:00Z"), c.Business(now))
	require.Equal(t, time.Hour, c.RealUntil(now.Add(time.Hour), now))
	require.Zero(t, c.RealUntil(now, now))
	require.Zero(t, c.RealUntil(now.Add(-time.Hour), now))
}

func TestScaledClock(t *testing.T) {
	t.Parallel()
	c := scaled(17280) // a day in five seconds
	require.Equal(t, c.Origin, c.Business(c.Epoch))
	require.Equal(t, at("2026-01-02T00:00:00Z"), c.Business(c.Epoch.Add(5*time.Second)))
	require.Equal(t, at("2026-01-01T12:00:00Z"), c.Business(c.Epoch.Add(2500*time.Millisecond)))
	require.Equal(t, c.Origin, c.Business(c.Epoch.Add(-time.Hour)), "never before its beginning")
	require.Equal(t, 5*time.Second, c.RealUntil(at("2026-01-02T00:00:00Z"), c.Epoch))
	require.Equal(t, 6*time.Second, c.RealUntil(at("2026-01-02T00:00:00Z"), c.Epoch.Add(-time.Second)))
	require.Zero(t, c.RealUntil(c.Origin, c.Epoch.Add(-time.Hour)))
	require.Zero(t, c.RealUntil(at("2025-01-01T00:00:00Z"), c.Epoch))
}

// TestScaledClockRunsOn: years of real time on a fast clock are more than a time.Duration holds.
func TestScaledClockRunsOn(t *testing.T) {
	t.Parallel()
	c := scaled(17280)
	require.Equal(t, c.Origin.AddDate(0, 0, 255_690), c.Business(c.Epoch.Add(5*time.Second*255_690)))
	end := at("9999-12-31T23:59:59Z")
	require.Equal(t, end, c.Business(c.Epoch.Add(math.MaxInt64)))
	require.Equal(t, end, scaled(calendar.MaxClockRate).Business(c.Epoch.Add(24*time.Hour)))
	late := scaled(10)
	late.Origin = end
	require.Equal(t, end, late.Business(late.Epoch.Add(time.Hour)))
	require.Positive(t, scaled(1).RealUntil(end, c.Epoch))
	require.Equal(t, time.Duration(math.MaxInt64), scaled(1).RealUntil(end, c.Epoch))
}

// TestScaledClockWaitIsEnoughAndTight: after the wait the target is shown, a moment earlier it is not.
func TestScaledClockWaitIsEnoughAndTight(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		c := scaled(rapid.Int64Range(1, calendar.MaxClockRate).Draw(rt, "rate"))
		c.Epoch = c.Epoch.Add(time.Duration(rapid.Int64Range(0, 999_999_999).Draw(rt, "epoch")))
		c.Origin = c.Origin.Add(time.Duration(rapid.Int64Range(0, 999_999_999).Draw(rt, "origin")))
		real := c.Epoch.Add(time.Duration(rapid.Int64Range(-1e12, 1e12).Draw(rt, "real")))
		target := c.Origin.Add(time.Duration(rapid.Int64Range(-1e15, 1e18).Draw(rt, "target")))
		wait := c.RealUntil(target, real)
		require.GreaterOrEqual(rt, wait, time.Duration(0))
		require.False(rt, c.Business(real.Add(wait)).Before(target))
		if wait > 0 {
			require.True(rt, c.Business(real.Add(wait-1)).Before(target))
		}
	})
}

func TestScaledClockOnlyGrows(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		c := scaled(rapid.Int64Range(1, calendar.MaxClockRate).Draw(rt, "rate"))
		real := c.Epoch.Add(time.Duration(rapid.Int64Range(-1e15, 1e18).Draw(rt, "real")))
		step := time.Duration(rapid.Int64Range(0, 1e15).Draw(rt, "step"))
		require.False(rt, c.Business(real.Add(step)).Before(c.Business(real)))
		require.LessOrEqual(rt, c.Business(real).Year(), 9999)
	})
}

func TestSteppedClock(t *testing.T) {
	t.Parallel()
	position := at("2026-03-01T08:00:00+02:00")
	c := calendar.Clock{Kind: calendar.SteppedClock, Position: position}
	now := at("2030-01-01T00:00:00Z")
	require.Equal(t, at("2026-03-01T06:00:00Z"), c.Business(now))
	require.Equal(t, c.Business(now), c.Business(now.Add(time.Hour)), "it stands still")
	require.Zero(t, c.RealUntil(position, now))
	require.Zero(t, c.RealUntil(position.Add(-time.Second), now))
	require.Equal(t, time.Duration(-1), c.RealUntil(position.Add(time.Nanosecond), now), "wait for a nudge")
}

func ExampleClock() {
	demo := calendar.Clock{
		Kind:   calendar.ScaledClock,
		Epoch:  time.Date(2026, time.November, 22, 12, 0, 0, 0, time.UTC),
		Origin: time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC),
		Rate:   17280, // a day in five seconds
	}
	now := demo.Epoch.Add(time.Minute)
	fmt.Println(demo.Business(now).Format(time.DateOnly))
	fmt.Println(demo.RealUntil(demo.Origin.AddDate(0, 0, 30), now))
	// Output:
	// 2026-01-13
	// 1m30s
}
