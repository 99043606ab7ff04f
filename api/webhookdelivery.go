package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/webhook"
	"arrears/port"
)

type deliveryJSON struct {
	ID            uuid.UUID     `json:"id"`
	EndpointID    uuid.UUID     `json:"endpoint_id"`
	EventID       uuid.UUID     `json:"event_id"`
	EventType     string        `json:"event_type"`
	Position      int64         `json:"position,omitempty"`
	State         string        `json:"state"`
	Attempts      int           `json:"attempts"`
	Failures      int           `json:"failures"`
	Replays       int           `json:"replays"`
	NextAttemptAt *time.Time    `json:"next_attempt_at,omitempty"`
	LastStatus    int           `json:"last_status,omitempty"`
	LastError     string        `json:"last_error,omitempty"`
	CreatedAt     time.Time     `json:"created_at"`
	SettledAt     *time.Time    `json:"settled_at,omitempty"`
	Log           []attemptJSON `json:"log,omitempty"` // not in lists
}

func (j deliveryJSON) path() string { return "/v1/webhook-deliveries/" + j.ID.String() }

func writeDelivery(d webhook.Delivery) deliveryJSON {
	j := deliveryJSON{
		ID: d.ID, EndpointID: d.EndpointID, EventID: d.EventID, EventType: d.EventType, Position: d.Position, State: string(d.State),
		Attempts: d.Attempts, Failures: d.Failures, Replays: d.Replays, LastStatus: d.LastStatus, LastError: d.LastError,
		CreatedAt: d.CreatedAt.UTC(), SettledAt: optionalTime(d.SettledAt),
	}
	if d.State == webhook.Pending {
		j.NextAttemptAt = optionalTime(&d.NextAt)
	}
	return j
}

type attemptJSON struct {
	Number     int       `json:"number"`
	At         time.Time `json:"at"`
	DurationMS int64     `json:"duration_ms"`
	Status     int       `json:"status,omitempty"`
	Error      string    `json:"error,omitempty"`
	Response   string    `json:"response,omitempty"`
}

func writeDeliveryDetail(d app.DeliveryDetail) deliveryJSON {
	j := writeDelivery(d.Delivery)
	j.Log = each(d.Log, func(a webhook.Attempt) attemptJSON {
		return attemptJSON{
			Number: a.Number, At: a.At.UTC(), DurationMS: a.Took.Milliseconds(), Status: a.Status, Error: a.Error,
			Response: strings.ToValidUTF8(string(a.Response), "\uFFFD"), // a receiver may say anything
		}
	})
	return j
}

func (s *server) listDeliveries(c echo.Context) error {
	return listing(c, s.app.ListDeliveries, port.DeliveryFilter{
		EndpointID: queryID(c, "endpoint_id"), EventID: queryID(c, "event_id"), State: c.QueryParam("state"), EventType: c.QueryParam("event_type"),
	}, writeDelivery)
}

func (s *server) getDelivery(c echo.Context) error {
	return show(c, s.app.Delivery, writeDeliveryDetail)
}

func (s *server) replayDelivery(c echo.Context) error {
	return show(c, s.app.ReplayDelivery, writeDeliveryDetail)
}

type replayJSON struct {
	State        string     `json:"state"`
	EventType    string     `json:"event_type"`
	Since        *time.Time `json:"since"`
	Until        *time.Time `json:"until"`
	FromPosition *int64     `json:"from_position"`
}

type replayedJSON struct {
	Deliveries   int   `json:"deliveries"`
	More         bool  `json:"more"`
	FromPosition int64 `json:"from_position,omitempty"`
	ToPosition   int64 `json:"to_position,omitempty"`
}

func (s *server) replayEndpoint(c echo.Context) error {
	return command(c, http.StatusOK, func(ctx context.Context, p access.Principal, in replayJSON) (app.Replayed, error) {
		what := app.Replay{State: in.State, EventType: in.EventType, FromPosition: in.FromPosition}
		if in.Since != nil {
			what.Since = *in.Since
		}
		if in.Until != nil {
			what.Until = *in.Until
		}
		return s.app.ReplayEndpoint(ctx, p, pathID(c), what)
	}, func(r app.Replayed) replayedJSON {
		return replayedJSON{Deliveries: r.Deliveries, More: r.More, FromPosition: r.From, ToPosition: r.To}
	})
}
