package run

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"time"
)

// caller speaks to the API as one person does: with a key, over HTTP.
type caller struct {
	url string
	key string
}

// refusal is a problem that the API answered with.
type refusal struct {
	Status int    `json:"status"`
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

// Error implements error.
func (r *refusal) Error() string {
	return fmt.Sprintf("the API answered %d %s %s", r.Status, r.Code, r.Detail)
}

// The bounds of one call.
const (
	callTimeout = time.Minute
	maxAnswer   = 4 << 20
)

// jsonType is the media type of what is sent unless it is a form.
const jsonType = "application/json"

// get reads path into out.
func (c caller) get(ctx context.Context, path string, out any) error {
	return c.call(ctx, http.MethodGet, path, "", "", nil, out)
}

// post sends in, under an idempotency key.
func (c caller) post(ctx context.Context, path, idempotencyKey string, in any) error {
	return c.postFor(ctx, path, idempotencyKey, in, nil)
}

// postFor sends in, under an idempotency key, and reads the answer into out.
func (c caller) postFor(ctx context.Context, path, idempotencyKey string, in, out any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	return c.call(ctx, http.MethodPost, path, idempotencyKey, jsonType, body, out)
}

// upload sends a file as a form does, and returns the id of what was made of it.
func (c caller) upload(ctx context.Context, path, idempotencyKey, filename string, content []byte) (string, error) {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	part, err := form.CreateFormFile("file", filename)
	if err != nil {
		return "", err
	}
	if _, err := part.Write(content); err != nil {
		return "", err
	}
	if err := form.Close(); err != nil {
		return "", err
	}
	var made struct {
		ID string `json:"id"`
	}
	err = c.call(ctx, http.MethodPost, path, idempotencyKey, form.FormDataContentType(), body.Bytes(), &made)
	return made.ID, err
}

// put replaces what is under path, under an idempotency key.
func (c caller) put(ctx context.Context, path, idempotencyKey string, in any) error {
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	return c.call(ctx, http.MethodPut, path, idempotencyKey, jsonType, body, nil)
}

func (c caller) call(ctx context.Context, method, path, idempotencyKey, mediaType string, body []byte, out any) error {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, c.url+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+c.key)
	if body != nil {
		request.Header.Set("Content-Type", mediaType)
		request.Header.Set("Idempotency-Key", idempotencyKey)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = answer.Body.Close() }() // it was only read
	text, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer))
	if err != nil {
		return err
	}
	if answer.StatusCode >= http.StatusBadRequest {
		problem := &refusal{Status: answer.StatusCode}
		_ = json.Unmarshal(text, problem) // an answer that is no problem still has its status
		return problem
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(text, out)
}
