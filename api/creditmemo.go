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

type creditMemoJSON struct {
	ID           uuid.UUID               `json:"id"`
	Source       string                  `json:"source"`
	Number       string                  `json:"number"`
	CustomerID   uuid.UUID               `json:"customer_id"`
	InvoiceID    *uuid.UUID              `json:"invoice_id,omitempty"`
	Currency     string                  `json:"currency"`
	AmountMinor  int64                   `json:"amount_minor"`
	AppliedMinor int64                   `json:"applied_minor"`
	OpenMinor    int64                   `json:"open_minor"`
	MemoDate     calendar.Date           `json:"memo_date"`
	Reason       string                  `json:"reason,omitempty"`
	State        string                  `json:"state"`
	CreatedBy    string                  `json:"created_by"`
	CreatedAt    time.Time               `json:"created_at"`
	Applications []creditApplicationJSON `json:"applications,omitempty"`
	Version      int64                   `json:"version"`
}

func (j creditMemoJSON) version() int64 { return j.Version }
func (j creditMemoJSON) path() string   { return "/v1/credit-memos/" + j.ID.String() }

type creditApplicationJSON struct {
	ID          uuid.UUID  `json:"id"`
	ItemID      uuid.UUID  `json:"item_id"`
	AmountMinor int64      `json:"amount_minor"`
	AppliedAt   time.Time  `json:"applied_at"`
	ReversedAt  *time.Time `json:"reversed_at,omitempty"`
}

func writeCreditMemo(m receivable.CreditMemo) creditMemoJSON {
	return creditMemoJSON{
		ID: m.ID, Source: m.Source, Number: m.Number, CustomerID: m.CustomerID, InvoiceID: optionalID(m.InvoiceID),
		Currency: string(m.Currency), AmountMinor: m.AmountMinor, AppliedMinor: m.AppliedMinor, OpenMinor: m.OpenMinor,
		MemoDate: m.MemoDate, Reason: m.Reason, State: string(m.State), CreatedBy: m.CreatedBy, CreatedAt: m.CreatedAt.UTC(),
		Applications: each(m.Applications, writeCreditApplication), Version: m.Version,
	}
}

func writeCreditApplication(a receivable.CreditApplication) creditApplicationJSON {
	return creditApplicationJSON{
		ID: a.ID, ItemID: a.ItemID, AmountMinor: a.AmountMinor, AppliedAt: a.AppliedAt.UTC(), ReversedAt: optionalTime(a.ReversedAt),
	}
}

type newCreditMemoJSON struct {
	Source      string        `json:"source"`
	Number      string        `json:"number"`
	CustomerID  uuid.UUID     `json:"customer_id"`
	InvoiceID   *uuid.UUID    `json:"invoice_id"`
	Currency    string        `json:"currency"`
	AmountMinor int64         `json:"amount_minor"`
	MemoDate    calendar.Date `json:"memo_date"`
	Reason      string        `json:"reason"`
	DisputeID   *uuid.UUID    `json:"dispute_id"`
}

type itemAmountJSON struct {
	ItemID      uuid.UUID `json:"item_id"`
	AmountMinor int64     `json:"amount_minor"`
}

func (in itemAmountJSON) read() app.ItemAmount {
	return app.ItemAmount{ItemID: in.ItemID, AmountMinor: in.AmountMinor}
}

func (s *server) listCreditMemos(c echo.Context) error {
	return listing(c, s.app.ListCreditMemos, port.CreditMemoFilter{
		CustomerID: queryID(c, "customer_id"), InvoiceID: queryID(c, "invoice_id"), Source: c.QueryParam("source"),
		Number: c.QueryParam("number"), Open: c.QueryParam("open") == "true",
	}, writeCreditMemo)
}

func (s *server) getCreditMemo(c echo.Context) error {
	return show(c, s.app.CreditMemo, writeCreditMemo)
}

func (s *server) createCreditMemo(c echo.Context) error {
	return command(c, http.StatusCreated, func(ctx context.Context, p access.Principal, in newCreditMemoJSON) (receivable.CreditMemo, error) {
		return s.app.CreateCreditMemo(ctx, p, app.NewCreditMemo{
			Source: sourceOf(in.Source), Number: in.Number, CustomerID: in.CustomerID, InvoiceID: nullID(in.InvoiceID),
			Currency: money.Currency(in.Currency), AmountMinor: in.AmountMinor, MemoDate: in.MemoDate, Reason: in.Reason,
			DisputeID: nullID(in.DisputeID),
		})
	}, writeCreditMemo)
}

type applyCreditMemoJSON struct {
	Applications []itemAmountJSON `json:"applications"`
}

func (s *server) applyCreditMemo(c echo.Context) error {
	return command(c, http.StatusOK, func(ctx context.Context, p access.Principal, in applyCreditMemoJSON) (receivable.CreditMemo, error) {
		return s.app.ApplyCreditMemo(ctx, p, pathID(c), each(in.Applications, itemAmountJSON.read))
	}, writeCreditMemo)
}

func (s *server) voidCreditMemo(c echo.Context) error {
	return explained(c, s.app.VoidCreditMemo, writeCreditMemo)
}
