package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"arrears/domain/audit"
	"arrears/domain/calendar"
	"arrears/domain/matching"
	"arrears/domain/receivable"
	"arrears/port"
)

// Loads write by COPY: the same rows by single statements take some five times as long.

// copyRows writes rows into a table.
func copyRows[T any](ctx context.Context, t *tx, table string, columns []string, list []T, values func(T) []any) error {
	if len(list) == 0 {
		return nil
	}
	source := pgx.CopyFromSlice(len(list), func(i int) ([]any, error) { return values(list[i]), nil })
	_, err := t.q.CopyFrom(ctx, pgx.Identifier{table}, columns, source)
	return translate(err)
}

// copyDate is a date as COPY takes it.
func copyDate(d calendar.Date) pgtype.Date {
	if d.IsZero() {
		return pgtype.Date{}
	}
	return pgtype.Date{Time: epoch.AddDate(0, 0, d.DaysSince(epochDate)), Valid: true}
}

var (
	epochDate = calendar.MustDate("1970-01-01")
	epoch     = time.Unix(0, 0).UTC()
)

func copyID(id uuid.NullUUID) pgtype.UUID { return pgtype.UUID{Bytes: id.UUID, Valid: id.Valid} }

func copyText(s string) pgtype.Text { return pgtype.Text{String: s, Valid: s != ""} }

// copyIDText is an id that an audit entry holds as text; empty is none.
func copyIDText(s string) pgtype.UUID {
	id, err := uuid.Parse(s)
	return pgtype.UUID{Bytes: id, Valid: err == nil}
}

// InsertInvoices writes invoices with their items; see port.Batches.
func (t *tx) InsertInvoices(ctx context.Context, list []receivable.Invoice) error {
	columns := []string{
		"id", "source", "number", "customer_id", "invoice_date", "currency", "amount_minor", "purchase_order", "policy_key", "state",
		"amounts_changed_by", "import_id", "version", "created_at",
	}
	err := copyRows(ctx, t, "invoices", columns, list, func(inv receivable.Invoice) []any {
		return []any{
			inv.ID, inv.Source, inv.Number, inv.CustomerID, copyDate(inv.InvoiceDate), string(inv.Currency), inv.AmountMinor,
			inv.PurchaseOrder, copyText(inv.PolicyKey), string(inv.State), inv.AmountsChangedBy, copyID(inv.ImportID),
			max(1, inv.Version), inv.CreatedAt,
		}
	})
	if err != nil {
		return err
	}
	var items []receivable.Item
	for _, inv := range list {
		items = append(items, inv.Items...)
	}
	return t.copyItems(ctx, items)
}

func (t *tx) copyItems(ctx context.Context, items []receivable.Item) error {
	columns := []string{
		"id", "invoice_id", "customer_id", "kind", "seq", "due_date", "aging_date", "time_zone", "currency", "original_minor",
		"paid_minor", "discounted_minor", "credited_minor", "written_off_minor", "moved_minor", "open_minor", "disputed_minor",
		"cycle", "level", "last_stage_done", "last_stage_on", "last_notice_on", "handed_over_on", "version",
	}
	return copyRows(ctx, t, "items", columns, items, func(i receivable.Item) []any {
		return []any{
			i.ID, copyID(i.InvoiceID), i.CustomerID, string(i.Kind), i.Seq, copyDate(i.DueDate), copyDate(i.AgingDate), i.TimeZone,
			string(i.Currency), i.OriginalMinor, i.PaidMinor, i.DiscountedMinor, i.CreditedMinor, i.WrittenOffMinor, i.MovedMinor,
			i.OpenMinor, i.DisputedMinor, max(1, i.Cycle), i.Level, i.LastStageDone, copyDate(i.LastStageOn),
			copyDate(i.LastNoticeOn), copyDate(i.HandedOverOn), max(1, i.Version),
		}
	})
}

// InsertReceipts writes receipts with their applications; see port.Batches.
func (t *tx) InsertReceipts(ctx context.Context, list []receivable.Receipt) error {
	columns := []string{
		"id", "source", "number", "customer_id", "kind", "currency", "amount_minor", "gross_minor", "netted_minor", "applied_minor",
		"on_account_minor", "unapplied_minor", "refunded_minor", "value_date", "reference", "state", "created_by", "created_at", "version",
		"match_state", "likely_customer_id", "payer_name", "payer_account", "held_reason", "beside_id",
	}
	err := copyRows(ctx, t, "receipts", columns, list, func(r receivable.Receipt) []any {
		return []any{
			r.ID, r.Source, r.Number, copyID(r.CustomerID), r.Kind, string(r.Currency), r.AmountMinor, r.GrossMinor, r.NettedMinor,
			r.AppliedMinor, r.OnAccountMinor, r.UnappliedMinor, r.RefundedMinor, copyDate(r.ValueDate), r.Reference, string(r.State),
			r.CreatedBy, r.CreatedAt, max(1, r.Version),
			string(r.Payer.Match), copyID(r.Payer.LikelyID), r.Payer.Name, r.Payer.Account, string(r.Payer.HeldReason), copyID(r.BesideID),
		}
	})
	if err != nil {
		return err
	}
	var applied []receivable.Application
	for _, r := range list {
		applied = append(applied, r.Applications...)
	}
	columns = []string{"id", "receipt_id", "item_id", "amount_minor", "item_minor", "discount_minor", "rate", "applied_at"}
	return copyRows(ctx, t, "applications", columns, applied, func(a receivable.Application) []any {
		return []any{a.ID, a.ReceiptID, a.ItemID, a.AmountMinor, a.ItemMinor, a.DiscountMinor, a.Rate, a.AppliedAt}
	})
}

// InsertDisputeFlags writes open flags; see port.Batches.
func (t *tx) InsertDisputeFlags(ctx context.Context, list []receivable.DisputeFlag) error {
	columns := []string{"id", "item_id", "invoice_id", "customer_id", "amount_minor", "currency", "reason", "note", "state", "created_by", "created_at"}
	return copyRows(ctx, t, "dispute_flags", columns, list, func(d receivable.DisputeFlag) []any {
		return []any{
			d.ID, d.ItemID, d.InvoiceID, d.CustomerID, d.AmountMinor, string(d.Currency), d.Reason, d.Note, "open", d.CreatedBy, d.CreatedAt,
		}
	})
}

// AuditMany appends entries; see port.Batches.
func (t *tx) AuditMany(ctx context.Context, list []audit.Entry) error {
	for i := range list {
		if list[i].IdempotencyKey == "" {
			list[i].IdempotencyKey = port.IdempotencyKey(ctx)
		}
		if len(list[i].Data) == 0 {
			list[i].Data = []byte(`{}`)
		}
		if err := list[i].Validate(); err != nil {
			return err
		}
	}
	columns := []string{
		"id", "at", "business_date", "actor", "action", "subject_kind", "subject_id", "customer_id", "invoice_id", "data", "idempotency_key",
	}
	return copyRows(ctx, t, "audit_entries", columns, list, func(e audit.Entry) []any {
		return []any{
			copyIDText(e.ID), e.At, copyDate(e.BusinessDate), e.Actor, e.Action, e.SubjectKind, copyIDText(e.SubjectID),
			copyIDText(e.CustomerID), copyIDText(e.InvoiceID), json.RawMessage(e.Data), e.IdempotencyKey,
		}
	})
}

// InsertNewCustomers writes customers that are not there yet; see port.Batches.
func (t *tx) InsertNewCustomers(ctx context.Context, list []receivable.Customer) ([]uuid.UUID, error) {
	b := &pgx.Batch{}
	var created []uuid.UUID
	for _, c := range list {
		b.Queue(`
INSERT INTO customers (
  id,
  source,
  number,
  name,
  segment,
  currency,
  language,
  time_zone,
  calendar,
  country,
  net_days,
  recipient_changed_by,
  created_at,
  name_key
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
ON CONFLICT ON CONSTRAINT customers_source_number DO NOTHING
RETURNING id`,
			c.ID, c.Source, c.Number, c.Name, c.Segment, c.Currency, c.Language, c.TimeZone, c.Calendar, c.Country, c.Terms.NetDays,
			c.RecipientChangedBy, c.CreatedAt, matching.NameKey(c.Name),
		).Query(func(rows pgx.Rows) error {
			ids, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
			created = append(created, ids...)
			return err
		})
	}
	if b.Len() == 0 {
		return nil, nil
	}
	if err := t.q.SendBatch(ctx, b).Close(); err != nil {
		return nil, translate(err)
	}
	return created, t.insertContactsOf(ctx, list, created)
}

func (t *tx) insertContactsOf(ctx context.Context, list []receivable.Customer, created []uuid.UUID) error {
	isNew := make(map[uuid.UUID]bool, len(created))
	for _, id := range created {
		isNew[id] = true
	}
	for _, c := range list {
		for _, contact := range c.Contacts {
			if !isNew[c.ID] {
				continue
			}
			if err := t.InsertContact(ctx, contact); err != nil {
				return err
			}
		}
	}
	return nil
}
