package figures

import (
	"context"
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"arrears/devstack/bench/measure"
	"arrears/devstack/bench/plant"
	"arrears/domain/policy"
)

func TestFiguresAreFoundByName(t *testing.T) {
	t.Parallel()
	all, err := Named(nil)
	require.NoError(t, err)
	seen := map[string]bool{}
	for _, f := range all {
		require.False(t, seen[f.Name], f.Name)
		require.NotEmpty(t, f.What)
		seen[f.Name] = true
	}
	some, err := Named([]string{"wave", "import"})
	require.NoError(t, err)
	require.Equal(t, []string{"wave", "import"}, []string{some[0].Name, some[1].Name})
	_, err = Named([]string{"wav"})
	require.ErrorContains(t, err, `"wav"`)
}

// A wave is cut into whole customers, or the last mail would be of another size.
func TestSizesFit(t *testing.T) {
	t.Parallel()
	for _, s := range sizes() {
		for _, each := range s.Each {
			require.Zero(t, s.Wave%each, "%s: %d at %d", s.Name, s.Wave, each)
		}
		require.Contains(t, s.Each, 7, s.Name)
		require.LessOrEqual(t, s.Lives, 200, "one page of approvals")
		require.Positive(t, s.Rounds)
	}
	_, err := Sized("huge")
	require.Error(t, err)
}

func TestTurnsGoForthAndBack(t *testing.T) {
	t.Parallel()
	var order string
	side := func(name string) func() error {
		return func() error { order += name; return nil }
	}
	require.NoError(t, turns(3, side("a"), side("b"), side("c")))
	require.Equal(t, "abccbaabc", order)
	failed := errors.New("it failed")
	require.ErrorIs(t, turns(3, side("a"), func() error { return failed }), failed)
}

func TestCollectKeepsWhatSucceeded(t *testing.T) {
	t.Parallel()
	var s measure.Series
	add := collect(&s, func(d time.Duration) float64 { return 100 / d.Seconds() })
	require.NoError(t, add(2*time.Second, nil))
	failed := errors.New("it failed")
	require.ErrorIs(t, add(time.Second, failed), failed)
	require.Equal(t, measure.Series{50}, s)
}

func TestTheLeadGrowsWithTheWave(t *testing.T) {
	t.Parallel()
	require.Equal(t, 43*time.Second, lead(1400))
	require.Equal(t, 24*time.Second, learned(15*time.Second))
}

func TestTheClockShowsMidnightAtTheInstant(t *testing.T) {
	t.Parallel()
	clock, instant := midnightIn(30 * time.Second)
	require.NoError(t, clock.Validate())
	require.Equal(t, waveDue.AddDays(1).Time(time.UTC), clock.Business(instant))
	require.Equal(t, time.Wednesday, waveDue.AddDays(1).Weekday(), "a business day")
}

func TestPoliciesAreValid(t *testing.T) {
	t.Parallel()
	for _, document := range []string{wavePolicy, askingPolicy, fivePolicy, laterPolicy()} {
		_, err := policy.Parse([]byte(document))
		require.NoError(t, err, document)
	}
}

func TestCrests(t *testing.T) {
	t.Parallel()
	c := crest{items: 1400, mails: 200, took: 10 * time.Second, cost: plant.Cost{
		Machine: 14 * time.Second, Parts: map[string]time.Duration{"postgres": 4 * time.Second, "worker": 3 * time.Second},
	}}
	var s waveSeries
	s.add(c)
	require.Equal(t, waveSeries{items: measure.Series{140}, mails: measure.Series{20}, machine: measure.Series{10}, own: measure.Series{5}}, s)
	require.Equal(t, "cpu s/1,000: machine 10.0, postgres 2.9, worker 2.1", parts(c))
	rows := waveRows([]int{1, 7}, map[int]*waveSeries{1: &s, 7: &s}, s)
	require.Len(t, rows, 8)
	require.Zero(t, rows[0].AtLeast)
	require.InDelta(t, 1, rows[2].AtLeast, 0, "seven per customer is what is asked")
}

func TestLatencyRows(t *testing.T) {
	t.Parallel()
	ours := make(measure.Series, 100)
	for i := range ours {
		ours[i] = float64(i + 1)
	}
	rows := latencyRows("stop", ours, measure.Series{101}, "")
	require.Equal(t, measure.Series{50.5}, rows[0].Ours)
	require.Equal(t, measure.Series{99}, rows[1].Ours)
	require.InDelta(t, 0.5, rows[0].Ratio(), 1e-9)
	require.Empty(t, latencyRows("stop", ours, nil, "")[1].Limit)
}

func TestRuleRows(t *testing.T) {
	t.Parallel()
	rows, err := ruleRows(`
goos: linux
BenchmarkNextWait     	  300000	      4000 ns/op	  1000 B/op	      10 allocs/op
BenchmarkNextWait-2   	  300000	      5000 ns/op	  1000 B/op	      10 allocs/op
BenchmarkNextAct      	  200000	      6000 ns/op	  1000 B/op	      10 allocs/op
BenchmarkPlainLoop    	  900000	        50.00 ns/op	       0 B/op	       0 allocs/op
PASS`)
	require.NoError(t, err)
	require.Equal(t, measure.Series{250_000, 200_000}, rows[0].Ours)
	require.Equal(t, measure.Series{2e7}, rows[1].Limit)
	met, asked := rows[0].Met()
	require.True(t, met && asked)
	met, _ = rows[1].Met()
	require.False(t, met)
	_, err = ruleRows("FAIL")
	require.Error(t, err)
}

func TestSizeRows(t *testing.T) {
	t.Parallel()
	rows := sizeRows("that waits", map[string]storage{"b": {10, 1000}, "a": {}}, map[string]storage{"b": {30, 9000}, "a": {4, 40}}, 4)
	require.Equal(t, "PostgreSQL, a, per case that waits", rows[0].What)
	require.Equal(t, measure.Series{5}, rows[2].Ours)
	require.Equal(t, measure.Series{2000}, rows[3].Ours)
}

func TestEveryPlaceholderHasSamples(t *testing.T) {
	t.Parallel()
	values := map[string][]string{}
	for name := range samples {
		values[name] = []string{"1", "a b"}
	}
	for _, l := range lists() {
		for _, path := range filled(l.path, values) {
			require.NotContains(t, path, "{")
			require.NotContains(t, path, " ")
		}
	}
	require.Equal(t, []string{"/x?a=1", "/x?a=a+b"}, filled("/x?a={customer}", values))
	require.Equal(t, []string{"/x"}, filled("/x", values))
}

// A list that is added to the API is measured, too.
func TestEveryListOfTheAPIIsAsked(t *testing.T) {
	t.Parallel()
	spec, err := os.ReadFile("../../../api/openapi.yaml")
	require.NoError(t, err)
	parameter := regexp.MustCompile(`\{\w+\}`)
	asked := map[string]bool{}
	for _, l := range lists() {
		path, _, _ := strings.Cut(l.path, "?")
		asked[strings.Replace(parameter.ReplaceAllLiteralString(path, "{}"), "/standard/", "/{}/", 1)] = true
	}
	path, found := "", 0
	for line := range strings.Lines(string(spec)) {
		if rest, ok := strings.CutPrefix(line, "  /v1/"); ok {
			path = "/v1/" + strings.TrimRight(rest, ":\n")
		}
		if strings.Contains(line, "operationId: list") {
			found++
			require.True(t, asked[parameter.ReplaceAllLiteralString(path, "{}")], "%s is not asked", path)
		}
	}
	require.Greater(t, found, 20)
}

func TestTheSlowestListIsNamed(t *testing.T) {
	t.Parallel()
	row := slowest(1_000_000, []measure.Row{
		{What: "GET /a", Ours: measure.Series{12.5}, Ceiling: 50}, {What: "GET /b", Ours: measure.Series{80}, Ceiling: 50}, {What: "GET /c", Ours: measure.Series{60}, Ceiling: 50},
	})
	require.Equal(t, "/b; 2 over", row.Note)
	require.Equal(t, measure.Series{80}, row.Ours)
	require.Contains(t, row.What, "1,000,000")
}

// What came too late to be fair is not measured.
func TestAnInstantThatHasPassedIsLate(t *testing.T) {
	t.Parallel()
	_, _, err := (&Bench{}).watched(context.Background(), time.Now().Add(-time.Second), nil)
	require.ErrorIs(t, err, errLate)
}
