package figures

import (
	"context"
	"fmt"
	"time"

	"arrears/devstack/bench/measure"
	"arrears/devstack/bench/plant"
	"arrears/domain/calendar"
)

// memory looks at the resident memory of the worker and of the engine's server while invoices wait: after they were armed,
// after as many as the worker keeps in memory were looked at, and after both were started anew.
func (b *Bench) memory(ctx context.Context) ([]measure.Row, error) {
	var rows []measure.Row
	for _, n := range b.Size.Waiting {
		more, err := b.memoryAt(ctx, n)
		if err != nil {
			return nil, err
		}
		rows = append(rows, more...)
	}
	return rows, nil
}

func (b *Bench) memoryAt(ctx context.Context, n int) ([]measure.Row, error) {
	if err := b.Servers.RestartTemporal(ctx); err != nil { // without what earlier figures left in its caches
		return nil, err
	}
	h, err := b.Servers.NewHouse(ctx, plant.HouseOptions{})
	if err != nil {
		return nil, err
	}
	defer h.Close(ctx)
	worker, err := h.Worker(ctx)
	if err != nil {
		return nil, err
	}
	var rows []measure.Row
	look := func(what string) error {
		if err := plant.Sleep(ctx, time.Now().Add(b.Size.Rest)); err != nil {
			return err
		}
		rows = append(rows, memoryRows(what, worker.Resident(), b.Servers.Temporal.Resident())...)
		b.tell("%-50s worker %4d MiB, server %4d MiB", what, worker.Resident()>>20, b.Servers.Temporal.Resident()>>20)
		return nil
	}
	at := measure.Number(float64(n))
	if err := look("nothing waiting"); err != nil {
		return nil, err
	}
	due := calendar.DateOf(time.Now(), time.UTC).AddDays(30)
	if err := h.Load(ctx, plant.Portfolio{Invoices: n, Each: 7, Due: due}); err != nil {
		return nil, err
	}
	if err := h.None(ctx, "nudges", "true"); err != nil {
		return nil, err
	}
	if err := look(at + " armed and waiting"); err != nil {
		return nil, err
	}
	if err := b.fillCache(ctx, h, min(n, h.Config.Worker.StickyCache)); err != nil {
		return nil, err
	}
	if err := look(fmt.Sprintf("%s waiting, %d of them looked at", at, min(n, h.Config.Worker.StickyCache))); err != nil {
		return nil, err
	}
	h.StopAll(ctx)
	if err := b.Servers.RestartTemporal(ctx); err != nil {
		return nil, err
	}
	if worker, err = h.Worker(ctx); err != nil {
		return nil, err
	}
	if err := h.Polled(ctx); err != nil {
		return nil, err
	}
	return rows, look(at + " waiting, both restarted")
}

func memoryRows(what string, worker, server int64) []measure.Row {
	row := func(of string, bytes int64) measure.Row {
		return measure.Row{What: "memory of the " + of + ", " + what, Unit: "MiB", Ours: measure.Series{float64(bytes >> 20)}}
	}
	return []measure.Row{row("worker", worker), row("server", server)}
}

// fillCache wakes as many cases as the worker keeps in memory.
func (b *Bench) fillCache(ctx context.Context, h *plant.House, n int) error {
	ids, err := caseIDs(ctx, h, "active")
	if err != nil {
		return err
	}
	if err := nudge(ctx, h, ids[:n]); err != nil {
		return err
	}
	return b.Servers.AwaitTimers(ctx, h.NamespaceID, ourCases, 0, n)
}
