package faults

import (
	"context"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// door stands before a server and lets callers wait.
type door struct {
	listener net.Listener
	behind   string
	waits    atomic.Int64 // nanoseconds
	knocks   atomic.Int64
	closed   chan struct{}
	inside   sync.WaitGroup
}

func openDoor(t *testing.T, behind string) *door {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	d := &door{listener: l, behind: behind, closed: make(chan struct{})}
	d.inside.Go(d.serve)
	t.Cleanup(func() {
		close(d.closed)
		_ = l.Close()
		d.inside.Wait()
	})
	return d
}

// hold lets further callers wait so long.
func (d *door) hold(wait time.Duration) { d.waits.Store(int64(wait)) }

func (d *door) knocked() int64 { return d.knocks.Load() }

func (d *door) port() string {
	_, port, _ := net.SplitHostPort(d.listener.Addr().String())
	return port
}

func (d *door) serve() {
	for {
		conn, err := d.listener.Accept()
		if err != nil {
			return
		}
		d.knocks.Add(1)
		d.inside.Go(func() { d.lead(conn) })
	}
}

// lead takes a caller to the server when it has waited.
func (d *door) lead(caller net.Conn) {
	defer func() { _ = caller.Close() }()
	select {
	case <-d.closed:
		return
	case <-time.After(time.Duration(d.waits.Load())):
	}
	server, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", d.behind)
	if err != nil {
		return
	}
	defer func() { _ = server.Close() }()
	ended := make(chan struct{}, 2)
	for _, way := range [][2]net.Conn{{caller, server}, {server, caller}} {
		go func() {
			_, _ = io.Copy(way[0], way[1])
			ended <- struct{}{}
		}()
	}
	select {
	case <-ended:
	case <-d.closed:
	}
}
