package intake

import (
	"crypto/sha256"
	"encoding/hex"

	"arrears/domain/calendar"
	"arrears/domain/money"
)

// Severity tells a refused row from one that was accepted and deserves a look.
type Severity string

// The severities.
const (
	Refused    Severity = "refused"
	Suspicious Severity = "suspicious"
)

// Problem is one thing that is wrong or odd about a row.
type Problem struct {
	Severity Severity
	Field    string // a Field, or empty when it is about the whole row
	Code     string // stable
	Message  string // for people
}

// Row is one invoice in the normal form: what every profile reads its rows into.
type Row struct {
	Number         string
	CustomerNumber string // as the source writes it; empty when the customer is found by name
	CustomerName   string
	NameKey        string // see Profile.NameKey
	InvoiceDate    calendar.Date
	DueDate        calendar.Date // none: by the customer's terms
	Currency       money.Currency
	AmountMinor    int64
	OpenMinor      int64 // what the source says is open; AmountMinor where it says nothing
	StatesOpen     bool  // the source says what is open
	Instalments    []Instalment
	PurchaseOrder  string
	Settled        calendar.Date // on this day the rest was paid; none: open as far as is known
	Disputed       bool
	// About the customer, for those that the file makes known.
	Country, Language, TimeZone, Segment, Email string
}

// Instalment is one part of an invoice that is due on a day of its own.
type Instalment struct {
	DueDate     calendar.Date
	AmountMinor int64
}

// ByName reports whether the customer is found by name, for want of a number.
func (r *Row) ByName() bool { return r.CustomerNumber == "" }

// CustomerKey is the number under which the row's customer is kept: the source's own, or one made of the name's key,
// which no source's number looks like.
func (r *Row) CustomerKey() string {
	if !r.ByName() {
		return r.CustomerNumber
	}
	if len(r.NameKey) <= maxNameKey {
		return namePrefix + r.NameKey
	}
	sum := sha256.Sum256([]byte(r.NameKey))
	return namePrefix + clip(r.NameKey, maxNameKey) + "~" + hex.EncodeToString(sum[:6])
}

const (
	namePrefix = "name:"
	// maxNameKey keeps the number made of a name within what a number may have.
	maxNameKey = 80
)

// AsOf cuts the row at a date: present is false when the invoice is of a later date, and a later settlement is not known.
func (r *Row) AsOf(date calendar.Date) (present bool) {
	if r.InvoiceDate > date {
		return false
	}
	if r.Settled > date {
		r.Settled = 0
	}
	return true
}

// Record is what the reader makes of one row of the file. Exactly one of these holds: it is an invoice (Row), it is a
// control total (Control), or it is refused (a problem of severity Refused, and neither).
type Record struct {
	Line     int64  // of the file, from 1; a record over several lines counts by its first
	Number   string // the invoice's number where it could be read, of a refused row too
	Raw      Raw
	Row      *Row
	Control  *Control
	Problems []Problem
}

// Refused returns the first problem that refuses the record; ok is false when none does.
func (r *Record) Refused() (p Problem, ok bool) {
	for _, p := range r.Problems {
		if p.Severity == Refused {
			return p, true
		}
	}
	return Problem{}, false
}

// Flag adds something odd to a record that stays accepted.
func (r *Record) Flag(field Field, code, message string) {
	r.Problems = append(r.Problems, Problem{Severity: Suspicious, Field: string(field), Code: code, Message: message})
}

// Refuse adds a reason to refuse the record.
func (r *Record) Refuse(field Field, code, message string) {
	r.Problems = append(r.Problems, Problem{Severity: Refused, Field: string(field), Code: code, Message: message})
}
