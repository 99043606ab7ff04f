package lockbox

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"arrears/domain/calendar"
	"arrears/domain/money"
	"arrears/domain/remittance"
	"arrears/domain/remittance/internal/lines"
)

const maxRecord = 4_096

// Options are what a file does not tell.
type Options struct {
	Layout   *Layout        // Standard when nil
	Currency money.Currency // USD when empty
}

// tally counts cheques and their money.
type tally struct{ count, total int64 }

func (t *tally) add(minor int64) {
	t.count++
	t.total = remittance.Plus(t.total, minor)
}

type reader struct {
	in  *lines.Reader
	l   Layout
	opt Options
	to  remittance.Sink

	records int64
	began   bool // record 1 was seen
	ended   bool // record 9 was seen
	id      string

	open      bool
	dateless  bool // the deposit's day cannot be read: its cheques are left out
	at        remittance.Statement
	n         int
	batch     tally
	batchName string

	cheque *remittance.Transaction
	key    string // batch and item of the cheque
	seq    int64
	full   bool // more lines than are kept
	more   bool // the last overflow record says that another follows
}

// Read reads a stream. Its errors are those of the sink and of the stream, and remittance.Malformed ones.
func Read(in io.Reader, opt Options, to remittance.Sink) error {
	if opt.Currency == "" {
		opt.Currency = "USD"
	}
	if !opt.Currency.Valid() {
		return remittance.Malformed(1, "currency", remittance.CodeUnknownCurrency, "%.10q is no known currency", string(opt.Currency))
	}
	layout := Standard()
	if opt.Layout != nil {
		layout = *opt.Layout
	}
	bound := maxRecord
	if layout.RecordLength > 0 {
		bound = min(layout.RecordLength, maxRecord)
	}
	r := &reader{in: lines.New(in, bound), l: layout, opt: opt, to: to}
	for {
		line, err := r.in.Next()
		if errors.Is(err, io.EOF) {
			return r.finish()
		}
		if err != nil {
			return err
		}
		if line.More && layout.RecordLength == 0 {
			return remittance.Malformed(line.No, "record", remittance.CodeTooLarge, "the record is longer than %d characters", bound)
		}
		if strings.TrimSpace(line.Text) == "" {
			continue
		}
		if err := r.take(record{no: line.No, chars: []rune(line.Text)}); err != nil {
			return err
		}
	}
}

func (r *reader) take(rec record) error {
	if !r.began && rec.chars[0] != '1' {
		return remittance.Malformed(rec.no, "1", remittance.CodeUnknownFormat, "the file does not begin with an immediate address record")
	}
	r.records++
	if rec.chars[0] != '4' {
		if err := r.emit(); err != nil {
			return err
		}
	}
	switch rec.chars[0] {
	case '1':
		if r.began && !r.ended {
			return remittance.Malformed(rec.no, "1", remittance.CodeTruncated, "a file begins before the last one ended")
		}
		r.began, r.ended, r.records = true, false, 1
		r.id = remittance.Clean(rec.at(r.l.Sender)+"/"+rec.at(r.l.FileDate)+"/"+rec.at(r.l.FileNumber), remittance.MaxField)
		return nil
	case '2':
		return nil
	case '5':
		return r.deposit(rec)
	case '6':
		return r.detail(rec)
	case '4':
		return r.overflow(rec)
	case '7':
		return r.batchTotal(rec)
	case '8':
		return r.boxTotal(rec)
	case '9':
		return r.trailer(rec)
	}
	return remittance.Malformed(rec.no, "record", remittance.CodeMalformed, "%q is no record type", rec.chars[0])
}

func (r *reader) finish() error {
	switch {
	case !r.began:
		return remittance.Malformed(1, "1", remittance.CodeUnknownFormat, "the file is empty")
	case !r.ended:
		return remittance.Malformed(r.at.Line, "9", remittance.CodeTruncated, "the file ends before its trailer")
	}
	if line := r.in.Guessed(); line > 0 {
		return r.say(remittance.Warning, line, "file", remittance.CodeTextReplaced, "the text is not UTF-8 and was read as Windows-1252")
	}
	return nil
}

// deposit begins a lockbox's day; several batches of it may each have their header.
func (r *reader) deposit(rec record) error {
	name, text := rec.at(r.l.HeadLockbox), rec.at(r.l.HeadDate)
	on, ok := day(text)
	if r.open && r.at.Account.Other == name && r.at.To == on && ok {
		return nil
	}
	if err := r.end(rec); err != nil {
		return err
	}
	r.open, r.dateless, r.n, r.batch, r.batchName = true, !ok, 0, tally{}, ""
	r.at = remittance.Statement{
		Line: rec.no, Format: "lockbox", ID: r.id, LastPage: true, Kind: remittance.Notification, Status: remittance.Update,
		Account: remittance.Account{Other: remittance.Clean(name, remittance.MaxField)}, Currency: r.opt.Currency, Assumed: true, From: on, To: on,
	}
	if !ok {
		if err := r.say(remittance.Refused, rec.no, "5", remittance.CodeBadDate, "%.20q is no deposit date: the cheques of the deposit are left out", text); err != nil {
			return err
		}
	}
	return r.to.Begin(r.at)
}

// end finishes a lockbox that has had no total, or has had it.
func (r *reader) end(rec record) error {
	if !r.open {
		return nil
	}
	r.open = false
	if r.at.Entries == nil {
		if err := r.say(remittance.Alarm, rec.no, "8", remittance.CodeTruncated, "the lockbox %s has no total", r.at.Account.Other); err != nil {
			return err
		}
	}
	return r.to.End(r.at)
}

func (r *reader) batchTotal(rec record) error {
	if !r.open {
		return r.outside(rec, "7")
	}
	counted := r.batch
	r.batch, r.batchName = tally{}, ""
	return r.prove(rec, "7", rec.at(r.l.BatchCount), rec.at(r.l.BatchTotal), counted)
}

func (r *reader) boxTotal(rec record) error {
	if !r.open {
		return r.outside(rec, "8")
	}
	if r.batch.count > 0 {
		if err := r.say(remittance.Alarm, rec.no, "7", remittance.CodeTruncated, "the last batch has no total"); err != nil {
			return err
		}
	}
	if name := rec.at(r.l.BoxLockbox); name != r.at.Account.Other {
		if err := r.say(remittance.Alarm, rec.no, "8", remittance.CodeTotalDiffers, "the total is of lockbox %.20q, the cheques are of %s", name, r.at.Account.Other); err != nil {
			return err
		}
	}
	count, ok1 := digits(rec.at(r.l.BoxCount))
	total, ok2 := digits(rec.at(r.l.BoxTotal))
	r.at.Entries = &remittance.Sums{Count: count, CreditCount: -1, DebitCount: -1, CreditMinor: total, CreditStated: true}
	if !ok1 || !ok2 {
		r.at.Entries.Count, r.at.Entries.CreditStated = -1, false
		if err := r.say(remittance.Alarm, rec.no, "8", remittance.CodeTotalDiffers, "the lockbox's total cannot be read"); err != nil {
			return err
		}
	}
	return r.end(rec)
}

func (r *reader) trailer(rec record) error {
	if err := r.end(rec); err != nil {
		return err
	}
	r.ended = true
	if n, ok := digits(rec.at(r.l.Records)); ok && n == r.records {
		return nil
	}
	return r.say(remittance.Alarm, rec.no, "9", remittance.CodeCountDiffers, "%.20q records are stated, %d counted", rec.at(r.l.Records), r.records)
}

func (r *reader) prove(rec record, field, count, total string, counted tally) error {
	if n, ok := digits(count); !ok || n != counted.count {
		if err := r.say(remittance.Alarm, rec.no, field, remittance.CodeCountDiffers, "%.20q cheques are stated, %d counted", count, counted.count); err != nil {
			return err
		}
	}
	if n, ok := digits(total); !ok || n != counted.total {
		return r.say(remittance.Alarm, rec.no, field, remittance.CodeTotalDiffers, "a total of %.20q is stated, %d counted", total, counted.total)
	}
	return nil
}

func (r *reader) outside(rec record, field string) error {
	return remittance.Malformed(rec.no, field, remittance.CodeMalformed, "it stands outside of a lockbox")
}

func (r *reader) say(severity remittance.Severity, line int64, field, code, format string, args ...any) error {
	return r.to.Problem(remittance.Problem{Severity: severity, Line: line, Field: field, Code: code, Message: fmt.Sprintf(format, args...)})
}

// digits reads a number of digits alone.
func digits(s string) (int64, bool) {
	if s == "" || strings.Trim(s, "0123456789") != "" {
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
	return n, n <= money.MaxMinor
}

// day reads YYMMDD.
func day(s string) (calendar.Date, bool) {
	n, ok := digits(s)
	if !ok || len(s) != 6 {
		return 0, false
	}
	year := 2000 + int(n/10_000)
	if year >= 2080 {
		year -= 100
	}
	d, err := calendar.NewDate(year, time.Month(n/100%100), int(n%100))
	return d, err == nil
}
