package intake

import (
	"fmt"
	"regexp"
	"strings"

	"arrears/domain/calendar"
	"arrears/domain/money"
	"arrears/domain/receivable"
)

// maxInstalments is more parts than any terms of payment have.
const maxInstalments = 120

// emailShape is what an address must look like to be worth keeping; whether it receives mail is found out by sending.
var emailShape = regexp.MustCompile(`^[^\s@<>,;"]{1,64}@[A-Za-z0-9.-]{1,190}\.[A-Za-z]{2,24}$`)

// row reads all fields; problems are collected, not returned at the first.
func (in *reading) row() Row {
	row := Row{
		Number:         in.text(FieldNumber, 100, true),
		CustomerNumber: in.text(FieldCustomerNumber, 100, in.profile.Match == MatchNumber),
		CustomerName:   in.text(FieldCustomerName, 300, in.profile.Match == MatchName),
		InvoiceDate:    in.date(FieldInvoiceDate, true),
		DueDate:        in.date(FieldDueDate, false),
		PurchaseOrder:  in.text(FieldPurchaseOrder, 100, false),
		Settled:        in.date(FieldSettledDate, false),
		Segment:        in.text(FieldSegment, 100, false),
		Country:        in.oneOf(FieldCountry, countryCode.MatchString),
		Language:       in.oneOf(FieldLanguage, languageTag.MatchString),
		Email:          in.oneOf(FieldEmail, isEmail),
		Disputed:       in.oneOf(FieldDisputed, isBool) == "true",
	}
	row.TimeZone = in.oneOf(FieldTimeZone, func(s string) bool { return validConstant(FieldTimeZone, s) })
	in.customer(&row)
	in.amounts(&row)
	return row
}

func isBool(s string) bool { return s == "true" || s == "false" }

func isEmail(s string) bool {
	_, ok := receivable.MailAddress(s)
	return ok && emailShape.MatchString(s)
}

// customer fills in by what the customer is found.
func (in *reading) customer(row *Row) {
	if in.profile.Match == MatchName {
		row.CustomerNumber = ""
	}
	row.NameKey = in.profile.NameKey(row.CustomerName)
	if row.CustomerNumber != "" || in.refusedField(FieldCustomerNumber) || in.refusedField(FieldCustomerName) {
		return
	}
	if row.NameKey == "" {
		in.Refuse(FieldCustomerName, CodeMissingValue, "neither a number nor a name says whose invoice this is")
	}
}

// amounts reads currency, amount, what is open, and the instalments.
func (in *reading) amounts(row *Row) {
	currency := or(in.text(FieldCurrency, 10, false), string(in.options.Currency))
	row.Currency = money.Currency(currency)
	switch {
	case in.refusedField(FieldCurrency):
		return
	case currency == "":
		in.Refuse(FieldCurrency, CodeMissingValue, "a value is missing")
		return
	case !row.Currency.Valid():
		in.Refuse(FieldCurrency, CodeUnknownCurrency, fmt.Sprintf("%.12q is not a known currency code", currency))
		return
	}
	amount, ok := in.amount(FieldAmount, row.Currency, true)
	if ok && amount <= 0 {
		in.Refuse(FieldAmount, CodeNotPositive, "an invoice has a positive amount; a credit is a document of its own")
		ok = false
	}
	row.AmountMinor, row.OpenMinor = amount, amount
	if in.values[FieldOpenAmount] != "" {
		open, read := in.amount(FieldOpenAmount, row.Currency, false)
		row.OpenMinor, row.StatesOpen = open, read
		if read && ok && (open < 0 || open > amount) {
			in.Refuse(FieldOpenAmount, CodeOpenExceeds, "what is open lies between zero and the amount")
		}
	}
	if ok {
		row.Instalments = in.instalments(row)
	}
}

func (in *reading) amount(f Field, c money.Currency, required bool) (int64, bool) {
	value := in.text(f, 60, required)
	if value == "" {
		return 0, false
	}
	minor, code := in.profile.readAmount(value, c)
	switch code {
	case CodeTooPrecise:
		in.Refuse(f, code, fmt.Sprintf("%s has at most %d decimals", c, c.Exponent()))
	case CodeMalformedAmount:
		in.Refuse(f, code, fmt.Sprintf("%.60q is not an amount", value))
	}
	return minor, code == ""
}

// instalments reads "date=amount date=amount …"; dates by the column's layouts. They must sum to the amount.
func (in *reading) instalments(row *Row) []Instalment {
	text := in.text(FieldInstalments, 4000, false)
	if text == "" {
		return nil
	}
	parts := strings.Fields(text)
	refuse := func(message string) []Instalment {
		in.Refuse(FieldInstalments, CodeInstalments, message)
		return nil
	}
	if len(parts) > maxInstalments {
		return refuse(fmt.Sprintf("there are more than %d instalments", maxInstalments))
	}
	var found []Instalment
	var sum int64
	for _, part := range parts {
		day, value, cut := strings.Cut(part, "=")
		due, _, ok := readDate(day, in.columns[FieldInstalments].Dates)
		minor, code := in.profile.readAmount(value, row.Currency)
		if !cut || !ok || code != "" || minor <= 0 {
			return refuse(fmt.Sprintf("%.60q is not an instalment of the form date=amount", part))
		}
		if n := len(found); n > 0 && due < found[n-1].DueDate {
			return refuse("the instalments are not in the order of their dates")
		}
		found = append(found, Instalment{DueDate: due, AmountMinor: minor})
		if sum += minor; sum > row.AmountMinor {
			break
		}
	}
	if sum != row.AmountMinor {
		return refuse("the instalments do not sum to the amount")
	}
	return found
}

// today is the date at which the file is cut.
func (o Options) today() calendar.Date {
	if o.AsOf.IsZero() {
		return o.Today
	}
	return o.AsOf
}

// open reports whether the invoice is open as far as is known on a date.
func (r *Row) open(today calendar.Date) bool { return r.Settled.IsZero() || r.Settled > today }

// dueDates looks for one before the invoice's date. An open invoice with one is refused, because it would be chased too
// early; a settled one is history, and accepted.
func (in *reading) dueDates(row *Row) {
	field, due := FieldDueDate, row.DueDate
	if len(row.Instalments) > 0 {
		field, due = FieldInstalments, row.Instalments[0].DueDate
	}
	if due.IsZero() || row.InvoiceDate.IsZero() || due >= row.InvoiceDate {
		return
	}
	message := fmt.Sprintf("it is due on %s, before its date %s", due, row.InvoiceDate)
	if row.open(in.options.today()) {
		in.Refuse(field, CodeDueBeforeInvoice, message)
		return
	}
	in.Flag(field, CodeDueBeforeInvoice, message)
}

// Limits of what looks ordinary; beyond them a row is accepted and shown to a person.
const (
	veryOldDays  = 3 * 366
	farAheadDays = 2 * 366
)

// oddities flags what is possible and unlikely.
func (in *reading) oddities(row *Row) {
	today := in.options.today()
	if !row.Settled.IsZero() && row.Settled < row.InvoiceDate {
		in.Flag(FieldSettledDate, CodeSettledBeforeInvoice, fmt.Sprintf("it was settled on %s, before its date %s", row.Settled, row.InvoiceDate))
	}
	if !today.IsZero() {
		in.age(row, today)
	}
}

func (in *reading) age(row *Row, today calendar.Date) {
	latest := max(row.InvoiceDate, row.DueDate)
	if row.open(today) && latest.DaysSince(today) < -veryOldDays {
		in.Flag(FieldDueDate, CodeVeryOld, "it has been open for more than three years")
	}
	if latest.DaysSince(today) > farAheadDays {
		in.Flag(FieldDueDate, CodeFarAhead, "it lies more than two years ahead")
	}
}
