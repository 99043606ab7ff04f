package mt940

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"arrears/domain/calendar"
	"arrears/domain/money"
	"arrears/domain/remittance"
	"arrears/domain/remittance/internal/lines"
)

const (
	maxLine  = 16 << 10
	maxField = 64 << 10 // bytes of one :86: with its lines
)

// Options are what a file does not tell.
type Options struct {
	Details []Details // who reads :86:, the first that matches; Shipped when nil
}

// field is a tag with its lines.
type field struct {
	tag   string
	line  int64
	lines []string
	size  int
	cut   bool
}

type reader struct {
	in      *lines.Reader
	opt     Options
	to      remittance.Sink
	pending *field
	unknown map[string]bool

	bic     string
	interim bool // the header says MT942

	any   bool // a message was seen
	open  bool // a message is open
	begun bool // the sink knows its statement
	first bool // the opening balance is of the first page
	at    remittance.Statement
	entry *remittance.Transaction // waits for its :86:
	more  string                  // the supplementary details of the entry
	n     int
	last  remittance.Statement // the message before
	ended bool                 // the closing balance was seen
}

// Read reads a stream. Its errors are those of the sink and of the stream, and remittance.Malformed ones.
func Read(in io.Reader, opt Options, to remittance.Sink) error {
	if opt.Details == nil {
		opt.Details = Shipped()
	}
	r := &reader{in: lines.New(in, maxLine), opt: opt, to: to, unknown: map[string]bool{}}
	for {
		l, err := r.in.Next()
		if errors.Is(err, io.EOF) {
			return r.finish()
		}
		if err != nil {
			return err
		}
		if l.More {
			return remittance.Malformed(l.No, "line", remittance.CodeTooLarge, "the line is longer than %d bytes", maxLine)
		}
		if err := r.take(l); err != nil {
			return err
		}
	}
}

func (r *reader) finish() error {
	if err := r.endMessage(""); err != nil {
		return err
	}
	if !r.any {
		return remittance.Malformed(1, ":20:", remittance.CodeUnknownFormat, "no message begins in the file")
	}
	if line := r.in.Guessed(); line > 0 {
		return r.say(remittance.Warning, line, "file", remittance.CodeTextReplaced, "the text is not UTF-8 and was read as Windows-1252")
	}
	return nil
}

var (
	tagged = regexp.MustCompile(`^:(\d\d[A-Z]?):`)
	block  = regexp.MustCompile(`^\{[1-5]:`)
	header = regexp.MustCompile(`^\{1:[A-Z]\d\d([A-Z0-9]{8})[A-Z0-9]?([A-Z0-9]{3})?`)
	kind   = regexp.MustCompile(`\{2:[IO](94[0-9])|^:(94[0-9]):|^(94[0-9])\s*$`)
	bic    = regexp.MustCompile(`^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3,4})?\s*$`)
)

// take puts a line where it belongs: a tag begins a field, a dash ends the message, headers stand before :20:, anything else goes
// on with the field before it.
func (r *reader) take(l lines.Line) error {
	text := l.Text
	if block.MatchString(text) {
		if err := r.endMessage(""); err != nil {
			return err
		}
		r.head(text)
		_, behind, found := strings.Cut(text, "{4:")
		if !found || behind == "" {
			return nil
		}
		text = behind
	}
	bare := strings.TrimSpace(text)
	switch {
	case bare == "-" || strings.HasPrefix(bare, "-}"):
		return r.endMessage(bare)
	case tagged.MatchString(text):
		tag := tagged.FindStringSubmatch(text)[1]
		if err := r.flush(); err != nil {
			return err
		}
		r.pending = &field{tag: tag, line: l.No}
		r.pending.add(text[len(tag)+2:])
		return nil
	case r.pending == nil || strings.HasPrefix(text, ":94") && kind.MatchString(text):
		r.head(text)
		return nil
	}
	r.pending.add(text)
	return nil
}

func (f *field) add(text string) {
	if f.size+len(text) > maxField || len(f.lines) >= 1_000 {
		f.cut = true
		return
	}
	f.size += len(text)
	f.lines = append(f.lines, text)
}

// head reads what stands before a message: the bank and the kind.
func (r *reader) head(text string) {
	if m := header.FindStringSubmatch(text); m != nil {
		r.bic = m[1]
	}
	if bic.MatchString(text) {
		r.bic = strings.TrimSpace(text)
	}
	if m := kind.FindStringSubmatch(text); m != nil {
		r.interim = m[1]+m[2]+m[3] == "942"
	}
}

func (r *reader) flush() error {
	f := r.pending
	if f == nil {
		return nil
	}
	r.pending = nil
	if f.cut {
		if err := r.say(remittance.Warning, f.line, ":"+f.tag+":", remittance.CodeTooLarge, "the field has more words than are kept"); err != nil {
			return err
		}
	}
	if f.tag == "20" {
		return r.openMessage(f)
	}
	if !r.open {
		if r.any {
			return r.say(remittance.Refused, f.line, ":"+f.tag+":", remittance.CodeMalformed, "the field stands outside of a message")
		}
		return remittance.Malformed(f.line, ":"+f.tag+":", remittance.CodeUnknownFormat, "the file does not begin with :20:")
	}
	return r.field(f)
}

func (r *reader) openMessage(f *field) error {
	if err := r.endMessage(""); err != nil {
		return err
	}
	r.any, r.open, r.begun, r.first, r.n, r.ended = true, true, false, true, 0, false
	r.at = remittance.Statement{Line: f.line, Format: "mt940", ID: f.first(), Kind: remittance.EndOfDay, Status: remittance.Update, LastPage: true}
	if r.interim {
		r.at.Kind, r.at.Format = remittance.Intraday, "mt942"
	}
	r.at.Account.Bank = r.bic
	return nil
}

func (f *field) first() string { return remittance.Clean(f.lines[0], remittance.MaxField) }

// begin tells the sink of the statement as soon as an entry or the end comes.
func (r *reader) begin() error {
	if r.begun {
		return nil
	}
	r.begun = true
	return r.to.Begin(r.at)
}

// endMessage finishes an open message; the trailer may say that it is a test or was sent before.
func (r *reader) endMessage(trailer string) error {
	if err := r.flush(); err != nil {
		return err
	}
	if !r.open {
		return nil
	}
	r.open = false
	switch {
	case strings.Contains(trailer, "{TNG:"):
		r.at.Status = remittance.Test
	case strings.Contains(trailer, "{PDE:"), strings.Contains(trailer, "{PDM:"):
		r.at.Status = remittance.Copy
	}
	if !r.ended && r.at.Kind == remittance.EndOfDay {
		if err := r.say(remittance.Alarm, r.at.Line, ":62F:", remittance.CodeTruncated, "the message has no closing balance"); err != nil {
			return err
		}
	}
	if err := r.begin(); err != nil {
		return err
	}
	if err := r.emit(); err != nil {
		return err
	}
	if err := r.provePage(); err != nil {
		return err
	}
	r.last = r.at
	return r.to.End(r.at)
}

// provePage proves that a page begins with the balance with which the one before it ended.
func (r *reader) provePage() error {
	l, s := r.last, r.at
	if r.first || s.Opening == nil || l.Closing == nil || l.Account != s.Account || l.Sequence != s.Sequence || l.LastPage {
		return nil
	}
	if l.Closing.Minor == s.Opening.Minor && l.Closing.Currency == s.Opening.Currency {
		return nil
	}
	return r.say(remittance.Alarm, s.Line, ":60M:", remittance.CodeBalanceDiffers, "the page begins with %d, the one before it ended with %d",
		s.Opening.Minor, l.Closing.Minor)
}

func (r *reader) say(severity remittance.Severity, line int64, at, code, format string, args ...any) error {
	return r.to.Problem(remittance.Problem{Severity: severity, Line: line, Field: at, Code: code, Message: fmt.Sprintf(format, args...)})
}

// balance reads C110522EUR3236,28.
func balance(s string) (*remittance.Balance, string) {
	if len(s) < 11 || (s[0] != 'C' && s[0] != 'D') {
		return nil, remittance.CodeMalformed
	}
	currency, err := money.ParseCurrency(s[7:10])
	if err != nil {
		return nil, remittance.CodeUnknownCurrency
	}
	on, _, ok := day(s[1:7])
	if !ok {
		return nil, remittance.CodeBadDate
	}
	minor, ok := amount(s[10:], currency)
	if !ok {
		return nil, remittance.CodeBadAmount
	}
	if s[0] == 'D' {
		minor = -minor
	}
	return &remittance.Balance{Minor: minor, Currency: currency, On: on}, ""
}

// amount reads digits with a comma; a point or a grouping would be ambiguous.
func amount(s string, c money.Currency) (int64, bool) {
	whole, decimals, _ := strings.Cut(strings.TrimSpace(s), ",")
	if strings.Trim(whole+decimals, "0123456789") != "" {
		return 0, false
	}
	whole = strings.TrimLeft(whole, "0")
	for len(decimals) > c.Exponent() && strings.HasSuffix(decimals, "0") {
		decimals = decimals[:len(decimals)-1]
	}
	if whole == "" {
		whole = "0"
	}
	if decimals != "" {
		whole += "." + decimals
	}
	a, err := money.Parse(whole, c)
	return a.Minor(), err == nil
}

// day reads YYMMDD; corrected tells of a February's day that the year has not.
func day(s string) (on calendar.Date, corrected, ok bool) {
	if len(s) != 6 || strings.Trim(s, "0123456789") != "" {
		return 0, false, false
	}
	year := 2000 + int(s[0]-'0')*10 + int(s[1]-'0')
	if year >= 2080 {
		year -= 100
	}
	return date(year, s[2:])
}
