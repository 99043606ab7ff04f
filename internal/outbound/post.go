package outbound

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	"arrears/domain/webhook"
)

// maxDrain is how much of an answer is read to use its connection again; more than that and it is closed.
const maxDrain = 64 << 10

// Poster posts signed events. It is safe for concurrent use.
type Poster struct {
	private bool
	client  *http.Client
	now     func() time.Time
}

// NewPoster makes a poster.
func NewPoster(o Options) *Poster {
	return &Poster{private: o.AllowPrivate, client: NewClient(o), now: time.Now}
}

// Close drops idle connections.
func (p *Poster) Close() { p.client.CloseIdleConnections() }

// Post posts once and tells how it went. It returns when ctx ends at the latest.
func (p *Poster) Post(ctx context.Context, r webhook.Request) webhook.Answer {
	began := p.now()
	answer := p.post(ctx, r)
	answer.Took = p.now().Sub(began)
	return answer
}

func (p *Poster) post(ctx context.Context, r webhook.Request) webhook.Answer {
	endpoint, fault := webhook.ParseURL(r.URL, p.private)
	if fault != nil {
		return webhook.Answer{Error: addressError(fault.Code)}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint.String(), bytes.NewReader(r.Body))
	if err != nil {
		return webhook.Answer{Error: webhook.ErrURL}
	}
	Sign(req, r)
	res, err := p.client.Do(req)
	if err != nil {
		return webhook.Answer{Error: failure(err)}
	}
	return p.read(res)
}

// Sign sets the headers of a signed post.
func Sign(req *http.Request, r webhook.Request) {
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Arrears")
	req.Header.Set(webhook.HeaderID, r.ID)
	req.Header.Set(webhook.HeaderTimestamp, strconv.FormatInt(r.At.Unix(), 10))
	req.Header.Set(webhook.HeaderSignature, webhook.Sign(r.Keys, r.ID, r.At, r.Body))
}

// read takes what is kept of an answer. The status decides: an answer that breaks off after it was given was given.
func (p *Poster) read(res *http.Response) webhook.Answer {
	kept, err := io.ReadAll(io.LimitReader(res.Body, webhook.MaxResponse))
	if err == nil {
		_, _ = io.CopyN(io.Discard, res.Body, maxDrain) // only so that the connection can be used again
	}
	_ = res.Body.Close()
	return webhook.Answer{
		Status: res.StatusCode, Error: webhook.StatusError(res.StatusCode), Response: kept,
		RetryAfter: retryAfter(res.Header.Get("Retry-After"), p.now()),
	}
}

// retryAfter reads seconds or a date; what is neither asks for nothing.
func retryAfter(text string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseInt(text, 10, 32); err == nil {
		return max(0, time.Duration(seconds)*time.Second)
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	return max(0, at.Sub(now))
}

func addressError(code string) string {
	if code == webhook.CodePrivateAddress {
		return webhook.ErrPrivate
	}
	return webhook.ErrURL
}

// failure is the code of no answer. The error's text stays out: it holds the address, which may hold a token.
func failure(err error) string {
	var timeout net.Error
	switch {
	case errors.Is(err, ErrPrivate):
		return webhook.ErrPrivate
	case errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout():
		return webhook.ErrTimeout
	case isTLS(err):
		return webhook.ErrTLS
	}
	if _, ok := errors.AsType[*net.DNSError](err); ok {
		return webhook.ErrName
	}
	return webhook.ErrConnection
}

func isTLS(err error) bool {
	if errors.Is(err, http.ErrSchemeMismatch) {
		return true
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return true
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return true
	}
	if _, ok := errors.AsType[tls.AlertError](err); ok {
		return true
	}
	_, ok := errors.AsType[x509.UnknownAuthorityError](err)
	return ok
}
