package scenarios_test

import (
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	note "arrears/domain/notice"
	"arrears/notify/email"
)

// leaves reads the parts of a message that are no containers, by media type, decoded.
func leaves(t *testing.T, contentType, encoding string, body io.Reader) map[string]string {
	t.Helper()
	kind, params, err := mime.ParseMediaType(contentType)
	require.NoError(t, err)
	if !strings.HasPrefix(kind, "multipart/") {
		switch strings.ToLower(encoding) {
		case "quoted-printable":
			body = quotedprintable.NewReader(body)
		case "base64":
			body = base64.NewDecoder(base64.StdEncoding, body)
		}
		text, err := io.ReadAll(body)
		require.NoError(t, err)
		return map[string]string{kind: string(text)}
	}
	all := map[string]string{}
	for parts := multipart.NewReader(body, params["boundary"]); ; {
		p, err := parts.NextRawPart()
		if err == io.EOF {
			return all
		}
		require.NoError(t, err)
		for kind, text := range leaves(t, p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), p) {
			all[kind] = text
		}
	}
}

// TestAMailAsTheCustomerReadsIt composes as the mail channel does: language, amounts, credits, the invoice's copy, and a
// name that would break out of HTML.
func TestAMailAsTheCustomerReadsIt(t *testing.T) {
	t.Parallel()
	w := reminding(t, "reserve")
	w.pump.Mail.ComposeWith = email.Compose
	c := w.customer("mail", with("language", "de"), with("contacts", []body{{
		"role": "billing", "name": `Müller <b onclick="x()">& Söhne`, "email": "mail@buyer.example",
	}}))
	inv := w.owe(c, "RE-1", "1234.50 EUR", "2026-02-20", with("purchase_order", "PO-77"))
	w.deposit(c, "34.50 EUR")
	copied := []byte("%PDF-1.4\nthe invoice as it was sent\n%%EOF\n")
	w.clerk.upload("/v1/documents", "RE-1.pdf", copied, map[string]string{"kind": "invoice", "invoice_id": inv.ID}).ok()
	w.on("2026-03-03")

	sent := w.pump.Mail.Messages()
	require.Len(t, sent, 1)
	n := w.notices()[0]
	raw := w.auditor.get("/v1/notices/" + n.ID + "/raw")
	raw.ok()
	require.Equal(t, string(sent[0].Raw), string(raw.body), "what is kept is what went out")

	m, err := mail.ReadMessage(bytes.NewReader(sent[0].Raw))
	require.NoError(t, err)
	require.Contains(t, m.Header.Get("Message-ID"), n.ID)
	require.Contains(t, m.Header.Get("Reply-To"), note.ReplyAddress(uuid.MustParse(c.ID), "reply.creditor.example"), "an answer finds the customer")
	parts := leaves(t, m.Header.Get("Content-Type"), m.Header.Get("Content-Transfer-Encoding"), m.Body)
	for _, kind := range []string{"text/plain", "text/html"} {
		for _, says := range []string{"RE-1", "PO-77", "1.234,50", "1.200,00", "34,50", "IBAN XX00"} {
			require.Contains(t, parts[kind], says, kind)
		}
	}
	require.NotContains(t, parts["text/html"], "<b onclick")
	require.Contains(t, parts["text/plain"], "Müller")
	require.Equal(t, string(copied), parts["application/pdf"])
}
