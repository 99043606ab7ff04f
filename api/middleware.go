package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"arrears/auth"
	"arrears/domain/fault"
)

const (
	keyRequestID    = "api.request_id"
	headerRequestID = "X-Request-Id"
)

// identify gives each request an id of ours; a caller's own id would let it write into our log.
func identify(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		id := uuid.NewString()
		c.Set(keyRequestID, id)
		c.Response().Header().Set(headerRequestID, id)
		return next(c)
	}
}

func requestID(c echo.Context) string {
	id, _ := c.Get(keyRequestID).(string)
	return id
}

// logged writes a line per request: what was asked, by whom, how it ended, how long it took. Paths are the route's, so that
// no customer's reference reaches the log; bodies and headers never do.
func logged(log *slog.Logger) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			start := time.Now()
			err := next(c)
			if err != nil {
				c.Error(err)
			}
			r := c.Request()
			log.InfoContext(r.Context(), "request", "request_id", requestID(c), "method", r.Method, "route", c.Path(),
				"status", c.Response().Status, "bytes", c.Response().Size, "principal", auth.PrincipalOf(r.Context()).ID,
				"duration_ms", time.Since(start).Milliseconds())
			return nil
		}
	}
}

// recovered turns a panic into an internal problem; the stack goes to the log alone.
func recovered(log *slog.Logger) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) (err error) {
			defer func() {
				reason := recover()
				if reason == nil {
					return
				}
				if reason == http.ErrAbortHandler { //nolint:errorlint // the value itself is net/http's agreed sign
					panic(reason)
				}
				log.ErrorContext(c.Request().Context(), "panic", "request_id", requestID(c), "reason", fmt.Sprint(reason), "stack", string(debug.Stack()))
				err = fault.New(fault.Internal, fault.CodeInternal, "the handler panicked")
			}()
			return next(c)
		}
	}
}

// secured sets the headers that keep a browser from doing with our answers what it should not.
func secured(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		header := c.Response().Header()
		header.Set(echo.HeaderXContentTypeOptions, "nosniff")
		header.Set(echo.HeaderXFrameOptions, "DENY")
		header.Set(echo.HeaderReferrerPolicy, "no-referrer")
		header.Set("Cross-Origin-Resource-Policy", "same-origin")
		header.Set(echo.HeaderContentSecurityPolicy, "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
		header.Set(echo.HeaderCacheControl, "no-store")
		return next(c)
	}
}

// authenticated lets in who holds a key.
func authenticated(a *auth.Authenticator) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			p, err := a.Authenticate(c.Request())
			if err != nil {
				return err
			}
			r := c.Request()
			c.SetRequest(r.WithContext(auth.WithPrincipal(r.Context(), p)))
			return next(c)
		}
	}
}

// checked holds the request against its operation, and tidies up after uploads.
func checked(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		defer dropForm(c)
		if err := validate(c); err != nil {
			return err
		}
		return next(c)
	}
}

// timed bounds how long a request may take.
func timed(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		ctx, cancel := context.WithTimeout(c.Request().Context(), operationOf(c).Timeout)
		defer cancel()
		c.SetRequest(c.Request().WithContext(ctx))
		return late(ctx, next(c))
	}
}

// late tells an error that came of the request's own deadline from every other.
func late(ctx context.Context, err error) error {
	if err == nil || !errors.Is(ctx.Err(), context.DeadlineExceeded) || fault.KindOf(err) != fault.Internal {
		return err
	}
	return fault.Wrap(err, fault.Unavailable, CodeTimeout, "this took too long; ask again with the same Idempotency-Key to learn how it ended")
}

// operated tells the request which operation it is.
func operated(o *operation) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			c.Set(keyOperation, o)
			return next(c)
		}
	}
}
