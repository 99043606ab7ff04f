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
	"arrears/domain/money"
	"arrears/domain/receivable"
	"arrears/port"
)

type receiptJSON struct {
	ID             uuid.UUID         `json:"id"`
	Source         string            `json:"source"`
	Number         string            `json:"number"`
	CustomerID     *uuid.UUID        `json:"customer_id,omitempty"`
	Kind           string            `json:"kind"`
	Currency       string            `json:"currency"`
	AmountMinor    int64             `json:"amount_minor"`
	GrossMinor     int64             `json:"gross_minor"`
	NettedMinor    int64             `json:"netted_minor"`
	AppliedMinor   int64             `json:"applied_minor"`
	OnAccountMinor int64             `json:"on_account_minor"`
	UnappliedMinor int64             `json:"unapplied_minor"`
	RefundedMinor  int64             `json:"refunded_minor"`
	ValueDate      calendar.Date     `json:"value_date"`
	Reference      string            `json:"reference,omitempty"`
	State          string            `json:"state"`
	ReversedAt     *time.Time        `json:"reversed_at,omitempty"`
	ReversalReason string            `json:"reversal_reason,omitempty"`
	MatchState     string            `json:"match_state,omitempty"`
	LikelyID       *uuid.UUID        `json:"likely_customer_id,omitempty"`
	Payer          string            `json:"payer,omitempty"`
	PayerAccount   string            `json:"payer_account,omitempty"`
	HeldReason     string            `json:"held_reason,omitempty"`
	CreatedBy      string            `json:"created_by"`
	CreatedAt      time.Time         `json:"created_at"`
	Applications   []applicationJSON `json:"applications,omitempty"`
	Version        int64             `json:"version"`
}

func (j receiptJSON) version() int64 { return j.Version }
func (j receiptJSON) path() string   { return "/v1/receipts/" + j.ID.String() }

type applicationJSON struct {
	ID            uuid.UUID  `json:"id"`
	ItemID        uuid.UUID  `json:"item_id"`
	AmountMinor   int64      `json:"amount_minor"`
	ItemMinor     int64      `json:"item_minor"`
	DiscountMinor int64      `json:"discount_minor"`
	Rate          string     `json:"rate"`
	AppliedAt     time.Time  `json:"applied_at"`
	ReversedAt    *time.Time `json:"reversed_at,omitempty"`
}

func writeReceipt(r receivable.Receipt) receiptJSON {
	return receiptJSON{
		ID: r.ID, Source: r.Source, Number: r.Number, CustomerID: optionalID(r.CustomerID), Kind: r.Kind, Currency: string(r.Currency),
		AmountMinor: r.AmountMinor, GrossMinor: r.GrossMinor, NettedMinor: r.NettedMinor, AppliedMinor: r.AppliedMinor,
		OnAccountMinor: r.OnAccountMinor, UnappliedMinor: r.UnappliedMinor, RefundedMinor: r.RefundedMinor, ValueDate: r.ValueDate,
		Reference: r.Reference, State: string(r.State), ReversedAt: optionalTime(r.ReversedAt), ReversalReason: r.ReversalReason,
		MatchState: string(r.Payer.Match), LikelyID: optionalID(r.Payer.LikelyID), Payer: r.Payer.Name, PayerAccount: r.Payer.Account,
		HeldReason: string(r.Payer.HeldReason),
		CreatedBy:  r.CreatedBy, CreatedAt: r.CreatedAt.UTC(), Applications: each(r.Applications, writeApplication), Version: r.Version,
	}
}

func writeApplication(a receivable.Application) applicationJSON {
	return applicationJSON{
		ID: a.ID, ItemID: a.ItemID, AmountMinor: a.AmountMinor, ItemMinor: a.ItemMinor, DiscountMinor: a.DiscountMinor, Rate: a.Rate,
		AppliedAt: a.AppliedAt.UTC(), ReversedAt: optionalTime(a.ReversedAt),
	}
}

type newApplicationJSON struct {
	ItemID        *uuid.UUID `json:"item_id"`
	InvoiceID     *uuid.UUID `json:"invoice_id"`
	InvoiceNumber string     `json:"invoice_number"`
	AmountMinor   int64      `json:"amount_minor"`
	DiscountMinor int64      `json:"discount_minor"`
}

func (in newApplicationJSON) read() app.ReceiptApplication {
	return app.ReceiptApplication{
		ItemID: nullID(in.ItemID), InvoiceID: nullID(in.InvoiceID), InvoiceNumber: in.InvoiceNumber, AmountMinor: in.AmountMinor,
		DiscountMinor: in.DiscountMinor,
	}
}

type newReceiptJSON struct {
	Source       string               `json:"source"`
	Number       string               `json:"number"`
	CustomerID   *uuid.UUID           `json:"customer_id"`
	Kind         string               `json:"kind"`
	Currency     string               `json:"currency"`
	AmountMinor  int64                `json:"amount_minor"`
	ValueDate    calendar.Date        `json:"value_date"`
	Reference    string               `json:"reference"`
	Applications []newApplicationJSON `json:"applications"`
}

func (in newReceiptJSON) read() app.NewReceipt {
	return app.NewReceipt{
		Source: sourceOf(in.Source), Number: in.Number, CustomerID: nullID(in.CustomerID), Kind: in.Kind,
		Currency: money.Currency(in.Currency), AmountMinor: in.AmountMinor, ValueDate: in.ValueDate, Reference: in.Reference,
		Applications: each(in.Applications, newApplicationJSON.read),
	}
}

func (s *server) listReceipts(c echo.Context) error {
	return listing(c, s.app.ListReceipts, port.ReceiptFilter{
		CustomerID: queryID(c, "customer_id"), InvoiceID: queryID(c, "invoice_id"), Source: c.QueryParam("source"),
		Number: c.QueryParam("number"), State: c.QueryParam("state"), Rest: c.QueryParam("rest") == "true",
	}, writeReceipt)
}

func (s *server) getReceipt(c echo.Context) error { return show(c, s.app.Receipt, writeReceipt) }

func (s *server) recordReceipt(c echo.Context) error {
	return command(c, http.StatusCreated, func(ctx context.Context, p access.Principal, in newReceiptJSON) (receivable.Receipt, error) {
		return s.app.RecordReceipt(ctx, p, in.read())
	}, writeReceipt)
}

type applyReceiptJSON struct {
	CustomerID   *uuid.UUID           `json:"customer_id"`
	Applications []newApplicationJSON `json:"applications"`
}

func (s *server) applyReceipt(c echo.Context) error {
	return command(c, http.StatusOK, func(ctx context.Context, p access.Principal, in applyReceiptJSON) (receivable.Receipt, error) {
		return s.app.ApplyReceipt(ctx, p, pathID(c), nullID(in.CustomerID), each(in.Applications, newApplicationJSON.read))
	}, writeReceipt)
}

func (s *server) reverseReceipt(c echo.Context) error {
	return explained(c, s.app.ReverseReceipt, writeReceipt)
}
