// Package fault is the one error type of the product: a kind, a stable code, a message that is safe to show, and the
// fields it is about. It is not a logging helper and knows nothing of HTTP; api maps kinds to status codes in one place.
// Every package may import it; it imports the standard library alone.
package fault

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Kind says what sort of failure an Error is; faces such as the API decide by it how to answer.
type Kind string

// The kinds, from the caller's mistake to our own.
const (
	// Invalid means the input is malformed or contradicts itself or a rule.
	Invalid Kind = "invalid"
	// Unauthenticated means the caller is not known.
	Unauthenticated Kind = "unauthenticated"
	// Forbidden means the caller is known and may not do this.
	Forbidden Kind = "forbidden"
	// NotFound means the thing named does not exist.
	NotFound Kind = "not_found"
	// Conflict means the thing's present state does not allow this.
	Conflict Kind = "conflict"
	// Precondition means the caller acted on an older version (ETag) than the present one.
	Precondition Kind = "precondition"
	// TooLarge means the input exceeds a stated bound.
	TooLarge Kind = "too_large"
	// RateLimited means the caller must wait before asking again.
	RateLimited Kind = "rate_limited"
	// Unavailable means something we need does not answer; trying again later may succeed.
	Unavailable Kind = "unavailable"
	// Internal means the fault is ours; its details belong in the log and nowhere else.
	Internal Kind = "internal"
)

// CodeInternal is the code of every error that is not an Error: nobody outside learns more than that.
const CodeInternal = "internal"

// Field points at one part of the input that is wrong.
type Field struct {
	// Path names the part, for example "lines[2].amount" or "line 7, due_date".
	Path string
	// Code is stable and may be tested against.
	Code string
	// Message is for people.
	Message string
}

// Error is a failure that people may see. Make one with New, Newf, Wrap or Fields. It is never changed after that.
type Error struct {
	// Kind decides how faces answer.
	Kind Kind
	// Code is stable, lower case and dotted ("money.unknown_currency"); programs and tests compare it, never the message.
	Code string
	// Message is safe to show: it holds no secret and no internal detail.
	Message string
	// Fields are the parts of the input that are wrong, if any.
	Fields []Field

	cause error
}

// New makes an error of the given kind with a stable code and a safe message.
func New(kind Kind, code, message string) *Error {
	return &Error{Kind: kind, Code: code, Message: message}
}

// Newf is New with a formatted message.
func Newf(kind Kind, code, format string, args ...any) *Error {
	return New(kind, code, fmt.Sprintf(format, args...))
}

// Wrap makes an error that keeps cause for the log and for errors.Is and errors.As; cause's text is not part of the message.
func Wrap(cause error, kind Kind, code, message string) *Error {
	return &Error{Kind: kind, Code: code, Message: message, cause: cause}
}

// Fields makes an Invalid error about the given fields.
func Fields(code, message string, fields ...Field) *Error {
	return &Error{Kind: Invalid, Code: code, Message: message, Fields: slices.Clone(fields)}
}

// With returns a copy of the error that names one more field; the receiver stays as it is.
func (e *Error) With(field Field) *Error {
	next := *e
	next.Fields = append(slices.Clone(e.Fields), field)
	return &next
}

// Error returns code, message, fields and cause in one line, for logs. What people are shown is Message and Fields.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Code)
	b.WriteString(": ")
	b.WriteString(e.Message)
	for i, f := range e.Fields {
		b.WriteString(separator(i))
		b.WriteString(f.Path)
		b.WriteString(": ")
		b.WriteString(f.Message)
	}
	if len(e.Fields) > 0 {
		b.WriteString(")")
	}
	if e.cause != nil {
		b.WriteString(": ")
		b.WriteString(e.cause.Error())
	}
	return b.String()
}

func separator(i int) string {
	if i == 0 {
		return " ("
	}
	return "; "
}

// Unwrap returns the cause, or nil.
func (e *Error) Unwrap() error { return e.cause }

// Is reports whether target is an Error with the same code, so that errors.Is works against a declared error whatever
// fields or cause this one carries.
func (e *Error) Is(target error) bool {
	other, ok := target.(*Error)
	return ok && other != nil && other.Code == e.Code
}

// CodeOf returns the code of the outermost Error in err's chain, CodeInternal when there is none, and "" for nil.
func CodeOf(err error) string {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return CodeInternal
}

// KindOf returns the kind of the outermost Error in err's chain, Internal when there is none, and "" for nil.
func KindOf(err error) Kind {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}
