package port

import (
	"context"

	"github.com/google/uuid"

	"arrears/domain/audit"
)

// AuditFilter narrows a list of audit entries; empty fields do not.
type AuditFilter struct {
	InvoiceID  uuid.NullUUID
	CustomerID uuid.NullUUID
	SubjectID  uuid.NullUUID
	// Actions is for InvoiceID together with CustomerID: then entries of the invoice are listed, and besides them those of
	// the customer that belong to no invoice and bear one of these actions or are about the approval of a draft of it.
	Actions []string
}

// AuditLog reads the record.
type AuditLog interface {
	// ListAudit lists entries in the order in which they were recorded, unsealed ones included. An entry whose transaction
	// commits late takes its place among those recorded before it, where a reader who has passed cannot see it: whoever
	// follows the record reads Feed.
	ListAudit(ctx context.Context, f AuditFilter, p Page) (Paged[audit.Entry], error)
	// ListLinks lists at most limit links of the chain after a position, in order.
	ListLinks(ctx context.Context, after int64, limit int) ([]audit.Link, error)
	// HasAudit reports whether an entry with this id is there. A command that ran before under the same idempotency key has
	// left one.
	HasAudit(ctx context.Context, id uuid.UUID) (bool, error)
	// CountUnsealed counts entries that wait for the sealer.
	CountUnsealed(ctx context.Context) (int64, error)
}
