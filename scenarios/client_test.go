package scenarios_test

import (
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// client calls the API with one key.
type client struct {
	t     *testing.T
	base  string
	token string
	http  *http.Client
}

// answer is what the API said.
type answer struct {
	t      *testing.T
	status int
	etag   string
	body   []byte
}

// problem is how the API refuses.
type problem struct {
	Code   string `json:"code"`
	Fields []struct {
		Path string `json:"path"`
		Code string `json:"code"`
	} `json:"fields"`
}

// body is a JSON object in the making.
type body map[string]any

func (c *client) get(path string) answer {
	c.t.Helper()
	return c.send(http.MethodGet, path, "", nil)
}

// post sends a JSON body; nil sends none.
func (c *client) post(path string, in any) answer {
	c.t.Helper()
	if in == nil {
		return c.send(http.MethodPost, path, "", nil)
	}
	raw, err := json.Marshal(in)
	require.NoError(c.t, err)
	return c.send(http.MethodPost, path, "application/json", raw)
}

// patch changes what was read under the ETag.
func (c *client) patch(path, etag string, in any) answer {
	c.t.Helper()
	raw, err := json.Marshal(in)
	require.NoError(c.t, err)
	return c.send(http.MethodPatch, path, "application/json", raw, "If-Match", etag)
}

// postYAML sends a policy as people write it.
func (c *client) postYAML(path, text string) answer {
	c.t.Helper()
	return c.send(http.MethodPost, path, "application/yaml", []byte(text))
}

// upload sends a file with other fields of a form.
func (c *client) upload(path, filename string, content []byte, fields map[string]string) answer {
	c.t.Helper()
	var buf bytes.Buffer
	form := multipart.NewWriter(&buf)
	for name, value := range fields {
		require.NoError(c.t, form.WriteField(name, value))
	}
	file, err := form.CreateFormFile("file", filename)
	require.NoError(c.t, err)
	_, err = file.Write(content)
	require.NoError(c.t, err)
	require.NoError(c.t, form.Close())
	return c.send(http.MethodPost, path, form.FormDataContentType(), buf.Bytes())
}

func (c *client) send(method, path, contentType string, raw []byte, headers ...string) answer {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), method, c.base+path, bytes.NewReader(raw))
	require.NoError(c.t, err)
	r.Header.Set("Authorization", "Bearer "+c.token)
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	if method == http.MethodPost {
		r.Header.Set("Idempotency-Key", newKey())
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w, err := c.http.Do(r)
	require.NoError(c.t, err)
	defer w.Body.Close()
	text, err := io.ReadAll(w.Body)
	require.NoError(c.t, err)
	return answer{t: c.t, status: w.StatusCode, etag: w.Header.Get("ETag"), body: text}
}

// into reads the answer to a request that must have succeeded.
func (a answer) into(v any) {
	a.t.Helper()
	a.ok()
	require.NoError(a.t, json.Unmarshal(a.body, v), string(a.body))
}

// ok requires a success.
func (a answer) ok() {
	a.t.Helper()
	require.Less(a.t, a.status, 300, string(a.body))
}

// refused requires a refusal with a status and a code.
func (a answer) refused(status int, code string) problem {
	a.t.Helper()
	var p problem
	require.Equal(a.t, status, a.status, string(a.body))
	require.NoError(a.t, json.Unmarshal(a.body, &p))
	require.Equal(a.t, code, p.Code, string(a.body))
	return p
}

// page is one page of a list.
type page[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next_cursor"`
}

// list reads all pages of a list.
func list[T any](c *client, path string) []T {
	c.t.Helper()
	sign := "?"
	if strings.Contains(path, "?") {
		sign = "&"
	}
	var all []T
	for cursor := ""; ; {
		var p page[T]
		c.get(path + sign + "limit=200" + cursor).into(&p)
		all = append(all, p.Items...)
		if p.Next == "" {
			return all
		}
		cursor = "&cursor=" + p.Next
	}
}
