package email

import (
	"net/mail"
	"regexp"
	"strings"

	"golang.org/x/net/idna"
)

// maxAddress is RFC 5321's longest path without its angle brackets.
const maxAddress = 254

// localPart leaves out quoting and anything outside ASCII: no business address needs the first, and the second needs an
// extension that many servers lack.
var localPart = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}$")

// parseAddress reads "name <local@domain>" or the bare address; the domain comes back in ASCII. ok is false for anything
// that may not stand in a header or an SMTP command.
func parseAddress(s string) (name, address string, ok bool) {
	if strings.ContainsAny(s, "\r\n\x00") {
		return "", "", false
	}
	parsed, err := mail.ParseAddress(s)
	if err != nil {
		return "", "", false
	}
	at := strings.LastIndexByte(parsed.Address, '@')
	local := parsed.Address[:at]
	domain, err := idna.Lookup.ToASCII(parsed.Address[at+1:])
	if err != nil || domain == "" || !localPart.MatchString(local) {
		return "", "", false
	}
	address = local + "@" + domain
	return parsed.Name, address, len(address) <= maxAddress
}
