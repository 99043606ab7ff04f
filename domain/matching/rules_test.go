package matching_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/domain/fault"
	"arrears/domain/matching"
)

func TestDefaultRulesAreValid(t *testing.T) {
	t.Parallel()
	rules, err := matching.ReadRules(matching.DefaultRulesYAML())
	require.NoError(t, err)
	require.Equal(t, 700, *rules.AutomaticFrom)
	require.NotEmpty(t, rules.Words.Claim)
	again, err := matching.ReadRules(rules.Canonical())
	require.NoError(t, err)
	require.Equal(t, rules.Hash(), again.Hash())
	require.Equal(t, rules.Hash(), matching.Compile(nil).Hash())
	require.NotSame(t, matching.DefaultRules(), matching.DefaultRules())
}

func TestRulesAreRefused(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"empty":              "",
		"no mapping":         "[1]",
		"not YAML":           "a: [",
		"unknown field":      "automatic: 3",
		"twice":              "oldest_first: true\noldest_first: false",
		"two documents":      "oldest_first: true\n---\noldest_first: false",
		"out of range":       "automatic_from: 1001",
		"not a number":       "automatic_from: many",
		"treatment":          "short_payment: forget",
		"currency":           "tolerance: {amount_minor: {XXX: 5}, share_percent: \"1\"}",
		"negative":           "tolerance: {amount_minor: {EUR: -5}, share_percent: \"1\"}",
		"amount alone":       "tolerance: {amount_minor: {EUR: 5}}",
		"share":              "exchange: {amount_minor: {EUR: 5}, share_percent: \"101\"}",
		"an empty word":      "words: {claim: [\"--\"]}",
		"a control sign":     "held_names: [\"a\\u0001b\"]",
		"a long name":        "not_ours: [" + strings.Repeat("a", 300) + "]",
		"too many sum items": "max_sum_items: 61",
	} {
		_, err := matching.ReadRules([]byte(text))
		require.Equal(t, matching.CodeRulesInvalid, fault.CodeOf(err), name)
	}
	_, err := matching.ReadRules(make([]byte, 5<<20))
	require.Equal(t, matching.CodeRulesTooLarge, fault.CodeOf(err))
}

func TestMergeTakesTheMostSpecific(t *testing.T) {
	t.Parallel()
	customer, err := matching.ReadRules([]byte("automatic_from: 900\nshort_payment: claim\nnot_ours: [North Ltd]\nwords: {claim: [haircut]}"))
	require.NoError(t, err)
	all := matching.Merge([]*matching.Rules{customer, nil, matching.DefaultRules()})
	require.Equal(t, 900, *all.AutomaticFrom)
	require.Equal(t, matching.AsClaim, all.ShortPayment)
	require.Equal(t, matching.AsClaim, all.LateDiscount)
	require.Equal(t, []string{"North Ltd"}, all.NotOurs)
	require.Contains(t, all.Words.Claim, "haircut")
	require.Contains(t, all.Words.Claim, "damage")
	all.Tolerance.AmountMinor["EUR"] = 1
	*all.AutomaticFrom = 1
	require.Equal(t, 900, *customer.AutomaticFrom)
	require.Equal(t, int64(100), matching.DefaultRules().Tolerance.AmountMinor["EUR"])
}

func TestLimitIsTheLesser(t *testing.T) {
	t.Parallel()
	limit := matching.DefaultRules().BankCharges
	require.Equal(t, int64(2_500), limit.Most(10_000_000, "EUR"))
	require.Equal(t, int64(5), limit.Most(1_000, "EUR"))
	require.Zero(t, limit.Most(1_000_000, "JPY"))
	require.Zero(t, limit.Most(0, "EUR"))
	var none *matching.Limit
	require.Zero(t, none.Most(1_000, "EUR"))
}
