package scenarios_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// rowNumber is the number that begins a row of a table.
var rowNumber = regexp.MustCompile(`(?m)^\| (S\d\d) \|`)

// listed reads docs/scenarios.md: the state of each number and the rest of its row.
func listed(t *testing.T) (order []string, state, why map[string]string) {
	t.Helper()
	text, err := os.ReadFile("../docs/scenarios.md")
	require.NoError(t, err)
	state, why = map[string]string{}, map[string]string{}
	for _, row := range strings.Split(string(text), "\n") {
		if !rowNumber.MatchString(row) {
			continue
		}
		cells := strings.Split(strings.Trim(row, "|"), "|")
		require.Len(t, cells, 4, row)
		number := strings.TrimSpace(cells[0])
		require.NotContains(t, state, number, "twice in the list")
		order = append(order, number)
		state[number], why[number] = strings.TrimSpace(cells[2]), strings.TrimSpace(cells[3])
	}
	return order, state, why
}

// testedNumbers are the numbers that test functions of this folder are named by.
func testedNumbers(t *testing.T) []string {
	t.Helper()
	named := regexp.MustCompile(`(?m)^func Test(S\d\d)[A-Z]\w*\(t \*testing\.T\)`)
	files, err := filepath.Glob("*_test.go")
	require.NoError(t, err)
	var found []string
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, match := range named.FindAllStringSubmatch(string(text), -1) {
			found = append(found, match[1])
		}
	}
	slices.Sort(found)
	return slices.Compact(found)
}

func TestTheListHoldsWithTheTests(t *testing.T) {
	t.Parallel()
	order, state, why := listed(t)
	require.True(t, slices.IsSorted(order))
	var claimed []string
	for _, number := range order {
		require.Contains(t, []string{"tested", "ours", "later"}, state[number], number)
		if state[number] != "tested" {
			require.NotEmpty(t, why[number], "%s needs a reason", number)
		}
		if state[number] != "later" {
			claimed = append(claimed, number)
		}
	}
	require.Equal(t, testedNumbers(t), claimed)
}

// TestNoScenarioIsMissing compares the list with the source of the scenarios, where it is at hand.
func TestNoScenarioIsMissing(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(sharedData(t), "scenarios", "SCENARIOS.md"))
	require.NoError(t, err)
	var numbers []string
	for _, match := range rowNumber.FindAllStringSubmatch(string(text), -1) {
		numbers = append(numbers, match[1])
	}
	require.NotEmpty(t, numbers)
	order, _, _ := listed(t)
	require.Equal(t, numbers, order)
}
