package api

import (
	"context"
	"io"
	"net/http"
	"path"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/domain/remittance"
	"arrears/port"
)

// bankCountsJSON says what became of a file's payments so far.
type bankCountsJSON struct {
	Statements   int64 `json:"statements"`
	Payments     int64 `json:"payments"`
	Uncounted    int64 `json:"uncounted"`
	Credits      int64 `json:"credits"`
	Debits       int64 `json:"debits"`
	Known        int64 `json:"known"`
	Gone         int64 `json:"gone"`
	Applied      int64 `json:"applied"`
	Proposed     int64 `json:"proposed"`
	Unidentified int64 `json:"unidentified"`
	Held         int64 `json:"held"`
	Returned     int64 `json:"returned"`
	ReturnOpen   int64 `json:"return_open"`
	Lines        int64 `json:"lines"`
	LinesMatched int64 `json:"lines_matched"`
	Advices      int64 `json:"advices"`
	AdvicesUsed  int64 `json:"advices_used"`
	Alarms       int64 `json:"alarms"`
	Refusals     int64 `json:"refusals"`
	Warnings     int64 `json:"warnings"`
}

type bankFileJSON struct {
	ID          uuid.UUID      `json:"id"`
	SHA256      string         `json:"sha256"`
	Size        int64          `json:"size"`
	Filename    string         `json:"filename"`
	Format      string         `json:"format,omitempty"`
	Profile     string         `json:"profile,omitempty"`
	Source      string         `json:"source"`
	State       string         `json:"state"`
	Position    int64          `json:"position"`
	Counts      bankCountsJSON `json:"counts"`
	ReceiptRate string         `json:"receipt_match_rate,omitempty"`
	LineRate    string         `json:"line_match_rate,omitempty"`
	RefusedCode string         `json:"refused_code,omitempty"`
	RefusedText string         `json:"refused_text,omitempty"`
	CreatedBy   string         `json:"created_by"`
	CreatedAt   time.Time      `json:"created_at"`
	FinishedAt  *time.Time     `json:"finished_at,omitempty"`
}

func (j bankFileJSON) path() string { return "/v1/bank-files/" + j.ID.String() }

func writeBankFile(f port.BankFile) bankFileJSON {
	return bankFileJSON{
		ID: f.ID, SHA256: hexText(f.SHA256[:]), Size: f.Size, Filename: f.Filename, Format: f.Format, Profile: f.Profile, Source: f.Source,
		State: f.State, Position: f.Position, Counts: bankCountsJSON(f.Counts), ReceiptRate: shareText(f.Counts.Applied, f.Counts.Credits),
		LineRate: shareText(f.Counts.LinesMatched, f.Counts.Lines), RefusedCode: f.RefusedCode, RefusedText: f.RefusedText,
		CreatedBy: f.CreatedBy, CreatedAt: f.CreatedAt.UTC(), FinishedAt: optionalTime(f.FinishedAt),
	}
}

// shareText is a part of a whole as a decimal number of four places; empty when there is no whole.
func shareText(part, whole int64) string {
	if whole == 0 {
		return ""
	}
	return strconv.FormatFloat(float64(part)/float64(whole), 'f', 4, 64)
}

// receiveBankFile takes the bytes of a bank's file as they come.
func (s *server) receiveBankFile(c echo.Context, _ string, in io.Reader) (app.DocumentFile, error) {
	return s.app.ReceiveBankBytes(c.Request().Context(), who(c), in)
}

// loadBankFile notes what the file is that was received with the form; loading it is the engine's.
func (s *server) loadBankFile(c echo.Context) error {
	file, err := formReceived(c)
	if err != nil {
		return err
	}
	made, err := s.app.ReceiveBankFile(c.Request().Context(), who(c), app.NewBankFile{
		Filename: path.Base(file.filename), Format: formText(c, "format"), Profile: formText(c, "profile"), Source: "api", File: &file.DocumentFile,
	})
	if err != nil {
		return err
	}
	return answer(c, http.StatusCreated, writeBankFile(made))
}

func (s *server) listBankFiles(c echo.Context) error {
	return listing(c, s.app.ListBankFiles, port.BankFileFilter{State: c.QueryParam("state")}, writeBankFile)
}

func (s *server) getBankFile(c echo.Context) error { return show(c, s.app.BankFile, writeBankFile) }

type bankProblemJSON struct {
	Seq         int        `json:"seq"`
	StatementID *uuid.UUID `json:"statement_id,omitempty"`
	Severity    string     `json:"severity"`
	Line        int64      `json:"line"`
	Field       string     `json:"field,omitempty"`
	Code        string     `json:"code"`
	Message     string     `json:"message"`
}

func writeBankProblem(p port.BankProblem) bankProblemJSON {
	return bankProblemJSON{
		Seq: p.Seq, StatementID: optionalID(p.StatementID), Severity: string(p.Severity), Line: p.Line, Field: p.Field, Code: p.Code,
		Message: p.Message,
	}
}

func (s *server) listBankProblems(c echo.Context) error {
	return listing(c, s.app.ListBankProblems, pathID(c), writeBankProblem)
}

type bankAccountJSON struct {
	ID          uuid.UUID     `json:"id"`
	Key         string        `json:"key"`
	IBAN        string        `json:"iban,omitempty"`
	Number      string        `json:"number,omitempty"`
	Bank        string        `json:"bank,omitempty"`
	Name        string        `json:"name,omitempty"`
	Currency    string        `json:"currency,omitempty"`
	Confirmed   bool          `json:"confirmed"`
	ConfirmedBy string        `json:"confirmed_by,omitempty"`
	ConfirmedAt *time.Time    `json:"confirmed_at,omitempty"`
	ProvenOn    calendar.Date `json:"proven_on,omitempty"`
	ProvenMinor *int64        `json:"proven_minor,omitempty"`
	CreatedAt   time.Time     `json:"created_at"`
}

func (j bankAccountJSON) path() string { return "/v1/bank-accounts/" + j.ID.String() }

func writeBankAccount(a port.BankAccount) bankAccountJSON {
	return bankAccountJSON{
		ID: a.ID, Key: a.Key, IBAN: a.Account.IBAN, Number: a.Account.Other, Bank: a.Account.Bank, Name: a.Account.Name,
		Currency: string(a.Currency), Confirmed: a.Confirmed, ConfirmedBy: a.ConfirmedBy, ConfirmedAt: optionalTime(a.ConfirmedAt),
		ProvenOn: a.ProvenOn, ProvenMinor: minorOn(a.ProvenMinor, !a.ProvenOn.IsZero()), CreatedAt: a.CreatedAt.UTC(),
	}
}

// minorOn writes an amount that may not be there.
func minorOn(minor int64, there bool) *int64 {
	if !there {
		return nil
	}
	return &minor
}

func (s *server) listBankAccounts(c echo.Context) error {
	page, err := s.app.ListBankAccounts(c.Request().Context(), who(c), pageOf(c))
	if err != nil {
		return err
	}
	return answerPage(c, page, writeBankAccount)
}

func (s *server) getBankAccount(c echo.Context) error {
	return show(c, s.app.BankAccount, writeBankAccount)
}

type newBankAccountJSON struct {
	IBAN   string `json:"iban"`
	Number string `json:"number"`
	Bank   string `json:"bank"`
	Name   string `json:"name"`
}

func (s *server) confirmBankAccount(c echo.Context) error {
	return command(c, http.StatusCreated, func(ctx context.Context, p access.Principal, in newBankAccountJSON) (port.BankAccount, error) {
		return s.app.ConfirmBankAccount(ctx, p, remittance.Account{IBAN: in.IBAN, Other: in.Number, Bank: in.Bank, Name: in.Name})
	}, writeBankAccount)
}

type cashProofJSON struct {
	On              calendar.Date `json:"on"`
	Currency        string        `json:"currency"`
	CreditMinor     int64         `json:"credit_minor"`
	DebitMinor      int64         `json:"debit_minor"`
	RecordedMinor   int64         `json:"recorded_minor"`
	DifferenceMinor int64         `json:"difference_minor"`
	Proven          bool          `json:"proven"`
	ReversedMinor   int64         `json:"reversed_minor"`
	AppliedMinor    int64         `json:"applied_minor"`
	OnAccountMinor  int64         `json:"on_account_minor"`
	UnappliedMinor  int64         `json:"unapplied_minor"`
	RefundedMinor   int64         `json:"refunded_minor"`
	NettedMinor     int64         `json:"netted_minor"`
	EarlyMinor      int64         `json:"early_minor"`
	GoneMinor       int64         `json:"gone_minor"`
}

func writeCashProof(p port.CashProof) cashProofJSON {
	return cashProofJSON{
		On: p.On, Currency: string(p.Currency), CreditMinor: p.CreditMinor, DebitMinor: p.DebitMinor, RecordedMinor: p.RecordedMinor,
		DifferenceMinor: p.Difference(), Proven: p.Difference() == 0, ReversedMinor: p.ReversedMinor, AppliedMinor: p.AppliedMinor,
		OnAccountMinor: p.OnAccountMinor, UnappliedMinor: p.UnappliedMinor, RefundedMinor: p.RefundedMinor, NettedMinor: p.NettedMinor,
		EarlyMinor: p.EarlyMinor, GoneMinor: p.GoneMinor,
	}
}

// getCashProof has no pages: it has at most 400 days.
func (s *server) getCashProof(c echo.Context) error {
	days, err := s.app.CashProof(c.Request().Context(), who(c), pathID(c), queryDate(c, "from"), queryDate(c, "to"))
	if err != nil {
		return err
	}
	return answerPage(c, port.Paged[port.CashProof]{Items: days}, writeCashProof)
}
