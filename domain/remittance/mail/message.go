package mail

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/emersion/go-message"

	"arrears/domain/remittance"
	"arrears/domain/remittance/x12"
)

// reader reads one mail into one advice.
type reader struct {
	options Options
	to      remittance.Sink
	advice  remittance.Advice
	parts   int
	plain   []byte
	html    []byte
	tables  []attachment
	found   findings
}

// attachment is a file that may be a table.
type attachment struct {
	name string
	text []byte
}

func (r *reader) message(text []byte) error {
	e, err := message.Read(bytes.NewReader(text))
	if e == nil {
		return remittance.Malformed(1, "header", remittance.CodeMalformed, "the header cannot be read")
	}
	if err := r.charset(err); err != nil {
		return err
	}
	name, address := sender(e.Header.Get("From"))
	if decoded, err := e.Header.Text("From"); err == nil {
		name, address = sender(decoded)
	}
	r.advice.ID, r.advice.Payer.ID = field(strings.Trim(e.Header.Get("Message-Id"), "<> ")), field(address)
	if subject, err := e.Header.Text("Subject"); err == nil {
		r.advice.Text = append(r.advice.Text, remittance.Clean(subject, remittance.MaxText))
	}
	if err := r.walk(e, 0); err != nil {
		return err
	}
	body := r.chosen()
	if len(bytes.TrimSpace(body)) == 0 && len(r.tables) == 0 {
		return r.say(remittance.Warning, 1, "mail", remittance.CodeMalformed, "the mail has no text")
	}
	first := int64(1)
	if i := bytes.Index(text, firstLine(body)); i >= 0 {
		first += int64(bytes.Count(text[:i], []byte{'\n'}))
	}
	r.found.sender = name
	return r.body(bytes.TrimLeft(plainText(body), "\n"), first)
}

func (r *reader) charset(err error) error {
	if !message.IsUnknownCharset(err) {
		return nil
	}
	return r.say(remittance.Warning, 1, "charset", remittance.CodeTextReplaced, "the character set is not known")
}

// chosen is the form of the text that is read: some senders' plain text says no more than that there is HTML.
func (r *reader) chosen() []byte {
	if r.html == nil || tells(plainText(r.plain)) {
		return r.plain
	}
	if page := words(r.html); len(bytes.TrimSpace(r.plain)) == 0 || tells(page) {
		return page
	}
	return r.plain
}

// tells reports whether a text names an amount or a document.
func tells(text []byte) bool {
	for line := range strings.Lines(string(text)) {
		if _, ok := tableHeader(line); ok {
			return true
		}
		key, value, _ := strings.Cut(line, ":")
		switch meanings[keyOf(key)] {
		case "amount", "invoices", "orders", "deduction":
			if strings.TrimSpace(value) != "" {
				return true
			}
		}
	}
	return false
}

// firstLine is by what the body is found in the mail, for line numbers.
func firstLine(body []byte) []byte {
	line, _, _ := bytes.Cut(bytes.TrimLeft(body, "\r\n"), []byte{'\n'})
	return bytes.TrimRight(line, "\r")
}

// sender takes "Name <address>" apart.
func sender(from string) (name, address string) {
	name, rest, found := strings.Cut(from, "<")
	if !found {
		return "", strings.TrimSpace(from)
	}
	return strings.Trim(name, "\" "), strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), ">"))
}

// walk keeps the texts of a message and looks at what is attached.
func (r *reader) walk(e *message.Entity, depth int) error {
	if r.parts++; r.parts > maxParts || depth > maxDepth {
		return remittance.Malformed(1, "mail", remittance.CodeTooLarge, "the mail has more parts than are read")
	}
	if parts := e.MultipartReader(); parts != nil {
		for {
			part, err := parts.NextPart()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if part == nil {
				return r.say(remittance.Warning, 1, "mail", remittance.CodeMalformed, "a part of the mail cannot be read")
			}
			if err := r.charset(err); err != nil {
				return err
			}
			if err := r.walk(part, depth+1); err != nil {
				return err
			}
		}
	}
	kind, named, _ := e.Header.ContentType()
	disposition, parameters, _ := e.Header.ContentDisposition()
	name := parameters["filename"]
	if name == "" {
		name = named["name"]
	}
	content, err := io.ReadAll(io.LimitReader(e.Body, maxMail))
	if err != nil {
		return r.say(remittance.Warning, 1, "mail", remittance.CodeMalformed, "a part of the mail cannot be decoded")
	}
	return r.part(kind, field(name), disposition == "attachment" || parameters["filename"] != "", content, depth)
}

// part keeps one that is no container.
func (r *reader) part(kind, name string, attached bool, content []byte, depth int) error {
	switch {
	case !attached && (kind == "text/plain" || kind == "") && r.plain == nil:
		r.plain = content
	case !attached && kind == "text/html" && r.html == nil:
		r.html = content
	case kind == "message/rfc822":
		if e, _ := message.Read(bytes.NewReader(content)); e != nil { // the error is of its character set alone
			return r.walk(e, depth+1)
		}
		return r.unread(kind, name)
	case bytes.HasPrefix(bytes.TrimSpace(content), []byte("ISA")):
		return x12.Read(bytes.NewReader(content), x12.Options{Currency: r.options.Currency}, r.to)
	case kind == "text/csv", strings.HasSuffix(strings.ToLower(name), ".csv"):
		r.tables = append(r.tables, attachment{name: name, text: content})
	case attached, !strings.HasPrefix(kind, "image/") && !strings.HasPrefix(kind, "text/"):
		return r.unread(kind, name)
	}
	return nil
}

func (r *reader) unread(kind, name string) error {
	return r.say(remittance.Warning, 1, "attachment", CodeAttachment, fmt.Sprintf("the attachment %q of the kind %s is not read", name, field(kind)))
}

func (r *reader) say(severity remittance.Severity, line int64, field, code, message string) error {
	return r.to.Problem(remittance.Problem{Severity: severity, Line: line, Field: field, Code: code, Message: message})
}

func field(s string) string { return remittance.Clean(s, remittance.MaxField) }
