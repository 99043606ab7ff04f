package house

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"

	"github.com/stretchr/testify/require"

	"arrears/devstack/mailsink"
)

// Letter is a mail as its recipient reads it.
type Letter struct {
	mailsink.Message
	Header mail.Header
	Text   string
	HTML   string
	Files  map[string][]byte // attachments by name
}

// Mails reads the mails that came to a customer, in order.
func (h *House) Mails(number string) []Letter {
	h.t.Helper()
	var letters []Letter
	for _, m := range h.Mail.Messages() {
		if len(m.To) == 1 && m.To[0] == Address(number) {
			letters = append(letters, h.Open(m))
		}
	}
	return letters
}

// AwaitMails waits until at least n mails came to a customer and returns them.
func (h *House) AwaitMails(number string, n int) []Letter {
	h.t.Helper()
	h.Until("mails come to "+number, func() bool { return len(h.Mails(number)) >= n })
	return h.Mails(number)
}

// Open takes a mail apart.
func (h *House) Open(m mailsink.Message) Letter {
	h.t.Helper()
	parsed, err := mail.ReadMessage(bytes.NewReader(m.Raw))
	require.NoError(h.t, err)
	l := Letter{Message: m, Header: parsed.Header, Files: map[string][]byte{}}
	h.part(&l, part{kind: parsed.Header.Get("Content-Type"), encoding: parsed.Header.Get("Content-Transfer-Encoding"), body: parsed.Body})
	return l
}

type part struct {
	kind, encoding, disposition string
	body                        io.Reader
}

func (h *House) part(l *Letter, p part) {
	h.t.Helper()
	kind, params, err := mime.ParseMediaType(p.kind)
	require.NoError(h.t, err)
	if strings.HasPrefix(kind, "multipart/") {
		reader := multipart.NewReader(p.body, params["boundary"])
		for {
			next, err := reader.NextRawPart()
			if err == io.EOF {
				return
			}
			require.NoError(h.t, err)
			h.part(l, part{
				kind: next.Header.Get("Content-Type"), encoding: next.Header.Get("Content-Transfer-Encoding"),
				disposition: next.Header.Get("Content-Disposition"), body: next,
			})
		}
	}
	content, err := io.ReadAll(decode(p.encoding, p.body))
	require.NoError(h.t, err)
	_, disposed, _ := mime.ParseMediaType(p.disposition)
	switch {
	case disposed["filename"] != "":
		l.Files[disposed["filename"]] = content
	case kind == "text/html":
		l.HTML = string(content)
	default:
		l.Text = strings.ReplaceAll(string(content), "\r\n", "\n")
	}
}

// decode undoes a transfer encoding.
func decode(encoding string, body io.Reader) io.Reader {
	switch strings.ToLower(encoding) {
	case "base64":
		return base64.NewDecoder(base64.StdEncoding, body)
	case "quoted-printable":
		return quotedprintable.NewReader(body)
	}
	return body
}
