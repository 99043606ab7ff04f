package calendar

import (
	"slices"
	"time"
)

// The years for which holidays are held. Before and after them a shipped calendar knows weekends only.
const (
	FirstHolidayYear = 2010
	LastHolidayYear  = 2035
)

// rule is one holiday of a country: its name, the years in which it holds, and its day in a year.
type rule struct {
	name string
	// from and until bound the years in which the rule holds; 0 is no bound.
	from, until int
	// every, when set, lets the rule hold only every so many years, counted from `from`.
	every int
	// stays is set where the country's substitute days do not apply to this holiday.
	stays bool
	// on returns the day in the year, or no date when there is none.
	on func(year int) Date
}

func (r rule) holdsIn(year int) bool {
	if (r.from != 0 && year < r.from) || (r.until != 0 && year > r.until) {
		return false
	}
	return r.every == 0 || (year-r.from)%r.every == 0
}

func (r rule) since(year int) rule        { r.from = year; return r }
func (r rule) through(year int) rule      { r.until = year; return r }
func (r rule) everyYears(n int) rule      { r.every = n; return r }
func (r rule) withoutSubstitute() rule    { r.stays = true; return r }
func (r rule) onlyIn(year int) rule       { return r.since(year).through(year) }
func day(y int, m time.Month, d int) Date { return dateOfParts(y, m, d) }

// fixed is a holiday on the same day every year.
func fixed(m time.Month, d int, name string) rule {
	return rule{name: name, on: func(year int) Date { return day(year, m, d) }}
}

// easter is a holiday a number of days after Easter Sunday of the western churches.
func easter(offset int, name string) rule {
	return rule{name: name, on: func(year int) Date { return easterSunday(year).AddDays(offset) }}
}

// nth is a holiday on the n-th given weekday of a month; n = -1 is the last one.
func nth(n int, weekday time.Weekday, m time.Month, name string) rule {
	return rule{name: name, on: func(year int) Date {
		if n < 0 {
			return onOrBefore(weekday, day(year, m, 1).EndOfMonth())
		}
		return onOrAfter(weekday, day(year, m, 1)).AddDays(7 * (n - 1))
	}}
}

// weekdayFrom is a holiday on the first given weekday on or after a day of the year.
func weekdayFrom(weekday time.Weekday, m time.Month, d int, name string) rule {
	return rule{name: name, on: func(year int) Date { return onOrAfter(weekday, day(year, m, d)) }}
}

// once is a holiday of one year, given as "2006-01-02".
func once(date, name string) rule {
	d := MustDate(date)
	return rule{name: name, on: func(int) Date { return d }}.onlyIn(d.Year())
}

// listed is a holiday whose days follow no rule of the civil calendar; a year may have none or two.
func listed(dates []Date, name string) []rule {
	rules := make([]rule, len(dates))
	for i, d := range dates {
		rules[i] = rule{name: name, on: func(int) Date { return d }}.onlyIn(d.Year())
	}
	return rules
}

func onOrAfter(weekday time.Weekday, d Date) Date {
	return d + Date((int(weekday)-int(d.Weekday())+7)%7)
}

func onOrBefore(weekday time.Weekday, d Date) Date {
	return d - Date((int(d.Weekday())-int(weekday)+7)%7)
}

// easterSunday is the Gregorian computus in the form of Meeus, Jones and Butcher.
func easterSunday(year int) Date {
	golden, century, inCentury := year%19, year/100, year%100
	correction := (century + 8) / 25
	moon := (19*golden + century - century/4 - (century-correction+1)/3 + 15) % 30
	weekday := (32 + 2*(century%4) + 2*(inCentury/4) - moon - inCentury%4) % 7
	shift := (golden + 11*moon + 22*weekday) / 451
	n := moon + weekday - 7*shift + 114
	return day(year, time.Month(n/31), n%31+1)
}

// substitute returns the day that is free instead of a holiday on d, or no date when the holiday is simply lost. taken
// reports days that are holidays already.
type substitute func(d Date, taken func(Date) bool) Date

// noSubstitute leaves holidays on weekends lost, as in most of Europe.
func noSubstitute(Date, func(Date) bool) Date { return 0 }

// nearestWeekday moves Saturday to Friday and Sunday to Monday.
func nearestWeekday(d Date, _ func(Date) bool) Date {
	switch d.Weekday() {
	case time.Saturday:
		return d - 1
	case time.Sunday:
		return d + 1
	}
	return 0
}

// nextWeekday moves Saturday and Sunday to the next weekday that is no holiday.
func nextWeekday(d Date, taken func(Date) bool) Date {
	if !weekend(d) {
		return 0
	}
	for weekend(d) || taken(d) {
		d++
	}
	return d
}

// afterSunday moves Sunday to the next day that is no holiday.
func afterSunday(d Date, taken func(Date) bool) Date {
	if d.Weekday() != time.Sunday {
		return 0
	}
	for taken(d) {
		d++
	}
	return d
}

// mondayAfterSunday moves Sunday to Monday, and loses it where Monday is a holiday already.
func mondayAfterSunday(d Date, taken func(Date) bool) Date {
	if d.Weekday() != time.Sunday || taken(d+1) {
		return 0
	}
	return d + 1
}

func weekend(d Date) bool {
	return d.Weekday() == time.Saturday || d.Weekday() == time.Sunday
}

// country is the rules of one shipped calendar.
type country struct {
	code       string
	substitute substitute
	rules      []rule
	// between is set where a weekday between two holidays is free as well.
	between bool
}

// calendar works the rules out for the years we hold.
func (c country) calendar() *Calendar {
	holidays := make(map[Date]string)
	var movable []Date
	for year := FirstHolidayYear; year <= LastHolidayYear; year++ {
		for _, r := range c.rules {
			if !r.holdsIn(year) {
				continue
			}
			d := r.on(year)
			if _, twice := holidays[d]; twice {
				continue
			}
			holidays[d] = r.name
			if !r.stays {
				movable = append(movable, d)
			}
		}
	}
	c.addSubstitutes(holidays, movable)
	if c.between {
		addBetween(holidays)
	}
	return NewCalendar(c.code, []time.Weekday{time.Saturday, time.Sunday}, holidays)
}

// addSubstitutes goes through the holidays in order of date, because an earlier one's substitute pushes a later one's on.
func (c country) addSubstitutes(holidays map[Date]string, movable []Date) {
	taken := func(d Date) bool { return holidays[d] != "" }
	slices.Sort(movable)
	for _, d := range movable {
		if s := c.substitute(d, taken); !s.IsZero() && !taken(s) {
			holidays[s] = holidays[d] + " (observed)"
		}
	}
}

func addBetween(holidays map[Date]string) {
	for d := day(FirstHolidayYear, time.January, 2); d.Year() <= LastHolidayYear; d++ {
		if holidays[d] == "" && holidays[d-1] != "" && holidays[d+1] != "" && d.Weekday() != time.Sunday {
			holidays[d] = "Citizens' Holiday"
		}
	}
}
