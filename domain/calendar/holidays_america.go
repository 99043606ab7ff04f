package calendar

import "time"

// american returns the calendars of the Americas.
//
//	US  the federal holidays of 5 U.S.C. 6103; a Saturday is observed on Friday, a Sunday on Monday
//	CA  the general holidays of the Canada Labour Code; a weekend is observed on the next working day
//	BR  the national holidays of Laws 662/1949, 6.802/1980 and 14.759/2023; the optional days (Carnival, Corpus Christi)
//	    are not among them
//	MX  the mandatory days of rest of article 74 of the Federal Labour Law
func american() []country {
	return []country{unitedStates(), canada(), brazil(), mexico()}
}

func unitedStates() country {
	return country{code: "US", substitute: nearestWeekday, rules: []rule{
		fixed(time.January, 1, "New Year's Day"),
		nth(3, time.Monday, time.January, "Martin Luther King Jr. Day"),
		nth(3, time.Monday, time.February, "Washington's Birthday"),
		nth(-1, time.Monday, time.May, "Memorial Day"),
		fixed(time.June, 19, "Juneteenth").since(2021),
		fixed(time.July, 4, "Independence Day"),
		nth(1, time.Monday, time.September, "Labor Day"),
		nth(2, time.Monday, time.October, "Columbus Day"),
		fixed(time.November, 11, "Veterans Day"),
		nth(4, time.Thursday, time.November, "Thanksgiving Day"),
		fixed(time.December, 25, "Christmas Day"),
	}}
}

func canada() country {
	return country{code: "CA", substitute: nextWeekday, rules: []rule{
		fixed(time.January, 1, "New Year's Day"),
		easter(-2, "Good Friday"),
		weekdayFrom(time.Monday, time.May, 18, "Victoria Day"), // the Monday before 25 May
		fixed(time.July, 1, "Canada Day"),
		nth(1, time.Monday, time.September, "Labour Day"),
		fixed(time.September, 30, "National Day for Truth and Reconciliation").since(2021),
		nth(2, time.Monday, time.October, "Thanksgiving Day"),
		fixed(time.November, 11, "Remembrance Day"),
		fixed(time.December, 25, "Christmas Day"),
		fixed(time.December, 26, "Boxing Day"),
		once("2022-09-19", "Funeral of Queen Elizabeth II"),
	}}
}

func brazil() country {
	return country{code: "BR", substitute: noSubstitute, rules: []rule{
		fixed(time.January, 1, "New Year's Day"),
		easter(-2, "Good Friday"),
		fixed(time.April, 21, "Tiradentes"),
		fixed(time.May, 1, "Labour Day"),
		fixed(time.September, 7, "Independence Day"),
		fixed(time.October, 12, "Our Lady of Aparecida"),
		fixed(time.November, 2, "All Souls' Day"),
		fixed(time.November, 15, "Republic Day"),
		fixed(time.November, 20, "Black Awareness Day").since(2024),
		fixed(time.December, 25, "Christmas Day"),
	}}
}

func mexico() country {
	return country{code: "MX", substitute: noSubstitute, rules: []rule{
		fixed(time.January, 1, "New Year's Day"),
		nth(1, time.Monday, time.February, "Constitution Day"),
		nth(3, time.Monday, time.March, "Benito Juárez's Birthday"),
		fixed(time.May, 1, "Labour Day"),
		fixed(time.September, 16, "Independence Day"),
		nth(3, time.Monday, time.November, "Revolution Day"),
		fixed(time.December, 25, "Christmas Day"),
		// every six years; the day moved with the constitution's reform of 2014
		fixed(time.December, 1, "Change of Federal Executive").since(2012).through(2018).everyYears(6),
		fixed(time.October, 1, "Change of Federal Executive").since(2024).everyYears(6),
	}}
}
