package postgres

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// MinMajor is the oldest PostgreSQL that the product is run on.
const MinMajor = 14

// ErrNoPrograms says that PostgreSQL's server programs are neither installed nor could be installed. Its text names
// the package to install.
var ErrNoPrograms = errors.New("PostgreSQL's server programs are missing")

// Programs is one installation of PostgreSQL's server programs: initdb and postgres of the same version.
type Programs struct {
	// Dir is the folder that holds them.
	Dir string
	// Major is the major version, 15 for PostgreSQL 15.6.
	Major int
}

func (p Programs) initdb() string { return filepath.Join(p.Dir, "initdb") }
func (p Programs) server() string { return filepath.Join(p.Dir, "postgres") }

// Find returns the newest usable installation, and installs one with the system's package manager when there is none.
// It tells progress (may be nil) what it installs, and fails with ErrNoPrograms when it cannot.
func Find(ctx context.Context, progress func(line string)) (Programs, error) {
	if found, ok := Locate(ctx); ok {
		return found, nil
	}
	if err := install(ctx, tell(progress)); err != nil {
		return Programs{}, err
	}
	if found, ok := Locate(ctx); ok {
		return found, nil
	}
	return Programs{}, fmt.Errorf("%w, even after the installation: PostgreSQL %d or newer is needed", ErrNoPrograms, MinMajor)
}

// Locate looks for an installation without changing anything. The one on PATH wins, then the one pg_config names,
// then the newest in the places where packages put them.
func Locate(ctx context.Context) (Programs, bool) {
	for _, dir := range candidates(ctx) {
		if found, ok := inspect(ctx, dir); ok {
			return found, true
		}
	}
	return Programs{}, false
}

// packagePatterns are the folders of Debian and Ubuntu, of the RPM packages, of Alpine and of Homebrew.
func packagePatterns() []string {
	return []string{
		"/usr/lib/postgresql/*/bin",
		"/usr/pgsql-*/bin",
		"/usr/libexec/postgresql*",
		"/opt/homebrew/opt/postgresql*/bin",
		"/usr/local/opt/postgresql*/bin",
		"/home/linuxbrew/.linuxbrew/opt/postgresql*/bin",
	}
}

func candidates(ctx context.Context) []string {
	var dirs []string
	if path, err := exec.LookPath("postgres"); err == nil {
		// The link itself often stands alone in a bin folder; initdb lies beside what it points to.
		if real, err := filepath.EvalSymlinks(path); err == nil {
			dirs = append(dirs, filepath.Dir(real))
		}
	}
	if out, err := exec.CommandContext(ctx, "pg_config", "--bindir").Output(); err == nil {
		dirs = append(dirs, strings.TrimSpace(string(out)))
	}
	for _, pattern := range packagePatterns() {
		matches, _ := filepath.Glob(pattern) // the only error is a malformed pattern
		dirs = append(dirs, newestFirst(matches)...)
	}
	return dirs
}

// newestFirst orders folders by the version number in their path, the highest first.
func newestFirst(dirs []string) []string {
	number := regexp.MustCompile(`\d+`)
	version := func(dir string) int {
		n, _ := strconv.Atoi(number.FindString(dir)) // no number counts as the oldest
		return n
	}
	sorted := slices.Clone(dirs)
	slices.SortStableFunc(sorted, func(a, b string) int { return version(b) - version(a) })
	return sorted
}

// inspect accepts a folder that holds both programs in a version that is new enough.
func inspect(ctx context.Context, dir string) (Programs, bool) {
	found := Programs{Dir: dir}
	if info, err := os.Stat(found.initdb()); err != nil || info.IsDir() {
		return Programs{}, false
	}
	out, err := exec.CommandContext(ctx, found.server(), "--version").Output()
	if err != nil {
		return Programs{}, false
	}
	major, ok := parseMajor(string(out))
	if !ok || major < MinMajor {
		return Programs{}, false
	}
	found.Major = major
	return found, true
}

// parseMajor reads the major version out of "postgres (PostgreSQL) 15.6 (Debian 15.6-0+deb12u1)".
func parseMajor(out string) (int, bool) {
	match := regexp.MustCompile(`\(PostgreSQL\) (\d+)`).FindStringSubmatch(out)
	if match == nil {
		return 0, false
	}
	major, err := strconv.Atoi(match[1])
	return major, err == nil
}

// tell makes a progress function that may be called even when the caller gave none.
func tell(progress func(line string)) func(line string) {
	if progress == nil {
		return func(string) {}
	}
	return progress
}
