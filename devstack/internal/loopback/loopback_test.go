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
	for _, port := range ports {
		require.False(t, seen[port], "port %d came twice", port)
		seen[port] = true
	}
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", net.JoinHostPort(loopback.Host, strconv.Itoa(ports[0])))
	require.NoError(t, err)
	require.NoError(t, listener.Close())
}

func TestFreePortIsAPort(t *testing.T) {
	t.Parallel()
	port, err := loopback.FreePort()
	require.NoError(t, err)
	require.Positive(t, port)
	require.Less(t, port, 1<<16)
}
