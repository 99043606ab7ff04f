package api

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"arrears/app"
	"arrears/domain/access"
	"arrears/port"
)

// triageRulesJSON is a version of triage rules, which has a path of its own.
type triageRulesJSON struct{ ruleSetJSON }

func (j triageRulesJSON) path() string { return "/v1/triage-rules/" + j.ID.String() }

func writeTriageRules(r port.RuleSet) triageRulesJSON { return triageRulesJSON{writeRuleSet(r)} }

func (s *server) listTriageRules(c echo.Context) error {
	page, err := s.app.ListTriageRules(c.Request().Context(), who(c), pageOf(c))
	if err != nil {
		return err
	}
	return answerPage(c, page, writeTriageRules)
}

func (s *server) getTriageRules(c echo.Context) error {
	return show(c, s.app.TriageRules, writeTriageRules)
}

// getCustomerTriageRules has no pages: at most three sets count for a customer.
func (s *server) getCustomerTriageRules(c echo.Context) error {
	found, err := s.app.TriageRulesFor(c.Request().Context(), who(c), pathID(c))
	if err != nil {
		return err
	}
	return answerPage(c, port.Paged[port.RuleSet]{Items: found}, writeTriageRules)
}

func (s *server) publishTriageRules(c echo.Context) error {
	return command(c, http.StatusCreated, func(ctx context.Context, p access.Principal, in newRuleSetJSON) (port.RuleSet, error) {
		return s.app.PublishTriageRules(ctx, p, app.NewRules{
			Scope: in.Scope, Segment: in.Segment, CustomerID: nullID(in.CustomerID), Body: in.Rules,
		})
	}, writeTriageRules)
}
