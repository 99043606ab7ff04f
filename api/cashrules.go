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
	"arrears/port"
)

type cashRulesJSON struct {
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

func (j cashRulesJSON) path() string { return "/v1/cash-rules/" + j.ID.String() }

func writeCashRules(r port.CashRuleSet) cashRulesJSON {
	return cashRulesJSON{
		ID: r.ID, Scope: r.Scope, Segment: r.Segment, CustomerID: optionalID(r.CustomerID), Version: r.Version, Hash: hexText(r.Hash[:]),
		Rules: r.Body, CreatedBy: r.CreatedBy, CreatedAt: r.CreatedAt.UTC(),
	}
}

func (s *server) listCashRules(c echo.Context) error {
	page, err := s.app.ListCashRules(c.Request().Context(), who(c), pageOf(c))
	if err != nil {
		return err
	}
	return answerPage(c, page, writeCashRules)
}

func (s *server) getCashRules(c echo.Context) error { return show(c, s.app.CashRules, writeCashRules) }

type newCashRulesJSON struct {
	Scope      string          `json:"scope"`
	Segment    string          `json:"segment"`
	CustomerID *uuid.UUID      `json:"customer_id"`
	Rules      json.RawMessage `json:"rules"`
}

func (s *server) publishCashRules(c echo.Context) error {
	return command(c, http.StatusCreated, func(ctx context.Context, p access.Principal, in newCashRulesJSON) (port.CashRuleSet, error) {
		return s.app.PublishCashRules(ctx, p, app.NewCashRules{
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
