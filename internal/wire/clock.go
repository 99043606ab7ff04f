package wire

import (
	"context"
	"sync"
	"time"

	"arrears/domain/calendar"
	"arrears/port"
)

// Clock is the installation's business clock as this process knows it. A real or scaled clock never changes, so its row is
// read once; a stepped one is read each time. It is safe for concurrent use.
type Clock struct {
	store port.Store
	real  func() time.Time

	mu    sync.RWMutex
	known calendar.Clock // zero until read; never a stepped one
}

var _ port.Clock = (*Clock)(nil)

// NewClock returns the clock of the installation in the store, over the machine's clock.
func NewClock(store port.Store) *Clock { return &Clock{store: store, real: time.Now} }

// Now is the business instant at this real moment. Error: clock.not_found before the installation was set up.
func (c *Clock) Now(ctx context.Context) (time.Time, error) {
	row, err := c.Row(ctx)
	if err != nil {
		return time.Time{}, err
	}
	return row.Business(c.real()), nil
}

// Real is the real instant at which the business instant is reached; the zero time when only a driver's step reaches it.
// Error: clock.not_found.
func (c *Clock) Real(ctx context.Context, business time.Time) (time.Time, error) {
	row, err := c.Row(ctx)
	if err != nil {
		return time.Time{}, err
	}
	now := c.real()
	wait := row.RealUntil(business, now)
	if wait < 0 {
		return time.Time{}, nil
	}
	return now.Add(wait), nil
}

// Row is the clock's row. Error: clock.not_found.
func (c *Clock) Row(ctx context.Context) (calendar.Clock, error) {
	c.mu.RLock()
	known := c.known
	c.mu.RUnlock()
	if known.Kind != "" {
		return known, nil
	}
	var row calendar.Clock
	err := c.store.Read(ctx, func(ctx context.Context, tx port.Tx) (err error) {
		row, err = tx.BusinessClock(ctx)
		return err
	})
	if err != nil {
		return calendar.Clock{}, err
	}
	if row.Kind != calendar.SteppedClock {
		c.mu.Lock()
		c.known = row
		c.mu.Unlock()
	}
	return row, nil
}
