package activities

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/google/uuid"

	"arrears/domain/calendar"
	"arrears/domain/casework"
	"arrears/domain/money"
	"arrears/domain/notice"
	"arrears/domain/policy"
	"arrears/domain/receivable"
	"arrears/port"
	"arrears/workflows/contract"
)

// part is an item that asks, on the sheet of its case.
type part struct {
	s  *sheet
	it *policy.ItemFacts
	d  policy.ItemDecision
}

// draftKey is what the lines of one draft have in common: a person decides about all of them at once.
type draftKey struct {
	stage    string
	currency money.Currency
	channel  receivable.Channel
}

func (p part) key() draftKey { return draftKey{p.d.Stage, p.it.Currency, p.d.Channel} }

// askApproval asks for what needs approval: notices as frozen drafts, one per stage, currency and channel, which take along
// the customer's other cases that are about to ask for the same; other actions one by one.
func (c *Collection) askApproval(ctx context.Context, s *sheet, files *shelf) error {
	var keys []draftKey
	drafts := make(map[draftKey][]part)
	err := s.each(policy.DoAskApproval, func(it *policy.ItemFacts, d policy.ItemDecision) error {
		p := part{s, it, d}
		if d.Action != policy.Notice {
			return p.askForStep(ctx)
		}
		if drafts[p.key()] == nil {
			keys = append(keys, p.key())
		}
		drafts[p.key()] = append(drafts[p.key()], p)
		return nil
	})
	if err != nil || len(keys) == 0 {
		return err
	}
	others, err := c.companions(ctx, s)
	if err != nil {
		return err
	}
	for _, k := range keys {
		if err := c.draft(ctx, s, files, append(drafts[k], asking(others, k)...)); err != nil {
			return err
		}
	}
	return joined(s, others)
}

// companions are the sheets of the customer's other cases that are due to ask, under the same policy version.
func (c *Collection) companions(ctx context.Context, s *sheet) ([]*sheet, error) {
	ids, err := s.tx.AskingCases(ctx, s.file.Case.CustomerID, s.file.Case.ID, s.now)
	if err != nil {
		return nil, err
	}
	files, err := s.tx.CaseFiles(ctx, ids, s.now)
	if err != nil {
		return nil, err
	}
	var sheets []*sheet
	for _, f := range files {
		if f.PolicyVersionID != s.file.PolicyVersionID {
			continue
		}
		c.Office.limit(&f)
		other, err := newSheet(ctx, s.tx, f, s.now)
		if err != nil {
			return nil, err
		}
		other.decide("joined")
		sheets = append(sheets, other)
	}
	return sheets, nil
}

func asking(sheets []*sheet, k draftKey) []part {
	var parts []part
	for _, s := range sheets {
		for i, d := range s.decision.Items {
			p := part{s, &s.file.Facts.Items[i], d}
			if d.Do == policy.DoAskApproval && d.Action == policy.Notice && p.key() == k {
				parts = append(parts, p)
			}
		}
	}
	return parts
}

// joined records what became of the other cases. One that joined nothing leaves no trace: its own step will come.
func joined(s *sheet, others []*sheet) error {
	for _, other := range others {
		if len(other.work.Steps) == 0 {
			continue
		}
		other.decide(After + "joined")
		if err := other.finish(); err != nil {
			return err
		}
		s.work.Cases = append(s.work.Cases, other.work.Cases...)
		s.work.Decisions = append(s.work.Decisions, other.work.Decisions...)
		s.work.Steps = append(s.work.Steps, other.work.Steps...)
		s.work.Lines = append(s.work.Lines, other.work.Lines...)
		s.work.Audit = append(s.work.Audit, other.work.Audit...)
	}
	return nil
}

// draft composes one message of all parts, freezes it, and asks for its approval.
func (c *Collection) draft(ctx context.Context, s *sheet, files *shelf, parts []part) error {
	first := parts[0]
	stage := stageOf(s.policy, first.d.Stage)
	n, err := s.newNotice(first.it, first.d, kindOf(stage))
	if err != nil {
		return err
	}
	n.State, n.Stage, n.OpensAt, n.SealAfter = notice.Draft, first.d.Stage, s.now, c.real()
	proposers, err := addLines(ctx, s, &n, parts)
	if err != nil {
		return err
	}
	nc, err := s.tx.NoticeContext(ctx, n.CustomerID, n.Currency, itemsOf(n.Lines))
	if err != nil {
		return err
	}
	if err := files.fill(nc.Copies); err != nil {
		return err
	}
	raw, err := c.Office.compose(nc, &n, noDate, lastDay(s.file, stage, s.now))
	if err != nil {
		return err
	}
	ap := draftApproval(s, n, stage, nc)
	ap.Proposers = proposers
	s.work.Notices = append(s.work.Notices, port.NoticeWrite{Notice: n, WakeAt: ap.DueAt, Raw: raw})
	s.work.Approvals = append(s.work.Approvals, ap)
	s.work.Nudges = append(s.work.Nudges, port.Nudge{
		WorkflowID: contract.WorkflowID(contract.KindNotice, n.ID), SubjectID: n.ID, Kind: contract.KindNotice,
		StartAt: ap.DueAt, FirstAction: contract.NoticeDeadline,
	})
	invoice := oneInvoice(n.Lines)
	e, err := entry(s.now, "approval.requested", "approval", ap.ID, ap.CustomerID, invoice, requestData(ap))
	s.work.Audit = append(s.work.Audit, e)
	return err
}

// addLines puts each part into the draft and marks its item's step as waiting.
func addLines(ctx context.Context, s *sheet, n *notice.Notice, parts []part) ([]string, error) {
	var cases []uuid.UUID
	for _, p := range parts {
		step := p.s.stepFor(p.it, p.d, casework.StepAwaitingApproval)
		step.NoticeID = uuid.NullUUID{UUID: n.ID, Valid: true}
		line := p.s.line(p.it, p.d, step)
		p.s.work.Steps = append(p.s.work.Steps, step)
		p.s.work.Lines = append(p.s.work.Lines, line)
		n.Lines = append(n.Lines, line)
		n.AskedMinor += line.AskMinor
		cases = append(cases, line.CaseID)
		p.awaits(step, nil)
		if err := p.s.audit("line.drafted", "notice_line", line.ID, p.it.ID, lineData(line, p.it, n.Channel)); err != nil {
			return nil, err
		}
	}
	return s.tx.Proposers(ctx, cases)
}

// awaits notes that the item's step waits for approval; of a step that sends nothing the case keeps the deadline.
func (p part) awaits(step casework.Step, ap *casework.Approval) {
	p.it.Live = &policy.LiveStep{Stage: step.Stage, Action: policy.Action(step.Action), State: string(step.State), Since: step.DecidedOn}
	if ap != nil {
		p.it.Live.DueAt = ap.DueAt
	}
}

// itemsOf are those that a message is about: what was withdrawn from it brings no copy of its invoice either.
func itemsOf(lines []notice.Line) []uuid.UUID {
	var ids []uuid.UUID
	for _, l := range lines {
		if isLive(l) {
			ids = append(ids, l.ItemID)
		}
	}
	return ids
}

// oneInvoice is the invoice that a notice is about when it is about one alone.
func oneInvoice(lines []notice.Line) uuid.NullUUID {
	var one uuid.NullUUID
	for i, l := range lines {
		if i > 0 && one != l.InvoiceID {
			return uuid.NullUUID{}
		}
		one = l.InvoiceID
	}
	return one
}

func draftApproval(s *sheet, n notice.Notice, stage *policy.Stage, nc port.NoticeContext) casework.Approval {
	ap := newApproval(s, stage)
	ap.SubjectKind, ap.SubjectID = "notice", n.ID
	ap.ContentHash = [32]byte(n.ContentHash)
	ap.AmountMinor, ap.Currency = n.AskedMinor, n.Currency
	ap.Summary = fmt.Sprintf("%s by %s to customer %s: %s %s on %d items", stage.Key, n.Channel, nc.Customer.Number,
		money.Of(n.AskedMinor, n.Currency).Decimal(), n.Currency, len(n.Lines))
	return ap
}

// lastDay is the day by whose end a draft has to be decided. Its days of payment count from it, so that the customer has
// them all unless the decision is late.
func lastDay(f port.CaseFile, stage *policy.Stage, asked time.Time) calendar.Date {
	h := house{f.HouseZone, f.HouseCalendar}
	return dateIn(h.deadline(asked, stage.Approval.DeadlineDays), f.HouseZone).AddDays(-1)
}

func newApproval(s *sheet, stage *policy.Stage) casework.Approval {
	h := house{s.file.HouseZone, s.file.HouseCalendar}
	return casework.Approval{
		ID: newID(), CustomerID: s.file.Case.CustomerID, Stage: stage.Key, Role: stage.Approval.Role, State: casework.ApprovalOpen,
		AtDeadline: string(stage.Approval.AtDeadline), DeadlineDays: stage.Approval.DeadlineDays,
		DueAt: h.deadline(s.now, stage.Approval.DeadlineDays), RequestedAt: s.now,
	}
}

func requestData(ap casework.Approval) map[string]any {
	data := approvalData(ap)
	data["content_hash"], data["subject_kind"], data["subject_id"] = hex.EncodeToString(ap.ContentHash[:]), ap.SubjectKind, ap.SubjectID
	return data
}

// askForStep asks for the approval of an action that sends nothing. What is approved is the action on the item for the
// amount under the policy version.
func (p part) askForStep(ctx context.Context) error {
	stage := stageOf(p.s.policy, p.d.Stage)
	step := p.s.stepFor(p.it, p.d, casework.StepAwaitingApproval)
	proposers, err := p.s.tx.Proposers(ctx, []uuid.UUID{p.s.file.Case.ID})
	if err != nil {
		return err
	}
	ap := newApproval(p.s, stage)
	ap.SubjectKind, ap.SubjectID, ap.Proposers = "step", step.ID, proposers
	ap.CaseID = uuid.NullUUID{UUID: p.s.file.Case.ID, Valid: true}
	ap.AmountMinor, ap.Currency = p.d.AskMinor, p.it.Currency
	ap.ContentHash = stepHash(step, p.it.Currency, p.s.file.PolicyVersionID)
	ap.Summary = fmt.Sprintf("%s (%s) of %s %s", stage.Key, p.d.Action, money.Of(p.d.AskMinor, p.it.Currency).Decimal(), p.it.Currency)
	p.s.work.Steps = append(p.s.work.Steps, step)
	p.s.work.Approvals = append(p.s.work.Approvals, ap)
	p.awaits(step, &ap)
	return p.s.audit("approval.requested", "approval", ap.ID, p.it.ID, requestData(ap))
}

// stepHash binds an approval to an action that sends nothing. Each text is preceded by its length.
func stepHash(step casework.Step, currency money.Currency, policyVersion uuid.UUID) [32]byte {
	var b []byte
	for _, text := range []string{"arrears step v1", step.ItemID.String(), step.Stage, step.Action, string(currency), policyVersion.String()} {
		b = binary.BigEndian.AppendUint64(b, uint64(len(text)))
		b = append(b, text...)
	}
	return sha256.Sum256(binary.BigEndian.AppendUint64(b, uint64(step.AskMinor)))
}
