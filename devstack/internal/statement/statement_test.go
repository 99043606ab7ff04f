package statement_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/devstack/internal/statement"
	"arrears/domain/calendar"
	"arrears/domain/remittance"
	"arrears/domain/remittance/formats"
)

// sink keeps what a file says.
type sink struct {
	ended    []remittance.Statement
	payments []remittance.Transaction
	problems []remittance.Problem
}

func (s *sink) Begin(remittance.Statement) error { return nil }

func (s *sink) End(told remittance.Statement) error {
	s.ended = append(s.ended, told)
	return nil
}

func (s *sink) Transaction(t remittance.Transaction) error {
	s.payments = append(s.payments, t)
	return nil
}

func (s *sink) Advice(remittance.Advice) error { return nil }

func (s *sink) Problem(p remittance.Problem) error {
	s.problems = append(s.problems, p)
	return nil
}

// What is written is read by the product as it was meant, and its totals hold.
func TestAStatementProvesItself(t *testing.T) {
	t.Parallel()
	written := statement.Statement{
		Account: statement.IBAN("DE", 370400440532013000), Currency: "EUR", On: calendar.MustDate("2026-03-02"), Sequence: 7, Opening: 100_00,
		Bookings: []statement.Booking{
			{Minor: 1234_05, Payer: "Baker & Sons <Ltd>", Account: statement.IBAN("DE", 1), Reference: "B-1", EndToEnd: "E-1", Text: "INV 1 & 2"},
			{Minor: -5000_00, Payer: "Baker", Account: statement.IBAN("DE", 1), Reference: "B-2", EndToEnd: "E-0", Return: "AC04"},
		},
	}
	require.Equal(t, "DE89370400440532013000", written.Account)
	var got sink
	_, err := formats.Read(bytes.NewReader(written.Bytes()), formats.Options{}, remittance.Check(&got))
	require.NoError(t, err)
	require.Empty(t, got.problems)
	require.Len(t, got.ended, 1)
	require.Equal(t, written.Closing(), got.ended[0].Closing.Minor)
	require.Equal(t, written.Account, got.ended[0].Account.Key())
	require.Len(t, got.payments, 2)
	first, second := got.payments[0], got.payments[1]
	require.Equal(t, []any{true, int64(1234_05), "Baker & Sons <Ltd>", "E-1", []string{"INV 1 & 2"}},
		[]any{first.Credit, first.Minor, first.Payer.Name, first.EndToEnd, first.Text})
	require.Equal(t, []any{false, int64(5000_00)}, []any{second.Credit, second.Minor})
	require.NotNil(t, second.Return)
	require.Equal(t, "AC04", second.Return.Code)
}
