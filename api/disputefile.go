package api

import (
	"time"

	"github.com/google/uuid"

	"arrears/app"
	"arrears/domain/calendar"
	"arrears/domain/dispute"
)

// disputeFileJSON is a case with everything that belongs to it.
type disputeFileJSON struct {
	disputeJSON
	Evidence  []evidenceJSON        `json:"evidence,omitempty"`
	Deadlines []disputeDeadlineJSON `json:"deadlines,omitempty"`
	Decisions []disputeDecisionJSON `json:"decisions,omitempty"`
	Rounds    []disputeRoundJSON    `json:"rounds,omitempty"`
	Links     []disputeLinkJSON     `json:"links,omitempty"`
	Messages  []disputeMessageJSON  `json:"messages,omitempty"`
	Allowed   []string              `json:"allowed,omitempty"`
}

func writeDisputeFile(f app.DisputeFile) disputeFileJSON {
	return disputeFileJSON{
		disputeJSON: writeDispute(f.Dispute), Evidence: each(f.Evidence, writeEvidence), Deadlines: each(f.Deadlines, writeDisputeDeadline),
		Decisions: each(f.Decisions, writeDisputeDecision), Rounds: each(f.Rounds, writeDisputeRound), Links: each(f.Links, writeDisputeLink),
		Messages: each(f.Messages, writeDisputeMessage), Allowed: each(f.Allowed, func(a dispute.Act) string { return string(a) }),
	}
}

type evidenceJSON struct {
	ID          uuid.UUID     `json:"id"`
	Kind        string        `json:"kind"`
	Mandatory   bool          `json:"mandatory"`
	Team        string        `json:"team,omitempty"`
	State       string        `json:"state"`
	DocumentID  *uuid.UUID    `json:"document_id,omitempty"`
	TaskID      *uuid.UUID    `json:"task_id,omitempty"`
	DueOn       calendar.Date `json:"due_on,omitempty"`
	Note        string        `json:"note,omitempty"`
	RequestedBy string        `json:"requested_by,omitempty"`
	Version     int64         `json:"version"`
}

func writeEvidence(e dispute.Evidence) evidenceJSON {
	return evidenceJSON{
		ID: e.ID, Kind: e.DocumentKind, Mandatory: e.Mandatory, Team: e.Team, State: string(e.State), DocumentID: optionalID(e.DocumentID),
		TaskID: optionalID(e.TaskID), DueOn: e.DueOn, Note: e.Note, RequestedBy: e.RequestedBy, Version: e.Version,
	}
}

type disputeDeadlineJSON struct {
	ID         uuid.UUID     `json:"id"`
	Kind       string        `json:"kind"`
	DueOn      calendar.Date `json:"due_on"`
	WarnOn     calendar.Date `json:"warn_on,omitempty"`
	WarnedAt   *time.Time    `json:"warned_at,omitempty"`
	State      string        `json:"state"`
	SettledAt  *time.Time    `json:"settled_at,omitempty"`
	Raised     int           `json:"raised"`
	EvidenceID *uuid.UUID    `json:"evidence_id,omitempty"`
}

func writeDisputeDeadline(d dispute.Deadline) disputeDeadlineJSON {
	return disputeDeadlineJSON{
		ID: d.ID, Kind: string(d.Kind), DueOn: d.DueOn, WarnOn: d.WarnOn, WarnedAt: optionalTime(d.WarnedAt), State: string(d.State),
		SettledAt: optionalTime(d.SettledAt), Raised: d.Raised, EvidenceID: optionalID(d.EvidenceID),
	}
}

type partDecisionJSON struct {
	PartID        uuid.UUID `json:"part_id"`
	ValidMinor    int64     `json:"valid_minor"`
	DeniedMinor   int64     `json:"denied_minor"`
	ConcededMinor int64     `json:"conceded_minor"`
}

func writePartDecision(p dispute.PartDecision) partDecisionJSON { return partDecisionJSON(p) }

func (in partDecisionJSON) read() dispute.PartDecision { return dispute.PartDecision(in) }

type disputeDecisionJSON struct {
	ID            uuid.UUID          `json:"id"`
	Seq           int                `json:"seq"`
	Kind          string             `json:"kind"`
	ValidMinor    int64              `json:"valid_minor"`
	DeniedMinor   int64              `json:"denied_minor"`
	ConcededMinor int64              `json:"conceded_minor"`
	Reason        string             `json:"reason"`
	Comment       string             `json:"comment,omitempty"`
	Evidence      []uuid.UUID        `json:"evidence"`
	Parts         []partDecisionJSON `json:"parts"`
	State         string             `json:"state"`
	ContentHash   string             `json:"content_hash"`
	ApprovalID    *uuid.UUID         `json:"approval_id,omitempty"`
	PayableBy     calendar.Date      `json:"payable_by,omitempty"`
	DecidedBy     string             `json:"decided_by"`
	DecidedAt     time.Time          `json:"decided_at"`
	ApprovedBy    string             `json:"approved_by,omitempty"`
	Limit         *limitCheckJSON    `json:"limit,omitempty"`
}

func writeDisputeDecision(d dispute.Decision) disputeDecisionJSON {
	return disputeDecisionJSON{
		ID: d.ID, Seq: d.Seq, Kind: string(d.Kind), ValidMinor: d.ValidMinor, DeniedMinor: d.DeniedMinor, ConcededMinor: d.ConcededMinor,
		Reason: d.Reason, Comment: d.Comment, Evidence: append([]uuid.UUID{}, d.Evidence...), Parts: each(d.Parts, writePartDecision),
		State: string(d.State), ContentHash: hexText(d.ContentHash[:]), ApprovalID: optionalID(d.ApprovalID), PayableBy: d.PayableBy,
		DecidedBy: d.DecidedBy, DecidedAt: d.DecidedAt.UTC(), ApprovedBy: d.ApprovedBy,
		Limit: writeLimitCheck(d.Limit),
	}
}

type disputeRoundJSON struct {
	Round           int           `json:"round"`
	Channel         string        `json:"channel"`
	PortalReference string        `json:"portal_reference,omitempty"`
	SubmittedBy     string        `json:"submitted_by"`
	SubmittedAt     time.Time     `json:"submitted_at"`
	ReplyBy         calendar.Date `json:"reply_by,omitempty"`
	Answer          string        `json:"answer,omitempty"`
	AnswerNote      string        `json:"answer_note,omitempty"`
	AnsweredAt      *time.Time    `json:"answered_at,omitempty"`
	AnsweredBy      string        `json:"answered_by,omitempty"`
	BuyerInvolved   bool          `json:"buyer_involved"`
}

func writeDisputeRound(r dispute.Round) disputeRoundJSON {
	return disputeRoundJSON{
		Round: r.Round, Channel: r.Channel, PortalReference: r.PortalReference, SubmittedBy: r.SubmittedBy, SubmittedAt: r.SubmittedAt.UTC(),
		ReplyBy: r.ReplyBy, Answer: r.Answer, AnswerNote: r.AnswerNote, AnsweredAt: optionalTime(r.AnsweredAt), AnsweredBy: r.AnsweredBy,
		BuyerInvolved: r.BuyerInvolved,
	}
}

type disputeLinkJSON struct {
	DisputeID uuid.UUID `json:"dispute_id"`
	OtherID   uuid.UUID `json:"other_id"`
	Kind      string    `json:"kind"`
	State     string    `json:"state"`
	Why       string    `json:"why,omitempty"`
	CreatedBy string    `json:"created_by"`
	CreatedAt time.Time `json:"created_at"`
}

func writeDisputeLink(l dispute.Link) disputeLinkJSON {
	return disputeLinkJSON{
		DisputeID: l.DisputeID, OtherID: l.OtherID, Kind: l.Kind, State: l.State, Why: l.Why, CreatedBy: l.CreatedBy, CreatedAt: l.CreatedAt.UTC(),
	}
}

type disputeMessageJSON struct {
	ID        uuid.UUID  `json:"id"`
	Kind      string     `json:"kind"`
	State     string     `json:"state"`
	Address   string     `json:"address,omitempty"`
	CreatedAt time.Time  `json:"created_at"`
	SentAt    *time.Time `json:"sent_at,omitempty"`
	Reason    string     `json:"reason,omitempty"`
}

func writeDisputeMessage(m dispute.Message) disputeMessageJSON {
	return disputeMessageJSON{
		ID: m.ID, Kind: m.Kind, State: m.State, Address: m.Address, CreatedAt: m.CreatedAt.UTC(), SentAt: optionalTime(m.SentAt), Reason: m.Reason,
	}
}
