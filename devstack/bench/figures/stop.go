package figures

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"arrears/devstack/bench/bare"
	"arrears/devstack/bench/measure"
	"arrears/devstack/bench/plant"
	"arrears/domain/calendar"
)

// stopPace is the pause between two receipts: a busy day, and no queue behind them.
const stopPace = 50 * time.Millisecond

// listening finds the yardstick's cases.
const listening = `WorkflowType = "Listen"`

// stopAtMost is what is asked of the slowest in a hundred while the house is idle, in milliseconds.
const stopAtMost = 1000

// stop measures from the commit of a receipt until the commit that closes the case: idle, in a wave, and after one of two
// workers was killed.
func (b *Bench) stop(ctx context.Context) ([]measure.Row, error) {
	idle, limit, err := b.stopIdle(ctx)
	if err != nil {
		return nil, err
	}
	b.tellLatency("idle", idle)
	b.tellLatency("bare", limit)
	wave, err := b.stopInWave(ctx)
	if err != nil {
		return nil, err
	}
	b.tellLatency("in a wave", wave)
	killed, err := b.stopAfterKill(ctx)
	if err != nil {
		return nil, err
	}
	b.tellLatency("after kill -9", killed)
	rows := latencyRows("stop, receipt committed to chase stopped, idle", idle, limit, "SignalWithStart to workflow task")
	rows[1].Ceiling = stopAtMost
	rows = append(rows, latencyRows("stop, in a wave", wave, nil, fmt.Sprintf("%d items due", b.Size.StopWave))...)
	return append(rows, latencyRows("stop, after kill -9 of one of two workers", killed, nil, "the one that leads the relay")...), nil
}

func (b *Bench) tellLatency(what string, s measure.Series) {
	b.tell("%-24s %4d readings  p50 %6.1f ms  p99 %7.1f ms", what, len(s), s.Median(), s.Percentile(0.99))
}

// latencyRows are the median and the slowest in a hundred.
func latencyRows(what string, ours, limit measure.Series, note string) []measure.Row {
	row := func(name string, of func(measure.Series) float64) measure.Row {
		r := measure.Row{What: what + ", " + name, Unit: "ms", Ours: measure.Series{of(ours)}, Note: note}
		if len(limit) > 0 {
			r.Limit = measure.Series{of(limit)}
		}
		return r
	}
	return []measure.Row{
		row("p50", measure.Series.Median),
		row("p99", func(s measure.Series) float64 { return s.Percentile(0.99) }),
	}
}

// stopIdle takes turns, one receipt and one signal, while nothing else goes on.
func (b *Bench) stopIdle(ctx context.Context) (ours, limit measure.Series, err error) {
	h, err := b.stopHouse(ctx, 1)
	if err != nil {
		return nil, nil, err
	}
	defer h.Close(ctx)
	side, err := b.Servers.NewBare(ctx)
	if err != nil {
		return nil, nil, err
	}
	defer side.Close(ctx)
	options := func(i int) client.StartWorkflowOptions {
		return client.StartWorkflowOptions{ID: fmt.Sprint(bareCases, i), TaskQueue: bare.TaskQueue}
	}
	err = bare.StartAll(ctx, side.Client, b.Size.Stops, bare.Listen, func(i int) (client.StartWorkflowOptions, bare.Reminder) {
		return options(i), bare.Reminder{}
	})
	if err == nil {
		err = plant.Until(ctx, "all yardstick cases listen", func() (bool, error) {
			found, err := side.Client.CountWorkflow(ctx, &workflowservice.CountWorkflowExecutionsRequest{Query: listening})
			return found.GetCount() >= int64(b.Size.Stops), err
		})
	}
	if err != nil {
		return nil, nil, err
	}
	began := make([]time.Time, b.Size.Stops)
	err = b.pay(ctx, h, func(ctx context.Context, i int) error {
		began[i] = time.Now()
		_, err := side.Client.SignalWithStartWorkflow(ctx, options(i).ID, bare.Signal, nil, options(i), bare.Listen, bare.Reminder{})
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	for i, start := range began {
		ms, err := signalled(ctx, side.Client, options(i).ID, start)
		if err != nil {
			return nil, nil, err
		}
		limit = append(limit, ms)
	}
	ours, err = b.stopped(ctx, h)
	return ours, limit, err
}

// signalled waits until a yardstick case has ended by its signal, and says how many milliseconds that took.
func signalled(ctx context.Context, c client.Client, id string, began time.Time) (ms float64, err error) {
	err = plant.Until(ctx, "the signal arrives", func() (bool, error) {
		found, err := c.DescribeWorkflowExecution(ctx, id, "")
		if err != nil || found.GetWorkflowExecutionInfo().GetCloseTime() == nil {
			return false, err
		}
		ms = millis(found.GetWorkflowExecutionInfo().GetCloseTime().AsTime().Sub(began))
		return true, nil
	})
	return ms, err
}

func millis(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// stopPrefix begins the numbers of the invoices that are paid.
const stopPrefix = "P"

// stopPortfolio are invoices whose next step is far away.
func (b *Bench) stopPortfolio(today calendar.Date) plant.Portfolio {
	return plant.Portfolio{Invoices: b.Size.Stops, Each: 1, Due: today.AddDays(60), Prefix: stopPrefix}
}

// stopHouse is a house with workers whose cases all wait on their timers. Close it.
func (b *Bench) stopHouse(ctx context.Context, workers int) (*plant.House, error) {
	return b.Servers.ReadyHouse(ctx, plant.HouseOptions{}, func(h *plant.House) error {
		for range workers {
			if _, err := h.Worker(ctx); err != nil {
				return err
			}
			if err := h.Led(ctx); err != nil { // the first one leads
				return err
			}
		}
		if err := plant.Sleep(ctx, time.Now().Add(settle)); err != nil { // the last one asks for work, too
			return err
		}
		if err := h.Load(ctx, b.stopPortfolio(calendar.DateOf(time.Now(), time.UTC))); err != nil {
			return err
		}
		if err := h.None(ctx, "nudges", "true"); err != nil {
			return err
		}
		if err := nudgeAll(ctx, h); err != nil {
			return err
		}
		return b.Servers.AwaitTimers(ctx, h.NamespaceID, ourCases, 0, b.Size.Stops)
	})
}

// stopInWave pays while many other items become due at one instant.
func (b *Bench) stopInWave(ctx context.Context) (measure.Series, error) {
	for lead := lead(b.Size.StopWave + b.Size.Stops); ; lead *= 2 {
		clock, instant := midnightIn(lead)
		h, err := b.waveWithDebts(ctx, clock, instant)
		if errors.Is(err, errLate) {
			b.tell("arming took longer than expected: again, %s before the instant", 2*lead)
			continue
		}
		if err != nil {
			return nil, err
		}
		defer h.Close(ctx)
		if err := plant.Sleep(ctx, instant); err != nil {
			return nil, err
		}
		if err := b.pay(ctx, h, nil); err != nil {
			return nil, err
		}
		return b.stopped(ctx, h)
	}
}

// waveWithDebts is a house before a wave, in which some invoices are not part of it. Close it.
func (b *Bench) waveWithDebts(ctx context.Context, clock calendar.Clock, instant time.Time) (*plant.House, error) {
	return b.Servers.ReadyHouse(ctx, plant.HouseOptions{Clock: clock, Policy: wavePolicy}, func(h *plant.House) error {
		if _, err := h.Worker(ctx); err != nil {
			return err
		}
		if err := h.Load(ctx, b.stopPortfolio(waveDue)); err != nil {
			return err
		}
		return b.armWave(ctx, h, plant.Portfolio{Invoices: b.Size.StopWave, Each: 7, Due: waveDue}, instant)
	})
}

// stopAfterKill kills the worker that leads the relay and holds half of the cases in memory, and pays from then on.
func (b *Bench) stopAfterKill(ctx context.Context) (measure.Series, error) {
	h, err := b.stopHouse(ctx, 2)
	if err != nil {
		return nil, err
	}
	defer h.Close(ctx)
	h.Processes()[0].Kill() // the first one leads
	if err := b.pay(ctx, h, nil); err != nil {
		return nil, err
	}
	return b.stopped(ctx, h)
}
