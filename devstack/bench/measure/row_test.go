package measure

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNumbersShowWhatCounts(t *testing.T) {
	t.Parallel()
	for x, want := range map[float64]string{
		0: "0", 7: "7", 0.0049: "0.0049", 0.5: "0.50", 3.14159: "3.14", 42.42: "42.4", 123.4: "123", 1234.4: "1,234", 1_000_000: "1,000,000",
		-165: "-165", -12345: "-12,345",
	} {
		require.Equal(t, want, Number(x))
	}
}

func TestWhatIsAskedIsJudged(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		row        Row
		met, asked bool
	}{
		"shown":             {Row{Ours: Series{1}, Limit: Series{2}}, false, false},
		"ratio high enough": {Row{Ours: Series{3}, Limit: Series{2}, AtLeast: 1.5}, true, true},
		"ratio too low":     {Row{Ours: Series{2}, Limit: Series{2}, AtLeast: 1.5}, false, true},
		"ratio low enough":  {Row{Ours: Series{1}, Limit: Series{2}, AtMost: 1}, true, true},
		"ratio too high":    {Row{Ours: Series{3}, Limit: Series{2}, AtMost: 1}, false, true},
		"nothing measured":  {Row{AtMost: 1}, false, true},
		"figure at floor":   {Row{Ours: Series{200}, Limit: Series{9000}, Floor: 200}, true, true},
		"figure below":      {Row{Ours: Series{199}, Floor: 200}, false, true},
		"figure at ceiling": {Row{Ours: Series{50}, Ceiling: 50}, true, true},
		"figure above":      {Row{Ours: Series{51}, Limit: Series{60}, Ceiling: 50}, false, true},
	} {
		met, asked := c.row.Met()
		require.Equal(t, c.met, met, name)
		require.Equal(t, c.asked, asked, name)
	}
}

func TestTheTable(t *testing.T) {
	t.Parallel()
	got := Markdown([]Row{
		{What: "wave", Unit: "items/s", Ours: Series{90, 100, 110}, Limit: Series{50}, AtLeast: 1, Note: "1.5 aimed at"},
		{What: "stop", Unit: "ms", Ours: Series{1200}, Ceiling: 1000},
		{What: "GET /v1/cases", Unit: "ms", Ours: Series{2}, Ceiling: 50, Detail: true},
	})
	main, detail, found := strings.Cut(got, "In detail:")
	require.True(t, found)
	require.Contains(t, main, "| wave (1.5 aimed at) | 100 items/s ±10 % | 50 items/s | 2.00 | ≥ 1 | yes |\n")
	require.Contains(t, main, "| stop | 1,200 ms |  |  | ≤ 1,000 ms | **no** |\n")
	require.NotContains(t, main, "/v1/cases")
	require.Contains(t, detail, "| GET /v1/cases | 2 ms |  |  | ≤ 50 ms | yes |\n")
	require.NotContains(t, Markdown([]Row{{What: "rules"}}), "In detail")
}
