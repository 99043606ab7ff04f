// Package audit holds the record's entries, the hash chain over them, and its verification, which needs no database: an
// auditor can run it offline on an export. It is not the log of a program and stores nothing; store commits entries and a
// single sealer chains them. store, app, the sealer and the command line may import it; it imports calendar, fault and the
// standard library.
package audit

import (
	"regexp"
	"time"

	"arrears/domain/calendar"
	"arrears/domain/fault"
)

// The codes of this package's errors.
const (
	// CodeIncompleteEntry means an entry lacks what every entry must say, or says it in the wrong form.
	CodeIncompleteEntry = "audit.incomplete_entry"
	// CodeInvalidData means an entry's data is not JSON that can be written canonically.
	CodeInvalidData = "audit.invalid_data"
	// CodeBrokenChain means the record was altered, or part of it is missing.
	CodeBrokenChain = "audit.broken_chain"
)

// Entry says who did what to which thing, when. It holds ids, amounts, dates and codes, never names, addresses or texts, so
// that erasing a person never breaks the chain. It is never changed; a correction is another entry.
type Entry struct {
	// ID is a UUID in its lower-case text form, as are the ids below.
	ID string
	// At is the business instant; it counts to the microsecond, which is what the database keeps.
	At time.Time
	// BusinessDate is the civil date of At in the time zone that mattered, or no date where none did.
	BusinessDate calendar.Date
	// Actor is the principal's id or the part of the system that acted ("engine").
	Actor string
	// Action is noun.verb in the past tense: "invoice.created".
	Action string
	// SubjectKind and SubjectID name the thing acted on.
	SubjectKind string
	SubjectID   string
	// CustomerID and InvoiceID say whose history the entry belongs to; empty where it belongs to none.
	CustomerID string
	InvoiceID  string
	// Data is canonical JSON (see JSON and CanonicalJSON); empty counts as {}.
	Data []byte
	// IdempotencyKey is the caller's key of the command, if there was one.
	IdempotencyKey string
}

var actionForm = regexp.MustCompile(`^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$`)

// Validate refuses an entry that lacks id, time, actor, action or subject, or whose data is not canonical; it names every
// such field. Errors: CodeIncompleteEntry.
func (e Entry) Validate() error {
	var fields []fault.Field
	missing := func(path string, bad bool, message string) {
		if bad {
			fields = append(fields, fault.Field{Path: path, Code: CodeIncompleteEntry, Message: message})
		}
	}
	missing("id", e.ID == "", "is required")
	missing("at", e.At.IsZero(), "is required")
	missing("actor", e.Actor == "", "is required")
	missing("action", !actionForm.MatchString(e.Action), "must be noun.verb")
	missing("subject_kind", e.SubjectKind == "", "is required")
	missing("subject_id", e.SubjectID == "", "is required")
	missing("data", !isCanonical(e.Data), "must be canonical JSON")
	if len(fields) > 0 {
		return fault.Fields(CodeIncompleteEntry, "the audit entry is incomplete", fields...)
	}
	return nil
}
