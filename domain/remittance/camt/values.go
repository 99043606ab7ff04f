package camt

import (
	"strings"

	"arrears/domain/calendar"
	"arrears/domain/fault"
	"arrears/domain/money"
	"arrears/domain/remittance"
)

// The codes of problems that only this format has.
const (
	CodeDoctype      = "remittance.doctype"       // a document type or entity, which is never followed
	CodeNamespace    = "remittance.namespace"     // not the namespace of the message, or of a version that is not known
	CodeNoStatement  = "remittance.no_statement"  // a message without a statement, report or notification
	CodeNoAccount    = "remittance.no_account"    // a statement that does not say of which account
	CodeBadDirection = "remittance.bad_direction" // neither credit nor debit
	CodeSharedAmount = "remittance.shared_amount" // one amount for several documents
)

// sum is a non-negative amount as told.
type sum struct {
	minor    int64
	currency money.Currency
}

// amount reads an element such as <Amt Ccy="EUR">12.5</Amt>; the code says what is wrong and is empty when nothing is.
func amount(n *node) (sum, string) {
	if n == nil {
		return sum{}, remittance.CodeBadAmount
	}
	c, err := money.ParseCurrency(n.currency)
	if err != nil {
		return sum{}, remittance.CodeUnknownCurrency
	}
	return decimal(n.text, c)
}

// decimal reads an XML decimal without a sign. Decimals beyond the currency's are fine as long as they are zeros.
func decimal(s string, c money.Currency) (sum, string) {
	whole, fraction, _ := strings.Cut(strings.TrimSpace(s), ".")
	if strings.HasPrefix(whole, "-") || strings.HasPrefix(whole, "+") || whole+fraction == "" {
		return sum{}, remittance.CodeBadAmount
	}
	if whole == "" {
		whole = "0"
	}
	for len(fraction) > c.Exponent() && fraction[len(fraction)-1] == '0' {
		fraction = fraction[:len(fraction)-1]
	}
	if fraction != "" {
		whole += "." + fraction
	}
	a, err := money.Parse(whole, c)
	if err != nil {
		if fault.CodeOf(err) == money.CodeUnknownCurrency {
			return sum{}, remittance.CodeUnknownCurrency
		}
		return sum{}, remittance.CodeBadAmount
	}
	return sum{a.Minor(), c}, ""
}

// date reads an ISO date, or the date of a date and time as its own zone has it; no date at all is fine.
func date(s string) (calendar.Date, bool) {
	if s == "" {
		return 0, true
	}
	if len(s) < 10 || (len(s) > 10 && !strings.ContainsRune("TZ+-", rune(s[10]))) {
		return 0, false
	}
	d, err := calendar.ParseDate(s[:10])
	return d, err == nil
}

// dateOf reads an element with Dt or DtTm in it, or a date by itself.
func dateOf(n *node) (calendar.Date, bool) {
	if n == nil {
		return 0, true
	}
	if s := n.say("Dt", "DtTm"); s != "" {
		return date(s)
	}
	return date(n.text)
}

// credit reads a direction.
func credit(s string) (in, ok bool) { return s == "CRDT", s == "CRDT" || s == "DBIT" }

// yes reads an indicator.
func yes(s string) bool { return s == "true" || s == "1" }

// told is a reference that says something; some payers must write that they have none.
func told(s string) string {
	if remittance.Named(s) {
		return s
	}
	return ""
}
