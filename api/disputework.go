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

// onDispute does something to the case of the path and answers with it as it is then.
func onDispute[I any](c echo.Context, act func(ctx context.Context, p access.Principal, id uuid.UUID, in I) (app.DisputeFile, error)) error {
	return onPath(c, act, writeDisputeFile)
}

type disputeTriageJSON struct {
	Reason   string `json:"reason"`
	Owner    string `json:"owner"`
	Team     string `json:"team"`
	Priority int    `json:"priority"`
	Version  int64  `json:"version"`
}

func (s *server) triageDispute(c echo.Context) error {
	return onDispute(c, func(ctx context.Context, p access.Principal, id uuid.UUID, in disputeTriageJSON) (app.DisputeFile, error) {
		return s.app.TriageDispute(ctx, p, id, app.TriageInput(in))
	})
}

type evidenceRequestJSON struct {
	Kind      string        `json:"kind"`
	Team      string        `json:"team"`
	Note      string        `json:"note"`
	Mandatory bool          `json:"mandatory"`
	DueOn     calendar.Date `json:"due_on"`
}

func (in evidenceRequestJSON) read() app.EvidenceRequest { return app.EvidenceRequest(in) }

type evidenceRequestsJSON struct {
	Requests []evidenceRequestJSON `json:"requests"`
}

func (s *server) requestEvidence(c echo.Context) error {
	return onDispute(c, func(ctx context.Context, p access.Principal, id uuid.UUID, in evidenceRequestsJSON) (app.DisputeFile, error) {
		return s.app.RequestEvidence(ctx, p, id, each(in.Requests, evidenceRequestJSON.read))
	})
}

type evidenceAnswerJSON struct {
	State      string     `json:"state"`
	DocumentID *uuid.UUID `json:"document_id"`
	Note       string     `json:"note"`
}

func (s *server) answerEvidence(c echo.Context) error {
	piece, err := uuid.Parse(pathParam(c, "evidence_id"))
	if err != nil {
		return err // the specification has checked it
	}
	return onDispute(c, func(ctx context.Context, p access.Principal, id uuid.UUID, in evidenceAnswerJSON) (app.DisputeFile, error) {
		return s.app.AnswerEvidence(ctx, p, id, piece, app.EvidenceAnswer{
			State: dispute.EvidenceState(in.State), DocumentID: nullID(in.DocumentID), Note: in.Note,
		})
	})
}

type deadlineMetJSON struct {
	Note string `json:"note"`
}

func (s *server) meetDeadline(c echo.Context) error {
	kind := dispute.DeadlineKind(pathParam(c, "kind"))
	return onDispute(c, func(ctx context.Context, p access.Principal, id uuid.UUID, in deadlineMetJSON) (app.DisputeFile, error) {
		return s.app.MeetDeadline(ctx, p, id, kind, in.Note)
	})
}

type customerQuestionJSON struct {
	Note    string        `json:"note"`
	ReplyBy calendar.Date `json:"reply_by"`
}

func (s *server) askCustomer(c echo.Context) error {
	return onDispute(c, func(ctx context.Context, p access.Principal, id uuid.UUID, in customerQuestionJSON) (app.DisputeFile, error) {
		return s.app.AskCustomer(ctx, p, id, app.CustomerQuestion(in))
	})
}

type customerReplyJSON struct {
	Note string `json:"note"`
}

func (s *server) recordReply(c echo.Context) error {
	return onDispute(c, func(ctx context.Context, p access.Principal, id uuid.UUID, in customerReplyJSON) (app.DisputeFile, error) {
		return s.app.CustomerReplied(ctx, p, id, in.Note)
	})
}

type disputeSubmissionJSON struct {
	Channel         string        `json:"channel"`
	PortalReference string        `json:"portal_reference"`
	ReplyBy         calendar.Date `json:"reply_by"`
	BuyerInvolved   bool          `json:"buyer_involved"`
}

func (s *server) submitDispute(c echo.Context) error {
	return onDispute(c, func(ctx context.Context, p access.Principal, id uuid.UUID, in disputeSubmissionJSON) (app.DisputeFile, error) {
		return s.app.SubmitDispute(ctx, p, id, app.NewRound(in))
	})
}

type disputeAnswerJSON struct {
	Answer string `json:"answer"`
	Note   string `json:"note"`
}

func (s *server) answerDispute(c echo.Context) error {
	return onDispute(c, func(ctx context.Context, p access.Principal, id uuid.UUID, in disputeAnswerJSON) (app.DisputeFile, error) {
		return s.app.AnswerDispute(ctx, p, id, app.ContestAnswer(in))
	})
}

type disputeAppealJSON struct {
	AmountMinor int64       `json:"amount_minor"`
	Reason      string      `json:"reason"`
	Documents   []uuid.UUID `json:"documents"`
}

func (s *server) appealDispute(c echo.Context) error {
	return onDispute(c, func(ctx context.Context, p access.Principal, id uuid.UUID, in disputeAppealJSON) (app.DisputeFile, error) {
		return s.app.AppealDispute(ctx, p, id, app.Appeal(in))
	})
}

type splitPartJSON struct {
	AmountMinor int64  `json:"amount_minor"`
	Reason      string `json:"reason"`
	Words       string `json:"words"`
}

func (in splitPartJSON) read() app.SplitPart { return app.SplitPart(in) }

type disputeSplitJSON struct {
	Parts []splitPartJSON `json:"parts"`
}

// disputeList writes several cases as one answer.
func disputeList(found []dispute.Dispute) pageJSON[disputeJSON] {
	return pageJSON[disputeJSON]{Items: each(found, writeDispute)}
}

func (s *server) splitDispute(c echo.Context) error {
	return command(c, http.StatusOK, func(ctx context.Context, p access.Principal, in disputeSplitJSON) ([]dispute.Dispute, error) {
		return s.app.SplitDispute(ctx, p, pathID(c), each(in.Parts, splitPartJSON.read))
	}, disputeList)
}

type disputeMergeJSON struct {
	IDs []uuid.UUID `json:"dispute_ids"`
}

func (s *server) mergeDisputes(c echo.Context) error {
	return command(c, http.StatusOK, func(ctx context.Context, p access.Principal, in disputeMergeJSON) ([]dispute.Dispute, error) {
		return s.app.MergeDisputes(ctx, p, in.IDs)
	}, disputeList)
}

type disputeLinkChangeJSON struct {
	OtherID uuid.UUID `json:"other_id"`
	State   string    `json:"state"`
}

func (s *server) linkDispute(c echo.Context) error {
	return onDispute(c, func(ctx context.Context, p access.Principal, id uuid.UUID, in disputeLinkChangeJSON) (app.DisputeFile, error) {
		return s.app.LinkDisputes(ctx, p, id, in.OtherID, in.State)
	})
}
