package api

import (
	"time"

	"github.com/labstack/echo/v4"
	"go.opentelemetry.io/contrib/instrumentation/github.com/labstack/echo/otelecho"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/metric/noop"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"

	"arrears/domain/fault"
)

// Meter is told of requests. Its methods return quickly.
type Meter interface {
	// Running adds a request that began, or takes away one that ended.
	Running(change int)
	// Request counts an answer. The route is the template of the operation, empty for a path that there is not.
	Request(method, route string, status int, took time.Duration)
}

// observed are the outermost handlers: what sees every request, and nothing at all where nobody looks.
func observed(d Deps) []echo.MiddlewareFunc {
	var list []echo.MiddlewareFunc
	if d.Tracing != nil {
		list = append(list, otelecho.Middleware("arrears", otelecho.WithTracerProvider(d.Tracing), otelecho.WithSkipper(ofTheHouse),
			otelecho.WithPropagators(propagation.TraceContext{}), otelecho.WithMeterProvider(noop.NewMeterProvider())))
	}
	if d.Meter != nil {
		list = append(list, measured(d.Meter))
	}
	return list
}

// ofTheHouse tells the looks of a load balancer from requests: nobody wants their traces.
func ofTheHouse(c echo.Context) bool { return c.Path() == "/healthz" || c.Path() == "/readyz" }

// measured tells the meter of every answer.
func measured(m Meter) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			began := time.Now()
			m.Running(1)
			defer func() {
				m.Running(-1)
				m.Request(c.Request().Method, routeOf(c), c.Response().Status, time.Since(began))
			}()
			return next(c)
		}
	}
}

// routeOf is the operation's template. A path without an operation is the caller's own word, which must not become a label.
func routeOf(c echo.Context) string {
	if o, ok := c.Get(keyOperation).(*operation); ok {
		return o.Path
	}
	return ""
}

// useCase makes the span around a handler, named by its operation; nil where nothing is traced.
func useCase(provider trace.TracerProvider) echo.MiddlewareFunc {
	if provider == nil {
		return nil
	}
	tracer := provider.Tracer("arrears/api")
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if ofTheHouse(c) {
				return next(c)
			}
			ctx, span := tracer.Start(c.Request().Context(), "use case "+operationOf(c).Op.OperationID)
			defer span.End()
			span.SetAttributes(attribute.String("arrears.request_id", requestID(c)))
			c.SetRequest(c.Request().WithContext(ctx))
			err := next(c)
			if err != nil {
				span.SetAttributes(attribute.String("arrears.code", fault.CodeOf(err)))
				span.SetStatus(codes.Error, "")
			}
			return err
		}
	}
}
