package claimlist

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"arrears/domain/intake"
	"arrears/domain/money"
)

// figure is an amount as it was written, taken apart.
type figure struct {
	number   string
	negative bool
	sign     string         // a currency sign that stood beside it
	currency money.Currency // a currency code that stood beside it
}

// takeApart finds what stands around a number: parentheses and minus signs, a currency's sign or code. ok is false when
// something stands there twice or has no meaning.
func takeApart(s string) (f figure, ok bool) {
	s = strings.TrimSpace(s)
	if inside, closed := strings.CutPrefix(s, "("); closed {
		if s, closed = strings.CutSuffix(inside, ")"); !closed {
			return f, false
		}
		f.negative = true
	}
	signed := f.negative
	for range 4 { // a minus sign, a currency's sign and its code, and nothing left
		s = strings.TrimSpace(s)
		before := s
		if rest, found := cutMinus(s); found {
			if signed {
				return f, false
			}
			s, f.negative, signed = rest, true, true
		} else if sign, rest, found := cutSign(s); found {
			if f.sign != "" {
				return f, false
			}
			s, f.sign = rest, sign
		} else if code, rest, found := cutCode(s); found {
			if f.currency != "" {
				return f, false
			}
			s, f.currency = rest, code
		}
		if s == before {
			break
		}
	}
	f.number = s
	return f, true
}

func cutMinus(s string) (rest string, found bool) {
	for _, minus := range []string{"-", "−"} {
		if rest, found = strings.CutPrefix(s, minus); found {
			return rest, true
		}
		if rest, found = strings.CutSuffix(s, minus); found {
			return rest, true
		}
	}
	return s, false
}

func cutSign(s string) (sign, rest string, found bool) {
	if r, size := utf8.DecodeRuneInString(s); unicode.Is(unicode.Sc, r) {
		return s[:size], s[size:], true
	}
	if r, size := utf8.DecodeLastRuneInString(s); unicode.Is(unicode.Sc, r) {
		return s[len(s)-size:], s[:len(s)-size], true
	}
	return "", s, false
}

func cutCode(s string) (code money.Currency, rest string, found bool) {
	if len(s) > 3 && money.Currency(s[:3]).Valid() {
		return money.Currency(s[:3]), s[3:], true
	}
	if len(s) > 3 && money.Currency(s[len(s)-3:]).Valid() {
		return money.Currency(s[len(s)-3:]), s[:len(s)-3], true
	}
	return "", s, false
}

// readAmount reads an amount as the profile's lists write it; stated is the row's currency where a column gives one. A
// fraction of three digits where the currency has not three is refused as ambiguous: it may be thousands. Codes:
// intake.CodeMalformedAmount, intake.CodeTooPrecise, intake.CodeUnknownCurrency, CodeAmbiguousAmount, CodeCurrencyDiffers,
// or "".
func (p *Profile) readAmount(s string, stated money.Currency) (minor int64, currency money.Currency, code string) {
	f, ok := takeApart(s)
	if !ok {
		return 0, "", intake.CodeMalformedAmount
	}
	currency, code = p.currencyOf(f, stated)
	if code != "" {
		return 0, "", code
	}
	whole, fraction, ok := p.digits(f.number)
	if !ok {
		return 0, "", intake.CodeMalformedAmount
	}
	fraction, code = fitting(fraction, currency.Exponent())
	if code != "" {
		return 0, "", code
	}
	text := whole
	if fraction != "" {
		text += "." + fraction
	}
	amount, err := money.Parse(text, currency)
	if err != nil {
		return 0, "", intake.CodeMalformedAmount
	}
	if f.negative {
		return -amount.Minor(), currency, ""
	}
	return amount.Minor(), currency, ""
}

// currencyOf is the row's currency: of its column, of the code or sign at the amount, or the profile's. What stands at the
// amount must not contradict the column.
func (p *Profile) currencyOf(f figure, stated money.Currency) (c money.Currency, code string) {
	meant := f.currency
	if of, known := p.Signs[f.sign]; known && meant == "" {
		meant = of
	}
	switch {
	case stated != "" && meant != "" && stated != meant:
		return "", CodeCurrencyDiffers
	case stated != "":
		return stated, ""
	case meant != "":
		return meant, ""
	case f.sign != "" || p.Currency == "":
		return "", intake.CodeUnknownCurrency // nobody said what the sign means here
	}
	return p.Currency, ""
}

// digits splits a number into whole and fraction, without groups. Groups of three stand between the same separators.
func (p *Profile) digits(s string) (whole, fraction string, ok bool) {
	whole, fraction, point := strings.Cut(s, p.Decimal)
	if point && (fraction == "" || !allDigits(fraction)) {
		return "", "", false
	}
	if whole == "" {
		return "0", fraction, point
	}
	if allDigits(whole) {
		return whole, fraction, true
	}
	for _, sep := range p.Thousands {
		if grouped(whole, sep) {
			return strings.ReplaceAll(whole, sep, ""), fraction, true
		}
	}
	return "", "", false
}

func grouped(s, sep string) bool {
	for i, group := range strings.Split(s, sep) {
		if !allDigits(group) || len(group) > 3 || (i > 0 && len(group) != 3) {
			return false
		}
	}
	return strings.Contains(s, sep)
}

func allDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// fitting shortens a fraction to the currency's decimals, if nothing but zeros is lost.
func fitting(fraction string, exponent int) (string, string) {
	switch {
	case len(fraction) <= exponent:
		return fraction, ""
	case len(fraction) == 3:
		return "", CodeAmbiguousAmount
	case strings.Trim(fraction[exponent:], "0") != "":
		return "", intake.CodeTooPrecise
	}
	return fraction[:exponent], ""
}
