// Package notify is the face of the channels by which notices leave: e-mail, letter, and a signed webhook for SMS and
// others. A channel composes bytes and hands them over; it decides nothing, retries nothing and stores nothing. It may be
// imported by wiring and tests; activities depend on interfaces of the same shape.
package notify

import (
	"context"

	"arrears/domain/notice"
)

// The domain's own types, so that interfaces declared elsewhere have the same shape.
type (
	// Message is what is handed to a channel.
	Message = notice.Message
	// Envelope is what a message is composed of.
	Envelope = notice.Envelope
	// Outcome is what became of a message.
	Outcome = notice.Outcome
)

// Channel composes and hands over messages of one kind. It is safe for concurrent use.
type Channel interface {
	// Compose returns the message's bytes. Equal envelopes give equal bytes.
	// Errors: CodeInvalidEnvelope, with fields.
	Compose(e Envelope) ([]byte, error)

	// Prepare makes everything ready that can fail before a message is committed to: connection, encryption and
	// authentication. The caller closes the session. Errors: CodeUnavailable, CodeMisconfigured.
	Prepare(ctx context.Context) (Session, error)
}

// Session hands over messages on a connection that is ready. It is an alias of its interface, so that other packages can
// name the same type without importing this one. Not safe for concurrent use.
type Session = interface {
	// Send hands the message over and reports what became of it. It returns when ctx ends at the latest.
	Send(ctx context.Context, m notice.Message) notice.Outcome
	// Close gives the connection back or closes it.
	Close() error
}

// The codes of the channels' errors.
const (
	// CodeInvalidEnvelope means a message cannot be composed: a malformed address, a line break in a header.
	CodeInvalidEnvelope = "notify.invalid_envelope"
	// CodeUnavailable means the other side does not answer or turns us away for now.
	CodeUnavailable = "notify.unavailable"
	// CodeMisconfigured means the channel's settings contradict themselves or the other side: a missing server name,
	// encryption demanded but not offered, credentials refused.
	CodeMisconfigured = "notify.misconfigured"
)
