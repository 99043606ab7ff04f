package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// The engine's statements are few and each finds its rows by an index, so one plan for all values is as good as a plan for each, and
// planning anew costs more than executing: half of the database's processor time in a wave of reminders. Lists are different: what a
// reader asks for decides which index serves it, so they are planned each time.
const (
	planCacheMode = "plan_cache_mode"
	genericPlans  = "force_generic_plan"
	sqlCustomPlan = `SET LOCAL plan_cache_mode = force_custom_plan`
)

// replanAtMost is how long a connection keeps its plans. One that was made while a table was nearly empty would read all of it
// for ever; after a connection's start plans are made anew more often.
const replanAtMost = time.Minute

// planned is when a connection's plans were last thrown away, and for how long they are good.
type planned struct {
	at    time.Time
	after time.Duration
}

const plannedKey = "arrears: planned"

// keepPlans makes a pool's connections plan once, unless the URL says otherwise.
func keepPlans(config *pgxpool.Config) {
	params := config.ConnConfig.RuntimeParams
	if params[planCacheMode] != "" {
		return
	}
	params[planCacheMode] = genericPlans
	config.PrepareConn = replan
}

// replan throws a connection's plans away when they are old. It is called before each use.
func replan(ctx context.Context, conn *pgx.Conn) (usable bool, err error) {
	data := conn.PgConn().CustomData()
	p, ok := data[plannedKey].(planned)
	if !ok {
		data[plannedKey] = planned{at: time.Now(), after: time.Second}
		return true, nil
	}
	if time.Since(p.at) < p.after {
		return true, nil
	}
	data[plannedKey] = planned{at: time.Now(), after: min(2*p.after, replanAtMost)}
	_, err = conn.Exec(ctx, "DISCARD PLANS", pgx.QueryExecModeSimpleProtocol)
	return err == nil, nil // a broken one is replaced
}

// listed reads the rows of a page: planned for what is asked, in the same round trip.
func listed[T any](ctx context.Context, t *tx, scan pgx.RowToFunc[T], sql string, args ...any) ([]T, error) {
	var values []T
	b := &pgx.Batch{}
	b.Queue(sqlCustomPlan)
	b.Queue(sql, args...).Query(func(rows pgx.Rows) (err error) {
		values, err = pgx.CollectRows(rows, scan)
		return err
	})
	return values, translate(t.q.SendBatch(ctx, b).Close())
}
