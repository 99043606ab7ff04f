package api

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/webhook"
	"arrears/port"
)

type endpointJSON struct {
	ID           uuid.UUID         `json:"id"`
	URL          string            `json:"url"`
	Description  string            `json:"description,omitempty"`
	EventTypes   []string          `json:"event_types"`
	Metadata     map[string]string `json:"metadata"`
	State        string            `json:"state"`
	Reason       string            `json:"reason,omitempty"`
	Position     int64             `json:"position"`
	Replaying    bool              `json:"replaying"`
	FailingSince *time.Time        `json:"failing_since,omitempty"`
	Failures     int               `json:"failures"`
	PausedUntil  *time.Time        `json:"paused_until,omitempty"`
	Secrets      []secretJSON      `json:"secrets"`
	CreatedBy    string            `json:"created_by"`
	CreatedAt    time.Time         `json:"created_at"`
	Version      int64             `json:"version"`
	Secret       string            `json:"secret,omitempty"` // a new one, once
}

func (j endpointJSON) version() int64 { return j.Version }
func (j endpointJSON) path() string   { return "/v1/webhook-endpoints/" + j.ID.String() }

// secretJSON tells of a secret, never what it is.
type secretJSON struct {
	ID        uuid.UUID  `json:"id"`
	CreatedAt time.Time  `json:"created_at"`
	ExpiresAt *time.Time `json:"expires_at,omitempty"`
}

func writeEndpoint(e webhook.Endpoint) endpointJSON {
	j := endpointJSON{
		ID: e.ID, URL: e.URL, Description: e.Description, EventTypes: e.EventTypes, Metadata: e.Metadata, State: string(e.State), Reason: e.Reason,
		Position: e.Position, Replaying: e.Replaying(), FailingSince: optionalTime(e.FailingSince), Failures: e.Failures,
		PausedUntil: optionalTime(e.PausedUntil), CreatedBy: e.CreatedBy, CreatedAt: e.CreatedAt.UTC(), Version: e.Version,
		Secrets: each(e.Secrets, func(s webhook.Secret) secretJSON {
			return secretJSON{ID: s.ID, CreatedAt: s.CreatedAt.UTC(), ExpiresAt: optionalTime(s.ExpiresAt)}
		}),
	}
	if j.EventTypes == nil {
		j.EventTypes = []string{}
	}
	if j.Metadata == nil {
		j.Metadata = map[string]string{}
	}
	return j
}

func writeSecretShown(s app.SecretShown) endpointJSON {
	j := writeEndpoint(s.Endpoint)
	j.Secret = s.Secret
	return j
}

type newEndpointJSON struct {
	URL          string            `json:"url"`
	Description  string            `json:"description"`
	EventTypes   []string          `json:"event_types"`
	Metadata     map[string]string `json:"metadata"`
	FromPosition *int64            `json:"from_position"`
}

type endpointChangeJSON struct {
	URL         *string            `json:"url"`
	Description *string            `json:"description"`
	EventTypes  *[]string          `json:"event_types"`
	Metadata    *map[string]string `json:"metadata"`
	State       string             `json:"state"`
	SkipMissed  bool               `json:"skip_missed"`
}

func (s *server) listEndpoints(c echo.Context) error {
	return listing(c, s.app.ListEndpoints, port.EndpointFilter{State: c.QueryParam("state")}, writeEndpoint)
}

func (s *server) getEndpoint(c echo.Context) error { return show(c, s.app.Endpoint, writeEndpoint) }

func (s *server) createEndpoint(c echo.Context) error {
	return command(c, http.StatusCreated, func(ctx context.Context, p access.Principal, in newEndpointJSON) (app.SecretShown, error) {
		return s.app.CreateEndpoint(ctx, p, app.NewEndpoint{
			URL: in.URL, Description: in.Description, EventTypes: in.EventTypes, Metadata: in.Metadata, FromPosition: in.FromPosition,
		})
	}, writeSecretShown)
}

func (s *server) updateEndpoint(c echo.Context) error {
	return change(c, func(ctx context.Context, p access.Principal, in endpointChangeJSON, version int64) (webhook.Endpoint, error) {
		next := app.EndpointChange{
			Version: version, URL: in.URL, Description: in.Description, EventTypes: in.EventTypes, Metadata: in.Metadata, SkipMissed: in.SkipMissed,
		}
		if in.State != "" {
			enabled := in.State == string(webhook.Enabled)
			next.Enabled = &enabled
		}
		return s.app.UpdateEndpoint(ctx, p, pathID(c), next)
	}, writeEndpoint)
}

type rotationJSON struct {
	OverlapHours *int `json:"overlap_hours"`
}

func (s *server) rotateEndpointSecret(c echo.Context) error {
	return command(c, http.StatusOK, func(ctx context.Context, p access.Principal, in rotationJSON) (app.SecretShown, error) {
		overlap := webhook.DefaultOverlap
		if in.OverlapHours != nil {
			overlap = time.Duration(*in.OverlapHours) * time.Hour
		}
		return s.app.RotateSecret(ctx, p, pathID(c), overlap)
	}, writeSecretShown)
}

func (s *server) archiveEndpoint(c echo.Context) error {
	return show(c, s.app.ArchiveEndpoint, writeEndpoint)
}

func (s *server) pingEndpoint(c echo.Context) error {
	made, err := s.app.PingEndpoint(c.Request().Context(), who(c), pathID(c))
	if err != nil {
		return err
	}
	return answer(c, http.StatusCreated, writeDeliveryDetail(made))
}
