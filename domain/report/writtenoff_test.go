package report

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestWhyItWasWrittenOff(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		w                            WrittenOff
		givenUp, conceded, tolerated int64
	}{
		"nothing":                             {},
		"tolerance":                           {WrittenOff{Minor: 5, ByTolerance: true}, 0, 0, 5},
		"a settlement":                        {WrittenOff{Minor: 40, ConcededMinor: 40}, 0, 40, 0},
		"given up":                            {WrittenOff{Minor: 60, GivenUpMinor: 60, LostMinor: 60}, 60, 0, 0},
		"the denied part settled":             {WrittenOff{Minor: 70, ConcededMinor: 70, LostMinor: 70}, 0, 70, 0},
		"settled, and the rest given up":      {WrittenOff{Minor: 100, ConcededMinor: 40, GivenUpMinor: 60, LostMinor: 100}, 60, 40, 0},
		"a denied item as a bad debt":         {WrittenOff{Minor: 30, LostMinor: 30}, 30, 0, 0},
		"an undecided item, by hand":          {WrittenOff{Minor: 30}, 0, 30, 0},
		"given up before the rest was appeal": {WrittenOff{Minor: 40, GaveUpMinor: 40}, 40, 0, 0},
		"a settlement that was reopened":      {WrittenOff{Minor: 0, ConcededMinor: 40}, 0, 0, 0},
	} {
		givenUp, conceded, tolerated := c.w.Divide()
		require.Equal(t, []int64{c.givenUp, c.conceded, c.tolerated}, []int64{givenUp, conceded, tolerated}, name)
	}
}

func TestNothingWrittenOffIsLost(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		some := func(name string) int64 { return rapid.Int64Range(0, 1000).Draw(t, name) }
		w := WrittenOff{
			Minor: some("minor"), ByTolerance: rapid.Bool().Draw(t, "tolerance"), ConcededMinor: some("conceded"),
			GivenUpMinor: some("given up"), GaveUpMinor: some("gave up"), LostMinor: rapid.Int64Range(-1000, 1000).Draw(t, "lost"),
		}
		givenUp, conceded, tolerated := w.Divide()
		require.Equal(t, w.Minor, givenUp+conceded+tolerated)
		require.GreaterOrEqual(t, min(givenUp, conceded, tolerated), int64(0))
	})
}

func TestWhatWasOpenOnAPastDayIsNotKnown(t *testing.T) {
	t.Parallel()
	whole := OfDeductions(book(), march, germany(t))
	past := whole.WithoutOpen()
	for _, id := range []string{DDOUndecided, DDODeniedUnpaid} {
		require.Equal(t, Figure{ID: id, Currency: "EUR", Unit: CalendarDays, Absent: AbsentNotKept}, figure(t, past.Whole, id, "EUR"))
		require.Equal(t, AbsentNotKept, figure(t, group(t, past.ByReason, "shortage").Figures, id, "EUR").Absent)
	}
	for _, id := range []string{AgeUndecided, AgeUndecidedP90, AgeDenied, AgeDeniedP90} {
		require.Equal(t, AbsentNotKept, figure(t, past.Whole, id, "").Absent)
	}
	require.Equal(t, figure(t, whole.Whole, RecoveryRate, "EUR"), figure(t, past.Whole, RecoveryRate, "EUR"))
	require.Equal(t, whole.Months, past.Months)
	require.Empty(t, figure(t, whole.Whole, DDOUndecided, "EUR").Absent, "the whole is as it was")
}
