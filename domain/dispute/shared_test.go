package dispute_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	. "arrears/domain/dispute"
)

// sharedData finds the folder of shared test data: ARREARS_SHARED_DATA, or shared/data beside the repository.
func sharedData(t *testing.T) string {
	t.Helper()
	if dir := os.Getenv("ARREARS_SHARED_DATA"); dir != "" {
		return dir
	}
	dir, err := os.Getwd()
	require.NoError(t, err)
	for range 8 {
		dir = filepath.Dir(dir)
		found := filepath.Join(dir, "shared", "data")
		if info, err := os.Stat(found); err == nil && info.IsDir() {
			return found
		}
	}
	t.Skip("no shared/data beside the repository and no ARREARS_SHARED_DATA")
	return ""
}

func readShared(t *testing.T, name string, into any) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(sharedData(t), "deductions", name))
	if os.IsNotExist(err) {
		t.Skip("the shared test data has no " + name)
	}
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, into))
}

// The reasons of a list that we did not write map to ours, by code and by label alike, or are said to be unknown.
func TestReasonsOfTheTradeMapToOurs(t *testing.T) {
	t.Parallel()
	var list []struct{ Code, Label, Category string }
	readShared(t, "dispute_reasons.json", &list)
	require.NotEmpty(t, list)
	trade := map[string]bool{}
	for _, code := range ShippedReasons() {
		trade[code.Code] = code.Trade
	}
	for _, r := range list {
		byCode := Triage(defaults(), ClaimFacts{CustomerReason: r.Code})
		byLabel := Triage(defaults(), ClaimFacts{CustomerReason: r.Label})
		require.Equal(t, byCode.Reason, byLabel.Reason, "%s and %s mean the same", r.Code, r.Label)
		if byCode.Reason == "" {
			t.Logf("%s (%s) is unknown: an analyst's task", r.Code, r.Label)
			continue
		}
		isTrade, shipped := trade[byCode.Reason]
		require.True(t, shipped, byCode.Reason)
		require.Equal(t, r.Category == "Trade", isTrade, "%s: %s", r.Code, byCode.Reason)
	}
}

// The names of customers stay apart in normal form, and their usual spellings meet.
func TestNamesOfTheTradeStayApart(t *testing.T) {
	t.Parallel()
	var list []struct{ Name string }
	readShared(t, "retailers.json", &list)
	forms := map[string]string{}
	for _, r := range list {
		form := NormalForm(r.Name)
		require.NotEmpty(t, form)
		require.Empty(t, forms[form], "%s and %s", r.Name, forms[form])
		forms[form] = r.Name
	}
	for spelling, name := range map[string]string{"HEB": "H-E-B", "BJs WHOLESALE CLUB": "BJ's Wholesale Club", "kehe": "KeHE", "Winco  Foods.": "WinCo Foods"} {
		require.Equal(t, name, forms[NormalForm(spelling)], spelling)
	}
}
