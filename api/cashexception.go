package api

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/domain/matching"
	"arrears/domain/money"
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
	Payer       string        `json:"payer,omitempty"`
	Since       time.Time     `json:"since"`
	AgeDays     int64         `json:"age_days"`
	Score       int           `json:"score"`
	Why         []string      `json:"why"`
	Words       []string      `json:"words"`
	Stop        string        `json:"stop,omitempty"`
	Owner       string        `json:"owner,omitempty"`
	TakenAt     *time.Time    `json:"taken_at,omitempty"`
	State       string        `json:"state"`
	Outcome     string        `json:"outcome,omitempty"`
	ClosedBy    string        `json:"closed_by,omitempty"`
	ClosedAt    *time.Time    `json:"closed_at,omitempty"`
	Version     int64         `json:"version"`
}

func writeCashException(e port.CashException, now time.Time) cashExceptionJSON {
	return cashExceptionJSON{
		ID: e.ID, Kind: e.Kind, ReceiptID: optionalID(e.ReceiptID), EntryID: optionalID(e.EntryID), StatementID: optionalID(e.StatementID),
		AccountID: optionalID(e.AccountID), CustomerID: optionalID(e.CustomerID), Currency: string(e.Currency), AmountMinor: e.AmountMinor,
		ValueOn: e.ValueOn, Payer: app.PayerOf(e), Since: e.Since.UTC(), AgeDays: app.DaysWaited(e, now), Score: e.Score, Why: append([]string{}, e.Why...),
		Words: each(e.Why, app.WhyWaits), Stop: e.Stop, Owner: e.Owner, TakenAt: optionalTime(e.TakenAt), State: e.State, Outcome: e.Outcome,
		ClosedBy: e.ClosedBy, ClosedAt: optionalTime(e.ClosedAt), Version: e.Version,
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
	now, err := s.app.Now(c.Request().Context())
	if err != nil {
		return err
	}
	return listing(c, s.app.CashExceptions, cashFilter(c), func(e port.CashException) cashExceptionJSON { return writeCashException(e, now) })
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

func writeCashExceptionFile(f app.CashExceptionFile, now time.Time) cashExceptionFileJSON {
	j := cashExceptionFileJSON{
		cashExceptionJSON: writeCashException(f.CashException, now), Proposals: each(f.Proposals, writeCashProposal),
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
	now, err := s.app.Now(c.Request().Context())
	if err != nil {
		return err
	}
	return show(c, s.app.CashException, func(f app.CashExceptionFile) cashExceptionFileJSON { return writeCashExceptionFile(f, now) })
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

// seenJSON is the version of an exception that a command was made on.
type seenJSON struct {
	Version int64 `json:"version"`
}

func (s *server) takeCashException(c echo.Context) error {
	return onCashException(s, c, func(ctx context.Context, p access.Principal, id uuid.UUID, in seenJSON) (app.CashExceptionFile, error) {
		return s.app.TakeException(ctx, p, id, in.Version)
	})
}

func (s *server) releaseCashException(c echo.Context) error {
	return onCashException(s, c, func(ctx context.Context, p access.Principal, id uuid.UUID, in seenJSON) (app.CashExceptionFile, error) {
		return s.app.ReleaseException(ctx, p, id, in.Version)
	})
}
