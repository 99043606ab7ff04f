package csvfile

import (
	"fmt"
	"strings"

	"arrears/domain/money"
	"arrears/domain/remittance"
)

// advices makes rows lines; a row with another payment begins another advice.
type advices struct {
	*reader
	open    bool
	total   *int64
	partial bool // a row of it was refused
	tooMany bool
	lost    bool // a row was refused since the last one that was read: it may have been the next advice's
	at      remittance.Advice
}

func (a *advices) row(v *values) error {
	c, err := v.currency()
	if err == nil && v.text[FieldPayment] == "" {
		err = wrong(FieldPayment, remittance.CodeMalformed, "the payment's reference is missing")
	}
	if err != nil {
		return a.leave(v, err)
	}
	if payment := v.field(FieldPayment); !a.open || payment != a.at.Payment || c != a.at.Currency {
		if err := a.finish(); err != nil {
			return err
		}
		if err := a.begin(v, payment, c); err != nil {
			return a.leave(v, err)
		}
	}
	line, err := a.read(v, c)
	if err != nil {
		return a.leave(v, err)
	}
	a.lost = false
	return a.add(v, line)
}

// leave refuses a row.
func (a *advices) leave(v *values, err error) error {
	a.unread()
	return a.refuse(v, err)
}

// unread notes that a row is missing from the advice, whichever it was of.
func (a *advices) unread() { a.partial, a.lost = true, true }

// add keeps a line. A part of too many lines would be another payment, so the whole advice is refused, once.
func (a *advices) add(v *values, l remittance.Line) error {
	if len(a.at.Lines) < remittance.MaxLines {
		a.at.Lines = append(a.at.Lines, l)
		return nil
	}
	if a.tooMany {
		return nil
	}
	a.tooMany = true
	return a.say(remittance.Refused, v.line, string(FieldPayment), remittance.CodeTooLarge, "the advice has more lines than are read of one")
}

func (a *advices) begin(v *values, payment string, c money.Currency) error {
	on, err := v.date(FieldPaidOn)
	if err != nil {
		return err
	}
	if a.total, err = v.amount(FieldTotal, c); err != nil {
		return err
	}
	a.open, a.partial, a.tooMany = true, a.lost, false
	a.at = remittance.Advice{Line: v.line, Format: "csv." + a.profile.Name, ID: payment, Payment: payment, Currency: c, Credit: true, PaidOn: on,
		Customer: v.field(FieldCustomer), Payer: remittance.Party{Name: v.field(FieldPayer), Account: account(v.field(FieldPayerAccount))}}
	return nil
}

func (a *advices) read(v *values, c money.Currency) (remittance.Line, error) {
	l := remittance.Line{Line: v.line, Kind: remittance.LineInvoice, Number: v.field(FieldInvoice), Order: v.field(FieldOrder), Claim: v.field(FieldClaim),
		Reason: v.field(FieldReason), Words: remittance.Clean(strings.Join(v.texts, "; "), remittance.MaxField)}
	var total *int64
	for _, a := range []struct {
		field Field
		to    **int64
	}{{FieldPaid, &l.PaidMinor}, {FieldGross, &l.GrossMinor}, {FieldDiscount, &l.DiscountMinor}, {FieldAdjustment, &l.AdjustMinor}, {FieldTotal, &total}} {
		minor, err := v.amount(a.field, c)
		if err != nil {
			return l, err
		}
		*a.to = minor
	}
	if l.PaidMinor == nil {
		return l, wrong(FieldPaid, remittance.CodeBadAmount, "what is paid is missing")
	}
	if total != nil && (a.total == nil || *total != *a.total) {
		return l, wrong(FieldTotal, remittance.CodeTotalDiffers, "the payment's amount is not that of its first row")
	}
	var err error
	if l.On, err = v.date(FieldInvoiceDate); err != nil {
		return l, err
	}
	switch {
	case l.Number == "" && l.Claim != "":
		l.Kind = remittance.LineClaim
	case l.Number == "" && l.Order != "":
		l.Kind, l.Number, l.Order = remittance.LineOrder, l.Order, ""
	case l.Number == "":
		l.Kind = remittance.LineAdjustment
	}
	return l, nil
}

// finish gives the advice. Without a stated amount its lines are the payment, and then none of them may be missing.
func (a *advices) finish() error {
	if !a.open {
		return nil
	}
	a.open = false
	sum, _ := remittance.PaidBy(a.at.Lines)
	switch {
	case a.tooMany:
		return nil
	case a.total == nil && a.partial:
		return a.say(remittance.Refused, a.at.Line, string(FieldTotal), remittance.CodeBadAmount,
			"the payment's amount is not told, and a row that may be its own was refused")
	case a.total == nil && (sum > money.MaxMinor || sum < -money.MaxMinor):
		return a.say(remittance.Refused, a.at.Line, string(FieldTotal), remittance.CodeTooLarge, "the lines exceed what an amount may be")
	case a.total == nil:
		a.at.Minor = sum
	default:
		a.at.Minor = *a.total
	}
	if sum != a.at.Minor {
		if err := a.say(remittance.Alarm, a.at.Line, string(FieldTotal), remittance.CodeLinesDiffer, fmt.Sprintf("the lines add up to %s, the payment is %s",
			money.Of(sum, a.at.Currency), money.Of(a.at.Minor, a.at.Currency))); err != nil {
			return err
		}
	}
	if a.at.Minor < 0 {
		a.at.Minor, a.at.Credit = -a.at.Minor, false
	}
	a.at.MoneyMoves = a.at.Minor != 0
	return a.to.Advice(a.at)
}
