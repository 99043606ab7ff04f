package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/dispute"
	"arrears/port"
)

type triageRulesJSON struct {
	ID         uuid.UUID       `json:"id"`
	Scope      string          `json:"scope"`
	Segment    string          `json:"segment,omitempty"`
	CustomerID *uuid.UUID      `json:"customer_id,omitempty"`
	Version    int             `json:"version"`
	Hash       string          `json:"hash"`
	Rules      json.RawMessage `json:"rules"`
	CreatedBy  string          `json:"created_by"`
	CreatedAt  time.Time       `json:"created_at"`
}

func writeTriageRules(r dispute.RuleSet) triageRulesJSON {
	return triageRulesJSON{
		ID: r.ID, Scope: r.Scope, Segment: r.Segment, CustomerID: optionalID(r.CustomerID), Version: r.Version, Hash: hexText(r.Hash[:]),
		Rules: r.Body, CreatedBy: r.CreatedBy, CreatedAt: r.CreatedAt.UTC(),
	}
}

func (s *server) listTriageRules(c echo.Context) error {
	page, err := s.app.ListTriageRules(c.Request().Context(), who(c), pageOf(c))
	if err != nil {
		return err
	}
	return answerPage(c, page, writeTriageRules)
}

// getCustomerTriageRules has no pages: at most three sets count for a customer.
func (s *server) getCustomerTriageRules(c echo.Context) error {
	found, err := s.app.TriageRulesFor(c.Request().Context(), who(c), pathID(c))
	if err != nil {
		return err
	}
	return answerPage(c, port.Paged[dispute.RuleSet]{Items: found}, writeTriageRules)
}

type newTriageRulesJSON struct {
	Scope      string          `json:"scope"`
	Segment    string          `json:"segment"`
	CustomerID *uuid.UUID      `json:"customer_id"`
	Rules      json.RawMessage `json:"rules"`
}

func (s *server) publishTriageRules(c echo.Context) error {
	return command(c, http.StatusCreated, func(ctx context.Context, p access.Principal, in newTriageRulesJSON) (dispute.RuleSet, error) {
		return s.app.PublishTriageRules(ctx, p, app.NewTriageRules{
			Scope: in.Scope, Segment: in.Segment, CustomerID: nullID(in.CustomerID), Body: in.Rules,
		})
	}, writeTriageRules)
}
