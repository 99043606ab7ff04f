package mt940

import (
	"regexp"
	"strings"
	"time"

	"arrears/domain/calendar"
	"arrears/domain/money"
	"arrears/domain/remittance"
)

// field reads one field of an open message.
func (r *reader) field(f *field) error {
	switch f.tag {
	case "25", "25P":
		r.account(f)
	case "28C", "28":
		number, page, _ := strings.Cut(f.first(), "/")
		r.at.Sequence, r.at.Page = strings.TrimLeft(number, "0"), page
	case "60F", "60M", "62F", "62M":
		return r.balance(f)
	case "61":
		return r.movement(f)
	case "86":
		return r.words(f)
	case "34F", "13", "13D":
		return r.interimHead(f)
	case "90C", "90D":
		return r.total(f)
	case "21", "64", "65":
	default:
		if len(r.unknown) >= 20 || r.unknown[f.tag] {
			return nil
		}
		r.unknown[f.tag] = true
		return r.say(remittance.Warning, f.line, ":"+f.tag+":", remittance.CodeUnknownElement, "the field is not of the format and was left aside")
	}
	return nil
}

// account reads :25:, an IBAN, or a bank code and a number, and the BIC line of :25P:.
func (r *reader) account(f *field) {
	text := f.first()
	if len(f.lines) > 1 && f.tag == "25P" {
		r.at.Account.Bank = remittance.Clean(f.lines[1], remittance.MaxField)
	}
	plain := strings.ToUpper(strings.ReplaceAll(text, " ", ""))
	bank, number, found := strings.Cut(plain, "/")
	switch {
	case IsIBAN(plain):
		r.at.Account.IBAN = plain
	case found && IsIBAN(number):
		r.at.Account.Bank, r.at.Account.IBAN = bank, number
	case found:
		r.at.Account.Bank, r.at.Account.Other = bank, number
	case len(plain) > 3 && IsIBAN(plain[:len(plain)-3]): // a currency behind it
		r.at.Account.IBAN = plain[:len(plain)-3]
	default:
		r.at.Account.Other = text
	}
}

func (r *reader) balance(f *field) error {
	b, problem := balance(f.first())
	if problem != "" {
		if f.tag[0] == '6' && f.tag[1] == '2' {
			r.ended = true
		}
		return r.say(remittance.Refused, f.line, ":"+f.tag+":", problem, "%.40q is no balance", f.lines[0])
	}
	if f.tag == "60F" || f.tag == "60M" {
		r.at.Opening, r.at.Currency, r.at.From, r.first = b, b.Currency, b.On, f.tag == "60F"
		return nil
	}
	if err := r.emit(); err != nil {
		return err
	}
	r.ended = true
	r.at.Closing, r.at.To, r.at.LastPage = b, b.On, f.tag == "62F"
	if r.at.Currency == "" {
		r.at.Currency = b.Currency
	}
	if r.first && r.at.LastPage {
		r.at.Page = ""
	}
	return nil
}

// interimHead knows an interim report by its own fields, and its currency by the floor limit.
func (r *reader) interimHead(f *field) error {
	text := f.first()
	if f.tag != "34F" {
		if on, _, ok := day(text[:min(6, len(text))]); ok {
			r.at.From, r.at.To = on, on
		}
	} else if r.at.Opening == nil {
		r.at.Kind, r.at.Format = remittance.Intraday, "mt942"
		currency, err := money.ParseCurrency(text[:min(3, len(text))])
		if err != nil {
			return r.say(remittance.Refused, f.line, ":34F:", remittance.CodeUnknownCurrency, "%.10q does not begin with a known currency", text)
		}
		r.at.Currency = currency
	}
	return nil
}

var stated = regexp.MustCompile(`^(\d{1,6})([A-Z]{3})([\d,]+)$`)

// total reads :90C:5EUR100, and :90D:.
func (r *reader) total(f *field) error {
	m := stated.FindStringSubmatch(f.first())
	if m == nil || m[2] != string(r.at.Currency) {
		return r.say(remittance.Refused, f.line, ":"+f.tag+":", remittance.CodeMalformed, "%.40q is no total of the account", f.lines[0])
	}
	minor, ok := amount(m[3], r.at.Currency)
	if !ok {
		return r.say(remittance.Refused, f.line, ":"+f.tag+":", remittance.CodeBadAmount, "%.40q is no amount", m[3])
	}
	r.state(f.tag[2] == 'C', number(m[1]), minor)
	return nil
}

func (r *reader) state(credit bool, count, minor int64) {
	if r.at.Entries == nil {
		r.at.Entries = &remittance.Sums{Count: -1, CreditCount: -1, DebitCount: -1}
	}
	if e := r.at.Entries; credit {
		e.CreditCount, e.CreditMinor, e.CreditStated = count, minor, true
	} else {
		e.DebitCount, e.DebitMinor, e.DebitStated = count, minor, true
	}
}

func number(s string) int64 {
	var n int64
	for i := range len(s) {
		n = n*10 + int64(s[i]-'0')
	}
	return n
}

// line61 is value date, entry date, mark, funds code, amount, type and references.
var line61 = regexp.MustCompile(`^(\d{6})(\d{4})?(RC|RD|EC|ED|C|D)([A-Z])?(\d[\d,.]*)([NFS][A-Z0-9 ]{3})?(.*)$`)

// returnedItem are the types of transactions that came back, whatever their mark.
var returnedItem = map[string]bool{"NRTI": true, "FRTI": true, "SRTI": true}

// movement reads :61:. What it cannot read of the money is refused and left out.
func (r *reader) movement(f *field) error {
	if err := r.begin(); err != nil {
		return err
	}
	if err := r.emit(); err != nil {
		return err
	}
	r.n++
	refuse := func(code, format string, args ...any) error {
		return r.say(remittance.Refused, f.line, ":61:", code, format, args...)
	}
	m := line61.FindStringSubmatch(strings.TrimSpace(f.lines[0]))
	if m == nil {
		return refuse(remittance.CodeMalformed, "%.60q is no entry", f.lines[0])
	}
	if r.at.Currency == "" {
		return refuse(remittance.CodeUnknownCurrency, "no balance or limit before the entry tells the account's currency")
	}
	minor, ok := amount(m[5], r.at.Currency)
	if !ok {
		return refuse(remittance.CodeBadAmount, "%.30q is no amount of %s", m[5], r.at.Currency)
	}
	value, odd, ok := day(m[1])
	if !ok {
		return refuse(remittance.CodeBadDate, "%s is no value date", m[1])
	}
	booked := value
	if m[2] != "" {
		var odd2 bool
		booked, odd2, ok = nearest(m[2], value)
		if !ok {
			return refuse(remittance.CodeBadDate, "%s is no entry date", m[2])
		}
		odd = odd || odd2
	}
	if odd {
		if err := r.say(remittance.Warning, f.line, ":61:", remittance.CodeBadDate, "a day of February that the year has not was read as its last day"); err != nil {
			return err
		}
	}
	r.set(f, m, minor, booked, value)
	return nil
}

func (r *reader) set(f *field, m []string, minor int64, booked, value calendar.Date) {
	mark := m[3]
	e := remittance.Entry{
		Number: r.n, BookedOn: booked, ValueOn: value, State: remittance.Booked, Code: strings.TrimSpace(m[6]),
		Credit: mark == "C" || mark == "RD" || mark == "EC", Reversal: mark[0] == 'R' || returnedItem[m[6]], Minor: minor, Currency: r.at.Currency,
	}
	if mark[0] == 'E' {
		e.State = remittance.Pending
	}
	own, bank, _ := strings.Cut(m[7], "//")
	e.Reference = reference(bank)
	r.entry = &remittance.Transaction{
		Line: f.line, Entry: e, Credit: e.Credit, Minor: minor, Currency: e.Currency, EndToEnd: reference(own), Reference: e.Reference,
	}
	r.more = ""
	if len(f.lines) > 1 {
		r.more = remittance.Clean(strings.Join(f.lines[1:], " "), remittance.MaxText)
		supplement(r.entry, r.more)
	}
}

// reference leaves out what says that there is none, or that it stands in :86:.
func reference(s string) string {
	s = remittance.Clean(s, remittance.MaxField)
	switch s {
	case "EREF", "KREF", "PREF", "MREF", "EREF+", "KREF+":
		return ""
	}
	if !remittance.Named(s) {
		return ""
	}
	return s
}

var (
	ordered = regexp.MustCompile(`/OCMT/([A-Z]{3})(\d[\d,]*)`)
	charges = regexp.MustCompile(`/CHGS/([A-Z]{3})(\d[\d,]*)`)
)

// supplement reads what the last line of :61: tells: amount ordered, charges.
func supplement(t *remittance.Transaction, text string) {
	if m := ordered.FindStringSubmatch(text); m != nil && money.Currency(m[1]).Valid() && m[1] != string(t.Currency) {
		if minor, ok := amount(m[2], money.Currency(m[1])); ok {
			t.InstructedMinor, t.InstructedCurrency = minor, money.Currency(m[1])
		}
	}
	if m := charges.FindStringSubmatch(text); m != nil && m[1] == string(t.Currency) {
		if minor, ok := amount(m[2], t.Currency); ok {
			t.ChargesMinor = minor
		}
	}
}

var counted = regexp.MustCompile(`^D(\d{6})C(\d{6})D([\d,]+)C([\d,]+)$`)

// words reads :86:, of the entry before it or, behind the closing balance, of the whole statement.
func (r *reader) words(f *field) error {
	if r.entry == nil {
		m := counted.FindStringSubmatch(f.first())
		if !r.ended || m == nil {
			return nil
		}
		for i, credit := range []bool{false, true} {
			if minor, ok := amount(m[3+i], r.at.Currency); ok {
				r.state(credit, number(m[1+i]), minor)
			}
		}
		return nil
	}
	c := Context{BIC: r.at.Account.Bank, Account: r.at.Account, Supplement: r.more}
	for _, d := range append(r.opt.Details[:len(r.opt.Details):len(r.opt.Details)], Plain()) {
		if d.Match(f.lines, c) {
			d.Read(f.lines, c, r.entry)
			break
		}
	}
	return r.emit()
}

func (r *reader) emit() error {
	t := r.entry
	if t == nil {
		return nil
	}
	r.entry = nil
	if t.Entry.Reversal && t.Return == nil {
		t.Return = &remittance.Return{Code: t.Entry.Code, EndToEnd: t.EndToEnd}
	}
	if t.Return != nil && t.Return.EndToEnd == "" {
		t.Return.EndToEnd = t.EndToEnd
	}
	return r.to.Transaction(*t)
}

// date reads MMDD of a year; a 29 or 30 February that it has not is its last day.
func date(year int, s string) (on calendar.Date, corrected, ok bool) {
	month, dayOf := number(s[:2]), number(s[2:])
	d, err := calendar.NewDate(year, time.Month(month), int(dayOf))
	if err == nil {
		return d, false, true
	}
	if month == 2 && (dayOf == 29 || dayOf == 30) {
		d, err = calendar.NewDate(year, time.February, 1)
		return d.EndOfMonth(), true, err == nil
	}
	return 0, false, false
}

// nearest reads MMDD in the year that brings it nearest to another day: entries at New Year are booked in the other year.
func nearest(s string, to calendar.Date) (on calendar.Date, corrected, ok bool) {
	best := 1 << 20
	for year := to.Year() - 1; year <= to.Year()+1; year++ {
		d, c, fits := date(year, s)
		if away := max(d.DaysSince(to), to.DaysSince(d)); fits && away < best {
			on, corrected, ok, best = d, c, true, away
		}
	}
	return on, corrected, ok
}
