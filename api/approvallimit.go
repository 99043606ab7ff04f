package api

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"arrears/domain/access"
	"arrears/domain/dispute"
	"arrears/domain/money"
	"arrears/port"
)

type approvalLimitJSON struct {
	Role        string `json:"role"`
	Currency    string `json:"currency"`
	Kind        string `json:"kind"`
	AmountMinor int64  `json:"amount_minor"`
	Version     int64  `json:"version"`
}

func writeApprovalLimit(l dispute.Limit) approvalLimitJSON {
	return approvalLimitJSON{Role: l.Role, Currency: string(l.Currency), Kind: l.Kind, AmountMinor: l.AmountMinor, Version: l.Version}
}

// listApprovalLimits has no pages: there are two roles, a few currencies and four kinds.
func (s *server) listApprovalLimits(c echo.Context) error {
	found, err := s.app.ApprovalLimits(c.Request().Context(), who(c))
	if err != nil {
		return err
	}
	return answerPage(c, port.Paged[dispute.Limit]{Items: found}, writeApprovalLimit)
}

type approvalLimitChangeJSON struct {
	AmountMinor int64 `json:"amount_minor"`
	Version     int64 `json:"version"`
}

func (s *server) setApprovalLimit(c echo.Context) error {
	return command(c, http.StatusOK, func(ctx context.Context, p access.Principal, in approvalLimitChangeJSON) (dispute.Limit, error) {
		return s.app.PutApprovalLimit(ctx, p, dispute.Limit{
			Role: pathParam(c, "role"), Currency: money.Currency(pathParam(c, "currency")), Kind: pathParam(c, "kind"),
			AmountMinor: in.AmountMinor, Version: in.Version,
		})
	}, writeApprovalLimit)
}
