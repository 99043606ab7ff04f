package activities

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"arrears/domain/calendar"
	"arrears/domain/casework"
	"arrears/domain/notice"
	"arrears/domain/policy"
	"arrears/port"
	"arrears/workflows/contract"
)

// maxClosedDays bounds the search for a day on which the house sends.
const maxClosedDays = 60

// sendNotice puts each line into the customer's one gathering notice of its currency, channel and kind.
func (c *Collection) sendNotice(_ context.Context, s *sheet) error {
	return s.each(policy.DoSendNotice, func(it *policy.ItemFacts, d policy.ItemDecision) error {
		gathering, err := c.gather(s, it, d)
		if err != nil {
			return err
		}
		step := s.stepFor(it, d, casework.StepLive)
		step.NoticeID = uuid.NullUUID{UUID: gathering.ID, Valid: true}
		line := s.line(it, d, step)
		s.work.Steps = append(s.work.Steps, step)
		s.work.Lines = append(s.work.Lines, line)
		it.Live = &policy.LiveStep{
			Stage: d.Stage, Action: policy.Notice, State: string(casework.StepLive),
			ExpectedOn: dateIn(gathering.OpensAt, it.TimeZone), Since: step.DecidedOn,
		}
		return s.audit("line.gathered", "notice_line", line.ID, it.ID, lineData(line, it, gathering.Channel))
	})
}

func lineData(l notice.Line, it *policy.ItemFacts, channel any) map[string]any {
	return map[string]any{
		"notice_id": l.NoticeID, "stage": l.Stage, "level": l.Level, "amount_minor": l.AskMinor, "currency": it.Currency,
		"channel": channel,
	}
}

// line is an item's line as it would be asked now.
func (s *sheet) line(it *policy.ItemFacts, d policy.ItemDecision, step casework.Step) notice.Line {
	l := notice.Line{
		ID: newID(), NoticeID: step.NoticeID.UUID, ItemID: it.ID, CaseID: s.file.Case.ID, StepID: step.ID, Stage: d.Stage,
		InvoiceID: s.file.InvoiceID,
		State:     notice.LineLive, PolicyVersionID: s.file.PolicyVersionID, Template: d.Template, DueDate: it.DueDate,
	}
	fillLine(&l, s.policy, it, d, s.now)
	return l
}

// fillLine writes the amounts of a line as they are now.
func fillLine(l *notice.Line, p *policy.Policy, it *policy.ItemFacts, d policy.ItemDecision, now time.Time) {
	l.Level, l.OpenMinor, l.AskMinor, l.ReservedMinor = 0, it.OpenMinor, d.AskMinor, 0
	if stage := stageOf(p, d.Stage); stage != nil && !stage.Courtesy() {
		l.Level, l.PayDays = d.Level, stage.DueDays
	}
	if p.Credits != policy.CreditsShow {
		l.ReservedMinor = it.ReservedMinor
	}
	l.DaysPastDue = dateIn(now, it.TimeZone).DaysSince(it.DueDate)
}

// stageOf finds a stage by its key.
func stageOf(p *policy.Policy, key string) *policy.Stage {
	i := slices.IndexFunc(p.Stages, func(s policy.Stage) bool { return s.Key == key })
	if i < 0 {
		return nil
	}
	return &p.Stages[i]
}

func kindOf(stage *policy.Stage) notice.Kind {
	if stage != nil && stage.Courtesy() {
		return notice.Courtesy
	}
	return notice.Dunning
}

// gather finds the notice that a line joins, or opens one.
func (c *Collection) gather(s *sheet, it *policy.ItemFacts, d policy.ItemDecision) (port.GatheringRef, error) {
	kind := kindOf(stageOf(s.policy, d.Stage))
	for _, g := range s.file.Gathering {
		if g.Currency == it.Currency && g.Channel == d.Channel && g.Kind == kind {
			return g, nil
		}
	}
	n, err := s.newNotice(it, d, kind)
	if err != nil {
		return port.GatheringRef{}, err
	}
	n.State, n.SealAfter = notice.Gathering, c.real().Add(c.Pause)
	wake := n.OpensAt
	if soonest := s.now.Add(c.Pause); wake.Before(soonest) {
		wake = soonest
	}
	s.work.Notices = append(s.work.Notices, port.NoticeWrite{Notice: n, WakeAt: wake})
	s.work.Nudges = append(s.work.Nudges, port.Nudge{
		WorkflowID: contract.WorkflowID(contract.KindNotice, n.ID), SubjectID: n.ID, Kind: contract.KindNotice,
		StartAt: wake, FirstAction: contract.DeliverNotice,
	})
	ref := port.GatheringRef{ID: n.ID, Currency: n.Currency, Channel: n.Channel, Kind: n.Kind, OpensAt: n.OpensAt}
	s.file.Gathering = append(s.file.Gathering, ref)
	return ref, nil
}

// newNotice is a notice that goes out at the next opening of the policy's window in the customer's time zone.
func (s *sheet) newNotice(it *policy.ItemFacts, d policy.ItemDecision, kind notice.Kind) (notice.Notice, error) {
	opens, err := nextOpening(s.policy.Window, s.policy.ClosedDays, s.now, s.file.TimeZone, s.file.Facts.Customer.Calendar)
	return notice.Notice{
		ID: newID(), CustomerID: s.file.Case.CustomerID, Currency: it.Currency, Channel: d.Channel, Kind: kind,
		TimeZone: s.file.TimeZone, Calendar: s.file.Facts.Customer.Calendar, Window: s.policy.Window,
		OpensAt: opens, CreatedAt: s.now,
	}, err
}

// holidays is the calendar that closes days; a customer without one is written to on all days that the window names, so a
// policy may open its window on weekends.
func holidays(code string) *calendar.Calendar {
	if code == "" || code == "none" {
		return nil
	}
	return shipped(code)
}

// nextOpening is the first moment not before now at which the window is open on a day when the house sends.
func nextOpening(w calendar.Window, closed []calendar.Date, now time.Time, zone, code string) (time.Time, error) {
	loc, cal := location(zone), holidays(code)
	at := now
	for range maxClosedDays {
		opens, err := w.Next(at, loc, cal)
		if err != nil {
			return time.Time{}, err
		}
		day := calendar.DateOf(opens, loc)
		if !slices.Contains(closed, day) {
			return opens.UTC().Truncate(time.Microsecond), nil
		}
		at = day.AddDays(1).Time(loc)
	}
	return w.Next(at, loc, cal)
}
