package csvfile

import (
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
