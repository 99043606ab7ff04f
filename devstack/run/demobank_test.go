package run

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/domain/calendar"
	"arrears/domain/remittance"
	"arrears/domain/remittance/formats"
	"arrears/internal/sample"
)

// told keeps what a bank's file says.
type told struct {
	statements []remittance.Statement
	payments   []remittance.Transaction
	problems   []remittance.Problem
}

func (s *told) Begin(remittance.Statement) error { return nil }

func (s *told) End(one remittance.Statement) error {
	s.statements = append(s.statements, one)
	return nil
}

func (s *told) Transaction(t remittance.Transaction) error {
	s.payments = append(s.payments, t)
	return nil
}

func (s *told) Advice(remittance.Advice) error { return nil }

func (s *told) Problem(p remittance.Problem) error {
	s.problems = append(s.problems, p)
	return nil
}

// The bank's files of the story prove themselves, go on where the last one ended, and are the same at every start.
func TestTheBanksFilesProveThemselves(t *testing.T) {
	t.Parallel()
	day := calendar.MustDate("2026-11-23")
	p := &player{script: sample.Generate(seed, day).Script}
	var read told
	debits := map[string]bool{}
	for _, e := range p.script {
		if e.Bank == nil {
			continue
		}
		file := p.statementOf(e.Bank, e.Currency).Bytes()
		require.Equal(t, file, p.statementOf(e.Bank, e.Currency).Bytes())
		before := len(read.payments)
		_, err := formats.Read(bytes.NewReader(file), formats.Options{}, remittance.Check(&read))
		require.NoError(t, err)
		require.Len(t, read.payments[before:], len(e.Bank.Payments))
		for n, b := range e.Bank.Payments {
			one := read.payments[before+n]
			require.Equal(t, []any{b.Name, b.AmountMinor, b.Return == "", e.Currency, e.Bank.On}, []any{one.Payer.Name, one.Minor, one.Credit, one.Currency, one.Entry.BookedOn})
			require.NotEqual(t, one.Payer.Account.Key(), ourAccount())
			if b.Return != "" {
				require.Equal(t, b.Return, one.Return.Code)
				require.True(t, debits[one.EndToEnd], "it names what comes back")
			}
			debits[one.EndToEnd] = true
		}
	}
	require.Empty(t, read.problems)
	require.Len(t, read.statements, 2)
	require.Equal(t, read.statements[0].Closing.Minor, read.statements[1].Opening.Minor)
	require.Equal(t, ourAccount(), read.statements[0].Account.Key())
}

func TestWhatBecameOfAFileIsSaid(t *testing.T) {
	t.Parallel()
	of := func(credits, applied, debits string) data {
		return data{"credits": json.Number(credits), "applied": json.Number(applied), "debits": json.Number(debits)}
	}
	require.Equal(t, "6 payments are applied by themselves, one waits for a clerk", loaded(of("7", "6", "0")))
	require.Equal(t, "one payment is applied by itself, one booking takes money away", loaded(of("1", "1", "1")))
	require.Equal(t, "0 payments are applied by themselves, 3 wait for a clerk", loaded(of("3", "0", "0")))
	require.Equal(t, "2 bookings take money away", loaded(of("0", "0", "2")))
}

func TestAccountsAreInventedByNumber(t *testing.T) {
	t.Parallel()
	require.NotEqual(t, accountOf("C-1001"), accountOf("C-1002"))
	require.Len(t, accountOf("C-1001"), 22)
	require.Regexp(t, `^DE\d\d00000000`, accountOf("C-1001"), "of no bank that there is")
	require.Equal(t, "DE89 3704 0044 0532 0130 00", inFours("DE89370400440532013000"))
}
