package calendar

import (
	"math"
	"time"

	"arrears/domain/fault"
)

// ClockKind says how business time relates to real time. It never changes in the life of an installation.
type ClockKind string

// The kinds of the business clock.
const (
	// RealClock shows real time.
	RealClock ClockKind = "real"
	// ScaledClock runs a fixed number of times faster than real time, for demonstration and training.
	ScaledClock ClockKind = "scaled"
	// SteppedClock stands still until a driver moves it on, for rehearsal.
	SteppedClock ClockKind = "stepped"
)

// MaxClockRate bounds a scaled clock at about a year of business time in a real second.
const MaxClockRate int64 = 366 * 24 * 60 * 60

// untilNudged is what RealUntil answers when no passing of real time brings a stepped clock to its target.
const untilNudged time.Duration = -1

// Clock is the business clock: one row per installation. It reads no time itself; callers pass real time in.
type Clock struct {
	// Kind never changes.
	Kind ClockKind
	// Epoch is the real instant at which a scaled clock showed Origin.
	Epoch time.Time
	// Origin is the business instant at which a scaled clock began.
	Origin time.Time
	// Rate is how many business seconds pass in a real second on a scaled clock, 1 to MaxClockRate.
	Rate int64
	// Position is where a stepped clock stands; it only grows.
	Position time.Time
}

// Validate refuses a clock that could not run: an unknown kind, a scaled one without epoch, origin or rate, a stepped one
// without position. Error: CodeInvalidClock.
func (c Clock) Validate() error {
	switch c.Kind {
	case RealClock:
		return nil
	case ScaledClock:
		if c.Epoch.IsZero() || c.Origin.IsZero() || c.Rate < 1 || c.Rate > MaxClockRate {
			return invalidClock("a scaled clock needs an epoch, an origin and a rate in range")
		}
		return nil
	case SteppedClock:
		if c.Position.IsZero() {
			return invalidClock("a stepped clock needs a position")
		}
		return nil
	}
	return invalidClock("the clock is neither real nor scaled nor stepped")
}

func invalidClock(message string) error { return fault.New(fault.Invalid, CodeInvalidClock, message) }

// Business returns the business instant shown at the real instant. A scaled clock shows Origin before its Epoch, so a
// machine whose clock is behind never sees business time run backwards past its beginning, and stops at the end of 9999.
func (c Clock) Business(real time.Time) time.Time {
	switch c.Kind {
	case ScaledClock:
		return c.scaled(real)
	case SteppedClock:
		return c.Position.UTC()
	}
	return real.UTC()
}

// scaled multiplies seconds and nanoseconds apart: a time.Duration holds 292 years, which a fast clock passes in days.
func (c Clock) scaled(real time.Time) time.Time {
	if !real.After(c.Epoch) {
		return c.Origin.UTC()
	}
	seconds, nanos := apart(c.Epoch, real)
	limit := MaxDate.wall(EndOfDay) - 1
	room := limit - c.Origin.Unix() - c.Rate
	if room <= 0 || seconds > room/c.Rate {
		return time.Unix(limit, 0).UTC()
	}
	whole := nanos * c.Rate
	return time.Unix(c.Origin.Unix()+seconds*c.Rate+whole/1e9, int64(c.Origin.Nanosecond())+whole%1e9).UTC()
}

// RealUntil returns how long to wait in real time until the clock shows target: 0 when it does already. A stepped clock
// that is not there yet answers -1, which means "wait for a nudge".
func (c Clock) RealUntil(target, real time.Time) time.Duration {
	if !c.Business(real).Before(target) {
		return 0
	}
	switch c.Kind {
	case ScaledClock:
		return c.scaledUntil(target, real)
	case SteppedClock:
		return untilNudged
	}
	return target.Sub(real)
}

// scaledUntil rounds up to the next nanosecond, so that waiting so long is always enough.
func (c Clock) scaledUntil(target, real time.Time) time.Duration {
	seconds, nanos := apart(c.Origin, target)
	needSeconds := seconds / c.Rate
	needNanos := (seconds%c.Rate*1e9 + nanos + c.Rate - 1) / c.Rate
	if needSeconds > math.MaxInt64/int64(time.Second)/2 {
		return math.MaxInt64
	}
	at := c.Epoch.Add(time.Duration(needSeconds)*time.Second + time.Duration(needNanos))
	return max(0, at.Sub(real))
}

// apart returns to - from in whole seconds and remaining nanoseconds.
func apart(from, to time.Time) (seconds, nanos int64) {
	seconds, nanos = to.Unix()-from.Unix(), int64(to.Nanosecond()-from.Nanosecond())
	if nanos < 0 {
		seconds, nanos = seconds-1, nanos+1e9
	}
	return seconds, nanos
}
