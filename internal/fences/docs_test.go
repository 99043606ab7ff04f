package fences_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/config"
)

var (
	link     = regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`)
	variable = regexp.MustCompile(`\bARREARS_[A-Z_]*[A-Z]\b`)
)

// notOfTheProduct are variables of make run, of tests and of fault injection.
var notOfTheProduct = []string{"ARREARS_DATA_DIR", "ARREARS_DEMO_DAY", "ARREARS_SHARED_DATA", "ARREARS_FAILPOINTS", "ARREARS_TEST_"}

// documents are all Markdown files of the repository with their texts.
func documents(t *testing.T) map[string]string {
	t.Helper()
	root := filepath.Join("..", "..")
	found := map[string]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != root && strings.HasPrefix(d.Name(), ".") {
			return fs.SkipDir
		}
		if filepath.Ext(path) == ".md" {
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			found[path] = string(text)
		}
		return nil
	})
	require.NoError(t, err)
	require.NotEmpty(t, found)
	return found
}

func TestLinksLeadSomewhere(t *testing.T) {
	t.Parallel()
	for path, text := range documents(t) {
		for _, l := range link.FindAllStringSubmatch(text, -1) {
			_, err := os.Stat(filepath.Join(filepath.Dir(path), l[1]))
			require.NoError(t, err, "%s links to %s", path, l[1])
		}
	}
}

func TestVariablesInTheDocumentsExist(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, v := range config.Reference() {
		known[v.Name] = true
	}
	for path, text := range documents(t) {
		for _, name := range variable.FindAllString(text, -1) {
			require.True(t, known[name] || ofTheHouse(name), "%s names %s, which does not exist", path, name)
		}
	}
}

func ofTheHouse(name string) bool {
	for _, prefix := range notOfTheProduct {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// Every document under docs can be found from its index.
func TestTheIndexNamesEveryDocument(t *testing.T) {
	t.Parallel()
	all := documents(t)
	index := all[filepath.Join("..", "..", "docs", "README.md")]
	require.NotEmpty(t, index)
	for path := range all {
		inside, found := strings.CutPrefix(filepath.ToSlash(path), "../../docs/")
		if found && inside != "README.md" {
			require.Contains(t, index, "("+inside+")", "docs/README.md does not name %s", inside)
		}
	}
}
