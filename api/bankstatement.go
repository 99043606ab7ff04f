package api

import (
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"arrears/domain/calendar"
	"arrears/port"
)

type bankStatementJSON struct {
	ID           uuid.UUID     `json:"id"`
	FileID       uuid.UUID     `json:"file_id"`
	Seq          int           `json:"seq"`
	AccountID    *uuid.UUID    `json:"account_id,omitempty"`
	Format       string        `json:"format"`
	BankID       string        `json:"bank_id,omitempty"`
	Sequence     string        `json:"sequence,omitempty"`
	Page         string        `json:"page,omitempty"`
	Kind         string        `json:"kind"`
	Status       string        `json:"status"`
	Currency     string        `json:"currency,omitempty"`
	From         calendar.Date `json:"from,omitempty"`
	To           calendar.Date `json:"to,omitempty"`
	OpeningMinor *int64        `json:"opening_minor,omitempty"`
	OpeningOn    calendar.Date `json:"opening_on,omitempty"`
	ClosingMinor *int64        `json:"closing_minor,omitempty"`
	ClosingOn    calendar.Date `json:"closing_on,omitempty"`
	Credits      int64         `json:"credits"`
	CreditMinor  int64         `json:"credit_minor"`
	Debits       int64         `json:"debits"`
	DebitMinor   int64         `json:"debit_minor"`
	Uncounted    int64         `json:"uncounted"`
	Proof        string        `json:"proof"`
	ReplacedBy   *uuid.UUID    `json:"replaced_by,omitempty"`
	OverriddenBy string        `json:"overridden_by,omitempty"`
	OverriddenAt *time.Time    `json:"overridden_at,omitempty"`
	Reason       string        `json:"reason,omitempty"`
}

func writeBankStatement(s port.BankStatement) bankStatementJSON {
	j := bankStatementJSON{
		ID: s.ID, FileID: s.FileID, Seq: s.Seq, AccountID: optionalID(s.AccountID), Format: s.Told.Format, BankID: s.Told.ID,
		Sequence: s.Told.Sequence, Page: s.Told.Page, Kind: string(s.Told.Kind), Status: string(s.Told.Status), Currency: string(s.Told.Currency),
		From: s.Told.From, To: s.Told.To, Credits: s.Credits, CreditMinor: s.CreditMinor, Debits: s.Debits, DebitMinor: s.DebitMinor,
		Uncounted: s.Uncounted, Proof: s.Proof, ReplacedBy: optionalID(s.ReplacedBy), OverriddenBy: s.OverriddenBy,
		OverriddenAt: optionalTime(s.OverriddenAt), Reason: s.Reason,
	}
	if b := s.Told.Opening; b != nil {
		j.OpeningMinor, j.OpeningOn = &b.Minor, b.On
	}
	if b := s.Told.Closing; b != nil {
		j.ClosingMinor, j.ClosingOn = &b.Minor, b.On
	}
	return j
}

func (s *server) listBankStatements(c echo.Context) error {
	return listing(c, s.app.ListBankStatements, port.BankStatementFilter{
		FileID: queryID(c, "file_id"), AccountID: queryID(c, "account_id"), Proof: c.QueryParam("proof"), From: queryDate(c, "from"),
		To: queryDate(c, "to"),
	}, writeBankStatement)
}

func (s *server) getBankStatement(c echo.Context) error {
	return show(c, s.app.BankStatement, writeBankStatement)
}

func (s *server) overrideBankStatement(c echo.Context) error {
	return explained(c, s.app.OverrideStatement, writeBankStatement)
}

type bankEntryJSON struct {
	ID           uuid.UUID     `json:"id"`
	AccountID    uuid.UUID     `json:"account_id"`
	Key          string        `json:"key"`
	Part         int           `json:"part"`
	Direction    string        `json:"direction"`
	AmountMinor  int64         `json:"amount_minor"`
	Currency     string        `json:"currency"`
	BookedOn     calendar.Date `json:"booked_on"`
	ValueOn      calendar.Date `json:"value_on"`
	Code         string        `json:"code,omitempty"`
	Payer        string        `json:"payer,omitempty"`
	PayerAccount string        `json:"payer_account,omitempty"`
	Reference    string        `json:"reference,omitempty"`
	EndToEnd     string        `json:"end_to_end,omitempty"`
	Words        string        `json:"words,omitempty"`
	EarlyBy      *uuid.UUID    `json:"early_by,omitempty"`
	FinalBy      *uuid.UUID    `json:"final_by,omitempty"`
	GoneBy       *uuid.UUID    `json:"gone_by,omitempty"`
	ReceiptID    *uuid.UUID    `json:"receipt_id,omitempty"`
	Outcome      string        `json:"outcome,omitempty"`
	CreatedAt    time.Time     `json:"created_at"`
}

func writeBankEntry(e port.BankEntry) bankEntryJSON {
	direction := "debit"
	if e.Credit {
		direction = "credit"
	}
	return bankEntryJSON{
		ID: e.ID, AccountID: e.AccountID, Key: e.Key, Part: e.Part, Direction: direction, AmountMinor: e.Minor, Currency: string(e.Currency),
		BookedOn: e.BookedOn, ValueOn: e.ValueOn, Code: e.Code, Payer: e.Payer, PayerAccount: e.PayerAccount, Reference: e.Reference,
		EndToEnd: e.EndToEnd, Words: e.Words, EarlyBy: optionalID(e.EarlyBy), FinalBy: optionalID(e.FinalBy), GoneBy: optionalID(e.GoneBy),
		ReceiptID: optionalID(e.ReceiptID), Outcome: e.Outcome, CreatedAt: e.CreatedAt.UTC(),
	}
}

func (s *server) listBankEntries(c echo.Context) error {
	return listing(c, s.app.ListBankEntries, port.BankEntryFilter{
		AccountID: queryID(c, "account_id"), StatementID: queryID(c, "statement_id"), FileID: queryID(c, "file_id"),
		ReceiptID: queryID(c, "receipt_id"), Outcome: c.QueryParam("outcome"), From: queryDate(c, "from"), To: queryDate(c, "to"),
	}, writeBankEntry)
}
