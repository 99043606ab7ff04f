package csvfile

import (
	"fmt"
	"strings"

	"arrears/domain/calendar"
	"arrears/domain/fault"
	"arrears/domain/intake"
	"arrears/domain/money"
	"arrears/domain/remittance"
)

// values are one row's, by field.
type values struct {
	profile *Profile
	line    int64
	text    map[Field]string
	columns map[Field]*Column
	texts   []string
}

func (v *values) field(f Field) string { return remittance.Clean(v.text[f], remittance.MaxField) }

func wrong(f Field, code, format string, args ...any) error {
	return fault.Newf(fault.Invalid, code, format, args...).With(fault.Field{Path: string(f), Code: code})
}

func (v *values) currency() (money.Currency, error) {
	c := money.Currency(strings.ToUpper(v.text[FieldCurrency]))
	if c == "" {
		c = v.profile.Currency
	}
	if !c.Valid() {
		return "", wrong(FieldCurrency, remittance.CodeUnknownCurrency, "%.12q is not a known currency code", string(c))
	}
	return c, nil
}

// amount reads an optional amount.
func (v *values) amount(f Field, c money.Currency) (*int64, error) {
	text := v.text[f]
	if text == "" {
		return nil, nil
	}
	minor, code := intake.ReadNumber(text, v.profile.Decimal, v.profile.Thousands, c)
	if code != "" {
		return nil, wrong(f, remittance.CodeBadAmount, "%.40q is not an amount in %s", text, c)
	}
	return &minor, nil
}

// date reads an optional date; layouts that read it as different days make it ambiguous.
func (v *values) date(f Field) (calendar.Date, error) {
	text := v.text[f]
	if text == "" {
		return 0, nil
	}
	var found calendar.Date
	for _, l := range v.profile.layouts {
		on, ok := l.Parse(text)
		if ok && !found.IsZero() && on != found {
			return 0, wrong(f, remittance.CodeBadDate, "%.20q can be read as two days", text)
		}
		if ok {
			found = on
		}
	}
	if found.IsZero() {
		return 0, wrong(f, remittance.CodeBadDate, "%.20q is not a date", text)
	}
	return found, nil
}

// signed reads the row's movement: what came in is positive.
func (v *values) signed(c money.Currency) (int64, error) {
	if v.columns[FieldAmount] == nil {
		return v.twoColumns(c)
	}
	minor, err := v.amount(FieldAmount, c)
	if err != nil {
		return 0, err
	}
	if minor == nil {
		return 0, wrong(FieldAmount, remittance.CodeBadAmount, "the amount is missing")
	}
	column := v.columns[FieldIndicator]
	if column == nil {
		return *minor, nil
	}
	meant := column.Values[v.text[FieldIndicator]]
	if column.Values == nil {
		meant = map[string]string{"C": "credit", "CR": "credit", "CRDT": "credit", "CREDIT": "credit", "D": "debit", "DR": "debit", "DBIT": "debit",
			"DEBIT": "debit"}[strings.ToUpper(v.text[FieldIndicator])]
	}
	switch {
	case *minor < 0:
		return 0, wrong(FieldAmount, remittance.CodeBadAmount, "an amount beside an indicator has no sign")
	case meant == "credit":
		return *minor, nil
	case meant == "debit":
		return -*minor, nil
	}
	return 0, wrong(FieldIndicator, remittance.CodeBadAmount, "%.20q says neither credit nor debit", v.text[FieldIndicator])
}

// twoColumns reads credit and debit columns, of which one is filled; banks write debits with and without a sign.
func (v *values) twoColumns(c money.Currency) (int64, error) {
	credit, err := v.amount(FieldCredit, c)
	if err != nil {
		return 0, err
	}
	debit, err := v.amount(FieldDebit, c)
	if err != nil {
		return 0, err
	}
	in, out := credit != nil && *credit != 0, debit != nil && *debit != 0
	switch {
	case credit == nil && debit == nil, in && out:
		return 0, wrong(FieldCredit, remittance.CodeBadAmount, "one of credit and debit is filled")
	case in && *credit < 0:
		return 0, wrong(FieldCredit, remittance.CodeBadAmount, "a credit is not negative")
	case in:
		return *credit, nil
	case out:
		return -max(*debit, -*debit), nil
	}
	return 0, nil
}

// statements makes rows transactions; rows of another account or currency begin another statement.
type statements struct {
	*reader
	open    bool
	at      remittance.Statement
	count   int
	key     string
	balance *int64 // after the last row, in the order of the file
	last    int64  // movement of the last row
	broken  bool
}

func (s *statements) row(v *values) error {
	t, balance, err := s.read(v)
	if err != nil {
		return s.refuse(v, err)
	}
	account := account(v.field(FieldAccount))
	if v.text[FieldAccount] == "" {
		account = accountOf(s.profile)
	}
	if key := account.Key() + string(t.Currency); !s.open || key != s.key {
		if err := s.begin(v, account, t, balance); err != nil {
			return err
		}
		s.key = key
	}
	s.count++
	t.Entry.Number = s.count
	if err := s.chain(v, t, balance); err != nil {
		return err
	}
	s.at.From, s.at.To = min(s.at.From, t.Entry.BookedOn), max(s.at.To, t.Entry.BookedOn)
	return s.to.Transaction(t)
}

func account(number string) remittance.Account {
	a := remittance.Account{Other: number}
	if len(number) >= 15 && number[0] >= 'A' && number[1] >= 'A' && number[2] <= '9' {
		return remittance.Account{IBAN: remittance.Account{IBAN: number}.Key()}
	}
	return a
}

func accountOf(p *Profile) remittance.Account { return account(p.Account) }

func (s *statements) begin(v *values, a remittance.Account, t remittance.Transaction, balance *int64) error {
	if err := s.finish(); err != nil {
		return err
	}
	s.open, s.count, s.balance, s.broken = true, 0, nil, false
	s.at = remittance.Statement{Line: v.line, Format: "csv." + s.profile.Name, LastPage: true, Kind: s.profile.Kind, Status: remittance.Update, Account: a,
		Currency: t.Currency, From: t.Entry.BookedOn, To: t.Entry.BookedOn}
	if balance != nil && !s.profile.NewestFirst {
		s.at.Opening = &remittance.Balance{Minor: *balance - movement(t), Currency: t.Currency}
	}
	if balance != nil && s.profile.NewestFirst {
		s.at.Closing = &remittance.Balance{Minor: *balance, Currency: t.Currency, On: t.Entry.BookedOn}
	}
	return s.to.Begin(s.at)
}

func movement(t remittance.Transaction) int64 {
	if t.Credit {
		return t.Minor
	}
	return -t.Minor
}

// chain holds the running balance of two rows against the movement between them, and tells the first that does not fit.
func (s *statements) chain(v *values, t remittance.Transaction, balance *int64) error {
	before, moved := s.balance, movement(t)
	last := s.last
	s.last, s.balance = moved, balance
	if before == nil || balance == nil || s.broken {
		return nil
	}
	fits := *before+moved == *balance
	if s.profile.NewestFirst {
		fits = *balance+last == *before
	}
	if fits {
		return nil
	}
	s.broken = true
	return s.say(remittance.Alarm, v.line, string(FieldBalance), remittance.CodeBalanceDiffers, "the balance is not the one before with this amount")
}

func (s *statements) finish() error {
	if !s.open {
		return nil
	}
	s.open = false
	if s.balance != nil && s.profile.NewestFirst {
		s.at.Opening = &remittance.Balance{Minor: *s.balance - s.last, Currency: s.at.Currency}
	}
	if s.balance != nil && !s.profile.NewestFirst {
		s.at.Closing = &remittance.Balance{Minor: *s.balance, Currency: s.at.Currency, On: s.at.To}
	}
	return s.to.End(s.at)
}

func (s *statements) read(v *values) (t remittance.Transaction, balance *int64, err error) {
	c, err := v.currency()
	if err != nil {
		return t, nil, err
	}
	moved, err := v.signed(c)
	if err != nil {
		return t, nil, err
	}
	booked, err := v.date(FieldBookedOn)
	if err != nil {
		return t, nil, err
	}
	if booked.IsZero() {
		return t, nil, wrong(FieldBookedOn, remittance.CodeBadDate, "the day of booking is missing")
	}
	value, err := v.date(FieldValueOn)
	if err != nil {
		return t, nil, err
	}
	if value.IsZero() {
		value = booked
	}
	if balance, err = v.amount(FieldBalance, c); err != nil {
		return t, nil, err
	}
	minor := max(moved, -moved)
	t = remittance.Transaction{Line: v.line, Credit: moved >= 0, Minor: minor, Currency: c, EndToEnd: v.field(FieldEndToEnd), Reference: v.field(FieldReference),
		Cheque: v.field(FieldCheque), Customer: v.field(FieldCustomer), Text: v.texts,
		Payer: remittance.Party{Name: v.field(FieldPayer), Account: account(v.field(FieldPayerAccount))},
		Entry: remittance.Entry{Reference: v.field(FieldReference), BookedOn: booked, ValueOn: value, State: remittance.Booked, Code: v.field(FieldCode),
			Credit: moved >= 0, Minor: minor, Currency: c}}
	return t, balance, nil
}

// advices makes rows lines; a row with another payment begins another advice.
type advices struct {
	*reader
	open  bool
	total *int64
	at    remittance.Advice
}

func (a *advices) row(v *values) error {
	c, err := v.currency()
	if err == nil && v.text[FieldPayment] == "" {
		err = wrong(FieldPayment, remittance.CodeMalformed, "the payment's reference is missing")
	}
	if err != nil {
		return a.refuse(v, err)
	}
	if payment := v.field(FieldPayment); !a.open || payment != a.at.Payment || c != a.at.Currency {
		if err := a.finish(); err != nil {
			return err
		}
		if err := a.begin(v, payment, c); err != nil {
			return a.refuse(v, err)
		}
	}
	line, err := a.read(v, c)
	if err == nil && len(a.at.Lines) >= remittance.MaxLines {
		err = wrong(FieldPayment, remittance.CodeTooLarge, "the advice has more lines than are read of one")
	}
	if err != nil {
		return a.refuse(v, err)
	}
	a.at.Lines = append(a.at.Lines, line)
	return nil
}

func (a *advices) begin(v *values, payment string, c money.Currency) error {
	on, err := v.date(FieldPaidOn)
	if err != nil {
		return err
	}
	if a.total, err = v.amount(FieldTotal, c); err != nil {
		return err
	}
	a.open = true
	a.at = remittance.Advice{Line: v.line, Format: "csv." + a.profile.Name, ID: payment, Payment: payment, Currency: c, Credit: true, PaidOn: on,
		Customer: v.field(FieldCustomer), Payer: remittance.Party{Name: v.field(FieldPayer), Account: account(v.field(FieldPayerAccount))}}
	return nil
}

func (a *advices) read(v *values, c money.Currency) (remittance.Line, error) {
	l := remittance.Line{Line: v.line, Kind: remittance.LineInvoice, Number: v.field(FieldInvoice), Order: v.field(FieldOrder), Claim: v.field(FieldClaim),
		Reason: v.field(FieldReason), Words: remittance.Clean(strings.Join(v.texts, "; "), remittance.MaxField)}
	for _, a := range []struct {
		field Field
		to    **int64
	}{{FieldPaid, &l.PaidMinor}, {FieldGross, &l.GrossMinor}, {FieldDiscount, &l.DiscountMinor}, {FieldAdjustment, &l.AdjustMinor}} {
		minor, err := v.amount(a.field, c)
		if err != nil {
			return l, err
		}
		*a.to = minor
	}
	if l.PaidMinor == nil {
		return l, wrong(FieldPaid, remittance.CodeBadAmount, "what is paid is missing")
	}
	var err error
	if l.On, err = v.date(FieldInvoiceDate); err != nil {
		return l, err
	}
	switch {
	case l.Number == "" && l.Claim != "":
		l.Kind = remittance.LineClaim
	case l.Number == "" && l.Order != "":
		l.Kind, l.Number, l.Order = remittance.LineOrder, l.Order, ""
	case l.Number == "":
		l.Kind = remittance.LineAdjustment
	}
	return l, nil
}

func (a *advices) finish() error {
	if !a.open {
		return nil
	}
	a.open = false
	var sum int64
	for _, l := range a.at.Lines {
		sum += *l.PaidMinor
	}
	a.at.Minor = sum
	if a.total != nil {
		a.at.Minor = *a.total
		if sum != *a.total {
			if err := a.say(remittance.Alarm, a.at.Line, string(FieldTotal), remittance.CodeLinesDiffer, fmt.Sprintf("the lines add up to %s, the payment is %s",
				money.Of(sum, a.at.Currency), money.Of(*a.total, a.at.Currency))); err != nil {
				return err
			}
		}
	}
	if a.at.Minor < 0 {
		a.at.Minor, a.at.Credit = -a.at.Minor, false
	}
	a.at.MoneyMoves = a.at.Minor != 0
	return a.to.Advice(a.at)
}
