package api

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"arrears/domain/access"
	"arrears/domain/dispute"
	"arrears/domain/fault"
	"arrears/port"
)

type reasonCodeJSON struct {
	Code    string `json:"code"`
	Name    string `json:"name"`
	Trade   bool   `json:"trade"`
	Active  bool   `json:"active"`
	Version int64  `json:"version"`
}

func (j reasonCodeJSON) version() int64 { return j.Version }

func writeReasonCode(c dispute.ReasonCode) reasonCodeJSON { return reasonCodeJSON(c) }

// listReasonCodes has no pages: an installation has tens of codes.
func (s *server) listReasonCodes(c echo.Context) error {
	found, err := s.app.ReasonCodes(c.Request().Context(), who(c))
	if err != nil {
		return err
	}
	return answerPage(c, port.Paged[dispute.ReasonCode]{Items: found}, writeReasonCode)
}

type newReasonCodeJSON struct {
	Code  string `json:"code"`
	Name  string `json:"name"`
	Trade bool   `json:"trade"`
}

func (s *server) createReasonCode(c echo.Context) error {
	return command(c, http.StatusCreated, func(ctx context.Context, p access.Principal, in newReasonCodeJSON) (dispute.ReasonCode, error) {
		return s.app.PutReasonCode(ctx, p, dispute.ReasonCode{Code: in.Code, Name: in.Name, Trade: in.Trade, Active: true})
	}, writeReasonCode)
}

type reasonCodeChangeJSON struct {
	Name   *string `json:"name"`
	Trade  *bool   `json:"trade"`
	Active *bool   `json:"active"`
}

// apply gives the code what the change names.
func (in reasonCodeChangeJSON) apply(code dispute.ReasonCode) dispute.ReasonCode {
	if in.Name != nil {
		code.Name = *in.Name
	}
	if in.Trade != nil {
		code.Trade = *in.Trade
	}
	if in.Active != nil {
		code.Active = *in.Active
	}
	return code
}

func (s *server) updateReasonCode(c echo.Context) error {
	return change(c, func(ctx context.Context, p access.Principal, in reasonCodeChangeJSON, version int64) (dispute.ReasonCode, error) {
		code, err := s.reasonCode(ctx, p, pathParam(c, "code"))
		if err != nil {
			return dispute.ReasonCode{}, err
		}
		code = in.apply(code)
		code.Version = version
		return s.app.PutReasonCode(ctx, p, code)
	}, writeReasonCode)
}

// reasonCode finds one code. Error: reason_code.unknown.
func (s *server) reasonCode(ctx context.Context, p access.Principal, code string) (dispute.ReasonCode, error) {
	all, err := s.app.ReasonCodes(ctx, p)
	if err != nil {
		return dispute.ReasonCode{}, err
	}
	for _, c := range all {
		if c.Code == code {
			return c, nil
		}
	}
	return dispute.ReasonCode{}, fault.Newf(fault.NotFound, dispute.CodeReasonUnknown, "there is no reason code %.40q", code)
}
