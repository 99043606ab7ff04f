package api

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/casework"
	"arrears/domain/money"
	"arrears/port"
)

type approvalJSON struct {
	ID          uuid.UUID  `json:"id"`
	SubjectKind string     `json:"subject_kind"`
	SubjectID   uuid.UUID  `json:"subject_id"`
	CustomerID  uuid.UUID  `json:"customer_id"`
	CaseID      *uuid.UUID `json:"case_id,omitempty"`
	Stage       string     `json:"stage"`
	Role        string     `json:"role"`
	State       string     `json:"state"`
	ContentHash string     `json:"content_hash"`
	Summary     string     `json:"summary"`
	AmountMinor int64      `json:"amount_minor"`
	Currency    string     `json:"currency"`
	Proposers   []string   `json:"proposers"`
	AtDeadline  string     `json:"at_deadline"`
	DueAt       time.Time  `json:"due_at"`
	Reminders   int        `json:"reminders"`
	RequestedAt time.Time  `json:"requested_at"`
	DecidedAt   *time.Time `json:"decided_at,omitempty"`
	DecidedBy   string     `json:"decided_by,omitempty"`
	Comment     string     `json:"comment,omitempty"`
	Version     int64      `json:"version"`
	CashMinor   *int64     `json:"cash_minor,omitempty"`
}

func writeApproval(a casework.Approval) approvalJSON {
	return approvalJSON{
		ID: a.ID, SubjectKind: a.SubjectKind, SubjectID: a.SubjectID, CustomerID: a.CustomerID, CaseID: optionalID(a.CaseID), Stage: a.Stage,
		Role: a.Role, State: string(a.State), ContentHash: hexText(a.ContentHash[:]), Summary: a.Summary, AmountMinor: a.AmountMinor,
		Currency: string(a.Currency), Proposers: append([]string{}, a.Proposers...), AtDeadline: a.AtDeadline, DueAt: a.DueAt.UTC(),
		Reminders: a.Reminders, RequestedAt: a.RequestedAt.UTC(), DecidedAt: optionalTime(a.DecidedAt), DecidedBy: a.DecidedBy,
		Comment: a.Comment, Version: a.Version,
	}
}

func (a approvalJSON) version() int64 { return a.Version }

func (s *server) listApprovals(c echo.Context) error {
	filter := port.ApprovalFilter{State: c.QueryParam("status"), Role: c.QueryParam("role"), CustomerID: queryID(c, "customer_id")}
	of := func(a casework.Approval) (uuid.UUID, money.Currency) { return a.CustomerID, a.Currency }
	return working(c, s, s.app.ListApprovals, filter, of, func(a casework.Approval, cash int64) approvalJSON {
		row := writeApproval(a)
		row.CashMinor = &cash
		return row
	})
}

func (s *server) getApproval(c echo.Context) error { return show(c, s.app.Approval, writeApproval) }

type approvalDecisionJSON struct {
	Decision    string `json:"decision"`
	ContentHash string `json:"content_hash"`
	Comment     string `json:"comment"`
}

func (s *server) decideApproval(c echo.Context) error {
	return command(c, http.StatusOK, func(ctx context.Context, p access.Principal, in approvalDecisionJSON) (casework.Approval, error) {
		return s.app.DecideApproval(ctx, p, app.DecideApproval{
			ID: pathID(c), Approve: in.Decision == "approve", Comment: in.Comment, ContentHash: in.ContentHash,
		})
	}, writeApproval)
}
