package figures

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/devstack/bench/measure"
	"arrears/domain/remittance"
	"arrears/domain/remittance/formats"
)

func TestMatchRows(t *testing.T) {
	t.Parallel()
	rows, err := matchRows(`
BenchmarkMatch 	   20000	     54321 ns/op	         0.9000 applied	       812.5 heap-MB	       626.1 index-MB	    971109 plain/s	         0.5000 plain-found	         0.01783 ratio	     17316 receipts/s
BenchmarkMatch 	   20000	     44321 ns/op	         0.9000 applied	       812.5 heap-MB	       626.1 index-MB	    1.5e+06 plain/s	         0.5000 plain-found	         0.01783 ratio	     27316 receipts/s
PASS`, 20_000)
	require.NoError(t, err)
	require.Equal(t, measure.Series{17316, 27316}, rows[0].Ours)
	require.Equal(t, measure.Series{971109, 1.5e6}, rows[0].Limit)
	require.Equal(t, measure.Series{626.1, 626.1}, rows[1].Ours)
	met, asked := rows[0].Met()
	require.True(t, met && asked)
	_, err = matchRows("FAIL", 1)
	require.Error(t, err)
}

// nothing takes a file and looks at its problems alone.
type nothing struct{ problems, payments int }

func (n *nothing) Begin(remittance.Statement) error { return nil }
func (n *nothing) End(remittance.Statement) error   { return nil }
func (n *nothing) Advice(remittance.Advice) error   { return nil }
func (n *nothing) Problem(remittance.Problem) error { n.problems++; return nil }
func (n *nothing) Transaction(remittance.Transaction) error {
	n.payments++
	return nil
}

// The file that is measured has nothing that would need a person: its totals hold, and each customer has one account.
func TestTheMeasuredFileIsProven(t *testing.T) {
	t.Parallel()
	due := []debt{{number: "I1", name: "A", minor: 100}, {number: "I2", name: "A", minor: 200}, {number: "I3", name: "B", minor: 300}}
	var got nothing
	_, err := formats.Read(bytes.NewReader(paidInFull(due)), formats.Options{}, remittance.Check(&got))
	require.NoError(t, err)
	require.Equal(t, nothing{payments: 3}, got)
	require.Equal(t, bookingOf(0, due[0]).Account, bookingOf(1, due[1]).Account)
	require.NotEqual(t, bookingOf(0, due[0]).Account, bookingOf(2, due[2]).Account)
}
