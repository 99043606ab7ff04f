package figures

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"arrears/devstack/bench/measure"
	"arrears/devstack/bench/plant"
	"arrears/domain/calendar"
)

// waitingRows are cases that were armed and wait for their first step.
func (b *Bench) waitingRows(ctx context.Context) ([]measure.Row, error) {
	h, err := b.Servers.NewHouse(ctx, plant.HouseOptions{})
	if err != nil {
		return nil, err
	}
	defer h.Close(ctx)
	before, err := b.sized(ctx, h)
	if err != nil {
		return nil, err
	}
	n := b.Size.Arm
	due := calendar.DateOf(time.Now(), time.UTC).AddDays(30)
	if err := h.Load(ctx, plant.Portfolio{Invoices: n, Each: 7, Due: due}); err != nil {
		return nil, err
	}
	defer h.Relay(ctx)()
	if err := h.None(ctx, "nudges", "true"); err != nil {
		return nil, err
	}
	after, err := b.sized(ctx, h)
	return sizeRows("that waits for its first step", before, after, n), err
}

// storage is what a database holds.
type storage struct{ rows, bytes int64 }

// sized reads what the three databases hold. The engine writes visibility a moment later, so that is waited for.
func (b *Bench) sized(ctx context.Context, h *plant.House) (map[string]storage, error) {
	if err := plant.Sleep(ctx, time.Now().Add(settle)); err != nil {
		return nil, err
	}
	found := map[string]storage{}
	for name, pool := range map[string]*pgxpool.Pool{"business": h.SQL, "engine": b.Servers.SQL, "visibility": b.Servers.Visibility} {
		s, err := hold(ctx, pool)
		if err != nil {
			return nil, err
		}
		found[name] = s
	}
	return found, nil
}

// queues are the engine's tables of work under way, which fill and empty by themselves.
const queues = `('tasks','tasks_v2','transfer_tasks','timer_tasks','visibility_tasks','replication_tasks','history_immediate_tasks','history_scheduled_tasks')`

// hold counts the rows of all tables of a database but the engine's queues, and their bytes with indices and what lies
// outside the rows.
func hold(ctx context.Context, pool *pgxpool.Pool) (s storage, err error) {
	err = pool.QueryRow(ctx, `
SELECT
  coalesce(sum((xpath('/row/n/text()', query_to_xml(format('SELECT count(*) AS n FROM %I.%I', n.nspname, c.relname), false, true, '')))[1]::text::bigint), 0)::bigint,
  coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint
FROM pg_class c
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND c.relname NOT IN `+queues).Scan(&s.rows, &s.bytes)
	return s, err
}

// sizeRows are the differences per case.
func sizeRows(what string, before, after map[string]storage, cases int) []measure.Row {
	var rows []measure.Row
	for _, name := range slices.Sorted(maps.Keys(after)) {
		rows = append(rows,
			measure.Row{What: "PostgreSQL, " + name + ", per case " + what, Unit: "rows", Ours: measure.Series{float64(after[name].rows-before[name].rows) / float64(cases)}},
			measure.Row{What: "the same", Unit: "bytes", Ours: measure.Series{float64(after[name].bytes-before[name].bytes) / float64(cases)}})
	}
	return rows
}

// caseIDs are the cases in a state.
func caseIDs(ctx context.Context, h *plant.House, state string) ([]uuid.UUID, error) {
	rows, err := h.SQL.Query(ctx, `SELECT id FROM cases WHERE state = $1 ORDER BY id`, state)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
}
