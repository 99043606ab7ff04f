package api

import (
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"arrears/port"
)

// appliedJSON is an application beside what it joins.
type appliedJSON struct {
	ID            uuid.UUID  `json:"id"`
	ReceiptID     uuid.UUID  `json:"receipt_id"`
	ItemID        uuid.UUID  `json:"item_id"`
	InvoiceID     *uuid.UUID `json:"invoice_id,omitempty"`
	CustomerID    *uuid.UUID `json:"customer_id,omitempty"`
	Currency      string     `json:"currency"`
	AmountMinor   int64      `json:"amount_minor"`
	ItemCurrency  string     `json:"item_currency"`
	ItemMinor     int64      `json:"item_minor"`
	DiscountMinor int64      `json:"discount_minor"`
	Rate          string     `json:"rate"`
	AppliedAt     time.Time  `json:"applied_at"`
	ReversedAt    *time.Time `json:"reversed_at,omitempty"`
}

func writeApplied(a port.AppliedCash) appliedJSON {
	return appliedJSON{
		ID: a.ID, ReceiptID: a.ReceiptID, ItemID: a.ItemID, InvoiceID: optionalID(a.InvoiceID), CustomerID: optionalID(a.CustomerID),
		Currency: string(a.Currency), AmountMinor: a.AmountMinor, ItemCurrency: string(a.ItemCurrency), ItemMinor: a.ItemMinor,
		DiscountMinor: a.DiscountMinor, Rate: a.Rate, AppliedAt: a.AppliedAt.UTC(), ReversedAt: optionalTime(a.ReversedAt),
	}
}

func (s *server) listApplications(c echo.Context) error {
	return listing(c, s.app.ListApplications, port.ApplicationFilter{
		ReceiptID: queryID(c, "receipt_id"), ItemID: queryID(c, "item_id"), InvoiceID: queryID(c, "invoice_id"),
		CustomerID: queryID(c, "customer_id"), State: c.QueryParam("state"),
	}, writeApplied)
}

func (s *server) getApplication(c echo.Context) error {
	return show(c, s.app.Application, writeApplied)
}
