package api

import (
	"context"
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/domain/dispute"
)

type newDisputeDecisionJSON struct {
	Kind        string             `json:"kind"`
	ValidMinor  int64              `json:"valid_minor"`
	DeniedMinor int64              `json:"denied_minor"`
	Parts       []partDecisionJSON `json:"parts"`
	Reason      string             `json:"reason"`
	Comment     string             `json:"comment"`
	Evidence    []uuid.UUID        `json:"evidence"`
	PayableBy   calendar.Date      `json:"payable_by"`
	Version     int64              `json:"version"`
}

func (in newDisputeDecisionJSON) read() app.NewDecision {
	return app.NewDecision{
		Kind: dispute.DecisionKind(in.Kind), ValidMinor: in.ValidMinor, DeniedMinor: in.DeniedMinor, Parts: each(in.Parts, partDecisionJSON.read),
		Reason: in.Reason, Comment: in.Comment, Evidence: in.Evidence, PayableBy: in.PayableBy, Version: in.Version,
	}
}

func (s *server) decideDispute(c echo.Context) error {
	return onDispute(c, func(ctx context.Context, p access.Principal, id uuid.UUID, in newDisputeDecisionJSON) (app.DisputeFile, error) {
		return s.app.DecideDispute(ctx, p, id, in.read())
	})
}

type bulkDecisionJSON struct {
	DisputeID uuid.UUID `json:"dispute_id"`
	newDisputeDecisionJSON
}

func (in bulkDecisionJSON) read() app.BulkDecision {
	return app.BulkDecision{DisputeID: in.DisputeID, NewDecision: in.newDisputeDecisionJSON.read()}
}

type bulkDecisionsJSON struct {
	Decisions []bulkDecisionJSON `json:"decisions"`
}

type bulkDecidedJSON struct {
	DisputeID   uuid.UUID `json:"dispute_id"`
	Number      int64     `json:"number,omitempty"`
	State       string    `json:"state"`
	ValidMinor  int64     `json:"valid_minor"`
	DeniedMinor int64     `json:"denied_minor"`
	Currency    string    `json:"currency"`
	Code        string    `json:"code,omitempty"`
	Message     string    `json:"message,omitempty"`
	// Limit is what the limit was held against.
	Limit *limitCheckJSON `json:"limit,omitempty"`
}

func writeBulkDecided(d app.BulkDecided) bulkDecidedJSON {
	return bulkDecidedJSON{
		DisputeID: d.DisputeID, Number: d.Number, State: d.State, ValidMinor: d.ValidMinor, DeniedMinor: d.DeniedMinor,
		Currency: string(d.Currency), Code: d.Code, Message: d.Message, Limit: writeLimitCheck(d.Limit),
	}
}

// decideDisputes decides, or only says what would happen.
func (s *server) decideDisputes(c echo.Context) error {
	run := s.app.DecideDisputes
	if c.QueryParam("preview") == "true" {
		run = s.app.PreviewDecisions
	}
	return command(c, http.StatusOK, func(ctx context.Context, p access.Principal, in bulkDecisionsJSON) ([]app.BulkDecided, error) {
		return run(ctx, p, each(in.Decisions, bulkDecisionJSON.read))
	}, func(found []app.BulkDecided) pageJSON[bulkDecidedJSON] {
		return pageJSON[bulkDecidedJSON]{Items: each(found, writeBulkDecided)}
	})
}

type disputeSettlementJSON struct {
	AmountMinor int64  `json:"amount_minor"`
	Reason      string `json:"reason"`
	Comment     string `json:"comment"`
}

func (s *server) settleDispute(c echo.Context) error {
	return onDispute(c, func(ctx context.Context, p access.Principal, id uuid.UUID, in disputeSettlementJSON) (app.DisputeFile, error) {
		return s.app.SettleDispute(ctx, p, id, app.Settlement(in))
	})
}

func (s *server) giveUpDispute(c echo.Context) error {
	return onDispute(c, func(ctx context.Context, p access.Principal, id uuid.UUID, in disputeSettlementJSON) (app.DisputeFile, error) {
		return s.app.GiveUpDispute(ctx, p, id, app.Settlement(in))
	})
}

func (s *server) withdrawDispute(c echo.Context) error {
	return explained(c, s.app.WithdrawDispute, writeDisputeFile)
}

func (s *server) reopenDispute(c echo.Context) error {
	return explained(c, s.app.ReopenDispute, writeDisputeFile)
}
