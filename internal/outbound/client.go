package outbound

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"

	"arrears/domain/webhook"
)

// ErrPrivate ends a connection before its first byte: the name leads to an address that is not public.
var ErrPrivate = errors.New("the address is not a public one")

// The bounds of an exchange.
const (
	// DefaultTimeout bounds one exchange from the look-up of the name to the end of the answer.
	DefaultTimeout = 15 * time.Second

	maxHeaderBytes = 32 << 10
	idleTimeout    = 30 * time.Second
	idlePerHost    = 8
	idleAll        = 200
)

// Options say how to connect.
type Options struct {
	// AllowPrivate permits addresses of this machine and the local network.
	AllowPrivate bool
	// Timeout bounds one exchange; zero is DefaultTimeout.
	Timeout time.Duration
	// TLS replaces the settings of the connection; nil trusts the system's authorities.
	TLS *tls.Config
}

// NewClient makes a client that keeps to this package's rules.
func NewClient(o Options) *http.Client {
	if o.Timeout <= 0 {
		o.Timeout = DefaultTimeout
	}
	dialer := &net.Dialer{Timeout: o.Timeout, Control: control}
	if o.AllowPrivate {
		dialer.Control = nil
	}
	return &http.Client{
		Timeout:       o.Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			// No Proxy: one from the environment would connect where we may not, and see what we post.
			DialContext:            dialer.DialContext,
			TLSClientConfig:        o.TLS,
			TLSHandshakeTimeout:    o.Timeout,
			MaxResponseHeaderBytes: maxHeaderBytes,
			MaxIdleConns:           idleAll,
			MaxIdleConnsPerHost:    idlePerHost,
			IdleConnTimeout:        idleTimeout,
			ForceAttemptHTTP2:      true,
		},
	}
}

// control is called with the address a name resolved to, just before connecting: so no later answer of a name server can
// lead past it.
func control(_, address string, _ syscall.RawConn) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}
	a, err := netip.ParseAddr(host)
	if err != nil || !webhook.Public(a) {
		return ErrPrivate
	}
	return nil
}
