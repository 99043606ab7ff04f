package policy

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"time"

	"arrears/domain/calendar"
	"arrears/domain/fault"
	"arrears/domain/money"
	"arrears/domain/receivable"
)

// The bounds of texts and numbers in a policy; the published schema has the same.
const (
	maxDescription = 1000
	maxName        = 100
	maxTask        = 500
	maxReviewDays  = 365
	maxBusiness    = 365 // business days of a deadline, a task, or between notices
	maxCount       = 10000
)

var keyPattern = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]{0,62}$`)

// approverRoles may approve, from the lowest to the highest. An auditor only looks.
var approverRoles = []string{"collector", "supervisor", "admin"}

// Validate refuses a policy that contradicts itself or names what does not exist. It reports everything that is wrong at
// once; each field's path is that of the document, such as stages[2].moment.days. Whether templates exist is for
// CheckTemplates. Error: CodeInvalid.
func Validate(p Policy) error {
	if fields := faults(&p); len(fields) > 0 {
		return invalid(fields)
	}
	return nil
}

// validator gathers what is wrong.
type validator struct {
	p      *Policy
	fields []fault.Field
}

func faults(p *Policy) []fault.Field {
	v := &validator{p: p}
	v.rules()
	v.check(len(p.Stages) <= maxStages, "stages", "too_many", "a policy has at most %d stages", maxStages)
	if len(p.Stages) <= maxStages {
		for i := range p.Stages {
			v.stage(i)
		}
		v.order()
	}
	return v.fields
}

// check notes a failure unless ok.
func (v *validator) check(ok bool, path, code, format string, args ...any) {
	if !ok {
		v.fields = append(v.fields, fault.Field{Path: path, Code: code, Message: fmt.Sprintf(format, args...)})
	}
}

func (v *validator) rules() {
	p := v.p
	v.check(keyPattern.MatchString(p.Key), "key", "key", "is 1 to 63 lower-case letters, digits, - and _, beginning with a letter or digit")
	v.check(p.Kind == Collection || p.Kind == Repayment, "kind", "unknown", "is collection or repayment")
	v.text("description", p.Description, maxDescription)
	v.amounts("minimum_open", p.MinimumOpen, 0)
	v.between("min_days_between_notices", p.MinDaysBetweenNotices, 0, maxBusiness)
	if err := p.Window.Validate(); err != nil {
		v.check(false, "window", fault.CodeOf(err), "never opens")
	}
	v.check(opensInTheWeek(p.Window.Days), "window.days", "weekend", "opens on weekends only, on which nothing is sent")
	v.closedDays()
	v.check(p.Credits == CreditsReserve || p.Credits == CreditsShow, "credits", "unknown", "is reserve or show")
	v.check(slices.Contains([]BrokenPromiseRule{BrokenResume, BrokenTask, BrokenNextStage}, p.BrokenPromise),
		"broken_promise", "unknown", "is resume, task or next_stage")
	v.between("review_days", p.ReviewDays, 1, maxReviewDays)
}

// opensInTheWeek reports whether one of the days is a business day in the calendars that are shipped; none means all are.
func opensInTheWeek(days []time.Weekday) bool {
	return len(days) == 0 || slices.ContainsFunc(days, func(d time.Weekday) bool { return d != time.Saturday && d != time.Sunday })
}

func (v *validator) closedDays() {
	days := v.p.ClosedDays
	v.check(len(days) <= maxClosedDays, "closed_days", "too_many", "a policy has at most %d closed days", maxClosedDays)
	for i, d := range days {
		path := fmt.Sprintf("closed_days[%d]", i)
		v.check(d >= calendar.MinDate && d <= calendar.MaxDate, path, "date", "is not a date")
		v.check(i == 0 || d > days[i-1], path, "order", "closed days are given in order, each once")
	}
}

func (v *validator) between(path string, n, least, most int) {
	v.check(n >= least && n <= most, path, "range", "is %d to %d", least, most)
}

func (v *validator) text(path, s string, most int) {
	v.check(len([]rune(s)) <= most, path, "too_long", "has at most %d characters", most)
	v.check(printable(s), path, "characters", "holds characters that cannot be printed")
}

// amounts checks amounts by currency, which must be at least the given one.
func (v *validator) amounts(path string, amounts map[money.Currency]int64, least int64) {
	for _, currency := range slices.Sorted(maps.Keys(amounts)) {
		at := path + "." + string(currency)
		v.check(currency.Valid(), at, money.CodeUnknownCurrency, "is not a known currency")
		minor := amounts[currency]
		v.check(minor >= least && minor <= money.MaxMinor, at, "range", "is not a possible amount")
	}
}

// stage checks one stage by itself.
func (v *validator) stage(i int) {
	s, path := &v.p.Stages[i], fmt.Sprintf("stages[%d]", i)
	v.check(keyPattern.MatchString(s.Key), path+".key", "key", "is 1 to 63 lower-case letters, digits, - and _, beginning with a letter or digit")
	v.check(v.p.index(s.Key) == i, path+".key", "twice", "the key %q is used by an earlier stage", s.Key)
	v.check(s.Name != "", path+".name", "required", "is required")
	v.text(path+".name", s.Name, maxName)
	v.check(s.WhenUnmet == UnmetWait || s.WhenUnmet == UnmetPass, path+".when_unmet", "unknown", "is wait or pass")
	v.conditions(path+".conditions", &s.Conditions)
	v.moment(path+".moment", s)
	v.action(path, s)
	v.approval(path+".approval", s)
}

func (v *validator) conditions(path string, c *Conditions) {
	v.amounts(path+".minimum_open", c.MinimumOpen, 1)
	v.amounts(path+".overdue_total", c.OverdueTotal, 1)
	v.between(path+".overdue_count", c.OverdueCount, 0, maxCount)
	v.between(path+".oldest_days", c.OldestDays, 0, maxDays)
}

func (v *validator) moment(path string, s *Stage) {
	m := s.Moment
	v.between(path+".days", m.Days, -maxDays, maxDays)
	switch m.Basis {
	case FromDue:
		late := s.Action == CreditHold || s.Action == HandOver
		v.check(m.Days >= 0 || !late, path+".days", "before_due", "nobody is put on hold or handed over before the due date")
	case FromEndOfMonth:
		v.check(m.Days >= 0, path+".days", "range", "an end of month counts forward from the due date")
	case FromPreviousNotice:
		v.check(m.Days >= 1, path+".days", "range", "is at least one day after the previous notice")
	default:
		v.check(false, path+".basis", "unknown", "is due, end of month of due, or after previous notice")
	}
}

func (v *validator) action(path string, s *Stage) {
	switch s.Action {
	case Notice:
		v.check(s.Template != "", path+".template", "required", "a notice needs a template")
		v.check(s.Template == "" || keyPattern.MatchString(s.Template), path+".template", "key", "is not the name of a template")
		v.channels(path, s)
		v.check(s.TaskText == "", path+".task", "not_for_action", "only a task has a text")
		v.between(path+".due_days", s.DueDays, 0, maxBusiness)
		v.check(s.DueDays == 0 || !s.Courtesy(), path+".due_days", "courtesy", "a courtesy reminder asks for payment by the due date")
		return
	case Task:
		v.check(s.TaskText != "", path+".task", "required", "a task says what to do")
		v.text(path+".task", s.TaskText, maxTask)
		v.between(path+".due_days", s.DueDays, 0, maxBusiness)
	case CreditHold, HandOver:
		v.check(s.TaskText == "", path+".task", "not_for_action", "only a task has a text")
		v.check(s.DueDays == 0, path+".due_days", "not_for_action", "only a task or a notice has due days")
	default:
		v.check(false, path+".action", "unknown", "is notice, task, credit_hold or hand_over")
	}
	v.check(s.Template == "", path+".template", "not_for_action", "only a notice has a template")
	v.check(len(s.Channels) == 0, path+".channels", "not_for_action", "only a notice has channels")
}

func (v *validator) channels(path string, s *Stage) {
	known := []receivable.Channel{receivable.Email, receivable.Letter, receivable.SMS, receivable.Webhook}
	for i, c := range s.Channels {
		at := fmt.Sprintf("%s.channels[%d]", path, i)
		v.check(slices.Contains(known, c), at, "unknown", "is email, letter, sms or webhook")
		v.check(!slices.Contains(s.Channels[:i], c), at, "twice", "is given twice")
	}
}

func (v *validator) approval(path string, s *Stage) {
	a := s.Approval
	if a == nil {
		return
	}
	v.check(!s.Courtesy(), path, "courtesy", "a courtesy reminder lapses at the due date and cannot wait for an approval")
	v.check(a.Role != "", path+".role", "required", "somebody must be able to approve")
	v.check(a.Role == "" || slices.Contains(approverRoles, a.Role), path+".role", "unknown", "is collector, supervisor or admin")
	v.between(path+".deadline_days", a.DeadlineDays, 1, maxBusiness)
	known := slices.Contains([]AtDeadline{DeadlineRemind, DeadlineRaise, DeadlineSkip}, a.AtDeadline)
	v.check(known, path+".at_deadline", "unknown", "is remind, raise or skip")
	top := a.Role == approverRoles[len(approverRoles)-1]
	v.check(a.AtDeadline != DeadlineRaise || !top, path+".at_deadline", "nobody_above", "there is no role above %s to raise it to", a.Role)
}

// printable refuses control characters other than line breaks and what is not UTF-8, which a template would print.
func printable(s string) bool {
	for _, r := range s {
		if r == '\uFFFD' || r == '\uFEFF' || (r < ' ' && r != '\n') || (r >= 0x7f && r < 0xa0) {
			return false
		}
	}
	return true
}
