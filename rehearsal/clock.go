package rehearsal

import (
	"context"
	"sync"
	"time"

	"arrears/port"
)

// clock is the stepped clock as the driver's own process knows it: the row in the database says the same, and need not be
// read for every step of every case.
type clock struct {
	mu       sync.RWMutex
	position time.Time
}

var _ port.Clock = (*clock)(nil)

// Now implements port.Clock.
func (c *clock) Now(context.Context) (time.Time, error) { return c.now(), nil }

func (c *clock) now() time.Time {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.position
}

// Real implements port.Clock: only the driver brings the clock anywhere.
func (c *clock) Real(_ context.Context, business time.Time) (time.Time, error) {
	if business.After(c.now()) {
		return time.Time{}, nil
	}
	return time.Now(), nil
}

func (c *clock) set(to time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.position = to
}
