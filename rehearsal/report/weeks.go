package report

import (
	"fmt"
	"slices"
	"time"

	"arrears/domain/calendar"
)

// maxWeeks bounds the table of weeks: in twenty years every week has a row, in a longer time only those in which something
// happened.
const maxWeeks = 1044

// mondayOf returns the first day of the date's ISO week. No date stays no date.
func mondayOf(d calendar.Date) calendar.Date {
	if d.IsZero() {
		return d
	}
	return d.AddDays(-((int(d.Weekday()) + 6) % 7))
}

// weekName names the ISO week that begins on the Monday: "2026-W05". Its year is that of its Thursday.
func weekName(monday calendar.Date) string {
	if monday.IsZero() {
		return ""
	}
	thursday := monday.AddDays(3)
	first := calendar.MinDate
	if d, err := calendar.NewDate(thursday.Year(), time.January, 1); err == nil {
		first = d
	}
	return fmt.Sprintf("%04d-W%02d", thursday.Year(), thursday.DaysSince(first)/7+1)
}

// mondays lists the weeks of the window and of whatever happened outside it, in order.
func mondays(from, to calendar.Date, happened []calendar.Date) []calendar.Date {
	set := map[calendar.Date]bool{}
	for _, d := range append([]calendar.Date{from, to}, happened...) {
		if !d.IsZero() {
			set[mondayOf(d)] = true
		}
	}
	if len(set) == 0 {
		return []calendar.Date{}
	}
	found := sortedKeys(set)
	first, last := found[0], found[len(found)-1]
	if last.DaysSince(first)/7 >= maxWeeks {
		return found
	}
	all := make([]calendar.Date, 0, last.DaysSince(first)/7+1)
	for d := first; d <= last; d = d.AddDays(7) {
		all = append(all, d)
		if d.AddDays(7) == d { // at the calendar's end
			break
		}
	}
	return all
}

// weekIndex finds the week of a date that mondays was given.
func weekIndex(weeks []calendar.Date, d calendar.Date) (int, bool) {
	return slices.BinarySearch(weeks, mondayOf(d))
}
