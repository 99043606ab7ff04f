package api

import (
	"io"
	"mime"
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"arrears/app"
	"arrears/domain/fault"
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

// getDocumentContent streams the bytes as an attachment, whatever they are: a browser must not open them as a page of ours.
func (s *server) getDocumentContent(c echo.Context) error {
	found, in, err := s.app.OpenDocument(c.Request().Context(), who(c), pathID(c))
	if err != nil {
		return err
	}
	defer in.Close()
	header := c.Response().Header()
	header.Set(headerETag, `"`+hexText(found.SHA256[:])+`"`)
	header.Set(echo.HeaderContentLength, strconv.FormatInt(found.Size, 10))
	return s.sendFile(c, found.MediaType, found.Filename, func(out io.Writer) error {
		_, err := io.Copy(out, in)
		return err
	})
}

// sendFile sends what write writes as a file. When that fails on the way, the connection is cut, so that nobody takes for whole what
// is not.
func (s *server) sendFile(c echo.Context, mediaType, filename string, write func(io.Writer) error) error {
	header := c.Response().Header()
	header.Set(echo.HeaderContentDisposition, mime.FormatMediaType("attachment", map[string]string{"filename": filename}))
	header.Set(echo.HeaderContentType, mediaType)
	c.Response().WriteHeader(http.StatusOK)
	if err := write(c.Response()); err != nil {
		s.log.ErrorContext(c.Request().Context(), "a file was not sent to its end", "request_id", requestID(c), "code", fault.CodeOf(err), "error", err)
		panic(http.ErrAbortHandler)
	}
	return nil
}

// receivers are the operations that take the file of their form as it comes.
func (s *server) receivers() map[string]receiver {
	return map[string]receiver{
		"storeDocument": func(c echo.Context, mediaType string, in io.Reader) (app.DocumentFile, error) {
			return s.app.ReceiveFile(c.Request().Context(), who(c), mediaType, in)
		},
		"loadBankFile": s.receiveBankFile,
	}
}

// storeDocument notes whose the file is that was received with the form.
func (s *server) storeDocument(c echo.Context) error {
	file, err := formReceived(c)
	if err != nil {
		return err
	}
	made, err := s.app.StoreDocument(c.Request().Context(), who(c), app.NewDocument{
		CustomerID: formID(c, "customer_id"), InvoiceID: formID(c, "invoice_id"), DisputeID: formID(c, "dispute_id"),
		Kind: formText(c, "kind"), Filename: file.filename, File: &file.DocumentFile,
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
