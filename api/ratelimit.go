package api

import (
	"container/list"
	"math"
	"strconv"
	"sync"
	"time"

	"github.com/labstack/echo/v4"
	"golang.org/x/time/rate"

	"arrears/auth"
	"arrears/domain/fault"
)

// Limits bound how often one caller may ask. The zero value means the defaults.
type Limits struct {
	// PerSecond is how many requests a second a key may make over time; default 50.
	PerSecond float64
	// Burst is how many it may make at once; default 100.
	Burst int
}

const (
	defaultPerSecond = 50
	defaultBurst     = 100
	// maxCallers bounds how many callers' limits are remembered: the one that has asked least recently is forgotten, and by
	// then its allowance is full again anyway, unless more callers than this ask within seconds.
	maxCallers = 10_000
)

func (l Limits) withDefaults() Limits {
	if l.PerSecond <= 0 {
		l.PerSecond = defaultPerSecond
	}
	if l.Burst <= 0 {
		l.Burst = defaultBurst
	}
	return l
}

// limiter holds a token bucket per caller.
type limiter struct {
	limits Limits
	bound  int

	mu      sync.Mutex
	byID    map[string]*list.Element
	recency *list.List // of bucket, most recent first
}

type bucket struct {
	id     string
	tokens *rate.Limiter
}

func newLimiter(limits Limits, bound int) *limiter {
	return &limiter{limits: limits.withDefaults(), bound: bound, byID: map[string]*list.Element{}, recency: list.New()}
}

// take uses one of the caller's tokens, or says after how long there will be one.
func (l *limiter) take(id string, now time.Time) (wait time.Duration, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	reservation := l.bucketOf(id).tokens.ReserveN(now, 1)
	if wait = reservation.DelayFrom(now); wait > 0 {
		reservation.CancelAt(now)
		return wait, false
	}
	return 0, true
}

func (l *limiter) bucketOf(id string) *bucket {
	if element, known := l.byID[id]; known {
		l.recency.MoveToFront(element)
		return element.Value.(*bucket)
	}
	if l.recency.Len() >= l.bound {
		oldest := l.recency.Remove(l.recency.Back()).(*bucket)
		delete(l.byID, oldest.id)
	}
	b := &bucket{id: id, tokens: rate.NewLimiter(rate.Limit(l.limits.PerSecond), l.limits.Burst)}
	l.byID[id] = l.recency.PushFront(b)
	return b
}

// middleware refuses a caller that asks too often, and says when to ask again.
func (l *limiter) middleware(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		wait, ok := l.take(auth.PrincipalOf(c.Request().Context()).ID, time.Now())
		if !ok {
			seconds := int(math.Ceil(wait.Seconds()))
			c.Response().Header().Set(headerRetryAfter, strconv.Itoa(max(seconds, 1)))
			return fault.New(fault.RateLimited, CodeRateLimited, "this key asks too often; Retry-After says when to ask again")
		}
		return next(c)
	}
}
