package dispute_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	. "arrears/domain/dispute"
)

func berlin(t require.TestingT, s string) time.Time {
	loc, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	at, err := time.ParseInLocation("2006-01-02 15:04", s, loc)
	require.NoError(t, err)
	return at
}

func fileOf(t *testing.T) File {
	return File{Dispute: claim(100), TimeZone: "Europe/Berlin", Calendar: germany(t)}
}

func TestADueMessageComesFirst(t *testing.T) {
	t.Parallel()
	now := berlin(t, "2026-03-10 09:00")
	f := fileOf(t)
	f.Deadlines = []Deadline{{State: DeadlineOpen, DueOn: date("2026-03-01")}}
	for state, want := range map[string]string{
		MessageDue: WriteToCustomer, MessageSending: WriteToCustomer, MessageSent: MeetDeadline, MessageRefused: MeetDeadline, MessageWithdrawn: MeetDeadline,
	} {
		f.Messages = []Message{{State: MessageSent}, {State: state}}
		require.Equal(t, Step{Now: want, WakeAt: now}, Next(f, now), state)
	}
}

func TestAnEndedCaseStillWritesWhatIsDue(t *testing.T) {
	t.Parallel()
	f := fileOf(t)
	f.Deadlines = []Deadline{{State: DeadlineCancelled, DueOn: date("2026-03-01")}}
	f.Messages = []Message{{State: MessageDue}}
	for _, state := range []State{Closed, Void} {
		f.Dispute.State = state
		f.Messages[0].State = MessageDue
		require.Equal(t, WriteToCustomer, Next(f, noon).Now)
		f.Messages[0].State = MessageSent
		require.Equal(t, Step{Closed: true}, Next(f, noon), "no deadline matters any more")
	}
}

// A case that has ended looks at nothing but the deadline that outlives it.
func TestADeadlineThatOutlivesItsCase(t *testing.T) {
	t.Parallel()
	f := fileOf(t)
	f.Dispute.State = Closed
	f.Deadlines = []Deadline{{Kind: DeadlineCarrier, State: DeadlineOpen, DueOn: date("2026-10-30"), WarnOn: date("2026-09-30")}}
	step := Next(f, berlin(t, "2026-03-10 09:00"))
	require.Equal(t, Step{WakeAt: berlin(t, "2026-09-30 08:00")}, normal(step))
	step = Next(f, step.WakeAt)
	require.Equal(t, MeetDeadline, step.Now)
	f.Deadlines[0].WarnedAt = &step.WakeAt
	step = Next(f, step.WakeAt)
	require.Equal(t, Step{WakeAt: berlin(t, "2026-10-31 08:00")}, normal(step))
	require.Equal(t, MeetDeadline, Next(f, step.WakeAt).Now)
	f.Deadlines[0].State = DeadlineLapsed
	require.Equal(t, Step{Closed: true}, Next(f, step.WakeAt))
}

func TestDeadlinesAsAStory(t *testing.T) {
	t.Parallel()
	f := fileOf(t)
	f.Deadlines = []Deadline{
		{Kind: DeadlineContest, State: DeadlineOpen, DueOn: date("2026-03-31"), WarnOn: date("2026-03-24")},
		{Kind: DeadlineDecision, State: DeadlineMet, DueOn: date("2026-03-12")},
	}
	step := Next(f, berlin(t, "2026-03-20 17:00"))
	require.Equal(t, Step{WakeAt: berlin(t, "2026-03-24 08:00")}, normal(step))
	step = Next(f, step.WakeAt)
	require.Equal(t, MeetDeadline, step.Now)
	warned := step.WakeAt
	f.Deadlines[0].WarnedAt = &warned
	step = Next(f, warned)
	require.Equal(t, Step{WakeAt: berlin(t, "2026-04-01 08:00")}, normal(step), "the day itself is still in time")
	require.Empty(t, Next(f, step.WakeAt.Add(-time.Nanosecond)).Now)
	require.Equal(t, MeetDeadline, Next(f, step.WakeAt).Now)
	f.Deadlines[0].State = DeadlineLapsed
	require.Equal(t, Step{WakeAt: berlin(t, "2026-04-15 08:00")}, normal(Next(f, step.WakeAt)), "a live case is looked at anyway")
}

// normal shows the instant on Berlin's clock, so that equal instants are equal.
func normal(s Step) Step {
	loc, err := time.LoadLocation("Europe/Berlin")
	if err == nil {
		s.WakeAt = s.WakeAt.In(loc)
	}
	return s
}

func TestAReviewFallsOnABusinessDay(t *testing.T) {
	t.Parallel()
	f := fileOf(t)
	require.Equal(t, Step{WakeAt: berlin(t, "2026-04-07 08:00")}, normal(Next(f, berlin(t, "2026-03-20 08:00"))), "after Easter")
	f.Calendar = nil
	require.Equal(t, Step{WakeAt: berlin(t, "2026-04-03 08:00")}, normal(Next(f, berlin(t, "2026-03-20 08:00"))))
}

func TestAZoneThatDoesNotExistIsUTC(t *testing.T) {
	t.Parallel()
	f := File{Dispute: claim(1), TimeZone: "Nowhere/Town", Deadlines: []Deadline{{State: DeadlineOpen, DueOn: date("2026-03-03")}}}
	require.Equal(t, time.Date(2026, time.March, 4, 8, 0, 0, 0, time.UTC), Next(f, noon).WakeAt)
	require.Equal(t, berlin(t, "2026-03-04 00:00").UTC(), Midnight(date("2026-03-04"), "Europe/Berlin").UTC())
}

// A live case always has a next date, and it lies ahead unless there is something to do now.
func TestEveryLiveCaseHasANextDate(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		f := File{Dispute: claim(1), TimeZone: rapid.SampledFrom([]string{"Europe/Berlin", "America/Sao_Paulo", "Pacific/Apia", ""}).Draw(t, "zone")}
		f.Dispute.State = rapid.SampledFrom(States()).Draw(t, "state")
		for range rapid.IntRange(0, 4).Draw(t, "deadlines") {
			d := Deadline{State: rapid.SampledFrom([]DeadlineState{DeadlineOpen, DeadlineMet, DeadlineLapsed}).Draw(t, "is")}
			d.DueOn = date("2026-01-01").AddDays(rapid.IntRange(0, 120).Draw(t, "due"))
			if rapid.Bool().Draw(t, "warns") {
				d.WarnOn = d.DueOn.AddDays(-rapid.IntRange(0, 20).Draw(t, "before"))
			}
			if rapid.Bool().Draw(t, "warned") {
				d.WarnedAt = &noon
			}
			f.Deadlines = append(f.Deadlines, d)
		}
		now := noon.Add(time.Duration(rapid.Int64Range(-1000, 1000).Draw(t, "hours")) * time.Hour)
		step := Next(f, now)
		require.Equal(t, f.Dispute.State.Ended() && Earliest(f.Deadlines).IsZero(), step.Closed)
		switch {
		case step.Closed:
			require.True(t, step.WakeAt.IsZero() && step.Now == "")
		case step.Now != "":
			require.Equal(t, now, step.WakeAt)
			warn, lapsed := DueDeadlines(f.Deadlines, DeadlineDay(now, f.TimeZone))
			require.NotEmpty(t, append(warn, lapsed...), "what is named is there to do")
		default:
			require.True(t, step.WakeAt.After(now))
			require.True(t, f.Dispute.State.Ended() || step.WakeAt.Before(now.AddDate(0, 0, ReviewDays+2)))
		}
	})
}

// A day's deadlines are worked on from eight in the morning where the customer is, also when somebody looks earlier, and on
// the days on which clocks change.
func TestADeadlinesDayBeginsInTheMorning(t *testing.T) {
	t.Parallel()
	require.Equal(t, date("2026-03-09"), DeadlineDay(berlin(t, "2026-03-10 07:59"), "Europe/Berlin"))
	require.Equal(t, date("2026-03-10"), DeadlineDay(berlin(t, "2026-03-10 08:00"), "Europe/Berlin"))
	f := fileOf(t)
	for _, day := range []string{"2026-03-10", "2026-03-29", "2026-10-25"} {
		f.Deadlines = []Deadline{{Kind: DeadlineDecision, State: DeadlineOpen, DueOn: date(day).AddDays(-1)}}
		night := berlin(t, day+" 00:30")
		step := Next(f, night)
		require.Empty(t, step.Now, "nobody is told at night that we are late")
		require.True(t, step.WakeAt.After(night))
		require.Equal(t, MeetDeadline, Next(f, step.WakeAt).Now, day)
	}
}
