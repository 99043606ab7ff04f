package failpoint

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestParse(t *testing.T) {
	t.Parallel()
	points, err := parse(" a=kill; b=error,once:/x ;c=sleep:250")
	require.NoError(t, err)
	require.Equal(t, map[string]point{
		"a": {action: "kill"}, "b": {action: "error", once: "/x"}, "c": {action: "sleep", sleep: 250 * time.Millisecond},
	}, points)
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"a", "=kill", "a=", "a=die", "a=sleep:", "a=sleep:-1", "a=kill,once:"} {
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
