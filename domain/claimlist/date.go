package claimlist

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"arrears/domain/calendar"
)

// timeOfDay is what may follow a date: a list of claims is about days.
var timeOfDay = regexp.MustCompile(`[T ]\d{1,2}:\d{2}(:\d{2}(\.\d{1,9})?)?( ?[AaPp][Mm])?( ?(Z|UTC|[+-]\d{2}:?\d{2}))?$`)

// The days that a spreadsheet's number may name: 3 October 1954 to 11 January 2119. Smaller and larger numbers are none.
const (
	firstSerial = 20_000
	lastSerial  = 80_000
)

// readDate reads a date in any of the profile's layouts. Ambiguous are texts that two layouts read as different days: they
// are all returned, and none is chosen.
func (p *Profile) readDate(s string) (days []calendar.Date) {
	s = monthsShort(strings.Join(strings.Fields(timeOfDay.ReplaceAllString(strings.TrimSpace(s), "")), " "))
	for _, layout := range p.Dates {
		if day, ok := layout.Parse(s); ok && !contains(days, day) {
			days = append(days, day)
		}
	}
	if day, ok := serial(s); ok && p.Excel && !contains(days, day) {
		days = append(days, day)
	}
	return days
}

func contains(days []calendar.Date, day calendar.Date) bool {
	for _, d := range days {
		if d == day {
			return true
		}
	}
	return false
}

// serial reads a day as spreadsheets count them.
func serial(s string) (calendar.Date, bool) {
	number, err := strconv.Atoi(s)
	if err != nil || len(s) != 5 || number < firstSerial || number > lastSerial {
		return 0, false
	}
	begin, err := calendar.NewDate(1899, time.December, 30)
	return begin.AddDays(number), err == nil
}

// monthsShort writes the English names of months with three letters, as layouts do.
func monthsShort(s string) string {
	lower := strings.ToLower(s)
	for m := time.January; m <= time.December; m++ {
		name := strings.ToLower(m.String())
		if at := strings.Index(lower, name); at >= 0 && len(lower) == len(s) {
			return s[:at+3] + strings.TrimPrefix(s[at+len(name):], ".")
		}
	}
	return s
}
