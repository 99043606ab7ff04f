package bai2

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"arrears/domain/calendar"
	"arrears/domain/money"
	"arrears/domain/remittance"
	"arrears/domain/remittance/internal/lines"
)

// Options are what a file does not tell.
type Options struct {
	Currency money.Currency  // where neither account nor group names one; USD when empty
	Types    map[string]Type // type codes as this bank uses them, before the public list
}

// level is what is counted of a file, a group or an account.
type level struct {
	open     bool
	first    int64 // ordinal of its first record
	total    int64
	children int64
}

type reader struct {
	in      *records
	opt     Options
	to      remittance.Sink
	ordinal int64
	pending *logical

	file, group level
	account     level
	id          string
	originator  string
	status      remittance.Status
	kind        remittance.Kind
	asOf        calendar.Date
	currency    money.Currency // the group's, as written
	seen        map[string]int // accounts of the group

	at      remittance.Statement
	unknown bool // the account's currency is not known: its entries cannot be read
	entries int
}

// Read reads a stream. Its errors are those of the sink and of the stream, and remittance.Malformed ones.
func Read(in io.Reader, opt Options, to remittance.Sink) error {
	if opt.Currency == "" {
		opt.Currency = "USD"
	}
	r := &reader{in: &records{in: lines.New(in, maxPiece)}, opt: opt, to: to}
	for {
		p, err := r.in.next()
		if errors.Is(err, io.EOF) {
			return r.finish()
		}
		if err != nil {
			return err
		}
		if err := r.take(p); err != nil {
			return err
		}
	}
}

func (r *reader) finish() error {
	if err := r.flush(); err != nil {
		return err
	}
	switch {
	case r.file.open:
		return remittance.Malformed(r.at.Line, "99", remittance.CodeTruncated, "the file ends before its trailer")
	case r.ordinal == 0:
		return remittance.Malformed(1, "01", remittance.CodeUnknownFormat, "the file is empty")
	}
	if line := r.in.in.Guessed(); line > 0 {
		return r.say(remittance.Warning, line, "file", remittance.CodeTextReplaced, "the text is not UTF-8 and was read as Windows-1252")
	}
	return nil
}

// take collects a record's continuations; the next record finishes it.
func (r *reader) take(p physical) error {
	switch {
	case p.code == "" && r.pending != nil && r.pending.code == "16" && !r.pending.chunks[len(r.pending.chunks)-1].done:
		r.pending.add(p) // words that were wrapped without a continuation record
		return r.say(remittance.Warning, p.line, "16", remittance.CodeUnknownElement, "a line without a record code goes on with the words before it")
	case p.code == "" && r.ordinal == 0:
		return remittance.Malformed(p.line, "01", remittance.CodeUnknownFormat, "the file does not begin with a file header")
	case p.code == "":
		return remittance.Malformed(p.line, "record", remittance.CodeMalformed, "the line begins with no record code")
	case p.code == "88" && r.pending == nil:
		return remittance.Malformed(p.line, "88", remittance.CodeMalformed, "a continuation of nothing")
	}
	if p.code == "88" {
		r.ordinal++
		r.pending.add(p)
		r.pending.last = r.ordinal
		return nil
	}
	if err := r.flush(); err != nil {
		return err
	}
	r.ordinal++
	r.pending = &logical{code: p.code, line: p.line, first: r.ordinal, last: r.ordinal}
	r.pending.add(p)
	return nil
}

func (r *reader) flush() error {
	l := r.pending
	if l == nil {
		return nil
	}
	r.pending = nil
	if l.cut {
		severity := remittance.Refused
		if l.code == "16" {
			severity = remittance.Warning // words alone are lost
		}
		if err := r.say(severity, l.line, l.code, remittance.CodeTooLarge, "the record has more continuations than are kept"); err != nil {
			return err
		}
	}
	outside := func(what string) error {
		return remittance.Malformed(l.line, l.code, remittance.CodeMalformed, "it stands outside of %s", what)
	}
	switch l.code {
	case "01":
		return r.openFile(l)
	case "02":
		if !r.file.open {
			return outside("a file")
		}
		return r.openGroup(l)
	case "03":
		if !r.group.open {
			return outside("a group")
		}
		return r.openAccount(l)
	case "16", "49":
		if !r.account.open {
			return outside("an account")
		}
		if l.code == "16" {
			return r.transaction(l)
		}
		return r.closeAccount(l)
	case "98":
		if !r.group.open {
			return outside("a group")
		}
		return r.closeGroup(l)
	default:
		if !r.file.open {
			return outside("a file")
		}
		return r.closeFile(l)
	}
}

func (r *reader) openFile(l *logical) error {
	if r.file.open {
		return remittance.Malformed(l.line, "01", remittance.CodeTruncated, "a file begins before the last one ended")
	}
	f := &fields{chunks: l.chunks}
	sender, _ := f.next()
	f.skip(1)
	made, _ := f.next()
	f.skip(1)
	number, _ := f.next()
	f.skip(2)
	version, _ := f.next()
	r.id = remittance.Clean(sender+"/"+made+"/"+number, remittance.MaxField)
	r.file = level{open: true, first: l.first}
	if _, ok := day(made); !ok {
		if err := r.say(remittance.Warning, l.line, "01", remittance.CodeBadDate, "%.20q is no day of making", made); err != nil {
			return err
		}
	}
	if version != "" && version != "2" {
		return r.say(remittance.Alarm, l.line, "01", CodeVersion, "the file says version %.10q and is read as version 2", version)
	}
	return nil
}

func (r *reader) openGroup(l *logical) error {
	if err := r.leave(l, &r.group, "98"); err != nil {
		return err
	}
	f := &fields{chunks: l.chunks}
	f.skip(1)
	r.originator, _ = f.next()
	status, _ := f.next()
	asOf, _ := f.next()
	f.skip(1)
	currency, _ := f.next()
	modifier, _ := f.next()
	r.group = level{open: true, first: l.first}
	r.seen = map[string]int{}
	r.currency = money.Currency(currency)
	r.kind = remittance.EndOfDay
	if modifier == "1" || modifier == "3" || modifier == "4" {
		r.kind = remittance.Intraday
	}
	var ok bool
	r.status, ok = map[string]remittance.Status{"": remittance.Update, "1": remittance.Update, "2": remittance.Deletion,
		"3": remittance.Correction, "4": remittance.Test}[status]
	if !ok {
		r.status = remittance.Test
		if err := r.say(remittance.Refused, l.line, "02", remittance.CodeUnsupportedStatus, "group status %.10q means nothing: the group is read as a test", status); err != nil {
			return err
		}
	}
	if r.asOf, ok = day(asOf); !ok {
		return remittance.Malformed(l.line, "02", remittance.CodeBadDate, "%.20q is no as-of date, so no entry has a day", asOf)
	}
	return nil
}

// leave ends what another record shows to be over although its trailer is missing.
func (r *reader) leave(l *logical, what *level, trailer string) error {
	if what == &r.group && r.account.open {
		if err := r.leave(l, &r.account, "49"); err != nil {
			return err
		}
	}
	if !what.open {
		return nil
	}
	if err := r.say(remittance.Alarm, l.line, l.code, remittance.CodeTruncated, "the trailer %s is missing before it", trailer); err != nil {
		return err
	}
	if what == &r.account {
		return r.endAccount()
	}
	r.endGroup()
	return nil
}

func (r *reader) say(severity remittance.Severity, line int64, field, code, format string, args ...any) error {
	return r.to.Problem(remittance.Problem{Severity: severity, Line: line, Field: field, Code: code, Message: fmt.Sprintf(format, args...)})
}

func upper(s string) string { return strings.ToUpper(strings.TrimSpace(s)) }
