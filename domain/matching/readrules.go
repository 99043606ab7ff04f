package matching

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"arrears/domain/fault"
	"arrears/domain/money"
)

// The codes of matching rules.
const (
	// CodeRulesInvalid means matching rules that cannot be read or are out of their bounds; the fields say where.
	CodeRulesInvalid = "matching_rules.invalid"
	// CodeRulesTooLarge means matching rules beyond the bound on size.
	CodeRulesTooLarge = "matching_rules.too_large"
)

// The bounds of rules. A list of sanctioned names is long.
const (
	maxRulesBytes = 4 << 20
	maxNames      = 50_000
	maxWords      = 2_000
	maxWordLength = 200 // characters
	maxScore      = 1000
	maxGraceDays  = 366
	maxSumItems   = 60
	maxRounding   = 1_000
)

// ReadRules reads matching rules, YAML or JSON, strictly: what is not known, given twice, of the wrong kind or out of bounds is
// refused. Errors: CodeRulesInvalid, CodeRulesTooLarge.
func ReadRules(raw []byte) (*Rules, error) {
	if len(raw) > maxRulesBytes {
		return nil, fault.Newf(fault.TooLarge, CodeRulesTooLarge, "matching rules have at most %d bytes", maxRulesBytes)
	}
	dec := yaml.NewDecoder(bytes.NewReader(raw))
	dec.KnownFields(true)
	rules := &Rules{}
	if err := dec.Decode(rules); err != nil {
		return nil, unreadable(err)
	}
	if err := dec.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return nil, invalid(fault.Field{Code: "document", Message: "only one document is read at a time"})
	}
	if fields := rules.validate(); len(fields) > 0 {
		return nil, invalid(fields...)
	}
	return rules, nil
}

func invalid(fields ...fault.Field) error {
	return fault.Fields(CodeRulesInvalid, "the matching rules are not valid", fields...)
}

func unreadable(err error) error {
	var typed *yaml.TypeError
	switch {
	case errors.Is(err, io.EOF):
		return invalid(fault.Field{Code: "document", Message: "is empty"})
	case errors.As(err, &typed):
		fields := make([]fault.Field, 0, len(typed.Errors))
		for _, text := range typed.Errors[:min(len(typed.Errors), 100)] {
			fields = append(fields, fault.Field{Code: "form", Message: text})
		}
		return invalid(fields...)
	}
	return invalid(fault.Field{Code: "document", Message: "is neither YAML nor JSON"})
}

// ruleChecker gathers what is wrong.
type ruleChecker struct{ fields []fault.Field }

func (k *ruleChecker) refuse(path, code, message string) {
	if len(k.fields) < 100 {
		k.fields = append(k.fields, fault.Field{Path: path, Code: code, Message: message})
	}
}

func (r *Rules) validate() []fault.Field {
	k := &ruleChecker{}
	between(k, "automatic_from", r.AutomaticFrom, 1, maxScore)
	between(k, "rounding_minor", r.RoundingMinor, 0, maxRounding)
	between(k, "discount_grace_days", r.DiscountGraceDays, 0, maxGraceDays)
	between(k, "max_sum_items", r.MaxSumItems, 0, maxSumItems)
	k.treatment("late_discount", r.LateDiscount)
	k.treatment("short_payment", r.ShortPayment)
	k.limit("tolerance", r.Tolerance)
	k.limit("bank_charges", r.BankCharges)
	k.limit("exchange", r.Exchange)
	k.texts("not_ours", r.NotOurs, maxNames)
	k.texts("held_names", r.HeldNames, maxNames)
	for _, w := range r.Words.lists() {
		k.texts("words."+w.key, *w.list, maxWords)
	}
	return k.fields
}

func between[T int | int64](k *ruleChecker, path string, value *T, least, most T) {
	if value != nil && (*value < least || *value > most) {
		k.refuse(path, "out_of_range", fmt.Sprintf("is %d to %d", least, most))
	}
}

func (k *ruleChecker) treatment(path string, t Treatment) {
	if t != "" && t != AsResidual && t != AsClaim {
		k.refuse(path, "unknown", "is residual or claim")
	}
}

func (k *ruleChecker) limit(path string, l *Limit) {
	if l == nil {
		return
	}
	k.amounts(path+".amount_minor", l.AmountMinor)
	k.amounts(path+".monthly_minor", l.MonthlyMinor)
	if l.SharePercent != "" {
		if _, ok := percent(l.SharePercent); !ok {
			k.refuse(path+".share_percent", "out_of_range", "is a percentage above 0 and at most 100 with at most four decimals")
		}
	} else if len(l.AmountMinor) > 0 {
		k.refuse(path+".share_percent", "required", "a limit is the lesser of an amount and a share")
	}
}

func (k *ruleChecker) amounts(path string, by map[money.Currency]int64) {
	currencies := make([]money.Currency, 0, len(by))
	for c := range by {
		currencies = append(currencies, c)
	}
	slices.Sort(currencies)
	for _, c := range currencies {
		switch {
		case !c.Valid():
			k.refuse(path+"."+string(c), money.CodeUnknownCurrency, "is not a known currency")
		case by[c] < 0 || by[c] > money.MaxMinor:
			k.refuse(path+"."+string(c), "out_of_range", "is not an amount that may be given")
		}
	}
}

func (k *ruleChecker) texts(path string, list []string, most int) {
	if len(list) > most {
		k.refuse(path, "too_many", fmt.Sprintf("has more than %d entries", most))
		return
	}
	for i, text := range list {
		at := fmt.Sprintf("%s[%d]", path, i)
		switch {
		case utf8.RuneCountInString(text) > maxWordLength:
			k.refuse(at, "too_long", fmt.Sprintf("has more than %d characters", maxWordLength))
		case strings.ContainsFunc(text, unicode.IsControl):
			k.refuse(at, "characters", "holds characters that cannot be printed")
		case len(words(text, true)) == 0:
			k.refuse(at, "form", "has neither letters nor digits")
		}
	}
}
