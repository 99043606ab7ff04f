package email

import (
	"bytes"
	"mime"
	"net/mail"
	"regexp"
	"strings"
	"time"
	"unicode"
)

// lineLength is where headers are folded; RFC 5322 asks for 78 and allows 998.
const lineLength = 76

var messageID = regexp.MustCompile(`^<[!-;=?A-~]{1,200}@[!-;=?A-~]{1,250}>$`)

// header collects the fields of a message. Every value passes encodable texts or checked parts, never raw input.
type header struct {
	buffer bytes.Buffer
}

// put writes a field and folds it at its blanks. A line break in the value is a fault of the caller's and becomes a blank,
// so no value can begin another field.
func (h *header) put(name, value string) {
	column := len(name) + 1
	h.buffer.WriteString(name + ":")
	for word := range strings.FieldsSeq(value) {
		if column+1+len(word) > lineLength && column > len(name)+1 {
			h.buffer.WriteString("\r\n")
			column = 0
		}
		h.buffer.WriteString(" " + word)
		column += 1 + len(word)
	}
	h.buffer.WriteString("\r\n")
}

func (h *header) text(name, value string) { h.put(name, encodeText(value)) }

func (h *header) address(name, display, address string) {
	display = clean(display)
	if encoded := mime.BEncoding.Encode("utf-8", display); encoded != display {
		// Base64: the Q encoding would leave characters that a name must not hold (RFC 2047, section 5).
		h.put(name, encoded+" <"+address+">")
		return
	}
	h.put(name, (&mail.Address{Name: display, Address: address}).String())
}

// encodeText writes what is not plain ASCII as encoded words.
func encodeText(s string) string {
	return mime.QEncoding.Encode("utf-8", clean(s))
}

// clean leaves no control character in a header's text.
func clean(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "?")))
}

func dateField(t time.Time) string {
	return t.UTC().Format("Mon, 02 Jan 2006 15:04:05 -0700")
}

// dated returns raw with a Date field in front when it has none, so that bytes frozen for approval carry the moment at which
// they are sent. The same message gives the same bytes.
func dated(raw []byte, date time.Time) []byte {
	if date.IsZero() || hasDate(raw) {
		return raw
	}
	return append([]byte("Date: "+dateField(date)+"\r\n"), raw...)
}

func hasDate(raw []byte) bool {
	for line := range bytes.Lines(raw) {
		if len(bytes.TrimSpace(line)) == 0 {
			return false
		}
		if len(line) >= 5 && bytes.EqualFold(line[:5], []byte("date:")) {
			return true
		}
	}
	return false
}
