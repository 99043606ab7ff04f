package port

import (
	"context"
	"time"

	"github.com/google/uuid"

	"arrears/domain/calendar"
	"arrears/domain/dispute"
	"arrears/domain/money"
)

// DisputeFilter narrows a list of cases; empty fields do not.
type DisputeFilter struct {
	CustomerID  uuid.NullUUID
	InvoiceID   uuid.NullUUID
	ReceiptID   uuid.NullUUID
	Kind        dispute.Kind
	States      []dispute.State // empty: all
	Live        bool            // only those that have not ended
	Owner       string
	Team        string
	Reason      string
	Unknown     bool // only those without a reason code
	Reference   string
	Currency    money.Currency
	MinMinor    int64         // claimed at least
	MaxMinor    int64         // claimed at most; 0: no bound
	DeadlineBy  calendar.Date // the earliest deadline at the latest then
	TakenBefore calendar.Date // age
	Number      int64
}

// Disputes keeps claims with everything that belongs to their cases. Whatever changes one holds its customer's lock.
type Disputes interface {
	// InsertDispute writes a case with its parts and returns its number. WakeAt must be set.
	InsertDispute(ctx context.Context, d dispute.Dispute) (number int64, err error)
	// UpdateDispute writes everything that may change of a case and its parts where the stored version is d.Version, new
	// parts included, with the sums that lists order by; what the customer said stays. Error: dispute.changed (precondition).
	UpdateDispute(ctx context.Context, d dispute.Dispute) error
	// Dispute reads one with its parts in order. Error: dispute.not_found.
	Dispute(ctx context.Context, id uuid.UUID) (dispute.Dispute, error)
	// DisputesOfItems reads the cases with a part about one of the items, ended ones included, oldest first.
	DisputesOfItems(ctx context.Context, itemIDs []uuid.UUID) ([]dispute.Dispute, error)
	// DisputesOfReceipt reads the cases that a receipt brought, ended ones included.
	DisputesOfReceipt(ctx context.Context, receiptID uuid.UUID) ([]dispute.Dispute, error)
	// SimilarDisputes finds the customer's other cases with the same claim reference, or about the same item or invoice with
	// the same amount and reason (ours, or the customer's), at most 20; void ones are left out.
	SimilarDisputes(ctx context.Context, d dispute.Dispute) ([]dispute.Dispute, error)
	// ListDisputes lists with parts, oldest first.
	ListDisputes(ctx context.Context, f DisputeFilter, p Page) (Paged[dispute.Dispute], error)
	// DisputeWorklist lists the live cases of an owner, a team or everybody in the order in which to work on them: see
	// dispute.Rank, which the order in SQL equals.
	DisputeWorklist(ctx context.Context, f DisputeFilter, today calendar.Date, p Page) (Paged[dispute.Dispute], error)

	InsertEvidence(ctx context.Context, list []dispute.Evidence) error
	// UpdateEvidence writes where the stored version is e.Version. Error: dispute.evidence_changed (precondition).
	UpdateEvidence(ctx context.Context, e dispute.Evidence) error
	EvidenceOf(ctx context.Context, disputeID uuid.UUID) ([]dispute.Evidence, error)

	// PutDeadlines writes new deadlines and the state of those that exist, and keeps the case's earliest one beside it: its
	// version stays.
	PutDeadlines(ctx context.Context, list []dispute.Deadline) error
	DeadlinesOf(ctx context.Context, disputeID uuid.UUID) ([]dispute.Deadline, error)

	// InsertDecision writes one; a zero Seq is numbered by the store.
	InsertDecision(ctx context.Context, d dispute.Decision) error
	// UpdateDecision writes state, approval and approver. Error: dispute.decision_changed when its state is not was.
	UpdateDecision(ctx context.Context, d dispute.Decision, was dispute.DecisionState) error
	ClaimDecisionsOf(ctx context.Context, disputeID uuid.UUID) ([]dispute.Decision, error)

	// PutRound writes a new round, or the answer to one.
	PutRound(ctx context.Context, r dispute.Round) error
	RoundsOf(ctx context.Context, disputeID uuid.UUID) ([]dispute.Round, error)

	// PutLink writes a link, or the state of one.
	PutLink(ctx context.Context, l dispute.Link) error
	// LinksOf reads the links of a case from either side.
	LinksOf(ctx context.Context, disputeID uuid.UUID) ([]dispute.Link, error)

	InsertMove(ctx context.Context, m dispute.Move) error
	// ReverseMove marks one as undone. Error: move.not_found when there is none that stands.
	ReverseMove(ctx context.Context, id uuid.UUID, at time.Time) error
	// MovesOfReceipt and MovesOfDispute read those that stand.
	MovesOfReceipt(ctx context.Context, receiptID uuid.UUID) ([]dispute.Move, error)
	MovesOfDispute(ctx context.Context, disputeID uuid.UUID) ([]dispute.Move, error)

	// PutMessage writes a new message, unless its dedupe was used before, or the state of one that exists.
	PutMessage(ctx context.Context, m dispute.Message) error
	MessagesOf(ctx context.Context, disputeID uuid.UUID) ([]dispute.Message, error)

	// NudgeDispute leaves a nudge for the case's workflow.
	NudgeDispute(ctx context.Context, id uuid.UUID) error
	// StartDispute leaves a nudge that starts the case's workflow at an instant (zero: now).
	StartDispute(ctx context.Context, id uuid.UUID, at time.Time, first string) error

	ReasonCodes(ctx context.Context) ([]dispute.ReasonCode, error)
	// PutReasonCode writes a new code or changes name, trade and active where the stored version is c.Version (0: new).
	// Errors: reason_code.exists, reason_code.changed (precondition).
	PutReasonCode(ctx context.Context, c dispute.ReasonCode) error

	Limits(ctx context.Context) ([]dispute.Limit, error)
	// PutLimit writes a new limit or changes one where the stored version is l.Version (0: new).
	// Error: approval_limit.changed (precondition).
	PutLimit(ctx context.Context, l dispute.Limit) error

	// Aliases reads the meanings of spellings in normal form.
	Aliases(ctx context.Context, kind string, spellings []string) (map[string]dispute.Alias, error)
	// LearnAlias writes what a correction taught; the latest one counts, and Uses says how often it was taught.
	LearnAlias(ctx context.Context, a dispute.Alias) error

	// ToleratedSince sums what was closed by tolerance for a customer in a currency since a day in its time zone began, and
	// counts the cases.
	ToleratedSince(ctx context.Context, customerID uuid.UUID, currency money.Currency, since calendar.Date) (minor int64, cases int, err error)
}
