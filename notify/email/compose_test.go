package email

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"mime"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	gomail "github.com/emersion/go-message/mail"
	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"arrears/domain/fault"
	"arrears/domain/notice"
	"arrears/domain/receivable"
	"arrears/notify"
)

var update = flag.Bool("update", false, "rewrite the golden files")

var noticeID = uuid.MustParse("0198f000-0000-7000-8000-000000000001")

func envelope(t require.TestingT) notify.Envelope {
	templates, err := notice.Load(nil)
	require.NoError(t, err)
	c := notice.Samples()[0]
	c.Template, c.Language = "reminder-2", "de"
	c.Attachments = []notice.Attachment{{Filename: "Rechnung 2026-0017 ü.pdf", MediaType: "application/pdf", Content: bytes.Repeat([]byte("%PDF"), 40)}}
	r, err := templates.Render(c)
	require.NoError(t, err)
	return notify.Envelope{
		NoticeID: noticeID, Channel: receivable.Email, From: "Example Supplies Ltd <billing@example.com>",
		ReplyTo: notice.ReplyAddress(noticeID, "reply.example.com"), To: "ap@example.org",
		MessageID: notice.MessageID(noticeID, "example.com"), Date: time.Date(2026, 3, 16, 10, 0, 0, 0, time.FixedZone("", 3600)),
		References: []string{"<notice.1@example.com>", "<notice.2@example.com>"}, Content: c, Rendered: r,
	}
}

func TestComposedMailIsAsAgreed(t *testing.T) {
	t.Parallel()
	raw, err := Compose(envelope(t))
	require.NoError(t, err)
	path := filepath.Join("testdata", "reminder-2-de.eml")
	if *update {
		require.NoError(t, os.MkdirAll("testdata", 0o750))
		require.NoError(t, os.WriteFile(path, raw, 0o600))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "run the test with -update to write it")
	require.Empty(t, cmp.Diff(string(want), string(raw)))
}

func TestComposeIsAFunctionOfTheEnvelope(t *testing.T) {
	t.Parallel()
	e := envelope(t)
	first, err := Compose(e)
	require.NoError(t, err)
	e.Date = e.Date.UTC()
	second, err := Compose(e)
	require.NoError(t, err)
	require.Equal(t, first, second, "the same moment in another zone is the same mail")

	e.Date = time.Time{}
	frozen, err := Compose(e)
	require.NoError(t, err)
	require.False(t, hasDate(frozen))
	require.Equal(t, first, dated(frozen, envelope(t).Date), "freezing and dating later gives the same bytes")
	require.Equal(t, first, dated(first, time.Now()), "a date that is there stays")
	require.Equal(t, frozen, dated(frozen, time.Time{}))
}

func TestAMailProgramReadsEveryPart(t *testing.T) {
	t.Parallel()
	e := envelope(t)
	raw, err := Compose(e)
	require.NoError(t, err)
	reader, err := gomail.CreateReader(bytes.NewReader(raw))
	require.NoError(t, err)
	subject, err := reader.Header.Subject()
	require.NoError(t, err)
	require.Equal(t, e.Rendered.Subject, subject)
	date, err := reader.Header.Date()
	require.NoError(t, err)
	require.True(t, date.Equal(e.Date))
	require.Equal(t, "auto-generated", reader.Header.Get("Auto-Submitted"))
	id, err := reader.Header.MessageID()
	require.NoError(t, err)
	require.Equal(t, "<"+id+">", e.MessageID)
	to, err := reader.Header.AddressList("To")
	require.NoError(t, err)
	require.Equal(t, "Accounts Payable", to[0].Name)
	require.Equal(t, "<notice.2@example.com>", reader.Header.Get("In-Reply-To"))

	bodies := map[string]string{}
	for {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err)
		content, err := io.ReadAll(part.Body)
		require.NoError(t, err)
		kind, _, err := mime.ParseMediaType(part.Header.Get("Content-Type"))
		require.NoError(t, err)
		bodies[kind] = strings.ReplaceAll(string(content), "\r\n", "\n")
		if a, ok := part.Header.(*gomail.AttachmentHeader); ok {
			name, err := a.Filename()
			require.NoError(t, err)
			require.Equal(t, "Rechnung 2026-0017 ü.pdf", name)
		}
	}
	require.Equal(t, strings.TrimRight(e.Rendered.Text, "\n"), bodies["text/plain"], "the last line break belongs to the boundary")
	require.Equal(t, strings.TrimRight(e.Rendered.HTML, "\n"), strings.TrimRight(bodies["text/html"], "\n"))
	require.Equal(t, string(e.Content.Attachments[0].Content), bodies["application/pdf"])
}

func TestTheWireFormIsPlain(t *testing.T) {
	t.Parallel()
	e := envelope(t)
	e.Rendered.Text = strings.Repeat("ä", 5000) + "\n.\n.dot\nFrom here\n\ttab \n"
	raw, err := Compose(e)
	require.NoError(t, err)
	require.True(t, bytes.HasSuffix(raw, []byte("\r\n")))
	require.NotContains(t, strings.ReplaceAll(string(raw), "\r\n", ""), "\n", "no bare line feed")
	require.NotContains(t, strings.ReplaceAll(string(raw), "\r\n", ""), "\r")
	for line := range strings.SplitSeq(string(raw), "\r\n") {
		require.LessOrEqual(t, len(line), 200, "far from the 998 that servers allow")
		for _, b := range []byte(line) {
			require.Less(t, b, byte(0x80))
		}
	}
	require.NotEmpty(t, e.Rendered.HTML)
	e.Rendered.HTML, e.Content.Attachments = "", nil
	raw, err = Compose(e)
	require.NoError(t, err)
	require.NotContains(t, string(raw), "multipart")
}

func TestHeadersCannotBeInjected(t *testing.T) {
	t.Parallel()
	bad := "x\r\nBcc: victim@example.com"
	for field, spoil := range map[string]func(e *notify.Envelope){
		"from":          func(e *notify.Envelope) { e.From = bad },
		"to":            func(e *notify.Envelope) { e.To = "a@example.com\r\nBcc: victim@example.com" },
		"reply_to":      func(e *notify.Envelope) { e.ReplyTo = bad },
		"message_id":    func(e *notify.Envelope) { e.MessageID = "<a@b>\r\nBcc: x" },
		"references[1]": func(e *notify.Envelope) { e.References[1] = "<a@b> x" },
		"references":    func(e *notify.Envelope) { e.References = make([]string, 21) },
		"subject":       func(e *notify.Envelope) { e.Rendered.Subject = bad },
		"text":          func(e *notify.Envelope) { e.Rendered.Text = "" },
		"attachments":   func(e *notify.Envelope) { e.Content.Attachments = make([]notice.Attachment, 101) },
	} {
		e := envelope(t)
		spoil(&e)
		_, err := Compose(e)
		require.Equal(t, notify.CodeInvalidEnvelope, fault.CodeOf(err), field)
		var refused *fault.Error
		require.ErrorAs(t, err, &refused)
		require.Equal(t, field, refused.Fields[0].Path)
	}
}

func TestNoTextBecomesAHeader(t *testing.T) {
	t.Parallel()
	base := envelope(t)
	rapid.Check(t, func(rt *rapid.T) {
		e := base
		text := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"a\r\nBcc: x@example.com", "\r\n\r\nbody", "=?utf-8?q?=0D=0ABcc:?=", `"quo"ted\`, `\ü`, "\ufeff", strings.Repeat("ü", 150)}))
		e.From = "billing@example.com"
		e.Content.Creditor.Name = text.Draw(rt, "creditor")
		e.Content.ContactName = text.Draw(rt, "contact")
		e.Content.Attachments = []notice.Attachment{{Filename: text.Draw(rt, "file"), MediaType: text.Draw(rt, "type"), Content: []byte("x")}}
		raw, err := Compose(e)
		require.NoError(rt, err)
		m, err := mail.ReadMessage(bytes.NewReader(raw))
		require.NoError(rt, err)
		var names []string
		for name := range m.Header {
			names = append(names, name)
		}
		require.ElementsMatch(rt, []string{"Date", "Message-Id", "From", "Reply-To", "To", "Subject", "In-Reply-To", "References",
			"Auto-Submitted", "Content-Language", "Mime-Version", "Content-Type"}, names)
		to, err := m.Header.AddressList("To")
		require.NoError(rt, err)
		require.Len(rt, to, 1)
		require.Equal(rt, "ap@example.org", to[0].Address)
		for line := range strings.SplitSeq(string(raw), "\r\n") {
			require.Less(rt, len(line), 998)
		}
	})
}

func TestFilenamesAreHarmless(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"invoice.pdf": "invoice.pdf", "../../etc/passwd": "passwd", `C:\temp\a.pdf`: "a.pdf", "": "attachment-3", "..": "attachment-3",
		"/": "attachment-3", `a"b<c>.pdf`: "a_b_c_.pdf", "a\r\nb.pdf": "a  b.pdf",
		strings.Repeat("x", 100) + ".pdf": strings.Repeat("x", 56) + ".pdf", strings.Repeat("ü", 70): strings.Repeat("ü", 60),
	} {
		require.Equal(t, want, filename(in, 2), in)
	}
	for in, want := range map[string]string{
		"application/pdf": "application/pdf", "image/png; name=x": "image/png", "": "application/octet-stream", "x": "application/octet-stream",
		"multipart/mixed": "application/octet-stream", "message/rfc822": "application/octet-stream", "a/b\r\nX: y": "application/octet-stream",
	} {
		require.Equal(t, want, mediaType(in), in)
	}
}

func TestAMailThatIsTooLargeIsRefused(t *testing.T) {
	t.Parallel()
	e := envelope(t)
	e.Content.Attachments = []notice.Attachment{{Filename: "a", Content: make([]byte, 20<<20)}}
	_, err := (&Sender{}).Compose(e)
	require.Equal(t, notify.CodeInvalidEnvelope, fault.CodeOf(err))
}

func TestAsManyAttachmentsAsFitAreSent(t *testing.T) {
	t.Parallel()
	e := envelope(t)
	e.Content.Attachments = notice.Fit([]notice.Attachment{{Filename: "a", Content: make([]byte, notice.MaxAttachmentBytes)}})
	raw, err := Compose(e)
	require.NoError(t, err)
	require.Greater(t, len(raw), notice.MaxAttachmentBytes)
}

func TestDefaultsOfNames(t *testing.T) {
	t.Parallel()
	e := envelope(t)
	e.From, e.ReplyTo, e.References, e.Rendered.Language = "billing@example.com", "", nil, ""
	e.To = "Someone Else <ap@example.org>"
	raw, err := Compose(e)
	require.NoError(t, err)
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	require.NoError(t, err)
	require.Equal(t, `"Example Supplies Ltd" <billing@example.com>`, m.Header.Get("From"))
	require.Equal(t, `"Someone Else" <ap@example.org>`, m.Header.Get("To"))
	require.Empty(t, m.Header.Get("Reply-To"))
	require.Equal(t, "en", m.Header.Get("Content-Language"))
}

func TestLongSubjectsAreFolded(t *testing.T) {
	t.Parallel()
	e := envelope(t)
	e.Rendered.Subject = strings.Repeat("Zahlungserinnerung für überfällige Rechnungen ", 5) + "Ende"
	raw, err := Compose(e)
	require.NoError(t, err)
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	require.NoError(t, err)
	decoded, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	require.NoError(t, err)
	require.Equal(t, e.Rendered.Subject, decoded)
	head, _, _ := strings.Cut(string(raw), "\r\n\r\n")
	for line := range strings.SplitSeq(head, "\r\n") {
		require.LessOrEqual(t, len(line), 100, line)
	}
}
