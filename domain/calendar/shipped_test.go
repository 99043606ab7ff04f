package calendar_test

import (
	"strings"
	"testing"
	"time"

	"arrears/domain/calendar"

	"github.com/stretchr/testify/require"
)

// weekdaysOff lists the weekdays of a year on which a calendar is closed, as "01-02".
func weekdaysOff(t *testing.T, code string, year int) string {
	t.Helper()
	cal := shipped(t, code)
	first, err := calendar.NewDate(year, time.January, 1)
	require.NoError(t, err)
	var off []string
	for d := first; d.Year() == year; d++ {
		weekday := d.Weekday() != time.Saturday && d.Weekday() != time.Sunday
		require.Equal(t, weekday && cal.HolidayName(d) == "", cal.IsBusinessDay(d), "%s %s", code, d)
		if weekday && cal.HolidayName(d) != "" {
			off = append(off, d.String()[5:])
		}
	}
	return strings.Join(off, " ")
}

// TestHolidaysByYear holds what the official lists say, weekdays only.
func TestHolidaysByYear(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		code string
		year int
		want string
	}{
		{"none", 2026, ""},
		{"TARGET", 2026, "01-01 04-03 04-06 05-01 12-25"},
		{"US", 2021, "01-01 01-18 02-15 05-31 06-18 07-05 09-06 10-11 11-11 11-25 12-24 12-31"},
		{"US", 2026, "01-01 01-19 02-16 05-25 06-19 07-03 09-07 10-12 11-11 11-26 12-25"},
		{"CA", 2026, "01-01 04-03 05-18 07-01 09-07 09-30 10-12 11-11 12-25 12-28"},
		{"GB", 2012, "01-02 04-06 04-09 05-07 06-04 06-05 08-27 12-25 12-26"},
		{"GB", 2020, "01-01 04-10 04-13 05-08 05-25 08-31 12-25 12-28"},
		{"GB", 2021, "01-01 04-02 04-05 05-03 05-31 08-30 12-27 12-28"},
		{"GB", 2022, "01-03 04-15 04-18 05-02 06-02 06-03 08-29 09-19 12-26 12-27"},
		{"GB", 2023, "01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26"},
		{"GB", 2026, "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28"},
		{"DE", 2017, "04-14 04-17 05-01 05-25 06-05 10-03 10-31 12-25 12-26"},
		{"DE", 2026, "01-01 04-03 04-06 05-01 05-14 05-25 12-25"},
		{"AT", 2026, "01-01 01-06 04-06 05-01 05-14 05-25 06-04 10-26 12-08 12-25"},
		{"CH", 2025, "01-01 04-18 04-21 05-29 06-09 08-01 12-25 12-26"},
		{"FR", 2026, "01-01 04-06 05-01 05-08 05-14 05-25 07-14 11-11 12-25"},
		{"NL", 2013, "01-01 04-01 04-30 05-09 05-20 12-25 12-26"},
		{"NL", 2025, "01-01 04-21 05-05 05-29 06-09 12-25 12-26"},
		{"NL", 2026, "01-01 04-06 04-27 05-14 05-25 12-25"},
		{"IT", 2011, "01-06 03-17 04-25 06-02 08-15 11-01 12-08 12-26"},
		{"IT", 2027, "01-01 01-06 03-29 06-02 10-04 11-01 12-08"},
		{"ES", 2026, "01-01 01-06 04-03 05-01 10-12 12-08 12-25"},
		{"PL", 2018, "01-01 04-02 05-01 05-03 05-31 08-15 11-01 11-12 12-25 12-26"},
		{"PL", 2026, "01-01 01-06 04-06 05-01 06-04 11-11 12-24 12-25"},
		{"SE", 2026, "01-01 01-06 04-03 04-06 05-01 05-14 06-19 12-24 12-25 12-31"},
		{"JP", 2015, "01-01 01-12 02-11 04-29 05-04 05-05 05-06 07-20 09-21 09-22 09-23 10-12 11-03 11-23 12-23"},
		{"JP", 2019, "01-01 01-14 02-11 03-21 04-29 04-30 05-01 05-02 05-03 05-06 07-15 08-12 09-16 09-23 10-14 10-22 11-04"},
		{"JP", 2020, "01-01 01-13 02-11 02-24 03-20 04-29 05-04 05-05 05-06 07-23 07-24 08-10 09-21 09-22 11-03 11-23"},
		{"JP", 2021, "01-01 01-11 02-11 02-23 04-29 05-03 05-04 05-05 07-22 07-23 08-09 09-20 09-23 11-03 11-23"},
		{"JP", 2026, "01-01 01-12 02-11 02-23 03-20 04-29 05-04 05-05 05-06 07-20 08-11 09-21 09-22 09-23 10-12 11-03 11-23"},
		{"AU", 2022, "01-03 01-26 04-15 04-18 04-25 09-22 12-26 12-27"},
		{"AU", 2026, "01-01 01-26 04-03 04-06 12-25 12-28"},
		{"IN", 2026, "01-26 10-02"},
		{"BR", 2023, "04-07 04-21 05-01 09-07 10-12 11-02 11-15 12-25"},
		{"BR", 2026, "01-01 04-03 04-21 05-01 09-07 10-12 11-02 11-20 12-25"},
		{"MX", 2018, "01-01 02-05 03-19 05-01 11-19 12-25"},
		{"MX", 2024, "01-01 02-05 03-18 05-01 09-16 10-01 11-18 12-25"},
		{"ZA", 2011, "03-21 04-22 04-25 04-27 05-02 05-18 06-16 08-09 12-16 12-26 12-27"},
		{"ZA", 2026, "01-01 04-03 04-06 04-27 05-01 06-16 08-10 09-24 12-16 12-25"},
		{"SG", 2015, "01-01 02-19 02-20 04-03 05-01 06-01 07-17 08-07 08-10 09-11 09-24 11-10 12-25"},
		{"SG", 2024, "01-01 02-12 03-29 04-10 05-01 05-22 06-17 08-09 10-31 12-25"},
		{"SG", 2026, "01-01 02-17 02-18 04-03 05-01 05-27 06-01 08-10 11-09 12-25"},
		{"AE", 2024, "01-01 04-10 04-11 04-12 06-17 06-18 12-02 12-03"},
		{"AE", 2026, "01-01 03-20 05-26 05-27 05-28 05-29 06-16 08-25 12-02 12-03"},
	} {
		require.Equal(t, c.want, weekdaysOff(t, c.code, c.year), "%s %d", c.code, c.year)
	}
}

func TestShippedCodes(t *testing.T) {
	t.Parallel()
	require.Equal(t, strings.Fields("AE AT AU BR CA CH DE ES FR GB IN IT JP MX NL PL SE SG TARGET US ZA none"), calendar.ShippedCodes())
	for _, code := range calendar.ShippedCodes() {
		again := shipped(t, code)
		require.Same(t, shipped(t, code), again, "calendars are built once")
		require.Equal(t, code, again.Code())
	}
	for _, code := range []string{"", "de", "XX", "NONE"} {
		cal, ok := calendar.Shipped(code)
		require.False(t, ok)
		require.Nil(t, cal)
	}
}

// TestEveryYearIsCovered: no year of a country is empty, and outside the years held only weekends are off.
func TestEveryYearIsCovered(t *testing.T) {
	t.Parallel()
	for _, code := range calendar.ShippedCodes() {
		if code == "none" {
			continue
		}
		for year := calendar.FirstHolidayYear; year <= calendar.LastHolidayYear; year++ {
			off := len(strings.Fields(weekdaysOff(t, code, year)))
			require.LessOrEqual(t, off, 20, "%s %d", code, year)
			if code != "IN" {
				require.GreaterOrEqual(t, off, 3, "%s %d", code, year)
			}
		}
		require.Empty(t, weekdaysOff(t, code, calendar.FirstHolidayYear-1), code)
		require.Empty(t, weekdaysOff(t, code, calendar.LastHolidayYear+1), code)
	}
}

func TestEaster(t *testing.T) {
	t.Parallel()
	de := shipped(t, "DE")
	sundays := strings.Fields(`2010-04-04 2011-04-24 2012-04-08 2013-03-31 2014-04-20 2015-04-05 2016-03-27 2017-04-16 2018-04-01
		2019-04-21 2020-04-12 2021-04-04 2022-04-17 2023-04-09 2024-03-31 2025-04-20 2026-04-05 2027-03-28 2028-04-16 2029-04-01
		2030-04-21 2031-04-13 2032-03-28 2033-04-17 2034-04-09 2035-03-25`)
	require.Len(t, sundays, calendar.LastHolidayYear-calendar.FirstHolidayYear+1)
	for _, sunday := range sundays {
		require.Equal(t, "Good Friday", de.HolidayName(date(sunday)-2), sunday)
		require.Equal(t, "Easter Monday", de.HolidayName(date(sunday)+1), sunday)
	}
}

func TestHolidayNames(t *testing.T) {
	t.Parallel()
	for at, want := range map[string]string{
		"US 2021-12-31": "New Year's Day (observed)",
		"GB 2022-09-19": "Funeral of Queen Elizabeth II",
		"GB 2021-12-28": "Boxing Day (observed)",
		"JP 2026-09-22": "Citizens' Holiday",
		"JP 2026-05-06": "Constitution Memorial Day (observed)",
		"NL 2025-04-26": "King's Day",
		"SG 2015-08-10": "National Day (observed)",
		"AU 2026-04-25": "Anzac Day",
	} {
		code, day, _ := strings.Cut(at, " ")
		require.Equal(t, want, shipped(t, code).HolidayName(date(day)), at)
	}
}
