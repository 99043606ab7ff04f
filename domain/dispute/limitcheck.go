package dispute

import (
	"arrears/domain/access"
	"arrears/domain/fault"
	"arrears/domain/money"
)

// Why a role does not decide alone.
const (
	LimitNone     = "approval_limit.none"     // there is no limit for it
	LimitExceeded = "approval_limit.exceeded" // the amount is above it
	LimitNoRate   = "approval_limit.no_rate"  // the amounts cannot be compared with it on that day
)

// LimitCheck says whether a role may decide alone on an amount, by which limit, and at which rates amounts in other
// currencies were converted. A role without any bound has no limit here.
type LimitCheck struct {
	Allowed    bool              `json:"allowed"`
	Code       string            `json:"code,omitempty"`        // why not: LimitNone …
	Currency   money.Currency    `json:"currency,omitempty"`    // the limit's
	LimitMinor int64             `json:"limit_minor,omitempty"` // the most
	TotalMinor int64             `json:"total_minor,omitempty"` // what was held against it
	Rates      []money.DatedRate `json:"rates,omitempty"`       // none: nothing was converted
}

// Rates finds the day's rate between two currencies. Error: money.CodeNoRate.
type Rates func(from, to money.Currency) (money.DatedRate, error)

// CheckLimit asks whether a role may decide alone on claims of the whole amounts: each as it was before any split, and of
// the whole batch, of which the one that is decided on is in the currency of. A role may what its own limit or that of a role
// below it allows. The limit in the claim's currency counts; where the role has none, those in other currencies do, and all
// that the amounts can be converted to must allow it. Amounts in other currencies than the limit's are converted at the
// day's rate; where there is none, nobody decides alone by that limit. An admin without a limit for the kind may decide on
// anything, and nobody else on nothing.
func CheckLimit(limits []Limit, role, kind string, of money.Currency, whole []money.Amount, rates Rates) (LimitCheck, error) {
	r := access.Role(role)
	best := LimitCheck{Code: LimitNone}
	if !r.AtLeast(r) {
		return best, nil
	}
	byRole := map[string][]Limit{}
	var order []string
	for _, l := range limits {
		if l.Kind != kind || !reaches(r, access.Role(l.Role)) {
			continue
		}
		if byRole[l.Role] == nil {
			order = append(order, l.Role)
		}
		byRole[l.Role] = append(byRole[l.Role], l)
	}
	if r == access.Admin && byRole[role] == nil {
		return LimitCheck{Allowed: true}, nil
	}
	for _, held := range order {
		check, err := checkRole(byRole[held], of, whole, rates)
		if err != nil || check.Allowed {
			return check, err
		}
		if best.Code == LimitNone || best.Code == LimitNoRate || held == role && check.Code == LimitExceeded {
			best = check
		}
	}
	return best, nil
}

// checkRole asks the limits of one role: the one in the claim's currency, else all the others that can be compared.
func checkRole(limits []Limit, of money.Currency, whole []money.Amount, rates Rates) (LimitCheck, error) {
	result := LimitCheck{Code: LimitNoRate}
	for _, l := range limits {
		if l.Currency == of {
			return checkOne(l, whole, rates)
		}
	}
	for _, l := range limits {
		check, err := checkOne(l, whole, rates)
		if err != nil || check.Code == LimitExceeded {
			return check, err
		}
		if result.Currency == "" || check.Allowed && !result.Allowed {
			result = check
		}
	}
	return result, nil
}

func checkOne(l Limit, whole []money.Amount, rates Rates) (LimitCheck, error) {
	check := LimitCheck{Currency: l.Currency, LimitMinor: l.AmountMinor}
	total := money.Of(0, l.Currency)
	for _, amount := range whole {
		if amount.Currency() != l.Currency {
			rate, err := rates(amount.Currency(), l.Currency)
			if fault.CodeOf(err) == money.CodeNoRate {
				return LimitCheck{Code: LimitNoRate, Currency: l.Currency, LimitMinor: l.AmountMinor}, nil
			}
			if err != nil {
				return check, err
			}
			check.Rates = append(check.Rates, rate)
			if amount, err = rate.Convert(amount); err != nil {
				return check.beyond(err)
			}
		}
		var err error
		if total, err = total.Add(amount); err != nil {
			return check.beyond(err)
		}
	}
	check.TotalMinor, check.Allowed = total.Minor(), total.Minor() <= l.AmountMinor
	if !check.Allowed {
		check.Code = LimitExceeded
	}
	return check, nil
}

// beyond: a sum that is out of range exceeds every limit.
func (c LimitCheck) beyond(err error) (LimitCheck, error) {
	if fault.CodeOf(err) != money.CodeOutOfRange {
		return c, err
	}
	c.TotalMinor, c.Code = money.MaxMinor, LimitExceeded
	return c, nil
}

// reaches reports whether a role has another one's limits: its own and those of whom it outranks. Roles of one rank do not
// have each other's.
func reaches(r, other access.Role) bool {
	return r == other || r.AtLeast(other) && !other.AtLeast(r)
}
