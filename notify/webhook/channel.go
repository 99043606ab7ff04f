package webhook

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"arrears/domain/fault"
	"arrears/domain/notice"
	"arrears/notify"
)

// Options say where to post and how.
type Options struct {
	// Gateway is posted to when the message names no endpoint of its own; may be empty.
	Gateway string
	// Secrets sign every message, see ParseSecret; at least one. Two overlap while the receiver changes keys.
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

// Bounds of an exchange.
const (
	defaultTimeout   = 15 * time.Second
	maxResponseBytes = 64 << 10
	maxHeaderBytes   = 32 << 10
)

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
	if o.Timeout <= 0 {
		o.Timeout = defaultTimeout
	}
	if len(o.Secrets) == 0 {
		return nil, fault.New(fault.Invalid, notify.CodeMisconfigured, "the webhook secret is missing")
	}
	for _, secret := range o.Secrets {
		key, err := ParseSecret(secret)
		if err != nil {
			return nil, err
		}
		c.keys = append(c.keys, key)
	}
	if o.Gateway != "" {
		gateway, err := parseEndpoint(o.Gateway, o.AllowPrivate)
		if err != nil {
			return nil, err
		}
		c.gateway = gateway
	}
	c.client = newClient(o)
	return c, nil
}

func newClient(o Options) *http.Client {
	dialer := &net.Dialer{Timeout: o.Timeout, Control: control}
	if o.AllowPrivate {
		dialer.Control = nil
	}
	return &http.Client{
		Timeout:       o.Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			DialContext:            dialer.DialContext,
			TLSClientConfig:        o.TLS,
			TLSHandshakeTimeout:    o.Timeout,
			MaxResponseHeaderBytes: maxHeaderBytes,
			MaxIdleConnsPerHost:    4,
			IdleConnTimeout:        30 * time.Second,
			ForceAttemptHTTP2:      true,
		},
	}
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
		u, err := parseEndpoint(m.Endpoint, c.private)
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
	id, at := messageID(m.NoticeID), c.now()
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Arrears")
	req.Header.Set(HeaderID, id)
	req.Header.Set(HeaderTimestamp, strconv.FormatInt(at.Unix(), 10))
	req.Header.Set(HeaderSignature, Sign(c.keys, id, at, m.Raw))
	return req, nil
}

// failure is no answer. A private address is the endpoint's fault and does not get better.
func failure(err error, sent bool) notice.Outcome {
	kind := notice.Temporary
	switch {
	case errors.Is(err, errPrivate):
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
