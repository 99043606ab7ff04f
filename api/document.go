package api

import (
	"fmt"
	"io"
	"mime"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"arrears/app"
	"arrears/domain/receivable"
	"arrears/port"
)

type documentJSON struct {
	ID         uuid.UUID  `json:"id"`
	CustomerID *uuid.UUID `json:"customer_id,omitempty"`
	InvoiceID  *uuid.UUID `json:"invoice_id,omitempty"`
	DisputeID  *uuid.UUID `json:"dispute_id,omitempty"`
	Kind       string     `json:"kind"`
	Filename   string     `json:"filename"`
	MediaType  string     `json:"media_type"`
	Size       int64      `json:"size"`
	SHA256     string     `json:"sha256"`
	CreatedBy  string     `json:"created_by"`
	CreatedAt  time.Time  `json:"created_at"`
}

func (j documentJSON) path() string { return "/v1/documents/" + j.ID.String() }

func writeDocument(d receivable.Document) documentJSON {
	return documentJSON{
		ID: d.ID, CustomerID: optionalID(d.CustomerID), InvoiceID: optionalID(d.InvoiceID), DisputeID: optionalID(d.DisputeID), Kind: d.Kind,
		Filename:  d.Filename,
		MediaType: d.MediaType, Size: d.Size, SHA256: hexText(d.SHA256[:]), CreatedBy: d.CreatedBy, CreatedAt: d.CreatedAt.UTC(),
	}
}

func (s *server) listDocuments(c echo.Context) error {
	return listing(c, s.app.ListDocuments, port.DocumentFilter{
		CustomerID: queryID(c, "customer_id"), InvoiceID: queryID(c, "invoice_id"), DisputeID: queryID(c, "dispute_id"),
		Kind: c.QueryParam("kind"),
	}, writeDocument)
}

func (s *server) listInvoiceDocuments(c echo.Context) error {
	return listing(c, s.app.ListDocuments, port.DocumentFilter{InvoiceID: uuid.NullUUID{UUID: pathID(c), Valid: true}}, writeDocument)
}

func (s *server) getDocument(c echo.Context) error { return show(c, s.app.Document, writeDocument) }

// getDocumentContent sends the bytes as an attachment, whatever they are: a browser must not open them as a page of ours.
func (s *server) getDocumentContent(c echo.Context) error {
	found, err := s.app.Document(c.Request().Context(), who(c), pathID(c))
	if err != nil {
		return err
	}
	disposition := mime.FormatMediaType("attachment", map[string]string{"filename": found.Filename})
	c.Response().Header().Set(echo.HeaderContentDisposition, disposition)
	return c.Blob(http.StatusOK, found.MediaType, found.Content)
}

// storeDocument holds the content in memory, which the use case bounds at 10 MiB.
func (s *server) storeDocument(c echo.Context) error {
	file, header, err := formFile(c, "file")
	if err != nil {
		return err
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, receivable.MaxDocument+1))
	if err != nil {
		return fmt.Errorf("read the uploaded file: %w", err)
	}
	made, err := s.app.StoreDocument(c.Request().Context(), who(c), app.NewDocument{
		CustomerID: formID(c, "customer_id"), InvoiceID: formID(c, "invoice_id"), DisputeID: formID(c, "dispute_id"),
		Kind: formText(c, "kind"), Filename: header.Filename, MediaType: header.Header.Get(echo.HeaderContentType), Content: content,
	})
	if err != nil {
		return err
	}
	return answer(c, http.StatusCreated, writeDocument(made))
}

// formID returns a text part that the specification has checked to be a UUID, if it is there.
func formID(c echo.Context, name string) uuid.NullUUID {
	id, err := uuid.Parse(formText(c, name))
	return uuid.NullUUID{UUID: id, Valid: err == nil}
}
