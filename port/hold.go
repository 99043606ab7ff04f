package port

import (
	"context"
	"time"

	"github.com/google/uuid"

	"arrears/domain/receivable"
)

// HoldFilter narrows lists of promises, blocks, dispute flags and notes; empty fields do not.
type HoldFilter struct {
	CustomerID uuid.NullUUID
	InvoiceID  uuid.NullUUID
	State      string // a promise's state; open or released for blocks and dispute flags
}

// DocumentFilter narrows a list of documents; empty fields do not.
type DocumentFilter struct {
	CustomerID uuid.NullUUID
	InvoiceID  uuid.NullUUID
	DisputeID  uuid.NullUUID
	Kind       string
}

// Holds keeps what holds an item back or speaks of it: promises, blocks, dispute flags, notes and documents.
type Holds interface {
	// InsertPromise writes a promise with its items.
	InsertPromise(ctx context.Context, p receivable.Promise) error
	// UpdatePromise writes state and received amounts where the stored version is p.Version. Error: promise.changed.
	UpdatePromise(ctx context.Context, p receivable.Promise) error
	// Promise reads one with its items. Error: promise.not_found.
	Promise(ctx context.Context, id uuid.UUID) (receivable.Promise, error)
	// PromisesOfInvoice reads all of an invoice with their items, oldest first.
	PromisesOfInvoice(ctx context.Context, invoiceID uuid.UUID) ([]receivable.Promise, error)
	// OpenPromises reads the customer's open ones with their items, oldest first.
	OpenPromises(ctx context.Context, customerID uuid.UUID) ([]receivable.Promise, error)
	// ListPromises lists with items, oldest first.
	ListPromises(ctx context.Context, f HoldFilter, p Page) (Paged[receivable.Promise], error)

	InsertBlock(ctx context.Context, b receivable.Block) error
	// Block reads one. Error: block.not_found.
	Block(ctx context.Context, id uuid.UUID) (receivable.Block, error)
	// ReleaseBlock marks one as released. Error: block.released when it is already.
	ReleaseBlock(ctx context.Context, id uuid.UUID, at time.Time, by string) error
	// LiveBlocks reads the customer's blocks that are not released, whatever they cover and whenever they end.
	LiveBlocks(ctx context.Context, customerID uuid.UUID) ([]receivable.Block, error)
	// ListBlocks lists, oldest first.
	ListBlocks(ctx context.Context, f HoldFilter, p Page) (Paged[receivable.Block], error)

	InsertDisputeFlag(ctx context.Context, d receivable.DisputeFlag) error
	// DisputeFlag reads one. Error: dispute.not_found.
	DisputeFlag(ctx context.Context, id uuid.UUID) (receivable.DisputeFlag, error)
	// UpdateDisputeFlag writes amount, state and release. Error: dispute.released when it was released before.
	UpdateDisputeFlag(ctx context.Context, d receivable.DisputeFlag) error
	// OpenDisputeFlags reads those of an item that stand, oldest first.
	OpenDisputeFlags(ctx context.Context, itemID uuid.UUID) ([]receivable.DisputeFlag, error)
	// ListDisputeFlags lists, oldest first.
	ListDisputeFlags(ctx context.Context, f HoldFilter, p Page) (Paged[receivable.DisputeFlag], error)

	InsertNote(ctx context.Context, n receivable.Note) error
	// Note reads one. Error: note.not_found.
	Note(ctx context.Context, id uuid.UUID) (receivable.Note, error)
	// ListNotes lists, oldest first.
	ListNotes(ctx context.Context, f HoldFilter, p Page) (Paged[receivable.Note], error)

	// InsertDocument writes a document whose file was touched and kept. Error: document.file_gone.
	InsertDocument(ctx context.Context, d receivable.Document) error
	// Document reads one without content. Error: document.not_found.
	Document(ctx context.Context, id uuid.UUID) (receivable.Document, error)
	// DocumentContent reads the content of one that has it in its row. Error: document.not_found.
	DocumentContent(ctx context.Context, id uuid.UUID) ([]byte, error)
	// DocumentFiles reads those whose content is a file, by id, after an id, at most limit.
	DocumentFiles(ctx context.Context, after uuid.UUID, limit int) ([]receivable.Document, error)
	// ListDocuments lists without content, oldest first.
	ListDocuments(ctx context.Context, f DocumentFilter, p Page) (Paged[receivable.Document], error)

	// TouchFile notes that a file is about to be kept: from the commit on the sweep leaves it alone for as long as it leaves
	// files that no document names. It waits for a sweep of the same file to end.
	TouchFile(ctx context.Context, sum [32]byte, size int64) error
	// StaleFile locks the note of a file that no document names and nobody touched for so long in real time; found is false when
	// there is none, or others hold them all.
	StaleFile(ctx context.Context, older time.Duration) (sum [32]byte, found bool, err error)
	// ForgetFile removes the note of a file that was locked and deleted.
	ForgetFile(ctx context.Context, sum [32]byte) error
}
