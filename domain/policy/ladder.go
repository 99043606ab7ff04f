package policy

import (
	"arrears/domain/calendar"
)

// defaultReviewDays is used when a policy that was not validated names none.
const defaultReviewDays = 30

// position is the index of the item's next stage; len(Stages) when none is left.
func (j *judge) position(it *ItemFacts) int {
	if it.LastStageDone == "" {
		return 0
	}
	for i := range j.p.Stages {
		if j.p.Stages[i].Key == it.LastStageDone {
			return i + 1
		}
	}
	j.because(Reason{Code: ReasonUnknownStage, Text: it.LastStageDone})
	return j.p.above(it.Level)
}

// above is the index of the stage after the one with the dunning level, so that an item which another version of the
// policy brought there is asked neither twice nor from the beginning.
func (p *Policy) above(level int) int {
	if level <= 0 {
		return 0
	}
	for i := range p.Stages {
		if p.Level(i) >= level {
			return i + 1
		}
	}
	return len(p.Stages)
}

// Level is the dunning level that is reached once the stage with this index is done: how many of the stages up to it are
// notices that are not courtesy reminders.
func (p *Policy) Level(index int) int {
	level := 0
	for i := 0; i <= index && i < len(p.Stages); i++ {
		if p.Stages[i].dunning() {
			level++
		}
	}
	return level
}

// dunning reports whether the stage is a notice that raises the level.
func (s *Stage) dunning() bool { return s.Action == Notice && !s.Courtesy() }

// firstDunning reports whether the stage with this index is the first dunning notice, which is never left out.
func (p *Policy) firstDunning(index int) bool {
	return p.Stages[index].dunning() && p.Level(index) == 1
}

// reachedOn is the first civil date on which the stage may be taken.
func (j *judge) reachedOn(it *ItemFacts, s *Stage) calendar.Date {
	on := j.hastened(it, s, j.moment(it, s))
	if last := j.p.lastStepOn(it); !last.IsZero() && on <= last {
		j.because(Reason{Code: ReasonOneStep, Date: last})
		on = last.AddDays(1)
	}
	if s.Action != Notice || it.LastNoticeOn.IsZero() {
		return on
	}
	if least := j.days.add(it.LastNoticeOn, j.p.MinDaysBetweenNotices); on < least {
		j.because(Reason{Code: ReasonMinDays, Date: it.LastNoticeOn})
		on = least
	}
	return on
}

// moment is the date that the stage's moment names.
func (j *judge) moment(it *ItemFacts, s *Stage) calendar.Date {
	from := it.DueDate
	if s.Moment.Basis == FromPreviousNotice {
		if from = it.LastNoticeOn; from.IsZero() {
			from = max(it.DueDate, it.LastStageOn)
		}
	}
	on := from.AddDays(s.Moment.Days)
	if s.Moment.BusinessDays {
		on = j.days.add(from, s.Moment.Days)
	}
	if s.Moment.Basis == FromEndOfMonth {
		on = on.EndOfMonth()
	}
	return on
}

// hastened moves a dunning stage forward to the day on which a promise was found broken, if the policy says so and no
// stage was done since; never to before the day after the due date.
func (j *judge) hastened(it *ItemFacts, s *Stage, on calendar.Date) calendar.Date {
	if j.p.BrokenPromise != BrokenNextStage || s.Courtesy() {
		return on
	}
	broken := lastBroken(it)
	if broken == nil || broken.SettledOn <= it.LastStageOn {
		return on
	}
	if early := max(broken.SettledOn, it.DueDate.AddDays(1)); early < on {
		j.because(Reason{Code: ReasonPromiseBroken, Date: broken.SettledOn, Text: string(j.p.BrokenPromise)})
		return early
	}
	return on
}

// lastStepOn is the day of the item's last real step. A notice stage that was passed or skipped is none.
func (p *Policy) lastStepOn(it *ItemFacts) calendar.Date {
	last := it.LastNoticeOn
	for i := range p.Stages {
		if p.Stages[i].Key == it.LastStageDone && p.Stages[i].Action != Notice {
			last = max(last, it.LastStageOn)
		}
	}
	return last
}

func (p *Policy) reviewDays() int {
	if p.ReviewDays < 1 {
		return defaultReviewDays
	}
	return p.ReviewDays
}

// reviewOn is the first date after today in steps of the policy's review days from the anchor: it does not move while one
// waits for it. No anchor counts from today.
func (j *judge) reviewOn(anchor calendar.Date) calendar.Date {
	every := j.p.reviewDays()
	if anchor.IsZero() {
		return j.today.AddDays(every)
	}
	if anchor > j.today {
		return anchor
	}
	return anchor.AddDays((j.today.DaysSince(anchor)/every + 1) * every)
}
