package dispute

import (
	"regexp"

	"arrears/domain/fault"
)

// CodeReasonUnknown means that a reason is none of the installation's reason codes.
const CodeReasonUnknown = "reason_code.unknown"

// Unknown is the key of the triage rule for claims whose reason nobody knows yet. It is not a reason code: a claim without a
// reason has none.
const Unknown = "unknown"

// ReasonUnearnedDiscount is the shipped code of discounts taken outside their terms; within them they are earned.
const ReasonUnearnedDiscount = "unearned_discount"

var codePattern = regexp.MustCompile(`^[a-z][a-z0-9_]{1,39}$`)

// ShippedReasons are the reason codes of a new installation, in alphabetical order: trade are promotion, rebate and co-op.
func ShippedReasons() []ReasonCode {
	code := func(code, name string, trade bool) ReasonCode {
		return ReasonCode{Code: code, Name: name, Trade: trade, Active: true, Version: 1}
	}
	return []ReasonCode{
		code("co_op", "Co-op advertising", true),
		code("compliance_penalty", "Compliance penalty", false),
		code("damage", "Damage", false),
		code("duplicate_billing", "Duplicate billing", false),
		code("freight", "Freight", false),
		code("not_ordered", "Not ordered", false),
		code("other", "Other", false),
		code("pricing", "Pricing", false),
		code("promotion", "Promotion", true),
		code("quality", "Quality", false),
		code("rebate", "Rebate", true),
		code("returns", "Returns", false),
		code("shortage", "Shortage", false),
		code("tax", "Tax", false),
		code(ReasonUnearnedDiscount, "Unearned discount", false),
		code("unsaleables", "Unsaleables", false),
	}
}

// ShippedName is the name with which a reason code is installed; empty for a code that is not shipped.
func ShippedName(code string) string {
	for _, c := range ShippedReasons() {
		if c.Code == code {
			return c.Name
		}
	}
	return ""
}

// Validate refuses a reason code of the wrong form. Errors: CodeReasonInvalid with the fields.
func (c ReasonCode) Validate() error {
	var fields []fault.Field
	if !codePattern.MatchString(c.Code) || c.Code == Unknown {
		fields = append(fields, fault.Field{Path: "code", Code: "field.malformed",
			Message: `is 2 to 40 lower-case letters, digits and _, beginning with a letter, and not "unknown"`})
	}
	if length := len([]rune(c.Name)); length == 0 || length > 100 {
		fields = append(fields, fault.Field{Path: "name", Code: "field.out_of_range", Message: "has 1 to 100 characters"})
	}
	if len(fields) > 0 {
		return fault.Fields(CodeReasonInvalid, "the reason code is not valid", fields...)
	}
	return nil
}

// CodeReasonInvalid means a reason code of the wrong form; its fields say where.
const CodeReasonInvalid = "reason_code.invalid"
