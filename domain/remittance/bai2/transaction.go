package bai2

import (
	"fmt"
	"regexp"
	"strings"

	"arrears/domain/calendar"
	"arrears/domain/remittance"
)

// transaction reads a record 16: type, amount, funds, bank reference, customer reference, words.
func (r *reader) transaction(l *logical) error {
	f := &fields{chunks: l.chunks}
	code, _ := f.next()
	amount, _ := f.next()
	funds, _ := f.next()
	r.entries++
	kind, known := r.opt.Types[code]
	if !known {
		kind, known = standard(code)
	}
	refuse := func(problem, format string, args ...any) error {
		return r.say(remittance.Refused, l.line, "16", problem, format, args...)
	}
	value, read := minor(amount)
	r.account.total = remittance.Plus(r.account.total, value)
	switch {
	case !known:
		return refuse(CodeTypeUnknown, "type code %.10q does not say where money went", code)
	case !kind.Credit && !kind.Debit, r.unknown:
		return nil
	case !read || value < 0:
		return refuse(remittance.CodeBadAmount, "%.30q is no amount of a transaction", amount)
	}
	valueOn, problem, why := skipFunds(f, funds, r.asOf)
	if problem != "" {
		return refuse(problem, "%s", why)
	}
	if strings.Contains(totals, " "+code+" ") {
		if err := r.say(remittance.Warning, l.line, "16", CodeSummary, "type %s is a total by the public list, read as one transaction", code); err != nil {
			return err
		}
	}
	t := remittance.Transaction{
		Line: l.line, Credit: kind.Credit, Minor: value, Currency: r.at.Currency,
		Entry: remittance.Entry{
			Number: r.entries, BookedOn: r.asOf, ValueOn: valueOn, State: remittance.Booked, Code: code,
			Credit: kind.Credit, Reversal: kind.Return, Minor: value, Currency: r.at.Currency,
		},
	}
	describe(&t, f, kind)
	return r.to.Transaction(t)
}

// skipFunds reads what belongs to a funds type; it returns the value date, or a problem's code and words.
func skipFunds(f *fields, funds string, booked calendar.Date) (on calendar.Date, problem, why string) {
	switch funds {
	case "", "Z", "0", "1", "2":
	case "V":
		date, _ := f.next()
		f.skip(1)
		if date == "" {
			return booked, "", ""
		}
		on, ok := day(date)
		if !ok {
			return 0, remittance.CodeBadDate, fmt.Sprintf("%.20q is no value date", date)
		}
		return on, "", ""
	case "S":
		f.skip(3)
	case "D":
		many, _ := f.next()
		n, ok := minor(many)
		if !ok || n < 0 || n > 1_000 {
			return 0, remittance.CodeMalformed, fmt.Sprintf("%.20q is no number of distributions", many)
		}
		f.skip(int(2 * n))
	default:
		return 0, remittance.CodeMalformed, fmt.Sprintf("funds type %.10q is not of the format", funds)
	}
	return booked, "", ""
}

// describe reads the references and the words.
func describe(t *remittance.Transaction, f *fields, kind Type) {
	bank, _ := f.next()
	customer, _ := f.next()
	t.Reference = remittance.Clean(bank, remittance.MaxField)
	t.Entry.Reference = t.Reference
	t.EndToEnd = remittance.Clean(customer, remittance.MaxField)
	if strings.Contains(cheques, " "+t.Entry.Code+" ") {
		t.Cheque = strings.TrimLeft(t.EndToEnd, "0")
	}
	for _, text := range f.rest() {
		if text = remittance.Clean(text, remittance.MaxText); text != "" && len(t.Text) < remittance.MaxTexts {
			t.Text = append(t.Text, text)
		}
	}
	for _, text := range t.Text {
		readTags(t, text)
	}
	if kind.Return {
		words := strings.Join(t.Text, " ")
		t.Return = &remittance.Return{Code: t.Entry.Code, Text: remittance.Clean(words, remittance.MaxText), EndToEnd: t.EndToEnd}
		if reason := returnReason.FindString(words); reason != "" {
			t.Return.Code = reason
		}
	}
}

var (
	// returnReason is a reason of an ACH return.
	returnReason = regexp.MustCompile(`\bR(0[1-9]|[1-7][0-9]|8[0-5])\b`)
)

// readTags reads one text's tags; each value goes up to the next tag. The words themselves stay as they are.
func readTags(t *remittance.Transaction, text string) {
	found := tags(text)
	for i, m := range found {
		end := len(text)
		if i+1 < len(found) {
			end = found[i+1].from
		}
		value := remittance.Clean(text[m.to:end], remittance.MaxField)
		if value == "" {
			continue
		}
		switch m.name {
		case "ORIG CO NAME", "ORIGINATOR", "ORIG", "ORG", "BO1":
			t.Payer.Name = value
		case "ORIG ID":
			t.Payer.ID = value
		case "BO":
			t.Payer.Account.Other = value
		case "OB":
			t.Payer.Account.Bank, _, _ = strings.Cut(value, " ")
		case "IND ID", "RFB":
			t.EndToEnd = value
		case "TRACE#", "TRACE NO", "TRID", "IMAD":
			if t.Reference == "" {
				t.Reference = value
				t.Entry.Reference = value
			}
		}
	}
}

// tag is where a tag stands in a text: from its beginning to behind its mark.
type tag struct {
	name     string
	from, to int
}

// tags finds the names that banks put into the words of ACH entries, wires and transfers, with a colon or an equals sign.
func tags(text string) []tag {
	var found []tag
	for i := range len(text) {
		if text[i] != ':' && text[i] != '=' {
			continue
		}
		before := strings.TrimSuffix(text[:i], " ")
		for _, name := range []string{"ORIG CO NAME", "ORIG ID", "DESC DATE", "CO ENTRY DESCR", "SEC", "TRACE#", "TRACE NO", "EED", "IND ID",
			"IND NAME", "TRN", "ORIGINATOR", "ORIG", "ORG", "OGB", "OBI", "RFB", "BNF", "BBK", "IMAD", "OMAD", "FR", "ENDT", "TRID", "PY", "BI",
			"OB3", "OB", "BO1", "BO"} {
			from := len(before) - len(name)
			if strings.HasSuffix(before, name) && (from == 0 || strings.IndexByte(" ,;", before[from-1]) >= 0) {
				found = append(found, tag{name, from, i + 1})
				break
			}
		}
	}
	return found
}
