package api

import (
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/labstack/echo/v4"

	"arrears/app"
	"arrears/domain/fault"
)

// maxParts bounds the parts of a form that is streamed; forms have a handful.
const maxParts = 50

// receiver takes a file as it comes. It says of the file what the use case needs to know.
type receiver func(c echo.Context, mediaType string, in io.Reader) (app.DocumentFile, error)

// receivedFile is a file part that was received.
type receivedFile struct {
	app.DocumentFile
	filename string
}

// formStream reads a form part by part: texts are kept, its one file goes on as it comes, so neither memory nor a temporary file
// ever holds it.
type formStream struct {
	c      echo.Context
	o      *operation
	schema *openapi3.Schema
	form   *multipart.Form
	room   int64 // bytes that texts may still have
	digest []string
}

// streamForm is readForm for an operation that receives its file. The file is received before the form is known to be right and
// before the key is looked up: what comes of neither is swept away.
func streamForm(c echo.Context, o *operation, schema *openapi3.Schema) error {
	if o.Timeout > readTimeout {
		// What cannot be set, as with a recorder of tests, has no deadline that would come too early.
		_ = http.NewResponseController(c.Response()).SetReadDeadline(time.Now().Add(o.Timeout))
	}
	parts, err := c.Request().MultipartReader()
	if err != nil {
		return formError(err, o)
	}
	s := &formStream{c: c, o: o, schema: schema, room: formMemory, form: &multipart.Form{
		Value: map[string][]string{}, File: map[string][]*multipart.FileHeader{},
	}}
	for range maxParts {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return s.finish()
		}
		if err != nil {
			return formError(err, o)
		}
		if err := s.take(part); err != nil {
			return err
		}
	}
	return fault.New(fault.Invalid, CodeMalformedBody, "the form has too many parts")
}

func (s *formStream) take(part *multipart.Part) error {
	name := part.FormName()
	switch {
	case name == "":
		return s.skip(part)
	case part.FileName() == "":
		return s.text(name, part)
	}
	s.form.File[name] = append(s.form.File[name], &multipart.FileHeader{Filename: part.FileName(), Header: part.Header})
	if !isFile(s.schema, name) || len(s.form.File[name]) > 1 {
		return s.skip(part) // what is wrong with it is told with the rest
	}
	in := &source{in: part}
	got, err := s.o.Receive(s.c, part.Header.Get(echo.HeaderContentType), in)
	switch {
	case in.failed != nil:
		return formError(in.failed, s.o)
	case err != nil:
		return err
	}
	s.c.Set(keyFile, &receivedFile{got, part.FileName()})
	s.digest = append(s.digest, fileDigest(name, part.FileName(), got.SHA256[:]))
	return nil
}

func (s *formStream) text(name string, part io.Reader) error {
	text, err := io.ReadAll(io.LimitReader(part, s.room+1))
	if err != nil {
		return formError(err, s.o)
	}
	if s.room -= int64(len(text)); s.room < 0 {
		return fault.Newf(fault.TooLarge, CodeTooLarge, "the texts of the form are larger than %d bytes", formMemory)
	}
	s.form.Value[name] = append(s.form.Value[name], string(text))
	return nil
}

func (s *formStream) skip(part io.Reader) error {
	if _, err := io.Copy(io.Discard, part); err != nil {
		return formError(err, s.o)
	}
	return nil
}

// finish holds the form against the schema, as readForm does.
func (s *formStream) finish() error {
	value, fields := formValue(s.form, s.schema)
	fields = append(fields, checkValue(s.schema, value, "")...)
	if len(fields) > 0 {
		return invalidRequest(fields)
	}
	keepDigest(s.c, partsDigest(s.form.Value, s.digest))
	s.c.Set(keyForm, s.form)
	return nil
}

// source remembers that it was the caller's line that broke, not the place the file goes to.
type source struct {
	in     io.Reader
	failed error
}

// Read implements io.Reader.
func (s *source) Read(p []byte) (int, error) {
	n, err := s.in.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		s.failed = err
	}
	return n, err
}

// formReceived returns the file that was received with the form.
func formReceived(c echo.Context) (*receivedFile, error) {
	file, ok := c.Get(keyFile).(*receivedFile)
	if !ok {
		return nil, fmt.Errorf("the form of %s has no file", operationOf(c).Op.OperationID)
	}
	return file, nil
}
