// Package fences proves who imports whom: the table of docs/architecture.md over the real import graph. It is a test alone
// and nobody imports it.
package fences_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// pkg is what `go list -json` tells of a package.
type pkg struct {
	ImportPath  string
	Imports     []string
	Deps        []string
	TestImports []string
}

// rule says what the packages of a room may import of ours, and which outside modules they may not reach.
type rule struct {
	room  string   // path below the module; a trailing /... takes what lies below too
	ours  []string // allowed imports of ours (same patterns); its own subtree is always allowed
	never []string // outside import paths (prefixes) that must not be imported directly
}

const (
	sdk  = "go.temporal.io"
	pgx  = "github.com/jackc/pgx"
	echo = "github.com/labstack/echo"
)

var leaves = []string{"domain/fault", "domain/money", "domain/calendar"}

func rules() []rule {
	core := append([]string{"domain/receivable"}, leaves...)
	// (database/sql/driver is only the shape of a column's value.)
	outside := []string{sdk, pgx, echo, "net/http", "os/exec"}
	return []rule{
		{"domain/fault", nil, outside},
		{"domain/money", leaves, outside},
		{"domain/calendar", leaves, outside},
		{"domain/event", append([]string{"domain/audit"}, core...), outside},
		{"domain/dispute", append([]string{"domain/access"}, core...), outside},                                                      // who may decide depends on the order of roles
		{"domain/claimlist", append([]string{"domain/dispute", "domain/intake", "domain/access"}, core...), outside},                 // lists are files of claims
		{"domain/remittance/...", append([]string{"domain/remittance", "domain/remittance/...", "domain/intake"}, core...), outside}, // a CSV is read as intake reads it
		{"domain/matching", append([]string{"domain/remittance"}, core...), outside},
		{"domain/...", core, outside},
		{"port", []string{"domain/..."}, []string{sdk, pgx, echo, "net/http"}},
		{"workflows/contract", []string{"domain/..."}, []string{sdk, pgx, echo}},
		{"workflows", []string{"workflows/contract"}, []string{pgx, echo, "go.temporal.io/sdk/client", "go.temporal.io/sdk/worker"}},
		{"activities", []string{"domain/...", "workflows/contract", "port", "internal/failpoint", "notify"}, []string{pgx, echo, "go.temporal.io/sdk/client"}},
		{"store", []string{"domain/...", "port", "internal/failpoint"}, []string{sdk, echo}},
		{"filestore", []string{"domain/...", "port"}, []string{sdk, pgx, echo}},
		{"notify/...", []string{"domain/...", "notify", "internal/outbound"}, []string{sdk, pgx, echo}},
		{"internal/outbound", []string{"domain/..."}, []string{sdk, pgx, echo}},
		{"internal/seal", []string{"domain/fault"}, []string{sdk, pgx, echo, "net/http"}},
		{"document", []string{"domain/..."}, []string{sdk, pgx, echo}},
		{"auth", []string{"domain/...", "port"}, []string{sdk, pgx}},
		{"app", []string{"domain/...", "workflows/contract", "port", "internal/failpoint"}, []string{sdk, pgx, echo}},
		{"relay", []string{"workflows/contract", "domain/...", "port", "internal/failpoint"}, []string{sdk, pgx, echo}},
		{"engine", []string{"workflows/contract"}, []string{pgx, echo}},
		{"api/...", []string{"app", "auth", "domain/...", "port", "internal/failpoint"}, []string{sdk, pgx}},
		{"console/...", []string{"app", "auth", "domain/...", "port"}, []string{sdk, pgx}},
		{"worker", []string{"workflows", "workflows/contract", "activities", "domain/fault"}, []string{pgx, echo}},
		{"rehearsal/report", []string{"domain/..."}, []string{sdk, pgx, echo, "net/http", "os", "os/exec", "net"}},
		{"replay", []string{"workflows/contract", "domain/...", "port"}, []string{pgx, echo}},
		{"internal/terminal", nil, []string{sdk, pgx, echo}},
		{"config", nil, []string{sdk, pgx, echo}},
		{"telemetry", nil, []string{pgx, echo}},
	}
}

func TestWhoImportsWhom(t *testing.T) {
	t.Parallel()
	all := list(t, "./...")
	for _, p := range all {
		room := strings.TrimPrefix(p.ImportPath, "arrears/")
		r, ok := ruleFor(room)
		if !ok {
			continue
		}
		for _, imp := range p.Imports {
			ours, isOurs := strings.CutPrefix(imp, "arrears/")
			if isOurs {
				require.True(t, below(ours, room) || allowed(ours, r.ours), "%s may not import %s", room, ours)
				continue
			}
			for _, never := range r.never {
				require.False(t, imp == never || strings.HasPrefix(imp, never+"/"), "%s may not import %s", room, imp)
			}
		}
	}
}

// Whatever decides is pure: it cannot reach the network, the database or the engine even through a library of ours.
func TestTheDomainReachesNothing(t *testing.T) {
	t.Parallel()
	for _, p := range list(t, "./domain/...") {
		for _, dep := range p.Deps {
			for _, never := range []string{sdk, pgx, echo, "net/smtp"} {
				require.False(t, strings.HasPrefix(dep, never), "%s reaches %s", p.ImportPath, dep)
			}
		}
	}
}

// The tests' kit is for tests.
func TestNobodyShipsTheTestkit(t *testing.T) {
	t.Parallel()
	for _, p := range list(t, "./cmd/...") {
		for _, dep := range p.Deps {
			require.False(t, strings.HasPrefix(dep, "arrears/internal/testkit"), "%s ships %s", p.ImportPath, dep)
		}
	}
}

// Where documents lie is known by one room, which one other opens.
func TestOnlyTheFilestoreKnowsWhereDocumentsLie(t *testing.T) {
	t.Parallel()
	for _, p := range list(t, "./...") {
		for _, imp := range p.Imports {
			require.False(t, strings.HasPrefix(imp, "gocloud.dev") && p.ImportPath != "arrears/filestore", "%s imports %s", p.ImportPath, imp)
			opens := p.ImportPath == "arrears/internal/wire" || strings.HasPrefix(p.ImportPath, "arrears/internal/testkit/")
			require.False(t, imp == "arrears/filestore" && !opens, "%s imports %s", p.ImportPath, imp)
		}
	}
}

// The check can fail: a rule that forbids what is imported must be seen to be broken.
func TestTheFencesCanFail(t *testing.T) {
	t.Parallel()
	require.False(t, allowed("store", []string{"domain/..."}))
	require.True(t, allowed("domain/money", []string{"domain/..."}))
	require.False(t, below("storehouse", "store"))
	r, ok := ruleFor("domain/policy")
	require.True(t, ok)
	require.False(t, allowed("domain/notice", r.ours), "no sideways imports in the domain")
}

func ruleFor(room string) (rule, bool) {
	for _, r := range rules() {
		if matches(room, r.room) {
			return r, true
		}
	}
	return rule{}, false
}

func allowed(imp string, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return matches(imp, p) })
}

func matches(room, pattern string) bool {
	if base, deep := strings.CutSuffix(pattern, "/..."); deep {
		return below(room, base)
	}
	return room == pattern
}

func below(room, base string) bool { return room == base || strings.HasPrefix(room, base+"/") }

func list(t *testing.T, pattern string) []pkg {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-deps=false", "-json=ImportPath,Imports,Deps,TestImports", pattern)
	cmd.Dir = path.Join("..", "..")
	out, err := cmd.Output()
	require.NoError(t, err)
	var all []pkg
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p pkg
		err := dec.Decode(&p)
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		all = append(all, p)
	}
	require.NotEmpty(t, all)
	return all
}
