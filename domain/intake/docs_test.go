package intake_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/domain/intake"
)

// The documentation's profile is a valid one, and every field is named there.
func TestDocumentedProfileIsValid(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/import.md")
	require.NoError(t, err)
	_, rest, found := strings.Cut(string(text), "```yaml\n")
	require.True(t, found)
	example, _, _ := strings.Cut(rest, "```")
	p, err := intake.LoadProfile([]byte(example))
	require.NoError(t, err)
	require.NoError(t, schema(t).Validate(asJSON(t, []byte(example))))
	require.Equal(t, intake.Windows1252, p.Encoding)
	for _, f := range intake.Fields() {
		require.Contains(t, string(text), string(f))
	}
}

// Every code that a file or row can be refused or flagged by is explained.
func TestEveryCodeIsDocumented(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/import.md")
	require.NoError(t, err)
	source, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	codes := regexp.MustCompile(`"(intake\.[a-z_]+)"`).FindAllStringSubmatch(string(source), -1)
	require.Greater(t, len(codes), 30)
	for _, code := range codes {
		require.Contains(t, string(text), code[1])
	}
}
