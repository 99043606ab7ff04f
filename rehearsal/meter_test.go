package rehearsal

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"arrears/domain/fault"
	"arrears/domain/policy"
	"arrears/store"
)

func requireCode(t *testing.T, code string, err error) {
	t.Helper()
	require.Error(t, err)
	require.Equal(t, code, fault.CodeOf(err), err)
}

// Progress counts days, once each, and estimates by the work that they hold.
func TestProgressIsToldOncePerDay(t *testing.T) {
	t.Parallel()
	var told []Progress
	o := &Options{Policies: make([]policy.Policy, 2), Progress: func(p Progress) { told = append(told, p) }}
	h := Lay([]store.PortfolioInvoice{
		settled("a", "C1", "2024-01-01", "2024-01-03", 1), settled("b", "C1", "2024-01-02", "2024-01-04", 1),
	}, date("2024-01-01"), date("2024-01-05"))
	m := newMeter(o, h, 1)
	m.began = m.began.Add(-time.Minute)
	for _, day := range []string{"2024-01-01", "2024-01-01", "2024-01-03", "2024-01-05"} {
		m.tell(date(day))
	}
	require.Len(t, told, 3)
	require.Equal(t, []int64{5, 7, 9}, []int64{told[0].Done, told[1].Done, told[2].Done})
	for _, p := range told {
		require.EqualValues(t, 10, p.Total)
	}
	require.Zero(t, told[0].Remaining, "nothing is known yet")
	require.Positive(t, told[1].Remaining)
	require.Less(t, told[2].Remaining, told[1].Remaining)
}
