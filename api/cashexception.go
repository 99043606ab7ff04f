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
	"arrears/domain/matching"
	"arrears/domain/money"
	"arrears/domain/remittance"
	"arrears/port"
)

// cashExceptionJSON is something on the clerks' list.
type cashExceptionJSON struct {
	ID          uuid.UUID     `json:"id"`
	Kind        string        `json:"kind"`
	ReceiptID   *uuid.UUID    `json:"receipt_id,omitempty"`
	EntryID     *uuid.UUID    `json:"entry_id,omitempty"`
	StatementID *uuid.UUID    `json:"statement_id,omitempty"`
	AccountID   *uuid.UUID    `json:"account_id,omitempty"`
	CustomerID  *uuid.UUID    `json:"customer_id,omitempty"`
	Currency    string        `json:"currency,omitempty"`
	AmountMinor int64         `json:"amount_minor"`
	ValueOn     calendar.Date `json:"value_on,omitempty"`
	Since       time.Time     `json:"since"`
	Score       int           `json:"score"`
	Why         []string      `json:"why"`
	Stop        string        `json:"stop,omitempty"`
	Owner       string        `json:"owner,omitempty"`
	TakenAt     *time.Time    `json:"taken_at,omitempty"`
	State       string        `json:"state"`
	Outcome     string        `json:"outcome,omitempty"`
	ClosedBy    string        `json:"closed_by,omitempty"`
	ClosedAt    *time.Time    `json:"closed_at,omitempty"`
	Version     int64         `json:"version"`
}

func writeCashException(e port.CashException) cashExceptionJSON {
	return cashExceptionJSON{
		ID: e.ID, Kind: e.Kind, ReceiptID: optionalID(e.ReceiptID), EntryID: optionalID(e.EntryID), StatementID: optionalID(e.StatementID),
		AccountID: optionalID(e.AccountID), CustomerID: optionalID(e.CustomerID), Currency: string(e.Currency), AmountMinor: e.AmountMinor,
		ValueOn: e.ValueOn, Since: e.Since.UTC(), Score: e.Score, Why: append([]string{}, e.Why...), Stop: e.Stop, Owner: e.Owner,
		TakenAt: optionalTime(e.TakenAt), State: e.State, Outcome: e.Outcome, ClosedBy: e.ClosedBy, ClosedAt: optionalTime(e.ClosedAt),
		Version: e.Version,
	}
}

// cashFilter reads the filters that the list and looking again share.
func cashFilter(c echo.Context) port.CashExceptionFilter {
	return port.CashExceptionFilter{
		Kind: c.QueryParam("kind"), State: c.QueryParam("state"), Owner: c.QueryParam("owner"), Free: c.QueryParam("free") == "true",
		CustomerID: queryID(c, "customer_id"), ReceiptID: queryID(c, "receipt_id"), StatementID: queryID(c, "statement_id"),
		Currency: money.Currency(c.QueryParam("currency")), Why: c.QueryParam("why"), MinMinor: queryInt(c, "min_minor"),
	}
}

func (s *server) listCashExceptions(c echo.Context) error {
	return listing(c, s.app.CashExceptions, cashFilter(c), writeCashException)
}

type cashWaitingJSON struct {
	Kind        string    `json:"kind"`
	Currency    string    `json:"currency,omitempty"`
	Count       int64     `json:"count"`
	AmountMinor int64     `json:"amount_minor"`
	Since       time.Time `json:"since"`
}

func writeCashWaiting(w port.CashWaiting) cashWaitingJSON {
	return cashWaitingJSON{Kind: w.Kind, Currency: string(w.Currency), Count: w.Count, AmountMinor: w.Minor, Since: w.Since.UTC()}
}

// getCashWaiting has no pages: there are as many sums as kinds and currencies.
func (s *server) getCashWaiting(c echo.Context) error {
	sums, err := s.app.CashWaiting(c.Request().Context(), who(c))
	if err != nil {
		return err
	}
	return answerPage(c, port.Paged[port.CashWaiting]{Items: sums}, writeCashWaiting)
}

// cashExceptionFileJSON is an exception with all that a clerk looks at.
type cashExceptionFileJSON struct {
	cashExceptionJSON
	Receipt     *receiptJSON       `json:"receipt,omitempty"`
	Payment     *paymentJSON       `json:"payment,omitempty"`
	Proposals   []cashProposalJSON `json:"proposals"`
	Remittances []remittanceJSON   `json:"remittances"`
}

func (j cashExceptionFileJSON) path() string { return "/v1/cash-exceptions/" + j.ID.String() }

func writeCashExceptionFile(f app.CashExceptionFile) cashExceptionFileJSON {
	j := cashExceptionFileJSON{
		cashExceptionJSON: writeCashException(f.CashException), Proposals: each(f.Proposals, writeCashProposal),
		Remittances: each(f.Remittances, writeRemittance),
	}
	if f.Receipt != nil {
		r := writeReceipt(*f.Receipt)
		j.Receipt = &r
	}
	if f.Payment != nil {
		p := writePayment(*f.Payment)
		j.Payment = &p
	}
	return j
}

func (s *server) getCashException(c echo.Context) error {
	return show(c, s.app.CashException, writeCashExceptionFile)
}

// paymentJSON is what the bank told of a payment.
type paymentJSON struct {
	Payer              string               `json:"payer,omitempty"`
	PayerAccount       string               `json:"payer_account,omitempty"`
	UltimatePayer      string               `json:"ultimate_payer,omitempty"`
	CustomerNumber     string               `json:"customer_number,omitempty"`
	EndToEnd           string               `json:"end_to_end,omitempty"`
	Reference          string               `json:"reference,omitempty"`
	Mandate            string               `json:"mandate,omitempty"`
	Cheque             string               `json:"cheque,omitempty"`
	InstructedMinor    int64                `json:"instructed_minor,omitempty"`
	InstructedCurrency string               `json:"instructed_currency,omitempty"`
	Rate               string               `json:"rate,omitempty"`
	ChargesMinor       int64                `json:"charges_minor,omitempty"`
	Texts              []string             `json:"texts"`
	Lines              []remittanceLineJSON `json:"lines"`
	ReturnCode         string               `json:"return_code,omitempty"`
	ReturnText         string               `json:"return_text,omitempty"`
}

func writePayment(r matching.Receipt) paymentJSON {
	j := paymentJSON{
		Payer: r.Payer.Name, PayerAccount: r.Payer.Account.Key(), UltimatePayer: r.UltimatePayer.Name, CustomerNumber: r.Customer,
		EndToEnd: r.EndToEnd, Reference: r.Reference, Mandate: r.Mandate, Cheque: r.Cheque, InstructedMinor: r.InstructedMinor,
		InstructedCurrency: string(r.InstructedCurrency), Rate: r.Rate, ChargesMinor: r.ChargesMinor, Texts: append([]string{}, r.Texts...),
		Lines: each(r.Lines, writeRemittanceLine),
	}
	if r.Return != nil {
		j.ReturnCode, j.ReturnText = r.Return.Code, r.Return.Text
	}
	return j
}

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

// seenJSON is the version of an exception that a command was made on.
type seenJSON struct {
	Version int64 `json:"version"`
}

func (s *server) takeCashException(c echo.Context) error {
	return command(c, http.StatusOK, func(ctx context.Context, p access.Principal, in seenJSON) (app.CashExceptionFile, error) {
		return s.app.TakeException(ctx, p, pathID(c), in.Version)
	}, writeCashExceptionFile)
}

func (s *server) releaseCashException(c echo.Context) error {
	return command(c, http.StatusOK, func(ctx context.Context, p access.Principal, in seenJSON) (app.CashExceptionFile, error) {
		return s.app.ReleaseException(ctx, p, pathID(c), in.Version)
	}, writeCashExceptionFile)
}
