package main

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"arrears/domain/fault"
)

type readyCommand struct {
	URL string `arg:"" optional:"" help:"Where the API is; otherwise ARREARS_HTTP_ADDR on this machine."`
}

// The bounds of asking.
const (
	readyTimeout = 4 * time.Second
	readyAnswer  = 4 << 10 // bytes
)

// Run asks the API whether it can work, for health checks of containers that hold no other program. It exits with 1 unless
// it can.
func (r readyCommand) Run(ctx context.Context, c *console) error {
	url := r.URL
	if url == "" {
		cfg, err := loadConfig()
		if err != nil {
			return err
		}
		url = "http://" + reachable(cfg.HTTPAddr)
	}
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(url, "/")+"/readyz", nil)
	if err != nil {
		return fault.Wrap(err, fault.Invalid, "usage", "the URL cannot be used")
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "api.unavailable", "the API does not answer")
	}
	defer func() { _ = answer.Body.Close() }() // what was read is all that matters
	said, err := io.ReadAll(io.LimitReader(answer.Body, readyAnswer))
	if err != nil || answer.StatusCode != http.StatusOK {
		return fault.Newf(fault.Unavailable, "api.not_ready", "the API is not ready: %s", oneLine(string(said)))
	}
	c.out.Line(oneLine(string(said)))
	return nil
}

// reachable is an address at which this machine reaches what listens: one that listens everywhere is at home, too.
func reachable(listens string) string {
	host, port, err := net.SplitHostPort(listens)
	if ip := net.ParseIP(host); err == nil && (host == "" || ip != nil && ip.IsUnspecified()) {
		return net.JoinHostPort("127.0.0.1", port)
	}
	return listens
}
