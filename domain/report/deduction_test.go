package report

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"arrears/domain/calendar"
	"arrears/domain/money"
)

func germany(t require.TestingT) *calendar.Calendar {
	cal, ok := calendar.Shipped("DE")
	require.True(t, ok)
	return cal
}

var (
	march = Window{From: date("2026-03-01"), To: date("2026-03-31")}
	acme  = uuid.MustParse("00000000-0000-7000-8000-000000000001")
	bolt  = uuid.MustParse("00000000-0000-7000-8000-000000000002")
)

// book is a month of claims: what was taken before it is decided or open in it, too.
func book() []DeductionRow {
	return []DeductionRow{
		{CustomerID: acme, Reason: "shortage", Team: "logistics", Currency: "EUR", Withheld: true, TakenOn: date("2026-03-02"), // Monday
			DecidedOn: date("2026-03-09"), ClosedOn: date("2026-03-30"), ClaimedMinor: 20_000, RepaidMinor: 20_000},
		{CustomerID: acme, Reason: "shortage", Team: "logistics", Currency: "EUR", Withheld: true, TakenOn: date("2026-03-03"),
			DecidedOn: date("2026-03-06"), ClaimedMinor: 30_000, ValidMinor: 10_000, DeniedMinor: 15_000, RepaidMinor: 5_000},
		{CustomerID: acme, Reason: "shortage", Team: "logistics", Currency: "EUR", Withheld: true, TakenOn: date("2026-03-20"),
			ClaimedMinor: 9_500, UndecidedMinor: 9_500},
		{CustomerID: bolt, Currency: "EUR", Withheld: true, TakenOn: date("2026-03-12"), ClosedOn: date("2026-03-12"),
			ClaimedMinor: 500, ToleratedMinor: 500},
		{CustomerID: bolt, Reason: "pricing", Team: "pricing", Currency: "EUR", Withheld: true, TakenOn: date("2026-01-15"), // before
			DecidedOn: date("2026-03-02"), ClosedOn: date("2026-03-16"), ClaimedMinor: 10_000, GivenUpMinor: 10_000},
		{CustomerID: bolt, Reason: "pricing", Team: "pricing", Currency: "EUR", TakenOn: date("2026-03-05"), // contested before paying
			DecidedOn: date("2026-03-27"), ClaimedMinor: 70_000, ValidMinor: 70_000},
		{CustomerID: bolt, Reason: "tax", Currency: "JPY", Withheld: true, TakenOn: date("2026-01-05"), ClaimedMinor: 88, UndecidedMinor: 88},
		{CustomerID: bolt, Reason: "tax", Currency: "JPY", Withheld: true, TakenOn: date("2026-04-01"), ClaimedMinor: 88, UndecidedMinor: 88},
	}
}

func figure(t require.TestingT, list []Figure, id string, c money.Currency) Figure {
	for _, f := range list {
		if f.ID == id && f.Currency == c {
			return f
		}
	}
	require.Fail(t, "no figure", "%s %s", id, c)
	return Figure{}
}

func group(t *testing.T, list []Group, key string) Group {
	t.Helper()
	for _, g := range list {
		if g.Key == key {
			return g
		}
	}
	require.Fail(t, "no group", key)
	return Group{}
}

func TestFiguresOfAMonth(t *testing.T) {
	t.Parallel()
	d := OfDeductions(book(), march, germany(t))
	// Taken in March: 20,000 + 30,000 + 9,500 + 500 = 60,000. Open: 9,500 undecided, 15,000 denied.
	for id, want := range map[string]string{
		DDOUndecided:       "4.91",  //  9,500 / 60,000 * 31
		DDODeniedUnpaid:    "7.75",  // 15,000 / 60,000 * 31
		InvalidRate:        "83.33", // (20,000 + 20,000 + 10,000) / (20,000 + 30,000 + 10,000)
		RecoveryRate:       "50.00", // 25,000 / 50,000
		RecoveryOfDeducted: "41.67", // 25,000 / 60,000
		AutoWriteOffRate:   "0.83",  //    500 / 60,000
	} {
		require.Equal(t, want, figure(t, d.Whole, id, "EUR").Decimal(), id)
	}
	// 5 business days, 3, 32 (from Thursday 15 January), and 16 of the contested one.
	for id, want := range map[string]string{
		DaysToDecision: "10.50", DaysToDecisionP90: "32.00",
		DaysToCash: "20.00", DaysToCashP90: "20.00",
		AgeDenied: "20.00", AgeDeniedP90: "20.00",
	} {
		require.Equal(t, want, figure(t, d.Whole, id, "").Decimal(), id)
	}
	require.Equal(t, 4, figure(t, d.Whole, DaysToDecision, "").Count)
	require.Equal(t, 2, figure(t, d.Whole, AgeUndecided, "").Count, "the one of April is not there yet")
}

func TestWhatCannotBeComputedIsAbsent(t *testing.T) {
	t.Parallel()
	d := OfDeductions(book(), march, germany(t))
	for id, reason := range map[string]string{
		DDOUndecided: AbsentNoneTaken, DDODeniedUnpaid: AbsentNoneTaken, InvalidRate: AbsentNoneDecided, RecoveryRate: AbsentNoneDecided,
		RecoveryOfDeducted: AbsentNoneTaken, AutoWriteOffRate: AbsentNoneTaken,
	} {
		require.Equal(t, reason, figure(t, d.Whole, id, "JPY").Absent, id)
	}
	empty := OfDeductions(nil, march, germany(t))
	require.NotEmpty(t, empty.Whole)
	for _, f := range empty.Whole {
		require.NotEmpty(t, f.Absent, f.ID)
	}
	require.Empty(t, empty.ByReason)
	require.Empty(t, empty.Patterns)
	onlyValid := []DeductionRow{{Currency: "EUR", Withheld: true, TakenOn: march.From, DecidedOn: march.From, ClaimedMinor: 5, ValidMinor: 5}}
	d = OfDeductions(onlyValid, march, germany(t))
	require.Equal(t, AbsentNoneInvalid, figure(t, d.Whole, RecoveryRate, "EUR").Absent)
	require.Equal(t, "0.00", figure(t, d.Whole, InvalidRate, "EUR").Decimal(), "that nothing was invalid is a figure")
}

func TestGroups(t *testing.T) {
	t.Parallel()
	d := OfDeductions(book(), march, germany(t))
	var keys []string
	for _, g := range d.ByReason {
		keys = append(keys, g.Key)
	}
	require.Equal(t, []string{"shortage", "pricing", "", "tax"}, keys, "the most claims first")
	shortage := group(t, d.ByReason, "shortage")
	require.Equal(t, 3, shortage.Claims)
	require.Equal(t, "62.50", figure(t, shortage.Figures, RecoveryRate, "EUR").Decimal()) // 25,000 / 40,000
	require.Equal(t, "0.00", figure(t, group(t, d.ByTeam, "pricing").Figures, RecoveryRate, "EUR").Decimal())
	require.Equal(t, shortage.Figures, group(t, d.ByCustomer, acme.String()).Figures)
	require.Len(t, d.Months, 1)
	require.Equal(t, "2026-03", d.Months[0].Key)
	require.Equal(t, "50.00", figure(t, d.Months[0].Figures, RecoveryRate, "EUR").Decimal())
}

// A denial alone improves nothing: what leaves one figure comes to the other.
func TestADenialMovesDaysFromOneFigureToTheOther(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rows := book()
		minor := rapid.Int64Range(1, rows[2].UndecidedMinor).Draw(t, "denied")
		before := total(rows, "EUR", march)
		rows[2].UndecidedMinor -= minor
		rows[2].DeniedMinor += minor
		rows[2].DecidedOn = date("2026-03-31")
		after := total(rows, "EUR", march)
		require.Equal(t, before.undecided+before.denied, after.undecided+after.denied)
		require.Equal(t, before.taken, after.taken)
	})
}

func TestGroupsAreBounded(t *testing.T) {
	t.Parallel()
	var rows []DeductionRow
	for range MaxGroups + 20 {
		rows = append(rows, DeductionRow{CustomerID: uuid.Must(uuid.NewV7()), Currency: "EUR", Withheld: true, TakenOn: march.From, ClaimedMinor: 1, UndecidedMinor: 1})
	}
	require.Len(t, OfDeductions(rows, march, germany(t)).ByCustomer, MaxGroups)
}

func TestPatterns(t *testing.T) {
	t.Parallel()
	take := func(customer uuid.UUID, reason, on string, minor int64, times int) []DeductionRow {
		var list []DeductionRow
		for range times {
			list = append(list, DeductionRow{CustomerID: customer, Reason: reason, Currency: "EUR", Withheld: true, TakenOn: date(on), ClaimedMinor: minor, UndecidedMinor: minor})
		}
		return list
	}
	var rows []DeductionRow
	rows = append(rows, take(acme, "shortage", "2026-03-05", 100, 4)...)
	rows = append(rows, take(acme, "shortage", "2026-02-05", 100, 1)...)
	rows = append(rows, take(bolt, "shortage", "2026-03-05", 900, 3)...)
	rows = append(rows, take(bolt, "pricing", "2026-03-05", 900, 3)...) // as often as before
	rows = append(rows, take(bolt, "pricing", "2026-02-05", 100, 3)...)
	rows = append(rows, take(acme, "tax", "2026-03-05", 900, 2)...)     // a coincidence
	rows = append(rows, take(acme, "", "2026-03-05", 900, 5)...)        // nobody knows why
	rows = append(rows, take(acme, "freight", "2025-12-05", 900, 5)...) // long ago
	gone := take(acme, "quality", "2026-03-05", 900, 5)
	for i := range gone {
		gone[i].WithdrawnMinor, gone[i].UndecidedMinor = 900, 0
	}
	got := Patterns(append(rows, gone...), march)
	require.Equal(t, []Pattern{
		{CustomerID: bolt, Reason: "shortage", Currency: "EUR", Claims: 3, Minor: 2700},
		{CustomerID: acme, Reason: "shortage", Currency: "EUR", Claims: 4, Before: 1, Minor: 400, MinorBefore: 100},
	}, got)
}
