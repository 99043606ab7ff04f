package loopback_test

import (
	"net"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/devstack/internal/loopback"
)

func TestFreePortsAreDifferentAndUsable(t *testing.T) {
	t.Parallel()
	ports, err := loopback.FreePorts(20)
	require.NoError(t, err)
	require.Len(t, ports, 20)

	seen := map[int]bool{}
	usable := 0
	for _, port := range ports {
		require.False(t, seen[port], "port %d came twice", port)
		seen[port] = true
		require.True(t, port >= 10000 && port < 32000, "port %d is one of those that the system gives to anybody", port)
		if listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", net.JoinHostPort(loopback.Host, strconv.Itoa(port))); err == nil {
			require.NoError(t, listener.Close())
			usable++
		}
	}
	require.GreaterOrEqual(t, usable, 15, "others may have taken a few since")
}

func TestFreePortIsAPort(t *testing.T) {
	t.Parallel()
	port, err := loopback.FreePort()
	require.NoError(t, err)
	require.Positive(t, port)
	require.Less(t, port, 1<<16)
}
