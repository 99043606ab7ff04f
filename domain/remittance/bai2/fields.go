package bai2

import (
	"strings"
	"time"

	"arrears/domain/calendar"
	"arrears/domain/money"
)

// maxChunks bounds the continuations of one record; what comes behind is not kept.
const maxChunks = 2_000

// logical is a record with its continuations.
type logical struct {
	code        string
	line        int64
	first, last int64 // ordinals of its physical records
	chunks      []physical
	size        int
	cut         bool
}

func (l *logical) add(p physical) {
	if len(l.chunks) >= maxChunks || l.size+len(p.text) > maxRecord {
		l.cut = true
		return
	}
	l.size += len(p.text)
	l.chunks = append(l.chunks, p)
}

// fields walks over a record's fields across its continuations.
type fields struct {
	chunks []physical
	pos    int // within the first chunk
}

func (f *fields) next() (string, bool) {
	if len(f.chunks) == 0 {
		return "", false
	}
	text := f.chunks[0].text[f.pos:]
	value, _, more := strings.Cut(text, ",")
	if more {
		f.pos += len(value) + 1
	} else {
		f.chunks, f.pos = f.chunks[1:], 0
	}
	return strings.TrimSpace(value), true
}

func (f *fields) skip(n int) {
	for range n {
		f.next()
	}
}

// rest returns what is left as texts: a continuation begins another, unless its predecessor filled its physical record.
func (f *fields) rest() []string {
	var texts []string
	glue := false
	for i, c := range f.chunks {
		text := c.text
		if i == 0 {
			text = text[f.pos:]
		}
		if glue && len(texts) > 0 {
			texts[len(texts)-1] += text
		} else {
			texts = append(texts, text)
		}
		glue = c.full
	}
	f.chunks, f.pos = nil, 0
	return texts
}

// day reads YYMMDD; years from 80 on are of the last century.
func day(s string) (calendar.Date, bool) {
	if len(s) != 6 || !digits(s) {
		return 0, false
	}
	two := func(i int) int { return int(s[i]-'0')*10 + int(s[i+1]-'0') }
	year := 2000 + two(0)
	if two(0) >= 80 {
		year = 1900 + two(0)
	}
	d, err := calendar.NewDate(year, time.Month(two(2)), two(4))
	return d, err == nil
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// minor reads an amount without a point, in minor units.
func minor(s string) (int64, bool) {
	negative := strings.HasPrefix(s, "-")
	if negative || strings.HasPrefix(s, "+") {
		s = s[1:]
	}
	if !digits(s) {
		return 0, false
	}
	s = strings.TrimLeft(s, "0")
	if len(s) > 16 {
		return 0, false
	}
	var n int64
	for i := range len(s) {
		n = n*10 + int64(s[i]-'0')
	}
	if n > money.MaxMinor {
		return 0, false
	}
	if negative {
		n = -n
	}
	return n, true
}
