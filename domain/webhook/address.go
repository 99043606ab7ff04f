package webhook

import (
	"net/netip"
	"net/url"
	"strings"

	"arrears/domain/fault"
)

// reserved prefixes reach nobody outside, or hide an address that may be private. What netip knows itself is not listed:
// loopback, private, link-local (where clouds keep their metadata), multicast.
var reserved = [...]netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),        // this network; some systems take all of it for this machine
	netip.MustParsePrefix("100.64.0.0/10"),    // carrier-grade NAT
	netip.MustParsePrefix("168.63.129.16/32"), // a cloud's metadata under a public address
	netip.MustParsePrefix("192.0.0.0/24"),     // protocol assignments
	netip.MustParsePrefix("192.0.2.0/24"),     // documentation
	netip.MustParsePrefix("192.88.99.0/24"),   // 6to4 relays
	netip.MustParsePrefix("198.18.0.0/15"),    // benchmarks
	netip.MustParsePrefix("198.51.100.0/24"),  // documentation
	netip.MustParsePrefix("203.0.113.0/24"),   // documentation
	netip.MustParsePrefix("240.0.0.0/4"),      // reserved, and broadcast
	netip.MustParsePrefix("::/96"),            // IPv4-compatible, could be a private one
	netip.MustParsePrefix("::ffff:0:0:0/96"),  // translated IPv4, the same
	netip.MustParsePrefix("64:ff9b::/96"),     // translated IPv4, the same
	netip.MustParsePrefix("64:ff9b:1::/48"),
	netip.MustParsePrefix("100::/64"),  // discard
	netip.MustParsePrefix("2001::/32"), // Teredo, hides an IPv4 address
	netip.MustParsePrefix("2001:db8::/32"),
	netip.MustParsePrefix("2002::/16"), // 6to4, the same
	netip.MustParsePrefix("3fff::/20"), // documentation
	netip.MustParsePrefix("fec0::/10"), // site-local
}

// Public reports whether an address can belong to somebody else's machine on the internet.
func Public(a netip.Addr) bool {
	a = a.WithZone("").Unmap()
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

// ParseURL reads where to post: https without credentials and fragment; http and addresses of this machine and the local
// network only where private is set. A name is not looked up: what it leads to counts when the connection is made.
// Errors: CodeBadURL, CodePrivateAddress.
func ParseURL(s string, private bool) (*url.URL, *fault.Error) {
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" || u.User != nil || u.Fragment != "" || u.Opaque != "" || strings.ContainsAny(s, " \t\r\n") {
		return nil, fault.New(fault.Invalid, CodeBadURL, "must be an https address without credentials and fragment")
	}
	if u.Scheme != "https" && (!private || u.Scheme != "http") {
		return nil, fault.New(fault.Invalid, CodeBadURL, "must be an https address")
	}
	if private {
		return u, nil
	}
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if a, err := netip.ParseAddr(host); (err == nil && !Public(a)) || host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return nil, fault.New(fault.Invalid, CodePrivateAddress, "must not be an address of this machine, the local network or a reserved one")
	}
	return u, nil
}
