package mail

import (
	"fmt"
	"regexp"
	"strings"

	"arrears/domain/calendar"
	"arrears/domain/intake"
	"arrears/domain/money"
	"arrears/domain/remittance"
)

// findings are what the lines said, before it is put together.
type findings struct {
	sender     string
	american   bool // the text speaks of checks or a lockbox
	style      style
	amount     *int64
	refused    bool
	invoices   []remittance.Line
	orders     []string
	deductions []remittance.Line
	table      []remittance.Line
}

// meanings of keys, lower case without what is in brackets.
var meanings = map[string]string{
	"payer": "payer", "customer": "payer", "customer name": "payer", "company": "payer", "remitter": "payer", "payor": "payer",
	"account": "account", "account number": "account", "customer number": "account", "customer no": "account", "customer account": "account", "account no": "account",
	"amount": "amount", "payment amount": "amount", "check amount": "amount", "cheque amount": "amount", "remitting": "amount", "amount paid": "amount",
	"total paid": "amount", "payment total": "amount", "total payment": "amount", "total": "amount", "wire amount": "amount", "net payment": "amount", "total amount": "amount",
	"check number": "payment", "cheque number": "payment", "check no": "payment", "payment reference": "payment", "payment number": "payment", "trace number": "payment",
	"wire reference": "payment", "ach trace": "payment", "reference": "payment", "check": "payment", "payment ref": "payment",
	"deposit date": "date", "payment date": "date", "check date": "date", "value date": "date", "paid on": "date",
	"invoices": "invoices", "invoice": "invoices", "invoice number": "invoices", "invoice numbers": "invoices", "invoice no": "invoices",
	"po": "orders", "pos": "orders", "purchase order": "orders", "purchase orders": "orders", "po number": "orders",
	"deduction": "deduction", "deductions": "deduction", "short payment": "deduction", "chargeback": "deduction",
	"currency": "currency", "batch": "batch", "advice number": "batch", "remittance number": "batch",
}

// body reads the text line by line and gives the advice.
func (r *reader) body(text []byte, first int64) error {
	lines := strings.Split(string(text), "\n")
	if len(lines) > maxLines {
		return remittance.Malformed(first, "text", remittance.CodeTooLarge, "the text has more than %d lines", maxLines)
	}
	for _, line := range lines {
		r.found.style.learn(line)
		r.found.american = r.found.american || american.MatchString(line)
		if key, value, found := strings.Cut(line, ":"); found && meanings[keyOf(key)] == "currency" {
			r.currency(money.Currency(strings.ToUpper(strings.TrimSpace(value))))
		}
	}
	var last header
	for i := 0; i < len(lines); i++ {
		at := first + int64(i)
		if header, ok := tableHeader(lines[i]); ok {
			rows, err := r.rows(header, lines[i+1:], at+1)
			if err != nil {
				return err
			}
			last = header
			i += rows
			continue
		}
		if err := r.astray(last, lines[i], at); err != nil {
			return err
		}
		if err := r.line(lines[i], at); err != nil {
			return err
		}
	}
	if err := r.attached(); err != nil {
		return err
	}
	return r.finish(first)
}

// american are words of those who pay by cheques and spell them so.
var american = regexp.MustCompile(`(?i)\b(lockbox|check (number|no|amount|date))\b`)

func keyOf(key string) string {
	key, _, _ = strings.Cut(key, "(")
	return strings.Trim(strings.ToLower(strings.Join(strings.Fields(key), " ")), "#*-.• ")
}

func (r *reader) currency(c money.Currency) {
	if c.Valid() {
		r.advice.Currency = c
	}
}

func (r *reader) line(text string, at int64) error {
	key, value, found := strings.Cut(text, ":")
	meaning := meanings[keyOf(key)]
	value = strings.TrimSpace(value)
	if !found || meaning == "" || value == "" {
		r.keep(text)
		return nil
	}
	switch meaning {
	case "payer":
		r.advice.Payer.Name = field(value)
	case "account":
		r.advice.Customer = field(value)
	case "payment":
		r.advice.Payment = field(value)
	case "batch":
		r.advice.ID = field(value)
	case "amount":
		return r.total(value, at)
	case "date":
		return r.date(value, at)
	case "orders":
		for _, o := range items(value) {
			r.found.orders = append(r.found.orders, field(o))
		}
	case "invoices":
		return r.invoices(value, at)
	case "deduction":
		return r.deduction(value, at)
	}
	return nil
}

func (r *reader) keep(text string) {
	if text = remittance.Clean(text, remittance.MaxText); text != "" && len(r.advice.Text) < remittance.MaxTexts {
		r.advice.Text = append(r.advice.Text, text)
	}
}

// items divides a list by commas, semicolons and "and".
func items(list string) []string {
	var all []string
	for _, s := range strings.FieldsFunc(strings.ReplaceAll(list, " and ", ","), func(r rune) bool { return r == ',' || r == ';' || r == '&' }) {
		if s = strings.TrimSpace(s); s != "" {
			all = append(all, s)
		}
	}
	return all
}

// amount reads one amount; nil when it was refused, which is told.
func (r *reader) amount(text, field string, at int64) (*int64, string, error) {
	n, ok := scan(text)
	if !ok {
		return nil, "", r.refuse(at, field, remittance.CodeBadAmount, fmt.Sprintf("%.40q does not begin with an amount", text))
	}
	switch {
	case n.currency != "" && r.advice.Currency == "":
		r.advice.Currency = n.currency
	case n.currency == "" && r.advice.Currency == "" && r.found.american:
		r.advice.Currency = "USD"
		if err := r.say(remittance.Warning, at, field, CodeAssumed, "the currency is not told and taken for US dollars"); err != nil {
			return nil, "", err
		}
	case n.currency == "" && r.advice.Currency == "":
		return nil, "", r.refuse(at, field, remittance.CodeUnknownCurrency, "the currency is not told")
	case n.currency != "" && n.currency != r.advice.Currency && !dollars(text, r.advice.Currency):
		return nil, "", r.refuse(at, field, remittance.CodeCurrencyDiffers, "the mail tells amounts in several currencies")
	}
	minor, ok := r.found.style.minor(n, r.advice.Currency)
	if !ok {
		return nil, "", r.refuse(at, field, CodeAmbiguous, fmt.Sprintf("%.40q is no amount in %s, or can be read in two ways", n.digits, r.advice.Currency))
	}
	return &minor, n.rest, nil
}

// dollars reports whether the sign is that of several currencies, of which this one is.
func dollars(text string, c money.Currency) bool {
	return strings.Contains(text, "$") && (c == "CAD" || c == "AUD" || c == "NZD" || c == "SGD" || c == "HKD" || c == "MXN")
}

func (r *reader) refuse(at int64, field, code, message string) error {
	r.found.refused = true
	return r.say(remittance.Refused, at, field, code, message)
}

func (r *reader) total(value string, at int64) error {
	minor, _, err := r.amount(value, "amount", at)
	if err != nil || minor == nil {
		return err
	}
	if r.found.amount != nil && *r.found.amount != *minor {
		return r.refuse(at, "amount", CodeAmbiguous, "the mail tells two amounts of the payment")
	}
	r.found.amount = minor
	return nil
}

func (r *reader) date(value string, at int64) error {
	for _, text := range []string{"YYYY-MM-DD", "DD.MM.YYYY", "D MMM YYYY"} {
		layout, err := intake.ParseLayout(text)
		if err != nil {
			return err
		}
		if on, ok := layout.Parse(value); ok {
			r.advice.PaidOn = on
			return nil
		}
	}
	return r.say(remittance.Warning, at, "date", remittance.CodeBadDate, fmt.Sprintf("%.20q is not a date that can be read in one way only", value))
}

func (r *reader) invoices(value string, at int64) error {
	for _, item := range items(value) {
		numbered, rest, _ := strings.Cut(item, " ")
		line := remittance.Line{Line: at, Kind: remittance.LineInvoice, Number: field(numbered)}
		if n, ok := scan(rest); ok && n.currency != "" {
			var err error
			if line.PaidMinor, _, err = r.amount(rest, "invoices", at); err != nil {
				return err
			}
		} else {
			line.Words = field(rest)
		}
		r.found.invoices = append(r.found.invoices, line)
	}
	return nil
}

func (r *reader) deduction(value string, at int64) error {
	minor, rest, err := r.amount(value, "deduction", at)
	if err != nil || minor == nil {
		return err
	}
	off := -max(*minor, -*minor)
	r.found.deductions = append(r.found.deductions, remittance.Line{Line: at, Kind: remittance.LineClaim, AdjustMinor: &off,
		Words: remittance.Clean(rest, remittance.MaxText)})
	return nil
}

// finish puts together what was found.
func (r *reader) finish(first int64) error {
	f, a := &r.found, &r.advice
	if a.Payer.Name == "" {
		a.Payer.Name = field(f.sender)
	}
	a.Lines = r.lines()
	if len(a.Lines) == 0 && f.amount == nil {
		if f.refused {
			return nil
		}
		return r.say(remittance.Warning, first, "text", CodeNoAmount, "the text names neither an amount nor a document")
	}
	if len(a.Lines) > remittance.MaxLines {
		return r.refuse(first, "text", remittance.CodeTooLarge, "the advice has more lines than are read of one")
	}
	sum, told := paid(a.Lines)
	switch {
	case f.amount != nil:
		a.Minor = *f.amount
		if told && !f.refused && sum != a.Minor {
			if err := r.say(remittance.Alarm, first, "amount", remittance.CodeLinesDiffer,
				fmt.Sprintf("the lines add up to %s, the payment is %s", money.Of(sum, a.Currency), money.Of(a.Minor, a.Currency))); err != nil {
				return err
			}
		}
	case told && !f.refused && (sum > money.MaxMinor || sum < -money.MaxMinor):
		return r.refuse(first, "amount", remittance.CodeTooLarge, "the lines exceed what an amount may be")
	case told && !f.refused:
		a.Minor = sum
	default:
		if err := r.say(remittance.Warning, first, "amount", CodeNoAmount, "the amount of the payment is not told"); err != nil {
			return err
		}
	}
	if !a.Currency.Valid() {
		return r.refuse(first, "currency", remittance.CodeUnknownCurrency, "the currency is not told")
	}
	if a.Minor < 0 {
		a.Minor, a.Credit = -a.Minor, false
	}
	a.MoneyMoves = a.Minor != 0
	return r.to.Advice(*a)
}

// lines joins invoices, orders and deductions: what is one of each belongs together.
func (r *reader) lines() []remittance.Line {
	f := &r.found
	lines := append(append([]remittance.Line{}, f.table...), f.invoices...)
	switch {
	case len(lines) == 0:
		for _, o := range f.orders {
			lines = append(lines, remittance.Line{Line: r.advice.Line, Kind: remittance.LineOrder, Number: o})
		}
	case len(f.table) == 0 && len(f.orders) == len(lines):
		for i := range lines {
			lines[i].Order = f.orders[i]
		}
	default:
		for _, o := range f.orders {
			r.keep("PO " + o)
		}
	}
	if len(lines) == 1 && len(f.deductions) == 1 && lines[0].AdjustMinor == nil && lines[0].PaidMinor == nil {
		lines[0].AdjustMinor, lines[0].Words = f.deductions[0].AdjustMinor, f.deductions[0].Words
		return lines
	}
	return append(lines, f.deductions...)
}

// paid sums the lines when each tells an amount; a deduction of its own is not part of what is paid.
func paid(lines []remittance.Line) (sum int64, told bool) {
	for _, l := range lines {
		switch {
		case l.PaidMinor != nil:
			sum = remittance.Plus(sum, *l.PaidMinor)
			told = true
		case l.Kind != remittance.LineClaim:
			return 0, false
		}
	}
	return sum, told
}

// isoDate reads the one layout that tables may write dates in.
func isoDate(s string) calendar.Date {
	on, err := calendar.ParseDate(strings.TrimSpace(s))
	if err != nil {
		return 0
	}
	return on
}
