package million_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/devstack/bench/million"
)

func TestTheScriptIsCutIntoItsSteps(t *testing.T) {
	t.Parallel()
	steps := million.Steps()
	require.Greater(t, len(steps), 5)
	require.Equal(t, "prepare", steps[0].Name)
	for _, s := range steps {
		require.NotEmpty(t, s.Name)
		require.True(t, strings.HasSuffix(strings.TrimSpace(s.SQL), ";"), s.Name)
		require.NotContains(t, s.SQL, "-- step:")
	}
}
