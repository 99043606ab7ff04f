package calendar

import (
	"slices"
	"time"
)

// asianPacificAfrican returns the calendars of the rest of the world.
//
//	JP  national holidays of Law 178/1948 as changed; a Sunday moves to the next day that is none, and a day between two
//	    is one; bank holidays around New Year are not among them
//	AU  holidays of all states and territories; Anzac Day's substitute differs by state and is left out
//	IN  the three national holidays; the others differ by state
//	SG  Holidays Act; a Sunday moves to the next day that is no holiday; polling days where they were holidays
//	AE  Cabinet decisions on public holidays; Saturday and Sunday are the weekend
//	ZA  Public Holidays Act 36/1994: a Sunday moves to Monday; days proclaimed once
func asianPacificAfrican() []country {
	return []country{japan(), australia(), india(), singapore(), emirates(), southAfrica()}
}

func japan() country {
	return country{code: "JP", substitute: afterSunday, between: true, rules: slices.Concat([]rule{
		fixed(time.January, 1, "New Year's Day"),
		nth(2, time.Monday, time.January, "Coming of Age Day"),
		fixed(time.February, 11, "National Foundation Day"),
		fixed(time.February, 23, "Emperor's Birthday").since(2020),
		{name: "Vernal Equinox Day", on: vernalEquinox},
		fixed(time.April, 29, "Showa Day"),
		fixed(time.May, 3, "Constitution Memorial Day"),
		fixed(time.May, 4, "Greenery Day"),
		fixed(time.May, 5, "Children's Day"),
		nth(3, time.Monday, time.September, "Respect for the Aged Day"),
		{name: "Autumnal Equinox Day", on: autumnalEquinox},
		fixed(time.November, 3, "Culture Day"),
		fixed(time.November, 23, "Labour Thanksgiving Day"),
		fixed(time.December, 23, "Emperor's Birthday").through(2018),
		once("2019-05-01", "Accession of the Emperor"),
		once("2019-10-22", "Enthronement of the Emperor"),
	}, japanMovedForGames())}
}

// japanMovedForGames is the three holidays that the Olympic games moved in 2020 and 2021.
func japanMovedForGames() []rule {
	return []rule{
		nth(3, time.Monday, time.July, "Marine Day").through(2019),
		once("2020-07-23", "Marine Day"),
		once("2021-07-22", "Marine Day"),
		nth(3, time.Monday, time.July, "Marine Day").since(2022),
		fixed(time.August, 11, "Mountain Day").since(2016).through(2019),
		once("2020-08-10", "Mountain Day"),
		once("2021-08-08", "Mountain Day"),
		fixed(time.August, 11, "Mountain Day").since(2022),
		nth(2, time.Monday, time.October, "Sports Day").through(2019),
		once("2020-07-24", "Sports Day"),
		once("2021-07-23", "Sports Day"),
		nth(2, time.Monday, time.October, "Sports Day").since(2022),
	}
}

// vernalEquinox is the usual approximation of the equinox in Japan, good for 1980 to 2099; the day is proclaimed each
// February for the next year. The constants are days of March in millionths.
func vernalEquinox(year int) Date { return day(year, time.March, equinoxDay(20_843_100, year)) }

// autumnalEquinox is the same for September.
func autumnalEquinox(year int) Date { return day(year, time.September, equinoxDay(23_248_800, year)) }

func equinoxDay(base, year int) int {
	return (base+242_194*(year-1980))/1_000_000 - (year-1980)/4
}

func australia() country {
	return country{code: "AU", substitute: nextWeekday, rules: []rule{
		fixed(time.January, 1, "New Year's Day"),
		fixed(time.January, 26, "Australia Day"),
		easter(-2, "Good Friday"),
		easter(1, "Easter Monday"),
		fixed(time.April, 25, "Anzac Day").withoutSubstitute(),
		fixed(time.December, 25, "Christmas Day"),
		fixed(time.December, 26, "Boxing Day"),
		once("2022-09-22", "National Day of Mourning"),
	}}
}

func india() country {
	return country{code: "IN", substitute: noSubstitute, rules: []rule{
		fixed(time.January, 26, "Republic Day"),
		fixed(time.August, 15, "Independence Day"),
		fixed(time.October, 2, "Gandhi Jayanti"),
	}}
}

func singapore() country {
	return country{code: "SG", substitute: afterSunday, rules: slices.Concat([]rule{
		fixed(time.January, 1, "New Year's Day"),
		easter(-2, "Good Friday"),
		fixed(time.May, 1, "Labour Day"),
		fixed(time.August, 9, "National Day"),
		fixed(time.December, 25, "Christmas Day"),
		once("2011-05-07", "Polling Day").withoutSubstitute(),
		once("2011-08-27", "Polling Day").withoutSubstitute(),
		once("2015-08-07", "Jubilee of Independence"),
		once("2015-09-11", "Polling Day"),
		once("2020-07-10", "Polling Day"),
		once("2023-09-01", "Polling Day"),
		once("2025-05-03", "Polling Day").withoutSubstitute(),
	},
		listed(dates(chineseNewYear), "Chinese New Year"),
		listed(following(dates(chineseNewYear), 1), "Second Day of Chinese New Year"),
		listed(dates(vesak), "Vesak Day"),
		listed(dates(hariRayaPuasa), "Hari Raya Puasa"),
		listed(dates(hariRayaHaji), "Hari Raya Haji"),
		listed(dates(deepavali), "Deepavali"),
	)}
}

func emirates() country {
	return country{code: "AE", substitute: noSubstitute, rules: slices.Concat([]rule{
		fixed(time.January, 1, "New Year's Day"),
		fixed(time.November, 30, "Commemoration Day").since(2015).through(2018),
		fixed(time.December, 1, "Commemoration Day").since(2019).through(2023),
		fixed(time.December, 2, "National Day"),
		fixed(time.December, 3, "Second National Day"),
	},
		listed(dates(hijriNewYear), "Islamic New Year"),
		listed(dates(prophetsBirthday), "Prophet's Birthday"),
		listed(dates(eidAlFitr), "Eid al-Fitr"),
		listed(following(dates(eidAlFitr), 1), "Eid al-Fitr"),
		listed(following(dates(eidAlFitr), 2), "Eid al-Fitr"),
		listed(following(dates(eidAlAdha), -1), "Arafat Day"),
		listed(dates(eidAlAdha), "Eid al-Adha"),
		listed(following(dates(eidAlAdha), 1), "Eid al-Adha"),
		listed(following(dates(eidAlAdha), 2), "Eid al-Adha"),
	)}
}

func southAfrica() country {
	return country{code: "ZA", substitute: mondayAfterSunday, rules: []rule{
		fixed(time.January, 1, "New Year's Day"),
		fixed(time.March, 21, "Human Rights Day"),
		easter(-2, "Good Friday"),
		easter(1, "Family Day"),
		fixed(time.April, 27, "Freedom Day"),
		fixed(time.May, 1, "Workers' Day"),
		fixed(time.June, 16, "Youth Day"),
		fixed(time.August, 9, "National Women's Day"),
		fixed(time.September, 24, "Heritage Day"),
		fixed(time.December, 16, "Day of Reconciliation"),
		fixed(time.December, 25, "Christmas Day"),
		fixed(time.December, 26, "Day of Goodwill"),
		// Proclaimed: the day after a Christmas on Sunday, election days, a world championship.
		once("2011-12-27", "Public Holiday"),
		once("2016-12-27", "Public Holiday"),
		once("2022-12-27", "Public Holiday"),
		once("2011-05-18", "Election Day"),
		once("2014-05-07", "Election Day"),
		once("2016-08-03", "Election Day"),
		once("2019-05-08", "Election Day"),
		once("2021-11-01", "Election Day"),
		once("2023-12-15", "Public Holiday"),
		once("2024-05-29", "Election Day"),
	}}
}
