package plant

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFieldsOfTheMachineAreFound(t *testing.T) {
	t.Parallel()
	text := "processor\t: 0\nmodel name\t: A Processor @ 3.00GHz\nMemTotal:       24682132 kB\n"
	require.Equal(t, "A Processor @ 3.00GHz", fieldOf(text, "model name", "?"))
	require.Equal(t, "24682132 kB", fieldOf(text, "MemTotal", "?"))
	require.Equal(t, "?", fieldOf(text, "bogomips", "?"))
	require.Equal(t, "15.4", firstWord("15.4 (Some 15.4-1)"))
	require.Equal(t, "unknown", versionOf("example.org/not/there"))
	require.NotEmpty(t, processor())
	require.NotEmpty(t, memory())
}
