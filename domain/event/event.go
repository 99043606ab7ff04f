// Package event turns the record into the public feed: which audit entries the outside may follow, under which type, in
// which form. It is not a second record and decides nothing: an event is a sealed audit entry in public words. store, app,
// api, the webhooks and the command line may import it; it imports audit and calendar.
package event

import (
	"bytes"
	"encoding/json"
	"time"

	"arrears/domain/audit"
	"arrears/domain/calendar"
)

// Event is one thing that happened. It holds ids, amounts, dates and codes, never names, addresses or texts.
type Event struct {
	// Position orders the record of one installation; it only grows. Positions of internal entries are missing from the feed.
	Position int64
	// ID is the audit entry's, a UUID; the same event has the same id however often it is read or delivered.
	ID string
	// Type is noun.verb in the past tense, one of Types or, from a newer release, another one.
	Type string
	// At is the business instant, to the microsecond.
	At time.Time
	// BusinessDate is the civil date of At in the time zone that mattered, or no date where none did.
	BusinessDate calendar.Date
	// Actor is the principal's id or the part of the system that acted ("engine").
	Actor string
	// SubjectKind and SubjectID name the thing acted on.
	SubjectKind string
	SubjectID   string
	// CustomerID and InvoiceID say whose history the event belongs to; empty where it belongs to none.
	CustomerID string
	InvoiceID  string
	// Data is canonical JSON, an object whose fields the type's schema describes (docs/events).
	Data []byte
}

// Of returns the event of a sealed entry; ok is false for entries that are internal. An action that this release does not
// know is passed on under its own name: a newer release that runs beside it wrote it, and a follower whose cursor passes it
// would never see it again.
func Of(l audit.Link) (e Event, ok bool) {
	name, public := TypeOf(l.Entry.Action, l.Entry.SubjectKind)
	if !public {
		return Event{}, false
	}
	return Event{
		Position: l.Position, ID: l.Entry.ID, Type: name, At: l.Entry.At, BusinessDate: l.Entry.BusinessDate, Actor: l.Entry.Actor,
		SubjectKind: subjectKind(l.Entry.SubjectKind), SubjectID: l.Entry.SubjectID,
		CustomerID: l.Entry.CustomerID, InvoiceID: l.Entry.InvoiceID, Data: l.Entry.Data,
	}, true
}

// envelope is the public form.
type envelope struct {
	ID           string          `json:"id"`
	Type         string          `json:"type"`
	Position     int64           `json:"position"`
	At           time.Time       `json:"at"`
	BusinessDate calendar.Date   `json:"business_date,omitempty"`
	Actor        string          `json:"actor"`
	Subject      subject         `json:"subject"`
	CustomerID   string          `json:"customer_id,omitempty"`
	InvoiceID    string          `json:"invoice_id,omitempty"`
	Data         json.RawMessage `json:"data"`
}

type subject struct {
	Kind string `json:"kind"`
	ID   string `json:"id"`
}

// MarshalJSON writes the public form (docs/events/envelope.json). The same event is always the same bytes.
func (e Event) MarshalJSON() ([]byte, error) {
	data := bytes.TrimSpace(e.Data)
	if len(data) == 0 {
		data = []byte(`{}`)
	}
	return json.Marshal(envelope{
		ID: e.ID, Type: e.Type, Position: e.Position, At: e.At.UTC(), BusinessDate: e.BusinessDate, Actor: e.Actor,
		Subject: subject{Kind: e.SubjectKind, ID: e.SubjectID}, CustomerID: e.CustomerID, InvoiceID: e.InvoiceID, Data: data,
	})
}

// UnmarshalJSON reads the public form.
func (e *Event) UnmarshalJSON(raw []byte) error {
	var in envelope
	if err := json.Unmarshal(raw, &in); err != nil {
		return err
	}
	*e = Event{
		Position: in.Position, ID: in.ID, Type: in.Type, At: in.At, BusinessDate: in.BusinessDate, Actor: in.Actor,
		SubjectKind: in.Subject.Kind, SubjectID: in.Subject.ID, CustomerID: in.CustomerID, InvoiceID: in.InvoiceID, Data: in.Data,
	}
	return nil
}
