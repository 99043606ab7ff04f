package claimlist_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

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
		"UNFI East": "UNFI", "Gordon Food": "Gordon Food Service", "Kroger Distribution Center 12": "Kroger", "Krogr": "", "": "", "Nobody": "",
		"Targets": "",
	} {
		require.Equal(t, claimlist.Match{Code: claimlist.CodeUnknownCustomer, Hint: hint}, names.Find(spelling), spelling)
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
