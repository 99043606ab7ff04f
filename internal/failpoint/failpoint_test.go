package failpoint

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestParse(t *testing.T) {
	t.Parallel()
	points, err := parse(" a=kill; b=error,once:/x ;c=sleep:250;d=kill,skip:3,once:/y")
	require.NoError(t, err)
	for name, p := range points {
		require.NotNil(t, p.hits)
		p.hits = nil
		points[name] = p
	}
	require.Equal(t, map[string]point{
		"a": {action: "kill"}, "b": {action: "error", once: "/x"}, "c": {action: "sleep", sleep: 250 * time.Millisecond},
		"d": {action: "kill", once: "/y", skip: 3},
	}, points)
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"a", "=kill", "a=", "a=die", "a=sleep:", "a=sleep:-1", "a=kill,once:", "a=kill,skip:", "a=kill,skip:-1"} {
		_, err := parse(text)
		require.Error(t, err, text)
	}
}

func TestNothingIsArmed(t *testing.T) {
	t.Parallel()
	require.NoError(t, Check())
	require.NoError(t, Hit("anything"))
}

func TestOnceIsOnce(t *testing.T) {
	t.Parallel()
	p := point{action: "error", once: filepath.Join(t.TempDir(), "done")}
	require.True(t, p.mine())
	require.False(t, p.mine())
	require.ErrorIs(t, p.act("x"), Err)
}
