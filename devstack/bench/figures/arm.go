package figures

import (
	"context"
	"fmt"
	"time"

	"go.temporal.io/sdk/client"

	"arrears/devstack/bench/bare"
	"arrears/devstack/bench/measure"
	"arrears/devstack/bench/plant"
	"arrears/domain/calendar"
)

// arm measures how fast the relay makes imported invoices durable in the engine when their first step lies ahead, beside a
// client that starts workflows with a delay and nothing else, as many at once.
func (b *Bench) arm(ctx context.Context) ([]measure.Row, error) {
	var ours, limit measure.Series
	n := b.Size.Arm
	err := turns(b.Size.Rounds,
		func() error { return collect(&limit, b.perSecond("bare", n))(b.bareDelayed(ctx, n)) },
		func() error { return collect(&ours, b.perSecond("ours", n))(b.ourDelayed(ctx, n)) },
	)
	return []measure.Row{{
		What: "arm, first step in the future", Unit: "invoices/s", Ours: ours, Limit: limit, AtLeast: 0.9, Note: "StartWorkflow with StartDelay",
	}}, err
}

// armDue measures how long it takes until invoices whose first step is due have decided it and wait, beside workflows that
// only start and wait.
func (b *Bench) armDue(ctx context.Context) ([]measure.Row, error) {
	var ours, limit measure.Series
	n := b.Size.ArmDue
	err := turns(b.Size.Rounds,
		func() error { return collect(&limit, b.perSecond("bare", n))(b.bareTimers(ctx, n)) },
		func() error { return collect(&ours, b.perSecond("ours", n))(b.ourDue(ctx, n)) },
	)
	return []measure.Row{{
		What: "arm, first step due now", Unit: "invoices/s", Ours: ours, Limit: limit, AtLeast: 1, Note: "StartWorkflow up to its first timer",
	}}, err
}

// perSecond makes a rate of a duration and tells it.
func (b *Bench) perSecond(side string, n int) func(time.Duration) float64 {
	return func(took time.Duration) float64 {
		rate := float64(n) / took.Seconds()
		b.tell("%-6s %5.1f s  %6.0f/s", side, took.Seconds(), rate)
		return rate
	}
}

// collect appends what became of a duration to a series, unless there was an error.
func collect(s *measure.Series, as func(time.Duration) float64) func(time.Duration, error) error {
	return func(took time.Duration, err error) error {
		if err == nil {
			*s = append(*s, as(took))
		}
		return err
	}
}

func (b *Bench) bareDelayed(ctx context.Context, n int) (time.Duration, error) {
	side, err := b.Servers.NewBare(ctx)
	if err != nil {
		return 0, err
	}
	defer side.Close(ctx)
	began := time.Now()
	err = bare.StartAll(ctx, side.Client, n, bare.Timer, func(i int) (client.StartWorkflowOptions, bare.Reminder) {
		return client.StartWorkflowOptions{ID: fmt.Sprint(bareCases, i), StartDelay: long}, b.reminder(i, time.Time{})
	})
	return time.Since(began), err
}

func (b *Bench) ourDelayed(ctx context.Context, n int) (time.Duration, error) {
	h, err := b.Servers.NewHouse(ctx, plant.HouseOptions{})
	if err != nil {
		return 0, err
	}
	defer h.Close(ctx)
	due := calendar.DateOf(time.Now(), time.UTC).AddDays(30)
	if err := h.Load(ctx, plant.Portfolio{Invoices: n, Each: 7, Due: due}); err != nil {
		return 0, err
	}
	began := time.Now()
	defer h.Relay(ctx)()
	err = h.None(ctx, "nudges", "true")
	return time.Since(began), err
}

func (b *Bench) bareTimers(ctx context.Context, n int) (time.Duration, error) {
	side, err := b.Servers.NewBare(ctx)
	if err != nil {
		return 0, err
	}
	defer side.Close(ctx)
	if err := side.Polled(ctx); err != nil {
		return 0, err
	}
	began := time.Now()
	err = bare.StartAll(ctx, side.Client, n, bare.Timer, func(i int) (client.StartWorkflowOptions, bare.Reminder) {
		return client.StartWorkflowOptions{ID: fmt.Sprint(bareCases, i)}, b.reminder(i, time.Time{})
	})
	if err == nil {
		err = b.Servers.AwaitTimers(ctx, side.NamespaceID, bareCases, 0, n)
	}
	return time.Since(began), err
}

// laterPolicy decides at once and sends later: its window opens hours from now.
func laterPolicy() string {
	from := time.Now().UTC().Add(6 * time.Hour).Hour()
	return fmt.Sprintf(`
key: later
window: {from: "%02d:00", to: "%02d:30", days: [mon, tue, wed, thu, fri, sat, sun]}
stages:
  - {key: first, moment: due + 1 day, action: notice, template: reminder-1}
  - {key: second, moment: due + 40 days, action: notice, template: reminder-2}
`, from, from)
}

func (b *Bench) ourDue(ctx context.Context, n int) (time.Duration, error) {
	h, err := b.Servers.NewHouse(ctx, plant.HouseOptions{Policy: laterPolicy()})
	if err != nil {
		return 0, err
	}
	defer h.Close(ctx)
	if _, err := h.Worker(ctx, "--no-relay"); err != nil {
		return 0, err
	}
	due := calendar.DateOf(time.Now(), time.UTC).AddDays(-10)
	if err := h.Load(ctx, plant.Portfolio{Invoices: n, Each: 7, Due: due}); err != nil {
		return 0, err
	}
	if err := h.Polled(ctx); err != nil {
		return 0, err
	}
	began := time.Now()
	defer h.Relay(ctx)()
	err = b.Servers.AwaitTimers(ctx, h.NamespaceID, ourCases, 0, n)
	return time.Since(began), err
}
