// Package loopback finds free TCP ports on 127.0.0.1 for the servers of the development stack.
//
// It reserves nothing: between the answer and the server's own listen another program may take the port. So that this hardly
// ever happens, and hardly to a server that is away for a moment and comes back on its port, the ports lie outside the range
// from which the system serves everybody who does not care, and none is told twice by one process. Callers that can try again
// do. It may be imported by devstack's packages only.
package loopback

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
	"sync"
)

// Host is the only address that servers of the stack listen on.
const Host = "127.0.0.1"

// The ports that are tried: beyond those that programs are known by, below those that the system gives to whoever connects or
// listens on no port in particular, which begin at 32768 on Linux and higher elsewhere.
const (
	lowest  = 10000
	highest = 32000
	// tries is how many are tried before the system is asked for any.
	tries = 100
)

// told are the ports that this process has tried: whoever was told one may not listen on it yet, or be away for a moment.
var told sync.Map

// FreePorts returns n different ports that were free a moment ago. All are held open until the last is found, so that
// no two answers of one call are the same.
func FreePorts(n int) ([]int, error) {
	ports := make([]int, 0, n)
	for range n {
		listener, err := listen()
		if err != nil {
			return nil, fmt.Errorf("find a free port on %s: %w", Host, err)
		}
		defer func() { _ = listener.Close() }()
		ports = append(ports, listener.Addr().(*net.TCPAddr).Port)
	}
	return ports, nil
}

func listen() (net.Listener, error) {
	for range tries {
		port := lowest + rand.IntN(highest-lowest)
		if _, before := told.LoadOrStore(port, true); before {
			continue
		}
		if listener, err := listenOn(port); err == nil {
			return listener, nil
		}
	}
	return listenOn(0)
}

func listenOn(port int) (net.Listener, error) {
	return new(net.ListenConfig).Listen(context.Background(), "tcp", net.JoinHostPort(Host, strconv.Itoa(port)))
}

// FreePort returns one port that was free a moment ago.
func FreePort() (int, error) {
	ports, err := FreePorts(1)
	if err != nil {
		return 0, err
	}
	return ports[0], nil
}
