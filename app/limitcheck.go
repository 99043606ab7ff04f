package app

import (
	"context"
	"strings"

	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/domain/dispute"
	"arrears/domain/money"
	"arrears/port"
)

// limitCheck holds a decision against limits, at the rates of the day on which it is made where the customer is.
type limitCheck struct {
	limits []dispute.Limit
	kind   string
	of     money.Currency // of the claim that is decided on
	whole  []money.Amount // the unsplit claim, or the batch's totals
	rates  dispute.Rates
}

func (w *claimWork) limitCheck(ctx context.Context, kind dispute.DecisionKind, whole []money.Amount) (limitCheck, error) {
	limits, err := w.tx.Limits(ctx)
	if err != nil {
		return limitCheck{}, err
	}
	on, err := w.today(ctx)
	return limitCheck{
		limits: limits, kind: dispute.LimitKind(kind), of: w.d.Currency, whole: whole, rates: ratesOn(ctx, w.tx, on),
	}, err
}

func (c limitCheck) as(role access.Role) (dispute.LimitCheck, error) {
	return dispute.CheckLimit(c.limits, string(role), c.kind, c.of, c.whole, c.rates)
}

// approver says who may approve what another proposes: the next role whose limit covers the amount, else the highest.
func (c limitCheck) approver(of access.Role) (access.Role, error) {
	for role, ok := of.Next(); ok; role, ok = role.Next() {
		check, err := c.as(role)
		if err != nil || check.Allowed {
			return role, err
		}
	}
	return access.Admin, nil
}

// ratesOn reads the rates of a day, each pair once.
func ratesOn(ctx context.Context, tx port.Tx, on calendar.Date) dispute.Rates {
	type found struct {
		rate money.DatedRate
		err  error
	}
	known := map[[2]money.Currency]found{}
	return func(from, to money.Currency) (money.DatedRate, error) {
		pair := [2]money.Currency{from, to}
		f, ok := known[pair]
		if !ok {
			f.rate, f.err = tx.RateOn(ctx, from, to, on)
			known[pair] = f
		}
		return f.rate, f.err
	}
}

// limitData adds to an entry's data what a limit was held against, where that is not the claim's own amount.
func limitData(data map[string]any, check *dispute.LimitCheck) {
	if check == nil {
		return
	}
	if check.Code != "" {
		data["limit_code"] = check.Code
	}
	if len(check.Rates) > 0 {
		data["limit_currency"], data["limit_total_minor"], data["rates"] = check.Currency, check.TotalMinor, check.Rates
	}
}

// limitWords tell an approver why it is asked, with the rates.
func limitWords(check *dispute.LimitCheck) string {
	var b strings.Builder
	switch {
	case check == nil:
		return ""
	case check.Code == dispute.LimitNoRate:
		b.WriteString("; no exchange rate of the day compares it with a limit")
	case len(check.Rates) > 0:
		b.WriteString("; tested as " + money.Of(check.TotalMinor, check.Currency).String())
	}
	for n, r := range check.Rates[:min(len(check.Rates), 3)] {
		if n == 0 {
			b.WriteString(" at ")
		} else {
			b.WriteString(", ")
		}
		b.WriteString(r.String())
	}
	return b.String()
}
