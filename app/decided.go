package app

import (
	"context"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/domain/casework"
	"arrears/domain/notice"
	"arrears/domain/policy"
	"arrears/port"
	"arrears/workflows/contract"
)

// decisionWork is everything that a decision changes.
func (a *App) decisionWork(ctx context.Context, tx port.Tx, who access.Principal, ap casework.Approval, in DecideApproval, now time.Time) (port.Work, error) {
	work := port.Work{Approvals: []casework.Approval{ap}}
	var about subject
	var err error
	switch ap.SubjectKind {
	case "notice":
		about, err = noticeDecided(ctx, tx, ap, &work, now)
	case subjectDecision:
		about, err = a.claimDecided(ctx, tx, who, ap, now)
	case subjectRefund:
		about, err = a.refundDecided(ctx, tx, who, ap, now)
	default:
		about, err = stepDecided(ctx, tx, ap, &work, now)
	}
	if err != nil {
		return work, err
	}
	action := "approval.approved"
	if !in.Approve {
		action = "approval.rejected"
		work.Tasks = append(work.Tasks, about.rejectedTask(ap, now))
	}
	entry, err := approvalEntry(now, ap.DecidedBy, action, ap, about.invoice, map[string]any{"commented": in.Comment != ""})
	work.Audit = append(work.Audit, entry)
	return work, err
}

// subject is what the rest of a decision needs to know of what was decided.
type subject struct {
	invoice   uuid.NullUUID
	today     calendar.Date
	collector string
	role      access.Role   // who gets a rejected one back; empty: a collector
	dispute   uuid.NullUUID // the claim that it is about
}

// noticeDecided seals an approved draft for sending; a rejected one is withdrawn and its steps are refused.
func noticeDecided(ctx context.Context, tx port.Tx, ap casework.Approval, work *port.Work, now time.Time) (subject, error) {
	n, err := tx.LockNotice(ctx, ap.SubjectID)
	if err != nil {
		return subject{}, err
	}
	steps, err := tx.StepsOfNotice(ctx, n.ID)
	if err != nil {
		return subject{}, err
	}
	about := subject{invoice: oneInvoice(n.Lines), today: today(now, n.TimeZone), collector: n.Collector}
	n.Outcome, n.State = "rejected", notice.Withdrawn
	write := port.NoticeWrite{Notice: n.Notice}
	if ap.State == casework.ApprovalApproved {
		if write, err = sealed(ctx, tx, n.Notice, now); err != nil {
			return subject{}, err
		}
	} else {
		work.Lines = rejectLines(n.Lines)
		work.Nudges = caseNudges(n.Lines)
	}
	work.Notices = append(work.Notices, write)
	for _, s := range steps {
		if s.State == casework.StepAwaitingApproval {
			work.Steps = append(work.Steps, decidedStep(s, ap, about.today))
		}
	}
	work.Nudges = append(work.Nudges, noticeNudge(n.ID))
	return about, nil
}

// sealed is an approved draft: it goes out when its window next opens.
func sealed(ctx context.Context, tx port.Tx, n notice.Notice, now time.Time) (port.NoticeWrite, error) {
	n.Outcome, n.State, n.ApprovedAt, n.OpensAt = "", notice.Sealed, &now, now
	if len(n.Lines) > 0 {
		p, err := tx.PinnedPolicy(ctx, n.Lines[0].PolicyVersionID)
		if err != nil {
			return port.NoticeWrite{}, err
		}
		if n.OpensAt, err = policy.Opens(p, n.TimeZone, n.Calendar, now); err != nil {
			return port.NoticeWrite{}, err
		}
	}
	return port.NoticeWrite{Notice: n, WakeAt: n.OpensAt}, nil
}

func decidedStep(s casework.Step, ap casework.Approval, today calendar.Date) casework.Step {
	if ap.State == casework.ApprovalApproved {
		s.State = casework.StepApproved
		return s
	}
	s.State, s.Reason, s.DoneOn = casework.StepRefused, "rejected", today
	return s
}

func rejectLines(lines []notice.Line) []notice.Line {
	var refused []notice.Line
	for _, l := range lines {
		if l.State == notice.LineLive {
			l.State, l.Reason = notice.LineRefused, "rejected"
			refused = append(refused, l)
		}
	}
	return refused
}

func caseNudges(lines []notice.Line) []port.Nudge {
	var nudges []port.Nudge
	seen := make(map[uuid.UUID]bool)
	for _, l := range lines {
		if !seen[l.CaseID] {
			seen[l.CaseID] = true
			nudges = append(nudges, caseNudge(l.CaseID, contract.CaseKindOf(l.CaseID, l.ItemID)))
		}
	}
	return nudges
}

// caseNudge nudges a collection case of a kind.
func caseNudge(caseID uuid.UUID, kind string) port.Nudge {
	return port.Nudge{WorkflowID: contract.WorkflowID(kind, caseID), SubjectID: caseID, Kind: kind, FirstAction: contract.Review}
}

func noticeNudge(id uuid.UUID) port.Nudge {
	return port.Nudge{
		WorkflowID: contract.WorkflowID(contract.KindNotice, id), SubjectID: id, Kind: contract.KindNotice, FirstAction: contract.ReviewNotice,
	}
}

// stepDecided lets the case go on with an approved step, or without a refused one.
func stepDecided(ctx context.Context, tx port.Tx, ap casework.Approval, work *port.Work, now time.Time) (subject, error) {
	file, err := tx.LockCase(ctx, ap.CaseID.UUID, now)
	if err != nil {
		return subject{}, err
	}
	about := subject{invoice: file.InvoiceID, today: today(now, file.TimeZone), collector: file.Collector}
	for _, live := range file.Live {
		if live.Step.ID == ap.SubjectID {
			work.Steps = append(work.Steps, decidedStep(live.Step, ap, about.today))
		}
	}
	work.Nudges = append(work.Nudges, caseNudge(ap.CaseID.UUID, file.Case.Kind))
	return about, nil
}

// rejectedTask gives what was rejected back to the collector or analyst, with the comment.
func (s subject) rejectedTask(ap casework.Approval, now time.Time) casework.Task {
	return casework.Task{
		ID: uuid.Must(uuid.NewV7()), Kind: "approval_rejected", Dedupe: "approval_rejected/" + ap.ID.String(),
		CustomerID: uuid.NullUUID{UUID: ap.CustomerID, Valid: true}, InvoiceID: s.invoice, DisputeID: s.dispute,
		Assignee: s.collector, Role: orElse(string(s.role), string(access.Collector)), Summary: "Rejected: " + ap.Summary + ". " + ap.Comment,
		DueOn: s.today, State: casework.TaskOpen, CreatedAt: now,
	}
}

// today is the civil date in a zone; an unknown zone counts in UTC, as decisions do.
func today(now time.Time, zone string) calendar.Date {
	loc, err := calendar.LoadZone(zone)
	if err != nil {
		loc = time.UTC
	}
	return calendar.DateOf(now, loc)
}
