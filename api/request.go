package api

import (
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/labstack/echo/v4"

	"arrears/domain/fault"
)

// The headers that the API gives a meaning.
const (
	headerIdempotencyKey = "Idempotency-Key"
	headerReplayed       = "Idempotency-Replayed"
	headerIfMatch        = "If-Match"
	headerETag           = "ETag"
	headerRetryAfter     = "Retry-After"
)

// The media types that the API reads.
const (
	typeJSON = "application/json"
	typeYAML = "application/yaml"
	typeForm = "multipart/form-data"
)

// The keys under which a request keeps what was read of it.
const (
	keyOperation = "api.operation"
	keyBody      = "api.body"
	keyForm      = "api.form"
	keyFile      = "api.file"
	keyDigest    = "api.digest"
)

// validate is the middleware that holds a request against its operation before anything runs.
func validate(c echo.Context) error {
	o := operationOf(c)
	fields := checkParameters(c, o)
	if len(fields) > 0 {
		return invalidRequest(fields)
	}
	return readBody(c, o)
}

func invalidRequest(fields []fault.Field) error {
	if slices.ContainsFunc(fields, func(f fault.Field) bool {
		return f.Path == "header."+headerIdempotencyKey && f.Code == "request.required"
	}) {
		return fault.Fields(CodeKeyRequired, "this needs the header Idempotency-Key, which names the request for ever", fields...)
	}
	return fault.Fields(CodeInvalidRequest, "the request does not fit the specification", fields...)
}

func operationOf(c echo.Context) *operation {
	o, _ := c.Get(keyOperation).(*operation)
	return o
}

// checkParameters holds path, query and headers against the operation's parameters. Unknown query parameters are refused:
// a misspelt filter that is ignored shows too much.
func checkParameters(c echo.Context, o *operation) []fault.Field {
	query, err := url.ParseQuery(c.Request().URL.RawQuery)
	if err != nil {
		return []fault.Field{{Path: "query", Code: CodeMalformedBody, Message: "is not a valid query string"}}
	}
	var fields []fault.Field
	known := map[string]bool{}
	for _, ref := range o.Op.Parameters {
		p := ref.Value
		known[p.In+"."+p.Name] = true
		values := parameterValues(c, query, p)
		path := p.In + "." + p.Name
		switch {
		case len(values) > 1:
			fields = append(fields, fault.Field{Path: path, Code: CodeDuplicateField, Message: "is given more than once"})
		case len(values) == 1:
			fields = append(fields, checkParameter(p, path, values[0])...)
		case p.Required:
			fields = append(fields, fault.Field{Path: path, Code: "request.required", Message: "is required"})
		}
	}
	for name := range query {
		if !known["query."+name] {
			fields = append(fields, fault.Field{Path: "query." + clip(name), Code: CodeUnknownField, Message: "is not a known parameter"})
		}
	}
	slices.SortFunc(fields, func(a, b fault.Field) int { return strings.Compare(a.Path, b.Path) })
	return fields[:min(len(fields), maxFields)]
}

func parameterValues(c echo.Context, query url.Values, p *openapi3.Parameter) []string {
	switch p.In {
	case openapi3.ParameterInPath:
		return []string{pathParam(c, p.Name)}
	case openapi3.ParameterInHeader:
		return c.Request().Header.Values(p.Name)
	}
	return query[p.Name]
}

// pathParam returns a path parameter as the caller meant it: echo hands on a path that was written with escapes as it is.
func pathParam(c echo.Context, name string) string {
	raw := c.Param(name)
	if c.Request().URL.RawPath == "" {
		return raw
	}
	if text, err := url.PathUnescape(raw); err == nil {
		return text
	}
	return raw
}

// checkParameter reads the text of a parameter as its schema's type and holds it against the schema.
func checkParameter(p *openapi3.Parameter, path, text string) []fault.Field {
	schema := p.Schema.Value
	if strings.ContainsRune(text, 0) || !utf8.ValidString(text) {
		return []fault.Field{nulField(path)}
	}
	var value any = text
	switch {
	case schema.Type.Is("integer"):
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return []fault.Field{{Path: path, Code: "request.type", Message: "must be an integer"}}
		}
		value = n
	case schema.Type.Is("boolean"):
		if text != "true" && text != "false" {
			return []fault.Field{{Path: path, Code: "request.type", Message: "must be true or false"}}
		}
		value = text == "true"
	}
	return checkValue(schema, value, path)
}

// readBody reads, bounds and checks the body, and keeps it with the digest that identifies the request.
func readBody(c echo.Context, o *operation) error {
	r := c.Request()
	takes, required := o.takesBody()
	if !takes {
		if r.ContentLength > 0 || len(r.TransferEncoding) > 0 {
			return fault.New(fault.Invalid, CodeBodyUnexpected, "this takes no body")
		}
		keepDigest(c, nil)
		return nil
	}
	if r.ContentLength > o.MaxBody {
		return tooLarge(o.MaxBody)
	}
	r.Body = http.MaxBytesReader(c.Response(), r.Body, o.MaxBody)
	if r.ContentLength == 0 && len(r.TransferEncoding) == 0 {
		if required {
			return fault.New(fault.Invalid, CodeBodyRequired, "this needs a body")
		}
		keepDigest(c, nil)
		return nil
	}
	mediaType, _, err := mime.ParseMediaType(r.Header.Get(echo.HeaderContentType))
	schema, reads := o.body(mediaType)
	if err != nil || !reads {
		return &transportError{http.StatusUnsupportedMediaType,
			fault.Newf(fault.Invalid, CodeMediaType, "this reads %s", strings.Join(o.mediaTypes(), " or "))}
	}
	if mediaType == typeForm {
		return readForm(c, o, schema)
	}
	return readText(c, o, mediaType, schema)
}

// mediaTypes lists what the operation reads.
func (o *operation) mediaTypes() []string {
	var types []string
	for name := range o.Op.RequestBody.Value.Content {
		types = append(types, name)
	}
	slices.Sort(types)
	return types
}

// readText reads a JSON or YAML body. YAML is checked by whoever parses it.
func readText(c echo.Context, o *operation, mediaType string, schema *openapi3.Schema) error {
	body, err := io.ReadAll(c.Request().Body)
	if err != nil {
		return bodyError(err, o)
	}
	c.Set(keyBody, body)
	keepDigest(c, body)
	if mediaType != typeJSON {
		return nil
	}
	value, err := parseJSON(body)
	if err != nil {
		return err
	}
	if fields := checkValue(schema, value, "", openapi3.VisitAsRequest()); len(fields) > 0 {
		return invalidRequest(fields)
	}
	return nil
}

// bodyError tells a body that is too large from one that broke off.
func bodyError(err error, o *operation) error {
	var over *http.MaxBytesError
	if errors.As(err, &over) {
		return tooLarge(o.MaxBody)
	}
	return fault.Wrap(err, fault.Invalid, CodeMalformedBody, "the body could not be read to its end")
}

func tooLarge(bound int64) error {
	if bound == 0 {
		return fault.New(fault.TooLarge, CodeTooLarge, "the body is too large")
	}
	return fault.Newf(fault.TooLarge, CodeTooLarge, "the body is larger than %d bytes", bound)
}

// keepDigest keeps what identifies the request: method, path with query, content type without its parameters, and content.
func keepDigest(c echo.Context, content []byte) {
	r := c.Request()
	mediaType, _, _ := mime.ParseMediaType(r.Header.Get(echo.HeaderContentType))
	h := sha256.New()
	for _, part := range []string{r.Method, r.URL.Path, r.URL.RawQuery, mediaType, r.Header.Get(headerIfMatch)} {
		fmt.Fprintf(h, "%d:%s", len(part), part)
	}
	h.Write(content)
	c.Set(keyDigest, [32]byte(h.Sum(nil)))
}

// bind reads the checked JSON body into a transfer object. A body that may be absent leaves it as it is.
func bind[T any](c echo.Context) (T, error) {
	var into T
	body, _ := c.Get(keyBody).([]byte)
	if body == nil {
		return into, nil
	}
	if err := json.Unmarshal(body, &into); err != nil {
		return into, bindError(err)
	}
	return into, nil
}

// bindError names the field that fits the schema but not its Go type, such as 1.0 for an integer.
func bindError(err error) error {
	var wrongType *json.UnmarshalTypeError
	if errors.As(err, &wrongType) {
		return invalidRequest([]fault.Field{{Path: wrongType.Field, Code: "request.type", Message: "must be written as a plain " + wrongType.Type.Name()}})
	}
	return fault.Wrap(err, fault.Invalid, CodeMalformedBody, "the body could not be read")
}
