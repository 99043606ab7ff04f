package api

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"arrears/domain/fault"
)

// The codes of the refusals that HTTP itself calls for.
const (
	// CodeRouteUnknown means no route has this path.
	CodeRouteUnknown = "route.not_found"
	// CodeMethodNotAllowed means the path exists and does not know the method.
	CodeMethodNotAllowed = "route.method_not_allowed"
	// CodeMediaType means the body's Content-Type is not one that the route reads.
	CodeMediaType = "request.unsupported_media_type"
	// CodeTooLarge means the body is larger than the route takes.
	CodeTooLarge = "request.too_large"
	// CodeRateLimited means the key has asked too often; Retry-After says when to ask again.
	CodeRateLimited = "request.rate_limited"
	// CodeTimeout means the answer took longer than the route allows; what it did may or may not have been committed, and
	// the same Idempotency-Key finds out.
	CodeTimeout = "request.timeout"
)

// typeBase makes a problem's type from its code. The documentation page lists the codes.
const typeBase = "/docs#problem-"

// problem is the body of every refusal (RFC 9457).
type problem struct {
	Type      string         `json:"type"`
	Title     string         `json:"title"`
	Status    int            `json:"status"`
	Code      string         `json:"code"`
	Detail    string         `json:"detail"`
	Fields    []problemField `json:"fields,omitempty"`
	RequestID string         `json:"request_id"`
}

// problemField points at one part of the request that is wrong.
type problemField struct {
	Path    string `json:"path"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// statuses is the one map from kinds of faults to HTTP.
var statuses = map[fault.Kind]int{
	fault.Invalid:         http.StatusBadRequest,
	fault.Unauthenticated: http.StatusUnauthorized,
	fault.Forbidden:       http.StatusForbidden,
	fault.NotFound:        http.StatusNotFound,
	fault.Conflict:        http.StatusConflict,
	fault.Precondition:    http.StatusPreconditionFailed,
	fault.TooLarge:        http.StatusRequestEntityTooLarge,
	fault.RateLimited:     http.StatusTooManyRequests,
	fault.Unavailable:     http.StatusServiceUnavailable,
	fault.Internal:        http.StatusInternalServerError,
}

// transportError is a refusal whose status no kind of fault names: 405 and 415.
type transportError struct {
	status int
	fault  *fault.Error
}

// Error implements error.
func (e *transportError) Error() string { return e.fault.Error() }

// Unwrap gives the fault that people are shown.
func (e *transportError) Unwrap() error { return e.fault }

// problemOf turns any error into what may be shown. Whatever is not a fault.Error is ours and says nothing.
func problemOf(err error, requestID string) problem {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Kind == fault.Internal {
		f = fault.New(fault.Internal, fault.CodeInternal, "something went wrong on our side; the request id finds it in the log")
	}
	status, known := statuses[f.Kind]
	if !known {
		status = http.StatusInternalServerError
	}
	if t, isTransport := errors.AsType[*transportError](err); isTransport {
		status = t.status
	}
	p := problem{
		Type: typeBase + f.Code, Title: http.StatusText(status), Status: status, Code: f.Code, Detail: f.Message, RequestID: requestID,
	}
	for _, field := range f.Fields {
		p.Fields = append(p.Fields, problemField{Path: field.Path, Code: field.Code, Message: field.Message})
	}
	return p
}

// fromEcho translates the errors that echo itself makes for unknown paths and methods.
func fromEcho(err error) error {
	var he *echo.HTTPError
	if !errors.As(err, &he) {
		return err
	}
	switch he.Code {
	case http.StatusNotFound:
		return fault.New(fault.NotFound, CodeRouteUnknown, "there is nothing at this path; /docs lists what there is")
	case http.StatusMethodNotAllowed:
		return &transportError{he.Code, fault.New(fault.Invalid, CodeMethodNotAllowed, "this path does not know the method; the Allow header names those it knows")}
	case http.StatusRequestEntityTooLarge:
		return tooLarge(0)
	}
	return err
}

// refuse is echo's error handler: it writes the problem, and logs what must not be shown.
func refuse(log *slog.Logger) echo.HTTPErrorHandler {
	return func(err error, c echo.Context) {
		if c.Response().Committed {
			return
		}
		p := problemOf(fromEcho(err), requestID(c))
		if p.Status >= http.StatusInternalServerError {
			log.ErrorContext(c.Request().Context(), "request failed", "request_id", p.RequestID, "code", p.Code, "error", err.Error())
		}
		header := c.Response().Header()
		if p.Status == http.StatusUnauthorized {
			header.Add("WWW-Authenticate", `Bearer realm="arrears"`)
			header.Add("WWW-Authenticate", `Basic realm="arrears", charset="UTF-8"`)
		}
		if p.Status == http.StatusServiceUnavailable && header.Get("Retry-After") == "" {
			header.Set("Retry-After", strconv.Itoa(retryUnavailable))
		}
		writeProblem(c, p)
	}
}

// retryUnavailable is after how many seconds a caller should try again when something we need is away.
const retryUnavailable = 5

func writeProblem(c echo.Context, p problem) {
	header := c.Response().Header()
	header.Set(echo.HeaderContentType, "application/problem+json")
	header.Set(echo.HeaderCacheControl, "no-store")
	c.Response().WriteHeader(p.Status)
	if c.Request().Method == http.MethodHead {
		return
	}
	// A write that fails means the caller is gone; nobody is left to tell.
	_ = json.NewEncoder(c.Response()).Encode(p)
}
