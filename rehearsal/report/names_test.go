package report

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func named(names ...string) []CustomerFacts {
	out := []CustomerFacts{}
	for i, n := range names {
		out = append(out, CustomerFacts{Number: fmt.Sprint(i + 1), Name: n})
	}
	return out
}

func TestOneNameUnderSeveralNumbersIsShared(t *testing.T) {
	t.Parallel()
	n := names(named("Felswil Pumps", "Other", " FELSWIL  pumps ", "felswil pumps"))
	require.Equal(t, []SharedName{{" FELSWIL  pumps ", []string{"1", "3", "4"}}}, n.Shared)
	require.Empty(t, n.Near)
	require.Equal(t, 4, n.Customers)
}

// The driver may know of a number that is not among the facts.
func TestASharedNameMayStandAlone(t *testing.T) {
	t.Parallel()
	n := names([]CustomerFacts{{Number: "1", Name: "Felswil", SharedName: true}, {Number: "2", Name: "Other"}})
	require.Equal(t, []SharedName{{"Felswil", []string{"1"}}}, n.Shared)
}

func TestWithoutANameNothingIsShared(t *testing.T) {
	t.Parallel()
	n := names(named("", "", "  "))
	require.Empty(t, n.Shared)
	require.Empty(t, n.Near)
}

func TestTenSpellingsOfOneRetailerAreOneHint(t *testing.T) {
	t.Parallel()
	spelled := []string{"Harrowgate", "Harrowgate Stores", "HARROW-GATE", "Harrowgat", "Harrowgatte", "Harrow Gate"}
	n := names(append(named(spelled...), CustomerFacts{Number: "77", Name: "Larkmoor Mills"}))
	require.Len(t, n.Near, 1)
	found := []string{}
	for _, c := range n.Near[0].Customers {
		found = append(found, c.Name)
	}
	require.ElementsMatch(t, []string{"Harrowgate", "HARROW-GATE", "Harrowgat", "Harrowgatte", "Harrow Gate"}, found)
}

// By the profile's key the noise words are gone.
func TestTheProfilesKeyCounts(t *testing.T) {
	t.Parallel()
	n := names([]CustomerFacts{{Number: "1", Name: "Harrowgate Stores", NameKey: "harrowgate"}, {Number: "2", Name: "Harrowgate Trust", NameKey: "harrowgate"}})
	require.Equal(t, []NearNames{{[]NumberName{{"1", "Harrowgate Stores"}, {"2", "Harrowgate Trust"}}}}, n.Near)
	require.Empty(t, n.Shared)
}

func TestSpellingsOfOneNumber(t *testing.T) {
	t.Parallel()
	n := names([]CustomerFacts{
		{Number: "1", Name: "B", Spellings: []string{"A", "B", "", "A  x"}},
		{Number: "2", Name: "C", Spellings: []string{"C"}},
		{Number: "3", Name: "D", Spellings: []string{"E", "F", "G"}},
	})
	require.Equal(t, []SpelledNumber{{"3", []string{"D", "E", "F", "G"}}, {"1", []string{"A", "A x", "B"}}}, n.Spellings)
}

func TestNearlyEqual(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"same", "same", true},
		{"walm", "walmar", true},      // cut off
		{"walm", "walmartin", false},  // by too much
		{"wal", "walm", false},        // too short to tell
		{"felswil", "felswill", true}, // a letter more
		{"felswil", "felswyl", true},  // another letter
		{"felswil", "felswyx", false}, // two others
		{"abcde", "abcdx", false},     // alike by chance
		{"bramblefordtools", "bramblfordtols", true},
		{"bramblefordtools", "bramblfordtxls", false},
		{"åsaäpple", "åsaäppla", true},
		{"", "a", false},
	} {
		require.Equal(t, c.want, nearlyEqual(c.a, c.b), "%s %s", c.a, c.b)
		require.Equal(t, c.want, nearlyEqual(c.b, c.a), "%s %s", c.b, c.a)
	}
}

// The short search agrees with the textbook's edit distance.
func TestWithinIsTheEditDistance(t *testing.T) {
	t.Parallel()
	word := rapid.SliceOfN(rapid.SampledFrom([]rune("abc")), 0, 7)
	rapid.Check(t, func(rt *rapid.T) {
		a, b := word.Draw(rt, "a"), word.Draw(rt, "b")
		if len(a) > len(b) {
			a, b = b, a
		}
		most := rapid.IntRange(0, 2).Draw(rt, "most")
		require.Equal(rt, distance(a, b) <= most, within(a, b, most))
	})
}

func distance(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j := range b {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}

// A large portfolio of like names takes time in proportion to it.
func TestTheSearchForNamesIsBounded(t *testing.T) {
	t.Parallel()
	many := []CustomerFacts{}
	for i := range 5_000 {
		many = append(many, CustomerFacts{Number: fmt.Sprintf("%05d", i), Name: "Harrowgate " + strings.Repeat("x", i%40)})
	}
	n := names(many)
	require.NotEmpty(t, n.Near)
	require.LessOrEqual(t, len(n.Near[0].Customers), len(many))
}

func TestNoCustomerIsInTwoGroups(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		list := rapid.SliceOfN(rapid.StringMatching(`[ab]{4,8}`), 0, 12).Draw(rt, "names")
		seen := []string{}
		for _, g := range names(named(list...)).Near {
			require.GreaterOrEqual(rt, len(g.Customers), 2)
			for _, c := range g.Customers {
				require.False(rt, slices.Contains(seen, c.Number))
				seen = append(seen, c.Number)
			}
		}
	})
}
