package plant

import (
	"context"
	"fmt"
	"time"
)

// Bounds of a wait: looking costs next to nothing, and what takes longer than patience will not come.
const (
	look     = 50 * time.Millisecond
	patience = 10 * time.Minute
)

// Until waits until the condition holds. An error of the condition ends the wait.
func Until(ctx context.Context, what string, holds func() (bool, error)) error {
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	ticker := time.NewTicker(look)
	defer ticker.Stop()
	for {
		ok, err := holds()
		if err != nil {
			return fmt.Errorf("until %s: %w", what, err)
		}
		if ok {
			return nil
		}
		select {
		case <-ticker.C:
		case <-deadline.C:
			return fmt.Errorf("waited %s in vain until %s", patience, what)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Sleep waits until an instant or the end of ctx.
func Sleep(ctx context.Context, until time.Time) error {
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
