package email

import (
	"net/mail"
	"strings"

	"arrears/domain/receivable"
)

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
	address, ok = receivable.MailAddress(parsed.Address)
	return parsed.Name, address, ok
}
