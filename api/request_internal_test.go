package api

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"
	"github.com/stretchr/testify/require"

	"arrears/domain/fault"
)

func TestBodiesAreRefusedFieldByField(t *testing.T) {
	t.Parallel()
	m := newMini(t, Limits{}, map[string]echo.HandlerFunc{"makeThing": func(echo.Context) error {
		t.Error("a refused request must not run")
		return nil
	}})
	cases := []struct {
		name, body, code string
		status           int
		fields           map[string]string
	}{
		{"no body", ``, CodeBodyRequired, 400, nil},
		{"not JSON", `{"name":`, CodeMalformedBody, 400, nil},
		{"a text after it", `{"name":"a"} {}`, CodeMalformedBody, 400, nil},
		{"not UTF-8", "{\"name\":\"\xff\"}", CodeMalformedBody, 400, nil},
		{"too deep", strings.Repeat("[", 40) + strings.Repeat("]", 40), CodeMalformedBody, 400, nil},
		{"named twice", `{"name":"a","parts":[{"id":"x","id":"y"}]}`, CodeDuplicateField, 400, map[string]string{"parts[0].id": CodeDuplicateField}},
		{"the character zero", `{"name":"a\u0000"}`, CodeInvalidRequest, 400, map[string]string{"name": "request.format"}},
		{"wrong shape", `[]`, CodeInvalidRequest, 400, map[string]string{"": "request.type"}},
		{"null", `{"name":null}`, CodeInvalidRequest, 400, map[string]string{"name": "request.type"}},
		{"everything at once", `{"size":101,"kind":"c","due":"2026-02-30","at":"noon","mail":"x","code":"A","more":1,"parts":[{},{"id":"1","x":2},{"id":"3"}]}`,
			CodeInvalidRequest, 400, map[string]string{
				"name": "request.required", "size": "request.range", "kind": "request.enum", "due": "request.format", "at": "request.format",
				"mail": "request.format", "code": "request.format", "more": CodeUnknownField, "parts": "request.items",
				"parts[0].id": "request.required", "parts[1].id": "request.format", "parts[1].x": CodeUnknownField, "parts[2].id": "request.format"}},
		{"too long", `{"name":"` + strings.Repeat("a", 11) + `"}`, CodeInvalidRequest, 400, map[string]string{"name": "request.length"}},
		{"a text for a number", `{"name":"a","size":"1"}`, CodeInvalidRequest, 400, map[string]string{"size": "request.type"}},
		{"a fraction", `{"name":"a","size":1.5}`, CodeInvalidRequest, 400, map[string]string{"size": "request.type"}},
		{"too large", `{"name":"` + strings.Repeat("a", defaultMaxBody) + `"}`, CodeTooLarge, 413, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := m.call(http.MethodPost, "/things", c.body)
			p := problemIn(t, w)
			require.Equal(t, c.code, p.Code)
			require.Equal(t, c.status, w.Code)
			if c.fields != nil {
				require.Equal(t, c.fields, fieldCodesIn(p))
			}
		})
	}
}

func TestABodyOfAnotherKindIsRefused(t *testing.T) {
	t.Parallel()
	m := newMini(t, Limits{}, nil)
	for _, kind := range []string{"text/plain", "application/xml", "", "application/"} {
		w := m.call(http.MethodPost, "/things", `{"name":"a"}`, "Content-Type", kind)
		require.Equal(t, http.StatusUnsupportedMediaType, w.Code, kind)
		require.Equal(t, CodeMediaType, problemIn(t, w).Code)
	}
	w := m.call(http.MethodPost, "/things", `{"name":"a"}`, "Content-Type", "application/json; charset=utf-8")
	require.Equal(t, http.StatusOK, w.Code)
}

func TestABodyWithoutStatedLengthIsBoundedToo(t *testing.T) {
	t.Parallel()
	m := newMini(t, Limits{}, nil)
	r := newStreamed(m, strings.NewReader(`{"name":"`+strings.Repeat("a", defaultMaxBody)+`"}`))
	require.Equal(t, CodeTooLarge, problemIn(t, r).Code)
}

func TestABodyWhereNoneIsReadIsRefused(t *testing.T) {
	t.Parallel()
	m := newMini(t, Limits{}, nil)
	require.Equal(t, CodeBodyUnexpected, problemIn(t, m.call(http.MethodGet, "/things", `{}`)).Code)
	require.Equal(t, CodeBodyUnexpected, problemIn(t, m.call(http.MethodPost, "/things/018f6d2e-7c3a-7b1d-9a52-3f0c6d1e8b40/close", `{}`)).Code)
}

func TestParametersAreRefusedOneByOne(t *testing.T) {
	t.Parallel()
	m := newMini(t, Limits{}, nil)
	cases := []struct {
		path   string
		fields map[string]string
	}{
		{"/things?limit=0", map[string]string{"query.limit": "request.range"}},
		{"/things?limit=201", map[string]string{"query.limit": "request.range"}},
		{"/things?limit=x", map[string]string{"query.limit": "request.type"}},
		{"/things?limit=1&limit=2", map[string]string{"query.limit": CodeDuplicateField}},
		{"/things?limits=1", map[string]string{"query.limits": CodeUnknownField}},
		{"/things?open=yes&on=2026-02-30&x=1", map[string]string{"query.open": "request.type", "query.on": "request.format", "query.x": CodeUnknownField}},
		{"/things?on=%00", map[string]string{"query.on": "request.format"}},
		{"/things?on=%zz", map[string]string{"query": CodeMalformedBody}},
	}
	for _, c := range cases {
		p := problemIn(t, m.call(http.MethodGet, c.path, ""))
		require.Equal(t, CodeInvalidRequest, p.Code, c.path)
		require.Equal(t, c.fields, fieldCodesIn(p), c.path)
	}
	require.Equal(t, http.StatusOK, m.call(http.MethodGet, "/things?limit=200&open=false&on=2026-02-28", "").Code)

	p := problemIn(t, m.call(http.MethodPatch, "/things/7", `{"name":"a"}`, headerIfMatch, "*"))
	require.Equal(t, map[string]string{"path.id": "request.format", "header.If-Match": "request.format"}, fieldCodesIn(p))
	p = problemIn(t, m.call(http.MethodPatch, "/things/018f6d2e-7c3a-7b1d-9a52-3f0c6d1e8b40", `{}`, headerIfMatch, `"1"`))
	require.Equal(t, map[string]string{"": "request.items"}, fieldCodesIn(p))
}

func TestFieldsOfOneAnswerAreBounded(t *testing.T) {
	t.Parallel()
	m := newMini(t, Limits{}, nil)
	var query strings.Builder
	for i := range 200 {
		query.WriteString("&x" + strings.Repeat("y", i) + "=1")
	}
	p := problemIn(t, m.call(http.MethodGet, "/things?"+query.String()[1:], ""))
	require.Len(t, p.Fields, maxFields)
	for _, f := range p.Fields {
		require.LessOrEqual(t, len(f.Path), 80)
	}
}

// form writes a multipart body from pairs of name and text; names that begin with @ are files.
func form(t *testing.T, pairs ...string) (body, contentType string) {
	t.Helper()
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	for i := 0; i < len(pairs); i += 2 {
		if name, isFile := strings.CutPrefix(pairs[i], "@"); isFile {
			part, err := w.CreateFormFile(name, name+".txt")
			require.NoError(t, err)
			_, err = part.Write([]byte(pairs[i+1]))
			require.NoError(t, err)
			continue
		}
		require.NoError(t, w.WriteField(pairs[i], pairs[i+1]))
	}
	require.NoError(t, w.Close())
	return out.String(), w.FormDataContentType()
}

func TestFormsAreRefusedPartByPart(t *testing.T) {
	t.Parallel()
	m := newMini(t, Limits{}, nil)
	cases := []struct {
		name   string
		parts  []string
		code   string
		fields map[string]string
	}{
		{"no file", []string{"kind", "small"}, CodeInvalidRequest, map[string]string{"file": "request.required"}},
		{"a text for a file", []string{"kind", "small", "file", "x"}, CodeInvalidRequest, map[string]string{"file": "request.type"}},
		{"a file for a text", []string{"@kind", "small", "@file", "x"}, CodeInvalidRequest, nil},
		{"unknown part", []string{"kind", "small", "@file", "x", "more", "y"}, CodeInvalidRequest, map[string]string{"more": CodeUnknownField}},
		{"unknown file", []string{"kind", "small", "@file", "x", "@more", "y"}, CodeInvalidRequest, map[string]string{"more": CodeUnknownField}},
		{"twice", []string{"kind", "small", "kind", "large", "@file", "x"}, CodeInvalidRequest, map[string]string{"kind": CodeDuplicateField}},
		{"two files", []string{"kind", "small", "@file", "x", "@file", "y"}, CodeInvalidRequest, map[string]string{"file": CodeDuplicateField}},
		{"wrong word", []string{"kind", "huge", "@file", "x"}, CodeInvalidRequest, map[string]string{"kind": "request.enum"}},
		{"the character zero", []string{"kind", "\x00", "@file", "x"}, CodeInvalidRequest, nil},
		{"too large", []string{"kind", "small", "@file", strings.Repeat("x", 5000)}, CodeTooLarge, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			body, contentType := form(t, c.parts...)
			p := problemIn(t, m.call(http.MethodPost, "/files", body, "Content-Type", contentType))
			require.Equal(t, c.code, p.Code)
			if c.fields != nil {
				require.Equal(t, c.fields, fieldCodesIn(p))
			}
		})
	}
	p := problemIn(t, m.call(http.MethodPost, "/files", "not a form", "Content-Type", "multipart/form-data; boundary=x"))
	require.Equal(t, CodeMalformedBody, p.Code)
}

func TestAFormReachesItsHandler(t *testing.T) {
	t.Parallel()
	m := newMini(t, Limits{}, map[string]echo.HandlerFunc{"storeFile": func(c echo.Context) error {
		file, header, err := formFile(c, "file")
		if err != nil {
			return err
		}
		defer file.Close()
		var content bytes.Buffer
		if _, err := content.ReadFrom(file); err != nil {
			return err
		}
		return c.String(http.StatusCreated, formText(c, "kind")+" "+formText(c, "none")+header.Filename+" "+content.String())
	}})
	body, contentType := form(t, "kind", "small", "@file", "hello")
	w := m.call(http.MethodPost, "/files", body, "Content-Type", contentType)
	require.Equal(t, "small file.txt hello", w.Body.String())
}

func TestBindRefusesWhatFitsTheSchemaButNotTheType(t *testing.T) {
	t.Parallel()
	m := newMini(t, Limits{}, map[string]echo.HandlerFunc{"makeThing": func(c echo.Context) error {
		in, err := bind[struct {
			Name string `json:"name"`
			Size int    `json:"size"`
		}](c)
		if err != nil {
			return err
		}
		return c.JSON(http.StatusOK, in.Size)
	}})
	require.Equal(t, "7\n", m.call(http.MethodPost, "/things", `{"name":"a","size":7}`).Body.String())
	p := problemIn(t, m.call(http.MethodPost, "/things", `{"name":"a","size":1e1}`))
	require.Equal(t, map[string]string{"size": "request.type"}, fieldCodesIn(p))
}

func TestParseJSONKeepsNumbersAndOrderFree(t *testing.T) {
	t.Parallel()
	value, err := parseJSON([]byte(`{"a":[1,true,"x",{"b":9007199254740993}]}`))
	require.NoError(t, err)
	require.Contains(t, value.(map[string]any)["a"].([]any)[3].(map[string]any), "b")
	for _, bad := range []string{``, `{`, `[1`, `{"a"}`, `{"a":1,}`, `nul`, `1 2`} {
		_, err := parseJSON([]byte(bad))
		require.Equal(t, CodeMalformedBody, fault.CodeOf(err), bad)
	}
}

func FuzzParseJSON(f *testing.F) {
	for _, seed := range []string{`{}`, `[{"a":1e400}]`, `"\ud800"`, `{"a":{"a":[]}}`, strings.Repeat(`{"a":`, 50)} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if _, err := parseJSON(body); err != nil {
			require.Equal(t, fault.Invalid, fault.KindOf(err))
		}
	})
}
