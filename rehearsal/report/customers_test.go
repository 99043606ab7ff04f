package report

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWhatACustomerWouldReceive(t *testing.T) {
	t.Parallel()
	r := Make(facts())
	require.Equal(t, 2, r.Quiet)
	numbers := []string{}
	for _, c := range r.Customers {
		numbers = append(numbers, c.Number)
	}
	require.Equal(t, []string{"4711", "4712", "4714", "4715"}, numbers)
	c := r.Customers[0]
	require.Equal(t, []any{"Brambleford Tools Ltd", 2, 2, 1}, []any{c.Name, c.Invoices, c.Approvals, c.Tasks})
	require.Len(t, c.Notices, 6)
	require.Equal(t, CustomerNotice{On: day("2026-01-06"), Channel: "email", Kind: "courtesy", Subject: "Statement of what is due",
		Stage: "courtesy", Currency: "EUR", AskedMinor: 120000, Lines: []NoticeLine{{"R-1", "courtesy", 120000}}}, c.Notices[0])
	for i := 1; i < len(c.Notices); i++ {
		require.LessOrEqual(t, c.Notices[i-1].On, c.Notices[i].On)
	}
}

func TestAnUnknownCustomerIsListedByNumber(t *testing.T) {
	t.Parallel()
	r := Make(Facts{Customers: []CustomerFacts{{Number: "1"}}, Notices: []NoticeFacts{{Customer: "9"}}})
	require.Equal(t, "9", r.Customers[0].Number)
	require.Empty(t, r.Customers[0].Name)
	require.Equal(t, 1, r.Quiet)
}
