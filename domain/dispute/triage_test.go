package dispute_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	. "arrears/domain/dispute"
)

func defaults() []*Rules { return []*Rules{DefaultRules()} }

func TestTriageByTheDefaultRules(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ code, said, reason, how string }{
		{"SHORT", "", "shortage", ByCode},
		{"short.", "", "shortage", ByCode},
		{"OS&D", "", "shortage", ByCode},
		{"Co-Op", "", "co_op", ByCode},
		{"WKZ", "", "promotion", ByCode},
		{"Skonto", "", "unearned_discount", ByCode},
		{"Qualitaetsmangel", "", "quality", ByNear}, // ae for ä
		{"Qualitätsmangel", "", "quality", ByCode},
		{"Frieght", "", "freight", ByNear},
		{"Unsalables", "", "unsaleables", ByCode},
		{"Unsaleabels", "", "unsaleables", ByNear},
		{"Pricng", "", "pricing", ByNear},
		{"damge", "", "damage", ByNear},
		{"Promotonal Allowence", "", "promotion", ByNear},
		{"", "the price difference on this freight order", "pricing", ByWords}, // the longer spelling
		{"", "12 cartons were missing: concealed shortage", "shortage", ByWords},
		{"ZZ99", "returned goods, see our RMA 4711", "returns", ByWords},
		{"ZZ99 freight", "", "freight", ByWords},
		{"", "frieght charges too high", "freight", ByNear},
		{"", "a sport shirt from your store", "", ""}, // no slip of the pen in short words of prose
		{"ZZ99", "", "", ""},
		{"", "", "", ""},
		{"OI", "", "promotion", ByCode},
		{"", "oi there", "", ""}, // too short to look for in prose
		{"short", "damaged", "shortage", ByCode},
		{"", "shortage and freight", "shortage", ByWords},
		{"", "damage quality", "quality", ByWords},
		{"", "rebate damage", "", ""}, // as long as each other: in doubt
	} {
		got := Triage(defaults(), ClaimFacts{CustomerReason: c.code, CustomerWords: c.said})
		require.Equal(t, c.reason, got.Reason, "%q %q", c.code, c.said)
		require.Equal(t, c.how, got.How, "%q %q", c.code, c.said)
		require.Equal(t, got.How == "", got.Matched == "")
	}
}

func TestCorrectionsCountAfterTheRulesAndBeforeGuesses(t *testing.T) {
	t.Parallel()
	got := Triage(defaults(), ClaimFacts{CustomerReason: "4711", AliasReason: "tax"})
	require.Equal(t, "tax", got.Reason)
	require.Equal(t, ByAlias, got.How)
	got = Triage(defaults(), ClaimFacts{CustomerReason: "Frieght", AliasReason: "tax"})
	require.Equal(t, "tax", got.Reason)
	got = Triage(defaults(), ClaimFacts{CustomerReason: "Freight", AliasReason: "tax"})
	require.Equal(t, "freight", got.Reason)
	require.Equal(t, ByCode, got.How)
}

func rules(t *testing.T, text string) *Rules {
	t.Helper()
	r, err := ReadRules([]byte(text))
	require.NoError(t, err)
	return r
}

func TestTheMoreSpecificRulesCount(t *testing.T) {
	t.Parallel()
	customer := rules(t, `
codes: [{match: [SHORT, "22"], reason: pricing}]
reasons:
  pricing: {team: key accounts, priority: 1, deadlines: {contest_window: {days: 12}, limitation: {days: 0}}}
discount_grace_days: 0
`)
	segment := rules(t, `
codes: [{match: ["22", "33"], reason: tax}]
reasons:
  pricing: {team: nobody, evidence: []}
payable_days: 21
`)
	sets := []*Rules{customer, nil, segment, DefaultRules()}
	for code, reason := range map[string]string{"SHORT": "pricing", "22": "pricing", "33": "tax", "shortage": "shortage"} {
		require.Equal(t, reason, Triage(sets, ClaimFacts{CustomerReason: code}).Reason, code)
	}
	got := Triage(sets, ClaimFacts{CustomerReason: "22"})
	require.Equal(t, "key accounts", got.Rule.Team)
	require.Equal(t, 1, got.Rule.Priority)
	require.Empty(t, got.Rule.Evidence, "the segment says that none is needed")
	require.Equal(t, Span{Days: 12}, got.Rule.Deadlines[DeadlineContest])
	require.Equal(t, 5, got.Rule.Deadlines[DeadlineEvidence].Days, "as the default says")
	require.Zero(t, got.Rule.Deadlines[DeadlineLimitation].Days)
	require.Equal(t, 21, got.PayableDays)
	require.Zero(t, got.DiscountGraceDays, "a customer without grace")
	require.NotNil(t, got.Tolerance)
}

func TestWhatNobodyCanSortIsAnAnalystsTask(t *testing.T) {
	t.Parallel()
	got := Triage(defaults(), ClaimFacts{CustomerReason: "?"})
	require.Empty(t, got.Reason)
	require.Equal(t, "disputes", got.Rule.Team)
	require.Equal(t, 3, got.Rule.Priority)
	require.Contains(t, got.Rule.Deadlines, DeadlineTriage)
	require.Equal(t, 10, got.PayableDays)
	require.Equal(t, 3, got.DiscountGraceDays)

	none := Triage(nil, ClaimFacts{CustomerReason: "SHORT"})
	require.Equal(t, Sorted{Rule: ReasonRule{Priority: DefaultPriority, Deadlines: map[DeadlineKind]Span{}}, PayableDays: DefaultPayableDays}, none)
}

func TestAReasonWithoutARuleHasTheDeadlinesOfTheUnknown(t *testing.T) {
	t.Parallel()
	rule := DefaultRules().RuleFor("own_reason")
	require.Equal(t, "disputes", rule.Team)
	require.Equal(t, DefaultPriority, rule.Priority)
	require.Empty(t, rule.Evidence)
	require.NotContains(t, rule.Deadlines, DeadlineTriage)
	require.Contains(t, rule.Deadlines, DeadlineDecision)
	require.Contains(t, DefaultRules().RuleFor("").Deadlines, DeadlineTriage, "nothing above changed the rule for the unknown")
}

func TestMergedRulesShareNothing(t *testing.T) {
	t.Parallel()
	before := DefaultRules().Canonical()
	r := DefaultRules()
	r.Codes[0].Match[0] = "spoilt"
	r.Reasons["shortage"].Evidence[0].Kind = "spoilt"
	r.Reasons["shortage"].Deadlines[DeadlineDecision] = Span{Days: 999}
	r.Tolerance.AmountMinor["EUR"] = 1
	*r.DiscountGraceDays = 99
	require.Equal(t, string(before), string(DefaultRules().Canonical()))
}

func TestTolerance(t *testing.T) {
	t.Parallel()
	tolerance := rules(t, `tolerance: {amount_minor: {EUR: 500}, share_percent: "2.5", monthly_minor: {EUR: 1200}, repeat_limit: 3}`).Tolerance
	within := Small{Currency: "EUR", AmountMinor: 500, WholeMinor: 20_000, MonthMinor: 700, Repeats: 2}
	require.True(t, tolerance.Covers(within))
	for name, change := range map[string]func(*Small){
		"more than the amount":    func(c *Small) { c.AmountMinor = 501 },
		"more than the share":     func(c *Small) { c.WholeMinor = 19_999 },
		"a share of nothing":      func(c *Small) { c.WholeMinor = 0 },
		"a reason was given":      func(c *Small) { c.Coded = true },
		"more than the month has": func(c *Small) { c.MonthMinor = 701 },
		"a repeat offender":       func(c *Small) { c.Repeats = 3 },
		"another currency":        func(c *Small) { c.Currency = "JPY" },
		"nothing":                 func(c *Small) { c.AmountMinor = 0 },
	} {
		c := within
		change(&c)
		require.False(t, tolerance.Covers(c), name)
	}
	var none *Tolerance
	require.False(t, none.Covers(within))
	require.False(t, (&Tolerance{SharePercent: "x", RepeatLimit: 9}).Covers(within))
	uncapped := rules(t, `tolerance: {amount_minor: {EUR: 500}, share_percent: "100", repeat_limit: 1}`).Tolerance
	require.True(t, uncapped.Covers(Small{Currency: "EUR", AmountMinor: 500, WholeMinor: 500, MonthMinor: 1 << 50}))
	require.Equal(t, date("2026-03-01"), MonthBegin(date("2026-03-31")))
	require.Equal(t, date("2026-01-01"), RepeatBegin(date("2026-03-31")))
}

func ExampleTriage() {
	sorted := Triage([]*Rules{DefaultRules()}, ClaimFacts{CustomerReason: "Frieght"})
	fmt.Println(sorted.Reason, sorted.How, sorted.Rule.Team, sorted.Rule.Evidence)
	// Output: freight near logistics [{bill_of_lading true} {purchase_order false}]
}
