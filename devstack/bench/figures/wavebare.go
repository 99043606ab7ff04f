package figures

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/client"

	"arrears/devstack/bench/bare"
	"arrears/devstack/bench/plant"
)

// long is longer than any run takes.
const long = 7 * 24 * time.Hour

// What the ids of the two sides' cases begin with.
const (
	ourCases  = "invoice/"
	bareCases = "case-"
)

// firstTimer is the highest id of the timer that a bare workflow sets in its first task; the next one's is higher.
const firstTimer = 5

// bareWave runs one wave of the yardstick.
func (b *Bench) bareWave(ctx context.Context, lead *time.Duration) (crest, error) {
	for {
		c, err := b.bareWaveOnce(ctx, lead)
		if !errors.Is(err, errLate) {
			return c, err
		}
		*lead *= 2
		b.tell("arming took longer than expected: again, %s before the instant", *lead)
	}
}

func (b *Bench) bareWaveOnce(ctx context.Context, lead *time.Duration) (crest, error) {
	began := time.Now()
	instant := began.Add(*lead)
	side, err := b.Servers.NewBare(ctx)
	if err != nil {
		return crest{}, err
	}
	defer side.Close(ctx)
	n := b.Size.Wave
	err = bare.StartAll(ctx, side.Client, n, bare.Remind, func(i int) (client.StartWorkflowOptions, bare.Reminder) {
		return client.StartWorkflowOptions{ID: fmt.Sprint(bareCases, i)}, b.reminder(i, instant)
	})
	if err == nil {
		err = plant.Until(ctx, "all yardstick cases wait on their timers", func() (bool, error) {
			if time.Now().After(instant) {
				return false, errLate
			}
			waiting, err := b.Servers.Timers(ctx, side.NamespaceID, bareCases, 0)
			return waiting >= n, err
		})
	}
	if err != nil {
		return crest{}, err
	}
	*lead = learned(time.Since(began))
	c := crest{items: n}
	already := b.Servers.Mail.Count()
	c.took, c.cost, err = b.watched(ctx, instant, func() (time.Time, error) {
		err := b.Servers.AwaitTimers(ctx, side.NamespaceID, bareCases, firstTimer, n)
		return time.Now(), err
	})
	c.mails = b.Servers.Mail.Count() - already
	return c, err
}

func (b *Bench) reminder(i int, at time.Time) bare.Reminder {
	return bare.Reminder{
		Invoice: fmt.Sprintf("I%07d", i), SMTP: b.Servers.Mail.Addr(), To: fmt.Sprintf("accounts@c%06d.example", i),
		Amount: fmt.Sprintf("%d.00 EUR", 100+i), At: at, Wait: long,
	}
}
