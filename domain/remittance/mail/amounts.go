package mail

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"arrears/domain/intake"
	"arrears/domain/money"
)

// number is an amount as written: its digits and separators, sign and currency.
type number struct {
	digits   string
	negative bool
	currency money.Currency // empty when neither sign nor code is there
	rest     string         // the words after it
}

var signs = map[rune]money.Currency{'$': "USD", '€': "EUR", '£': "GBP", '¥': "JPY"}

// scan reads a number at the start of a text: "$1,240.00 damaged", "EUR 5", "(5.00)", "5.00-", "-$5".
func scan(s string) (number, bool) {
	var n number
	s = strings.TrimSpace(s)
	bracket := strings.HasPrefix(s, "(")
	s = strings.TrimPrefix(s, "(")
	if len(s) > 3 && !isWord(rune(s[3])) && money.Currency(strings.ToUpper(s[:3])).Valid() {
		n.currency, s = money.Currency(strings.ToUpper(s[:3])), strings.TrimSpace(s[3:])
	}
	for _, r := range s {
		c, is := signs[r]
		if r != '-' && r != '−' && r != ' ' && r != '\u00a0' && !is {
			break
		}
		if r == '-' || r == '−' {
			n.negative = true
		}
		if is && n.currency == "" {
			n.currency = c
		}
		s = strings.TrimPrefix(s, string(r))
	}
	end := 0
	for end < len(s) && (s[end] >= '0' && s[end] <= '9' || s[end] == '.' || s[end] == ',' || s[end] == '\'') {
		end++
	}
	n.digits, s = strings.TrimRight(s[:end], ".,'"), strings.TrimSpace(s[end:])
	if n.digits == "" || n.digits[0] < '0' || n.digits[0] > '9' {
		return n, false
	}
	if strings.HasPrefix(s, "-") && !strings.HasPrefix(s, "- ") {
		n.negative, s = true, s[1:]
	}
	if bracket && strings.HasPrefix(s, ")") {
		n.negative, s = true, s[1:]
	}
	n.trailing(s)
	return n, true
}

// trailing reads a currency after the number.
func (n *number) trailing(s string) {
	s = strings.TrimSpace(s)
	n.rest = s
	r, size := utf8.DecodeRuneInString(s)
	if c, is := signs[r]; is && n.currency == "" {
		n.currency, n.rest = c, strings.TrimSpace(s[size:])
	}
	if len(s) >= 3 && (len(s) == 3 || !isWord(rune(s[3]))) {
		if c := money.Currency(s[:3]); c.Valid() && n.currency == "" {
			n.currency, n.rest = c, strings.TrimSpace(s[3:])
		}
	}
}

func isWord(r rune) bool { return unicode.IsLetter(r) }

// separators says how a number divides groups and decimals; known is false when it can be read in two ways or not at all.
func separators(digits string) (decimal, thousands string, known bool) {
	digits, grouped := strings.ReplaceAll(digits, "'", ""), strings.Contains(digits, "'")
	dot, comma := strings.LastIndex(digits, "."), strings.LastIndex(digits, ",")
	dots, commas := strings.Count(digits, "."), strings.Count(digits, ",")
	switch {
	case dots > 0 && commas > 0 && dot > comma:
		return ".", ",", true
	case dots > 0 && commas > 0:
		return ",", ".", true
	case dots+commas == 0:
		return ".", "", true
	case dots > 1:
		return ",", ".", true
	case commas > 1:
		return ".", ",", true
	}
	mark, at := ".", dot
	if commas == 1 {
		mark, at = ",", comma
	}
	if len(digits)-at-1 == 3 && at <= 3 && !grouped && digits[0] != '0' {
		return "", "", false
	}
	return mark, "", true
}

// style is how the mail writes numbers, learned from those that can be read in one way only.
type style struct{ decimal string }

func (st *style) learn(text string) {
	for _, word := range strings.Fields(text) {
		n, ok := scan(strings.Trim(word, ";:|"))
		if !ok || n.rest != "" {
			continue
		}
		decimal, thousands, known := separators(n.digits)
		if !known || (!strings.Contains(n.digits, decimal) && thousands == "") {
			continue
		}
		if st.decimal == "" {
			st.decimal = decimal
		} else if st.decimal != decimal {
			st.decimal = "?" // it writes both ways
		}
	}
}

// minor reads a number; ok is false when it is none or may be two.
func (st *style) minor(n number, c money.Currency) (int64, bool) {
	decimal, thousands, known := separators(n.digits)
	if !known {
		switch st.decimal {
		case ".":
			decimal, thousands = ".", ","
		case ",":
			decimal, thousands = ",", "."
		default:
			return 0, false
		}
	}
	digits := strings.ReplaceAll(n.digits, "'", "")
	minor, code := intake.ReadNumber(digits, decimal, thousands, c)
	if n.negative {
		minor = -minor
	}
	return minor, code == ""
}
