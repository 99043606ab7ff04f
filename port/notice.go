package port

import (
	"context"
	"time"

	"github.com/google/uuid"

	"arrears/domain/money"
	"arrears/domain/notice"
	"arrears/domain/receivable"
)

// NoticeFilter narrows a list of notices; empty fields do not.
type NoticeFilter struct {
	CustomerID uuid.NullUUID
	InvoiceID  uuid.NullUUID
	State      string
	Channel    string
}

// Notices keeps notices, their lines and what was handed to the channel.
type Notices interface {
	// LockNotice locks the notice's customer and reads the notice with its lines and open approval, in one round trip.
	// Error: notice.not_found.
	LockNotice(ctx context.Context, id uuid.UUID) (NoticeFile, error)
	// NoticeFile is LockNotice without the lock.
	NoticeFile(ctx context.Context, id uuid.UUID) (NoticeFile, error)
	// Notice reads one with its lines, without locking. Error: notice.not_found.
	Notice(ctx context.Context, id uuid.UUID) (notice.Notice, error)
	// NoticeBody reads the bytes as composed. Error: notice.no_body.
	NoticeBody(ctx context.Context, id uuid.UUID) ([]byte, error)
	// ListNotices lists without lines, newest first.
	ListNotices(ctx context.Context, f NoticeFilter, p Page) (Paged[notice.Notice], error)
	// NoticeContext reads all that a message to the customer says besides its amounts, in one round trip.
	NoticeContext(ctx context.Context, customerID uuid.UUID, currency money.Currency, itemIDs []uuid.UUID) (NoticeContext, error)
	// LiveNotices lists, with their lines, the notices that have a live line of one of the cases.
	LiveNotices(ctx context.Context, caseIDs []uuid.UUID) ([]notice.Notice, error)

	// WithdrawNotice withdraws the notice with its live lines, frees their steps, lapses its open approval, and leaves nudges
	// for the notice and the cases of the lines, which count as about to ask again. It returns the cases. The caller writes
	// the audit entry.
	WithdrawNotice(ctx context.Context, id uuid.UUID, code string, now time.Time) ([]uuid.UUID, error)
	// WithdrawLines withdraws live lines with their steps; the notice goes with its last live line and is nudged.
	WithdrawLines(ctx context.Context, lineIDs []uuid.UUID, code string, now time.Time) error
}

// NoticeFile is a notice with what reviewing and delivering it needs.
type NoticeFile struct {
	notice.Notice
	Approval NoticeApproval
	// The installation's, for approval deadlines.
	HouseZone, HouseCalendar string
	Collector                string // the customer's, for tasks
}

// NoticeApproval is what a draft waits for.
type NoticeApproval struct {
	ID    uuid.NullUUID // the open one
	DueAt time.Time
}

// NoticeContext is what a message says besides its amounts.
type NoticeContext struct {
	House    Installation
	Customer receivable.Customer // without contacts
	// Contacts of the dunning recipient that are active: dunning, then billing, then management, by rank.
	Contacts []receivable.Contact
	Credits  []notice.Credit
	// Lines holds, by item, the fields that are read with a line.
	Lines  map[uuid.UUID]notice.Line
	Copies []receivable.Document // the newest invoice copy of each invoice; with content where that is in the row
	// Earlier are the Message-IDs of notices sent before on these items, oldest first, at most 10.
	Earlier []string
}
