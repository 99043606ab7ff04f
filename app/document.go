package app

import (
	"context"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/fault"
	"arrears/domain/receivable"
	"arrears/port"
)

// NewDocument is a file to keep, with the customer, invoice or case it belongs to. MediaType is what the sender says it is. The
// content is read from Content, or File is one that was received before.
type NewDocument struct {
	CustomerID uuid.NullUUID
	InvoiceID  uuid.NullUUID
	DisputeID  uuid.NullUUID
	Kind       string
	Filename   string
	MediaType  string
	Content    io.Reader
	File       *DocumentFile
}

// allowedMedia maps what may be stored to what its bytes must look like. Formats that a browser would run are not among
// them: documents are shown to people.
var allowedMedia = map[string]string{
	"application/pdf": "application/pdf",
	"image/png":       "image/png",
	"image/jpeg":      "image/jpeg",
	"text/plain":      "text/plain",
	"text/csv":        "text/plain",
	"message/rfc822":  "text/plain",
	"application/xml": "text/xml",
	"text/xml":        "text/xml",
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":       "application/zip",
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document": "application/zip",
}

// StoreDocument keeps a file of at most the installation's bound. The newest one of kind invoice is attached to the notices of
// its invoice.
// Errors: access.forbidden, receivable.invalid, document.too_large, document.media_type, customer.not_found, invoice.not_found,
// dispute.not_found, item.customer_differs, document.file_gone, document.store_unavailable.
func (a *App) StoreDocument(ctx context.Context, who access.Principal, in NewDocument) (receivable.Document, error) {
	var d receivable.Document
	if err := access.Require(who, access.DocumentsWrite); err != nil {
		return d, err
	}
	id, err := port.NewID(ctx)
	if err != nil {
		return d, err
	}
	if err := in.sound(); err != nil {
		return d, err
	}
	if err := a.receive(ctx, who, &in); err != nil {
		return d, err
	}
	if d, err = in.document(id, who.ID); err != nil {
		return d, err
	}
	err = a.write(ctx, func(ctx context.Context, tx port.Tx, now time.Time) error {
		if err := in.own(ctx, tx, &d); err != nil {
			return err
		}
		before, found, err := madeBefore(ctx, tx.Document)
		if err != nil || found {
			d = before
			return err
		}
		d.CreatedAt = now
		if err := tx.InsertDocument(ctx, d); err != nil {
			return err
		}
		return record(ctx, tx, now, who.ID, event{
			action: "document.stored", kind: "document", subject: d.ID, customer: d.CustomerID.UUID, invoice: d.InvoiceID.UUID,
			data: map[string]any{"kind": d.Kind, "size": d.Size, "media_type": d.MediaType},
		})
	})
	return d, err
}

// receive reads the file, unless that was done before, for an owner that is there.
func (a *App) receive(ctx context.Context, who access.Principal, in *NewDocument) error {
	if in.File != nil {
		return nil
	}
	err := a.store.Read(ctx, func(ctx context.Context, tx port.Tx) error { return in.own(ctx, tx, &receivable.Document{}) })
	if err != nil {
		return err
	}
	f, err := a.ReceiveFile(ctx, who, in.MediaType, in.Content)
	in.File = &f
	return err
}

// sound refuses what can be refused before a byte is read.
func (in NewDocument) sound() error {
	if in.CustomerID.Valid || in.InvoiceID.Valid || in.DisputeID.Valid {
		return receivable.Document{Kind: in.Kind, Filename: in.Filename, Size: 1}.Validate()
	}
	var f receivable.Form
	f.Add("customer_id", receivable.CodeRequired, "name a customer, an invoice or a case")
	return f.Err("document")
}

func (in NewDocument) document(id uuid.UUID, actor string) (receivable.Document, error) {
	d := receivable.Document{
		ID: id, CustomerID: in.CustomerID, InvoiceID: in.InvoiceID, DisputeID: in.DisputeID, Kind: in.Kind, Filename: in.Filename,
		MediaType: in.File.MediaType, Size: in.File.Size, SHA256: in.File.SHA256, CreatedBy: actor,
	}
	return d, d.Validate()
}

// mediaType checks what a file says it is against its first bytes. What says nothing is taken for what it looks like.
func mediaType(stated string, head []byte) (string, error) {
	sniffed, _, err := mime.ParseMediaType(http.DetectContentType(head))
	if err != nil {
		return "", mediaRefused()
	}
	kind, _, err := mime.ParseMediaType(stated)
	if err != nil || kind == "application/octet-stream" {
		kind = sniffed
	}
	kind = strings.ToLower(kind)
	looks, ok := allowedMedia[kind]
	plainXML := looks == "text/xml" && sniffed == "text/plain" // without a declaration it looks like any text
	if ok && (looks == sniffed || plainXML) {
		return kind, nil
	}
	return "", mediaRefused()
}

func mediaRefused() error {
	return fault.New(fault.Invalid, "document.media_type",
		"only PDF, PNG, JPEG, text, CSV, XML, mail and Office documents are stored, and the file must be what it says it is")
}

// own finds the customer of the case or the invoice, or proves that they belong together.
func (in NewDocument) own(ctx context.Context, tx port.Tx, d *receivable.Document) error {
	if in.DisputeID.Valid {
		of, err := tx.Dispute(ctx, in.DisputeID.UUID)
		if err != nil {
			return err
		}
		if in.CustomerID.Valid && in.CustomerID.UUID != of.CustomerID {
			return fault.New(fault.Conflict, receivable.CodeCustomerDiffers, "the case is another customer's")
		}
		d.CustomerID = someID(of.CustomerID)
		return ofCustomer(ctx, tx, in.InvoiceID, of.CustomerID)
	}
	if in.CustomerID.Valid {
		if _, err := tx.Customer(ctx, in.CustomerID.UUID); err != nil {
			return err
		}
		return ofCustomer(ctx, tx, in.InvoiceID, in.CustomerID.UUID)
	}
	inv, err := tx.Invoice(ctx, in.InvoiceID.UUID)
	if err != nil {
		return err
	}
	d.CustomerID = someID(inv.CustomerID)
	return nil
}

// Document shows what is known of one. Errors: access.forbidden, document.not_found.
func (a *App) Document(ctx context.Context, who access.Principal, id uuid.UUID) (receivable.Document, error) {
	return lookup(ctx, a, who, access.DocumentsRead, func(ctx context.Context, tx port.Tx) (receivable.Document, error) {
		return tx.Document(ctx, id)
	})
}

// ListDocuments lists without content, oldest first. Errors: access.forbidden, page.bad_cursor.
func (a *App) ListDocuments(ctx context.Context, who access.Principal, f port.DocumentFilter, page port.Page) (port.Paged[receivable.Document], error) {
	return lookup(ctx, a, who, access.DocumentsRead, func(ctx context.Context, tx port.Tx) (port.Paged[receivable.Document], error) {
		return tx.ListDocuments(ctx, f, page)
	})
}
