package receivable

import (
	"net/mail"
	"regexp"
	"strings"

	"golang.org/x/net/idna"
)

// maxEmail is the longest address that mail servers accept (RFC 5321).
const maxEmail = 254

// localPart leaves out quoting and anything outside ASCII: no business address needs the first, and the second needs an
// extension that many servers lack.
var localPart = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}$")

// MailAddress returns a bare e-mail address as it goes over the wire, its domain in ASCII. ok is false for one that no mail can
// be sent to: an address that is kept must not be found out as such by the first notice.
func MailAddress(s string) (ascii string, ok bool) {
	if strings.ContainsAny(s, "\r\n\x00") {
		return "", false
	}
	parsed, err := mail.ParseAddress(s)
	if err != nil || parsed.Address != s {
		return "", false
	}
	at := strings.LastIndexByte(s, '@')
	domain, err := idna.Lookup.ToASCII(s[at+1:])
	if err != nil || domain == "" || !localPart.MatchString(s[:at]) {
		return "", false
	}
	ascii = s[:at] + "@" + domain
	return ascii, len(ascii) <= maxEmail
}
