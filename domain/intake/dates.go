package intake

import (
	"strconv"
	"strings"
	"time"

	"arrears/domain/calendar"
	"arrears/domain/fault"
)

// DateLayout says how a date is written: YYYY or YY, MM or M or MMM (Jan … Dec), DD or D, and whatever stands between
// them. MM and DD are exactly two digits; M and D are one or two. YY is of 1970 to 2069.
type DateLayout struct {
	text  string
	parts []layoutPart
}

type layoutPart struct {
	kind    byte   // Y, M, D, or 0 for a literal
	letters int    // how often the letter stands
	literal string // what stands between
}

// ParseLayout reads a layout such as "YYYY-MM-DD", "M/D/YYYY" or "DD.MM.YY". Error: CodeMalformedProfile.
func ParseLayout(text string) (DateLayout, error) {
	layout := DateLayout{text: text}
	seen := map[byte]bool{}
	for i := 0; i < len(text); {
		kind := text[i]
		if kind != 'Y' && kind != 'M' && kind != 'D' {
			layout.addLiteral(text[i : i+1])
			i++
			continue
		}
		end := i
		for end < len(text) && text[end] == kind {
			end++
		}
		if seen[kind] || !validRun(kind, end-i) {
			return DateLayout{}, malformedLayout(text)
		}
		seen[kind] = true
		layout.parts = append(layout.parts, layoutPart{kind: kind, letters: end - i})
		i = end
	}
	if len(seen) != 3 || len(text) > 40 || layout.runsTogether() {
		return DateLayout{}, malformedLayout(text)
	}
	return layout, nil
}

func validRun(kind byte, letters int) bool {
	switch kind {
	case 'Y':
		return letters == 2 || letters == 4
	case 'M':
		return letters <= 3
	}
	return letters <= 2
}

// runsTogether reports whether a number of one or two digits is followed at once by another number: nobody could tell
// where it ends.
func (l *DateLayout) runsTogether() bool {
	for i := 1; i < len(l.parts); i++ {
		previous, part := l.parts[i-1], l.parts[i]
		if previous.kind != 0 && previous.letters == 1 && part.kind != 0 && part.letters != 3 {
			return true
		}
	}
	return false
}

func (l *DateLayout) addLiteral(s string) {
	if n := len(l.parts); n > 0 && l.parts[n-1].kind == 0 {
		l.parts[n-1].literal += s
		return
	}
	l.parts = append(l.parts, layoutPart{literal: s})
}

func malformedLayout(text string) error {
	return fault.Newf(fault.Invalid, CodeMalformedProfile, "%.50q is not a date layout such as YYYY-MM-DD", text)
}

// String returns the layout as it is written.
func (l DateLayout) String() string { return l.text }

// parse reads one date; ok is false when the text is not of the layout or not in the calendar.
func (l DateLayout) parse(s string) (calendar.Date, bool) {
	var year, month, day int
	for _, part := range l.parts {
		if part.kind == 0 {
			rest, found := strings.CutPrefix(s, part.literal)
			if !found {
				return 0, false
			}
			s = rest
			continue
		}
		value, length := part.read(s)
		if length == 0 {
			return 0, false
		}
		s = s[length:]
		switch part.kind {
		case 'Y':
			year = value
		case 'M':
			month = value
		case 'D':
			day = value
		}
	}
	if s != "" {
		return 0, false
	}
	date, err := calendar.NewDate(year, time.Month(month), day)
	return date, err == nil
}

// read returns the number at the start of s and how many bytes it takes; 0 bytes: there is none.
func (p layoutPart) read(s string) (value, length int) {
	if p.kind == 'M' && p.letters == 3 {
		return monthName(s)
	}
	digits := 0
	for digits < len(s) && digits < max(p.letters, 2) && s[digits] >= '0' && s[digits] <= '9' {
		digits++
	}
	if digits == 0 || (p.letters > 1 && digits != p.letters) {
		return 0, 0
	}
	value, err := strconv.Atoi(s[:digits])
	if err != nil {
		return 0, 0
	}
	if p.kind == 'Y' && p.letters == 2 {
		value += 1900
		if value < 1970 {
			value += 100
		}
	}
	return value, digits
}

func monthName(s string) (value, length int) {
	if len(s) < 3 {
		return 0, 0
	}
	for m := time.January; m <= time.December; m++ {
		if strings.EqualFold(s[:3], m.String()[:3]) {
			return int(m), 3
		}
	}
	return 0, 0
}

// readDate tries the layouts in order. Ambiguous means that two of them read it as different dates; the first counts.
func readDate(s string, layouts []DateLayout) (date calendar.Date, ambiguous, ok bool) {
	for _, l := range layouts {
		d, fits := l.parse(s)
		switch {
		case !fits:
		case !ok:
			date, ok = d, true
		case d != date:
			ambiguous = true
		}
	}
	return date, ambiguous, ok
}
