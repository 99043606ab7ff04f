package policy

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// The forms in which a moment is written. The published schema has the same patterns.
var (
	momentDue      = regexp.MustCompile(`^due(?: ([+-]) (\d{1,4}) (business )?days?)?$`)
	momentMonth    = regexp.MustCompile(`^end of month of due(?: ([+-]) (\d{1,4}) (business )?days?)?$`)
	momentPrevious = regexp.MustCompile(`^(\d{1,4}) (business )?days? after previous notice$`)
)

// ParseMoment reads a moment as people write it: "due", "due + 10 days", "due - 3 business days", "end of month of due",
// "end of month of due + 30 days", "10 days after previous notice". Blanks may be repeated, and a single day may be written
// as "1 day". ok is false for anything else. String writes the same form.
func ParseMoment(s string) (m Moment, ok bool) {
	if len(s) > 100 {
		return Moment{}, false
	}
	s = strings.Join(strings.Fields(s), " ")
	if parts := momentPrevious.FindStringSubmatch(s); parts != nil {
		return Moment{Basis: FromPreviousNotice, Days: number(parts[1]), BusinessDays: parts[2] != ""}, true
	}
	m.Basis = FromDue
	parts := momentDue.FindStringSubmatch(s)
	if parts == nil {
		m.Basis = FromEndOfMonth
		parts = momentMonth.FindStringSubmatch(s)
	}
	if parts == nil {
		return Moment{}, false
	}
	m.Days = number(parts[2])
	if parts[1] == "-" {
		m.Days = -m.Days
	}
	m.BusinessDays = parts[3] != ""
	return m, true
}

// number reads the digits that the patterns let through; none is 0.
func number(digits string) int {
	n, _ := strconv.Atoi(digits)
	return n
}

// String returns the moment as ParseMoment reads it.
func (m Moment) String() string {
	switch m.Basis {
	case FromPreviousNotice:
		return m.count(m.Days) + " after previous notice"
	case FromEndOfMonth:
		return "end of month of due" + m.offset()
	}
	return "due" + m.offset()
}

func (m Moment) offset() string {
	switch {
	case m.Days < 0:
		return " - " + m.count(-m.Days)
	case m.Days > 0 || m.BusinessDays:
		return " + " + m.count(m.Days)
	}
	return ""
}

func (m Moment) count(n int) string {
	unit := "days"
	if n == 1 {
		unit = "day"
	}
	if m.BusinessDays {
		unit = "business " + unit
	}
	return fmt.Sprintf("%d %s", n, unit)
}
