package api

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/domain/remittance"
	"arrears/port"
)

type remittanceLineJSON struct {
	Kind           string        `json:"kind"`
	Number         string        `json:"number,omitempty"`
	Order          string        `json:"purchase_order,omitempty"`
	Claim          string        `json:"claim,omitempty"`
	On             calendar.Date `json:"on,omitempty"`
	PaidMinor      *int64        `json:"paid_minor,omitempty"`
	GrossMinor     *int64        `json:"gross_minor,omitempty"`
	DiscountMinor  *int64        `json:"discount_minor,omitempty"`
	AdjustMinor    *int64        `json:"adjustment_minor,omitempty"`
	Reason         string        `json:"reason,omitempty"`
	Words          string        `json:"words,omitempty"`
	CustomerNumber string        `json:"customer_number,omitempty"`
}

func writeRemittanceLine(l remittance.Line) remittanceLineJSON {
	return remittanceLineJSON{
		Kind: string(l.Kind), Number: l.Number, Order: l.Order, Claim: l.Claim, On: l.On, PaidMinor: l.PaidMinor, GrossMinor: l.GrossMinor,
		DiscountMinor: l.DiscountMinor, AdjustMinor: l.AdjustMinor, Reason: l.Reason, Words: l.Words, CustomerNumber: l.Customer,
	}
}

// remittanceJSON is a payer's advice.
type remittanceJSON struct {
	ID             uuid.UUID            `json:"id"`
	Format         string               `json:"format"`
	AdviceID       string               `json:"advice_id,omitempty"`
	Payment        string               `json:"payment,omitempty"`
	Payer          string               `json:"payer,omitempty"`
	PayerAccount   string               `json:"payer_account,omitempty"`
	CustomerNumber string               `json:"customer_number,omitempty"`
	CustomerID     *uuid.UUID           `json:"customer_id,omitempty"`
	Currency       string               `json:"currency,omitempty"`
	AmountMinor    int64                `json:"amount_minor"`
	Direction      string               `json:"direction"`
	MoneyMoves     bool                 `json:"money_moves"`
	PaidOn         calendar.Date        `json:"paid_on,omitempty"`
	Texts          []string             `json:"texts,omitempty"`
	Lines          []remittanceLineJSON `json:"lines,omitempty"`
	State          string               `json:"state"`
	ReceiptID      *uuid.UUID           `json:"receipt_id,omitempty"`
	Receipt        *receiptJSON         `json:"receipt,omitempty"`
	FileID         *uuid.UUID           `json:"file_id,omitempty"`
	CreatedBy      string               `json:"created_by"`
	CreatedAt      time.Time            `json:"created_at"`
	Version        int64                `json:"version"`
}

func (j remittanceJSON) path() string { return "/v1/remittances/" + j.ID.String() }

func writeRemittance(r port.Remittance) remittanceJSON {
	ad := r.Advice
	direction := "debit"
	if ad.Credit {
		direction = "credit"
	}
	return remittanceJSON{
		ID: r.ID, Format: ad.Format, AdviceID: ad.ID, Payment: ad.Payment, Payer: ad.Payer.Name, PayerAccount: ad.Payer.Account.Key(),
		CustomerNumber: ad.Customer, CustomerID: optionalID(r.CustomerID), Currency: string(ad.Currency), AmountMinor: ad.Minor,
		Direction: direction, MoneyMoves: ad.MoneyMoves, PaidOn: ad.PaidOn, Texts: ad.Text, Lines: each(ad.Lines, writeRemittanceLine),
		State: r.State, ReceiptID: optionalID(r.ReceiptID), FileID: optionalID(r.FileID), CreatedBy: r.CreatedBy, CreatedAt: r.CreatedAt.UTC(),
		Version: r.Version,
	}
}

func writeRemittanceFile(f app.RemittanceFile) remittanceJSON {
	j := writeRemittance(f.Remittance)
	if f.Receipt != nil {
		r := writeReceipt(*f.Receipt)
		j.Receipt = &r
	}
	return j
}

func (s *server) listRemittances(c echo.Context) error {
	return listing(c, s.app.ListRemittances, port.RemittanceFilter{
		State: c.QueryParam("state"), Payment: c.QueryParam("payment"), CustomerID: queryID(c, "customer_id"), ReceiptID: queryID(c, "receipt_id"),
		FileID: queryID(c, "file_id"),
	}, writeRemittance)
}

func (s *server) getRemittance(c echo.Context) error {
	return show(c, s.app.Remittance, writeRemittanceFile)
}

// recordRemittance hands the advice on as it is written: the reader of JSON files reads it.
func (s *server) recordRemittance(c echo.Context) error {
	return command(c, http.StatusCreated, func(ctx context.Context, p access.Principal, in json.RawMessage) (app.RemittanceFile, error) {
		return s.app.RecordRemittance(ctx, p, in)
	}, writeRemittanceFile)
}

func (s *server) voidRemittance(c echo.Context) error {
	return onPath(c, func(ctx context.Context, p access.Principal, id uuid.UUID, in seenJSON) (app.RemittanceFile, error) {
		return s.app.VoidRemittance(ctx, p, id, in.Version)
	}, writeRemittanceFile)
}
