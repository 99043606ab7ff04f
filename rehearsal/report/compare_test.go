package report

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWhatDiffers(t *testing.T) {
	t.Parallel()
	c := Compare(Make(facts()), Make(gentle()))
	require.Empty(t, c.Cautions)
	require.Equal(t, Pair{"notices", 11, 6, -5}, c.Figures[0])
	require.Equal(t, []Pair{{"courtesy", 5, 1, -4}, {"reminder-1", 4, 4, 0}, {"reminder-2", 1, 1, 0}, {"final-demand", 1, 0, -1}}, c.ByStage)
	require.Equal(t, []CustomerPair{
		{"4711", "Brambleford Tools Ltd", 6, 3, -3},
		{"4712", "Felswil Pumps AG", 2, 1, -1},
		{"4714", "Felswill Pumps AG", 2, 1, -1},
		{"4715", `O'Hara & <Sons> "Fittings"`, 1, 0, -1},
		{"4716", "Quiet & Co", 0, 1, 1},
	}, c.Changed)
	require.Zero(t, c.Same)
	require.Contains(t, c.customersTitle(), "1 customer would receive more notices, 4 fewer, 0 as many")
}

func TestAmountsAreComparedPerCurrency(t *testing.T) {
	t.Parallel()
	got := amountPairs([]Amount{{"EUR", 10}, {"USD", 5}}, []Amount{{"EUR", 4}, {"JPY", 9}})
	require.Equal(t, []AmountPair{{"EUR", 10, 4, -6}, {"JPY", 0, 9, 9}, {"USD", 5, 0, -5}}, got)
	require.Equal(t, "−EUR 0.06", signedAmount("EUR", -6))
	require.Equal(t, "+JPY 9", signedAmount("JPY", 9))
	require.Equal(t, "EUR 0.00", signedAmount("EUR", 0))
}

func TestWeeksOfBothSidesAreJoined(t *testing.T) {
	t.Parallel()
	a := []WeekCount{{Week: "2026-W01", Monday: day("2025-12-29"), Notices: 2}, {Week: "2026-W02", Monday: day("2026-01-05"), Notices: 3}}
	b := []WeekCount{{Week: "2026-W02", Monday: day("2026-01-05"), Notices: 4}, {Week: "2026-W03", Monday: day("2026-01-12"), Notices: 1}}
	require.Equal(t, []WeekPair{
		{"2026-W01", day("2025-12-29"), 2, 0}, {"2026-W02", day("2026-01-05"), 3, 4}, {"2026-W03", day("2026-01-12"), 0, 1},
	}, weekPairs(a, b))
}

func TestWhatCannotBeComparedIsSaid(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Facts){
		"file":    func(f *Facts) { f.File = "other.csv" },
		"profile": func(f *Facts) { f.Profile = "other" },
		"from":    func(f *Facts) { f.From = day("2025-01-01") },
		"to":      func(f *Facts) { f.To = day("2027-01-01") },
		"rows":    func(f *Facts) { f.Rows.Accepted++ },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := facts()
			change(&f)
			c := Compare(Make(facts()), Make(f))
			require.Len(t, c.Cautions, 1)
			require.Contains(t, texted(t, c, 80), "Caution: ")
			page, err := c.HTML()
			require.NoError(t, err)
			has(t, string(page), "Caution.")
		})
	}
}

func TestTwoVersionsOfOnePolicyAreTold(t *testing.T) {
	t.Parallel()
	a, b := Compare(Make(facts()), Make(facts())).sides()
	require.Equal(t, []string{"A: standard v3", "B: standard v3"}, []string{a, b})
	a, b = Compare(Make(facts()), Make(gentle())).sides()
	require.Equal(t, []string{"standard v3", "gentle v1"}, []string{a, b})
}

func TestDaysThatWereNotMeasuredHaveNoDifference(t *testing.T) {
	t.Parallel()
	two, five := 2, 5
	require.Equal(t, "+3", DaysPair{"x", &two, &five}.diff())
	require.Equal(t, "–", DaysPair{"x", nil, &five}.diff())
	require.Equal(t, "–", DaysPair{"x", &two, nil}.diff())
}

func TestAComparisonPassesWhenBothDo(t *testing.T) {
	t.Parallel()
	bad := facts()
	bad.Notices[0].Lines[0].OpenMinor = 0
	for _, c := range []Comparison{Compare(Make(facts()), Make(bad)), Compare(Make(bad), Make(facts()))} {
		page, err := c.HTML()
		require.NoError(t, err)
		has(t, string(page), `<p class="verdict bad"`)
		require.NotEqual(t, c.A.Passed, c.B.Passed)
	}
}

func TestTheComparisonsJSONFormComesBack(t *testing.T) {
	t.Parallel()
	c := Compare(Make(facts()), Make(gentle()))
	text, err := c.JSON()
	require.NoError(t, err)
	var back Comparison
	require.NoError(t, json.Unmarshal(text, &back))
	require.Equal(t, c, back)
}

func TestPairsKeepTheOrderOfTheFirst(t *testing.T) {
	t.Parallel()
	require.Equal(t, []Pair{{"z", 1, 0, -1}, {"a", 2, 2, 0}, {"m", 0, 3, 3}},
		pairs([]Count{{"z", 1}, {"a", 2}}, []Count{{"m", 3}, {"a", 2}}))
	require.NotNil(t, pairs(nil, nil))
}
