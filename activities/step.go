package activities

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"arrears/domain/audit"
	"arrears/domain/calendar"
	"arrears/domain/casework"
	"arrears/domain/fault"
	"arrears/domain/policy"
	"arrears/internal/failpoint"
	"arrears/port"
	"arrears/workflows/contract"
)

// engine is the actor of what no person did.
const engine = "engine"

// CodeNoProgress means a step changed nothing that its decision looks at: going on would never end.
const CodeNoProgress = "step.no_progress"

// act does what the decision calls for, for every item that calls for it. It writes to the sheet's work and changes the
// sheet's facts as reading them again would.
type act func(ctx context.Context, s *sheet) error

// step is one transaction of a case. It acts only if the decision on the facts as they are calls for what the workflow was
// told to do, and decides again afterwards. The last decision says what comes next.
func (c *Collection) step(ctx context.Context, in contract.Step, name string, do policy.Do, act act) (contract.Next, error) {
	now, err := businessNow(ctx, c.Clock)
	if err != nil {
		return contract.Next{}, err
	}
	var next contract.Next
	err = c.Store.InTx(ctx, func(ctx context.Context, tx port.Tx) error {
		file, err := tx.LockCase(ctx, in.Subject, now)
		if err != nil {
			return err
		}
		c.Office.limit(&file)
		s, err := newSheet(ctx, tx, file, now)
		if err != nil {
			return err
		}
		s.decide(name)
		if act != nil && s.decision.Now == do {
			if err := s.progress(ctx, name, do, act); err != nil {
				return err
			}
		}
		if err := s.finish(); err != nil {
			return err
		}
		next = s.next()
		if err := tx.Write(ctx, s.work); err != nil {
			return err
		}
		return failpoint.Hit(failpoint.StepBeforeCommit)
	})
	if err == nil {
		err = failpoint.Hit(failpoint.StepAfterCommit)
	}
	if err != nil {
		return contract.Next{}, err
	}
	return resolve(ctx, c.Clock, next)
}

// businessNow is the business instant to the microsecond, which is what the record keeps.
func businessNow(ctx context.Context, clock port.Clock) (time.Time, error) {
	now, err := clock.Now(ctx)
	return now.Truncate(time.Microsecond).UTC(), err
}

// resolve finds the real instant until which to wait.
func resolve(ctx context.Context, clock port.Clock, next contract.Next) (contract.Next, error) {
	if next.Closed || next.Now != "" || next.WakeAt.IsZero() {
		return next, nil
	}
	until, err := clock.Real(ctx, next.WakeAt)
	next.Until = until
	return next, err
}

// sheet is what one step works on: the case as read, the decision, and what is to be written.
type sheet struct {
	tx       port.Tx
	now      time.Time
	file     port.CaseFile
	policy   *policy.Policy
	decision policy.Decision
	work     port.Work
	seq      int
}

func newSheet(ctx context.Context, tx port.Tx, file port.CaseFile, now time.Time) (*sheet, error) {
	p, err := tx.PinnedPolicy(ctx, file.PolicyVersionID)
	if err != nil {
		return nil, err
	}
	return &sheet{tx: tx, now: now, file: file, policy: p, seq: file.Case.Decisions}, nil
}

// decide decides on the facts as they are and records both.
func (s *sheet) decide(calledFor string) {
	s.decision = policy.Next(s.policy, s.file.Facts, s.now)
	s.seq++
	s.work.Decisions = append(s.work.Decisions, port.DecisionRecord{
		CaseID: s.file.Case.ID, Seq: s.seq, At: s.now, CalledFor: calledFor, PolicyVersionID: s.file.PolicyVersionID,
		Facts: snapshot(s.file.Facts), Decision: s.decision,
	})
}

// snapshot copies what acting changes.
func snapshot(f policy.Facts) policy.Facts {
	f.Items = slices.Clone(f.Items)
	for i := range f.Items {
		f.Items[i].Promises = slices.Clone(f.Items[i].Promises)
	}
	return f
}

// After is what a decision was called for that was made because of an act: the act's name follows.
const After = "after "

// progress acts and decides again.
func (s *sheet) progress(ctx context.Context, name string, do policy.Do, act act) error {
	before := s.decision.Items
	if err := act(ctx, s); err != nil {
		return err
	}
	s.decide(After + name)
	for i, d := range s.decision.Items {
		was := before[i]
		if d.Do == do && was.Do == do && d.Stage == was.Stage && d.TaskKind == was.TaskKind {
			return fault.Newf(fault.Internal, CodeNoProgress, "%s did not change what is due for item %s", name, d.ItemID)
		}
	}
	return nil
}

// finish brings the case's row up to the decision.
func (s *sheet) finish() error {
	was := s.file.Case
	c := was
	c.Decisions, c.AttentionCode = s.seq, ""
	c.State, c.NextAction, c.WakeAt = casework.CaseActive, contract.ActivityOf(s.decision.AtWake), s.decision.WakeAt
	action := ""
	switch {
	case s.decision.Now == policy.DoClose:
		c.State, c.NextAction, c.WakeAt = casework.CaseClosed, "", time.Time{}
		action = "case.closed"
	case s.decision.Now != policy.DoNothing:
		c.NextAction, c.WakeAt = contract.ActivityOf(s.decision.Now), s.now
	}
	s.work.Cases = append(s.work.Cases, c)
	if was.State == c.State {
		return nil
	}
	switch {
	case c.State == casework.CaseClosed:
	case was.State == casework.CaseNeedsAttention:
		action = "case.resumed"
	default:
		action = "case.reopened"
	}
	return s.audit(action, contract.SubjectOf(c.Kind), c.ID, uuid.Nil, map[string]any{"decision": s.seq})
}

func (s *sheet) next() contract.Next {
	d := s.decision
	switch d.Now {
	case policy.DoClose:
		return contract.Next{Closed: true, Seq: s.seq}
	case policy.DoNothing:
		return contract.Next{WakeAt: d.WakeAt, AtWake: contract.ActivityOf(d.AtWake), Seq: s.seq}
	}
	return contract.Next{Now: contract.ActivityOf(d.Now), WakeAt: d.WakeAt, AtWake: contract.ActivityOf(d.AtWake), Seq: s.seq}
}

// each calls fn for every item that the decision calls to do this for.
func (s *sheet) each(do policy.Do, fn func(it *policy.ItemFacts, d policy.ItemDecision) error) error {
	for i, d := range s.decision.Items {
		if d.Do != do {
			continue
		}
		if err := fn(&s.file.Facts.Items[i], d); err != nil {
			return err
		}
	}
	return nil
}

// live is the item's step under way, if there is one.
func (s *sheet) live(item uuid.UUID) (port.LiveRef, bool) {
	for _, l := range s.file.Live {
		if l.Step.ItemID == item {
			return l, true
		}
	}
	return port.LiveRef{}, false
}

// stepFor is the item's step for the decided stage: the one under way, or a new attempt.
func (s *sheet) stepFor(it *policy.ItemFacts, d policy.ItemDecision, state casework.StepState) casework.Step {
	step := casework.Step{
		ID: newID(), ItemID: it.ID, CaseID: s.file.Case.ID, Stage: d.Stage, Cycle: it.Cycle, Action: string(d.Action),
		AskMinor: d.AskMinor, DecidedOn: s.today(it),
	}
	if live, ok := s.live(it.ID); ok && live.Step.Stage == d.Stage {
		step = live.Step
	}
	step.State = state
	if state == casework.StepDone || state == casework.StepSkipped {
		step.DoneOn = s.today(it)
	}
	return step
}

// climbed notes that the stage is behind the item; sent says that a notice of it went out.
func (s *sheet) climbed(it *policy.ItemFacts, stage string) {
	it.LastStageDone, it.LastStageOn, it.Live = stage, s.today(it), nil
	it.RefusedChannels, it.RejectedOn = nil, 0
	it.Tasks = slices.DeleteFunc(slices.Clone(it.Tasks), func(kind string) bool { return kind == policy.TaskNoAddress })
	s.work.Ladder = append(s.work.Ladder, ladder(it))
}

func ladder(it *policy.ItemFacts) port.LadderMove {
	return port.LadderMove{
		ItemID: it.ID, Cycle: it.Cycle, Level: it.Level, LastStageDone: it.LastStageDone, LastStageOn: it.LastStageOn,
		LastNoticeOn: it.LastNoticeOn, HandedOverOn: it.HandedOverOn,
	}
}

// today is the civil date in the item's time zone.
func (s *sheet) today(it *policy.ItemFacts) calendar.Date { return dateIn(s.now, it.TimeZone) }

// audit appends an entry of the engine about something of this case.
func (s *sheet) audit(action, kind string, id, item uuid.UUID, data map[string]any) error {
	if item != uuid.Nil {
		data["item_id"] = item
	}
	e, err := entry(s.now, action, kind, id, s.file.Case.CustomerID, s.file.InvoiceID, data)
	s.work.Audit = append(s.work.Audit, e)
	return err
}

// entry is an audit entry of the engine.
func entry(now time.Time, action, kind string, id, customer uuid.UUID, invoice uuid.NullUUID, data map[string]any) (audit.Entry, error) {
	raw, err := audit.JSON(data)
	e := audit.Entry{
		ID: newID().String(), At: now, Actor: engine, Action: action, SubjectKind: kind, SubjectID: id.String(),
		CustomerID: customer.String(), Data: raw,
	}
	if invoice.Valid {
		e.InvoiceID = invoice.UUID.String()
	}
	return e, err
}

// newID makes an id that sorts by time. The machine's source of randomness does not fail; if it ever did, going on would
// be worse than stopping.
func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

// dateIn is the civil date in a zone; an unknown zone counts in UTC, as decisions do.
func dateIn(at time.Time, zone string) calendar.Date { return calendar.DateOf(at, location(zone)) }

func location(zone string) *time.Location {
	loc, err := calendar.LoadZone(zone)
	if err != nil {
		return time.UTC
	}
	return loc
}

// shipped is the holiday calendar of a code; an unknown one counts weekends alone, as decisions do.
func shipped(code string) *calendar.Calendar {
	cal, ok := calendar.Shipped(code)
	if !ok {
		cal, _ = calendar.Shipped("none")
	}
	return cal
}
