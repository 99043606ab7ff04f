package store

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/domain/receivable"
	"arrears/port"
)

// documentColumns are in the order of scanDocument; the content comes last, or an empty one in lists.
const documentColumns = `
  id,
  customer_id,
  invoice_id,
  dispute_id,
  kind,
  filename,
  media_type,
  size,
  sha256,
  created_at,
  created_by`

// InsertDocument stores a file; see port.Holds.
func (t *tx) InsertDocument(ctx context.Context, d receivable.Document) error {
	return t.exec(ctx, `
INSERT INTO documents (
  id,
  customer_id,
  invoice_id,
  dispute_id,
  kind,
  filename,
  media_type,
  size,
  sha256,
  created_at,
  created_by,
  content
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		d.ID, d.CustomerID, d.InvoiceID, d.DisputeID, d.Kind, d.Filename, d.MediaType, d.Size, d.SHA256[:], d.CreatedAt, d.CreatedBy, d.Content)
}

// Document reads one with its content; see port.Holds.
func (t *tx) Document(ctx context.Context, id uuid.UUID) (receivable.Document, error) {
	return one(ctx, t, errDocumentNotFound, scanDocument,
		`SELECT`+documentColumns+`, content FROM documents WHERE id = $1`, id)
}

// ListDocuments lists without content, oldest first; see port.Holds.
func (t *tx) ListDocuments(ctx context.Context, f port.DocumentFilter, p port.Page) (port.Paged[receivable.Document], error) {
	var w filter
	w.id("customer_id = $?", f.CustomerID)
	w.id("invoice_id = $?", f.InvoiceID)
	w.id("dispute_id = $?", f.DisputeID)
	w.text("kind = $?", f.Kind)
	if err := w.after("id", p.After); err != nil {
		return port.Paged[receivable.Document]{}, err
	}
	rows, err := listed(ctx, t, scanDocument,
		`SELECT`+documentColumns+`, NULL::bytea FROM documents`+w.where()+w.limit("id", p), w.args...)
	return paged(rows, p, func(d receivable.Document) string { return cursor(d.ID.String()) }), err
}

// InvoiceCopies reads the newest copy of each invoice, with content; see port.Holds.
func (t *tx) InvoiceCopies(ctx context.Context, invoiceIDs []uuid.UUID) ([]receivable.Document, error) {
	return many(ctx, t, scanDocument, `
SELECT DISTINCT ON (invoice_id)`+documentColumns+`, content
FROM documents
WHERE invoice_id = ANY($1) AND kind = 'invoice'
ORDER BY invoice_id, created_at DESC, id DESC`, invoiceIDs)
}

func scanDocument(row pgx.CollectableRow) (receivable.Document, error) {
	var d receivable.Document
	var digest []byte
	err := row.Scan(
		&d.ID,
		&d.CustomerID,
		&d.InvoiceID,
		&d.DisputeID,
		&d.Kind,
		&d.Filename,
		&d.MediaType,
		&d.Size,
		&digest,
		&d.CreatedAt,
		&d.CreatedBy,
		&d.Content,
	)
	copy(d.SHA256[:], digest)
	return d, err
}
