package outbound

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"arrears/domain/webhook"
	"arrears/internal/testkit/leak"
)

func TestMain(m *testing.M) { leak.Main(m) }

func poster(t *testing.T, o Options) *Poster {
	t.Helper()
	if o.Timeout == 0 {
		o.Timeout = time.Minute
	}
	p := NewPoster(o)
	t.Cleanup(p.Close)
	return p
}

func request(url string) webhook.Request {
	return webhook.Request{URL: url, ID: "event-1", At: time.Unix(1614265330, 0), Keys: [][]byte{[]byte("a key of more than enough bytes")}, Body: []byte(`{"a":1}`)}
}

func serve(t *testing.T, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	return s
}

func TestAPostIsSignedAndItsAnswerBounded(t *testing.T) {
	t.Parallel()
	var got *http.Request
	var body []byte
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = r.Clone(context.Background())
		body, _ = io.ReadAll(r.Body)
		w.WriteHeader(http.StatusAccepted)
		_, _ = io.WriteString(w, strings.Repeat("x", 100_000))
	})
	r := request(s.URL)
	answer := poster(t, Options{AllowPrivate: true}).Post(t.Context(), r)
	require.Equal(t, http.StatusAccepted, answer.Status)
	require.Empty(t, answer.Error)
	require.Equal(t, strings.Repeat("x", webhook.MaxResponse), string(answer.Response))
	require.Positive(t, answer.Took)
	require.Equal(t, r.Body, body)
	require.Equal(t, http.MethodPost, got.Method)
	require.Equal(t, "application/json", got.Header.Get("Content-Type"))
	require.Equal(t, "event-1", got.Header.Get("webhook-id"))
	require.Equal(t, "1614265330", got.Header.Get("webhook-timestamp"))
	require.Equal(t, webhook.Sign(r.Keys, r.ID, r.At, r.Body), got.Header.Get("webhook-signature"))
}

func TestARedirectIsNotFollowed(t *testing.T) {
	t.Parallel()
	calls := 0
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		calls++
		http.Redirect(w, r, "/elsewhere", http.StatusTemporaryRedirect)
	})
	answer := poster(t, Options{AllowPrivate: true}).Post(t.Context(), request(s.URL))
	require.Equal(t, webhook.ErrRedirect, answer.Error)
	require.Equal(t, http.StatusTemporaryRedirect, answer.Status)
	require.Equal(t, 1, calls)
}

func TestWhatAReceiverAsksFor(t *testing.T) {
	t.Parallel()
	header := ""
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", header)
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	p := poster(t, Options{AllowPrivate: true})
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	p.now = func() time.Time { return now }
	for text, want := range map[string]time.Duration{
		"": 0, "soon": 0, "120": 2 * time.Minute, "-5": 0, "99999999999999": 0, "Mon, 02 Mar 2026 12:10:00 GMT": 10 * time.Minute, "Mon, 02 Mar 2026 11:00:00 GMT": 0,
	} {
		header = text
		answer := p.Post(t.Context(), request(s.URL))
		require.Equal(t, want, answer.RetryAfter, text)
		require.Equal(t, webhook.ErrStatus, answer.Error)
	}
}

func TestWhyThereWasNoAnswer(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	slow := serve(t, func(http.ResponseWriter, *http.Request) { <-release })
	t.Cleanup(func() { close(release) })
	cut := serve(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	secure := httptest.NewUnstartedServer(nil)
	secure.Config.ErrorLog = log.New(io.Discard, "", 0) // the handshake that fails is meant to
	secure.StartTLS()
	t.Cleanup(secure.Close)
	plain := serve(t, func(http.ResponseWriter, *http.Request) {})
	for name, test := range map[string]struct{ url, want string }{
		"slow":            {slow.URL, webhook.ErrTimeout},
		"nobody":          {"http://127.0.0.1:1", webhook.ErrConnection},
		"cut":             {cut.URL, webhook.ErrConnection},
		"not trusted":     {secure.URL, webhook.ErrTLS},
		"not encrypted":   {strings.Replace(plain.URL, "http:", "https:", 1), webhook.ErrTLS},
		"no such name":    {"https://nobody.invalid/", webhook.ErrName},
		"no address":      {"ftp://nobody.invalid/", webhook.ErrURL},
		"credentials too": {"https://a:b@nobody.invalid/", webhook.ErrURL},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := Options{AllowPrivate: true}
			if name == "slow" {
				o.Timeout = 100 * time.Millisecond
			}
			p := poster(t, o)
			if name == "no such name" {
				knowsNoNames(t, p)
			}
			answer := p.Post(t.Context(), request(test.url))
			require.Equal(t, test.want, answer.Error)
			require.Zero(t, answer.Status)
		})
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	require.Equal(t, webhook.ErrTimeout, poster(t, Options{AllowPrivate: true}).Post(ctx, request(slow.URL)).Error)
}

// knowsNoNames leaves a poster without a name server, so that none outside this machine is asked.
func knowsNoNames(t *testing.T, p *Poster) {
	t.Helper()
	transport, ok := p.client.Transport.(*http.Transport)
	require.True(t, ok)
	nobody := &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		return nil, errors.New("no name server is asked")
	}}
	transport.DialContext = (&net.Dialer{Resolver: nobody}).DialContext
}

// The name is what is allowed; the address that it leads to is what is refused, at the moment of connecting.
func TestPrivateAddressesAreRefusedWhenConnecting(t *testing.T) {
	t.Parallel()
	secure := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it was called") }))
	t.Cleanup(secure.Close)
	_, port, err := net.SplitHostPort(secure.Listener.Addr().String())
	require.NoError(t, err)
	p := poster(t, Options{TLS: &tls.Config{InsecureSkipVerify: true}}) //nolint:gosec // it must not come to that
	for _, host := range []string{"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"} {
		require.Equal(t, webhook.ErrPrivate, p.Post(t.Context(), request("https://"+host+":"+port)).Error, host)
	}
	// A name that passes and leads to this machine: the dialer refuses what it resolved to.
	client := NewClient(Options{})
	transport, ok := client.Transport.(*http.Transport)
	require.True(t, ok)
	_, err = transport.DialContext(t.Context(), "tcp", "localhost:"+port)
	require.ErrorIs(t, err, ErrPrivate)
	require.Nil(t, transport.Proxy, "a proxy of the environment would see what is posted and connect anywhere")
	require.Equal(t, DefaultTimeout, client.Timeout)
	for address, want := range map[string]error{"127.0.0.1:1": ErrPrivate, "name:1": ErrPrivate, "[fe80::1%eth0]:443": ErrPrivate, "93.184.216.34:443": nil} {
		require.ErrorIs(t, control("", address, nil), want, address)
	}
	require.Error(t, control("", "no-port", nil))
}
