package bai2

import (
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"

	"arrears/domain/remittance"
	"arrears/domain/remittance/internal/lines"
)

const (
	maxPiece  = 16 << 10 // bytes read at once of a file without line ends
	maxRecord = 64 << 10 // bytes of one physical record
)

// next finds where another record begins within a line: a slash, blanks, and what only a record's head looks like. Words of a
// transaction may hold slashes and commas, so a bare "/88," or "/16," is not enough.
var next = regexp.MustCompile(`/([ \t]*)(01,[^,/]*,[^,/]*,\d{6},|02,[^,/]*,[^,/]*,\d?,\d{6},|03,[^,/]+,[A-Z]{0,3}[,/]|16,\d{3},[+-]?\d*,|` +
	`49,[+-]?\d+,\d+|88,|98,[+-]?\d+,\d+,\d+|99,[+-]?\d+,\d+,\d+)`)

// head returns the record code with which a text begins.
func head(text string) string {
	if len(text) < 3 || (text[2] != ',' && text[2] != ':') {
		return ""
	}
	switch code := text[:2]; code {
	case "01", "02", "03", "16", "49", "88", "98", "99":
		return code
	}
	return ""
}

// physical is one record as it stands in the file; without a code it is a line that begins with none.
type physical struct {
	code string
	line int64
	text string // behind the code
	done bool   // a slash ended it
	full bool   // it fills the physical record, so its last word may go on in the next
}

// records cuts a stream into physical records.
type records struct {
	in    *lines.Reader
	queue []physical
	carry string
	size  int    // of a physical record, 0 when variable
	base  string // the last code that is no continuation
}

func (r *records) next() (physical, error) {
	for len(r.queue) == 0 {
		l, err := r.in.Next()
		if errors.Is(err, io.EOF) && r.carry != "" {
			l, err = lines.Line{}, nil
		}
		if err != nil {
			return physical{}, err
		}
		text := r.carry + l.Text
		r.carry = ""
		pieces := r.split(text)
		if l.More {
			last := len(pieces) - 1
			r.carry, pieces = pieces[last], pieces[:last]
			if len(r.carry) > maxRecord {
				return physical{}, remittance.Malformed(l.No, "record", remittance.CodeTooLarge, "a record is longer than %d bytes", maxRecord)
			}
		}
		for _, p := range pieces {
			r.push(p, l.No)
		}
	}
	p := r.queue[0]
	r.queue = r.queue[1:]
	return p, nil
}

// split parts a line that holds several records; the last may be unfinished.
func (r *records) split(text string) []string {
	if r.size == 0 && strings.HasPrefix(text, "01,") {
		if f := strings.SplitN(text, ",", 8); len(f) == 8 {
			if n, err := strconv.Atoi(f[6]); err == nil && n >= 20 && n <= maxRecord {
				r.size = n
			}
		}
	}
	if r.blocked(text) {
		var pieces []string
		for len(text) > r.size {
			pieces, text = append(pieces, text[:r.size]), text[r.size:]
		}
		return append(pieces, text)
	}
	if slash := strings.IndexByte(text, '/'); slash < 0 || slash == len(text)-1 {
		return []string{text}
	}
	var pieces []string
	base, from := r.base, 0
	for at := 0; ; {
		if code := head(text[from:]); code != "" && code != "88" {
			base = code
		}
		m := next.FindStringSubmatchIndex(text[at:])
		if m == nil {
			return append(pieces, text[from:])
		}
		start := at + m[4]
		at = start
		if m[2] == m[3] && base == "16" && strings.HasPrefix(text[start:], "88,") {
			continue
		}
		pieces, from = append(pieces, text[from:start]), start
	}
}

// blocked reports whether a line is several physical records of the stated size.
func (r *records) blocked(text string) bool {
	if r.size == 0 || len(text) <= r.size {
		return false
	}
	for at := 0; at+3 <= len(text); at += r.size {
		if head(text[at:]) == "" {
			return false
		}
	}
	return true
}

func (r *records) push(text string, line int64) {
	full := r.size > 0 && len(text) == r.size
	text = strings.TrimRight(text, " \t")
	full = full && len(text) == r.size
	if strings.TrimSpace(text) == "" {
		return
	}
	p := physical{line: line, full: full}
	text = strings.TrimLeft(text, " \t")
	if code := head(text); code != "" {
		p.code, text = code, text[3:]
		if p.code != "88" {
			r.base = p.code
		}
	}
	p.text, p.done = strings.CutSuffix(text, "/")
	p.full = p.full && !p.done
	r.queue = append(r.queue, p)
}
