package failpoint

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What fault tests kill is what the code may be killed at: no point is hit that the list does not name, and none is named
// that nobody comes to.
func TestTheListIsWhatIsHit(t *testing.T) {
	t.Parallel()
	listed := map[string]bool{}
	for _, p := range All() {
		require.False(t, listed[p.Name], "%s is listed twice", p.Name)
		require.Contains(t, []string{API, Relay, Worker}, p.Process, p.Name)
		require.NotEmpty(t, p.Where, p.Name)
		listed[p.Name] = true
	}
	names := constants(t)
	hit := map[string]bool{}
	require.NoError(t, filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "devstack" || strings.HasPrefix(d.Name(), ".") && len(d.Name()) > 2) {
			return fs.SkipDir
		}
		if strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") {
			hits(t, path, names, hit)
		}
		return nil
	}))
	require.Equal(t, listed, hit)
}

// constants are the names of the points by their constants.
func constants(t *testing.T) map[string]string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "points.go", nil, 0)
	require.NoError(t, err)
	names := map[string]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok {
			value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
			require.NoError(t, err)
			names[spec.Names[0].Name] = value
		}
		return true
	})
	return names
}

// hits adds the points that a file's code comes to.
func hits(t *testing.T, path string, names map[string]string, hit map[string]bool) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		return // somebody is writing it: the build says so
	}
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		fn, ok := call.Fun.(*ast.SelectorExpr)
		if room, named := selected(fn); !ok || !named || room != "failpoint" || fn.Sel.Name != "Hit" {
			return true
		}
		arg, ok := call.Args[0].(*ast.SelectorExpr)
		require.True(t, ok, "%s: a point is hit by its constant", path)
		name, known := names[arg.Sel.Name]
		require.True(t, known, "%s: %s is not in points.go", path, arg.Sel.Name)
		hit[name] = true
		return true
	})
}

// selected is the left side of a selector, if that is a name.
func selected(fn *ast.SelectorExpr) (string, bool) {
	if fn == nil {
		return "", false
	}
	room, ok := fn.X.(*ast.Ident)
	if !ok {
		return "", false
	}
	return room.Name, true
}

func TestTheFirstHitsPass(t *testing.T) {
	t.Parallel()
	points, err := parse("x=error,skip:2")
	require.NoError(t, err)
	p := points["x"]
	for n, want := range []bool{false, false, true, true} {
		require.Equal(t, want, p.hits.Add(1) > p.skip, n)
	}
}
