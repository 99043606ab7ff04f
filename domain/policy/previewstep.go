package policy

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"arrears/domain/calendar"
	"arrears/domain/money"
	"arrears/domain/receivable"
)

// step does what a decision calls for, as a preview imagines it, and tells it.
func (s *story) step(i int, d *ItemDecision) {
	it := &s.facts.Items[i]
	today := s.today(it)
	line := PreviewLine{
		On: today, At: s.now, ItemID: it.ID, Stage: d.Stage, Verb: d.Verb, Do: d.Do, Level: d.Level,
		Channel: d.Channel, AskMinor: d.AskMinor, Reasons: d.Reasons,
	}
	switch d.Do {
	case DoSendNotice:
		line.At, line.On = s.opens(it, s.now)
		line.Text = s.noticeText(it, d, line.On)
		s.done(it, d.Stage, Notice, line.On)
	case DoAskApproval:
		s.approved(i, d, line)
		return
	case DoOpenTask:
		line.Text = s.taskText(d)
		s.opened(it, d, today)
	case DoSettle:
		line.Text = "A promise to pay was not kept. " + s.because(d)
		settle(it, today)
	default:
		line.Text = s.actionText(d)
		s.done(it, d.Stage, d.passedOr(), today)
	}
	s.tell(line, i)
}

// passedOr is the action that was done, none when the stage was passed over.
func (d *ItemDecision) passedOr() Action {
	if d.Do == DoPassStage {
		return ""
	}
	return d.Action
}

// approved asks for approval, lets it be given on the day of its deadline, and does the stage.
func (s *story) approved(i int, d *ItemDecision, line PreviewLine) {
	it := &s.facts.Items[i]
	stage := &s.p.Stages[s.p.index(d.Stage)]
	days, _ := businessDaysOf(s.facts.Customer.Calendar, s.p.ClosedDays)
	deadline := days.add(line.On, stage.Approval.DeadlineDays)
	line.Text = fmt.Sprintf("Approval of %s is asked of the role %s; it is taken to be given on %s.",
		s.name(d.Stage), stage.Approval.Role, inWords(deadline))
	s.tell(line, i)

	given := deadline.Time(zoneOf(it.TimeZone))
	act := *d
	act.Verb, act.Do = Act, d.Action.do()
	line.At, line.On, line.Verb, line.Do = given, deadline, Act, act.Do
	switch d.Action {
	case Notice:
		line.At, line.On = s.opens(it, given)
		line.Text = s.noticeText(it, &act, line.On)
	case Task:
		line.Text = s.taskText(&act)
	default:
		line.Text = s.actionText(&act)
	}
	s.done(it, d.Stage, d.Action, line.On)
	s.tell(line, i)
}

// opens is when something may go out to the customer; where the window never opens, at once.
func (s *story) opens(it *ItemFacts, t time.Time) (time.Time, calendar.Date) {
	at, err := Opens(s.p, it.TimeZone, s.facts.Customer.Calendar, t)
	if err != nil {
		at = t
	}
	return at, calendar.DateOf(at, zoneOf(it.TimeZone))
}

// opened notes a task, and moves the ladder on when the stage itself asked for it.
func (s *story) opened(it *ItemFacts, d *ItemDecision, on calendar.Date) {
	if d.TaskKind == TaskStage {
		s.done(it, d.Stage, Task, on)
		return
	}
	it.Tasks = append(it.Tasks, d.TaskKind)
}

// settle lets every promise whose date has passed be broken.
func settle(it *ItemFacts, today calendar.Date) {
	for i := range it.Promises {
		if pr := &it.Promises[i]; pr.State == receivable.PromiseOpen && pr.HoldUntil < today {
			pr.State, pr.HeldMinor, pr.SettledOn = receivable.PromiseBroken, 0, today
		}
	}
}

// tellWaits tells why items are held or have come to an end, once for each reason; plain waiting shows in the dates.
func (s *story) tellWaits(d *Decision) {
	for i := range d.Items {
		item := &d.Items[i]
		why := s.because(item)
		if item.Verb == Close || shows(item) || s.told[i] == why {
			continue
		}
		s.told[i] = why
		it := &s.facts.Items[i]
		s.tell(PreviewLine{
			On: s.today(it), At: s.now, ItemID: it.ID, Stage: item.Stage, Verb: item.Verb, Level: item.Level,
			AskMinor: item.AskMinor, Reasons: item.Reasons, Text: "Nothing is done. " + why,
		}, i)
	}
}

// shows reports whether other lines already show why the item waits.
func shows(d *ItemDecision) bool {
	return slices.ContainsFunc(d.Reasons, func(r Reason) bool {
		return r.Code == ReasonStageAhead || r.Code == ReasonLadderDone || r.Code == ReasonHandedOver
	})
}

// tell adds a line, with what is the same for all of them.
func (s *story) tell(line PreviewLine, i int) {
	line.Item, line.Currency = i+1, s.facts.Items[i].Currency
	if at := s.p.index(line.Stage); at >= 0 {
		line.Name = s.p.Stages[at].Name
	}
	s.lines = append(s.lines, line)
}

func (s *story) noticeText(it *ItemFacts, d *ItemDecision, on calendar.Date) string {
	what := fmt.Sprintf("The notice %s goes out by %s", s.name(d.Stage), d.Channel)
	if d.Level > it.Level {
		what += fmt.Sprintf(" and raises the dunning level to %d", d.Level)
	}
	return fmt.Sprintf("%s, asking for %s, %s.", what, money.Of(d.AskMinor, it.Currency), pastDue(on, it.DueDate))
}

func pastDue(on, due calendar.Date) string {
	switch n := on.DaysSince(due); {
	case n == 0:
		return "on the due date"
	case n < 0:
		return days(-n) + " before the due date"
	default:
		return days(n) + " after the due date"
	}
}

func days(n int) string {
	if n == 1 {
		return "1 day"
	}
	return fmt.Sprintf("%d days", n)
}

func (s *story) taskText(d *ItemDecision) string {
	if d.TaskKind == TaskStage {
		stage := &s.p.Stages[s.p.index(d.Stage)]
		return fmt.Sprintf("A task is opened for the collector, due within %d business days: %s", stage.DueDays, stage.TaskText)
	}
	return fmt.Sprintf("A task %s is opened for the collector. %s", strings.ReplaceAll(d.TaskKind, "_", " "), s.because(d))
}

func (s *story) actionText(d *ItemDecision) string {
	switch d.Do {
	case DoRequestHold:
		return "A credit hold is requested; it is in force when the ERP confirms it."
	case DoHandOver:
		return "The item is handed over; Arrears no longer asks for it."
	case DoPassStage:
		return fmt.Sprintf("The stage %s is passed over. %s", s.name(d.Stage), s.because(d))
	}
	return s.because(d)
}

// because explains the reasons of a decision that say more than the line itself.
func (s *story) because(d *ItemDecision) string {
	var sentences []string
	for _, r := range d.Reasons {
		if r.Code != ReasonStageReached && r.Code != ReasonStagePassed {
			sentences = append(sentences, Explain(r))
		}
	}
	return strings.Join(sentences, " ")
}
