package policy

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// blocks returns the fenced blocks of a language in the policy reference.
func blocks(t *testing.T, language string) []string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "docs", "policies.md"))
	require.NoError(t, err)
	var list []string
	for _, part := range strings.Split(string(data), "\n```"+language+"\n")[1:] {
		block, _, closed := strings.Cut(part, "\n```")
		require.True(t, closed)
		list = append(list, block+"\n")
	}
	return list
}

func TestEveryExampleOfTheReferenceIsAPolicy(t *testing.T) {
	t.Parallel()
	examples := blocks(t, "yaml")
	require.GreaterOrEqual(t, len(examples), 6)
	for _, text := range examples {
		_, err := Parse([]byte(text))
		require.NoError(t, err, text)
	}
	require.Equal(t, string(DefaultYAML()), examples[len(examples)-1], "the default policy as it is")
}

func TestThePreviewOfTheReferenceIsReal(t *testing.T) {
	t.Parallel()
	shown := blocks(t, "text")
	require.Len(t, shown, 1)
	lines := told(Preview(standard(), oneInvoice(), at9("2026-01-15")))
	require.Equal(t, strings.Join(lines, "\n")+"\n", shown[0])
}
