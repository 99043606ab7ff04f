package main

import (
	"context"
	"errors"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"

	"arrears/domain/fault"
	"arrears/internal/testkit"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"arrears": main})
}

// Each script is a session at the command line. Those in testdata/db get a database of their own.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(e *testscript.Env) error {
			e.Setenv("NO_COLOR", "1")
			return nil
		},
	})
}

func TestScriptsOverADatabase(t *testing.T) {
	t.Parallel()
	scripts, err := os.ReadDir("testdata/db")
	require.NoError(t, err)
	for _, s := range scripts {
		t.Run(s.Name(), func(t *testing.T) {
			t.Parallel()
			url := testkit.Schema(t)
			testscript.Run(t, testscript.Params{
				Files: []string{"testdata/db/" + s.Name()},
				Setup: func(e *testscript.Env) error {
					e.Setenv("ARREARS_DATABASE_URL", url)
					e.Setenv("ARREARS_LOG_LEVEL", "error")
					e.Setenv("ARREARS_TEMPORAL_ADDRESS", os.Getenv("ARREARS_TEST_TEMPORAL"))
					e.Setenv("ARREARS_TEMPORAL_NAMESPACE", os.Getenv("ARREARS_TEST_TEMPORAL_NAMESPACE"))
					return nil
				},
			})
		})
	}
}

func TestExitCodes(t *testing.T) {
	t.Parallel()
	for want, err := range map[int]error{
		exitDone:    nil,
		exitFound:   errFound,
		exitWrong:   fault.New(fault.Invalid, "policy.invalid", "wrong"),
		exitRefused: fault.New(fault.NotFound, "invoice.not_found", "none"),
		exitFailed:  errors.New("disk full"),
	} {
		require.Equal(t, want, newConsole(discard{}, discard{}).fail(err), "%v", err)
	}
	require.Equal(t, exitFailed, newConsole(discard{}, discard{}).fail(context.Canceled))
	require.Equal(t, exitRefused, newConsole(discard{}, discard{}).fail(fault.New(fault.Forbidden, "access.forbidden", "no")))
}

func TestAnErrorIsOneLineWithCodeFieldsAndCause(t *testing.T) {
	t.Parallel()
	err := fault.Wrap(errors.New("connection\nrefused"), fault.Unavailable, "store.unavailable", "the database does not answer").
		With(fault.Field{Path: "url", Message: "is required"})
	require.Equal(t, "store.unavailable: the database does not answer; url: is required (connection refused)", explain(err))
	require.Equal(t, "internal: disk full", explain(errors.New("disk\nfull")))
	whole := fault.Fields("matching_rules.invalid", "the rules are not valid", fault.Field{Message: "is empty"})
	require.Equal(t, "matching_rules.invalid: the rules are not valid; is empty", explain(whole))
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
