package email

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"mime"
	"mime/quotedprintable"
	"path"
	"strings"

	"arrears/domain/fault"
	"arrears/domain/notice"
	"arrears/notify"
)

// Bounds of a mail. Most servers refuse more than 25 to 35 MB.
const (
	maxMessageBytes = 24 << 20
	maxAttachments  = 100
	maxFilename     = 60
	maxReferences   = 20
)

// Compose returns the mail as it goes over the wire: HTML and text side by side, attachments behind them, lines of at most
// 76 characters ending in CRLF, pure ASCII. It is a function of the envelope alone: the boundaries come from the Message-ID,
// and without a date there is no Date field (see notice.Envelope).
// Error: notify.CodeInvalidEnvelope, with all fields.
func Compose(e notify.Envelope) ([]byte, error) {
	parts, err := check(e)
	if err != nil {
		return nil, err
	}
	h := &header{}
	if !e.Date.IsZero() {
		h.put("Date", dateField(e.Date))
	}
	h.put("Message-ID", e.MessageID)
	h.address("From", parts.fromName, parts.from)
	if parts.replyTo != "" {
		h.address("Reply-To", parts.fromName, parts.replyTo)
	}
	h.address("To", parts.toName, parts.to)
	h.text("Subject", e.Rendered.Subject)
	if len(e.References) > 0 {
		h.put("In-Reply-To", e.References[len(e.References)-1])
		h.put("References", strings.Join(e.References, " "))
	}
	h.put("Auto-Submitted", "auto-generated") // RFC 3834: nothing should answer it by itself
	h.put("Content-Language", parts.language)
	h.put("MIME-Version", "1.0")
	h.buffer.Write(body(e))
	if h.buffer.Len() > maxMessageBytes {
		return nil, invalid(fault.Field{Path: "attachments", Code: notify.CodeInvalidEnvelope, Message: "the mail is too large"})
	}
	return h.buffer.Bytes(), nil
}

type envelopeParts struct {
	fromName, from, replyTo, toName, to, language string
}

func invalid(fields ...fault.Field) error {
	return fault.Fields(notify.CodeInvalidEnvelope, "the mail cannot be composed", fields...)
}

func check(e notify.Envelope) (envelopeParts, error) {
	var p envelopeParts
	var fields []fault.Field
	need := func(ok bool, field, message string) {
		if !ok {
			fields = append(fields, fault.Field{Path: field, Code: notify.CodeInvalidEnvelope, Message: message})
		}
	}
	var ok bool
	p.fromName, p.from, ok = parseAddress(e.From)
	need(ok, "from", "is not a mail address")
	p.toName, p.to, ok = parseAddress(e.To)
	need(ok, "to", "is not a mail address")
	if e.ReplyTo != "" {
		_, p.replyTo, ok = parseAddress(e.ReplyTo)
		need(ok, "reply_to", "is not a mail address")
	}
	need(messageID.MatchString(e.MessageID), "message_id", "is not a Message-ID")
	need(len(e.References) <= maxReferences, "references", "are too many")
	for i, ref := range e.References {
		need(messageID.MatchString(ref), fmt.Sprintf("references[%d]", i), "is not a Message-ID")
	}
	need(!strings.ContainsAny(e.Rendered.Subject, "\r\n") && clean(e.Rendered.Subject) != "", "subject", "must be one line of text")
	need(e.Rendered.Text != "", "text", "is missing")
	need(len(e.Content.Attachments) <= maxAttachments, "attachments", "are too many")
	if p.fromName == "" {
		p.fromName = e.Content.Creditor.Name
	}
	if p.toName == "" {
		p.toName = e.Content.ContactName
	}
	if p.language = e.Rendered.Language; p.language == "" {
		p.language = "en"
	}
	if len(fields) > 0 {
		return p, invalid(fields...)
	}
	return p, nil
}

// body is the content type of the whole, the blank line and everything after it.
func body(e notify.Envelope) []byte {
	alternative := textPart("text/plain", e.Rendered.Text)
	if e.Rendered.HTML != "" {
		alternative = multipart("alternative", boundary(e.MessageID, "alternative"),
			textPart("text/plain", e.Rendered.Text), textPart("text/html", e.Rendered.HTML))
	}
	if len(e.Content.Attachments) == 0 {
		return alternative
	}
	parts := [][]byte{alternative}
	for i, a := range e.Content.Attachments {
		parts = append(parts, filePart(a, i))
	}
	return multipart("mixed", boundary(e.MessageID, "mixed"), parts...)
}

// boundary cannot occur in a part: neither quoted-printable nor base64 ever writes "=_".
func boundary(id, kind string) string {
	sum := sha256.Sum256([]byte(kind + " " + id))
	return "=_" + hex.EncodeToString(sum[:16])
}

func multipart(kind, boundary string, parts ...[]byte) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "Content-Type: multipart/%s;\r\n boundary=\"%s\"\r\n\r\n", kind, boundary)
	for _, part := range parts {
		b.WriteString("--" + boundary + "\r\n")
		b.Write(part)
	}
	b.WriteString("--" + boundary + "--\r\n")
	return b.Bytes()
}

// textPart writes a text in quoted-printable. Writing to memory cannot fail.
func textPart(mediaType, text string) []byte {
	var b bytes.Buffer
	b.WriteString("Content-Type: " + mediaType + "; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n")
	w := quotedprintable.NewWriter(&b)
	_, _ = w.Write([]byte(strings.ReplaceAll(strings.ToValidUTF8(text, "?"), "\r\n", "\n")))
	_ = w.Close()
	if !bytes.HasSuffix(b.Bytes(), []byte("\r\n")) {
		b.WriteString("\r\n")
	}
	return b.Bytes()
}

func filePart(a notice.Attachment, index int) []byte {
	var b bytes.Buffer
	disposition := mime.FormatMediaType("attachment", map[string]string{"filename": filename(a.Filename, index)})
	b.WriteString("Content-Type: " + mediaType(a.MediaType) + "\r\n")
	b.WriteString("Content-Disposition: " + strings.Replace(disposition, "; ", ";\r\n ", 1) + "\r\n")
	b.WriteString("Content-Transfer-Encoding: base64\r\n\r\n")
	encoded := base64.StdEncoding.EncodeToString(a.Content)
	for len(encoded) > lineLength {
		b.WriteString(encoded[:lineLength] + "\r\n")
		encoded = encoded[lineLength:]
	}
	b.WriteString(encoded + "\r\n")
	return b.Bytes()
}

// mediaType keeps the type alone; what is malformed, or would be taken apart by a mail program, is sent as plain bytes.
func mediaType(s string) string {
	kind, _, err := mime.ParseMediaType(s)
	if err != nil || !strings.Contains(kind, "/") || strings.HasPrefix(kind, "multipart/") || strings.HasPrefix(kind, "message/") {
		return "application/octet-stream"
	}
	return kind
}

// filename is the last element of the name given, printable and short.
func filename(name string, index int) string {
	base := path.Base(strings.ReplaceAll(clean(name), `\`, "/"))
	base = strings.Map(func(r rune) rune {
		if strings.ContainsRune(`"<>:|?*`, r) {
			return '_'
		}
		return r
	}, base)
	if base == "." || base == "/" || base == ".." {
		base = fmt.Sprintf("attachment-%d", index+1)
	}
	if runes := []rune(base); len(runes) > maxFilename {
		extension := []rune(path.Ext(base))
		if len(extension) > 10 {
			extension = nil
		}
		base = string(runes[:maxFilename-len(extension)]) + string(extension)
	}
	return base
}
