package plant

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"time"

	"arrears/app"
	"arrears/auth"
	"arrears/devstack/internal/loopback"
	"arrears/domain/access"
)

// API is the product's interface as a process, and a caller of it that keeps its connections.
type API struct {
	*Process
	address string
	tokens  map[access.Role]string
	client  *http.Client
}

// Serve starts `arrears serve` with a key for each role that is needed, and waits until it answers.
func (h *House) Serve(ctx context.Context) (*API, error) {
	port, err := loopback.FreePort()
	if err != nil {
		return nil, err
	}
	a := &API{
		address: fmt.Sprintf("%s:%d", loopback.Host, port), tokens: map[access.Role]string{},
		client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}, Timeout: time.Minute},
	}
	for _, role := range []access.Role{access.Admin, access.Supervisor} {
		token, err := auth.NewToken()
		if err != nil {
			return nil, err
		}
		key := app.NewKey{Name: "bench " + string(role), Role: role, Prefix: token.Prefix, Hash: token.Hash}
		if _, err := h.Product.App.CreateKey(ctx, Clerk, key); err != nil {
			return nil, err
		}
		a.tokens[role] = token.Text
	}
	if a.Process, err = h.Run(ctx, "api", []string{"serve"}, "ARREARS_HTTP_ADDR="+a.address); err != nil {
		return nil, err
	}
	return a, Until(ctx, "the API answers", func() (bool, error) {
		if a.Ended() {
			return false, fmt.Errorf("the API ended: %s", a.complaint())
		}
		answer, err := a.Do(ctx, access.Admin, http.MethodGet, "/healthz", "", nil)
		if err != nil {
			return false, nil //nolint:nilerr // it does not listen yet: that is what is waited for
		}
		return answer.StatusCode == http.StatusOK, answer.Body.Close()
	})
}

// Do sends a request with a JSON body in a role, with an Idempotency-Key unless it is empty.
func (a *API) Do(ctx context.Context, role access.Role, method, path, key string, body []byte) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, method, "http://"+a.address+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+a.tokens[role])
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		request.Header.Set("Idempotency-Key", key)
	}
	return a.client.Do(request)
}
