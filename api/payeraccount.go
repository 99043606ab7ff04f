package api

import (
	"context"
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/port"
)

// payerAccountJSON is a bank account from which a customer pays, or not.
type payerAccountJSON struct {
	ID         uuid.UUID     `json:"id"`
	Account    string        `json:"account"`
	CustomerID uuid.UUID     `json:"customer_id"`
	Name       string        `json:"name,omitempty"`
	FirstOn    calendar.Date `json:"first_on"`
	LastOn     calendar.Date `json:"last_on"`
	Payments   int64         `json:"payments"`
	State      string        `json:"state"`
	SaidBy     string        `json:"said_by"`
}

func (j payerAccountJSON) path() string { return "/v1/payer-accounts/" + j.ID.String() }

func writePayerAccount(a port.PayerAccount) payerAccountJSON {
	return payerAccountJSON{
		ID: a.ID, Account: a.Key, CustomerID: a.CustomerID, Name: a.Name, FirstOn: a.FirstOn, LastOn: a.LastOn, Payments: a.Uses, State: a.State,
		SaidBy: a.LearnedBy,
	}
}

func (s *server) listPayerAccounts(c echo.Context) error {
	return listing(c, s.app.ListPayerAccounts, port.PayerAccountFilter{
		CustomerID: queryID(c, "customer_id"), Key: c.QueryParam("account"), State: c.QueryParam("state"),
	}, writePayerAccount)
}

func (s *server) getPayerAccount(c echo.Context) error {
	return show(c, s.app.PayerAccount, writePayerAccount)
}

type newPayerAccountJSON struct {
	CustomerID uuid.UUID `json:"customer_id"`
	Account    string    `json:"account"`
	Name       string    `json:"name"`
	State      string    `json:"state"`
}

func (s *server) sayPayerAccount(c echo.Context) error {
	return command(c, http.StatusCreated, func(ctx context.Context, p access.Principal, in newPayerAccountJSON) (port.PayerAccount, error) {
		return s.app.SayPayerAccount(ctx, p, app.PayerAccountSaid(in))
	}, writePayerAccount)
}

// judgePayerAccount answers the commands that put an account of the path into a state.
func (s *server) judgePayerAccount(state string) echo.HandlerFunc {
	return func(c echo.Context) error {
		return onPath(c, func(ctx context.Context, p access.Principal, id uuid.UUID, _ struct{}) (port.PayerAccount, error) {
			return s.app.JudgePayerAccount(ctx, p, id, state)
		}, writePayerAccount)
	}
}
