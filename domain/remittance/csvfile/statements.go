package csvfile

import (
	"arrears/domain/remittance"
)

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

// unread is nothing to a statement: its balances, or the refusal, tell that a row is missing.
func (*statements) unread() {}

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
