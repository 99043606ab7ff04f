package x12

import (
	"fmt"
	"strings"

	"arrears/domain/calendar"
	"arrears/domain/intake"
	"arrears/domain/money"
	"arrears/domain/remittance"
)

// decimal reads a number of type R: digits with an optional sign and point, which may stand first or last.
func decimal(s string, c money.Currency) (int64, bool) {
	sign, digits := "", s
	if strings.HasPrefix(s, "-") || strings.HasPrefix(s, "+") {
		sign, digits = s[:1], s[1:]
	}
	if digits == "." || digits == "" {
		return 0, false
	}
	if strings.HasPrefix(digits, ".") {
		digits = "0" + digits
	}
	minor, code := intake.ReadNumber(sign+strings.TrimSuffix(digits, "."), ".", "", c)
	return minor, code == ""
}

// implied reads a number of type N2: digits with an optional sign, the last two of them decimals.
func implied(s string, c money.Currency) (int64, bool) {
	sign := ""
	if strings.HasPrefix(s, "-") {
		sign, s = "-", s[1:]
	}
	if s == "" || strings.Trim(s, "0123456789") != "" || len(s) > 18 {
		return 0, false
	}
	for len(s) < 3 {
		s = "0" + s
	}
	cut := len(s) - 2
	return decimal(sign+s[:cut]+"."+s[cut:], c)
}

// amount reads an optional amount of a segment; a bad one is refused and ok is false.
func (r *reader) amount(s segment, i int, c money.Currency, read func(string, money.Currency) (int64, bool)) (minor *int64, ok bool, err error) {
	text := s.at(i)
	if text == "" {
		return nil, true, nil
	}
	if value, fits := read(text, c); fits {
		return &value, true, nil
	}
	return nil, false, r.say(remittance.Refused, s.line, fmt.Sprintf("%s%02d", s.name(), i), remittance.CodeBadAmount,
		fmt.Sprintf("%.40q is not an amount in %s", text, c))
}

var (
	longDate, _  = intake.ParseLayout("YYYYMMDD")
	shortDate, _ = intake.ParseLayout("YYMMDD")
)

// date reads an optional date of eight digits, or six in old versions; a bad one is told and left out.
func (r *reader) date(s segment, i int) (calendar.Date, error) {
	text := s.at(i)
	if text == "" {
		return 0, nil
	}
	layout := longDate
	if len(text) == 6 {
		layout = shortDate
	}
	if day, ok := layout.Parse(text); ok {
		return day, nil
	}
	return 0, r.say(remittance.Warning, s.line, fmt.Sprintf("%s%02d", s.name(), i), remittance.CodeBadDate, fmt.Sprintf("%.20q is not a date", text))
}

func field(s string) string { return remittance.Clean(s, remittance.MaxField) }

// join adds words to words, bounded.
func join(words string, more ...string) string {
	for _, m := range more {
		if m = remittance.Clean(m, maxWords); m == "" {
			continue
		}
		if words != "" {
			words += "; "
		}
		words += m
	}
	return remittance.Clean(words, maxWords)
}

// currency reads CUR; an unknown one is refused and the advice is not given.
func (r *reader) currency(s segment) (money.Currency, bool, error) {
	c, err := money.ParseCurrency(strings.ToUpper(s.at(2)))
	if err == nil {
		return c, true, nil
	}
	return "", false, r.say(remittance.Refused, s.line, "CUR02", remittance.CodeUnknownCurrency, fmt.Sprintf("%.12q is not a known currency code", s.at(2)))
}

// addText keeps words of an advice, bounded.
func addText(a *remittance.Advice, words ...string) {
	for _, w := range words {
		if w = remittance.Clean(w, remittance.MaxText); w != "" && len(a.Text) < remittance.MaxTexts {
			a.Text = append(a.Text, w)
		}
	}
}

// meaning says what the qualifier of a reference names.
func meaning(qualifier string) remittance.LineKind {
	switch qualifier {
	case "IV", "IK", "IN", "OI", "I5", "R7":
		return remittance.LineInvoice
	case "CM", "CL":
		return remittance.LineCreditNote
	case "PO":
		return remittance.LineOrder
	case "D9", "DB", "DL":
		return remittance.LineClaim
	}
	return remittance.LineUnknown
}

// namesCustomer reports whether the qualifier is of the payer's account with the payee.
func namesCustomer(qualifier string) bool {
	switch qualifier {
	case "AC", "11", "12", "14", "AP", "IT":
		return true
	}
	return false
}
