package api

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/port"
)

// refundJSON is money that goes back.
type refundJSON struct {
	ID          uuid.UUID     `json:"id"`
	ReceiptID   uuid.UUID     `json:"receipt_id"`
	CustomerID  *uuid.UUID    `json:"customer_id,omitempty"`
	Currency    string        `json:"currency"`
	AmountMinor int64         `json:"amount_minor"`
	Reason      string        `json:"reason"`
	ToAccount   string        `json:"to_account,omitempty"`
	State       string        `json:"state"`
	ApprovalID  *uuid.UUID    `json:"approval_id,omitempty"`
	ProposedBy  string        `json:"proposed_by"`
	ProposedAt  time.Time     `json:"proposed_at"`
	DecidedBy   string        `json:"decided_by,omitempty"`
	DecidedAt   *time.Time    `json:"decided_at,omitempty"`
	Comment     string        `json:"comment,omitempty"`
	PaidOn      calendar.Date `json:"paid_on,omitempty"`
	PaidBy      string        `json:"paid_by,omitempty"`
	Version     int64         `json:"version"`
}

func (j refundJSON) path() string { return "/v1/refunds/" + j.ID.String() }

func writeRefund(r port.Refund) refundJSON {
	return refundJSON{
		ID: r.ID, ReceiptID: r.ReceiptID, CustomerID: optionalID(r.CustomerID), Currency: string(r.Currency), AmountMinor: r.AmountMinor,
		Reason: r.Reason, ToAccount: r.ToAccount, State: r.State, ApprovalID: optionalID(r.ApprovalID), ProposedBy: r.ProposedBy,
		ProposedAt: r.ProposedAt.UTC(), DecidedBy: r.DecidedBy, DecidedAt: optionalTime(r.DecidedAt), Comment: r.Comment, PaidOn: r.PaidOn, PaidBy: r.PaidBy,
		Version: r.Version,
	}
}

func (s *server) listRefunds(c echo.Context) error {
	return listing(c, s.app.ListRefunds, port.RefundFilter{
		State: c.QueryParam("state"), CustomerID: queryID(c, "customer_id"), ReceiptID: queryID(c, "receipt_id"),
	}, writeRefund)
}

func (s *server) getRefund(c echo.Context) error { return show(c, s.app.Refund, writeRefund) }

type newRefundJSON struct {
	ReceiptID   uuid.UUID `json:"receipt_id"`
	AmountMinor int64     `json:"amount_minor"`
	Reason      string    `json:"reason"`
	ToAccount   string    `json:"to_account"`
}

func (s *server) proposeRefund(c echo.Context) error {
	return command(c, http.StatusCreated, func(ctx context.Context, p access.Principal, in newRefundJSON) (port.Refund, error) {
		return s.app.ProposeRefund(ctx, p, app.NewRefund(in))
	}, writeRefund)
}

type refundDecisionJSON struct {
	Approve bool   `json:"approve"`
	Comment string `json:"comment"`
	Version int64  `json:"version"`
}

func (s *server) decideRefund(c echo.Context) error {
	return command(c, http.StatusOK, func(ctx context.Context, p access.Principal, in refundDecisionJSON) (port.Refund, error) {
		return s.app.DecideRefund(ctx, p, app.DecideRefund{ID: pathID(c), Approve: in.Approve, Comment: in.Comment, Version: in.Version})
	}, writeRefund)
}

type refundPaymentJSON struct {
	PaidOn  calendar.Date `json:"paid_on"`
	Version int64         `json:"version"`
}

func (s *server) payRefund(c echo.Context) error {
	return command(c, http.StatusOK, func(ctx context.Context, p access.Principal, in refundPaymentJSON) (port.Refund, error) {
		return s.app.PayRefund(ctx, p, pathID(c), in.PaidOn, in.Version)
	}, writeRefund)
}
