package api

import (
	"bytes"
	"crypto/sha256"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"arrears/domain/access"
	"arrears/domain/receivable"
	"arrears/filestore"
)

// upload sends a form over a real connection, part by part as write makes it.
func (s *system) upload(server string, key string, write func(w *multipart.Writer) error) *http.Response {
	s.t.Helper()
	out, in := io.Pipe()
	form := multipart.NewWriter(in)
	go func() {
		err := write(form)
		if err == nil {
			err = form.Close()
		}
		in.CloseWithError(err)
	}()
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, server+"/v1/documents", out)
	require.NoError(s.t, err)
	r.Header.Set("Authorization", "Bearer "+s.tokens[access.Collector])
	r.Header.Set("Content-Type", form.FormDataContentType())
	r.Header.Set(headerIdempotencyKey, key)
	answer, err := http.DefaultClient.Do(r)
	require.NoError(s.t, err)
	return answer
}

// Forty mebibytes go up and down and neither side holds them; not parallel, so that nobody else's memory counts.
func TestALargeDocumentStreams(t *testing.T) {
	place, err := filestore.At(t.TempDir())
	require.NoError(t, err)
	s := newSystem(t, place)
	server := httptest.NewServer(s.echo)
	defer server.Close()
	customer := s.customer("C-1")
	const size, bound = 40 << 20, 20 << 20
	block := bytes.Repeat([]byte("0123456789abcdef"), 64<<6)
	start, peak := heap(), uint64(0)
	answer := s.upload(server.URL, "large", func(w *multipart.Writer) error {
		part, err := w.CreateFormFile("file", "large.txt")
		for range size / len(block) {
			if err == nil {
				_, err = part.Write(block)
			}
			peak = max(peak, heap())
		}
		return joined(err, w.WriteField("kind", "claim"), w.WriteField("customer_id", customer)) // texts may come last
	})
	body, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	require.Equal(t, http.StatusCreated, answer.StatusCode, string(body))

	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+answer.Header.Get("Location")+"/content", nil)
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+s.tokens[access.Auditor])
	content, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	require.Equal(t, int64(size), content.ContentLength)
	sum := sha256.New()
	for range size / len(block) {
		_, err := io.CopyN(sum, content.Body, int64(len(block)))
		require.NoError(t, err)
		peak = max(peak, heap())
	}
	require.NoError(t, content.Body.Close())
	require.Equal(t, `"`+hexText(sum.Sum(nil))+`"`, content.Header.Get("ETag"))
	require.Less(t, int64(peak)-int64(start), int64(bound))
}

// heap is what is held; what nobody holds any more is swept away before.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func joined(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// The same upload under the same key is one document, whatever the order of its parts; another content is another request.
func TestAStreamedUploadRunsOnce(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	server := httptest.NewServer(s.echo)
	defer server.Close()
	customer := s.customer("C-1")
	send := func(content string, fileFirst bool) (status int, body string) {
		answer := s.upload(server.URL, "once", func(w *multipart.Writer) error {
			texts := func() error { return joined(w.WriteField("kind", "claim"), w.WriteField("customer_id", customer)) }
			file := func() error {
				part, err := w.CreateFormFile("file", "a.txt")
				if err == nil {
					_, err = io.WriteString(part, content)
				}
				return err
			}
			if fileFirst {
				return joined(file(), texts())
			}
			return joined(texts(), file())
		})
		text, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		return answer.StatusCode, string(text)
	}
	status, first := send("one", true)
	require.Equal(t, http.StatusCreated, status, first)
	status, again := send("one", false)
	require.Equal(t, http.StatusCreated, status)
	require.JSONEq(t, first, again)
	status, other := send("two", true)
	require.Equal(t, http.StatusConflict, status)
	require.Contains(t, other, CodeKeyReused)
	require.Len(t, s.as(access.Auditor, http.MethodGet, "/v1/documents?customer_id="+customer, nil).field("items"), 1)
}

func TestAFormOfAnUploadIsHeldAgainstItsSchema(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	customer := s.customer("C-1")
	send := func(pairs ...string) answered {
		body, contentType := form(t, pairs...)
		return s.as(access.Collector, http.MethodPost, "/v1/documents", body, "Content-Type", contentType)
	}
	require.Equal(t, CodeInvalidRequest, send("kind", "claim", "customer_id", customer).code(), "no file")
	require.Equal(t, CodeInvalidRequest, send("kind", "claim", "customer_id", customer, "@file", "x", "@file", "y").code(), "two")
	require.Equal(t, CodeInvalidRequest, send("kind", "claim", "customer_id", customer, "@file", "x", "@kind", "y").code(), "a text as a file")
	require.Equal(t, CodeInvalidRequest, send("kind", "claim", "customer_id", customer, "file", "x").code(), "a file as a text")
	require.Equal(t, CodeInvalidRequest, send("kind", "novel", "customer_id", customer, "@file", "x").code())
	require.Equal(t, CodeInvalidRequest, send("kind", "claim", "owner", customer, "@file", "x").code(), "an unknown part")
	require.Equal(t, "receivable.invalid", send("kind", "claim", "customer_id", customer, "@file", "").code(), "an empty file")
	many := []string{}
	for range maxParts {
		many = append(many, "kind", "claim")
	}
	require.Equal(t, CodeMalformedBody, send(many...).code())
	require.Equal(t, CodeMalformedBody, s.as(access.Collector, http.MethodPost, "/v1/documents", "--b\r\nbroken", "Content-Type", "multipart/form-data; boundary=b").code())
	require.Equal(t, "access.forbidden", func() string {
		body, contentType := form(t, "kind", "claim", "customer_id", customer, "@file", "x")
		return s.as(access.Auditor, http.MethodPost, "/v1/documents", body, "Content-Type", contentType).code()
	}())
}

// A file that is damaged or lost is told by its code where that is known before the first byte, and by a cut connection after it.
func TestADamagedDocumentNeverArrivesWhole(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	customer := s.customer("C-1")
	body, contentType := typedForm(t, "text/plain", "a.txt", strings.Repeat("x", 200_000), "kind", "claim", "customer_id", customer)
	stored := s.as(access.Collector, http.MethodPost, "/v1/documents", body, "Content-Type", contentType).ok(http.StatusCreated)
	path := "/v1/documents/" + stored.text("id") + "/content"
	sum := sha256.Sum256([]byte(strings.Repeat("x", 200_000)))

	got, err := s.files.Receive(t.Context(), strings.NewReader(strings.Repeat("x", 199_999)+"y"), 1<<20)
	require.NoError(t, err)
	got.SHA256 = sum // as if the disk had turned a byte
	require.NoError(t, s.files.Keep(t.Context(), got))
	server := httptest.NewServer(s.echo)
	defer server.Close()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+path, nil)
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+s.tokens[access.Auditor])
	answer, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	_, err = io.Copy(io.Discard, answer.Body)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.NoError(t, answer.Body.Close())

	require.NoError(t, s.files.Delete(t.Context(), sum))
	s.as(access.Auditor, http.MethodGet, path, nil).refused(http.StatusNotFound, receivable.CodeFileMissing)
	gone, err := s.files.Tidy(t.Context(), time.Now().Add(time.Hour), 10)
	require.NoError(t, err)
	require.Zero(t, gone)
}
