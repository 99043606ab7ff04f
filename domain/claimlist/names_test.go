package claimlist_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"arrears/domain/claimlist"
	"arrears/domain/dispute"
)

// sharedData reads a file of the test material beside the repository.
func sharedData(t *testing.T, name string) []byte {
	t.Helper()
	dirs := []string{os.Getenv("ARREARS_SHARED_DATA")}
	for up := ".."; len(up) < 20; up += "/.." {
		dirs = append(dirs, filepath.Join(up, "shared", "data"))
	}
	for _, dir := range dirs {
		if text, err := os.ReadFile(filepath.Join(dir, name)); dir != "" && err == nil {
			return text
		}
	}
	t.Skipf("the shared test data is not here: set ARREARS_SHARED_DATA to the folder that holds %s", name)
	return nil
}

// retailers are known customers by their names.
func retailers(t *testing.T) (*claimlist.Names, map[string]uuid.UUID) {
	t.Helper()
	var list []struct{ Name string }
	require.NoError(t, json.Unmarshal(sharedData(t, "deductions/retailers.json"), &list))
	require.NotEmpty(t, list)
	names, ids := claimlist.NewNames(), map[string]uuid.UUID{}
	for _, r := range list {
		ids[r.Name] = uuid.NewSHA1(uuid.NameSpaceOID, []byte(r.Name))
		names.Add(ids[r.Name], r.Name)
	}
	return names, ids
}

func TestSpellingsOfRetailersAreFound(t *testing.T) {
	t.Parallel()
	names, ids := retailers(t)
	for name, id := range ids {
		for _, spelling := range []string{name, strings.ToUpper(name), "  " + strings.ToLower(name) + " ", name + ".", strings.ReplaceAll(name, " ", "  ")} {
			require.Equal(t, claimlist.Match{ID: id}, names.Find(spelling), spelling)
		}
	}
	for spelling, name := range map[string]string{
		"H.E.B.": "H-E-B", "HEB": "H-E-B", "h e b": "H-E-B", "BJs Wholesale Club": "BJ's Wholesale Club", "BJ’S WHOLESALE CLUB": "BJ's Wholesale Club",
		"ahold-delhaize": "Ahold Delhaize", "Ahold/Delhaize": "Ahold Delhaize", "Win Co Foods": "WinCo Foods", "WINCO FOODS": "WinCo Foods",
		"Ke HE": "KeHE", "C.V.S.": "CVS", "U N F I": "UNFI", "DotFoods": "Dot Foods",
	} {
		require.Equal(t, claimlist.Match{ID: ids[name]}, names.Find(spelling), spelling)
	}
}

func TestANameThatIsOnlyNearIsNotTaken(t *testing.T) {
	t.Parallel()
	names, _ := retailers(t)
	for spelling, hint := range map[string]string{
		"UNFI East": "UNFI", "Gordon Food": "Gordon Food Service", "Kroger Distribution Center 12": "Kroger", "": "", "Nobody": "",
		"Krogr": "Kroger", "Kroegr": "Kroger", "KROGERS": "Kroger", "Targets": "Target", "Gordn Food Servise": "Gordon Food Service",
		"Ahold Delhaiz": "Ahold Delhaize", "Ahodl Delhiaze": "Ahold Delhaize",
		"CVX": "", "UNFL": "", "Krgr": "", "Gordan Fod Servise": "", "Delhaize Ahold": "",
	} {
		require.Equal(t, claimlist.Match{Code: claimlist.CodeUnknownCustomer, Hint: hint}, names.Find(spelling), spelling)
	}
}

// However a name is misspelt, no near one is taken, and the hint names a customer that is there.
func TestASlipOfThePenIsOnlyAHint(t *testing.T) {
	t.Parallel()
	names, known := claimlist.NewNames(), []string{"Northern Foods", "Northern Goods", "Example Stores", "Sample Stores Ltd"}
	for _, name := range known {
		names.Add(uuid.New(), name)
	}
	hint := func(spelling string) string {
		match := names.Find(spelling)
		require.Equal(t, claimlist.CodeUnknownCustomer, match.Code, spelling)
		require.Equal(t, uuid.Nil, match.ID, spelling)
		return match.Hint
	}
	require.Equal(t, "Northern Foods", hint("Nortern Foods"), "the fewest slips")
	require.Equal(t, "Northern Goods", hint("Northern Goodz"))
	require.Empty(t, hint("Northern Hoods"), "two are equally near")
	require.Equal(t, "Example Stores", hint("Exampel Stores"))
	require.Equal(t, "Sample Stores Ltd", hint("Sample Stores"), "the beginning comes first")
	require.Empty(t, hint("Northern"), "two begin so")
	rapid.Check(t, func(r *rapid.T) {
		letters := []rune(rapid.SampledFrom(known).Draw(r, "name"))
		letters[rapid.IntRange(0, len(letters)-1).Draw(r, "at")] = rapid.RuneFrom([]rune("qz")).Draw(r, "letter")
		match := names.Find(string(letters))
		require.Equal(r, uuid.Nil, match.ID)
		require.True(r, match.Hint == "" || slices.Contains(known, match.Hint), match.Hint)
	})
}

// A list of a hundred thousand rows may name as many strangers: the names that are compared for it have a bound, and what is
// known is found all the same.
func TestHintsHaveABound(t *testing.T) {
	t.Parallel()
	names, ids := claimlist.NewNames(), map[string]uuid.UUID{}
	for n := range 2_000 {
		name := fmt.Sprintf("Customer %04d", n)
		ids[name] = uuid.New()
		names.Add(ids[name], name)
	}
	names.Add(uuid.New(), "Example Stores")
	require.Equal(t, "Example Stores", names.Find("Exampel Stores").Hint)
	for n := range 3_000 {
		names.Find(fmt.Sprintf("Kustomer %04d", n%2_000))
	}
	require.Empty(t, names.Find("Custome 0001").Hint)
	require.Equal(t, ids["Customer 0007"], names.Find("customer 0007").ID)
}

func BenchmarkNearestName(b *testing.B) {
	names := claimlist.NewNames()
	for n := range 20_000 {
		names.Add(uuid.New(), fmt.Sprintf("%c%c%c Customer %05d Holding", 'A'+n%26, 'A'+n/26%26, 'B'+n/676%25, n))
	}
	for b.Loop() {
		names.Find("QXY Custumer 99999 Holdimg")
	}
}

func TestANameOfSeveralCustomersIsNotGuessed(t *testing.T) {
	t.Parallel()
	names := claimlist.NewNames()
	a, b := uuid.New(), uuid.New()
	names.Add(a, "Example Foods")
	names.Add(a, "Example Foods")
	require.Equal(t, a, names.Find("example foods").ID)
	names.Add(b, "EXAMPLE-FOODS")
	names.Add(b, "---")
	require.Equal(t, claimlist.Match{Code: claimlist.CodeAmbiguousName}, names.Find("Example Foods"))
	require.Equal(t, claimlist.Match{Code: claimlist.CodeAmbiguousName}, names.Find("ExampleFoods"))
	require.Equal(t, claimlist.CodeUnknownCustomer, names.Find("---").Code)
}

// The reasons that lists give, in whatever spelling, are among those that the shipped rules know.
func TestSpellingsOfReasonsAreSorted(t *testing.T) {
	t.Parallel()
	var list []struct{ Code, Label string }
	require.NoError(t, json.Unmarshal(sharedData(t, "deductions/dispute_reasons.json"), &list))
	require.NotEmpty(t, list)
	rules := []*dispute.Rules{dispute.DefaultRules()}
	for _, r := range list {
		meant := dispute.Triage(rules, dispute.ClaimFacts{CustomerReason: r.Code}).Reason
		require.NotEmpty(t, meant, r.Code)
		for _, label := range []string{r.Label, strings.ToUpper(r.Label), " " + strings.ToLower(r.Label) + "!"} {
			require.Equal(t, meant, dispute.Triage(rules, dispute.ClaimFacts{CustomerReason: label}).Reason, label)
		}
	}
	freight := dispute.Triage(rules, dispute.ClaimFacts{CustomerReason: "FREIGHT"}).Reason
	require.Equal(t, freight, dispute.Triage(rules, dispute.ClaimFacts{CustomerReason: "Frieght"}).Reason)
}
