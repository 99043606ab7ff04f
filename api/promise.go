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
)

type promiseJSON struct {
	ID            uuid.UUID         `json:"id"`
	CustomerID    uuid.UUID         `json:"customer_id"`
	InvoiceID     uuid.UUID         `json:"invoice_id"`
	AmountMinor   int64             `json:"amount_minor"`
	Currency      string            `json:"currency"`
	ReceivedMinor int64             `json:"received_minor"`
	PromisedOn    calendar.Date     `json:"promised_on"`
	DueOn         calendar.Date     `json:"due_on"`
	GraceDays     int               `json:"grace_days"`
	State         string            `json:"state"`
	SettledOn     calendar.Date     `json:"settled_on,omitempty"`
	Note          string            `json:"note,omitempty"`
	Items         []promiseItemJSON `json:"items"`
	CreatedBy     string            `json:"created_by"`
	CreatedAt     time.Time         `json:"created_at"`
	Version       int64             `json:"version"`
}

func (j promiseJSON) path() string { return "/v1/promises/" + j.ID.String() }

type promiseItemJSON struct {
	ItemID        uuid.UUID `json:"item_id"`
	AmountMinor   int64     `json:"amount_minor"`
	ReceivedMinor int64     `json:"received_minor"`
}

func writePromise(p receivable.Promise) promiseJSON {
	return promiseJSON{
		ID: p.ID, CustomerID: p.CustomerID, InvoiceID: p.InvoiceID, AmountMinor: p.AmountMinor, Currency: string(p.Currency),
		ReceivedMinor: p.ReceivedMinor, PromisedOn: p.PromisedOn, DueOn: p.DueOn, GraceDays: p.GraceDays, State: string(p.State),
		SettledOn: p.SettledOn, Note: p.Note, Items: each(p.Items, writePromiseItem), CreatedBy: p.CreatedBy, CreatedAt: p.CreatedAt.UTC(),
		Version: p.Version,
	}
}

func writePromiseItem(i receivable.PromiseItem) promiseItemJSON {
	return promiseItemJSON{ItemID: i.ItemID, AmountMinor: i.AmountMinor, ReceivedMinor: i.ReceivedMinor}
}

type newPromiseJSON struct {
	InvoiceID   uuid.UUID     `json:"invoice_id"`
	AmountMinor int64         `json:"amount_minor"`
	Currency    string        `json:"currency"`
	DueOn       calendar.Date `json:"due_on"`
	GraceDays   int           `json:"grace_days"`
	Note        string        `json:"note"`
}

func (s *server) listPromises(c echo.Context) error {
	return listing(c, s.app.ListPromises, holdFilter(c), writePromise)
}

func (s *server) getPromise(c echo.Context) error { return show(c, s.app.Promise, writePromise) }

func (s *server) makePromise(c echo.Context) error {
	return command(c, http.StatusCreated, func(ctx context.Context, p access.Principal, in newPromiseJSON) (receivable.Promise, error) {
		return s.app.MakePromise(ctx, p, app.NewPromise{
			InvoiceID: in.InvoiceID, AmountMinor: in.AmountMinor, Currency: money.Currency(in.Currency), DueOn: in.DueOn,
			GraceDays: in.GraceDays, Note: in.Note,
		})
	}, writePromise)
}

func (s *server) withdrawPromise(c echo.Context) error {
	return explained(c, s.app.WithdrawPromise, writePromise)
}
