package remittance_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/domain/calendar"
	"arrears/domain/remittance"
)

func booked(change func(*remittance.Transaction)) remittance.Transaction {
	t := remittance.Transaction{
		Part: 1, Credit: true, Minor: 100_00, Currency: "EUR", EndToEnd: "E2E-1", Text: []string{"Invoice 7"},
		Payer: remittance.Party{Name: "Nordwind AG", Account: remittance.Account{IBAN: "DE02120300000000202051"}},
		Entry: remittance.Entry{
			Number: 1, Reference: "BR-77", Credit: true, Minor: 100_00, Currency: "EUR", State: remittance.Booked,
			BookedOn: calendar.MustDate("2026-03-02"), ValueOn: calendar.MustDate("2026-03-02"),
		},
	}
	change(&t)
	return t
}

func name(change func(*remittance.Transaction)) string {
	t := booked(change)
	return t.Entry.Name(t)
}

// What names an entry is its money and the bank's reference, in any dress.
func TestAnEntryHasOneNameInAllTellings(t *testing.T) {
	t.Parallel()
	plain := name(func(*remittance.Transaction) {})
	for what, change := range map[string]func(*remittance.Transaction){
		"the dress of the reference": func(t *remittance.Transaction) { t.Entry.Reference = "br 77" },
		"words":                      func(t *remittance.Transaction) { t.Text, t.Entry.Text = nil, "collected" },
		"the payer":                  func(t *remittance.Transaction) { t.Payer = remittance.Party{} },
		"the value date":             func(t *remittance.Transaction) { t.Entry.ValueOn++ },
		"its place":                  func(t *remittance.Transaction) { t.Entry.Number, t.Line = 9, 4711 },
		"its details":                func(t *remittance.Transaction) { t.Part, t.Minor = 3, 1 },
	} {
		require.Equal(t, plain, name(change), what)
	}
	for what, change := range map[string]func(*remittance.Transaction){
		"amount":    func(t *remittance.Transaction) { t.Entry.Minor++ },
		"currency":  func(t *remittance.Transaction) { t.Entry.Currency = "USD" },
		"direction": func(t *remittance.Transaction) { t.Entry.Credit = false },
		"day":       func(t *remittance.Transaction) { t.Entry.BookedOn++ },
		"reference": func(t *remittance.Transaction) { t.Entry.Reference = "BR-78" },
	} {
		require.NotEqual(t, plain, name(change), what)
	}
}

// Without a reference everything that is told names it, as far as it is letters and digits.
func TestAnEntryWithoutAReference(t *testing.T) {
	t.Parallel()
	none := func(reference string, more func(*remittance.Transaction)) string {
		return name(func(t *remittance.Transaction) { t.Entry.Reference = reference; more(t) })
	}
	same := func(*remittance.Transaction) {}
	plain := none("", same)
	for _, reference := range []string{"NONREF", "notprovided", "N/A", "0", "  "} {
		require.False(t, remittance.Named(reference))
		require.Equal(t, plain, none(reference, same))
	}
	require.True(t, remittance.Named("B1"))
	require.Equal(t, plain, none("", func(t *remittance.Transaction) { t.Text = []string{"INVOICE", "7."} }))
	for what, change := range map[string]func(*remittance.Transaction){
		"words":      func(t *remittance.Transaction) { t.Text = []string{"Invoice 8"} },
		"end to end": func(t *remittance.Transaction) { t.EndToEnd = "E2E-2" },
		"value date": func(t *remittance.Transaction) { t.Entry.ValueOn++ },
		"payer":      func(t *remittance.Transaction) { t.Payer.Name = "Suedwind" },
		"account":    func(t *remittance.Transaction) { t.Payer.Account.IBAN = "DE02500105170137075030" },
		"cheque":     func(t *remittance.Transaction) { t.Cheque = "000123" },
	} {
		require.NotEqual(t, plain, none("", change), what)
	}
	require.NotContains(t, plain, "#", "a count stands behind it")
}

func TestPartsOfOneDay(t *testing.T) {
	t.Parallel()
	statement := func(sequence, page string, balances ...int64) remittance.Statement {
		on := calendar.MustDate("2026-03-06")
		s := remittance.Statement{Kind: remittance.EndOfDay, Sequence: sequence, Page: page, From: on, To: on}
		if len(balances) == 2 {
			s.Opening, s.Closing = &remittance.Balance{Minor: balances[0]}, &remittance.Balance{Minor: balances[1]}
		}
		return s
	}
	week := statement("9", "", 0, 0)
	week.From -= 4
	intraday := statement("2", "")
	intraday.Kind = remittance.Intraday
	otherFormat := statement("2", "", 500, 700)
	otherFormat.Format = "mt940"
	other := statement("2", "")
	other.To, other.From = other.To+1, other.From+1
	for what, c := range map[string]struct {
		a, b remittance.Statement
		same bool
	}{
		"pages":                     {statement("1", "1"), statement("1", "2"), true},
		"the same page":             {statement("1", "1"), statement("1", "1"), false},
		"numbers that go on":        {statement("1", "", 0, 500), statement("2", "", 500, 700), true},
		"numbers of the same":       {statement("1", "", 0, 500), statement("2", "", 0, 500), false},
		"a week and its last day":   {week, statement("2", "", 0, 0), false},
		"what happened so far":      {statement("1", ""), intraday, false},
		"the first and the third":   {statement("1", "", 0, 500), statement("3", "", 700, 900), true},
		"pages that are no two":     {statement("1", "1", 0, 500), statement("1", "3", 700, 900), true},
		"a page and the whole":      {statement("1", "2", 100, 500), statement("1", "", 0, 900), false},
		"more of it, numbered anew": {statement("1", "", 0, 500), statement("2", "", 0, 900), false},
		"another format":            {statement("1", "", 0, 500), otherFormat, false},
		"the day after":             {statement("1", ""), other, false},
		"the same without a number": {statement("", "", 0, 500), statement("", "", 0, 500), false},
	} {
		require.Equal(t, c.same, c.a.SameDay(c.b), what)
		require.Equal(t, c.same, c.b.SameDay(c.a), what)
	}
}

func TestStatementsThatTellTheSame(t *testing.T) {
	t.Parallel()
	on := calendar.MustDate("2026-03-06")
	plain := func(change func(*remittance.Statement)) remittance.Statement {
		s := remittance.Statement{
			Format: "camt.053.001.08", Kind: remittance.EndOfDay, Sequence: "7", From: on, To: on,
			Opening: &remittance.Balance{Minor: 100}, Closing: &remittance.Balance{Minor: 300},
		}
		change(&s)
		return s
	}
	same := plain(func(*remittance.Statement) {})
	require.Equal(t, "camt", same.Family())
	for what, c := range map[string]struct {
		change func(*remittance.Statement)
		want   bool
	}{
		"in another format":  {func(s *remittance.Statement) { s.Format, s.Sequence, s.From = "mt940", "61", 0 }, true},
		"under a new number": {func(s *remittance.Statement) { s.Sequence = "8" }, true},
		"so far":             {func(s *remittance.Statement) { s.Kind = remittance.Intraday }, false},
		"more of it":         {func(s *remittance.Statement) { s.Closing = &remittance.Balance{Minor: 400} }, false},
		"without a balance":  {func(s *remittance.Statement) { s.Opening = nil }, false},
		"more days":          {func(s *remittance.Statement) { s.From-- }, false},
		"another day":        {func(s *remittance.Statement) { s.To++ }, false},
	} {
		other := plain(c.change)
		require.Equal(t, c.want, same.TellsTheSame(other), what)
		require.Equal(t, c.want, other.TellsTheSame(same), what)
	}
}
