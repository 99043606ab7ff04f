package store

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/domain/receivable"
	"arrears/port"
)

// noteColumns are in the order of scanNote.
const noteColumns = `
  id,
  customer_id,
  invoice_id,
  kind,
  outcome,
  body,
  follow_up_on,
  created_by,
  created_at`

// InsertNote writes a note; see port.Holds.
func (t *tx) InsertNote(ctx context.Context, n receivable.Note) error {
	return t.exec(ctx, `
INSERT INTO notes (
  id,
  customer_id,
  invoice_id,
  kind,
  outcome,
  body,
  follow_up_on,
  created_by,
  created_at
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		n.ID, n.CustomerID, n.InvoiceID, n.Kind, n.Outcome, n.Body, n.FollowUpOn, n.CreatedBy, n.CreatedAt)
}

// Note reads one; see port.Holds.
func (t *tx) Note(ctx context.Context, id uuid.UUID) (receivable.Note, error) {
	return one(ctx, t, errNoteNotFound, scanNote, `SELECT`+noteColumns+` FROM notes WHERE id = $1`, id)
}

// ListNotes lists, oldest first; see port.Holds.
func (t *tx) ListNotes(ctx context.Context, f port.HoldFilter, p port.Page) (port.Paged[receivable.Note], error) {
	var w filter
	w.id("customer_id = $?", f.CustomerID)
	w.id("invoice_id = $?", f.InvoiceID)
	if err := w.after("id", p.After); err != nil {
		return port.Paged[receivable.Note]{}, err
	}
	rows, err := listed(ctx, t, scanNote, `SELECT`+noteColumns+` FROM notes`+w.where()+w.limit("id", p), w.args...)
	return paged(rows, p, func(n receivable.Note) string { return cursor(n.ID.String()) }), err
}

func scanNote(row pgx.CollectableRow) (receivable.Note, error) {
	var n receivable.Note
	err := row.Scan(
		&n.ID,
		&n.CustomerID,
		&n.InvoiceID,
		&n.Kind,
		&n.Outcome,
		&n.Body,
		&n.FollowUpOn,
		&n.CreatedBy,
		&n.CreatedAt,
	)
	return n, err
}
