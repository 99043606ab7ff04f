package rehearsal

import (
	"context"
	"time"

	"arrears/domain/calendar"
	"arrears/domain/fault"
)

// maxSteps bounds the steps of the clock: a century of ten-minute days.
const maxSteps = 1_000_000

var errEndless = fault.New(fault.Internal, CodeEndless, "the rehearsal does not come to rest")

// driver moves the clock from one moment to the next, and lets history, people and engine do what is due there.
type driver struct {
	house     *house
	machine   *machine
	entry     *entry
	history   History
	approvals Approvals
	told      func(day calendar.Date)

	days  []Day // still ahead
	asked []asked
	steps int
}

// run plays the history to the end of its last day.
func (d *driver) run(ctx context.Context) error {
	d.days = d.history.Days
	end := at(d.history.To.AddDays(1), 0, d.house.zone)
	for range maxSteps {
		if err := d.machine.quiet(ctx); err != nil {
			return err
		}
		next, err := d.next(ctx)
		if err != nil {
			return err
		}
		if next.IsZero() || !next.Before(end) {
			return nil
		}
		if err := d.stepTo(ctx, next); err != nil {
			return err
		}
	}
	return errEndless
}

// next is the next moment at which something is due.
func (d *driver) next(ctx context.Context) (time.Time, error) {
	var m moments
	var err error
	if m.cases, m.notices, err = d.house.db.NextMoments(ctx, d.house.clock.now()); err != nil {
		return time.Time{}, err
	}
	if len(d.days) > 0 {
		m.history = at(d.days[0].On, historyAt, d.house.zone)
	}
	if err := d.look(ctx); err != nil {
		return time.Time{}, err
	}
	m.decisions = d.nextDecision()
	return m.next(d.house.zone), nil
}

// stepTo moves the clock and does what is due there, in a fixed order: invoices come, payments come, the supervisor decides,
// and then the engine's own moments.
func (d *driver) stepTo(ctx context.Context, to time.Time) error {
	if err := d.house.step(ctx, to); err != nil {
		return err
	}
	d.steps++
	d.told(calendar.DateOf(to, d.house.zone))
	for len(d.days) > 0 && !at(d.days[0].On, historyAt, d.house.zone).After(to) {
		if err := d.entry.enter(ctx, d.days[0].Enter); err != nil {
			return err
		}
		if err := d.entry.pay(ctx, d.days[0].Payments); err != nil {
			return err
		}
		d.days = d.days[1:]
	}
	if err := d.decide(ctx, to); err != nil {
		return err
	}
	_, err := d.house.db.NudgeDue(ctx, to)
	return err
}
