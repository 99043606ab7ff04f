package figures

import (
	"context"
	"fmt"
	"time"

	"arrears/devstack/bench/measure"
	"arrears/devstack/bench/plant"
)

// cashStop measures from a bank's file that is handed in until the last chase of whoever it says has paid has stopped, with
// the engine running: the file is kept, its workflow loads it, receipts are applied and cases closed.
func (b *Bench) cashStop(ctx context.Context) ([]measure.Row, error) {
	h, err := b.stopHouse(ctx, 1)
	if err != nil {
		return nil, err
	}
	defer h.Close(ctx)
	if err := confirmAccount(ctx, h); err != nil {
		return nil, err
	}
	due, err := debtsLike(ctx, h, stopPrefix)
	if err != nil {
		return nil, err
	}
	file := paidInFull(due)
	began := time.Now()
	if _, err := receive(ctx, h, file); err != nil {
		return nil, err
	}
	recorded, err := b.stopped(ctx, h)
	if err != nil {
		return nil, err
	}
	all, err := h.Readings(ctx, `
SELECT (extract(epoch FROM pg_xact_commit_timestamp(c.xmin) - $1::timestamptz) * 1000)::float8
FROM cases c
JOIN invoices i ON i.id = c.id
WHERE c.state = 'closed' AND starts_with(i.number, $2)`, began, stopPrefix)
	if err != nil {
		return nil, err
	}
	b.tellLatency("file to stop", all)
	b.tellLatency("receipt to stop", recorded)
	note := fmt.Sprintf("one file of %d payments, the engine running", len(due))
	return append(latencyRows("bank file handed in to chase stopped", all, nil, note),
		latencyRows("receipt of a bank file committed to chase stopped", recorded, nil, note)...), nil
}

// debtsLike are the invoices whose numbers begin with a prefix, with whose they are.
func debtsLike(ctx context.Context, h *plant.House, prefix string) ([]debt, error) {
	rows, err := h.SQL.Query(ctx, `
SELECT i.customer_id, i.id, i.number, i.amount_minor, c.name
FROM invoices i
JOIN customers c ON c.id = i.customer_id
WHERE starts_with(i.number, $1)
ORDER BY i.number`, prefix)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []debt
	for rows.Next() {
		var d debt
		if err := rows.Scan(&d.customer, &d.invoice, &d.number, &d.minor, &d.name); err != nil {
			return nil, err
		}
		found = append(found, d)
	}
	return found, rows.Err()
}
