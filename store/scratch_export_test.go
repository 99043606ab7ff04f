package store

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// Abandon ends the session of a scratch place as a killed process does.
func Abandon(t *testing.T, s *Scratch) {
	t.Helper()
	require.NoError(t, s.guard.Close(t.Context()))
}
