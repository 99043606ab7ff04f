package dispute

import (
	"time"

	"arrears/domain/calendar"
)

// What a case does by itself; the words are those of the engine's activities.
const (
	WriteToCustomer = "WriteToCustomer" // one message is due
	MeetDeadline    = "MeetDeadline"    // a deadline needs a warning, or has passed
)

// The states of a message.
const (
	MessageDue       = "due"
	MessageSending   = "sending"
	MessageSent      = "sent"
	MessageRefused   = "refused"
	MessageWithdrawn = "withdrawn"
)

// ReviewDays is the longest time, in calendar days, that a live case goes without a look.
const ReviewDays = 14

// dayBegins is the hour at which the work on a day's deadlines begins where the customer is: whoever gets a task, and the
// customer who is told that we are late, are awake.
const dayBegins = 8 * time.Hour

// DeadlineDay is the day whose deadlines are worked on at an instant. A time zone that does not exist counts as UTC.
func DeadlineDay(now time.Time, zone string) calendar.Date {
	return calendar.DateOf(now.Add(-dayBegins), zoneOf(zone))
}

// File is what is known of a case when it is looked at.
type File struct {
	Dispute   Dispute
	Deadlines []Deadline
	Messages  []Message
	TimeZone  string             // the customer's: on its days deadlines fall
	Calendar  *calendar.Calendar // the customer's
}

// Step says what a case does now and when it looks again. Each step with something to do is about the one thing that is
// named; what else is due, the next look says.
type Step struct {
	Now    string    // "", WriteToCustomer or MeetDeadline
	WakeAt time.Time // when to look again by itself: now when there is something to do, zero when nothing is left to do
	Closed bool      // nothing is left to do, not even a message or a deadline that outlives the case
}

// Next decides on what happens to a case without people: a message that is due is written, also when the case has ended
// meanwhile, a deadline that is near is warned of, and one whose day has passed lapses. Else it says when the next of these
// comes, and at the latest when a live case is looked at anyway. A case that has ended goes on for as long as a deadline
// outlives it.
func Next(f File, now time.Time) Step {
	for _, m := range f.Messages {
		if m.State == MessageDue || m.State == MessageSending {
			return Step{Now: WriteToCustomer, WakeAt: now}
		}
	}
	today := DeadlineDay(now, f.TimeZone)
	wake := f.review(today)
	for _, d := range f.Deadlines {
		if d.WarnsOn(today) || d.Lapsed(today) {
			return Step{Now: MeetDeadline, WakeAt: now}
		}
		if day := d.next(); !day.IsZero() && (wake.IsZero() || day < wake) {
			wake = day
		}
	}
	if wake.IsZero() {
		return Step{Closed: true}
	}
	return Step{WakeAt: wake.Time(zoneOf(f.TimeZone)).Add(dayBegins)}
}

// review is the day on which a live case is looked at anyway; no date once it has ended.
func (f File) review(today calendar.Date) calendar.Date {
	if f.Dispute.State.Ended() {
		return 0
	}
	day := today.AddDays(ReviewDays)
	if f.Calendar != nil {
		day = f.Calendar.NextBusinessDay(day)
	}
	return day
}

// DueDeadlines are those that need something today: a warning, or to lapse because their day has passed.
func DueDeadlines(list []Deadline, today calendar.Date) (warn, lapsed []Deadline) {
	for _, d := range list {
		switch {
		case d.Lapsed(today):
			lapsed = append(lapsed, d)
		case d.WarnsOn(today):
			warn = append(warn, d)
		}
	}
	return warn, lapsed
}
