package report

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWhatWasRefusedComesFirst(t *testing.T) {
	t.Parallel()
	codes := []string{}
	for _, q := range Make(facts()).Quarantine {
		codes = append(codes, q.Severity+" "+q.Code)
	}
	require.Equal(t, []string{"refused intake.missing_value", "refused intake.malformed_amount",
		"suspicious intake.duplicate_row", "suspicious intake.name_several_numbers"}, codes)
}

func TestTheFirstRowsOfACodeAreShown(t *testing.T) {
	t.Parallel()
	f := Facts{}
	for i := range 9 {
		f.Quarantine = append(f.Quarantine, QuarantineLine{Line: 100 - i, Severity: "refused", Code: "intake.missing_value", Field: "number"})
	}
	q := Make(f).Quarantine[0]
	require.Equal(t, 9, q.Count)
	require.Len(t, q.First, maxFirst)
	require.Equal(t, 92, q.First[0].Line)
	require.Equal(t, 96, q.First[4].Line)
	require.Contains(t, texted(t, Make(f), 80), "and 4 rows more")
}

func TestAnUnknownCodeIsShownAllTheSame(t *testing.T) {
	t.Parallel()
	q := Make(Facts{Quarantine: []QuarantineLine{{Line: 1, Severity: "odd", Code: "else.where"}}}).Quarantine
	require.Equal(t, "else.where", q[0].Code)
	require.NotEmpty(t, q[0].Explanation)
	require.Equal(t, 2, gravity("odd"))
}

// Every code that a row can have in quarantine is explained, each in its own words.
func TestEveryCodeOfARowIsExplained(t *testing.T) {
	t.Parallel()
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join("..", "..", "domain", "intake", "doc.go"), nil, 0)
	require.NoError(t, err)
	ofTheFile := []string{"malformed_profile", "unknown_profile", "missing_option", "empty_file", "header", "file_encoding", "too_many_rows"}
	texts := map[string]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		lit, ok := n.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return true
		}
		code, err := strconv.Unquote(lit.Value)
		require.NoError(t, err)
		short, found := strings.CutPrefix(code, "intake.")
		if !found || contains(ofTheFile, short) {
			return true
		}
		text, explained := explanations()[code]
		require.True(t, explained, code)
		require.Empty(t, texts[text], "%s says what another code says", code)
		texts[text] = code
		return true
	})
	require.GreaterOrEqual(t, len(texts), 30)
}

func contains(list []string, want string) bool {
	for _, s := range list {
		if s == want {
			return true
		}
	}
	return false
}
