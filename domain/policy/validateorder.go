package policy

import (
	"fmt"
	"math"
)

// order checks the stages against each other.
func (v *validator) order() {
	ladder := climbOrder{reached: math.MinInt, notice: 0}
	for i := range v.p.Stages {
		v.place(i)
		s := &v.p.Stages[i]
		earliest, latest := ladder.span(s)
		v.check(latest >= ladder.reached, fmt.Sprintf("stages[%d].moment.days", i), "decreasing",
			"the moment %q lies before that of an earlier stage, so it is never reached in order", s.Moment)
		ladder.pass(s, earliest)
	}
}

// place checks whether the stage may stand where it stands.
func (v *validator) place(i int) {
	s, path := &v.p.Stages[i], fmt.Sprintf("stages[%d]", i)
	before := v.p.Stages[:i]
	if s.Courtesy() {
		for j := range before {
			if !before[j].Courtesy() {
				v.check(false, path+".moment.days", "courtesy_late", "a courtesy reminder comes before every other stage")
				break
			}
		}
	}
	if s.Moment.Basis == FromPreviousNotice {
		v.check(v.p.Level(i-1) > 0, path+".moment.basis", "no_previous_notice", "no dunning notice comes before this stage")
	}
	if v.p.firstDunning(i) {
		v.check(s.WhenUnmet != UnmetPass, path+".when_unmet", "first_notice", "the first dunning notice is never passed over")
		skip := s.Approval != nil && s.Approval.AtDeadline == DeadlineSkip
		v.check(!skip, path+".approval.at_deadline", "first_notice", "the first dunning notice is never skipped")
	}
	last := i == len(v.p.Stages)-1
	v.check(s.Action != HandOver || last, path+".action", "hand_over_last", "nothing comes after a hand-over")
}

// climbOrder knows on which days after the due date the stages may be reached, as far as can be said without a calendar.
type climbOrder struct {
	reached int // no stage so far is reached for certain before this day
	notice  int // nor is the last dunning notice
}

// slackOfBusinessDays is more than the weekends and holidays that n business days may take up.
func slackOfBusinessDays(n int) int { return 2*n + 30 }

// daysOfMonth is how far an end of month may lie ahead.
const daysOfMonth = 30

// span is the earliest and the latest day, from the due date, on which the stage's moment may come.
func (c *climbOrder) span(s *Stage) (earliest, latest int) {
	earliest, latest = s.Moment.Days, s.Moment.Days
	if s.Moment.BusinessDays && latest > 0 {
		latest = slackOfBusinessDays(latest)
	}
	if s.Moment.BusinessDays && earliest < 0 {
		earliest = -slackOfBusinessDays(-earliest)
	}
	switch s.Moment.Basis {
	case FromEndOfMonth:
		latest += daysOfMonth
	case FromPreviousNotice:
		// The previous notice may have gone out late, so there is no latest day.
		return c.notice + earliest, math.MaxInt
	}
	return earliest, latest
}

func (c *climbOrder) pass(s *Stage, earliest int) {
	c.reached = max(c.reached, earliest)
	if s.dunning() {
		c.notice = c.reached
	}
}
