package dispute_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	. "arrears/domain/dispute"
	"arrears/domain/fault"
	"arrears/domain/receivable"
)

func TestTheDefaultRulesAreWhole(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("default.yaml")
	require.NoError(t, err)
	require.Equal(t, string(text), string(DefaultRulesYAML()))
	r, err := ReadRules(text)
	require.NoError(t, err)
	require.Equal(t, r.Canonical(), DefaultRules().Canonical())

	codes := map[string]bool{}
	for _, code := range ShippedReasons() {
		require.NoError(t, code.Validate())
		require.False(t, codes[code.Code], "twice: %s", code.Code)
		codes[code.Code] = true
		rule := r.RuleFor(code.Code)
		require.NotEmpty(t, rule.Team, code.Code)
		for _, kind := range DeadlineKinds() {
			if kind != DeadlineTriage && kind != DeadlineEvidence && kind != DeadlineCarrier {
				require.Contains(t, rule.Deadlines, kind, "%s has a deadline for everything", code.Code)
			}
		}
		_, evidence := rule.Deadlines[DeadlineEvidence]
		mandatory := false
		for _, e := range rule.Evidence {
			require.Contains(t, receivable.DocumentKinds(), e.Kind)
			mandatory = mandatory || e.Mandatory
		}
		require.True(t, !mandatory || evidence || rule.Deadlines[DeadlineDecision].Days <= 5, "%s waits for its evidence for ever", code.Code)
	}
	for reason := range r.Reasons {
		require.True(t, codes[reason] || reason == Unknown, "%s is no shipped reason", reason)
	}
	for _, code := range r.Codes {
		require.True(t, codes[code.Reason], "%s is no shipped reason", code.Reason)
		for _, spelling := range code.Match {
			got := Triage([]*Rules{r}, ClaimFacts{CustomerReason: spelling})
			require.Equal(t, code.Reason, got.Reason, spelling)
			require.Equal(t, ByCode, got.How, spelling)
		}
	}
	trade := 0
	for _, code := range ShippedReasons() {
		if code.Trade {
			trade++
		}
	}
	require.Equal(t, 3, trade, "promotion, rebate and co-op")
	require.True(t, codes[ReasonUnearnedDiscount])
}

func TestTheCanonicalTextIsReadAgain(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		string(DefaultRulesYAML()), "{}", "tolerance: {}", "payable_days: 3", "discount_grace_days: 0",
		"reasons: {tax: {evidence: [], deadlines: {decision: {days: 0}}}}", `{"codes":[{"match":["S\/H","\u00fc"],"reason":"freight"}]}`,
		"{\n\t\"payable_days\":\t3\n}", "reasons: {tax: {deadlines: {contest_window: {days: 30, from: taken_on}}}}",
	} {
		r, err := ReadRules([]byte(text))
		require.NoError(t, err, text)
		again, err := ReadRules(r.Canonical())
		require.NoError(t, err, string(r.Canonical()))
		require.Equal(t, r, again)
		require.Equal(t, r.Hash(), again.Hash())
	}
	require.NotEqual(t, rules(t, "payable_days: 3").Hash(), rules(t, "payable_days: 4").Hash())
}

func TestWrongRulesAreRefusedByField(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"":                                    {" document"},
		"# nothing":                           {" document"},
		"a: b: c":                             {" document"},
		`{"a":`:                               {" document"},
		"{}\n---\n{}":                         {" document"},
		"[]":                                  {" form"},
		"shortage":                            {" form"},
		"nonsense: 1":                         {"nonsense unknown_field"},
		"payable_days: 1\npayable_days":       {" document"},
		`{"payable_days":1,"payable_days":2}`: {"payable_days twice"},
		"payable_days: 0":                     {"payable_days out_of_range"},
		"payable_days: 010":                   {"payable_days form"},
		"payable_days: 0x10":                  {"payable_days form"},
		`codes: [{match: ["a\x7f"], reason: tax}]`:       {"codes[0].match[0] characters"},
		"payable_days: ten":                              {"payable_days form"},
		"payable_days: 1.5":                              {"payable_days form"},
		"payable_days: [1]":                              {"payable_days form"},
		"discount_grace_days: -1":                        {"discount_grace_days out_of_range"},
		"codes: {}":                                      {"codes form"},
		"codes: [x]":                                     {"codes[0] form", "codes[0].match required", "codes[0].reason required"},
		"codes: [{match: [], reason: tax}]":              {"codes[0].match required"},
		"codes: [{match: ['--'], reason: tax}]":          {"codes[0].match[0] form"},
		"codes: [{match: [null, '', [a]], reason: tax}]": {"codes[0].match[0] form", "codes[0].match[1] required", "codes[0].match[2] form"},
		"codes: [{match: [a], reason: Tax Stuff}]":       {"codes[0].reason key"},
		"codes: [{match: [a], reason: unknown}]":         {"codes[0].reason unknown"},
		"codes: [{match: [a]}]":                          {"codes[0].reason required"},
		"codes: [{match: [VAT], reason: tax}, {match: [x, v.a.t.], reason: price_error}]": {"codes[1].match[1] ambiguous"},
		"codes: [{match: [" + strings.Repeat("x", 201) + "], reason: tax}]":               {"codes[0].match[0] too_long"},
		"reasons: {Tax: {}}":                                                  {"reasons.Tax key"},
		"reasons: {tax: {priority: 10}}":                                      {"reasons.tax.priority out_of_range"},
		"reasons: {tax: {team: ''}}":                                          {"reasons.tax.team required"},
		"reasons: {tax: {evidence: [{kind: photo}]}}":                         {"reasons.tax.evidence[0].kind unknown", "reasons.tax.evidence[0].kind required"},
		"reasons: {tax: {evidence: [{kind: invoice}, {kind: invoice}]}}":      {"reasons.tax.evidence[1].kind twice"},
		"reasons: {tax: {evidence: [{kind: invoice, mandatory: maybe}]}}":     {"reasons.tax.evidence[0].mandatory form"},
		"reasons: {tax: {deadlines: {lunch: {days: 1}}}}":                     {"reasons.tax.deadlines.lunch unknown_field"},
		"reasons: {tax: {deadlines: {decision: {}}}}":                         {"reasons.tax.deadlines.decision.days required"},
		"reasons: {tax: {deadlines: {decision: {days: 3, warn_days: 3}}}}":    {"reasons.tax.deadlines.decision.warn_days out_of_range"},
		"reasons: {tax: {deadlines: {decision: {days: 3, from: lunch}}}}":     {"reasons.tax.deadlines.decision.from unknown"},
		"reasons: {tax: {deadlines: {repayment: {days: 3, from: taken_on}}}}": {"reasons.tax.deadlines.repayment.from not_anchored"},
		"reasons: {tax: {deadlines: {decision: {days: 99999}}}}":              {"reasons.tax.deadlines.decision.days out_of_range"},
		"reasons: {tax: &x {}, vat: *x}":                                      {"reasons.tax alias", "reasons.vat alias"},
		"reasons: {<<: {}}":                                                   {"reasons key"},
		"reasons: {? [a] : {}}":                                               {"reasons key"},
		"tolerance: {amount_minor: {EUR: 1}}":                                 {"tolerance.share_percent required"},
		"tolerance: {amount_minor: {EUR: 1}, share_percent: 101}":             {"tolerance.share_percent out_of_range"},
		"tolerance: {amount_minor: {EUR: 1}, share_percent: 0}":               {"tolerance.share_percent out_of_range"},
		"tolerance: {amount_minor: {XYZ: 1}, share_percent: 1}":               {"tolerance.amount_minor.XYZ money.unknown_currency"},
		"tolerance: {monthly_minor: {EUR: -1}}":                               {"tolerance.monthly_minor.EUR out_of_range"},
		"tolerance: {repeat_limit: true}":                                     {"tolerance.repeat_limit form"},
	} {
		_, err := ReadRules([]byte(text))
		requireCode(t, CodeRulesInvalid, err)
		require.Equal(t, fault.Invalid, fault.KindOf(err))
		t.Run(text, func(t *testing.T) { requireFields(t, err, want...) })
	}
}

func TestALineIsTold(t *testing.T) {
	t.Parallel()
	_, err := ReadRules([]byte("payable_days: 3\n\ncodes:\n  - match: [a]\n    reason: B\n"))
	var known *fault.Error
	require.ErrorAs(t, err, &known)
	require.Contains(t, known.Fields[0].Message, "line 5: ")
	_, err = ReadRules([]byte(`{"payable_days":0}`))
	require.ErrorAs(t, err, &known)
	require.NotContains(t, known.Fields[0].Message, "line", "in JSON lines mean nothing")
}

func TestRulesAreBounded(t *testing.T) {
	t.Parallel()
	_, err := ReadRules([]byte(strings.Repeat("#", 256<<10+1)))
	requireCode(t, CodeRulesTooLarge, err)

	var many strings.Builder
	many.WriteString("codes:\n")
	for n := range 501 {
		fmt.Fprintf(&many, "  - {match: [c%d], reason: tax}\n", n)
	}
	_, err = ReadRules([]byte(many.String()))
	requireFields(t, err, "codes too_many")

	_, err = ReadRules([]byte("codes: [" + strings.Repeat("1,", 499) + "1]"))
	var known *fault.Error
	require.ErrorAs(t, err, &known)
	require.Len(t, known.Fields, 100, "nobody reads more than that")

	_, err = ReadRules([]byte(strings.Repeat("[", 5000) + strings.Repeat("]", 5000)))
	requireCode(t, CodeRulesInvalid, err)
}

func TestReasonCodesHaveAForm(t *testing.T) {
	t.Parallel()
	require.NoError(t, ReasonCode{Code: "own_reason_2", Name: "Eigener Grund"}.Validate())
	for _, code := range []ReasonCode{
		{Code: "", Name: "x"}, {Code: "x", Name: "x"}, {Code: "Own", Name: "x"}, {Code: "2own", Name: "x"}, {Code: "unknown", Name: "x"},
		{Code: "own", Name: ""}, {Code: "own", Name: strings.Repeat("x", 101)}, {Code: strings.Repeat("x", 41), Name: "x"},
	} {
		requireCode(t, CodeReasonInvalid, code.Validate())
	}
}

func FuzzReadRules(f *testing.F) {
	f.Add(DefaultRulesYAML())
	f.Add(DefaultRules().Canonical())
	for _, text := range []string{
		"", "{}", "codes: [{match: [012, 1e3, 2026-01-01, yes], reason: tax}]", "reasons: {tax: {deadlines: {decision: {days: 0x10}}}}",
		"tolerance: {amount_minor: {EUR: 1_000}, share_percent: 2.50, repeat_limit: 0o7}", "a: &a [*a]", "{\"codes\":[{\"match\":[\"\\ud83d\\ude00\"]}]}",
		"codes: [{match: [!!binary aGk=], reason: tax}]",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		r, err := ReadRules(raw)
		if err != nil {
			require.Contains(t, []string{CodeRulesInvalid, CodeRulesTooLarge}, fault.CodeOf(err))
			return
		}
		again, err := ReadRules(r.Canonical())
		require.NoError(t, err, "%s", r.Canonical())
		require.Equal(t, r.Hash(), again.Hash())
		Triage([]*Rules{r}, ClaimFacts{CustomerReason: "Frieght", CustomerWords: "short by 3 cartons"})
	})
}
