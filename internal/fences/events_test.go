package fences_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/domain/event"
)

var (
	nounVerb = regexp.MustCompile(`^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$`)
	inSQL    = regexp.MustCompile(`'([a-z][a-z0-9_]*\.[a-z][a-z0-9_]*)'`)
)

// recording are the rooms that write audit entries.
var recording = []string{"app", "activities", "store", "relay", "engine", "rehearsal", "internal/wire", "internal/sample", "cmd/arrears"}

// composed are the verbs of actions that are put together, by their noun.
var composed = map[string][]string{
	"promise.":    {"kept", "partially_kept", "broken", "withdrawn", "reopened"},
	"quarantine.": {"corrected", "discarded"},
}

// Every action that the code can record is an event's type, or stays inside on purpose. Wherever an entry gets its action,
// by a field or a parameter of that name, the action is followed to where it is said.
func TestEveryActionIsAnEvent(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, info := range event.Types() {
		known[event.Actions([]string{info.Name})[0]] = true
	}
	found := map[string]bool{}
	for _, room := range recording {
		s := readSaid(t, room)
		for action, where := range s.actions {
			require.True(t, known[action] || event.Internal(action), "%s records %q: give it a type in domain/event", where, action)
			found[action] = true
		}
	}
	for action := range known {
		require.True(t, found[action], "nothing records %q: take its type out of domain/event", action)
	}
}

// said is what the files of a room say of actions.
type said struct {
	t       *testing.T
	fset    *token.FileSet
	funcs   map[string][]*ast.FuncDecl
	takes   map[string]int    // functions with a parameter named action: which it is
	actions map[string]string // and where each is said
}

func readSaid(t *testing.T, room string) *said {
	t.Helper()
	s := &said{t: t, fset: token.NewFileSet(), funcs: map[string][]*ast.FuncDecl{}, takes: map[string]int{}, actions: map[string]string{}}
	paths, err := filepath.Glob(filepath.Join("..", "..", filepath.FromSlash(room), "*.go"))
	require.NoError(t, err)
	var files []*ast.File
	for _, path := range paths {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(s.fset, path, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		files = append(files, file)
		for _, d := range file.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok {
				s.declare(fn)
			}
		}
	}
	for _, file := range files {
		ast.Inspect(file, s.look)
	}
	return s
}

func (s *said) declare(fn *ast.FuncDecl) {
	s.funcs[fn.Name.Name] = append(s.funcs[fn.Name.Name], fn)
	n := 0
	for _, param := range fn.Type.Params.List {
		for _, name := range param.Names {
			if name.Name == "action" && isString(param.Type) {
				before, twice := s.takes[fn.Name.Name]
				require.True(s.t, !twice || before == n, "two functions %s take the action in different places", fn.Name.Name)
				s.takes[fn.Name.Name] = n
			}
			n++
		}
	}
}

func isString(e ast.Expr) bool {
	name, ok := e.(*ast.Ident)
	return ok && name.Name == "string"
}

// look finds where something becomes an action.
func (s *said) look(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.CompositeLit:
		s.entry(n)
	case *ast.CallExpr:
		if at, ok := s.takes[called(n)]; ok && at < len(n.Args) {
			s.action(n.Args[at])
		}
	case *ast.AssignStmt:
		s.assigned(n)
	case *ast.BasicLit:
		if text, err := strconv.Unquote(n.Value); err == nil && strings.Contains(text, "INTO audit_entries") {
			for _, quoted := range inSQL.FindAllStringSubmatch(text, -1) {
				s.actions[quoted[1]] = s.where(n)
			}
		}
	}
	return true
}

// entry looks into the composites that become entries: audit.Entry and app's event.
func (s *said) entry(c *ast.CompositeLit) {
	for _, element := range c.Elts {
		pair, ok := element.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		key, ok := pair.Key.(*ast.Ident)
		_, plain := pair.Value.(*ast.BasicLit) // an entry in a list does not say its type
		if ok && (key.Name == "action" || key.Name == "Action" && (named(c.Type) == "Entry" || c.Type == nil && plain)) {
			s.action(pair.Value)
		}
	}
}

func (s *said) assigned(a *ast.AssignStmt) {
	for i, left := range a.Lhs {
		if name, ok := left.(*ast.Ident); !ok || name.Name != "action" {
			continue
		}
		if len(a.Rhs) == len(a.Lhs) {
			s.action(a.Rhs[i])
		} else {
			s.action(a.Rhs[0])
		}
	}
}

// action follows an expression to what it says.
func (s *said) action(e ast.Expr) {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		require.NoError(s.t, err)
		if nounVerb.MatchString(text) {
			s.actions[text] = s.where(e)
		}
		return
	case *ast.Ident: // a parameter or variable: whatever it is given is looked at where it is given
		if e.Name == "action" {
			return
		}
	case *ast.SelectorExpr:
		if e.Sel.Name == "action" || e.Sel.Name == "Action" {
			return
		}
	case *ast.BinaryExpr:
		if s.composed(e) {
			return
		}
	case *ast.CallExpr:
		if s.returned(called(e)) {
			return
		}
	}
	require.Fail(s.t, "an action cannot be followed", "%s: say it as a text, or name what holds it action", s.where(e))
}

func (s *said) composed(e *ast.BinaryExpr) bool {
	noun, ok := e.X.(*ast.BasicLit)
	if !ok {
		return false
	}
	text, err := strconv.Unquote(noun.Value)
	require.NoError(s.t, err)
	for _, verb := range composed[text] {
		s.actions[text+verb] = s.where(e)
	}
	return len(composed[text]) > 0
}

// returned takes every word of that form in a function that returns the action.
func (s *said) returned(name string) bool {
	found := false
	for _, fn := range s.funcs[name] {
		ast.Inspect(fn, func(n ast.Node) bool {
			if literal, ok := n.(*ast.BasicLit); ok {
				if text, err := strconv.Unquote(literal.Value); err == nil && nounVerb.MatchString(text) {
					s.actions[text], found = s.where(n), true
				}
			}
			return true
		})
	}
	return found
}

func (s *said) where(n ast.Node) string { return s.fset.Position(n.Pos()).String() }

// called is the name of the function or method that is called.
func called(c *ast.CallExpr) string { return named(c.Fun) }

func named(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}
