// Package loopback finds free TCP ports on 127.0.0.1 for the servers of the development stack.
//
// It reserves nothing: between the answer and the server's own listen another program may take the port, so callers
// that can try again do. It may be imported by devstack's packages only.
package loopback

import (
	"context"
	"fmt"
	"net"
)

// Host is the only address that servers of the stack listen on.
const Host = "127.0.0.1"

// FreePorts returns n different ports that were free a moment ago. All are held open until the last is found, so that
// no two answers of one call are the same.
func FreePorts(n int) ([]int, error) {
	ports := make([]int, 0, n)
	for range n {
		listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", net.JoinHostPort(Host, "0"))
		if err != nil {
			return nil, fmt.Errorf("find a free port on %s: %w", Host, err)
		}
		defer func() { _ = listener.Close() }()
		ports = append(ports, listener.Addr().(*net.TCPAddr).Port)
	}
	return ports, nil
}

// FreePort returns one port that was free a moment ago.
func FreePort() (int, error) {
	ports, err := FreePorts(1)
	if err != nil {
		return 0, err
	}
	return ports[0], nil
}
