package mt940

import (
	"regexp"
	"strings"

	"arrears/domain/remittance"
)

// german reads structured :86: of German banks: a business code of three digits, then fields that a separator and two digits
// begin: 00 booking text, 20 to 29 and 60 to 63 purpose, 30 bank, 31 account, 32 and 33 name, 34 text key.
type german struct{}

var (
	germanHead = regexp.MustCompile(`^(\d{3})([^A-Za-z0-9 /])(00|10|20|30|31|32)`)
	// germanReturns are the business codes of payments that came back.
	germanReturns = map[string]bool{"009": true, "059": true, "108": true, "109": true, "159": true, "181": true, "184": true}
	returnCode    = regexp.MustCompile(`\b(A[CGM]\d\d|BE\d\d|CNOR|DNOR|FF05|FOCR|MD\d\d|MS0[23]|RC01|RR0[1-4]|SL01|TECH|CUST|DUPL|FRAD|NOAS)\b`)
)

// purposeWidth is the width of a purpose field: a shorter one lost the blanks at its end.
const purposeWidth = 27

// Name is german.
func (german) Name() string { return "german" }

// Match knows the business code and the first field behind it.
func (german) Match(lines []string, _ Context) bool { return germanHead.MatchString(lines[0]) }

// Read takes the fields apart, and the keywords of SEPA within the purpose.
func (german) Read(lines []string, _ Context, t *remittance.Transaction) {
	text := strings.Join(lines, "")
	code, separator := text[:3], germanHead.FindStringSubmatch(text)[2]
	t.Entry.Code = strings.Trim(t.Entry.Code+"/"+code, "/")
	var purpose, name strings.Builder
	for _, part := range strings.Split(text[3:], separator) {
		if len(part) < 2 || strings.Trim(part[:2], "0123456789") != "" {
			purpose.WriteString(part) // the separator within words
			continue
		}
		value := part[2:]
		switch key := part[:2]; {
		case key == "00":
			t.Entry.Text = clean(value)
		case key >= "20" && key <= "29", key >= "60" && key <= "63":
			purpose.WriteString(value)
			if len([]rune(value)) < purposeWidth && !strings.HasSuffix(value, " ") {
				purpose.WriteString(" ")
			}
		case key == "30":
			t.Payer.Account.Bank = clean(value)
		case key == "31":
			setAccount(&t.Payer, value)
		case key == "32", key == "33":
			name.WriteString(value)
		}
	}
	t.Payer.Name = clean(name.String())
	germanPurpose(t, purpose.String())
	if germanReturns[code] {
		germanReturn(t, code)
	}
}

func germanReturn(t *remittance.Transaction, code string) {
	words := strings.Join(t.Text, " ")
	minor := int64(0)
	if t.Return != nil {
		minor = t.Return.Minor
	}
	t.Return = &remittance.Return{Code: code, Text: remittance.Clean(words, remittance.MaxText), EndToEnd: t.EndToEnd, Minor: minor}
	if reason := returnCode.FindString(words); reason != "" {
		t.Return.Code = reason
	}
	t.Entry.Reversal = true
}

// named is where a name stands in a text: from its beginning to behind its mark.
type named struct {
	name     string
	from, to int
}

// keywords finds the SEPA keywords, each with a plus behind it.
func keywords(text string) []named {
	var found []named
	for i := range len(text) {
		if text[i] != '+' {
			continue
		}
		for n := 4; n >= 3; n-- {
			if i < n {
				continue
			}
			switch name := text[i-n : i]; name {
			case "EREF", "KREF", "MREF", "CRED", "DEBT", "SVWZ", "ABWA", "ABWE", "IBAN", "COAM", "OAMT", "PURP", "RREF", "BIC":
				found = append(found, named{name, i - n, i + 1})
				n = 0
			}
		}
	}
	return found
}

// germanPurpose reads the SEPA keywords within the purpose; without any, all of it is words.
func germanPurpose(t *remittance.Transaction, purpose string) {
	found := keywords(purpose)
	if len(found) == 0 {
		keep(t, purpose)
		return
	}
	keep(t, purpose[:found[0].from])
	for i, m := range found {
		end := len(purpose)
		if i+1 < len(found) {
			end = found[i+1].from
		}
		raw := strings.TrimSpace(purpose[m.to:end])
		value := clean(raw)
		switch key := m.name; {
		case value == "":
		case key == "EREF":
			t.EndToEnd = reference(value)
		case key == "MREF":
			t.Mandate = value
		case key == "CRED" && !t.Credit:
			t.Payer.ID = value
		case key == "SVWZ":
			keep(t, raw)
		case key == "ABWA":
			t.UltimatePayer.Name = value
		case key == "IBAN":
			setAccount(&t.Payer, value)
		case key == "BIC":
			t.Payer.Account.Bank = value
		case key == "OAMT":
			if minor, ok := amount(strings.TrimPrefix(value, "EUR"), t.Currency); ok {
				t.Return = &remittance.Return{Code: t.Entry.Code, Minor: minor}
			}
		}
	}
}

// dutch reads the fixed text that ABN AMRO wrote before SEPA, in columns of 32 characters, and its labelled SEPA text.
type dutch struct{}

var (
	giro      = regexp.MustCompile(`^GIRO +(\d+) (.+?)(?:  |$)`)
	dotted    = regexp.MustCompile(`^(\d{2,3}\.\d{2}\.\d{2}\.\d{3}) +(.+?)(?:  |$)`)
	payNumber = regexp.MustCompile(`BETALINGSKENM\. *(\d+)`)
	dutchHead = regexp.MustCompile(`^(GIRO +\d|BEA +|GEA +|SEPA [A-Z]+ +IBAN:|\d{2,3}\.\d{2}\.\d{2}\.\d{3} )`)
	labelled  = regexp.MustCompile(`(IBAN|BIC|NAAM|OMSCHRIJVING|KENMERK|MACHTIGING|INCASSANT|BETALINGSKENM\.?): `)
)

// Name is dutch.
func (dutch) Name() string { return "dutch" }

// Match knows the first words.
func (dutch) Match(lines []string, _ Context) bool { return dutchHead.MatchString(lines[0]) }

// Read takes account and name from the first columns, and what labels tell.
func (dutch) Read(lines []string, _ Context, t *remittance.Transaction) {
	text := strings.Join(lines, "")
	for _, shape := range []*regexp.Regexp{giro, dotted} {
		if m := shape.FindStringSubmatch(lines[0]); m != nil {
			setAccount(&t.Payer, strings.ReplaceAll(m[1], ".", ""))
			t.Payer.Name = clean(m[2])
		}
	}
	if m := payNumber.FindStringSubmatch(text); m != nil {
		t.EndToEnd = clean(m[1])
	}
	found := labelled.FindAllStringSubmatchIndex(text, -1)
	for i, m := range found {
		end := len(text)
		if i+1 < len(found) {
			end = found[i+1][0]
		}
		value := clean(text[m[1]:end])
		switch text[m[2]:m[3]] {
		case "IBAN":
			setAccount(&t.Payer, value)
		case "BIC":
			t.Payer.Account.Bank = value
		case "NAAM":
			t.Payer.Name = value
		case "KENMERK":
			t.EndToEnd = reference(value)
		case "MACHTIGING":
			t.Mandate = value
		}
	}
	if strings.HasPrefix(text, "SEPA ") && len(found) > 0 {
		keep(t, text)
		return
	}
	keep(t, unwrap(lines)...)
}
