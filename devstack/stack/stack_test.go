package stack_test

import (
	"context"
	"net"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"arrears/devstack/stack"
)

func TestStartAndStopTogether(t *testing.T) {
	t.Parallel()
	var lines []string
	s, err := stack.Start(t.Context(), stack.Options{
		Dir: t.TempDir(), Ephemeral: true, Progress: func(line string) { t.Log(line); lines = append(lines, line) },
	})
	require.NoError(t, err)
	addresses := s.Addresses()
	require.Contains(t, strings.Join(lines, "\n"), addresses.Temporal)

	conn, err := pgx.Connect(t.Context(), addresses.DatabaseURL)
	require.NoError(t, err)
	require.NoError(t, conn.Close(t.Context()))
	for _, variable := range addresses.Env() {
		name, value, _ := strings.Cut(variable, "=")
		require.NotEmpty(t, value, name)
	}

	require.NoError(t, s.Stop(context.Background()))
	require.NoError(t, s.Stop(context.Background()), "stopping again does nothing")
	for _, address := range []string{addresses.Temporal, addresses.SMTP} {
		_, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
		require.Error(t, err, "%s still answers", address)
	}
}

func TestAFailureStopsWhatWasStarted(t *testing.T) {
	t.Parallel()
	taken, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = taken.Close() })
	_, port, err := net.SplitHostPort(taken.Addr().String())
	require.NoError(t, err)
	smtpPort, err := strconv.Atoi(port)
	require.NoError(t, err)

	dir := t.TempDir()
	_, err = stack.Start(t.Context(), stack.Options{Dir: dir, Ephemeral: true, SMTPPort: smtpPort})
	require.ErrorContains(t, err, "mail sink")

	_, err = stack.Start(t.Context(), stack.Options{Dir: dir, Ephemeral: true, SMTPPort: smtpPort})
	require.ErrorContains(t, err, "mail sink", "PostgreSQL was stopped, so its folder is free again")
}
