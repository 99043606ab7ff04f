package remittance_test

import (
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"arrears/domain/fault"
	"arrears/domain/money"
	"arrears/domain/remittance"
)

func TestTotalsAtTheirBound(t *testing.T) {
	t.Parallel()
	const most = remittance.MaxTotal
	for _, c := range []struct{ total, minor, want int64 }{
		{1, 2, 3},
		{1, -2, -1},
		{most - 1, 1, most},
		{most, 1, remittance.Beyond},
		{-most, -1, remittance.Beyond},
		{-most, most, 0},
		{most, most, remittance.Beyond},
		{-most, -most, remittance.Beyond},
		{remittance.Beyond, -1, remittance.Beyond},
		{0, remittance.Beyond, remittance.Beyond},
		{0, -remittance.Beyond, remittance.Beyond},
	} {
		require.Equal(t, c.want, remittance.Plus(c.total, c.minor), c)
	}
	require.Greater(t, remittance.Beyond-most, money.MaxMinor, "a balance beside a total overflows nothing")
}

// However amounts follow each other: a total is the sum of all of them, or says that it is none.
func TestATotalIsTheSumOrBeyond(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		total, sum := int64(0), new(big.Int)
		for _, m := range rapid.SliceOf(rapid.Int64Range(-remittance.MaxTotal, remittance.MaxTotal)).Draw(rt, "amounts") {
			total = remittance.Plus(total, m)
			sum.Add(sum, big.NewInt(m))
		}
		if total != remittance.Beyond {
			require.Zero(rt, sum.Cmp(big.NewInt(total)))
		}
	})
}

func TestPaidByLines(t *testing.T) {
	t.Parallel()
	line := func(minor int64) remittance.Line { return remittance.Line{PaidMinor: &minor} }
	sum, told := remittance.PaidBy([]remittance.Line{line(5), line(-2)})
	require.True(t, told)
	require.EqualValues(t, 3, sum)
	_, told = remittance.PaidBy([]remittance.Line{line(5), {}})
	require.False(t, told)
	_, told = remittance.PaidBy(nil)
	require.False(t, told)
}

// A statement whose entries cannot be added up proves nothing, so it is not read on: its sums must not turn around and fit by
// chance.
func TestEntriesBeyondCountingEndTheReading(t *testing.T) {
	t.Parallel()
	for name, of := range map[string]func(n int) remittance.Transaction{
		"credits": func(n int) remittance.Transaction { return entry(n, money.MaxMinor) },
		"debits":  func(n int) remittance.Transaction { return entry(n, -money.MaxMinor) },
		"details": func(n int) remittance.Transaction { return part(1, n, money.MaxMinor, money.MaxMinor) },
	} {
		sink := remittance.Check(&remittance.Collector{})
		require.NoError(t, sink.Begin(remittance.Statement{Opening: euro(-money.MaxMinor), Closing: euro(money.MaxMinor)}), name)
		for n := 1; n <= 1000; n++ {
			require.NoError(t, sink.Transaction(of(n)), name)
		}
		require.Equal(t, remittance.CodeTooLarge, fault.CodeOf(sink.Transaction(of(1001))), name)
	}
}
