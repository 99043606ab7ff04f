package store

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/domain/receivable"
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

func scanInvoice(row pgx.CollectableRow) (receivable.Invoice, error) {
	var inv receivable.Invoice
	err := row.Scan(invoiceFields(&inv)...)
	return inv, err
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
