package app

import (
	"context"
	"time"

	"github.com/google/uuid"

	"arrears/domain/calendar"
	"arrears/domain/census"
	"arrears/port"
)

// engineActor is the actor of what no person did.
const engineActor = "engine"

// The bounds of sweeping away old answers: a night deletes at most a million, some thousands at a time.
const (
	purgeBatch   = 5000
	purgeBatches = 200
)

// NudgeNightly leaves a nudge for the nightly workflow, which starts it where it does not run.
func (a *App) NudgeNightly(ctx context.Context, after time.Duration) error {
	return a.store.InTx(ctx, func(ctx context.Context, tx port.Tx) error { return tx.NudgeNightly(ctx, after) })
}

// PlanNight tells when the next night's work is due, and whether there is something to do now. It is for the engine, so
// nobody is authorised.
func (a *App) PlanNight(ctx context.Context) (plan port.NightPlan, now bool, err error) {
	err = a.write(ctx, func(ctx context.Context, tx port.Tx, at time.Time) error {
		plan, _, err = planned(ctx, tx, at)
		if err != nil {
			return err
		}
		asked, err := tx.AskedCensuses(ctx)
		now = !plan.At.After(at) || len(asked) > 0
		return err
	})
	return plan, now, err
}

// planned locks the plan and brings it up to the installation's time zone. The first night is the next.
func planned(ctx context.Context, tx port.Tx, at time.Time) (port.NightPlan, *time.Location, error) {
	house, err := tx.Installation(ctx)
	if err != nil {
		return port.NightPlan{}, nil, err
	}
	loc, err := calendar.LoadZone(house.TimeZone)
	if err != nil {
		loc = time.UTC
	}
	plan, err := tx.LockNightly(ctx, planFor(census.NightAt(at, loc).AddDays(1), loc))
	if err != nil {
		return plan, loc, err
	}
	if now := planFor(plan.Date, loc); !now.At.Equal(plan.At) {
		plan = now
		err = tx.SetNightly(ctx, plan)
	}
	return plan, loc, err
}

func planFor(d calendar.Date, loc *time.Location) port.NightPlan {
	return port.NightPlan{Date: d, At: census.StartOf(d, loc).UTC()}
}

// RunNight does the night's work if it is due, once however many nights were missed, and the censuses that people asked for.
// Run again it goes on where it stood. engine may be nil: then what runs there is not compared.
func (a *App) RunNight(ctx context.Context, engine port.Workflows) error {
	n, due, err := a.beginNight(ctx)
	if err != nil {
		return err
	}
	if due {
		if err := a.spendNight(ctx, n, engine); err != nil {
			return err
		}
	}
	var asked []port.Census
	err = a.store.Read(ctx, func(ctx context.Context, tx port.Tx) (err error) {
		asked, err = tx.AskedCensuses(ctx)
		return err
	})
	if err != nil {
		return err
	}
	for _, c := range asked {
		if err := a.runCensus(ctx, c, engine, nil); err != nil {
			return err
		}
	}
	return nil
}

// beginNight writes down that the night is worked on. A night of which the end is written down is over.
func (a *App) beginNight(ctx context.Context) (n port.Night, due bool, err error) {
	err = a.write(ctx, func(ctx context.Context, tx port.Tx, now time.Time) error {
		plan, loc, err := planned(ctx, tx, now)
		if err != nil || plan.At.After(now) {
			due = false
			return err
		}
		due = true
		night := census.NightAt(now, loc)
		n, err = tx.LastNight(ctx)
		if err != nil {
			return err
		}
		if n.Date == night {
			if n.FinishedAt == nil {
				return nil
			}
			due = false
			return tx.SetNightly(ctx, planFor(night.AddDays(1), loc))
		}
		if err := tx.AbandonCensuses(ctx, census.AbandonedFor); err != nil {
			return err
		}
		c, err := newCensus(census.OfNight, engineActor, census.Running, night, now)
		if err != nil {
			return err
		}
		if err := tx.InsertCensus(ctx, c); err != nil {
			return err
		}
		n, err = tx.BeginNight(ctx, port.Night{Date: night, StartedAt: now, Missed: night.DaysSince(plan.Date), CensusID: c.ID})
		return err
	})
	return n, due, err
}

func newCensus(reason census.Reason, by string, state census.State, on calendar.Date, now time.Time) (port.Census, error) {
	id, err := uuid.NewV7()
	c := port.Census{ID: id, Reason: reason, AskedBy: by, State: state, BusinessDate: on, AskedAt: now}
	if state == census.Running {
		c.StartedAt = &now
	}
	return c, err
}

// spendNight does the parts of a night's work: what is done is not done again.
func (a *App) spendNight(ctx context.Context, n port.Night, engine port.Workflows) error {
	if err := a.takeSnapshot(ctx, &n); err != nil {
		return err
	}
	var c port.Census
	err := a.store.Read(ctx, func(ctx context.Context, tx port.Tx) (err error) {
		c, err = tx.Census(ctx, n.CensusID)
		return err
	})
	if err != nil {
		return err
	}
	if c.State != census.Done {
		if err := a.runCensus(ctx, c, engine, nil); err != nil {
			return err
		}
	}
	if err := a.purge(ctx, &n); err != nil {
		return err
	}
	if err := a.sweep(ctx); err != nil {
		return err
	}
	return a.write(ctx, func(ctx context.Context, tx port.Tx, now time.Time) error {
		_, loc, err := planned(ctx, tx, now)
		if err != nil {
			return err
		}
		n.FinishedAt = &now
		if err := tx.EndNight(ctx, n); err != nil {
			return err
		}
		if err := tx.SetNightly(ctx, planFor(n.Date.AddDays(1), loc)); err != nil {
			return err
		}
		return record(ctx, tx, now, engineActor, event{
			action: "night.finished", kind: "installation", subject: installationID, on: n.Date,
			data: map[string]any{"census_id": n.CensusID, "missed": n.Missed, "purged": n.Purged},
		})
	})
}

// purge deletes answers of idempotent requests that are too old to keep, in small transactions.
func (a *App) purge(ctx context.Context, n *port.Night) error {
	for range purgeBatches {
		var gone int64
		err := a.store.InTx(ctx, func(ctx context.Context, tx port.Tx) (err error) {
			gone, err = tx.PurgeAnswers(ctx, census.KeepAnswers, purgeBatch)
			return err
		})
		if err != nil {
			return err
		}
		n.Purged += gone
		if gone < purgeBatch {
			break
		}
	}
	return nil
}
