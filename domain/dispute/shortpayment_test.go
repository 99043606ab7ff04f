package dispute_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	. "arrears/domain/dispute"
)

// The customer's rule comes before the segment's, and that before the installation's; none of them says residual.
func TestWhatADifferenceWithoutAReasonBecomes(t *testing.T) {
	t.Parallel()
	customer, segment := rules(t, "short_payment: {as: deduction, reason: pricing}"), rules(t, "short_payment: {as: residual}")
	house := rules(t, "short_payment: {as: deduction}")
	for name, c := range map[string]struct {
		sets    []*Rules
		deducts bool
		reason  string
	}{
		"shipped":      {[]*Rules{DefaultRules()}, false, ""},
		"customer":     {[]*Rules{customer, segment, house, DefaultRules()}, true, "pricing"},
		"segment":      {[]*Rules{rules(t, "{}"), segment, house}, false, ""},
		"installation": {[]*Rules{rules(t, "{}"), rules(t, "payable_days: 3"), house}, true, ""},
		"nobody":       {nil, false, ""},
	} {
		got := Triage(c.sets, ClaimFacts{Difference: true})
		require.Equal(t, c.deducts, got.ShortPayment.Deducts(), name)
		require.Equal(t, c.reason, got.Reason, name)
	}
	got := Triage([]*Rules{customer, DefaultRules()}, ClaimFacts{Difference: true})
	require.Equal(t, ByRule, got.How)
	require.NotZero(t, got.Rule.Team)
	require.Empty(t, Triage([]*Rules{customer}, ClaimFacts{}).Reason, "what is no such difference is not sorted by it")
	require.Equal(t, "freight", Triage([]*Rules{customer, DefaultRules()}, ClaimFacts{CustomerReason: "freight", Difference: true}).Reason)
}

func TestWrongRulesForDifferences(t *testing.T) {
	t.Parallel()
	for text, fields := range map[string][]string{
		"short_payment: {}":                               {"short_payment.as required"},
		"short_payment: {as: gift}":                       {"short_payment.as unknown", "short_payment.as required"},
		"short_payment: {as: deduction, reason: unknown}": {"short_payment.reason unknown"},
		"short_payment: {as: deduction, reason: 'A b'}":   {"short_payment.reason key"},
		"short_payment: {as: residual, reason: pricing}":  {"short_payment.reason unknown_field"},
		"short_payment: deduction":                        {"short_payment form", "short_payment.as required"},
		"short_payment: {as: deduction, colour: red}":     {"short_payment.colour unknown_field"},
	} {
		_, err := ReadRules([]byte(text))
		requireCode(t, CodeRulesInvalid, err)
		requireFields(t, err, fields...)
	}
	r := rules(t, `{"short_payment":{"as":"deduction","reason":"pricing"}}`)
	again := rules(t, string(r.Canonical()))
	require.Equal(t, r, again)
	merged := Merge([]*Rules{r})
	merged.ShortPayment.Reason = "tax"
	require.Equal(t, "pricing", r.ShortPayment.Reason, "what is merged shares nothing")
}
