package webhook

import "time"

// The statuses that mean more than success or failure. (net/http is no business of the domain.)
const (
	statusGone        = 410
	statusTooMany     = 429
	statusUnavailable = 503
)

// schedule is how long to wait after each failure in a row. After the last attempt, three days on, the delivery is dead.
var schedule = [...]time.Duration{
	5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour, 10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour,
}

// MaxAttempts is how often a delivery is tried before it is dead.
const MaxAttempts = len(schedule) + 1

// jitterShare is how much longer than the schedule a wait may be, so that what failed together does not come back together.
const jitterShare = 0.2

// maxPause bounds what a receiver may ask for by Retry-After: one that asks for more is asked again after it.
const maxPause = 24 * time.Hour

// Backoff is the wait after so many failures (1 is the first); ok is false when there is no further attempt. jitter is in
// [0, 1).
func Backoff(failures int, jitter float64) (wait time.Duration, ok bool) {
	if failures < 1 || failures > len(schedule) {
		return 0, false
	}
	wait = schedule[failures-1]
	return wait + time.Duration(jitterShare*jitter*float64(wait)), true
}

// Verdict is what an answer means for the delivery and its endpoint.
type Verdict struct {
	State       DeliveryState
	Failures    int
	NextAt      time.Time // pending only
	Gone        bool      // disable the endpoint
	PausedUntil time.Time // ask the endpoint nothing before; zero: nothing was asked for
}

// Judge says what becomes of a delivery that had failed so often before. Only 2xx is a success. 410 is a refusal for ever.
// 429 and 503 may ask for a pause, which then holds for the whole endpoint.
func Judge(a Answer, failures int, now time.Time, jitter float64) Verdict {
	if a.Error == "" {
		return Verdict{State: Delivered}
	}
	v := Verdict{State: Pending, Failures: failures + 1}
	if a.Status == statusGone {
		v.State, v.Gone = Dead, true
		return v
	}
	if pause := min(a.RetryAfter, maxPause); pause > 0 && (a.Status == statusTooMany || a.Status == statusUnavailable) {
		v.PausedUntil = now.Add(pause)
	}
	wait, ok := Backoff(v.Failures, jitter)
	if !ok {
		v.State = Dead
		return v
	}
	v.NextAt = now.Add(wait)
	if v.NextAt.Before(v.PausedUntil) {
		v.NextAt = v.PausedUntil
	}
	return v
}

// StatusError is the code of an answer's status; empty for a success.
func StatusError(status int) string {
	switch {
	case status >= 200 && status < 300:
		return ""
	case status >= 300 && status < 400:
		return ErrRedirect
	}
	return ErrStatus
}
