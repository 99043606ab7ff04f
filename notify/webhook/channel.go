package webhook

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"arrears/domain/fault"
	"arrears/domain/notice"
	"arrears/domain/webhook"
	"arrears/internal/outbound"
	"arrears/notify"
)

// Options say where to post and how.
type Options struct {
	// Gateway is posted to when the message names no endpoint of its own; may be empty.
	Gateway string
	// Secrets sign every message, see webhook.ParseSecret of the domain; at least one. Two overlap while the receiver changes keys.
	Secrets []string
	// AllowPrivate permits plain http and addresses of this machine and the local network.
	AllowPrivate bool
	// Timeout bounds one post; 15 seconds.
	Timeout time.Duration
	// TLS replaces the settings of the connection; nil trusts the system's authorities.
	TLS *tls.Config
	// Now stamps the signature; nil is the real clock, since receivers compare it with theirs.
	Now func() time.Time
}

// maxResponseBytes bounds what is read of an answer.
const maxResponseBytes = 64 << 10

// Channel posts messages. It never follows a redirect and never uses a proxy from the environment.
type Channel struct {
	gateway *url.URL
	keys    [][]byte
	private bool
	now     func() time.Time
	client  *http.Client
}

var _ notify.Channel = (*Channel)(nil)

// New checks the options. Error: notify.CodeMisconfigured.
func New(o Options) (*Channel, error) {
	c := &Channel{private: o.AllowPrivate, now: o.Now}
	if c.now == nil {
		c.now = time.Now
	}
	if len(o.Secrets) == 0 {
		return nil, fault.New(fault.Invalid, notify.CodeMisconfigured, "the webhook secret is missing")
	}
	for _, secret := range o.Secrets {
		key, err := webhook.ParseSecret(secret)
		if err != nil {
			return nil, misconfigured(err)
		}
		c.keys = append(c.keys, key)
	}
	if o.Gateway != "" {
		gateway, err := webhook.ParseURL(o.Gateway, o.AllowPrivate)
		if err != nil {
			return nil, misconfigured(err)
		}
		c.gateway = gateway
	}
	c.client = outbound.NewClient(outbound.Options{AllowPrivate: o.AllowPrivate, Timeout: o.Timeout, TLS: o.TLS})
	return c, nil
}

// misconfigured says of a setting that it is wrong, in the words of what is wrong with it.
func misconfigured(err error) error {
	text := "the webhook channel is misconfigured"
	if f, ok := errors.AsType[*fault.Error](err); ok {
		text = f.Message
	}
	return fault.Wrap(err, fault.Invalid, notify.CodeMisconfigured, text)
}

// Compose returns the JSON body. Error: notify.CodeInvalidEnvelope.
func (c *Channel) Compose(e notify.Envelope) ([]byte, error) { return compose(e) }

// Prepare returns a session; the connection is made when the message is posted, since a repeated post is recognised by its
// id. Error: notify.CodeUnavailable when ctx has ended.
func (c *Channel) Prepare(ctx context.Context) (notify.Session, error) {
	if err := ctx.Err(); err != nil {
		return nil, fault.Wrap(err, fault.Unavailable, notify.CodeUnavailable, "the webhook was not called")
	}
	return session{c}, nil
}

// Close drops idle connections.
func (c *Channel) Close() error {
	c.client.CloseIdleConnections()
	return nil
}

type session struct{ channel *Channel }

// Close implements notify.Session.
func (session) Close() error { return nil }

// Send implements notify.Session. 2xx accepts; 4xx refuses, but for 408, 425 and 429; all else may be tried again, which the
// message's id makes safe. No answer to a message that was sent to its end leaves open whether it was taken.
func (s session) Send(ctx context.Context, m notice.Message) notice.Outcome {
	c := s.channel
	if m.NoticeID == uuid.Nil || len(m.Raw) == 0 {
		return notify.Outcome{Kind: notice.RefusedMessage, Detail: "the message is empty"}
	}
	endpoint, out := c.endpoint(m)
	if endpoint == nil {
		return out
	}
	var sent atomic.Bool
	req, err := c.request(watched(ctx, &sent), endpoint, m)
	if err != nil {
		return notify.Outcome{Kind: notice.RefusedMessage, Detail: notify.Detail(err.Error())}
	}
	res, err := c.client.Do(req)
	if err != nil {
		return failure(err, sent.Load())
	}
	return answer(res)
}

// watched notes when the last byte of a request has been written.
func watched(ctx context.Context, sent *atomic.Bool) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteRequest: func(info httptrace.WroteRequestInfo) {
		if info.Err == nil {
			sent.Store(true)
		}
	}})
}

// endpoint is the message's own, else the gateway.
func (c *Channel) endpoint(m notice.Message) (*url.URL, notice.Outcome) {
	if m.Endpoint != "" {
		u, err := webhook.ParseURL(m.Endpoint, c.private)
		if err != nil {
			return nil, notify.Outcome{Kind: notice.RefusedAddress, Detail: notify.Detail(err.Error())}
		}
		return u, notice.Outcome{}
	}
	if c.gateway == nil {
		return nil, notify.Outcome{Kind: notice.RefusedAddress, Detail: "there is no gateway and the contact has no endpoint"}
	}
	return c.gateway, notice.Outcome{}
}

func (c *Channel) request(ctx context.Context, endpoint *url.URL, m notice.Message) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint.String(), bytes.NewReader(m.Raw))
	if err != nil {
		return nil, err
	}
	outbound.Sign(req, webhook.Request{ID: messageID(m.NoticeID), At: c.now(), Keys: c.keys, Body: m.Raw})
	return req, nil
}

// failure is no answer. A private address is the endpoint's fault and does not get better.
func failure(err error, sent bool) notice.Outcome {
	kind := notice.Temporary
	switch {
	case errors.Is(err, outbound.ErrPrivate):
		kind = notice.RefusedAddress
	case sent:
		kind = notice.Unknown
	}
	if inner, ok := errors.AsType[*url.Error](err); ok {
		err = inner.Err // without the endpoint, which may hold a token
	}
	return notify.Outcome{Kind: kind, Detail: notify.Detail(err.Error())}
}

func answer(res *http.Response) notice.Outcome {
	body, err := io.ReadAll(io.LimitReader(res.Body, maxResponseBytes))
	if closeErr := res.Body.Close(); err == nil {
		err = closeErr
	}
	detail := string(body)
	if detail == "" && err != nil {
		detail = err.Error()
	}
	out := notify.Outcome{Code: res.StatusCode, Kind: notice.Temporary, Detail: notify.Detail(fmt.Sprintf("%s %s", res.Status, detail))}
	switch {
	case res.StatusCode >= 200 && res.StatusCode < 300:
		out.Kind = notice.Accepted
	case res.StatusCode == http.StatusRequestTimeout, res.StatusCode == http.StatusTooEarly, res.StatusCode == http.StatusTooManyRequests:
		out.Kind = notice.Temporary
	case res.StatusCode >= 400 && res.StatusCode < 500:
		out.Kind = notice.RefusedMessage
	}
	return out
}
