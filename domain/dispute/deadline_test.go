package dispute_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"

	. "arrears/domain/dispute"
)

func TestDeadlinesBeginWithTheCase(t *testing.T) {
	t.Parallel()
	id := newID()
	rule := ReasonRule{Deadlines: map[DeadlineKind]Span{
		DeadlineContest:    {Days: 30, WarnDays: 7},
		DeadlineEvidence:   {Days: 5, Business: true, WarnDays: 2},
		DeadlineDecision:   {Days: 1, WarnDays: 0},
		DeadlineLimitation: {Days: 0},
		DeadlineTriage:     {Days: 2, WarnDays: 1},
		DeadlineCreditMemo: {Days: 10},
	}}
	got := DeadlinesFor(rule, id, Days{Opened: date("2026-04-30")}, germany(t), newID) // a Thursday before Labour Day
	want := []Deadline{
		{DisputeID: id, Kind: DeadlineTriage, DueOn: date("2026-05-02"), WarnOn: date("2026-05-01"), State: DeadlineOpen},
		{DisputeID: id, Kind: DeadlineContest, DueOn: date("2026-05-30"), WarnOn: date("2026-05-23"), State: DeadlineOpen},
		{DisputeID: id, Kind: DeadlineEvidence, DueOn: date("2026-05-08"), WarnOn: date("2026-05-06"), State: DeadlineOpen},
		{DisputeID: id, Kind: DeadlineDecision, DueOn: date("2026-05-01"), State: DeadlineOpen},
	}
	require.Empty(t, cmp.Diff(want, got, cmpopts.IgnoreFields(Deadline{}, "ID")))
	for _, d := range got {
		require.NotZero(t, d.ID)
	}
	require.Equal(t, date("2026-05-01"), Earliest(got))
	memo, ok := DeadlineFor(rule, DeadlineCreditMemo, id, date("2026-05-20"), nil, newID)
	require.True(t, ok)
	require.Equal(t, date("2026-05-30"), memo.DueOn, "it begins when the claim is found valid")
	for _, kind := range []DeadlineKind{DeadlineLimitation, DeadlineRepayment} {
		_, ok = DeadlineFor(rule, kind, id, date("2026-05-20"), nil, newID)
		require.False(t, ok, kind)
	}
	_, ok = DeadlineFor(rule, DeadlineContest, id, 0, nil, newID)
	require.False(t, ok)
}

// A customer's window may count from the day on which it took the deduction or from the invoice's date; what is not known
// counts from the opening. In calendar or business days.
func TestAWindowCountsFromTheDayThatTheRuleNames(t *testing.T) {
	t.Parallel()
	on := Days{Opened: date("2026-04-30"), Taken: date("2026-04-20"), Invoice: date("2026-04-01")}
	for name, c := range map[string]struct {
		span      Span
		on        Days
		due, warn string
	}{
		"opening":                {Span{Days: 30, WarnDays: 7}, on, "2026-05-30", "2026-05-23"},
		"opening, named":         {Span{Days: 30, WarnDays: 7, From: FromOpened}, on, "2026-05-30", "2026-05-23"},
		"taking":                 {Span{Days: 30, WarnDays: 7, From: FromTaken}, on, "2026-05-20", "2026-05-13"},
		"invoice":                {Span{Days: 45, WarnDays: 7, From: FromInvoice}, on, "2026-05-16", "2026-05-09"},
		"business days":          {Span{Days: 10, Business: true, WarnDays: 1, From: FromTaken}, on, "2026-05-05", "2026-05-04"},
		"warned late":            {Span{Days: 12, WarnDays: 5, From: FromTaken}, on, "2026-05-02", "2026-05-01"},
		"ends today":             {Span{Days: 10, WarnDays: 5, From: FromTaken}, on, "2026-04-30", ""},
		"over before we knew":    {Span{Days: 5, WarnDays: 2, From: FromTaken}, on, "2026-04-25", ""},
		"no invoice":             {Span{Days: 30, From: FromInvoice}, Days{Opened: on.Opened, Taken: on.Taken}, "2026-05-30", ""},
		"nobody knows when":      {Span{Days: 30, From: FromTaken}, Days{Opened: on.Opened}, "2026-05-30", ""},
		"split off":              {Span{Days: 30}, Days{Opened: on.Opened, Whole: date("2026-04-10")}, "2026-05-10", ""},
		"warned on its last day": {Span{Days: 11, WarnDays: 5, From: FromTaken}, on, "2026-05-01", "2026-05-01"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rule := ReasonRule{Deadlines: map[DeadlineKind]Span{DeadlineContest: c.span}}
			got := DeadlinesFor(rule, newID(), c.on, germany(t), newID)
			require.Len(t, got, 1)
			require.Equal(t, date(c.due), got[0].DueOn)
			if c.warn == "" {
				require.True(t, got[0].WarnOn.IsZero())
				return
			}
			require.Equal(t, date(c.warn), got[0].WarnOn)
		})
	}
}

// A customer's rule for a reason comes before the installation's, its anchor with it.
func TestAWindowIsACustomersAndAReasons(t *testing.T) {
	t.Parallel()
	own := rules(t, "reasons: {shortage: {deadlines: {contest_window: {days: 10, business: true, from: taken_on}}}}")
	merged := Merge([]*Rules{own, DefaultRules()})
	require.Equal(t, Span{Days: 10, Business: true, From: FromTaken}, merged.RuleFor("shortage").Deadlines[DeadlineContest])
	require.Equal(t, Span{Days: 30, WarnDays: 7}, merged.RuleFor("pricing").Deadlines[DeadlineContest])
}

func TestAWarningBeforeTheBeginningIsLeftOut(t *testing.T) {
	t.Parallel()
	rule := ReasonRule{Deadlines: map[DeadlineKind]Span{DeadlineDecision: {Days: 3, Business: true, WarnDays: 3}}}
	d, ok := DeadlineFor(rule, DeadlineDecision, newID(), date("2026-03-02"), germany(t), newID)
	require.True(t, ok)
	require.True(t, d.WarnOn.IsZero())
}

func TestADeadlinesLife(t *testing.T) {
	t.Parallel()
	d := Deadline{Kind: DeadlineContest, DueOn: date("2026-03-31"), WarnOn: date("2026-03-24"), State: DeadlineOpen}
	for day, want := range map[string][2]bool{
		"2026-03-23": {false, false}, "2026-03-24": {true, false}, "2026-03-31": {true, false}, "2026-04-01": {false, true},
	} {
		require.Equal(t, want, [2]bool{d.WarnsOn(date(day)), d.Lapsed(date(day))}, day)
	}
	warned := d
	when := noon
	warned.WarnedAt = &when
	require.False(t, warned.WarnsOn(date("2026-03-25")), "once is enough")
	require.True(t, warned.Lapsed(date("2026-04-01")))
	met := d
	met.State = DeadlineMet
	require.False(t, met.WarnsOn(date("2026-03-25")) || met.Lapsed(date("2026-04-01")))
	require.True(t, Earliest([]Deadline{met}).IsZero())
	require.Equal(t, d.DueOn, Earliest([]Deadline{met, d, {State: DeadlineOpen, DueOn: date("2026-04-02")}}))

	warn, lapsed := DueDeadlines([]Deadline{d, met, {Kind: DeadlineTriage, DueOn: date("2026-03-24"), State: DeadlineOpen}}, date("2026-03-25"))
	require.Equal(t, []Deadline{d}, warn)
	require.Len(t, lapsed, 1)
	require.Equal(t, DeadlineTriage, lapsed[0].Kind)
}

func TestSettlingDeadlines(t *testing.T) {
	t.Parallel()
	list := []Deadline{
		{Kind: DeadlineTriage, State: DeadlineOpen}, {Kind: DeadlineDecision, State: DeadlineOpen}, {Kind: DeadlineEvidence, State: DeadlineLapsed},
	}
	changed := Settle(list, DeadlineMet, noon, MetBy(ActTriage)...)
	require.Len(t, changed, 1)
	require.Equal(t, DeadlineMet, list[0].State)
	require.Equal(t, noon, *changed[0].SettledAt)
	require.Len(t, Settle(list, DeadlineCancelled, noon), 1, "all that stand; what lapsed did")
	require.Equal(t, []DeadlineState{DeadlineMet, DeadlineCancelled, DeadlineLapsed}, []DeadlineState{list[0].State, list[1].State, list[2].State})
	require.Empty(t, Settle(list, DeadlineMet, noon))
}

// What an act meets is a kind that there is, and each kind that someone's act can meet is met by one.
func TestDeadlinesAreMetByActs(t *testing.T) {
	t.Parallel()
	met := map[DeadlineKind]bool{}
	for _, act := range Acts() {
		for _, kind := range MetBy(act) {
			require.Contains(t, DeadlineKinds(), kind)
			met[kind] = true
		}
	}
	for _, kind := range DeadlineKinds() {
		byAnAct := kind != DeadlineCarrier && kind != DeadlineRepayment && kind != DeadlineLimitation
		require.Equal(t, byAnAct, met[kind], "%s", kind)
	}
}
