package store

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/domain/fault"
	"arrears/domain/receivable"
	"arrears/port"
)

// invoiceColumns are in the order of invoiceFields; i is the table.
const invoiceColumns = `
  i.id,
  i.source,
  i.number,
  i.customer_id,
  i.invoice_date,
  i.currency,
  i.amount_minor,
  i.purchase_order,
  coalesce(i.policy_key, ''),
  i.state,
  i.amounts_changed_by,
  i.import_id,
  i.version,
  i.created_at`

// InsertInvoice writes the invoice and its items; see port.Invoices.
func (t *tx) InsertInvoice(ctx context.Context, inv receivable.Invoice) error {
	err := t.exec(ctx, `
INSERT INTO invoices (
  id,
  source,
  number,
  customer_id,
  invoice_date,
  currency,
  amount_minor,
  purchase_order,
  policy_key,
  state,
  amounts_changed_by,
  import_id,
  version,
  created_at
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, nullif($9, ''), $10, $11, $12, $13, $14)`,
		inv.ID, inv.Source, inv.Number, inv.CustomerID, inv.InvoiceDate, inv.Currency, inv.AmountMinor, inv.PurchaseOrder,
		inv.PolicyKey, inv.State, inv.AmountsChangedBy, inv.ImportID, max(1, inv.Version), inv.CreatedAt)
	if err != nil {
		return err
	}
	for _, item := range inv.Items {
		if err := t.insertItem(ctx, item); err != nil {
			return err
		}
	}
	return nil
}

// UpdateInvoice writes the header where the version is still the same; see port.Invoices.
func (t *tx) UpdateInvoice(ctx context.Context, inv receivable.Invoice) error {
	return t.change(ctx, errInvoiceChanged, `
UPDATE invoices SET
  invoice_date = $3,
  amount_minor = $4,
  purchase_order = $5,
  policy_key = nullif($6, ''),
  state = $7,
  amounts_changed_by = $8,
  import_id = $9,
  version = version + 1
WHERE id = $1 AND version = $2`,
		inv.ID, inv.Version, inv.InvoiceDate, inv.AmountMinor, inv.PurchaseOrder, inv.PolicyKey, inv.State,
		inv.AmountsChangedBy, inv.ImportID)
}

// Invoice reads one with its items; see port.Invoices.
func (t *tx) Invoice(ctx context.Context, id uuid.UUID) (receivable.Invoice, error) {
	return t.invoiceWhere(ctx, `i.id = $1`, id)
}

// InvoiceByNumber reads one by its natural key; see port.Invoices.
func (t *tx) InvoiceByNumber(ctx context.Context, source, number string) (receivable.Invoice, error) {
	return t.invoiceWhere(ctx, `i.source = $1 AND i.number = $2`, source, number)
}

func (t *tx) invoiceWhere(ctx context.Context, condition string, args ...any) (receivable.Invoice, error) {
	inv, err := one(ctx, t, errInvoiceNotFound, scanInvoice,
		`SELECT`+invoiceColumns+` FROM invoices i WHERE `+condition, args...)
	if err != nil {
		return inv, err
	}
	inv.Items, err = t.ItemsOf(ctx, inv.ID)
	return inv, err
}

// InvoicesByNumber finds the customer's invoices with a number; see port.Invoices.
func (t *tx) InvoicesByNumber(ctx context.Context, customerID uuid.UUID, number string) ([]receivable.Invoice, error) {
	found, err := many(ctx, t, scanInvoice,
		`SELECT`+invoiceColumns+` FROM invoices i WHERE i.customer_id = $1 AND i.number = $2 ORDER BY i.id`, customerID, number)
	if err != nil {
		return nil, err
	}
	for n := range found {
		if found[n].Items, err = t.ItemsOf(ctx, found[n].ID); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// OpenInvoiceIDs lists the customer's invoices with something open; see port.Invoices.
func (t *tx) OpenInvoiceIDs(ctx context.Context, customerID uuid.UUID) ([]uuid.UUID, error) {
	return many(ctx, t, pgx.RowTo[uuid.UUID], `
SELECT DISTINCT invoice_id FROM items
WHERE customer_id = $1 AND open_minor > 0 AND invoice_id IS NOT NULL
ORDER BY invoice_id`, customerID)
}

// The conditions of InvoiceFilter.State.
var invoiceStates = map[string]string{
	"open":    `i.state = 'valid' AND sums.open_minor > 0`,
	"overdue": `i.state = 'valid' AND EXISTS (SELECT FROM items d WHERE d.invoice_id = i.id AND d.open_minor > 0 AND d.due_date < $?)`,
	"closed":  `i.state = 'valid' AND sums.open_minor = 0`,
	"void":    `i.state = 'void'`,
}

// errBadState is a state that no invoice can be listed by.
var errBadState = fault.New(fault.Invalid, "invoice.bad_state", "the state must be open, overdue, closed or void")

// ListInvoices lists with where the collection stands; see port.Invoices.
func (t *tx) ListInvoices(ctx context.Context, f port.InvoiceFilter, p port.Page) (port.Paged[port.InvoiceRow], error) {
	w, err := invoiceFilter(f, p)
	if err != nil {
		return port.Paged[port.InvoiceRow]{}, err
	}
	rows, err := listed(ctx, t, scanInvoiceRow, `
SELECT`+invoiceColumns+`,
  c.number,
  c.name,
  sums.open_minor,
  sums.disputed_minor,
  sums.due_date,
  sums.level,
  coalesce(k.state, ''),
  coalesce(k.next_action, ''),
  k.wake_at
FROM invoices i
JOIN customers c ON c.id = i.customer_id
CROSS JOIN LATERAL (
  SELECT
    coalesce(sum(t.open_minor), 0)::bigint AS open_minor,
    coalesce(sum(t.disputed_minor), 0)::bigint AS disputed_minor,
    coalesce(min(t.due_date) FILTER (WHERE t.open_minor > 0), max(t.due_date)) AS due_date,
    coalesce(max(t.level) FILTER (WHERE t.open_minor > 0), 0) AS level
  FROM items t
  WHERE t.invoice_id = i.id AND t.kind = 'instalment'
) sums
LEFT JOIN cases k ON k.id = i.id`+w.where()+w.limit("i.id", p), w.args...)
	return paged(rows, p, func(r port.InvoiceRow) string { return cursor(r.ID.String()) }), err
}

func invoiceFilter(f port.InvoiceFilter, p port.Page) (filter, error) {
	var w filter
	w.id("i.customer_id = $?", f.CustomerID)
	w.text("i.source = $?", f.Source)
	w.text("i.number = $?", f.Number)
	w.text("EXISTS (SELECT FROM policy_versions v WHERE v.id = k.policy_version_id AND v.key = $?)", f.Policy)
	if f.State != "" {
		condition, ok := invoiceStates[f.State]
		if !ok {
			return w, errBadState
		}
		if f.State == "overdue" {
			w.add(condition, f.Today)
		} else {
			w.flag(condition, true)
		}
	}
	if !f.DueBefore.IsZero() {
		w.add("EXISTS (SELECT FROM items d WHERE d.invoice_id = i.id AND d.open_minor > 0 AND d.due_date < $?)", f.DueBefore)
	}
	if f.Level != nil {
		w.add("EXISTS (SELECT FROM items d WHERE d.invoice_id = i.id AND d.open_minor > 0 AND d.level = $?)", *f.Level)
	}
	return w, w.after("i.id", p.After)
}

func scanInvoice(row pgx.CollectableRow) (receivable.Invoice, error) {
	var inv receivable.Invoice
	err := row.Scan(invoiceFields(&inv)...)
	return inv, err
}

func scanInvoiceRow(row pgx.CollectableRow) (port.InvoiceRow, error) {
	var r port.InvoiceRow
	var wakeAt *time.Time
	err := row.Scan(append(invoiceFields(&r.Invoice),
		&r.CustomerNumber,
		&r.CustomerName,
		&r.OpenMinor,
		&r.DisputedMinor,
		&r.DueDate,
		&r.Level,
		&r.CaseState,
		&r.NextAction,
		&wakeAt,
	)...)
	if wakeAt != nil {
		r.WakeAt = *wakeAt
	}
	return r, err
}

func invoiceFields(inv *receivable.Invoice) []any {
	return []any{
		&inv.ID,
		&inv.Source,
		&inv.Number,
		&inv.CustomerID,
		&inv.InvoiceDate,
		&inv.Currency,
		&inv.AmountMinor,
		&inv.PurchaseOrder,
		&inv.PolicyKey,
		&inv.State,
		&inv.AmountsChangedBy,
		&inv.ImportID,
		&inv.Version,
		&inv.CreatedAt,
	}
}
