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

// documentColumns are in the order of scanDocument.
const documentColumns = `
  id,
  customer_id,
  invoice_id,
  dispute_id,
  kind,
  coalesce(filename, file_name),
  media_type,
  size,
  sha256,
  content IS NOT NULL,
  created_at,
  created_by`

var errFileGone = fault.New(fault.Unavailable, receivable.CodeFileGone, "the file waited for too long and was swept away; store it again")

// InsertDocument stores a document whose file is kept; see port.Holds.
func (t *tx) InsertDocument(ctx context.Context, d receivable.Document) error {
	if err := t.change(ctx, errFileGone, `UPDATE document_files SET kept = true WHERE sha256 = $1`, d.SHA256[:]); err != nil {
		return err
	}
	return t.exec(ctx, `
INSERT INTO documents (
  id,
  customer_id,
  invoice_id,
  dispute_id,
  kind,
  file_name,
  filename,
  media_type,
  size,
  sha256,
  created_at,
  created_by
) VALUES ($1, $2, $3, $4, $5, $6, NULL, $7, $8, $9, $10, $11)`,
		d.ID, d.CustomerID, d.InvoiceID, d.DisputeID, d.Kind, d.Filename, d.MediaType, d.Size, d.SHA256[:], d.CreatedAt, d.CreatedBy)
}

// Document reads one without content; see port.Holds.
func (t *tx) Document(ctx context.Context, id uuid.UUID) (receivable.Document, error) {
	return one(ctx, t, errDocumentNotFound, scanDocument, `SELECT`+documentColumns+` FROM documents WHERE id = $1`, id)
}

// DocumentContent reads the content of one that has it in its row; see port.Holds.
func (t *tx) DocumentContent(ctx context.Context, id uuid.UUID) ([]byte, error) {
	return one(ctx, t, errDocumentNotFound, pgx.RowTo[[]byte], `SELECT content FROM documents WHERE id = $1 AND content IS NOT NULL`, id)
}

// DocumentFiles reads those whose content is a file; see port.Holds.
func (t *tx) DocumentFiles(ctx context.Context, after uuid.UUID, limit int) ([]receivable.Document, error) {
	return many(ctx, t, scanDocument, `
SELECT`+documentColumns+`
FROM documents
WHERE id > $1 AND content IS NULL
ORDER BY id
LIMIT $2`, after, limit)
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
	rows, err := listed(ctx, t, scanDocument, `SELECT`+documentColumns+` FROM documents`+w.where()+w.limit("id", p), w.args...)
	return paged(rows, p, func(d receivable.Document) string { return cursor(d.ID.String()) }), err
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
		&d.InRow,
		&d.CreatedAt,
		&d.CreatedBy,
	)
	copy(d.SHA256[:], digest)
	return d, err
}

// TouchFile notes a file that is about to be kept; see port.Holds.
func (t *tx) TouchFile(ctx context.Context, sum [32]byte, size int64) error {
	return t.exec(ctx, `
INSERT INTO document_files (sha256, size)
VALUES ($1, $2)
ON CONFLICT (sha256) DO UPDATE SET touched_at = clock_timestamp()`, sum[:], size)
}

// StaleFile locks the note of a file that may go; see port.Holds.
func (t *tx) StaleFile(ctx context.Context, older time.Duration) (sum [32]byte, found bool, err error) {
	list, err := many(ctx, t, pgx.RowTo[[]byte], `
SELECT sha256
FROM document_files
WHERE NOT kept AND touched_at < clock_timestamp() - make_interval(secs => $1)
ORDER BY touched_at
LIMIT 1
FOR UPDATE SKIP LOCKED`, older.Seconds())
	if err != nil || len(list) == 0 {
		return sum, false, err
	}
	copy(sum[:], list[0])
	return sum, true, nil
}

// ForgetFile removes the note of a file that was deleted; see port.Holds.
func (t *tx) ForgetFile(ctx context.Context, sum [32]byte) error {
	return t.exec(ctx, `DELETE FROM document_files WHERE sha256 = $1 AND NOT kept`, sum[:])
}
