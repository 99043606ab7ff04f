package calendar

import (
	"maps"
	"time"
)

// Calendar says which days are business days: those that are neither weekend nor holiday. It is immutable and safe for
// concurrent use. Holidays are known for the years its data covers; outside them only weekends are left out.
type Calendar struct {
	code     string
	weekend  [7]bool
	working  bool
	holidays map[Date]string
}

// NewCalendar returns a calendar with a code of its own, its weekend days and its holidays by name. The map is copied.
func NewCalendar(code string, weekend []time.Weekday, holidays map[Date]string) *Calendar {
	c := &Calendar{code: code, holidays: maps.Clone(holidays)}
	for _, day := range weekend {
		if day >= time.Sunday && day <= time.Saturday {
			c.weekend[day] = true
		}
	}
	c.working = c.weekend != [7]bool{true, true, true, true, true, true, true}
	return c
}

// Code returns the calendar's code, for example "DE".
func (c *Calendar) Code() string { return c.code }

// IsBusinessDay reports whether d is neither weekend nor holiday. No date is not a business day.
func (c *Calendar) IsBusinessDay(d Date) bool {
	if d.IsZero() || c.weekend[d.Weekday()] {
		return false
	}
	_, holiday := c.holidays[d]
	return !holiday
}

// HolidayName returns the name of the holiday on d, or "".
func (c *Calendar) HolidayName(d Date) string { return c.holidays[d] }

// NextBusinessDay returns d itself when it is a business day, else the next one. No date stays no date; where no business
// day is left, it returns MaxDate.
func (c *Calendar) NextBusinessDay(d Date) Date {
	if d.IsZero() || c.IsBusinessDay(d) {
		return d
	}
	return c.AddBusinessDays(d, 1)
}

// AddBusinessDays returns the n-th business day after d, or before d when n is negative; with n = 0 it returns d itself,
// business day or not. No date stays no date. The search ends at MinDate and MaxDate.
func (c *Calendar) AddBusinessDays(d Date, n int) Date {
	if d.IsZero() || n == 0 {
		return d
	}
	step, end := Date(1), MaxDate
	if n < 0 {
		step, end = -1, MinDate
	}
	if !c.working {
		return end
	}
	for left := n; left != 0 && d != end; {
		d += step
		if c.IsBusinessDay(d) {
			left -= int(step)
		}
	}
	return d
}

// BusinessDaysBetween counts the business days after a up to and including b; when b lies before a, it counts those from b
// up to but not including a, as a negative number. So BusinessDaysBetween(a, AddBusinessDays(a, n)) is n. It is 0 when
// either is no date.
func (c *Calendar) BusinessDaysBetween(a, b Date) int {
	if a.IsZero() || b.IsZero() {
		return 0
	}
	count := 0
	for d := a + 1; d <= b; d++ {
		if c.IsBusinessDay(d) {
			count++
		}
	}
	for d := b; d < a; d++ {
		if c.IsBusinessDay(d) {
			count--
		}
	}
	return count
}
