// Package calendar holds civil dates, business-day calendars with the holidays of the countries we ship, send windows in
// a time zone, and the business clock. It never asks what time it is: whoever decides passes the time in. Every package
// may import it; it imports fault and the standard library alone, and cmd embeds the time zone data.
package calendar

import (
	"fmt"
	"time"

	"arrears/domain/fault"
)

// The codes of this package's errors.
const (
	// CodeInvalidDate means the text or the parts are not a date between 0001-01-01 and 9999-12-31.
	CodeInvalidDate = "calendar.invalid_date"
	// CodeInvalidTime means the text is not a time of day such as "08:30".
	CodeInvalidTime = "calendar.invalid_time"
	// CodeInvalidWindow means a send window can never be open.
	CodeInvalidWindow = "calendar.invalid_window"
	// CodeNoWindow means a send window does not open within the days searched.
	CodeNoWindow = "calendar.no_window"
	// CodeInvalidClock means the business clock's row contradicts itself.
	CodeInvalidClock = "calendar.invalid_clock"
	// CodeUnknownZone means the name is not an IANA time zone.
	CodeUnknownZone = "calendar.unknown_zone"
)

// Date is a civil date without time and zone: the number of days since 0000-12-31 of the proleptic Gregorian calendar, so
// 1 is 0001-01-01. Zero is no date. Dates compare with == and <, and no date sorts before every date.
type Date int32

// The bounds of what a Date may hold. Arithmetic that would leave them stops at them.
const (
	MinDate Date = 1       // 0001-01-01
	MaxDate Date = 3652059 // 9999-12-31
)

const dateLayout = "2006-01-02"

// unixEpoch is 1970-01-01, and secondsPerDay the length of a civil day without zone.
const (
	unixEpoch     Date  = 719163
	secondsPerDay int64 = 24 * 60 * 60
)

// NewDate returns the date of year, month and day. It refuses what is not in the calendar, such as 30 February.
// Error: CodeInvalidDate.
func NewDate(y int, m time.Month, d int) (Date, error) {
	if y < 1 || y > 9999 || m < time.January || m > time.December || d < 1 || d > daysIn(y, m) {
		return 0, fault.Newf(fault.Invalid, CodeInvalidDate, "%04d-%02d-%02d is not a date", y, int(m), d)
	}
	return dateOfParts(y, m, d), nil
}

// ParseDate reads "2006-01-02" and nothing else. Error: CodeInvalidDate.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(dateLayout, s)
	if err != nil || t.Year() < 1 || len(s) != len(dateLayout) {
		return 0, fault.Newf(fault.Invalid, CodeInvalidDate, "%.20q is not a date of the form YYYY-MM-DD", s)
	}
	return dateOfParts(t.Year(), t.Month(), t.Day()), nil
}

// MustDate is ParseDate for constants in code and tests; it panics when s is not a date, so it must not see input.
func MustDate(s string) Date {
	d, err := ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// DateOf returns the civil date on which the instant t falls in loc. "Today" is DateOf(now, loc).
func DateOf(t time.Time, loc *time.Location) Date {
	y, m, d := t.In(loc).Date()
	return clamp(int64(dateOfParts(y, m, d)))
}

// IsZero reports whether this is no date.
func (d Date) IsZero() bool { return d == 0 }

// String returns "2006-01-02", or "" for no date.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	y, m, day := d.parts()
	return fmt.Sprintf("%04d-%02d-%02d", y, int(m), day)
}

// Year returns the year, 0 for no date.
func (d Date) Year() int {
	y, _, _ := d.parts()
	return y
}

// Month returns the month, 0 for no date.
func (d Date) Month() time.Month {
	_, m, _ := d.parts()
	return m
}

// Day returns the day of the month, 0 for no date.
func (d Date) Day() int {
	_, _, day := d.parts()
	return day
}

// Weekday returns the day of the week; no date has none and answers Sunday.
func (d Date) Weekday() time.Weekday { return time.Weekday(d % 7) }

// AddDays returns the date n days later, or earlier when n is negative. No date stays no date.
func (d Date) AddDays(n int) Date {
	if d.IsZero() {
		return 0
	}
	return clamp(int64(d) + max(min(int64(n), int64(MaxDate)), -int64(MaxDate)))
}

// AddMonths returns the same day n months later, or earlier; where that month is shorter, its last day: 31 January plus one
// month is 28 or 29 February. No date stays no date.
func (d Date) AddMonths(n int) Date {
	if d.IsZero() {
		return 0
	}
	const all = 9999 * 12
	y, m, day := d.parts()
	months := y*12 + int(m) - 1 + max(min(n, all), -all)
	switch y = months / 12; {
	case months < 12:
		return MinDate
	case y > 9999:
		return MaxDate
	}
	m = time.Month(months%12 + 1)
	return dateOfParts(y, m, min(day, daysIn(y, m)))
}

// DaysSince returns how many days d lies after o, negative when it lies before, and 0 when either is no date.
func (d Date) DaysSince(o Date) int {
	if d.IsZero() || o.IsZero() {
		return 0
	}
	return int(d) - int(o)
}

// EndOfMonth returns the last day of the date's month. No date stays no date.
func (d Date) EndOfMonth() Date {
	if d.IsZero() {
		return 0
	}
	y, m, _ := d.parts()
	return dateOfParts(y, m, daysIn(y, m))
}

// Time returns the first instant of the date in loc: midnight, or where a clock change skips midnight (or the whole day)
// the instant after the skip; where it repeats midnight, the first one. No date gives the zero time.
func (d Date) Time(loc *time.Location) time.Time {
	if d.IsZero() {
		return time.Time{}
	}
	return firstInstant(d, 0, loc)
}

func (d Date) parts() (int, time.Month, int) {
	if d.IsZero() {
		return 0, 0, 0
	}
	return time.Unix(d.wall(0), 0).UTC().Date()
}

// wall is the date and time of day counted in seconds as if the zone were UTC.
func (d Date) wall(t TimeOfDay) int64 {
	return int64(d-unixEpoch)*secondsPerDay + int64(t)*60
}

func dateOfParts(y int, m time.Month, d int) Date {
	seconds := time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix()
	return unixEpoch + Date(seconds/secondsPerDay)
}

func daysIn(y int, m time.Month) int {
	return time.Date(y, m+1, 0, 0, 0, 0, 0, time.UTC).Day()
}

func clamp(days int64) Date {
	return Date(max(int64(MinDate), min(days, int64(MaxDate))))
}
