package report

import (
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestTheVerdictStandsAtTheTop(t *testing.T) {
	t.Parallel()
	text := texted(t, Make(facts()), 80)
	require.Less(t, strings.Index(text, "PASSED"), 200)
	require.NotContains(t, text, "NOT OK")
	f := facts()
	f.Notices[0].Lines[0].AskMinor++
	text = texted(t, Make(f), 80)
	require.Less(t, strings.Index(text, "FAILED"), 200)
	require.Equal(t, 1, strings.Count(text, "NOT OK"))
	require.NotContains(t, text, "PASSED")
}

func TestFewOffendersAreShownAndAllAreCounted(t *testing.T) {
	t.Parallel()
	f := portfolio(textOffenders+3, 1, "Brambleford")
	for i := range f.Notices {
		f.Notices[i].Lines[0].AskMinor++
	}
	text := texted(t, Make(f), 120)
	require.Contains(t, text, "… and 3 lines more")
	require.Contains(t, text, "asked_too_much                13  NOT OK")
}

func TestAWriterThatFailsIsReported(t *testing.T) {
	t.Parallel()
	require.Error(t, Make(facts()).Text(broken{}, 80))
	require.Error(t, Compare(Make(facts()), Make(facts())).Text(broken{}, 80))
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, errors.New("no room") }

func TestALongWindowIsWrittenInFewLines(t *testing.T) {
	t.Parallel()
	f := facts()
	f.To = day("2030-12-31")
	text := texted(t, Make(f), 80)
	require.Contains(t, text, "per 5 weeks")
	require.Less(t, strings.Count(text, "-W"), textWeeks+2)
}

func TestCurrenciesHaveRowsOfTheirOwn(t *testing.T) {
	t.Parallel()
	require.Equal(t, [][]string{{"a", "1", "EUR 1.00"}, {"", "", "USD 2.00"}},
		currencyRows([]string{"a", "1"}, []Amount{{"EUR", 100}, {"USD", 200}}))
	require.Equal(t, [][]string{{"a", "–"}}, currencyRows([]string{"a"}, nil))
}

func TestManyNamesAreCut(t *testing.T) {
	t.Parallel()
	f := Facts{}
	for _, n := range strings.Split("abcdefghijkl", "") {
		name := strings.Repeat(n, 6)
		f.Customers = append(f.Customers, CustomerFacts{Number: n + "1", Name: name}, CustomerFacts{Number: n + "2", Name: name},
			CustomerFacts{Number: n + "3", Name: name + "x", Spellings: []string{"other " + n}})
	}
	text := texted(t, Make(f), 80)
	require.Contains(t, text, "… and 4 shared names more")
	require.Contains(t, text, "… and 4 groups more")
	require.Contains(t, text, "… and 4 numbers more")
	has(t, pageOf(t, Make(f)), "One name, several numbers", "Nearly one name, several numbers", "One number, several spellings")
}

func TestWithoutOddNamesNothingIsSaidOfThem(t *testing.T) {
	t.Parallel()
	r := Make(Facts{Customers: named("Brambleford", "Larkmoor")})
	require.NotContains(t, texted(t, r, 80), "Names of")
	lacks(t, pageOf(t, r), "Customers and their names")
}
