package webhook

import (
	"errors"
	"net"
	"net/netip"
	"net/url"
	"syscall"

	"arrears/domain/fault"
	"arrears/notify"
)

// errPrivate ends a connection before its first byte.
var errPrivate = errors.New("the address is not a public one")

// reserved prefixes reach nobody outside, or hide an address that may be private.
var reserved = [...]netip.Prefix{
	netip.MustParsePrefix("100.64.0.0/10"), // carrier-grade NAT
	netip.MustParsePrefix("192.0.0.0/24"),  // protocol assignments
	netip.MustParsePrefix("198.18.0.0/15"), // benchmarks
	netip.MustParsePrefix("240.0.0.0/4"),   // reserved, and broadcast
	netip.MustParsePrefix("64:ff9b::/96"),  // translated IPv4, which could be a private one
	netip.MustParsePrefix("64:ff9b:1::/48"),
	netip.MustParsePrefix("2002::/16"), // 6to4, the same
	netip.MustParsePrefix("2001::/32"), // Teredo, the same
}

// public reports whether an address can belong to somebody else's machine on the internet.
func public(a netip.Addr) bool {
	a = a.Unmap()
	if !a.IsGlobalUnicast() || a.IsPrivate() {
		return false
	}
	for _, prefix := range reserved {
		if prefix.Contains(a) {
			return false
		}
	}
	return true
}

// control is called with the address a name resolved to, just before connecting: so no later answer of a name server can
// lead past it.
func control(_, address string, _ syscall.RawConn) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}
	a, err := netip.ParseAddr(host)
	if err != nil || !public(a.WithZone("")) {
		return errPrivate
	}
	return nil
}

// parseEndpoint reads where to post: https, or http where private addresses are allowed.
func parseEndpoint(s string, private bool) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" || (u.Scheme != "https" && (!private || u.Scheme != "http")) {
		return nil, fault.New(fault.Invalid, notify.CodeMisconfigured, "the endpoint must be an https address without credentials")
	}
	return u, nil
}
