package app_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/receivable"
	"arrears/port"
)

func (d *desk) newDocument(media string, content []byte) app.NewDocument {
	return app.NewDocument{CustomerID: d.id(d.customer.ID), Kind: "correspondence", Filename: "file", MediaType: media, Content: bytes.NewReader(content)}
}

func (d *desk) content(id uuid.UUID) ([]byte, error) {
	_, in, err := d.app.OpenDocument(d.t.Context(), d.reader, id)
	if err != nil {
		return nil, err
	}
	content, err := io.ReadAll(in)
	return content, errors.Join(err, in.Close())
}

func TestStoreDocument(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	owed := d.owed("R-1", 1000)
	pdf := []byte("%PDF-1.7 ...")
	var doc receivable.Document
	d.again(func(ctx context.Context) {
		var err error
		doc, err = d.app.StoreDocument(ctx, d.collector, app.NewDocument{
			InvoiceID: d.id(owed.ID), Kind: "invoice", Filename: "R-1.pdf", MediaType: "application/pdf", Content: bytes.NewReader(pdf),
		})
		require.NoError(t, err)
	})
	require.Equal(t, d.customer.ID, doc.CustomerID.UUID, "the invoice's")
	require.Equal(t, sha256.Sum256(pdf), doc.SHA256)
	d.recorded(owed.ID, "document.stored")
	read, err := d.content(doc.ID)
	require.NoError(t, err)
	require.Equal(t, pdf, read)
	list, err := d.app.ListDocuments(t.Context(), d.reader, port.DocumentFilter{InvoiceID: d.id(owed.ID)}, port.Page{})
	require.NoError(t, err)
	require.Len(t, list.Items, 1)
}

func TestDocumentsAreWhatTheySayTheyAre(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	png := []byte("\x89PNG\r\n\x1a\n0000")
	for name, c := range map[string]struct {
		stated  string
		content []byte
		want    string // empty: refused
	}{
		"pdf":                  {"application/pdf", []byte("%PDF-1.4"), "application/pdf"},
		"png":                  {"image/png", png, "image/png"},
		"nothing stated":       {"", png, "image/png"},
		"octets":               {"application/octet-stream", []byte("%PDF-1.4"), "application/pdf"},
		"csv with charset":     {"Text/CSV; charset=utf-8", []byte("a,b\n1,2\n"), "text/csv"},
		"mail":                 {"message/rfc822", []byte("From: a@example.com\n\nHello"), "message/rfc822"},
		"xml":                  {"application/xml", []byte(`<?xml version="1.0"?><a/>`), "application/xml"},
		"spreadsheet":          {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", []byte("PK\x03\x04xxxx"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
		"page as text":         {"text/plain", []byte("<html><script>alert(1)</script>"), ""},
		"page":                 {"text/html", []byte("<html>"), ""},
		"picture that runs":    {"image/svg+xml", []byte(`<svg xmlns="x"/>`), ""},
		"program":              {"application/pdf", []byte("\x7fELF\x00\x01"), ""},
		"archive":              {"application/zip", []byte("PK\x03\x04xxxx"), ""},
		"picture called a pdf": {"application/pdf", png, ""},
	} {
		t.Run(name, func(t *testing.T) {
			if c.want == "" {
				d.refuses("document.media_type", func(ctx context.Context) error {
					_, err := d.app.StoreDocument(ctx, d.collector, d.newDocument(c.stated, c.content))
					return err
				})
				return
			}
			got, err := d.app.StoreDocument(t.Context(), d.collector, d.newDocument(c.stated, c.content))
			require.NoError(t, err)
			require.Equal(t, c.want, got.MediaType)
		})
	}
}

// letters is a text without end.
type letters struct{}

func (letters) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'a'
	}
	return len(p), nil
}

func TestDocumentRefusals(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	owed := d.owed("R-1", 1000)
	branch := d.newCustomer("K-2")
	text := []byte("hello")
	for name, c := range map[string]struct {
		code   string
		change func(*app.NewDocument)
	}{
		"empty":            {"receivable.invalid", func(n *app.NewDocument) { n.Content = nil }},
		"too large":        {"document.too_large", func(n *app.NewDocument) { n.Content = io.LimitReader(letters{}, receivable.DefaultMaxDocument+1) }},
		"unknown kind":     {"receivable.invalid", func(n *app.NewDocument) { n.Kind = "novel" }},
		"whose":            {"receivable.invalid", func(n *app.NewDocument) { n.CustomerID.Valid = false }},
		"unknown customer": {"customer.not_found", func(n *app.NewDocument) { n.CustomerID = d.id(uuid.New()) }},
		"unknown invoice":  {"invoice.not_found", func(n *app.NewDocument) { n.InvoiceID = d.id(uuid.New()) }},
		"other customer":   {"item.customer_differs", func(n *app.NewDocument) { n.CustomerID, n.InvoiceID = d.id(branch.ID), d.id(owed.ID) }},
	} {
		t.Run(name, func(t *testing.T) {
			in := d.newDocument("text/plain", text)
			c.change(&in)
			d.refuses(c.code, func(ctx context.Context) error {
				_, err := d.app.StoreDocument(ctx, d.collector, in)
				return err
			})
		})
	}
	d.refuses("access.forbidden", func(ctx context.Context) error {
		_, err := d.app.StoreDocument(ctx, d.reader, d.newDocument("text/plain", text))
		return err
	})
}
