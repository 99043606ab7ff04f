package api

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
	"go.opentelemetry.io/otel/trace"

	"arrears/app"
	"arrears/auth"
	"arrears/port"
)

// Deps is what the API needs.
type Deps struct {
	// App holds the use cases.
	App *app.App
	// Auth tells who is calling.
	Auth *auth.Authenticator
	// Idempotency keeps keys and answers.
	Idempotency port.Idempotency
	// Checks are what /readyz asks, in order.
	Checks []Check
	// Log gets a line per request and every internal error.
	Log *slog.Logger
	// Limits bound how often a key may ask; zero values mean the defaults.
	Limits Limits
	// Meter is told of every request; nil: nobody is.
	Meter Meter
	// Tracing makes the spans of requests; nil makes none.
	Tracing trace.TracerProvider
	// Version of the program, shown on the documentation page.
	Version string
}

// server holds what handlers need.
type server struct {
	log     *slog.Logger
	app     *app.App
	checks  []Check
	docs    []byte
	docsCSP string
}

// New builds the API. It fails only when the specification and the handlers do not fit together, which tests rule out.
func New(d Deps) (*echo.Echo, error) {
	c, err := loadContract()
	if err != nil {
		return nil, err
	}
	s := &server{app: d.App, checks: d.Checks, log: d.Log}
	if s.docs, s.docsCSP, err = renderDocs(c, d.Version); err != nil {
		return nil, err
	}
	return build(c, s.handlers(), s.receivers(), d)
}

// build makes the routes of a contract, each with its handler and everything around it.
func build(c *contract, handlers map[string]echo.HandlerFunc, receivers map[string]receiver, d Deps) (*echo.Echo, error) {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.HTTPErrorHandler = refuse(d.Log)
	e.Use(observed(d)...)
	e.Use(identify, logged(d.Log), recovered(d.Log), secured)
	var missing []string
	limits := newLimiter(d.Limits, maxCallers)
	span := useCase(d.Tracing)
	for name, o := range c.operations {
		handler, ok := handlers[o.Op.OperationID]
		if !ok {
			missing = append(missing, name)
			continue
		}
		delete(handlers, o.Op.OperationID)
		own := *o // the contract is shared by all servers of the process
		own.Receive = receivers[o.Op.OperationID]
		chain := []echo.MiddlewareFunc{operated(&own)}
		if !o.Public {
			chain = append(chain, authenticated(d.Auth), limits.middleware)
		}
		chain = append(chain, checked, timed, idempotent(d.Idempotency))
		if span != nil {
			chain = append(chain, span)
		}
		e.Add(o.Method, echoPath(o.Path), handler, chain...)
	}
	return e, unmatched(missing, handlers)
}

// unmatched names what the specification and the handlers do not have in common.
func unmatched(missing []string, left map[string]echo.HandlerFunc) error {
	var errs []error
	slices.Sort(missing)
	for _, name := range missing {
		errs = append(errs, fmt.Errorf("no handler for %s", name))
	}
	for id := range left {
		errs = append(errs, fmt.Errorf("no operation for handler %s", id))
	}
	return errors.Join(errs...)
}

// echoPath writes a path of the specification as echo writes it.
func echoPath(path string) string {
	return strings.NewReplacer("{", ":", "}", "").Replace(path)
}
