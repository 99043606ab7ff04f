package dispute

import (
	"slices"

	"arrears/domain/access"
	"arrears/domain/fault"
	"arrears/domain/money"
)

// The kinds of approval limits.
const (
	LimitValid      = "valid"
	LimitInvalid    = "invalid"
	LimitConcession = "concession"
	LimitGiveUp     = "give_up"
	// LimitRefund is not about claims: how much of a receipt may be paid back.
	LimitRefund = "refund"
)

// LimitKinds returns all kinds of approval limits.
func LimitKinds() []string {
	return []string{LimitValid, LimitInvalid, LimitConcession, LimitGiveUp, LimitRefund}
}

// CodeLimitInvalid means an approval limit of the wrong form; its fields say where.
const CodeLimitInvalid = "approval_limit.invalid"

// LimitKind is the kind of limit that a decision is tested against. One that is partially valid credits something, so it is
// tested as a valid one.
func LimitKind(k DecisionKind) string {
	switch k {
	case DecideValid, DecidePartially:
		return LimitValid
	case DecideInvalid:
		return LimitInvalid
	case DecideGiveUp:
		return LimitGiveUp
	}
	return LimitConcession
}

// Validate refuses a limit of the wrong form. Error: CodeLimitInvalid.
func (l Limit) Validate() error {
	var fields []fault.Field
	add := func(wrong bool, path, code, message string) {
		if wrong {
			fields = append(fields, fault.Field{Path: path, Code: code, Message: message})
		}
	}
	role := access.Role(l.Role)
	add(!role.AtLeast(role), "role", "field.unknown", "is not a role that decides")
	add(!l.Currency.Valid(), "currency", money.CodeUnknownCurrency, "is not a known currency")
	add(!slices.Contains(LimitKinds(), l.Kind), "kind", "field.unknown", "is not one of the allowed values")
	add(l.AmountMinor < 0 || l.AmountMinor > money.MaxMinor, "amount_minor", "field.out_of_range", "is out of range")
	if len(fields) > 0 {
		return fault.Fields(CodeLimitInvalid, "the approval limit is not valid", fields...)
	}
	return nil
}
