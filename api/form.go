package api

import (
	"crypto/sha256"
	"fmt"
	"io"
	"mime/multipart"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/labstack/echo/v4"

	"arrears/domain/fault"
)

// formMemory is how much of an upload is held in memory; the rest waits in a temporary file until the request ends.
const formMemory = 1 << 20

// readForm reads a multipart body, holds its texts against the schema, and keeps it. Files count as empty texts there: the
// schema says which parts there may be, and the use case looks into them.
func readForm(c echo.Context, o *operation, schema *openapi3.Schema) error {
	if o.Receive != nil {
		return streamForm(c, o, schema)
	}
	if err := c.Request().ParseMultipartForm(formMemory); err != nil {
		return formError(err, o)
	}
	form := c.Request().MultipartForm
	value, fields := formValue(form, schema)
	fields = append(fields, checkValue(schema, value, "")...)
	if len(fields) > 0 {
		return invalidRequest(fields)
	}
	digest, err := formDigest(form)
	if err != nil {
		return err
	}
	keepDigest(c, digest)
	c.Set(keyForm, form)
	return nil
}

func formError(err error, o *operation) error {
	if fault.KindOf(bodyError(err, o)) == fault.TooLarge {
		return tooLarge(o.MaxBody)
	}
	return fault.Wrap(err, fault.Invalid, CodeMalformedBody, "the body is not the form that its Content-Type claims")
}

// dropForm removes the temporary files of an upload.
func dropForm(c echo.Context) {
	if form := c.Request().MultipartForm; form != nil {
		// What cannot be removed is left to the system's own tidying of temporary files.
		_ = form.RemoveAll()
	}
}

// formValue writes a form as the object that the schema describes; a part given twice contradicts itself.
func formValue(form *multipart.Form, schema *openapi3.Schema) (map[string]any, []fault.Field) {
	value := map[string]any{}
	var fields []fault.Field
	for name, texts := range form.Value {
		if len(texts) > 1 {
			fields = append(fields, fault.Field{Path: clip(name), Code: CodeDuplicateField, Message: "is given twice"})
		}
		if isFile(schema, name) {
			fields = append(fields, fault.Field{Path: clip(name), Code: "request.type", Message: "must be a file"})
		}
		if strings.ContainsRune(texts[0], 0) || !utf8.ValidString(texts[0]) {
			fields = append(fields, nulField(clip(name)))
		}
		value[name] = texts[0]
	}
	for name, files := range form.File {
		_, alsoText := value[name]
		if len(files) > 1 || alsoText {
			fields = append(fields, fault.Field{Path: clip(name), Code: CodeDuplicateField, Message: "is given twice"})
		}
		if _, known := schema.Properties[name]; known && !isFile(schema, name) {
			fields = append(fields, fault.Field{Path: clip(name), Code: "request.type", Message: "must be a text, not a file"})
		}
		for _, file := range files {
			if strings.ContainsRune(file.Filename, 0) || !utf8.ValidString(file.Filename) {
				fields = append(fields, nulField(clip(name)))
			}
		}
		value[name] = ""
	}
	return value, fields
}

// isFile reports whether the schema describes the part as a file.
func isFile(schema *openapi3.Schema, name string) bool {
	property, ok := schema.Properties[name]
	return ok && property.Value.Format == "binary"
}

// formDigest identifies a form by its parts, whatever boundary separates them.
func formDigest(form *multipart.Form) ([]byte, error) {
	var files []string
	for name, list := range form.File {
		for _, file := range list {
			sum, err := fileSum(file)
			if err != nil {
				return nil, err
			}
			files = append(files, fileDigest(name, file.Filename, sum))
		}
	}
	return partsDigest(form.Value, files), nil
}

func fileDigest(name, filename string, sum []byte) string {
	return fmt.Sprintf("file %q %q %x", name, filename, sum)
}

func partsDigest(value map[string][]string, files []string) []byte {
	parts := slices.Clone(files)
	for name, texts := range value {
		parts = append(parts, fmt.Sprintf("text %q %q", name, texts))
	}
	slices.Sort(parts)
	return []byte(strings.Join(parts, "\n"))
}

func fileSum(file *multipart.FileHeader) ([]byte, error) {
	f, err := file.Open()
	if err != nil {
		return nil, fmt.Errorf("open the uploaded file: %w", err)
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return nil, fmt.Errorf("read the uploaded file: %w", err)
	}
	return h.Sum(nil), nil
}

// formOf returns the checked form of the request.
func formOf(c echo.Context) *multipart.Form {
	form, _ := c.Get(keyForm).(*multipart.Form)
	return form
}

// formText returns a text part, or "" when it is absent.
func formText(c echo.Context, name string) string {
	form := formOf(c)
	if form == nil || len(form.Value[name]) == 0 {
		return ""
	}
	return form.Value[name][0]
}

// formFile opens a file part that the schema requires.
func formFile(c echo.Context, name string) (multipart.File, *multipart.FileHeader, error) {
	form := formOf(c)
	if form == nil || len(form.File[name]) == 0 {
		return nil, nil, fault.Fields(CodeInvalidRequest, "the request does not fit the specification",
			fault.Field{Path: name, Code: "request.required", Message: "is required"})
	}
	header := form.File[name][0]
	file, err := header.Open()
	if err != nil {
		return nil, nil, fmt.Errorf("open the uploaded file: %w", err)
	}
	return file, header, nil
}
