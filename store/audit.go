package store

import (
	"context"
	"encoding/json"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/domain/audit"
	"arrears/port"
)

// auditColumns are in the order of scanEntry.
const auditColumns = `
  id::text,
  at,
  business_date,
  actor,
  action,
  subject_kind,
  subject_id::text,
  coalesce(customer_id::text, ''),
  coalesce(invoice_id::text, ''),
  data,
  idempotency_key`

// ofDraft is what befell an invoice's drafts, which may be about others of its customer as well. What befalls other notices
// is told line by line.
const ofDraft = `subject_id IN (
  SELECT a.id
  FROM notice_lines l
  JOIN approvals a ON a.subject_id = l.notice_id AND a.subject_kind = 'notice'
  WHERE l.case_id = $?)
OR action = 'notice.withdrawn' AND subject_id IN (
  SELECT n.id
  FROM notice_lines l
  JOIN notices n ON n.id = l.notice_id AND n.stage <> ''
  WHERE l.case_id = $?)`

// Audit appends an entry; see port.Tx.
func (t *tx) Audit(ctx context.Context, e audit.Entry) error {
	if e.IdempotencyKey == "" {
		e.IdempotencyKey = port.IdempotencyKey(ctx)
	}
	if err := e.Validate(); err != nil {
		return err
	}
	data := e.Data
	if len(data) == 0 {
		data = []byte(`{}`)
	}
	return t.exec(ctx, `
INSERT INTO audit_entries (
  id,
  at,
  business_date,
  actor,
  action,
  subject_kind,
  subject_id,
  customer_id,
  invoice_id,
  data,
  idempotency_key
) VALUES ($1, $2, $3, $4, $5, $6, $7, nullif($8, '')::uuid, nullif($9, '')::uuid, $10, $11)`,
		e.ID, e.At, e.BusinessDate, e.Actor, e.Action, e.SubjectKind, e.SubjectID, e.CustomerID, e.InvoiceID,
		json.RawMessage(data), e.IdempotencyKey)
}

// ListAudit lists entries in the order in which they were recorded; see port.AuditLog.
func (t *tx) ListAudit(ctx context.Context, f port.AuditFilter, p port.Page) (port.Paged[audit.Entry], error) {
	var w filter
	if f.InvoiceID.Valid && f.CustomerID.Valid && len(f.Actions) > 0 {
		w.add("(invoice_id = $? OR (customer_id = $? AND invoice_id IS NULL AND (action = ANY($?) OR "+ofDraft+")))",
			f.InvoiceID.UUID, f.CustomerID.UUID, f.Actions, f.InvoiceID.UUID, f.InvoiceID.UUID)
	} else {
		w.id("invoice_id = $?", f.InvoiceID)
		w.id("customer_id = $?", f.CustomerID)
	}
	w.id("subject_id = $?", f.SubjectID)
	key, err := parseCursor(p.After, 1)
	if err != nil {
		return port.Paged[audit.Entry]{}, err
	}
	if key != nil {
		w.add("(recorded_at, id) > ((SELECT recorded_at FROM audit_entries WHERE id = $?), $?::uuid)", key[0], key[0])
	}
	rows, err := listed(ctx, t, scanEntry,
		`SELECT`+auditColumns+` FROM audit_entries`+w.where()+w.limit("recorded_at, id", p), w.args...)
	return paged(rows, p, func(e audit.Entry) string { return cursor(e.ID) }), err
}

// ListLinks lists a stretch of the chain; see port.AuditLog.
func (t *tx) ListLinks(ctx context.Context, after int64, limit int) ([]audit.Link, error) {
	return many(ctx, t, scanLink, `
SELECT`+auditColumns+`,
  position,
  prev_hash,
  hash
FROM audit_entries
WHERE position > $1
ORDER BY position
LIMIT $2`, after, limit)
}

// HasAudit reports whether an entry is there; see port.AuditLog.
func (t *tx) HasAudit(ctx context.Context, id uuid.UUID) (bool, error) {
	found, err := many(ctx, t, pgx.RowTo[uuid.UUID], `SELECT id FROM audit_entries WHERE id = $1`, id)
	return len(found) > 0, err
}

func scanEntry(row pgx.CollectableRow) (audit.Entry, error) {
	var e audit.Entry
	err := row.Scan(entryFields(&e)...)
	if err != nil {
		return e, err
	}
	e.Data, err = audit.CanonicalJSON(e.Data)
	return e, err
}

func scanLink(row pgx.CollectableRow) (audit.Link, error) {
	var l audit.Link
	var prev, hash []byte
	if err := row.Scan(append(entryFields(&l.Entry), &l.Position, &prev, &hash)...); err != nil {
		return l, err
	}
	copy(l.Prev[:], prev)
	copy(l.Hash[:], hash)
	var err error
	l.Entry.Data, err = audit.CanonicalJSON(l.Entry.Data)
	return l, err
}

func entryFields(e *audit.Entry) []any {
	return []any{
		&e.ID,
		&e.At,
		&e.BusinessDate,
		&e.Actor,
		&e.Action,
		&e.SubjectKind,
		&e.SubjectID,
		&e.CustomerID,
		&e.InvoiceID,
		&e.Data,
		&e.IdempotencyKey,
	}
}
