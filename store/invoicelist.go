package store

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/domain/fault"
	"arrears/port"
)

// errBadState is a state that no invoice can be listed by.
var errBadState = fault.New(fault.Invalid, "invoice.bad_state", "the state must be open, overdue, closed or void")

// ListInvoices lists with where the collection stands; see port.Invoices. A page is found first, from the side that has the
// fewest rows and an index in the order of the list; only its rows are joined with what is shown of them.
func (t *tx) ListInvoices(ctx context.Context, f port.InvoiceFilter, p port.Page) (port.Paged[port.InvoiceRow], error) {
	var none port.Paged[port.InvoiceRow]
	var l invoiceList
	if err := l.ask(f, p); err != nil {
		return none, err
	}
	if f.Policy != "" {
		versions, err := many(ctx, t, pgx.RowTo[uuid.UUID], `SELECT id FROM policy_versions WHERE key = $1`, f.Policy)
		if err != nil || len(versions) == 0 {
			return none, err
		}
		l.where.add("i.id IN (SELECT k.id FROM cases k WHERE k.policy_version_id = ANY($?))", versions)
	}
	if f.Source != "" {
		if err := l.ofSource(ctx, t, f.Source); err != nil {
			return none, err
		}
	}
	if f.Number != "" {
		l.few = true
		if err := l.where.number(ctx, t, "invoices", "i.", f.Source, f.Number); err != nil {
			return none, err
		}
	}
	rows, err := listed(ctx, t, scanInvoiceRow, l.sql(p), l.where.args...)
	return paged(rows, p, func(r port.InvoiceRow) string { return cursor(r.ID.String()) }), err
}

// invoiceList is a list of invoices in the making. Where a condition is on items, the page is found among the open ones: they
// are a small part of all, and a page of them may lie far from where it begins.
type invoiceList struct {
	where   filter
	items   []string // conditions of the items; they share the arguments
	byItems bool
	ofOne   bool // customer, whose open items are read together
	void    bool // there are few of those
	few     bool // the source has few
}

const (
	sqlOpenInstalment = `d.kind = 'instalment'`
	sqlNothingOpen    = `NOT EXISTS (SELECT FROM items d WHERE d.invoice_id = i.id AND d.open_minor > 0 AND d.kind = 'instalment')`
)

func (l *invoiceList) ask(f port.InvoiceFilter, p port.Page) error {
	l.void, l.ofOne = f.State == "void", f.CustomerID.Valid
	if f.Number == "" {
		l.where.text("i.source = $?", f.Source)
	}
	if f.Level != nil {
		l.having("d.level = $?", *f.Level)
	}
	if !f.DueBefore.IsZero() {
		l.having("d.due_date < $?", f.DueBefore)
	}
	switch f.State {
	case "":
	case "open":
		l.where.flag("i.state = 'valid'", true)
		l.having(sqlOpenInstalment)
	case "overdue":
		l.where.flag("i.state = 'valid'", true)
		l.having("d.due_date < $?", f.Today)
	case "closed":
		if l.byItems {
			l.ofItems("d.kind <> 'instalment'")
		}
		l.where.flag("i.state = 'valid' AND "+sqlNothingOpen, true)
	case "void":
		l.where.flag("i.state = 'void'", true)
	default:
		return errBadState
	}
	if !l.byItems {
		l.where.id("i.customer_id = $?", f.CustomerID)
		return l.where.after("i.id", p.After)
	}
	if f.CustomerID.Valid {
		l.ofItems("d.customer_id = $?", f.CustomerID.UUID)
	}
	key, err := parseCursor(p.After, 1)
	if err == nil && key != nil {
		l.ofItems("d.invoice_id > $?", key[0])
	}
	return err
}

// ofItems adds a condition of the items by which the page is found.
func (l *invoiceList) ofItems(condition string, args ...any) {
	l.where.add(condition, args...)
	last := len(l.where.conditions) - 1
	l.items = append(l.items, l.where.conditions[last])
	l.where.conditions = l.where.conditions[:last]
}

// fewOfSource is how many invoices of a source are read rather than all open ones.
const fewOfSource = 5000

// ofSource finds out whether a source has few invoices.
func (l *invoiceList) ofSource(ctx context.Context, t *tx, source string) error {
	n, err := many(ctx, t, pgx.RowTo[int], `SELECT count(*)::int FROM (SELECT FROM invoices WHERE source = $1 LIMIT $2) i`, source, fewOfSource)
	l.few = err == nil && n[0] < fewOfSource
	return err
}

// having asks for an open item that meets a condition. The page is found by the first such condition.
func (l *invoiceList) having(condition string, args ...any) {
	condition = "d.open_minor > 0 AND " + condition
	if l.byItems || l.void {
		l.where.add("EXISTS (SELECT FROM items d WHERE d.invoice_id = i.id AND "+condition+")", args...)
		return
	}
	l.byItems = true
	l.ofItems(condition+" AND d.invoice_id IS NOT NULL", args...)
}

// page finds the page. OFFSET 0 keeps the planner from reading all invoices beside the items, where none of them are few.
func (l *invoiceList) page(p port.Page) string {
	if !l.byItems {
		return `SELECT i.* FROM invoices i` + l.where.where() + l.where.limit("i.id", p)
	}
	items, invoices := `items d`, `CROSS JOIN LATERAL (SELECT * FROM invoices WHERE id = d.invoice_id OFFSET 0) i`
	if l.few {
		invoices = `JOIN invoices i ON i.id = d.invoice_id`
	}
	w := filter{conditions: append(slices.Clone(l.items), l.where.conditions...)}
	if l.ofOne {
		of := filter{conditions: l.items}
		items, w.conditions = `(SELECT DISTINCT d.invoice_id FROM items d`+of.where()+` ORDER BY d.invoice_id OFFSET 0) d`, l.where.conditions
	}
	return `SELECT DISTINCT ON (d.invoice_id) i.* FROM ` + items + ` ` + invoices + w.where() + w.limit("d.invoice_id", p)
}

func (l *invoiceList) sql(p port.Page) string {
	return `
SELECT` + invoiceColumns + `,
  c.number,
  c.name,
  sums.open_minor,
  sums.disputed_minor,
  sums.due_date,
  sums.level,
  coalesce(k.state, ''),
  coalesce(k.next_action, ''),
  k.wake_at
FROM (` + l.page(p) + `) i
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
LEFT JOIN LATERAL (SELECT state, next_action, wake_at FROM cases WHERE id = i.id OFFSET 0) k ON true
ORDER BY i.id`
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
