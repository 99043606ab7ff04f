package api

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/jackc/pgx/v5"
	"github.com/labstack/echo/v4"
	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/auth"
	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/filestore"
	"arrears/internal/testkit"
	"arrears/port"
	"arrears/store"
)

// noon is when the tests' business clock stands: a Tuesday.
var noon = time.Date(2026, time.March, 31, 12, 0, 0, 0, time.UTC)

// standing is a business clock that stands at noon.
type standing struct{}

func (standing) Now(context.Context) (time.Time, error) { return noon, nil }

func (standing) Real(context.Context, time.Time) (time.Time, error) { return time.Time{}, nil }

// system is the whole API over a database of its own.
type system struct {
	t       *testing.T
	echo    *echo.Echo
	app     *app.App
	db      *store.DB
	files   *filestore.Store
	address string
	tokens  map[access.Role]string
	keys    atomic.Int64
}

func newSystem(t *testing.T, files ...*filestore.Store) *system {
	t.Helper()
	files = append(files, filestore.Memory())
	db, address := testkit.DB(t)
	log := slog.New(slog.NewTextHandler(testWriter{t}, &slog.HandlerOptions{Level: slog.LevelWarn}))
	s := &system{t: t, db: db, files: files[0], address: address, tokens: map[access.Role]string{}}
	s.app = app.New(app.Deps{Store: db, Clock: standing{}, Log: log, Files: s.files})
	s.install()
	for _, role := range access.Roles() {
		token, err := auth.NewToken()
		require.NoError(t, err)
		_, err = s.app.CreateFirstKey(t.Context(), app.NewKey{Name: "the " + string(role), Role: role, Prefix: token.Prefix, Hash: token.Hash})
		require.NoError(t, err)
		s.tokens[role] = token.Text
	}
	var err error
	s.echo, err = New(Deps{App: s.app, Auth: auth.New(auth.Stored(db)), Idempotency: db, Log: log, Limits: Limits{PerSecond: 1e6, Burst: 1e6}})
	require.NoError(t, err)
	return s
}

// install sets up the installation as its first start does.
func (s *system) install() {
	s.t.Helper()
	err := s.app.SetUp(s.t.Context(), port.Installation{
		CreditorName: "Example Works", TimeZone: "Europe/Berlin", Language: "en", Calendar: "DE", FromAddress: "billing@example.com",
		ReplyDomain: "reply.example.com", Version: 1,
	}, calendar.Clock{Kind: calendar.RealClock, Epoch: noon, Origin: noon, Rate: 1, Position: noon})
	require.NoError(s.t, err)
}

// testWriter hands log lines to the test that caused them.
type testWriter struct{ t *testing.T }

func (w testWriter) Write(p []byte) (int, error) {
	w.t.Log(strings.TrimSpace(string(p)))
	return len(p), nil
}

// answered is an answer that was held against the specification.
type answered struct {
	*httptest.ResponseRecorder
	t *testing.T
}

// field reads a member of a JSON answer by its path, numbers being indices: "items.0.id".
func (a answered) field(path string) any {
	a.t.Helper()
	var value any
	decoder := json.NewDecoder(bytes.NewReader(a.Body.Bytes()))
	decoder.UseNumber()
	require.NoError(a.t, decoder.Decode(&value), a.Body.String())
	for part := range strings.SplitSeq(path, ".") {
		switch v := value.(type) {
		case map[string]any:
			value = v[part]
		case []any:
			n, err := strconv.Atoi(part)
			require.NoError(a.t, err)
			require.Less(a.t, n, len(v), "%s has no %s", a.Body.String(), path)
			value = v[n]
		default:
			return nil
		}
	}
	return value
}

func (a answered) text(path string) string {
	a.t.Helper()
	text, _ := a.field(path).(string)
	return text
}

func (a answered) int(path string) int64 {
	a.t.Helper()
	number, isNumber := a.field(path).(json.Number)
	require.True(a.t, isNumber, "%s is not a number in %s", path, a.Body.String())
	n, err := number.Int64()
	require.NoError(a.t, err)
	return n
}

// code is the code of a refusal.
func (a answered) code() string {
	a.t.Helper()
	return problemIn(a.t, a.ResponseRecorder).Code
}

// ok requires the status and returns the answer.
func (a answered) ok(status int) answered {
	a.t.Helper()
	require.Equal(a.t, status, a.Code, a.Body.String())
	return a
}

// refused requires status and code.
func (a answered) refused(status int, code string) answered {
	a.t.Helper()
	require.Equal(a.t, status, a.Code, a.Body.String())
	require.Equal(a.t, code, a.code(), a.Body.String())
	return a
}

// as asks as a role and holds the answer against the specification. A body that is no string is sent as JSON; a POST gets a
// fresh Idempotency-Key unless the headers give one.
func (s *system) as(role access.Role, method, path string, body any, headers ...string) answered {
	s.t.Helper()
	var reader io.Reader
	if body != nil {
		text, isText := body.(string)
		if !isText {
			raw, err := json.Marshal(body)
			require.NoError(s.t, err)
			text = string(raw)
		}
		reader = strings.NewReader(text)
	}
	r := httptest.NewRequestWithContext(s.t.Context(), method, path, reader)
	if role != "" {
		r.Header.Set("Authorization", "Bearer "+s.tokens[role])
	}
	if body != nil {
		r.Header.Set("Content-Type", typeJSON)
	}
	if method == http.MethodPost {
		r.Header.Set(headerIdempotencyKey, "key-"+strconv.FormatInt(s.keys.Add(1), 10))
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.echo.ServeHTTP(w, r)
	s.holdAgainstContract(r, w)
	return answered{w, s.t}
}

// holdAgainstContract proves that an answer is one the specification describes.
func (s *system) holdAgainstContract(r *http.Request, w *httptest.ResponseRecorder) {
	s.t.Helper()
	o, known := operationAt(s.t, r.Method, r.URL.EscapedPath())
	if !known {
		require.Contains(s.t, []int{http.StatusNotFound, http.StatusMethodNotAllowed}, w.Code)
		return
	}
	what := o.Method + " " + o.Path + ": " + w.Body.String()
	response := o.Op.Responses.Status(w.Code)
	if response == nil {
		require.GreaterOrEqual(s.t, w.Code, 400, what)
		response = o.Op.Responses.Default()
	}
	for name, header := range response.Value.Headers {
		if name == headerETag || name == echo.HeaderLocation {
			require.NotEmpty(s.t, w.Header().Get(name), "%s lacks %s", what, name)
			require.NotNil(s.t, header.Value)
		}
	}
	mediaType, _, err := mime.ParseMediaType(w.Header().Get("Content-Type"))
	require.NoError(s.t, err, what)
	content := response.Value.Content.Get(mediaType)
	require.NotNil(s.t, content, "%s answers %s", what, mediaType)
	if !strings.HasSuffix(mediaType, "json") || content.Schema == nil {
		return
	}
	value, err := parseJSON(w.Body.Bytes())
	require.NoError(s.t, err, what)
	require.Empty(s.t, checkValue(content.Schema.Value, value, "", openapi3.VisitAsResponse()), what)
}

// operationAt finds the operation of a concrete path; a fixed path goes before one with parameters.
func operationAt(t *testing.T, method, path string) (*operation, bool) {
	t.Helper()
	c, err := loadContract()
	require.NoError(t, err)
	if o, ok := c.operations[method+" "+path]; ok {
		return o, true
	}
	asked := strings.Split(path, "/")
	for _, o := range c.operations {
		if o.Method == method && pathFits(strings.Split(o.Path, "/"), asked) {
			return o, true
		}
	}
	return nil, false
}

func pathFits(pattern, asked []string) bool {
	if len(pattern) != len(asked) {
		return false
	}
	for i := range pattern {
		if pattern[i] != asked[i] && !strings.HasPrefix(pattern[i], "{") {
			return false
		}
	}
	return true
}

// rows counts the rows of every table but those that requests leave whether or not they change anything.
func (s *system) rows() map[string]int64 {
	s.t.Helper()
	ctx := s.t.Context()
	conn, err := pgx.Connect(ctx, s.address)
	require.NoError(s.t, err)
	defer conn.Close(ctx)
	tables, err := conn.Query(ctx, `SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'`)
	require.NoError(s.t, err)
	names, err := pgx.CollectRows(tables, pgx.RowTo[string])
	require.NoError(s.t, err)
	counts := map[string]int64{}
	for _, name := range names {
		if name == "idempotency" {
			continue
		}
		var n int64
		require.NoError(s.t, conn.QueryRow(ctx, "SELECT count(*) FROM "+pgx.Identifier{name}.Sanitize()).Scan(&n))
		counts[name] = n
	}
	return counts
}

func mustJSON(value any) []byte {
	raw, err := json.Marshal(value)
	if err != nil {
		panic(err) // a test's own literal
	}
	return raw
}

// customer enters a customer with an address and returns its id.
func (s *system) customer(number string) string {
	s.t.Helper()
	return s.as(access.Supervisor, http.MethodPost, "/v1/customers", map[string]any{
		"number": number, "name": "Customer " + number, "currency": "EUR", "segment": "small", "collector": "dana",
		"contacts": []any{map[string]any{"role": "dunning", "email": "accounts@example.com", "name": "Accounts"}},
	}).ok(http.StatusCreated).text("id")
}

// invoice enters an invoice in EUR that was due on 31 March and returns it.
func (s *system) invoice(customerID, number string, minor int64) answered {
	s.t.Helper()
	return s.as(access.Supervisor, http.MethodPost, "/v1/invoices", map[string]any{
		"number": number, "customer_id": customerID, "invoice_date": "2026-03-01", "currency": "EUR", "amount_minor": minor, "due_date": "2026-03-31",
	}).ok(http.StatusCreated)
}

// typedForm writes a multipart body whose file says what it is.
func typedForm(t *testing.T, mediaType, filename, content string, pairs ...string) (body, contentType string) {
	t.Helper()
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	for i := 0; i < len(pairs); i += 2 {
		require.NoError(t, w.WriteField(pairs[i], pairs[i+1]))
	}
	part, err := w.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {mime.FormatMediaType("form-data", map[string]string{"name": "file", "filename": filename})},
		"Content-Type":        {mediaType},
	})
	require.NoError(t, err)
	_, err = part.Write([]byte(content))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return out.String(), w.FormDataContentType()
}

// forgetAnswers makes every stored answer unwritten and its reservation old, as if the processes had died.
func (s *system) forgetAnswers() {
	s.t.Helper()
	conn, err := pgx.Connect(s.t.Context(), s.address)
	require.NoError(s.t, err)
	defer conn.Close(s.t.Context())
	_, err = conn.Exec(s.t.Context(), `UPDATE idempotency SET status = 0, body = '', attempt_at = attempt_at - interval '1 hour'`)
	require.NoError(s.t, err)
}
