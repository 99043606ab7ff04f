package x12

import (
	"errors"
	"fmt"
	"io"
	"strconv"

	"arrears/domain/remittance"
)

// envelope is an open interchange or group: its control number and what it holds so far.
type envelope struct {
	open    bool
	line    int64
	control string
	count   int64
}

// reader keeps the envelopes' books; the sets read themselves.
type reader struct {
	segments *segmenter
	options  Options
	to       remittance.Sink

	interchange, group envelope
	version            string // of the group, or the set's own
	set                set
	skipping           bool // in a set that is not read
	control            string
	inSet              int64 // segments of the set so far, 0 outside
	setLine            int64

	unknown map[string]bool
	latin   bool
}

// set is a transaction set that is being read.
type set interface {
	segment(segment) error
	// end gives the advice; problems come before it.
	end(line int64) error
}

func (r *reader) read() error {
	for {
		s, err := r.segments.next()
		if errors.Is(err, io.EOF) {
			return r.finish()
		}
		if err != nil {
			return err
		}
		if s.latin && !r.latin {
			r.latin = true
			if err := r.say(remittance.Warning, s.line, s.name(), remittance.CodeTextReplaced, "the text is not UTF-8 and was read as Windows-1252"); err != nil {
				return err
			}
		}
		if err := r.segment(s); err != nil {
			return err
		}
	}
}

func (r *reader) segment(s segment) error {
	switch s.name() {
	case "ISA", "GS", "ST", "GE", "IEA":
		if r.inSet > 0 {
			if err := r.unfinished(s); err != nil {
				return err
			}
		}
	}
	switch s.name() {
	case "ISA":
		return r.beginInterchange(s)
	case "GS":
		return r.beginGroup(s)
	case "ST":
		return r.beginSet(s)
	case "SE":
		return r.endSet(s)
	case "GE":
		return r.endEnvelope(&r.group, s, "sets")
	case "IEA":
		if err := r.missing(&r.group, s, "GE"); err != nil {
			return err
		}
		return r.endEnvelope(&r.interchange, s, "groups")
	}
	if r.inSet == 0 {
		return r.unknownSegment(s)
	}
	r.inSet++
	if r.skipping {
		return nil
	}
	return r.set.segment(s)
}

func (r *reader) beginInterchange(s segment) error {
	if err := r.missing(&r.group, s, "GE"); err != nil {
		return err
	}
	if err := r.missing(&r.interchange, s, "IEA"); err != nil {
		return err
	}
	r.interchange = envelope{open: true, line: s.line, control: s.at(13)}
	r.version = s.at(12)
	if s.at(15) == "T" {
		return r.say(remittance.Alarm, s.line, "ISA15", remittance.CodeUnsupportedStatus, "the interchange says that it is a test")
	}
	return nil
}

func (r *reader) beginGroup(s segment) error {
	if err := r.missing(&r.group, s, "GE"); err != nil {
		return err
	}
	r.interchange.count++
	r.group = envelope{open: true, line: s.line, control: s.at(6)}
	if s.at(8) != "" {
		r.version = s.at(8)
	}
	return nil
}

func (r *reader) beginSet(s segment) error {
	r.group.count++
	r.inSet, r.setLine, r.control, r.skipping = 1, s.line, s.at(2), false
	if v := s.at(3); v != "" {
		r.version = v
	}
	switch s.at(1) {
	case "820":
		r.set = newPayment(r, s.line)
	case "812":
		r.set = newAdjustment(r, s.line)
	default:
		r.skipping = true
		return r.once("ST "+s.at(1), s.line, "ST01", fmt.Sprintf("the transaction set %.6q is not read", s.at(1)))
	}
	return nil
}

func (r *reader) endSet(s segment) error {
	if r.inSet == 0 {
		return r.say(remittance.Alarm, s.line, "SE", CodeControlDiffers, "a set ends that did not begin")
	}
	counted := r.inSet + 1
	r.inSet = 0
	if err := r.compare(s, "segments", counted, r.control); err != nil {
		return err
	}
	if r.skipping {
		return nil
	}
	return r.set.end(s.line)
}

func (r *reader) endEnvelope(e *envelope, s segment, what string) error {
	if !e.open {
		return r.say(remittance.Alarm, s.line, s.name(), CodeControlDiffers, "an envelope ends that did not begin")
	}
	e.open = false
	return r.compare(s, what, e.count, e.control)
}

// compare holds a trailer against what was counted and against its header's control number.
func (r *reader) compare(s segment, what string, counted int64, control string) error {
	stated, err := strconv.ParseInt(s.at(1), 10, 64)
	if err != nil || stated != counted {
		if err := r.say(remittance.Alarm, s.line, s.name()+"01", remittance.CodeCountDiffers,
			fmt.Sprintf("%.20q %s are stated, %d counted", s.at(1), what, counted)); err != nil {
			return err
		}
	}
	if s.at(2) != control {
		return r.say(remittance.Alarm, s.line, s.name()+"02", CodeControlDiffers,
			fmt.Sprintf("the control number is %.20q, the header's %.20q", s.at(2), control))
	}
	return nil
}

// unfinished drops a set that another header or trailer cut off: lines may be missing.
func (r *reader) unfinished(s segment) error {
	r.inSet = 0
	return r.say(remittance.Refused, r.setLine, "SE", remittance.CodeTruncated, fmt.Sprintf("the set does not end before %s in line %d", s.name(), s.line))
}

// missing tells that an envelope was left open.
func (r *reader) missing(e *envelope, s segment, trailer string) error {
	if !e.open {
		return nil
	}
	e.open = false
	return r.say(remittance.Alarm, s.line, trailer, remittance.CodeTruncated, fmt.Sprintf("the trailer %s is missing", trailer))
}

func (r *reader) finish() error {
	at := segment{line: r.segments.line, elements: []string{"end"}}
	if r.segments.element == 0 {
		return remittance.Malformed(1, "ISA", remittance.CodeUnknownFormat, "the file is empty")
	}
	if r.inSet > 0 {
		return remittance.Malformed(at.line, "SE", remittance.CodeTruncated, "the file ends inside the set of line %d", r.setLine)
	}
	if err := r.missing(&r.group, at, "GE"); err != nil {
		return err
	}
	return r.missing(&r.interchange, at, "IEA")
}

func (r *reader) unknownSegment(s segment) error {
	name := remittance.Clean(s.name(), 10)
	return r.once(name, s.line, name, "the segment is not known here and was left aside")
}

// once warns of a name the first time, and of so many names at most.
func (r *reader) once(name string, line int64, field, message string) error {
	if r.unknown[name] || len(r.unknown) >= maxWarnings {
		return nil
	}
	r.unknown[name] = true
	return r.say(remittance.Warning, line, field, remittance.CodeUnknownElement, message)
}

func (r *reader) say(severity remittance.Severity, line int64, field, code, message string) error {
	return r.to.Problem(remittance.Problem{Severity: severity, Line: line, Field: field, Code: code, Message: message})
}
