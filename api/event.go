package api

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"arrears/app"
	"arrears/domain/event"
	"arrears/port"
)

// eventsJSON is a stretch of the feed. Unlike a list it always says where to go on.
type eventsJSON struct {
	Items []event.Event `json:"items"`
	Next  string        `json:"next"`
}

func (s *server) listEvents(c echo.Context) error {
	limit, _ := strconv.Atoi(c.QueryParam("limit"))
	wait, _ := strconv.Atoi(c.QueryParam("wait"))
	page, err := s.app.Events(c.Request().Context(), who(c), app.EventQuery{
		After: c.QueryParam("after"), Tip: c.QueryParam("from") == "now", Limit: limit, Wait: time.Duration(wait) * time.Second,
		Filter: port.EventFilter{Types: typesOf(c), CustomerID: queryID(c, "customer_id"), InvoiceID: queryID(c, "invoice_id")},
		Stop:   stopping(c.Request().Context()),
	})
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, eventsJSON{
		Items: each(page.Items, func(e event.Event) event.Event { return e }), Next: page.Next,
	})
}

func typesOf(c echo.Context) []string {
	text := c.QueryParam("types")
	if text == "" {
		return nil
	}
	return strings.Split(text, ",")
}

type eventTypeJSON struct {
	Type   string          `json:"type"`
	Doc    string          `json:"doc"`
	Since  string          `json:"since"`
	Schema json.RawMessage `json:"schema"`
}

// eventTypesJSON is all types; they have no pages.
type eventTypesJSON struct {
	Items []eventTypeJSON `json:"items"`
}

func (s *server) listEventTypes(c echo.Context) error {
	types, err := s.app.EventTypes(c.Request().Context(), who(c))
	if err != nil {
		return err
	}
	list := make([]eventTypeJSON, 0, len(types))
	for _, t := range types {
		schema, err := t.Schema()
		if err != nil {
			return err
		}
		list = append(list, eventTypeJSON{Type: t.Name, Doc: t.Doc, Since: t.Since, Schema: schema})
	}
	return c.JSON(http.StatusOK, eventTypesJSON{Items: list})
}

// stoppingKey finds, in a request's context, what is closed when the server begins to stop.
type stoppingKey struct{}

// withStopping tells all requests of a server when it begins to stop, so that those that only wait can end.
func withStopping(base context.Context, stop <-chan struct{}) context.Context {
	return context.WithValue(base, stoppingKey{}, stop)
}

func stopping(ctx context.Context) <-chan struct{} {
	stop, _ := ctx.Value(stoppingKey{}).(<-chan struct{})
	return stop
}
