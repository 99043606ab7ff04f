package calendar

import "time"

// european returns the calendars of Europe: days that are public holidays in the whole country. Only Great Britain
// observes holidays on weekends later.
//
//	GB      bank holidays of England and Wales (Banking and Financial Dealings Act 1971, with royal proclamations)
//	DE      holidays common to all states, and Reformation Day in 2017 by agreement of all of them
//	AT      Arbeitsruhegesetz, section 7
//	CH      National Day is the only federal one; the others are those that nearly all cantons keep
//	FR      Code du travail, article L3133-1
//	NL      Liberation Day counts in the years divisible by five, when it is generally a day off
//	IT      Law 260/1949 as changed; Saint Francis returns in 2026 by Law 151/2025
//	ES      holidays of the whole state that regions do not replace
//	PL      Act on days free of work of 1951 as changed; the independence centenary in 2018
//	SE      Act 1989:253, and the eves that count as Sundays by the Annual Leave Act
//	TARGET  closing days of the euro payment system since 2002
func european() []country {
	return []country{unitedKingdom(), germany(), austria(), switzerland(), france(), netherlands(), italy(), spain(),
		poland(), sweden(), target()}
}

func unitedKingdom() country {
	return country{code: "GB", substitute: nextWeekday, rules: []rule{
		fixed(time.January, 1, "New Year's Day"),
		easter(-2, "Good Friday"),
		easter(1, "Easter Monday"),
		nth(1, time.Monday, time.May, "Early May Bank Holiday").through(2019),
		once("2020-05-08", "Early May Bank Holiday (VE Day)"),
		nth(1, time.Monday, time.May, "Early May Bank Holiday").since(2021),
		nth(-1, time.Monday, time.May, "Spring Bank Holiday").through(2011),
		once("2012-06-04", "Spring Bank Holiday"),
		nth(-1, time.Monday, time.May, "Spring Bank Holiday").since(2013).through(2021),
		once("2022-06-02", "Spring Bank Holiday"),
		nth(-1, time.Monday, time.May, "Spring Bank Holiday").since(2023),
		nth(-1, time.Monday, time.August, "Summer Bank Holiday"),
		fixed(time.December, 25, "Christmas Day"),
		fixed(time.December, 26, "Boxing Day"),
		once("2011-04-29", "Royal Wedding"),
		once("2012-06-05", "Diamond Jubilee"),
		once("2022-06-03", "Platinum Jubilee"),
		once("2022-09-19", "Funeral of Queen Elizabeth II"),
		once("2023-05-08", "Coronation of King Charles III"),
	}}
}

func germany() country {
	return country{code: "DE", substitute: noSubstitute, rules: []rule{
		fixed(time.January, 1, "New Year's Day"),
		easter(-2, "Good Friday"),
		easter(1, "Easter Monday"),
		fixed(time.May, 1, "Labour Day"),
		easter(39, "Ascension Day"),
		easter(50, "Whit Monday"),
		fixed(time.October, 3, "German Unity Day"),
		once("2017-10-31", "Reformation Day"),
		fixed(time.December, 25, "Christmas Day"),
		fixed(time.December, 26, "Second Day of Christmas"),
	}}
}

func austria() country {
	return country{code: "AT", substitute: noSubstitute, rules: []rule{
		fixed(time.January, 1, "New Year's Day"),
		fixed(time.January, 6, "Epiphany"),
		easter(1, "Easter Monday"),
		fixed(time.May, 1, "National Holiday"),
		easter(39, "Ascension Day"),
		easter(50, "Whit Monday"),
		easter(60, "Corpus Christi"),
		fixed(time.August, 15, "Assumption Day"),
		fixed(time.October, 26, "National Day"),
		fixed(time.November, 1, "All Saints' Day"),
		fixed(time.December, 8, "Immaculate Conception"),
		fixed(time.December, 25, "Christmas Day"),
		fixed(time.December, 26, "Saint Stephen's Day"),
	}}
}

func switzerland() country {
	return country{code: "CH", substitute: noSubstitute, rules: []rule{
		fixed(time.January, 1, "New Year's Day"),
		easter(-2, "Good Friday"),
		easter(1, "Easter Monday"),
		easter(39, "Ascension Day"),
		easter(50, "Whit Monday"),
		fixed(time.August, 1, "National Day"),
		fixed(time.December, 25, "Christmas Day"),
		fixed(time.December, 26, "Saint Stephen's Day"),
	}}
}

func france() country {
	return country{code: "FR", substitute: noSubstitute, rules: []rule{
		fixed(time.January, 1, "New Year's Day"),
		easter(1, "Easter Monday"),
		fixed(time.May, 1, "Labour Day"),
		fixed(time.May, 8, "Victory Day"),
		easter(39, "Ascension Day"),
		easter(50, "Whit Monday"),
		fixed(time.July, 14, "National Day"),
		fixed(time.August, 15, "Assumption Day"),
		fixed(time.November, 1, "All Saints' Day"),
		fixed(time.November, 11, "Armistice Day"),
		fixed(time.December, 25, "Christmas Day"),
	}}
}

func netherlands() country {
	return country{code: "NL", substitute: noSubstitute, rules: []rule{
		fixed(time.January, 1, "New Year's Day"),
		easter(1, "Easter Monday"),
		fixed(time.April, 30, "Queen's Day").through(2013), // never a Sunday in 2010 to 2013
		{name: "King's Day", from: 2014, on: kingsDay},
		fixed(time.May, 5, "Liberation Day").since(2010).everyYears(5),
		easter(39, "Ascension Day"),
		easter(50, "Whit Monday"),
		fixed(time.December, 25, "Christmas Day"),
		fixed(time.December, 26, "Second Day of Christmas"),
	}}
}

// kingsDay is 27 April, or the day before where that is a Sunday.
func kingsDay(year int) Date {
	d := day(year, time.April, 27)
	if d.Weekday() == time.Sunday {
		return d - 1
	}
	return d
}

func italy() country {
	return country{code: "IT", substitute: noSubstitute, rules: []rule{
		fixed(time.January, 1, "New Year's Day"),
		fixed(time.January, 6, "Epiphany"),
		easter(1, "Easter Monday"),
		fixed(time.April, 25, "Liberation Day"),
		fixed(time.May, 1, "Labour Day"),
		fixed(time.June, 2, "Republic Day"),
		fixed(time.August, 15, "Assumption Day"),
		fixed(time.October, 4, "Saint Francis").since(2026),
		fixed(time.November, 1, "All Saints' Day"),
		fixed(time.December, 8, "Immaculate Conception"),
		fixed(time.December, 25, "Christmas Day"),
		fixed(time.December, 26, "Saint Stephen's Day"),
		once("2011-03-17", "150 Years of Unification"),
	}}
}

func spain() country {
	return country{code: "ES", substitute: noSubstitute, rules: []rule{
		fixed(time.January, 1, "New Year's Day"),
		fixed(time.January, 6, "Epiphany"),
		easter(-2, "Good Friday"),
		fixed(time.May, 1, "Labour Day"),
		fixed(time.August, 15, "Assumption Day"),
		fixed(time.October, 12, "National Day"),
		fixed(time.November, 1, "All Saints' Day"),
		fixed(time.December, 6, "Constitution Day"),
		fixed(time.December, 8, "Immaculate Conception"),
		fixed(time.December, 25, "Christmas Day"),
	}}
}

func poland() country {
	return country{code: "PL", substitute: noSubstitute, rules: []rule{
		fixed(time.January, 1, "New Year's Day"),
		fixed(time.January, 6, "Epiphany").since(2011),
		easter(1, "Easter Monday"),
		fixed(time.May, 1, "Labour Day"),
		fixed(time.May, 3, "Constitution Day"),
		easter(60, "Corpus Christi"),
		fixed(time.August, 15, "Assumption Day"),
		fixed(time.November, 1, "All Saints' Day"),
		fixed(time.November, 11, "Independence Day"),
		once("2018-11-12", "Centenary of Independence"),
		fixed(time.December, 24, "Christmas Eve").since(2025),
		fixed(time.December, 25, "Christmas Day"),
		fixed(time.December, 26, "Second Day of Christmas"),
	}}
}

func sweden() country {
	return country{code: "SE", substitute: noSubstitute, rules: []rule{
		fixed(time.January, 1, "New Year's Day"),
		fixed(time.January, 6, "Epiphany"),
		easter(-2, "Good Friday"),
		easter(1, "Easter Monday"),
		fixed(time.May, 1, "May Day"),
		easter(39, "Ascension Day"),
		fixed(time.June, 6, "National Day"),
		weekdayFrom(time.Friday, time.June, 19, "Midsummer Eve"),
		weekdayFrom(time.Saturday, time.June, 20, "Midsummer Day"),
		weekdayFrom(time.Saturday, time.October, 31, "All Saints' Day"),
		fixed(time.December, 24, "Christmas Eve"),
		fixed(time.December, 25, "Christmas Day"),
		fixed(time.December, 26, "Second Day of Christmas"),
		fixed(time.December, 31, "New Year's Eve"),
	}}
}

func target() country {
	return country{code: "TARGET", substitute: noSubstitute, rules: []rule{
		fixed(time.January, 1, "New Year's Day"),
		easter(-2, "Good Friday"),
		easter(1, "Easter Monday"),
		fixed(time.May, 1, "Labour Day"),
		fixed(time.December, 25, "Christmas Day"),
		fixed(time.December, 26, "Second Day of Christmas"),
	}}
}
