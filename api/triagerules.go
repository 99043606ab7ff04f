package api

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/dispute"
	"arrears/port"
)

func (s *server) listTriageRules(c echo.Context) error {
	page, err := s.app.ListTriageRules(c.Request().Context(), who(c), pageOf(c))
	if err != nil {
		return err
	}
	return answerPage(c, page, writeRuleSet)
}

// getCustomerTriageRules has no pages: at most three sets count for a customer.
func (s *server) getCustomerTriageRules(c echo.Context) error {
	found, err := s.app.TriageRulesFor(c.Request().Context(), who(c), pathID(c))
	if err != nil {
		return err
	}
	return answerPage(c, port.Paged[dispute.RuleSet]{Items: found}, writeRuleSet)
}

func (s *server) publishTriageRules(c echo.Context) error {
	return command(c, http.StatusCreated, func(ctx context.Context, p access.Principal, in newRuleSetJSON) (dispute.RuleSet, error) {
		return s.app.PublishTriageRules(ctx, p, app.NewTriageRules{
			Scope: in.Scope, Segment: in.Segment, CustomerID: nullID(in.CustomerID), Body: in.Rules,
		})
	}, writeRuleSet)
}
