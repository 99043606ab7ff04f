package calendar

import "strings"

// The lists below hold the days that follow the moon. Past days are those that were announced. Later ones are computed and
// may turn out a day earlier or later: in the Emirates by sighting the moon (here: the Umm al-Qura tables), in Singapore by
// the yearly gazette (here: the Chinese calendar, the regional visibility criterion, and the new moon of Aippasi).

// dates reads a list of days apart by blanks.
func dates(list string) []Date {
	var found []Date
	for _, text := range strings.Fields(list) {
		found = append(found, MustDate(text))
	}
	return found
}

// following returns the days n days after those given.
func following(days []Date, n int) []Date {
	moved := make([]Date, len(days))
	for i, d := range days {
		moved[i] = d.AddDays(n)
	}
	return moved
}

// chineseNewYear is the first day of the first month; announced to 2026.
const chineseNewYear = `
	+
	+
	+`

// vesak is the fifteenth of the fourth month; announced to 2026.
const vesak = `
	+
	+
	+`

// hariRayaPuasa is 1 Shawwal in Singapore; announced to 2026.
const hariRayaPuasa = `
	+
	+
	+`

// hariRayaHaji is 10 Dhu al-Hijjah in Singapore; announced to 2026.
const hariRayaHaji = `
	+
	+
	+`

// deepavali is the festival's day in Singapore; announced to 2026.
const deepavali = `
	+
	+
	+`

// hijriNewYear is 1 Muharram.
const hijriNewYear = `
	+
	+
	+`

// prophetsBirthday is 12 Rabi al-Awwal.
const prophetsBirthday = `
	+
	+
	+`

// eidAlFitr is 1 Shawwal, the first of three days.
const eidAlFitr = `
	+
	+
	+`

// eidAlAdha is 10 Dhu al-Hijjah, the first of three days after Arafat Day.
const eidAlAdha = `
	+
	+
	+`
