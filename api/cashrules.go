package api

import (
	"context"
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"arrears/app"
	"arrears/domain/access"
	"arrears/port"
)

// cashRulesJSON is a version of the rules of matching, which has a path of its own.
type cashRulesJSON struct{ ruleSetJSON }

func (j cashRulesJSON) path() string { return "/v1/cash-rules/" + j.ID.String() }

func writeCashRules(r port.RuleSet) cashRulesJSON { return cashRulesJSON{writeRuleSet(r)} }

func (s *server) listCashRules(c echo.Context) error {
	page, err := s.app.ListCashRules(c.Request().Context(), who(c), pageOf(c))
	if err != nil {
		return err
	}
	return answerPage(c, page, writeCashRules)
}

func (s *server) getCashRules(c echo.Context) error { return show(c, s.app.CashRules, writeCashRules) }

func (s *server) publishCashRules(c echo.Context) error {
	return command(c, http.StatusCreated, func(ctx context.Context, p access.Principal, in newRuleSetJSON) (port.RuleSet, error) {
		return s.app.PublishCashRules(ctx, p, app.NewRules{
			Scope: in.Scope, Segment: in.Segment, CustomerID: nullID(in.CustomerID), Body: in.Rules,
		})
	}, writeCashRules)
}

type cashRematchJSON struct {
	CustomerID  *uuid.UUID `json:"customer_id"`
	ReceiptID   *uuid.UUID `json:"receipt_id"`
	StatementID *uuid.UUID `json:"statement_id"`
	Cursor      string     `json:"cursor"`
}

type cashRematchedJSON struct {
	Applied int    `json:"applied"`
	Next    string `json:"next_cursor,omitempty"`
}

func (s *server) rematchCash(c echo.Context) error {
	return command(c, http.StatusOK, func(ctx context.Context, p access.Principal, in cashRematchJSON) (cashRematchedJSON, error) {
		filter := port.CashExceptionFilter{CustomerID: nullID(in.CustomerID), ReceiptID: nullID(in.ReceiptID), StatementID: nullID(in.StatementID)}
		applied, next, err := s.app.RematchCash(ctx, p, filter, in.Cursor)
		return cashRematchedJSON{applied, next}, err
	}, func(j cashRematchedJSON) cashRematchedJSON { return j })
}
