package webhook

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/domain/fault"
	"arrears/domain/notice"
	"arrears/domain/receivable"
	"arrears/domain/webhook"
	"arrears/internal/outbound"
	"arrears/internal/testkit/leak"
	"arrears/notify"
)

func TestMain(m *testing.M) { leak.Main(m) }

var noticeID = uuid.MustParse("0198f000-0000-7000-8000-000000000001")

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

func envelope(t *testing.T, channel receivable.Channel) notify.Envelope {
	t.Helper()
	templates, err := notice.Load(nil)
	require.NoError(t, err)
	c := notice.Samples()[0]
	c.Template = "reminder-1"
	r, err := templates.Render(c)
	require.NoError(t, err)
	return notify.Envelope{
		NoticeID: noticeID, Channel: channel, To: "+49 30 000000", ReplyTo: "reply+x@example.com",
		Date: time.Date(2026, 3, 16, 9, 0, 0, 0, time.UTC), Content: c, Rendered: r,
	}
}

// gateway is a server that answers as told and keeps what it got.
type gateway struct {
	*httptest.Server
	status  int
	body    string
	headers []http.Header
	bodies  [][]byte
}

func serve(t *testing.T, status int, body string) *gateway {
	t.Helper()
	g := &gateway{status: status, body: body}
	g.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		content, _ := io.ReadAll(r.Body)
		g.headers, g.bodies = append(g.headers, r.Header.Clone()), append(g.bodies, content)
		if g.status >= 300 && g.status < 400 {
			w.Header().Set("Location", "/elsewhere")
		}
		w.WriteHeader(g.status)
		_, _ = io.WriteString(w, g.body)
	}))
	t.Cleanup(g.Close)
	return g
}

func newChannel(t *testing.T, change ...func(o *Options)) *Channel {
	t.Helper()
	o := Options{
		Secrets: []string{secret}, AllowPrivate: true, Timeout: time.Minute,
		Now: func() time.Time { return time.Unix(1614265330, 0) },
	}
	for _, f := range change {
		f(&o)
	}
	c, err := New(o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return c
}

func send(t *testing.T, c *Channel, m notify.Message) notify.Outcome {
	t.Helper()
	session, err := c.Prepare(context.Background())
	require.NoError(t, err)
	defer func() { require.NoError(t, session.Close()) }()
	return session.Send(context.Background(), m)
}

func TestAPostCarriesTheSignedBody(t *testing.T) {
	t.Parallel()
	g := serve(t, http.StatusAccepted, "queued")
	c := newChannel(t, func(o *Options) { o.Gateway = g.URL })
	raw, err := c.Compose(envelope(t, receivable.SMS))
	require.NoError(t, err)
	out := send(t, c, notify.Message{NoticeID: noticeID, Raw: raw})
	require.Equal(t, notify.Outcome{Kind: notice.Accepted, Code: 202, Detail: "202 Accepted queued"}, out)
	require.Equal(t, raw, g.bodies[0])
	h := g.headers[0]
	require.Equal(t, "application/json", h.Get("Content-Type"))
	require.Equal(t, "msg_"+noticeID.String(), h.Get(webhook.HeaderID))
	require.Equal(t, "1614265330", h.Get(webhook.HeaderTimestamp))
	key, err := webhook.ParseSecret(secret)
	require.NoError(t, err)
	require.Equal(t, webhook.Sign([][]byte{key}, h.Get(webhook.HeaderID), time.Unix(1614265330, 0), raw), h.Get(webhook.HeaderSignature))

	again := send(t, c, notify.Message{NoticeID: noticeID, Raw: raw})
	require.Equal(t, notice.Accepted, again.Kind)
	require.Equal(t, h.Get(webhook.HeaderID), g.headers[1].Get(webhook.HeaderID), "a repetition is recognised by its id")
}

func TestBodies(t *testing.T) {
	t.Parallel()
	for _, channel := range []receivable.Channel{receivable.SMS, receivable.Webhook} {
		e := envelope(t, channel)
		raw, err := compose(e)
		require.NoError(t, err)
		again, err := compose(e)
		require.NoError(t, err)
		require.Equal(t, raw, again)
		var p payload
		require.NoError(t, json.Unmarshal(raw, &p))
		require.Equal(t, "msg_"+noticeID.String(), p.ID)
		require.Equal(t, EventType, p.Type)
		require.Equal(t, "2026-03-16T09:00:00Z", p.Timestamp)
		require.Equal(t, "+49 30 000000", p.Data.To)
		require.Equal(t, int64(335_075), p.Data.AmountMinor)
		require.Equal(t, "EUR", p.Data.Currency)
		require.Len(t, p.Data.Lines, 2)
		require.Equal(t, line{InvoiceNumber: "2026-0017", DueDate: "2026-02-13", DaysPastDue: 31, Level: 2, OpenMinor: 250_000, AskMinor: 235_000}, p.Data.Lines[0])
		require.Len(t, p.Data.Credits, 3)
		if channel == receivable.SMS {
			require.Equal(t, e.Rendered.SMS, p.Data.Text)
			require.Empty(t, p.Data.HTML)
		} else {
			require.Equal(t, e.Rendered.Text, p.Data.Text)
			require.Equal(t, e.Rendered.HTML, p.Data.HTML)
		}
	}
	frozen := envelope(t, receivable.SMS)
	frozen.Date = time.Time{}
	raw, err := compose(frozen)
	require.NoError(t, err)
	require.NotContains(t, string(raw), "timestamp")
}

func TestWhatCannotBeComposed(t *testing.T) {
	t.Parallel()
	for _, spoil := range []func(e *notify.Envelope){
		func(e *notify.Envelope) { e.NoticeID = uuid.Nil },
		func(e *notify.Envelope) { e.Channel = receivable.Letter },
		func(e *notify.Envelope) { e.To = "" },
	} {
		e := envelope(t, receivable.SMS)
		spoil(&e)
		_, err := compose(e)
		require.Equal(t, notify.CodeInvalidEnvelope, fault.CodeOf(err))
	}
}

func TestOutcomesByStatus(t *testing.T) {
	t.Parallel()
	for status, kind := range map[int]notice.OutcomeKind{
		200: notice.Accepted, 204: notice.Accepted, 302: notice.Temporary, 400: notice.RefusedMessage, 404: notice.RefusedMessage,
		408: notice.Temporary, 410: notice.RefusedMessage, 425: notice.Temporary, 429: notice.Temporary, 500: notice.Temporary, 503: notice.Temporary,
	} {
		g := serve(t, status, "")
		out := send(t, newChannel(t), notify.Message{NoticeID: noticeID, Raw: []byte("{}"), Endpoint: g.URL})
		require.Equal(t, kind, out.Kind, status)
		require.Equal(t, status, out.Code)
		require.Len(t, g.bodies, 1, "no redirect is followed")
	}
}

func TestALongAnswerIsCut(t *testing.T) {
	t.Parallel()
	g := serve(t, 400, strings.Repeat("no \x00", 100_000))
	out := send(t, newChannel(t), notify.Message{NoticeID: noticeID, Raw: []byte("{}"), Endpoint: g.URL})
	require.Equal(t, notice.RefusedMessage, out.Kind)
	require.LessOrEqual(t, len([]rune(out.Detail)), 500)
}

// A message that went out whole may have been taken, whatever became of the answer; one that found nobody was not.
func TestNoAnswerIsUnknownOnceAllWasSent(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	defer slow.Close()
	defer close(release)
	c := newChannel(t, func(o *Options) { o.Timeout = 5 * time.Second }) // all is sent by then
	out := send(t, c, notify.Message{NoticeID: noticeID, Raw: []byte("{}"), Endpoint: slow.URL + "/token"})
	require.Equal(t, notice.Unknown, out.Kind)
	require.NotContains(t, out.Detail, "token", "the endpoint may hold one")

	gone := httptest.NewServer(nil)
	gone.Close()
	require.Equal(t, notice.Temporary, send(t, c, notify.Message{NoticeID: noticeID, Raw: []byte("{}"), Endpoint: gone.URL}).Kind)
	cut := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	defer cut.Close()
	require.Equal(t, notice.Unknown, send(t, c, notify.Message{NoticeID: noticeID, Raw: []byte("{}"), Endpoint: cut.URL}).Kind)
}

func TestACancelledContextSendsNothing(t *testing.T) {
	t.Parallel()
	g := serve(t, 200, "")
	c := newChannel(t, func(o *Options) { o.Gateway = g.URL })
	session, err := c.Prepare(context.Background())
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	require.Equal(t, notice.Temporary, session.Send(ctx, notify.Message{NoticeID: noticeID, Raw: []byte("{}")}).Kind)
	_, err = c.Prepare(ctx)
	require.Equal(t, notify.CodeUnavailable, fault.CodeOf(err))
	require.Empty(t, g.bodies)
}

func TestPrivateAddressesAreRefused(t *testing.T) {
	t.Parallel()
	certain := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it was called") }))
	defer certain.Close()
	pool := x509.NewCertPool()
	pool.AddCert(certain.Certificate())
	c := newChannel(t, func(o *Options) {
		o.AllowPrivate, o.TLS = false, &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}
	})
	port := certain.URL[strings.LastIndexByte(certain.URL, ':'):]
	for _, endpoint := range []string{certain.URL, "https://localhost" + port, "https://[::1]" + port, "https://[::ffff:127.0.0.1]" + port, "https://0.0.0.0" + port} {
		out := send(t, c, notify.Message{NoticeID: noticeID, Raw: []byte("{}"), Endpoint: endpoint})
		require.Equal(t, notice.RefusedAddress, out.Kind, endpoint)
	}
	for _, endpoint := range []string{"http://example.com", "ftp://example.com", "https://", "https://u:p@example.com", "://", "https://example.com/#x"} {
		out := send(t, c, notify.Message{NoticeID: noticeID, Raw: []byte("{}"), Endpoint: endpoint})
		require.Equal(t, notice.RefusedAddress, out.Kind, endpoint)
	}
}

func TestMessagesThatCannotBeSent(t *testing.T) {
	t.Parallel()
	c := newChannel(t)
	require.Equal(t, notice.RefusedMessage, send(t, c, notify.Message{Raw: []byte("{}")}).Kind)
	require.Equal(t, notice.RefusedMessage, send(t, c, notify.Message{NoticeID: noticeID}).Kind)
	require.Equal(t, notice.RefusedAddress, send(t, c, notify.Message{NoticeID: noticeID, Raw: []byte("{}")}).Kind, "no gateway, no endpoint")
}

func TestOptionsAreChecked(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]Options{
		"no secret": {}, "bad secret": {Secrets: []string{"x"}}, "plain gateway": {Secrets: []string{secret}, Gateway: "http://example.com"},
	} {
		_, err := New(o)
		require.Equal(t, notify.CodeMisconfigured, fault.CodeOf(err), name)
	}
	c, err := New(Options{Secrets: []string{secret}, Gateway: "https://gateway.example.com/v1"})
	require.NoError(t, err)
	require.Equal(t, outbound.DefaultTimeout, c.client.Timeout)
	require.WithinDuration(t, time.Now(), c.now(), time.Minute)
}
