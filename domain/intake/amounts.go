package intake

import (
	"strings"

	"arrears/domain/fault"
	"arrears/domain/money"
)

// readAmount reads a number as the profile writes it. Grouping is accepted only where a group belongs: "1,234.50" is a
// number, "1,23" is not. Codes: CodeMalformedAmount, CodeTooPrecise, or "" when it was read.
func (p *Profile) readAmount(s string, c money.Currency) (minor int64, code string) {
	text, ok := p.plainNumber(s)
	if !ok {
		return 0, CodeMalformedAmount
	}
	amount, err := money.Parse(trimZeros(text, c.Exponent()), c)
	switch fault.CodeOf(err) {
	case "":
		return amount.Minor(), ""
	case money.CodeTooPrecise:
		return 0, CodeTooPrecise
	}
	return 0, CodeMalformedAmount
}

// plainNumber rewrites a number with a point and without groups.
func (p *Profile) plainNumber(s string) (string, bool) {
	whole, fraction, point := strings.Cut(s, p.Decimal)
	if p.Thousands != "" && strings.Contains(whole, p.Thousands) {
		groups := strings.Split(whole, p.Thousands)
		for i, g := range groups {
			first := strings.TrimLeft(g, "+-")
			if (i > 0 && len(g) != 3) || (i == 0 && (len(first) < 1 || len(first) > 3)) {
				return "", false
			}
		}
		whole = strings.Join(groups, "")
	}
	if strings.Contains(whole, ".") || !point {
		return whole, !strings.Contains(whole, ".")
	}
	return whole + "." + fraction, true
}

// trimZeros drops zeros after the currency's last decimal: "12.500" is 12.50 euro and "100.00" is 100 yen, nothing lost.
func trimZeros(s string, exponent int) string {
	whole, fraction, point := strings.Cut(s, ".")
	if !point || len(fraction) <= exponent || strings.Trim(fraction[exponent:], "0") != "" {
		return s
	}
	if exponent == 0 {
		return whole
	}
	return whole + "." + fraction[:exponent]
}
