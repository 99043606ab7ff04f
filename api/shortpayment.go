package api

import (
	"context"
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/dispute"
	"arrears/domain/receivable"
)

type shortPaymentClaimJSON struct {
	ItemID         *uuid.UUID `json:"item_id"`
	InvoiceID      *uuid.UUID `json:"invoice_id"`
	InvoiceNumber  string     `json:"invoice_number"`
	AmountMinor    int64      `json:"amount_minor"`
	CustomerReason string     `json:"customer_reason"`
	CustomerWords  string     `json:"customer_words"`
	ClaimReference string     `json:"claim_reference"`
}

func (in shortPaymentClaimJSON) read() app.ShortPaymentClaim {
	return app.ShortPaymentClaim{
		ItemID: nullID(in.ItemID), InvoiceID: nullID(in.InvoiceID), InvoiceNumber: in.InvoiceNumber, AmountMinor: in.AmountMinor,
		CustomerReason: in.CustomerReason, CustomerWords: in.CustomerWords, ClaimReference: in.ClaimReference,
	}
}

type shortPaymentJSON struct {
	Receipt newReceiptJSON          `json:"receipt"`
	Claims  []shortPaymentClaimJSON `json:"claims"`
}

type shortPaymentAnswerJSON struct {
	Receipt  receiptJSON   `json:"receipt"`
	Disputes []disputeJSON `json:"disputes"`
}

func (j shortPaymentAnswerJSON) path() string { return j.Receipt.path() }

// shortened is a receipt with the cases that its claims opened.
type shortened struct {
	receipt  receivable.Receipt
	disputes []dispute.Dispute
}

func (s *server) recordShortPayment(c echo.Context) error {
	return command(c, http.StatusCreated, func(ctx context.Context, p access.Principal, in shortPaymentJSON) (shortened, error) {
		receipt, disputes, err := s.app.RecordShortPayment(ctx, p, app.ShortPayment{
			Receipt: in.Receipt.read(), Claims: each(in.Claims, shortPaymentClaimJSON.read),
		})
		return shortened{receipt, disputes}, err
	}, func(found shortened) shortPaymentAnswerJSON {
		return shortPaymentAnswerJSON{Receipt: writeReceipt(found.receipt), Disputes: each(found.disputes, writeDispute)}
	})
}
