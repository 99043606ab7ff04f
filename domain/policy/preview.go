package policy

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"arrears/domain/calendar"
	"arrears/domain/money"
	"arrears/domain/receivable"
)

// PreviewLine is one thing that a policy would do.
type PreviewLine struct {
	On       calendar.Date // in the item's time zone
	At       time.Time     // for a notice, when the send window opens
	ItemID   uuid.UUID
	Item     int // 1-based position among the case's items
	Stage    string
	Name     string // the stage's, for people
	Verb     Verb
	Do       Do
	Level    int
	Channel  receivable.Channel
	AskMinor int64
	Currency money.Currency
	Text     string // one or more English sentences
	Reasons  []Reason
}

// The bounds of a preview: years are looked at, not decades, and no policy has more steps.
const (
	previewDays  = 3 * 366
	previewLines = 200
	previewSteps = 1000
)

// Subject is an item for which one wants to see what a policy would do, when there are no facts of a real case.
type Subject struct {
	DueDate  calendar.Date
	Amount   money.Amount
	TimeZone string
	Calendar string // holiday calendar's code
	Channels []receivable.Channel
}

// FactsFor makes the facts of a customer who owes this one item alone and has neither paid, promised nor disputed.
func FactsFor(s Subject) Facts {
	id := uuid.NewSHA1(uuid.Nil, []byte("preview"))
	minor, currency := s.Amount.Minor(), s.Amount.Currency()
	return Facts{
		CaseID:   id,
		Customer: CustomerFacts{ID: id, Calendar: s.Calendar, Channels: s.Channels, Due: []calendar.Date{s.DueDate}},
		Items: []ItemFacts{{
			ID: id, Kind: string(receivable.Instalment), TimeZone: s.TimeZone, Currency: currency, DueDate: s.DueDate,
			OriginalMinor: minor, OpenMinor: minor, Cycle: 1,
		}},
	}
}

// Preview tells, from a moment on, what the policy would do to the case if nobody pays, in the order of time. It walks the
// clock through Next itself: notices go out when the send window opens, approvals are given on the day of their deadline,
// promises are not kept, and what is under way succeeds. It looks three years ahead and gives at most 200 lines.
func Preview(p *Policy, f Facts, from time.Time) []PreviewLine {
	s := newStory(p, f, from)
	for range previewSteps {
		if len(s.lines) >= previewLines || s.now.After(s.end) {
			break
		}
		s.ageCustomer()
		d := Next(p, s.facts, s.now)
		if d.Now == DoClose {
			break
		}
		if d.Now == DoNothing {
			s.tellWaits(&d)
			s.now = d.WakeAt
			continue
		}
		for i := range d.Items {
			if d.Items[i].Verb == Act || d.Items[i].Verb == Ask {
				s.step(i, &d.Items[i])
			}
		}
	}
	slices.SortStableFunc(s.lines, func(a, b PreviewLine) int { return a.At.Compare(b.At) })
	return s.lines
}

// story is a preview under way.
type story struct {
	p     *Policy
	facts Facts
	now   time.Time
	end   time.Time
	lines []PreviewLine
	told  []string // per item: the reason of the hold told last, so that it is told once
	aged  int      // how many of the customer's due dates became overdue
}

func newStory(p *Policy, f Facts, from time.Time) *story {
	s := &story{p: p, facts: f, now: from, end: from.AddDate(0, 0, previewDays), told: make([]string, len(f.Items))}
	s.facts.Jitter = 0
	s.facts.Items = append([]ItemFacts(nil), f.Items...)
	s.facts.Customer.Overdue = append([]OverdueFacts(nil), f.Customer.Overdue...)
	for i := range s.facts.Items {
		it := &s.facts.Items[i]
		it.Tasks = append([]string(nil), it.Tasks...)
		it.Promises = append([]PromiseFacts(nil), it.Promises...)
		if it.Live != nil {
			s.finish(i, it.Live)
		}
	}
	return s
}

// finish lets a step that is under way succeed.
func (s *story) finish(i int, live *LiveStep) {
	it := &s.facts.Items[i]
	on := max(live.ExpectedOn, s.today(it))
	s.tell(PreviewLine{
		On: on, At: s.now, ItemID: it.ID, Stage: live.Stage, Verb: Wait, AskMinor: it.OpenMinor,
		Text: fmt.Sprintf("The stage %s is under way and taken to be done on %s.", s.name(live.Stage), inWords(on)),
	}, i)
	it.Live = nil
	s.done(it, live.Stage, live.Action, on)
}

// done moves an item up its ladder.
func (s *story) done(it *ItemFacts, stage string, action Action, on calendar.Date) {
	it.LastStageDone, it.LastStageOn = stage, on
	it.RejectedOn, it.RefusedChannels = 0, nil
	if i := s.p.index(stage); i >= 0 && s.p.Stages[i].dunning() {
		it.Level = s.p.Level(i)
	}
	switch action {
	case Notice:
		it.LastNoticeOn = on
	case CreditHold:
		s.facts.Customer.OnHold = true
	case HandOver:
		it.HandedOverOn = on
	}
}

// ageCustomer lets due dates that have passed count among the customer's overdue items, so that conditions see them. Only
// the amounts of this case's items are known.
func (s *story) ageCustomer() {
	for s.aged < len(s.facts.Customer.Due) {
		due := s.facts.Customer.Due[s.aged]
		if len(s.facts.Items) == 0 || due >= s.today(&s.facts.Items[0]) {
			return
		}
		s.aged++
		currency, minor := s.facts.Items[0].Currency, int64(0)
		for i := range s.facts.Items {
			if it := &s.facts.Items[i]; it.DueDate == due {
				currency, minor = it.Currency, it.OpenMinor
			}
		}
		s.overdue(currency, minor, due)
	}
}

func (s *story) overdue(currency money.Currency, minor int64, due calendar.Date) {
	list := s.facts.Customer.Overdue
	for i := range list {
		if list[i].Currency == currency {
			list[i].Count++
			list[i].TotalMinor += minor
			list[i].OldestDue = min(list[i].OldestDue, due)
			return
		}
	}
	s.facts.Customer.Overdue = append(s.facts.Customer.Overdue, OverdueFacts{Currency: currency, Count: 1, TotalMinor: minor, OldestDue: due})
}

func (s *story) today(it *ItemFacts) calendar.Date {
	return calendar.DateOf(s.now, zoneOf(it.TimeZone))
}

// zoneOf is the zone of a name, UTC when it is unknown, as Next has it.
func zoneOf(name string) *time.Location {
	loc, err := calendar.LoadZone(name)
	if err != nil {
		return time.UTC
	}
	return loc
}

// name is what people call a stage.
func (s *story) name(stage string) string {
	if i := s.p.index(stage); i >= 0 && s.p.Stages[i].Name != "" {
		return fmt.Sprintf("%q", s.p.Stages[i].Name)
	}
	return fmt.Sprintf("%q", stage)
}
