package dispute_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	. "arrears/domain/dispute"
)

func reference(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "disputes.md"))
	require.NoError(t, err)
	return string(text)
}

var edge = regexp.MustCompile(`(?m)^  (\w+) --> (\w+): (\w+)$`)

// Every edge of the chart is an act that leads there for some amounts, and every state is on it.
func TestTheStateChartIsTrue(t *testing.T) {
	t.Parallel()
	text := reference(t)
	edges := edge.FindAllStringSubmatch(text, -1)
	require.Greater(t, len(edges), 30)
	shown := map[State]bool{}
	for _, e := range edges {
		from, to, act := State(e[1]), State(e[2]), Act(e[3])
		shown[from], shown[to] = true, true
		require.Contains(t, Acts(), act, e[0])
		require.True(t, from.Allows(act), "%s is not possible", e[0])
		require.True(t, leads(from, act, to), "%s leads elsewhere", e[0])
	}
	for _, state := range States() {
		require.True(t, shown[state], "%s is not on the chart", state)
		require.Contains(t, text, "\n| `"+string(state)+"` |")
	}
	for _, kind := range DeadlineKinds() {
		require.Contains(t, text, "\n| `"+string(kind)+"` |")
	}
}

// leads reports whether the act leads there for some amounts.
func leads(from State, act Act, to State) bool {
	for n := range 8 {
		d := at(from, int64(n&1)*10, int64(n>>1&1)*10, int64(n>>2&1)*10)
		d.Reason = "shortage"
		if d.After(act) == to {
			return true
		}
	}
	return false
}

func TestTheExampleOfTheReferenceIsRead(t *testing.T) {
	t.Parallel()
	_, rest, found := strings.Cut(reference(t), "```yaml\n")
	require.True(t, found)
	example, _, found := strings.Cut(rest, "```\n")
	require.True(t, found)
	own := rules(t, example)
	got := Triage([]*Rules{own, DefaultRules()}, ClaimFacts{CustomerReason: "022", CustomerWords: "short ship of two pallets"})
	require.Equal(t, "shortage", got.Reason)
	require.Equal(t, 2, got.Rule.Priority)
	require.Equal(t, 14, got.PayableDays)
}
