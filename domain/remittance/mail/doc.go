// Package mail reads remittance advices that people write: an e-mail (RFC 5322 with MIME) or plain text. It reads lines of
// "Key: value" (payer, account, amounts, invoices, orders, deductions) and tables whose header names an invoice and an amount,
// with columns that are divided by bars, tabs or two blanks. Of a message with several forms the plain text is read, else the
// words of its HTML. Attachments are named in warnings; X12 ones are read.
//
// A mail is no bank file: what it does not tell stays untold (an invoice that is only listed has no amount), and a number whose
// separators can be read two ways ("1,240") is refused, unless the mail's other numbers show which way it writes. It is bounded:
// 16 MiB, five levels, 100 parts, 5,000 lines of text.
//
// It imports the normal form, the leaves, x12 and libraries that take messages apart; it opens nothing.
package mail

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/emersion/go-message"
	_ "github.com/emersion/go-message/charset" // the character sets that mails are written in

	"arrears/domain/money"
	"arrears/domain/remittance"
	"arrears/domain/remittance/x12"
)

// The codes of problems that only mails have.
const (
	CodeAttachment = "remittance.attachment" // an attachment that is not read
	CodeNoAmount   = "remittance.no_amount"  // the payment's amount is not told
	CodeAmbiguous  = "remittance.ambiguous"  // a number or a table that can be read in two ways
)

const (
	maxMail  = 16 << 20
	maxLines = 5_000
	maxParts = 100
	maxDepth = 5
)

// Options are what a mail may not tell.
type Options struct {
	Currency money.Currency // of amounts without a sign or code; empty: such amounts are refused
}

// Read reads one mail or text. Errors are those of the sink and of in, and malformed input by remittance.Malformed.
func Read(in io.Reader, o Options, to remittance.Sink) error {
	text, err := io.ReadAll(io.LimitReader(in, maxMail+1))
	if err != nil {
		return err
	}
	if len(text) > maxMail {
		return remittance.Malformed(1, "mail", remittance.CodeTooLarge, "a mail has at most %d bytes", maxMail)
	}
	if len(bytes.TrimSpace(text)) == 0 {
		return remittance.Malformed(1, "mail", remittance.CodeUnknownFormat, "the mail is empty")
	}
	r := &reader{options: o, to: to, advice: remittance.Advice{Line: 1, Format: "text", Credit: true, Currency: o.Currency}}
	if !IsMessage(text) {
		return r.body(plainText(text), 1)
	}
	r.advice.Format = "mail"
	return r.message(text)
}

// IsMessage reports whether a text begins with the header of an e-mail rather than with an advice's own lines.
func IsMessage(text []byte) bool {
	found := 0
	for i, line := range strings.SplitN(strings.TrimPrefix(string(text), "\ufeff"), "\n", 60) {
		if strings.TrimSpace(line) == "" && i > 0 {
			break
		}
		key, _, _ := strings.Cut(line, ":")
		switch strings.ToLower(key) {
		case "from", "to", "subject", "message-id", "mime-version", "received", "return-path", "content-type", "delivered-to":
			found++
		}
	}
	return found >= 2
}

// reader reads one mail into one advice.
type reader struct {
	options Options
	to      remittance.Sink
	advice  remittance.Advice
	parts   int
	plain   []byte
	html    []byte
	found   findings
}

func (r *reader) message(text []byte) error {
	e, err := message.Read(bytes.NewReader(text))
	if e == nil {
		return remittance.Malformed(1, "header", remittance.CodeMalformed, "the header cannot be read")
	}
	if message.IsUnknownCharset(err) {
		if err := r.say(remittance.Warning, 1, "charset", remittance.CodeTextReplaced, "the character set is not known"); err != nil {
			return err
		}
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
	body := r.plain
	if len(bytes.TrimSpace(body)) == 0 {
		body = words(r.html)
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return r.say(remittance.Warning, 1, "mail", remittance.CodeMalformed, "the mail has no text")
	}
	first := int64(1)
	if i := bytes.Index(text, firstLine(body)); i >= 0 {
		first += int64(bytes.Count(text[:i], []byte{'\n'}))
	}
	r.found.sender = name
	return r.body(bytes.TrimLeft(plainText(body), "\n"), first)
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
			if err := r.walk(part, depth+1); err != nil {
				return err
			}
		}
	}
	kind, _, _ := e.Header.ContentType()
	disposition, parameters, _ := e.Header.ContentDisposition()
	content, err := io.ReadAll(io.LimitReader(e.Body, maxMail))
	if err != nil {
		return r.say(remittance.Warning, 1, "mail", remittance.CodeMalformed, "a part of the mail cannot be decoded")
	}
	switch attached := disposition == "attachment" || parameters["filename"] != ""; {
	case !attached && (kind == "text/plain" || kind == "") && r.plain == nil:
		r.plain = content
	case !attached && kind == "text/html" && r.html == nil:
		r.html = content
	case bytes.HasPrefix(bytes.TrimSpace(content), []byte("ISA")):
		return x12.Read(bytes.NewReader(content), x12.Options{Currency: r.options.Currency}, r.to)
	case attached:
		return r.say(remittance.Warning, 1, "attachment", CodeAttachment,
			fmt.Sprintf("the attachment %q of the kind %s is not read", field(parameters["filename"]), field(kind)))
	}
	return nil
}

func (r *reader) say(severity remittance.Severity, line int64, field, code, message string) error {
	return r.to.Problem(remittance.Problem{Severity: severity, Line: line, Field: field, Code: code, Message: message})
}

func field(s string) string { return remittance.Clean(s, remittance.MaxField) }
