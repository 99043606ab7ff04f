package policy

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"arrears/domain/calendar"
	"arrears/domain/fault"
	"arrears/domain/money"
	"arrears/domain/receivable"
)

// converter turns a document into a policy and gathers what cannot be turned.
type converter struct {
	fields []fault.Field
}

func (c *converter) fail(path, code, message string) {
	c.fields = append(c.fields, fault.Field{Path: path, Code: code, Message: message})
}

func (c *converter) policy(doc *document) Policy {
	p := Policy{
		Key:                   doc.Key,
		Kind:                  cmp.Or(doc.Kind, Collection),
		Description:           doc.Description,
		MinimumOpen:           c.amounts("minimum_open", doc.MinimumOpen),
		MinDaysBetweenNotices: defaultMinDays,
		Window:                c.window(doc.Window),
		ClosedDays:            c.dates("closed_days", doc.ClosedDays),
		Credits:               cmp.Or(doc.Credits, CreditsReserve),
		BrokenPromise:         cmp.Or(doc.BrokenPromise, BrokenResume),
		ReviewDays:            cmp.Or(doc.ReviewDays, defaultReview),
	}
	if doc.MinDays != nil {
		p.MinDaysBetweenNotices = *doc.MinDays
	}
	for i := range doc.Stages {
		p.Stages = append(p.Stages, c.stage(fmt.Sprintf("stages[%d]", i), &doc.Stages[i]))
	}
	return p
}

func (c *converter) stage(path string, doc *stageDocument) Stage {
	s := Stage{
		Key:       doc.Key,
		Name:      cmp.Or(doc.Name, doc.Key),
		WhenUnmet: cmp.Or(doc.WhenUnmet, UnmetWait),
		Action:    doc.Action,
		Template:  doc.Template,
		TaskText:  doc.Task,
		DueDays:   doc.DueDays,
	}
	for _, channel := range doc.Channels {
		s.Channels = append(s.Channels, receivable.Channel(channel))
	}
	moment, ok := ParseMoment(doc.Moment)
	if !ok {
		c.fail(path+".moment", "moment", "is not a moment such as \"due + 10 days\"")
	}
	s.Moment = moment
	if doc.Conditions != nil {
		s.Conditions = Conditions{
			MinimumOpen:  c.amounts(path+".conditions.minimum_open", doc.Conditions.MinimumOpen),
			OverdueCount: doc.Conditions.OverdueCount,
			OldestDays:   doc.Conditions.OldestDays,
			OverdueTotal: c.amounts(path+".conditions.overdue_total", doc.Conditions.OverdueTotal),
		}
	}
	if doc.Approval != nil {
		s.Approval = &Approval{
			Role:         doc.Approval.Role,
			DeadlineDays: cmp.Or(doc.Approval.DeadlineDays, defaultDeadlineDays),
			AtDeadline:   cmp.Or(doc.Approval.AtDeadline, DeadlineRemind),
		}
	}
	return s
}

// amounts reads amounts by currency; none is nil.
func (c *converter) amounts(path string, texts map[string]string) map[money.Currency]int64 {
	if len(texts) == 0 {
		return nil
	}
	amounts := make(map[money.Currency]int64, len(texts))
	for _, code := range slices.Sorted(maps.Keys(texts)) {
		amount, err := money.Parse(texts[code], money.Currency(code))
		if err != nil {
			c.fail(path+"."+code, fault.CodeOf(err), "is not an amount in a known currency")
			continue
		}
		amounts[money.Currency(code)] = amount.Minor()
	}
	return amounts
}

func (c *converter) dates(path string, texts []string) []calendar.Date {
	var dates []calendar.Date
	for i, text := range texts {
		d, err := calendar.ParseDate(text)
		if err != nil {
			c.fail(fmt.Sprintf("%s[%d]", path, i), fault.CodeOf(err), "is not a date of the form YYYY-MM-DD")
			continue
		}
		dates = append(dates, d)
	}
	slices.Sort(dates)
	return dates
}

// weekdays are the names of the days as a document writes them, in time's order.
var weekdays = [...]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

func (c *converter) window(doc *windowDocument) calendar.Window {
	if doc == nil {
		doc = &windowDocument{From: defaultFrom, To: defaultTo}
	}
	w := calendar.Window{From: c.clock("window.from", doc.From), To: c.clock("window.to", doc.To)}
	for i, name := range doc.Days {
		day := slices.Index(weekdays[:], strings.ToLower(name))
		if day < 0 {
			c.fail(fmt.Sprintf("window.days[%d]", i), "weekday", "is not a weekday such as mon")
			continue
		}
		w.Days = append(w.Days, time.Weekday(day))
	}
	slices.SortFunc(w.Days, fromMonday)
	return w
}

// fromMonday orders weekdays as people list them.
func fromMonday(a, b time.Weekday) int { return (int(a)+6)%7 - (int(b)+6)%7 }

func (c *converter) clock(path, text string) calendar.TimeOfDay {
	t, err := calendar.ParseTimeOfDay(text)
	if err != nil {
		c.fail(path, fault.CodeOf(err), "is not a time of the form HH:MM")
	}
	return t
}
