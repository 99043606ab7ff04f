package port

import (
	"context"
	"time"

	"github.com/google/uuid"

	"arrears/domain/calendar"
)

// ImportRun is one load of a file.
type ImportRun struct {
	ID         uuid.UUID
	Profile    string
	Source     string
	Filename   string
	SHA256     []byte // nil while it is not read to its end
	Mode       string // delta or snapshot
	AsOf       calendar.Date
	State      string // running, done or failed
	RowsRead   int64
	Accepted   int64
	Changed    int64
	Unchanged  int64
	Refused    int64
	Suspicious int64
	Settings   []byte // JSON: what whoever loaded it stated, and the profile's text
	Report     []byte // JSON
	CreatedBy  string
	CreatedAt  time.Time
	FinishedAt *time.Time
}

// QuarantineRow is input that was refused or looks wrong, with its reason.
type QuarantineRow struct {
	ID       uuid.UUID
	ImportID uuid.UUID
	Line     int64
	Field    string
	Code     string
	Message  string
	Raw      []byte // JSON
	Severity string // refused or suspicious
	State    string // open, corrected or discarded
	// Fingerprint identifies the row among all loads of its source: the same row is not put here twice.
	Fingerprint []byte
}

// Imports keeps loads and their quarantine.
type Imports interface {
	InsertImport(ctx context.Context, r ImportRun) error
	// UpdateImport writes state, counts, digest and report.
	UpdateImport(ctx context.Context, r ImportRun) error
	// Import reads one. Error: import.not_found.
	Import(ctx context.Context, id uuid.UUID) (ImportRun, error)
	// ListImports lists, oldest first.
	ListImports(ctx context.Context, p Page) (Paged[ImportRun], error)
	// FailImports marks the source's loads of a file of this name that are still running as failed: their process ended.
	FailImports(ctx context.Context, source, filename string, at time.Time) error
	// InsertQuarantine writes rows in one go; rows whose fingerprint is there already are left alone.
	InsertQuarantine(ctx context.Context, rows []QuarantineRow) error
	// LockQuarantine reads one and locks it until the end of the transaction. Error: quarantine.not_found.
	LockQuarantine(ctx context.Context, id uuid.UUID) (QuarantineRow, error)
	// Quarantine reads one. Error: quarantine.not_found.
	Quarantine(ctx context.Context, id uuid.UUID) (QuarantineRow, error)
	// ListQuarantine lists an import's rows by line; an empty state means all.
	ListQuarantine(ctx context.Context, importID uuid.UUID, state string, p Page) (Paged[QuarantineRow], error)
	// SetQuarantineState marks a row corrected or discarded. Error: quarantine.not_found.
	SetQuarantineState(ctx context.Context, id uuid.UUID, state string) error
}
