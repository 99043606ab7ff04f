package dispute_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	. "arrears/domain/dispute"
	"arrears/domain/money"
)

func TestWhoMayDecideAlone(t *testing.T) {
	t.Parallel()
	limits := []Limit{
		{Role: "collector", Currency: "EUR", Kind: LimitValid, AmountMinor: 100},
		{Role: "analyst", Currency: "EUR", Kind: LimitValid, AmountMinor: 500},
		{Role: "supervisor", Currency: "EUR", Kind: LimitValid, AmountMinor: 300},
		{Role: "supervisor", Currency: "EUR", Kind: LimitGiveUp, AmountMinor: 0},
		{Role: "auditor", Currency: "EUR", Kind: LimitValid, AmountMinor: 1 << 50},
	}
	for _, c := range []struct {
		role     string
		currency money.Currency
		kind     string
		most     int64 // -1: nothing, not even 0
	}{
		{"collector", "EUR", LimitValid, 100},
		{"analyst", "EUR", LimitValid, 500},
		{"supervisor", "EUR", LimitValid, 500}, // a lower role's is higher
		{"supervisor", "EUR", LimitGiveUp, 0},
		{"collector", "EUR", LimitGiveUp, -1},
		{"supervisor", "EUR", LimitInvalid, -1},
		{"supervisor", "USD", LimitValid, -1},
		{"auditor", "EUR", LimitValid, -1},
		{"", "EUR", LimitValid, -1},
		{"admin", "EUR", LimitValid, 1 << 60}, // without a limit of its own: no bound
		{"admin", "USD", LimitConcession, 1 << 60},
	} {
		require.Equal(t, c.most >= 0, MayDecide(limits, c.role, c.currency, c.kind, max(c.most, 0)), "%+v", c)
		if c.most < 1<<60 {
			require.False(t, MayDecide(limits, c.role, c.currency, c.kind, c.most+1), "%+v", c)
		}
	}
	bound := append(slices.Clone(limits), Limit{Role: "admin", Currency: "EUR", Kind: LimitValid, AmountMinor: 200})
	require.True(t, MayDecide(bound, "admin", "EUR", LimitValid, 500), "what a lower role may")
	require.False(t, MayDecide(bound, "admin", "EUR", LimitValid, 501), "an admin's own limit binds")
}

// A collector and an analyst stand beside each other: neither has the other's limits.
func TestRolesOfOneRankShareNothing(t *testing.T) {
	t.Parallel()
	limits := []Limit{{Role: "analyst", Currency: "EUR", Kind: LimitInvalid, AmountMinor: 500}}
	require.False(t, MayDecide(limits, "collector", "EUR", LimitInvalid, 1))
	require.True(t, MayDecide(limits, "supervisor", "EUR", LimitInvalid, 500))
}

func TestEachKindOfDecisionHasItsLimit(t *testing.T) {
	t.Parallel()
	want := []string{LimitValid, LimitInvalid, LimitValid, LimitConcession, LimitGiveUp, LimitConcession, LimitConcession}
	for i, kind := range DecisionKinds() {
		require.Equal(t, want[i], LimitKind(kind), kind)
		require.Contains(t, LimitKinds(), LimitKind(kind))
	}
}

func TestLimitsHaveAForm(t *testing.T) {
	t.Parallel()
	require.NoError(t, Limit{Role: "analyst", Currency: "EUR", Kind: LimitValid}.Validate())
	err := Limit{Role: "auditor", Currency: "XXY", Kind: "lunch", AmountMinor: -1}.Validate()
	requireCode(t, CodeLimitInvalid, err)
	requireFields(t, err, "role field.unknown", "currency money.unknown_currency", "kind field.unknown", "amount_minor field.out_of_range")
}
