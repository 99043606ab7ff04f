package api

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// The bounds of a connection. The time to read and write a whole request is the operation's own; these stop callers that
// send or read a byte at a time.
const (
	readHeaderTimeout = 10 * time.Second
	readTimeout       = 5 * time.Minute // the largest upload over a slow line
	writeTimeout      = 10 * time.Minute
	idleTimeout       = 2 * time.Minute
	maxHeaderBytes    = 32 << 10
)

// DefaultGrace is how long running requests may go on after the server was told to stop.
const DefaultGrace = 20 * time.Second

// Serve answers on the listener until ctx ends, then lets running requests finish for at most grace, and returns; those that
// wait for something to happen are told to stop waiting. It closes the listener. The error is nil after an orderly stop.
func Serve(ctx context.Context, listener net.Listener, handler http.Handler, grace time.Duration) error {
	server := &http.Server{
		Handler: handler, ReadHeaderTimeout: readHeaderTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout,
		IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes,
		BaseContext: func(net.Listener) context.Context { return withStopping(context.WithoutCancel(ctx), ctx.Done()) },
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
	}
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	err := server.Shutdown(stopping)
	if errors.Is(err, context.DeadlineExceeded) {
		return errors.Join(fmt.Errorf("requests were still running after %s", grace), server.Close())
	}
	return err
}
