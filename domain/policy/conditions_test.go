package policy

import (
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/domain/calendar"
	"arrears/domain/money"
)

// withConditions is a policy whose first stage, due + 5 days, has the conditions.
func withConditions(t *testing.T, c Conditions) *Policy {
	t.Helper()
	p := parsed(t, `
key: conditioned
min_days_between_notices: 0
stages:
  - {key: first, moment: due + 5 days, action: notice, template: reminder-1}
  - {key: second, moment: due + 10 days, action: notice, template: reminder-2}
`)
	p.Stages[0].Conditions = c
	return p
}

func amounts(minor int64) map[money.Currency]int64 { return map[money.Currency]int64{"EUR": minor} }

func TestConditionsWaitForTheirDay(t *testing.T) {
	t.Parallel()
	overdue := func(count int, total int64, oldest string) []OverdueFacts {
		return []OverdueFacts{{Currency: "EUR", Count: count, TotalMinor: total, OldestDue: day(oldest)}}
	}
	due := func(dates ...string) (list []calendar.Date) {
		for _, d := range dates {
			list = append(list, day(d))
		}
		return list
	}
	// The item fell due on 2 March; the stage is reached on the 7th; today is the 10th.
	for name, c := range map[string]struct {
		conditions Conditions
		overdue    []OverdueFacts
		due        []calendar.Date
		met        bool
		wake       string
		reason     string
	}{
		"minimum met, boundary counts": {conditions: Conditions{MinimumOpen: amounts(10000)}, met: true},
		"minimum unmet, time changes nothing": {
			conditions: Conditions{MinimumOpen: amounts(10001)}, wake: "2026-03-21", reason: ReasonUnmetMinimumOpen,
		},
		"currency not listed": {
			conditions: Conditions{MinimumOpen: map[money.Currency]int64{"USD": 1}}, wake: "2026-03-21", reason: ReasonUnmetMinimumOpen,
		},
		"count met": {conditions: Conditions{OverdueCount: 2}, overdue: overdue(2, 1, "2026-03-02"), met: true},
		"count needs two more": {
			conditions: Conditions{OverdueCount: 3}, overdue: overdue(1, 1, "2026-03-02"),
			due: due("2026-03-12", "2026-03-18", "2026-03-30"), wake: "2026-03-19", reason: ReasonUnmetOverdueCount,
		},
		"count never by time": {
			conditions: Conditions{OverdueCount: 3}, overdue: overdue(1, 1, "2026-03-02"),
			due: due("2026-03-12"), wake: "2026-03-21", reason: ReasonUnmetOverdueCount,
		},
		"age met on the exact day": {conditions: Conditions{OldestDays: 30}, overdue: overdue(1, 1, "2026-02-08"), met: true},
		"age a day short": {
			conditions: Conditions{OldestDays: 30}, overdue: overdue(1, 1, "2026-02-09"), wake: "2026-03-11", reason: ReasonUnmetOldestDays,
		},
		"age of what is not overdue yet": {
			conditions: Conditions{OldestDays: 30}, due: due("2026-03-15"), wake: "2026-04-14", reason: ReasonUnmetOldestDays,
		},
		"age of nothing":      {conditions: Conditions{OldestDays: 30}, wake: "2026-03-21", reason: ReasonUnmetOldestDays},
		"total met, at least": {conditions: Conditions{OverdueTotal: amounts(9900)}, overdue: overdue(1, 9900, "2026-03-02"), met: true},
		"total unmet": {
			conditions: Conditions{OverdueTotal: amounts(9901)}, overdue: overdue(1, 9900, "2026-03-02"),
			due: due("2026-03-09", "2026-03-12", "2026-03-18"), wake: "2026-03-13", reason: ReasonUnmetOverdueTotal,
		},
		"the latest of two": {
			conditions: Conditions{OldestDays: 30, OverdueCount: 2}, overdue: overdue(1, 1, "2026-03-02"),
			due: due("2026-03-12"), wake: "2026-04-01", reason: ReasonUnmetOldestDays,
		},
		"two, one of which time does not change": {
			conditions: Conditions{OldestDays: 30, MinimumOpen: amounts(99999)}, overdue: overdue(1, 1, "2026-03-02"),
			wake: "2026-03-21", reason: ReasonUnmetMinimumOpen,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, f := withConditions(t, c.conditions), invoice("2026-03-02")
			f.Customer.Overdue, f.Customer.Due = c.overdue, c.due
			d := one(t, p, f, at9("2026-03-10"))
			if c.met {
				decides(t, d, Act, DoSendNotice, "first")
				return
			}
			decides(t, d, Wait, DoNothing, "first", c.reason)
			wakes(t, d, c.wake, DoReview)
		})
	}
}

func TestAnEndlessListOfDueDatesIsLookedAtAgainAtItsEnd(t *testing.T) {
	t.Parallel()
	p, f := withConditions(t, Conditions{OverdueCount: 40}), invoice("2026-03-02")
	for n := range maxDueFacts {
		f.Customer.Due = append(f.Customer.Due, day("2026-04-01").AddDays(n))
	}
	wakes(t, one(t, p, f, at9("2026-03-10")), "2026-05-03", DoReview)
}

func TestUnmetConditionsMayLetTheLadderGoOnButNeverTheFirstNotice(t *testing.T) {
	t.Parallel()
	p, f := withConditions(t, Conditions{}), invoice("2026-03-02")
	p.Stages[1].Conditions, p.Stages[1].WhenUnmet = Conditions{MinimumOpen: amounts(99999)}, UnmetPass
	p.Stages[0].Conditions, p.Stages[0].WhenUnmet = Conditions{MinimumOpen: amounts(99999)}, UnmetPass
	decides(t, one(t, p, f, at9("2026-03-20")), Wait, DoNothing, "first", ReasonUnmetMinimumOpen)
	sent(p, &f.Items[0], "first", "2026-03-10")
	d := one(t, p, f, at9("2026-03-20"))
	decides(t, d, Act, DoPassStage, "second", ReasonStagePassed)
	did(&f.Items[0], "second", "2026-03-20")
	require.Equal(t, 1, f.Items[0].Level)
	decides(t, one(t, p, f, at9("2026-03-20")), Wait, DoNothing, "", ReasonLadderDone)
}

func TestACreditHoldInForceIsPassedOver(t *testing.T) {
	t.Parallel()
	p, f := standard(), invoice("2026-03-02")
	sent(p, &f.Items[0], "final-demand", "2026-04-02")
	f.Customer.Overdue = []OverdueFacts{{Currency: "EUR", Count: 1, TotalMinor: 10000, OldestDue: day("2026-03-02")}}
	f.Customer.OnHold = true
	decides(t, one(t, p, f, at9("2026-04-11")), Act, DoPassStage, "credit-hold", ReasonAlreadyOnHold)
}

// Only the stage that an item comes to next is decided about, so only its conditions on the customer matter.
func TestWhichStagesLookAtTheCustomer(t *testing.T) {
	t.Parallel()
	p := Default()
	for done, looks := range map[string]bool{
		"": false, "courtesy": false, "reminder-2": false, "final-demand": true, "credit-hold": false, "hand-over": false,
		"of another policy": true,
	} {
		require.Equal(t, looks, p.LooksAtCustomer(done), done)
	}
	for i := range p.Stages {
		p.Stages[i].Conditions = Conditions{}
	}
	require.False(t, p.LooksAtCustomer("final-demand"))
	require.False(t, p.LooksAtCustomer("of another policy"))
}
