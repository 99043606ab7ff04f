package figures

import (
	"context"
	"time"

	"github.com/google/uuid"

	"arrears/app"
	"arrears/devstack/bench/measure"
	"arrears/devstack/bench/plant"
	"arrears/domain/calendar"
)

// pay pays one invoice after another at an even pace, and calls beside, which may be nil, between two of them.
func (b *Bench) pay(ctx context.Context, h *plant.House, beside func(ctx context.Context, i int) error) error {
	due, err := debts(ctx, h)
	if err != nil {
		return err
	}
	ticker := time.NewTicker(stopPace)
	defer ticker.Stop()
	for i, d := range due {
		if err := d.settle(ctx, h); err != nil {
			return err
		}
		<-ticker.C
		if beside == nil {
			continue
		}
		if err := beside(ctx, i); err != nil {
			return err
		}
		<-ticker.C
	}
	return nil
}

// debt is an invoice that is to be paid.
type debt struct {
	customer, invoice uuid.UUID
	number, name      string
	minor             int64
}

func debts(ctx context.Context, h *plant.House) ([]debt, error) {
	rows, err := h.SQL.Query(ctx, `SELECT customer_id, id, number, amount_minor FROM invoices WHERE starts_with(number, $1) ORDER BY id`, stopPrefix)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []debt
	for rows.Next() {
		var d debt
		if err := rows.Scan(&d.customer, &d.invoice, &d.number, &d.minor); err != nil {
			return nil, err
		}
		found = append(found, d)
	}
	return found, rows.Err()
}

func (d debt) settle(ctx context.Context, h *plant.House) error {
	now, err := h.Product.Clock.Now(ctx)
	if err != nil {
		return err
	}
	_, err = h.Product.App.RecordReceipt(ctx, plant.Clerk, app.NewReceipt{
		Source: "bank", Number: "R-" + d.number, CustomerID: uuid.NullUUID{UUID: d.customer, Valid: true}, Currency: "EUR", AmountMinor: d.minor,
		ValueDate:    calendar.DateOf(now, time.UTC),
		Applications: []app.ReceiptApplication{{InvoiceID: uuid.NullUUID{UUID: d.invoice, Valid: true}, AmountMinor: d.minor}},
	})
	return err
}

// stopped waits until every paid case is closed and reads how many milliseconds lie between the two commits, as the
// database's own clock saw them.
func (b *Bench) stopped(ctx context.Context, h *plant.House) (measure.Series, error) {
	err := plant.Until(ctx, "all paid cases are closed", func() (bool, error) {
		n, err := h.Count(ctx, "cases c JOIN invoices i ON i.id = c.id", "c.state = 'closed' AND starts_with(i.number, '"+stopPrefix+"')")
		return n >= b.Size.Stops, err
	})
	if err != nil {
		return nil, err
	}
	return h.Readings(ctx, `
SELECT (extract(epoch FROM pg_xact_commit_timestamp(c.xmin) - pg_xact_commit_timestamp(r.xmin)) * 1000)::float8
FROM receipts r
JOIN applications a ON a.receipt_id = r.id
JOIN items i ON i.id = a.item_id
JOIN cases c ON c.id = i.invoice_id
WHERE c.state = 'closed'
ORDER BY r.id`)
}
