package figures

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"arrears/devstack/bench/plant"
	"arrears/domain/calendar"
	"arrears/port"
)

// midnightIn is a clock at the pace of real time that shows the midnight after waveDue when the lead is over: the only way
// to have a day begin when the harness is ready.
func midnightIn(lead time.Duration) (clock calendar.Clock, instant time.Time) {
	now := time.Now().Truncate(time.Microsecond)
	midnight := waveDue.AddDays(1).Time(time.UTC)
	return calendar.Clock{Kind: calendar.ScaledClock, Rate: 1, Epoch: now, Origin: midnight.Add(-lead), Position: midnight.Add(-lead)}, now.Add(lead)
}

// ourWave runs one wave of the product, and again with more time when arming was not done at the instant.
func (b *Bench) ourWave(ctx context.Context, each int, lead *time.Duration) (crest, error) {
	for {
		c, err := b.ourWaveOnce(ctx, each, lead)
		if !errors.Is(err, errLate) {
			return c, err
		}
		*lead *= 2
		b.tell("arming took longer than expected: again, %s before the instant", *lead)
	}
}

func (b *Bench) ourWaveOnce(ctx context.Context, each int, lead *time.Duration) (crest, error) {
	clock, instant := midnightIn(*lead)
	began := time.Now()
	h, err := b.Servers.NewHouse(ctx, plant.HouseOptions{Clock: clock, Policy: wavePolicy})
	if err != nil {
		return crest{}, err
	}
	defer h.Close(ctx)
	if err := b.armWave(ctx, h, plant.Portfolio{Invoices: b.Size.Wave, Each: each, Due: waveDue}, instant); err != nil {
		return crest{}, err
	}
	*lead = learned(time.Since(began))
	c := crest{items: b.Size.Wave}
	already := b.Servers.Mail.Count()
	c.took, c.cost, err = b.watched(ctx, instant, func() (time.Time, error) { return b.waveEnd(ctx, h) })
	c.mails = b.Servers.Mail.Count() - already
	return c, err
}

// armWave loads the portfolio, has it armed, and wakes every case once, so that all of them wait on a timer as cases do
// that have a past, and not on a delayed start alone.
func (b *Bench) armWave(ctx context.Context, h *plant.House, p plant.Portfolio, instant time.Time) error {
	if _, err := h.Worker(ctx); err != nil {
		return err
	}
	if err := h.Load(ctx, p); err != nil {
		return err
	}
	if err := h.None(ctx, "nudges", "true"); err != nil {
		return err
	}
	if err := nudgeAll(ctx, h); err != nil {
		return err
	}
	cases, err := h.Count(ctx, "cases", "state = 'active'")
	if err != nil {
		return err
	}
	err = plant.Until(ctx, "all cases wait on their timers", func() (bool, error) {
		if time.Now().After(instant) {
			return false, errLate
		}
		n, err := b.Servers.Timers(ctx, h.NamespaceID, ourCases, 0)
		return n >= cases, err
	})
	if err != nil {
		return err
	}
	if together, err := h.Count(ctx, "cases", "wake_at = (SELECT min(wake_at) FROM cases)"); err != nil || together != p.Invoices {
		return errors.Join(err, fmt.Errorf("%d of %d cases wake at one moment", together, p.Invoices))
	}
	return nil
}

// nudgeAll wakes every case.
func nudgeAll(ctx context.Context, h *plant.House) error {
	ids, err := caseIDs(ctx, h, "active")
	if err != nil {
		return err
	}
	return nudge(ctx, h, ids)
}

// nudge wakes cases.
func nudge(ctx context.Context, h *plant.House, ids []uuid.UUID) error {
	return h.Product.DB.InTx(ctx, func(ctx context.Context, tx port.Tx) error { return tx.NudgeCases(ctx, ids) })
}

// waveEnd waits until the last line was recorded as sent, and says when that was committed. What is left to tidy up is
// waited for after it.
func (b *Bench) waveEnd(ctx context.Context, h *plant.House) (end time.Time, err error) {
	err = plant.Until(ctx, "every item was dunned", func() (bool, error) {
		n, err := h.Count(ctx, "items", "last_stage_done = 'first'")
		return n >= b.Size.Wave, err
	})
	if err != nil {
		return end, err
	}
	if err := h.SQL.QueryRow(ctx, `SELECT max(pg_xact_commit_timestamp(xmin)) FROM items`).Scan(&end); err != nil {
		return end, err
	}
	return end, errors.Join(h.None(ctx, "nudges", "true"), h.None(ctx, "audit_entries", "position IS NULL"))
}
