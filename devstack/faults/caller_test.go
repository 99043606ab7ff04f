package faults

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
)

// caller speaks to the product's interfaces as a careful client does: a request whose answer it did not get it sends again,
// to whichever interface answers, with the same Idempotency-Key.
type caller struct {
	t     *testing.T
	token string
	hosts []string
	http  *http.Client
	next  *atomic.Int64
	again *atomic.Int64 // requests that were sent once more
	asked *atomic.Int64 // requests that have their answer
}

func newCaller(t *testing.T, token string, hosts ...string) *caller {
	t.Helper()
	return &caller{
		t: t, token: token, hosts: hosts, http: &http.Client{Timeout: 45 * time.Second},
		next: &atomic.Int64{}, again: &atomic.Int64{}, asked: &atomic.Int64{},
	}
}

// as is the same caller with another key.
func (c *caller) as(token string) *caller {
	other := *c
	other.token = token
	return &other
}

// answer is what stands.
type answer struct {
	status int
	body   []byte
}

func (a answer) ok() bool { return a.status >= 200 && a.status < 300 }

// into reads the body.
func (a answer) into(t *testing.T, v any) {
	t.Helper()
	require.NoError(t, json.Unmarshal(a.body, v), "%d %s", a.status, a.body)
}

// patience is how long a caller goes on asking for one answer.
const patience = 5 * time.Minute

// post sends a body until it has an answer that stands.
func (c *caller) post(path string, body any) answer {
	c.t.Helper()
	raw, err := json.Marshal(body)
	require.NoError(c.t, err)
	return c.send(http.MethodPost, path, "application/json", raw)
}

// get reads.
func (c *caller) get(path string) answer {
	c.t.Helper()
	return c.send(http.MethodGet, path, "", nil)
}

func (c *caller) send(method, path, kind string, raw []byte) answer {
	c.t.Helper()
	key := uuid.NewString()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.t.Context()), patience)
	defer cancel()
	for try := 0; ; try++ {
		a, err := c.once(ctx, method, path, kind, key, raw)
		if err == nil && c.stands(a) {
			c.asked.Add(1)
			return a
		}
		if ctx.Err() != nil {
			c.t.Errorf("%s %s has no answer within %s: %d %s %v", method, path, patience, a.status, a.body, err)
			return a
		}
		c.again.Add(1)
		time.Sleep(time.Duration(min(try+1, 10)) * 50 * time.Millisecond)
	}
}

// stands reports whether asking again could not change the answer.
func (c *caller) stands(a answer) bool {
	if a.status >= http.StatusInternalServerError || a.status == http.StatusTooManyRequests {
		return false
	}
	return a.code() != "idempotency.in_progress"
}

func (a answer) code() string {
	var problem struct {
		Code string `json:"code"`
	}
	_ = json.Unmarshal(a.body, &problem)
	return problem.Code
}

func (c *caller) once(ctx context.Context, method, path, kind, key string, raw []byte) (answer, error) {
	host := c.hosts[int(c.next.Add(1))%len(c.hosts)]
	request, err := http.NewRequestWithContext(ctx, method, "http://"+host+path, bytes.NewReader(raw))
	if err != nil {
		return answer{}, err
	}
	request.Header.Set("Authorization", "Bearer "+c.token)
	if method == http.MethodPost {
		request.Header.Set("Content-Type", kind)
		request.Header.Set("Idempotency-Key", key)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	return answer{status: response.StatusCode, body: body}, err
}

// load sends a file until it is loaded. A load that was cut off holds its key for minutes, so each attempt takes a fresh one:
// loading a file again goes on where it stopped.
func (c *caller) load(name, file string) answer {
	c.t.Helper()
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	require.NoError(c.t, w.WriteField("profile", "arrears"))
	part, err := w.CreateFormFile("file", name)
	require.NoError(c.t, err)
	_, err = io.WriteString(part, file)
	require.NoError(c.t, err)
	require.NoError(c.t, w.Close())
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.t.Context()), patience)
	defer cancel()
	for {
		a, err := c.once(ctx, http.MethodPost, "/v1/imports", w.FormDataContentType(), uuid.NewString(), form.Bytes())
		if err == nil && c.stands(a) {
			c.asked.Add(1)
			return a
		}
		if ctx.Err() != nil {
			c.t.Errorf("%s is not loaded within %s: %d %s %v", name, patience, a.status, a.body, err)
			return a
		}
		c.again.Add(1)
		time.Sleep(100 * time.Millisecond)
	}
}

// csvHead names the columns of a file that loads by the shipped profile.
const csvHead = "number,customer_number,customer_name,invoice_date,due_date,currency,amount,settled_date,email\n"

func csvRow(number, customer, date, due, amount, settled string) string {
	return fmt.Sprintf("%s,%s,Customer %s,%s,%s,EUR,%s,%s,accounts@%s.example\n", number, customer, customer, date, due, amount, settled, customer)
}
