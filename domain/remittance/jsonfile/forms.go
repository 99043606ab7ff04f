package jsonfile

import (
	"slices"

	"arrears/domain/calendar"
	"arrears/domain/money"
	"arrears/domain/remittance"
)

// refusal is why a form is not the normal form.
type refusal struct{ field, code, message string }

type accountForm struct {
	IBAN  string `json:"iban"`
	Other string `json:"other"`
	Bank  string `json:"bank"`
	Name  string `json:"name"`
}

type balanceForm struct {
	Minor *int64        `json:"amount_minor"`
	On    calendar.Date `json:"on"`
}

type sumsForm struct {
	Count       *int64 `json:"count"`
	CreditCount *int64 `json:"credit_count"`
	DebitCount  *int64 `json:"debit_count"`
	CreditMinor *int64 `json:"credit_minor"`
	DebitMinor  *int64 `json:"debit_minor"`
}

type statementForm struct {
	ID       string            `json:"id"`
	Sequence string            `json:"sequence"`
	Kind     remittance.Kind   `json:"kind"`
	Status   remittance.Status `json:"status"`
	Account  accountForm       `json:"account"`
	Currency money.Currency    `json:"currency"`
	From     calendar.Date     `json:"from"`
	To       calendar.Date     `json:"to"`
	Opening  *balanceForm      `json:"opening"`
	Closing  *balanceForm      `json:"closing"`
	Entries  *sumsForm         `json:"entries"`
}

type partyForm struct {
	Name    string      `json:"name"`
	ID      string      `json:"id"`
	Account accountForm `json:"account"`
}

type lineForm struct {
	Kind     remittance.LineKind `json:"kind"`
	Number   string              `json:"number"`
	Order    string              `json:"purchase_order"`
	Claim    string              `json:"claim"`
	On       calendar.Date       `json:"on"`
	Paid     *int64              `json:"paid_minor"`
	Gross    *int64              `json:"gross_minor"`
	Discount *int64              `json:"discount_minor"`
	Adjust   *int64              `json:"adjustment_minor"`
	Reason   string              `json:"reason"`
	Words    string              `json:"words"`
	Customer string              `json:"customer_number"`
}

type returnForm struct {
	Code      string        `json:"code"`
	Text      string        `json:"text"`
	EndToEnd  string        `json:"end_to_end"`
	Reference string        `json:"reference"`
	On        calendar.Date `json:"on"`
	Minor     int64         `json:"amount_minor"`
}

type transactionForm struct {
	Reference     string             `json:"reference"`
	BookedOn      calendar.Date      `json:"booked_on"`
	ValueOn       calendar.Date      `json:"value_on"`
	State         remittance.Booking `json:"state"`
	Code          string             `json:"code"`
	Direction     string             `json:"direction"`
	Reversal      bool               `json:"reversal"`
	Minor         *int64             `json:"amount_minor"`
	Currency      money.Currency     `json:"currency"`
	Charges       int64              `json:"charges_minor"`
	Payer         partyForm          `json:"payer"`
	UltimatePayer partyForm          `json:"ultimate_payer"`
	EndToEnd      string             `json:"end_to_end"`
	Mandate       string             `json:"mandate"`
	Cheque        string             `json:"cheque"`
	Customer      string             `json:"customer_number"`
	Text          []string           `json:"text"`
	Lines         []lineForm         `json:"lines"`
	Return        *returnForm        `json:"return"`
}

type adviceForm struct {
	ID         string         `json:"id"`
	Payment    string         `json:"payment"`
	Payer      partyForm      `json:"payer"`
	Payee      partyForm      `json:"payee"`
	Customer   string         `json:"customer_number"`
	Minor      *int64         `json:"amount_minor"`
	Currency   money.Currency `json:"currency"`
	Direction  string         `json:"direction"`
	PaidOn     calendar.Date  `json:"paid_on"`
	MoneyMoves *bool          `json:"money_moves"`
	Text       []string       `json:"text"`
	Lines      []lineForm     `json:"lines"`
}

func field(s string) string { return remittance.Clean(s, remittance.MaxField) }

func (f accountForm) normal() remittance.Account {
	return remittance.Account{IBAN: remittance.Account{IBAN: field(f.IBAN)}.Key(), Other: field(f.Other), Bank: field(f.Bank), Name: field(f.Name)}
}

func (f partyForm) normal() remittance.Party {
	return remittance.Party{Name: field(f.Name), ID: field(f.ID), Account: f.Account.normal()}
}

func (f *statementForm) normal() (remittance.Statement, *refusal) {
	s := remittance.Statement{Format: format, ID: field(f.ID), Sequence: field(f.Sequence), LastPage: true, Kind: f.Kind, Status: f.Status,
		Account: f.Account.normal(), Currency: f.Currency, From: f.From, To: f.To}
	if s.Kind == "" {
		s.Kind = remittance.EndOfDay
	}
	if s.Status == "" {
		s.Status = remittance.Update
	}
	switch {
	case !slices.Contains([]remittance.Kind{remittance.EndOfDay, remittance.Intraday, remittance.Notification}, s.Kind):
		return s, &refusal{"kind", remittance.CodeMalformed, "a kind is end_of_day, intraday or notification"}
	case !slices.Contains([]remittance.Status{remittance.Update, remittance.Correction, remittance.Deletion, remittance.Test, remittance.Copy}, s.Status):
		return s, &refusal{"status", remittance.CodeUnsupportedStatus, "a status is update, correction, deletion, test or copy"}
	case !s.Currency.Valid():
		return s, &refusal{"currency", remittance.CodeUnknownCurrency, "the currency is not known"}
	case s.Account.Key() == "":
		return s, &refusal{"account", remittance.CodeMalformed, "the account has no number"}
	}
	var why *refusal
	if s.Opening, why = f.Opening.normal("opening", s.Currency); why != nil {
		return s, why
	}
	if s.Closing, why = f.Closing.normal("closing", s.Currency); why != nil {
		return s, why
	}
	s.Entries = f.Entries.normal()
	return s, nil
}

func (f *balanceForm) normal(name string, c money.Currency) (*remittance.Balance, *refusal) {
	if f == nil {
		return nil, nil
	}
	if f.Minor == nil || !inRange(*f.Minor) {
		return nil, &refusal{name, remittance.CodeBadAmount, "the balance has no amount, or one out of range"}
	}
	return &remittance.Balance{Minor: *f.Minor, Currency: c, On: f.On}, nil
}

func (f *sumsForm) normal() *remittance.Sums {
	if f == nil {
		return nil
	}
	or := func(p *int64, otherwise int64) int64 {
		if p == nil {
			return otherwise
		}
		return *p
	}
	return &remittance.Sums{Count: or(f.Count, -1), CreditCount: or(f.CreditCount, -1), DebitCount: or(f.DebitCount, -1),
		CreditMinor: or(f.CreditMinor, 0), DebitMinor: or(f.DebitMinor, 0), CreditStated: f.CreditMinor != nil, DebitStated: f.DebitMinor != nil}
}

func (f *transactionForm) normal(open *openStatement) (remittance.Transaction, *refusal) {
	currency, state := f.Currency, f.State
	if currency == "" {
		currency = open.Currency
	}
	if state == "" {
		state = remittance.Booked
	}
	value := f.ValueOn
	if value.IsZero() {
		value = f.BookedOn
	}
	var t remittance.Transaction
	switch {
	case f.Minor == nil || *f.Minor < 0 || !inRange(*f.Minor) || f.Charges < 0 || !inRange(f.Charges):
		return t, &refusal{"amount_minor", remittance.CodeBadAmount, "an amount is missing, negative or out of range"}
	case f.Direction != "credit" && f.Direction != "debit":
		return t, &refusal{"direction", remittance.CodeMalformed, "a direction is credit or debit"}
	case !currency.Valid():
		return t, &refusal{"currency", remittance.CodeUnknownCurrency, "the currency is not known"}
	case f.BookedOn.IsZero():
		return t, &refusal{"booked_on", remittance.CodeBadDate, "the day of booking is missing"}
	case state != remittance.Booked && state != remittance.Pending && state != remittance.Info:
		return t, &refusal{"state", remittance.CodeUnsupportedStatus, "a state is booked, pending or info"}
	}
	lines, why := normalLines(f.Lines)
	if why != nil {
		return t, why
	}
	credit := f.Direction == "credit"
	t = remittance.Transaction{
		Entry: remittance.Entry{Number: open.count, Reference: field(f.Reference), BookedOn: f.BookedOn, ValueOn: value, State: state, Code: field(f.Code),
			Credit: credit, Reversal: f.Reversal, Minor: *f.Minor, Currency: currency},
		Credit: credit, Minor: *f.Minor, Currency: currency, ChargesMinor: f.Charges, Payer: f.Payer.normal(), UltimatePayer: f.UltimatePayer.normal(),
		EndToEnd: field(f.EndToEnd), Reference: field(f.Reference), Mandate: field(f.Mandate), Cheque: field(f.Cheque), Customer: field(f.Customer),
		Text: texts(f.Text), Lines: lines,
	}
	if r := f.Return; r != nil {
		if r.Minor < 0 || !inRange(r.Minor) {
			return t, &refusal{"return/amount_minor", remittance.CodeBadAmount, "the amount is negative or out of range"}
		}
		t.Return = &remittance.Return{Code: field(r.Code), Text: remittance.Clean(r.Text, remittance.MaxText), EndToEnd: field(r.EndToEnd),
			Reference: field(r.Reference), On: r.On, Minor: r.Minor}
	}
	return t, nil
}

func (f *adviceForm) normal() (remittance.Advice, *refusal) {
	var a remittance.Advice
	switch {
	case f.Minor == nil || *f.Minor < 0 || !inRange(*f.Minor):
		return a, &refusal{"amount_minor", remittance.CodeBadAmount, "the amount is missing, negative or out of range"}
	case !f.Currency.Valid():
		return a, &refusal{"currency", remittance.CodeUnknownCurrency, "the currency is not known"}
	case f.Direction != "" && f.Direction != "credit" && f.Direction != "debit":
		return a, &refusal{"direction", remittance.CodeMalformed, "a direction is credit or debit"}
	}
	lines, why := normalLines(f.Lines)
	if why != nil {
		return a, why
	}
	moves := *f.Minor != 0
	if f.MoneyMoves != nil {
		moves = *f.MoneyMoves
	}
	return remittance.Advice{Format: format, ID: field(f.ID), Payment: field(f.Payment), Payer: f.Payer.normal(), Payee: f.Payee.normal(),
		Customer: field(f.Customer), Minor: *f.Minor, Currency: f.Currency, Credit: f.Direction != "debit", PaidOn: f.PaidOn, MoneyMoves: moves,
		Text: texts(f.Text), Lines: lines}, nil
}

func normalLines(forms []lineForm) ([]remittance.Line, *refusal) {
	if len(forms) > remittance.MaxLines {
		return nil, &refusal{"lines", remittance.CodeTooLarge, "there are more lines than are read of one payment"}
	}
	kinds := []remittance.LineKind{remittance.LineInvoice, remittance.LineCreditNote, remittance.LineOrder, remittance.LineClaim,
		remittance.LineAdjustment, remittance.LineUnknown}
	var lines []remittance.Line
	for _, f := range forms {
		if f.Kind == "" {
			f.Kind = remittance.LineUnknown
		}
		if !slices.Contains(kinds, f.Kind) {
			return nil, &refusal{"lines/kind", remittance.CodeMalformed, "the kind of a line is not known"}
		}
		for _, m := range []*int64{f.Paid, f.Gross, f.Discount, f.Adjust} {
			if m != nil && !inRange(*m) {
				return nil, &refusal{"lines", remittance.CodeBadAmount, "an amount is out of range"}
			}
		}
		lines = append(lines, remittance.Line{Kind: f.Kind, Number: field(f.Number), Order: field(f.Order), Claim: field(f.Claim), On: f.On,
			PaidMinor: f.Paid, GrossMinor: f.Gross, DiscountMinor: f.Discount, AdjustMinor: f.Adjust, Reason: field(f.Reason),
			Words: remittance.Clean(f.Words, remittance.MaxText), Customer: field(f.Customer)})
	}
	return lines, nil
}

func texts(list []string) []string {
	var all []string
	for _, s := range list {
		if s = remittance.Clean(s, remittance.MaxText); s != "" && len(all) < remittance.MaxTexts {
			all = append(all, s)
		}
	}
	return all
}

func inRange(minor int64) bool { return minor >= -money.MaxMinor && minor <= money.MaxMinor }
