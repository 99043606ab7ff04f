package api

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/domain/dispute"
	"arrears/domain/money"
	"arrears/port"
)

// amountsJSON say where every cent of a claim, or of a part of one, is.
type amountsJSON struct {
	ClaimedMinor    int64 `json:"claimed_minor"`
	UndecidedMinor  int64 `json:"undecided_minor"`
	CreditDueMinor  int64 `json:"credit_due_minor"`
	CreditedMinor   int64 `json:"credited_minor"`
	WrittenOffMinor int64 `json:"written_off_minor"`
	RepaidMinor     int64 `json:"repaid_minor"`
	DeniedMinor     int64 `json:"denied_minor"`
	WithdrawnMinor  int64 `json:"withdrawn_minor"`
}

type disputePartJSON struct {
	ID        uuid.UUID  `json:"id"`
	InvoiceID *uuid.UUID `json:"invoice_id,omitempty"`
	ItemID    *uuid.UUID `json:"item_id,omitempty"`
	amountsJSON
}

func writeDisputePart(p dispute.Part) disputePartJSON {
	return disputePartJSON{ID: p.ID, InvoiceID: optionalID(p.InvoiceID), ItemID: optionalID(p.ItemID), amountsJSON: amountsJSON(p.Amounts)}
}

// disputeJSON is a case as lists show it.
type disputeJSON struct {
	ID         uuid.UUID `json:"id"`
	Number     int64     `json:"number"`
	Kind       string    `json:"kind"`
	CustomerID uuid.UUID `json:"customer_id"`
	Currency   string    `json:"currency"`
	State      string    `json:"state"`
	Outcome    string    `json:"outcome,omitempty"`

	CustomerReason string        `json:"customer_reason,omitempty"`
	CustomerWords  string        `json:"customer_words,omitempty"`
	ClaimReference string        `json:"claim_reference,omitempty"`
	Source         string        `json:"source"`
	TakenOn        calendar.Date `json:"taken_on"`
	ReceiptID      *uuid.UUID    `json:"receipt_id,omitempty"`

	Reason   string     `json:"reason,omitempty"`
	Trade    bool       `json:"trade"`
	Team     string     `json:"team,omitempty"`
	Owner    string     `json:"owner,omitempty"`
	Priority int        `json:"priority"`
	Rules    *uuid.UUID `json:"rules_id,omitempty"`

	Round           int           `json:"round"`
	PortalReference string        `json:"portal_reference,omitempty"`
	PayableBy       calendar.Date `json:"payable_by,omitempty"`
	PaidInProtest   bool          `json:"paid_in_protest"`
	DecidedBy       string        `json:"decided_by,omitempty"`
	DecidedAt       *time.Time    `json:"decided_at,omitempty"`
	SplitFrom       *uuid.UUID    `json:"split_from,omitempty"`
	ClaimedWhole    int64         `json:"claimed_whole_minor"`
	amountsJSON

	WakeAt        *time.Time        `json:"wake_at,omitempty"`
	AttentionCode string            `json:"attention_code,omitempty"`
	OpenedBy      string            `json:"opened_by"`
	OpenedAt      time.Time         `json:"opened_at"`
	ClosedAt      *time.Time        `json:"closed_at,omitempty"`
	Version       int64             `json:"version"`
	Parts         []disputePartJSON `json:"parts"`
}

func (j disputeJSON) path() string { return "/v1/disputes/" + j.ID.String() }

func writeDispute(d dispute.Dispute) disputeJSON {
	return disputeJSON{
		ID: d.ID, Number: d.Number, Kind: string(d.Kind), CustomerID: d.CustomerID, Currency: string(d.Currency), State: string(d.State),
		Outcome: string(d.Outcome), CustomerReason: d.CustomerReason, CustomerWords: d.CustomerWords, ClaimReference: d.ClaimReference,
		Source: d.Source, TakenOn: d.TakenOn, ReceiptID: optionalID(d.ReceiptID), Reason: d.Reason, Trade: d.Trade, Team: d.Team,
		Owner: d.Owner, Priority: d.Priority, Rules: optionalID(d.Rules), Round: d.Round, PortalReference: d.PortalReference,
		PayableBy: d.PayableBy, PaidInProtest: d.PaidInProtest, DecidedBy: d.DecidedBy, DecidedAt: optionalTime(d.DecidedAt),
		SplitFrom: optionalID(d.SplitFrom), ClaimedWhole: d.ClaimedWhole, amountsJSON: amountsJSON(d.Amounts()),
		WakeAt: optionalTime(d.WakeAt), AttentionCode: d.AttentionCode, OpenedBy: d.OpenedBy, OpenedAt: d.OpenedAt.UTC(),
		ClosedAt: optionalTime(d.ClosedAt), Version: d.Version, Parts: each(d.Parts, writeDisputePart),
	}
}

// disputeFilter reads the filters that the list and the worklist share.
func disputeFilter(c echo.Context) port.DisputeFilter {
	f := port.DisputeFilter{
		CustomerID: queryID(c, "customer_id"), InvoiceID: queryID(c, "invoice_id"), ReceiptID: queryID(c, "receipt_id"),
		Kind: dispute.Kind(c.QueryParam("kind")), Live: c.QueryParam("live") == "true", Owner: c.QueryParam("owner"),
		Team: c.QueryParam("team"), Reason: c.QueryParam("reason"), Unknown: c.QueryParam("unknown") == "true",
		Reference: c.QueryParam("reference"), Currency: money.Currency(c.QueryParam("currency")), MinMinor: queryInt(c, "min_minor"),
		MaxMinor: queryInt(c, "max_minor"), DeadlineBy: queryDate(c, "deadline_by"), TakenBefore: queryDate(c, "taken_before"),
		Number: queryInt(c, "number"),
	}
	if state := c.QueryParam("state"); state != "" {
		f.States = []dispute.State{dispute.State(state)}
	}
	return f
}

// queryInt returns a query parameter that the specification has checked to be an integer, or 0.
func queryInt(c echo.Context, name string) int64 {
	n, _ := strconv.ParseInt(c.QueryParam(name), 10, 64)
	return n
}

func (s *server) listDisputes(c echo.Context) error {
	return listing(c, s.app.ListDisputes, disputeFilter(c), writeDispute)
}

type rankedDisputeJSON struct {
	Dispute   disputeJSON `json:"dispute"`
	Score     int64       `json:"score"`
	Why       []string    `json:"why"`
	CashMinor int64       `json:"cash_minor"`
}

func writeRankedDispute(r app.RankedDispute, cash int64) rankedDisputeJSON {
	return rankedDisputeJSON{
		Dispute: writeDispute(r.Dispute), Score: r.Order.Score, Why: append([]string{}, r.Order.Why...), CashMinor: cash,
	}
}

func (s *server) getDisputeWorklist(c echo.Context) error {
	of := func(r app.RankedDispute) (uuid.UUID, money.Currency) { return r.Dispute.CustomerID, r.Dispute.Currency }
	return working(c, s, s.app.DisputeWorklist, disputeFilter(c), of, writeRankedDispute)
}

func (s *server) getDispute(c echo.Context) error {
	return show(c, s.app.DisputeCase, writeDisputeFile)
}

func (s *server) getDisputeTimeline(c echo.Context) error {
	return listing(c, s.app.DisputeTimeline, pathID(c), writeTimeline)
}

type newDisputePartJSON struct {
	ItemID        *uuid.UUID `json:"item_id"`
	InvoiceID     *uuid.UUID `json:"invoice_id"`
	InvoiceNumber string     `json:"invoice_number"`
	AmountMinor   int64      `json:"amount_minor"`
}

func (in newDisputePartJSON) read() app.NewDisputePart {
	return app.NewDisputePart{
		ItemID: nullID(in.ItemID), InvoiceID: nullID(in.InvoiceID), InvoiceNumber: in.InvoiceNumber, AmountMinor: in.AmountMinor,
	}
}

type newDisputeJSON struct {
	Kind           string               `json:"kind"`
	CustomerID     uuid.UUID            `json:"customer_id"`
	Currency       string               `json:"currency"`
	AmountMinor    int64                `json:"amount_minor"`
	Parts          []newDisputePartJSON `json:"parts"`
	CustomerReason string               `json:"customer_reason"`
	CustomerWords  string               `json:"customer_words"`
	ClaimReference string               `json:"claim_reference"`
	Source         string               `json:"source"`
	TakenOn        calendar.Date        `json:"taken_on"`
	Documents      []uuid.UUID          `json:"documents"`
}

func (s *server) openDispute(c echo.Context) error {
	return command(c, http.StatusCreated, func(ctx context.Context, p access.Principal, in newDisputeJSON) (dispute.Dispute, error) {
		return s.app.OpenDispute(ctx, p, app.NewDispute{
			Kind: dispute.Kind(in.Kind), CustomerID: in.CustomerID, Currency: money.Currency(in.Currency), AmountMinor: in.AmountMinor,
			Parts: each(in.Parts, newDisputePartJSON.read), CustomerReason: in.CustomerReason, CustomerWords: in.CustomerWords,
			ClaimReference: in.ClaimReference, Source: sourceOf(in.Source), TakenOn: in.TakenOn, Documents: in.Documents,
		})
	}, writeDispute)
}
