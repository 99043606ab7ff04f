package app

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/domain/casework"
	"arrears/domain/dispute"
	"arrears/domain/fault"
	"arrears/domain/receivable"
	"arrears/port"
)

// CodeEvidenceNotFound means that the case has no such piece of evidence.
const CodeEvidenceNotFound = "dispute_evidence.not_found"

// maxEvidence bounds how many pieces of evidence are asked for at once.
const maxEvidence = 20

// taskEvidence is the kind of the task of a team that is to find a piece of evidence.
const taskEvidence = "dispute_evidence"

// EvidenceRequest asks a team for a piece of evidence.
type EvidenceRequest struct {
	Kind      string // of receivable.DocumentKinds
	Team      string // empty: the case's
	Note      string
	Mandatory bool
	DueOn     calendar.Date // none: by the rules
}

// RequestEvidence asks teams for evidence: each piece becomes a task with a deadline. What the checklist already names is
// asked for there. It is possible until the case has ended.
// Errors: access.forbidden, receivable.invalid, dispute.not_found, dispute.not_now.
func (a *App) RequestEvidence(ctx context.Context, who access.Principal, id uuid.UUID, list []EvidenceRequest) (DisputeFile, error) {
	if err := access.Require(who, access.DisputesWrite); err != nil {
		return DisputeFile{}, err
	}
	if err := checkRequests(list); err != nil {
		return DisputeFile{}, err
	}
	return a.onClaim(ctx, who, access.DisputesWrite, id, func(ctx context.Context, w *claimWork, entry uuid.UUID) error {
		if err := w.may(dispute.ActEvidence); err != nil {
			return err
		}
		have, err := w.tx.EvidenceOf(ctx, w.d.ID)
		if err != nil {
			return err
		}
		for _, r := range list {
			if have, err = w.request(ctx, have, r); err != nil {
				return err
			}
		}
		return w.finish(ctx, dispute.ActEvidence, entry, "dispute.evidence_requested", map[string]any{"pieces": len(list), "team": orElse(list[0].Team, w.d.Team)})
	})
}

func checkRequests(list []EvidenceRequest) error {
	var f receivable.Form
	if len(list) == 0 || len(list) > maxEvidence {
		f.Add("evidence", receivable.CodeOutOfRange, "must be 1 to 20")
	}
	for n, r := range list[:min(len(list), maxEvidence)] {
		path := func(field string) string { return fmt.Sprintf("evidence[%d].%s", n, field) }
		if !slices.Contains(receivable.DocumentKinds(), r.Kind) {
			f.Add(path("kind"), receivable.CodeUnknown, "is not a kind of document")
		}
		f.Line(path("team"), r.Team, maxTeam)
		f.Text(path("note"), r.Note, maxNote)
		if !r.DueOn.IsZero() {
			f.Date(path("due_on"), r.DueOn)
		}
	}
	return f.Err("evidence")
}

// request asks for one piece: the one of the checklist that nobody was asked for yet, else a new one.
func (w *claimWork) request(ctx context.Context, have []dispute.Evidence, r EvidenceRequest) ([]dispute.Evidence, error) {
	at := slices.IndexFunc(have, func(e dispute.Evidence) bool {
		return e.DocumentKind == r.Kind && (e.State == dispute.EvidenceNeeded || e.State == dispute.EvidenceNotFound)
	})
	e := dispute.Evidence{ID: newUUID(), DisputeID: w.d.ID, DocumentKind: r.Kind, Version: 1}
	if at >= 0 {
		e = have[at]
	}
	e.State, e.Mandatory, e.RequestedBy = dispute.EvidenceRequested, e.Mandatory || r.Mandatory, w.actor.ID
	e.Team, e.Note = orElse(r.Team, orElse(e.Team, w.d.Team)), orElse(r.Note, e.Note)
	task, err := w.evidenceTask(ctx, &e, r.DueOn)
	if err != nil {
		return have, err
	}
	if err := openTask(ctx, w.tx, w.now, w.actor.ID, task); err != nil {
		return have, err
	}
	if at < 0 {
		err = w.tx.InsertEvidence(ctx, []dispute.Evidence{e})
		have = append(have, e)
	} else {
		err = w.tx.UpdateEvidence(ctx, e)
		have[at] = e
		have[at].Version++
	}
	if err != nil {
		return have, err
	}
	return have, w.evidenceDue(ctx, e)
}

// evidenceTask is the team's task; it names the day by which the piece is needed.
func (w *claimWork) evidenceTask(ctx context.Context, e *dispute.Evidence, named calendar.Date) (casework.Task, error) {
	t, err := w.time(ctx)
	if err != nil {
		return casework.Task{}, err
	}
	e.DueOn = named
	if named.IsZero() {
		if e.DueOn, err = w.evidenceDay(ctx, t); err != nil {
			return casework.Task{}, err
		}
	}
	id := newUUID()
	e.TaskID = someID(id)
	return casework.Task{
		ID: id, Kind: taskEvidence, Dedupe: taskEvidence + "/" + id.String(), CustomerID: someID(w.d.CustomerID),
		InvoiceID: invoiceOfClaim(w.d), DisputeID: someID(w.d.ID), Assignee: e.Team, Role: string(access.Analyst),
		Summary: fmt.Sprintf("Find the %s for D-%d", plainWord(e.DocumentKind), w.d.Number), DueOn: e.DueOn,
	}, nil
}

func (w *claimWork) evidenceDay(ctx context.Context, t claimTime) (calendar.Date, error) {
	sets, err := claimRules(ctx, w.tx, w.d.CustomerID)
	if err != nil {
		return 0, err
	}
	if d, ok := dispute.DeadlineFor(sets.merged.RuleFor(w.d.Reason), dispute.DeadlineEvidence, w.d.ID, t.today, t.cal, newUUID); ok {
		return d.DueOn, nil
	}
	return t.in(evidenceDays), nil
}

// evidenceDue sets the deadline of one piece; one that it had before is replaced.
func (w *claimWork) evidenceDue(ctx context.Context, e dispute.Evidence) error {
	if err := w.evidenceMet(ctx, e.ID, dispute.DeadlineCancelled); err != nil {
		return err
	}
	t, err := w.time(ctx)
	if err != nil {
		return err
	}
	return w.tx.PutDeadlines(ctx, []dispute.Deadline{{
		ID: newUUID(), DisputeID: w.d.ID, Kind: dispute.DeadlineEvidence, DueOn: e.DueOn, WarnOn: t.warn(e.DueOn),
		State: dispute.DeadlineOpen, EvidenceID: someID(e.ID),
	}})
}

// EvidenceAnswer is what became of a piece of evidence: received with its document, waived, or not found.
type EvidenceAnswer struct {
	State      dispute.EvidenceState
	DocumentID uuid.NullUUID // of a received one
	Note       string        // required to waive
}

// AnswerEvidence says what became of a piece of evidence. What is received under a proposed decision retracts it: whoever
// approves must know all of it.
// Errors: access.forbidden, receivable.invalid, dispute.not_found, dispute.not_now, dispute_evidence.not_found,
// document.not_found, item.customer_differs.
func (a *App) AnswerEvidence(ctx context.Context, who access.Principal, id, evidenceID uuid.UUID, in EvidenceAnswer) (DisputeFile, error) {
	if err := access.Require(who, access.DisputesWrite); err != nil {
		return DisputeFile{}, err
	}
	if err := in.check(); err != nil {
		return DisputeFile{}, err
	}
	return a.onClaim(ctx, who, access.DisputesWrite, id, func(ctx context.Context, w *claimWork, entry uuid.UUID) error {
		if err := w.may(dispute.ActEvidence); err != nil {
			return err
		}
		e, err := w.evidence(ctx, evidenceID)
		if err != nil {
			return err
		}
		if in.DocumentID.Valid {
			if err := w.ownDocuments(ctx, []uuid.UUID{in.DocumentID.UUID}); err != nil {
				return err
			}
		}
		if err := w.answer(ctx, e, in); err != nil {
			return err
		}
		return w.finish(ctx, dispute.ActEvidence, entry, "dispute.evidence_answered", map[string]any{
			"kind": e.DocumentKind, "evidence_state": in.State, "evidence_id": e.ID,
		})
	})
}

func (in EvidenceAnswer) check() error {
	var f receivable.Form
	receivable.OneOf(&f, "state", in.State, dispute.EvidenceReceived, dispute.EvidenceWaived, dispute.EvidenceNotFound)
	if in.DocumentID.Valid != (in.State == dispute.EvidenceReceived) {
		f.Add("document_id", receivable.CodeRequired, "belongs to what was received, and only to it")
	}
	f.Text("note", in.Note, maxNote)
	if in.State == dispute.EvidenceWaived {
		f.Required("note", in.Note, maxNote)
	}
	return f.Err("evidence")
}

func (w *claimWork) answer(ctx context.Context, e dispute.Evidence, in EvidenceAnswer) error {
	e.State, e.DocumentID, e.Note = in.State, in.DocumentID, orElse(in.Note, e.Note)
	if err := w.tx.UpdateEvidence(ctx, e); err != nil {
		return err
	}
	if err := w.evidenceMet(ctx, e.ID, dispute.DeadlineMet); err != nil {
		return err
	}
	if err := w.closeTask(ctx, e.TaskID, string(in.State)); err != nil {
		return err
	}
	if in.State != dispute.EvidenceReceived {
		return nil
	}
	return w.retractProposal(ctx, "evidence_received")
}

// evidence finds a piece of the case's. Error: dispute_evidence.not_found.
func (w *claimWork) evidence(ctx context.Context, id uuid.UUID) (dispute.Evidence, error) {
	list, err := w.tx.EvidenceOf(ctx, w.d.ID)
	if err != nil {
		return dispute.Evidence{}, err
	}
	at := slices.IndexFunc(list, func(e dispute.Evidence) bool { return e.ID == id })
	if at < 0 {
		return dispute.Evidence{}, fault.New(fault.NotFound, CodeEvidenceNotFound, "the case has no such evidence")
	}
	return list[at], nil
}

// closeTasks closes the case's tasks of the kinds that are still open.
func (w *claimWork) closeTasks(ctx context.Context, outcome string, kinds ...string) error {
	list, err := w.tx.ListTasks(ctx, port.TaskFilter{State: string(casework.TaskOpen), DisputeID: someID(w.d.ID)}, port.Page{Limit: port.MaxLimit})
	if err != nil {
		return err
	}
	for _, t := range list.Items {
		if !slices.Contains(kinds, t.Kind) {
			continue
		}
		if err := w.closeTask(ctx, someID(t.ID), outcome); err != nil {
			return err
		}
	}
	return nil
}

// closeTask closes a task that the case opened when it is still open.
func (w *claimWork) closeTask(ctx context.Context, id uuid.NullUUID, outcome string) error {
	if !id.Valid {
		return nil
	}
	t, err := w.tx.Task(ctx, id.UUID)
	if err != nil || t.State != casework.TaskOpen {
		return err
	}
	t.State, t.Outcome, t.ClosedAt, t.ClosedBy = casework.TaskDone, outcome, &w.now, w.actor.ID
	if err := w.tx.UpdateTask(ctx, t); err != nil {
		return err
	}
	return recordTask(ctx, w.tx, w.now, w.actor.ID, t, uuid.Nil, "task.closed")
}

// ownDocuments refuses documents that are not the customer's. Errors: document.not_found, item.customer_differs.
func (w *claimWork) ownDocuments(ctx context.Context, ids []uuid.UUID) error {
	for _, id := range ids {
		d, err := w.tx.Document(ctx, id)
		if err != nil {
			return err
		}
		if d.CustomerID.Valid && d.CustomerID.UUID != w.d.CustomerID {
			return fault.New(fault.Conflict, receivable.CodeCustomerDiffers, "the document is another customer's")
		}
	}
	return nil
}
