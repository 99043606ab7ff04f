package relay_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/audit"
	"arrears/domain/calendar"
	"arrears/domain/webhook"
	"arrears/internal/outbound"
	"arrears/internal/seal"
	"arrears/internal/testkit"
	"arrears/port"
	"arrears/relay"
	"arrears/store"
)

// patience is how long a test waits for what must come; the machine may be busy.
const patience = 3 * time.Minute

var boss = access.Principal{ID: "admin-1", Role: access.Admin}

// got is what a receiver was sent, verified.
type got struct {
	id, kind   string
	body       string
	signatures int // those of the header that verify by a key the receiver knows
	at         time.Time
}

// receiver is another system. It verifies by an implementation of its own.
type receiver struct {
	*httptest.Server
	t      *testing.T
	mu     sync.Mutex
	keys   map[string]bool // secrets as shown
	got    []got
	bad    int // posts that no key verified
	answer func(n int, r *http.Request, w http.ResponseWriter)
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{t: t, keys: map[string]bool{}, answer: func(int, *http.Request, http.ResponseWriter) {}}
	r.Server = httptest.NewServer(http.HandlerFunc(r.take))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) take(w http.ResponseWriter, req *http.Request) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		r.t.Error(err)
	}
	r.mu.Lock()
	g := r.verify(req, body)
	if g.signatures == 0 {
		r.bad++
	}
	r.got = append(r.got, g)
	n, answer := len(r.got), r.answer
	r.mu.Unlock()
	answer(n, req, w)
}

// verify reads the headers as the specification says: HMAC-SHA256 over id, time and body, base64, any of several.
func (r *receiver) verify(req *http.Request, body []byte) got {
	seconds, err := strconv.ParseInt(req.Header.Get("webhook-timestamp"), 10, 64)
	if err != nil {
		r.t.Error(err)
	}
	g := got{id: req.Header.Get("webhook-id"), body: string(body), at: time.Unix(seconds, 0)}
	var event struct{ ID, Type string }
	if err := json.Unmarshal(body, &event); err != nil || event.ID != g.id {
		r.t.Errorf("%q is not the event %s: %v", body, g.id, err)
	}
	g.kind = event.Type
	for entry := range strings.SplitSeq(req.Header.Get("webhook-signature"), " ") {
		version, sum, _ := strings.Cut(entry, ",")
		for secret := range r.keys {
			raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
			if err != nil {
				r.t.Error(err)
			}
			mac := hmac.New(sha256.New, raw)
			_, _ = mac.Write([]byte(g.id + "." + req.Header.Get("webhook-timestamp") + "." + string(body)))
			if version == "v1" && hmac.Equal([]byte(sum), []byte(base64.StdEncoding.EncodeToString(mac.Sum(nil)))) {
				g.signatures++
			}
		}
	}
	return g
}

func (r *receiver) knows(secret string, only bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if only {
		r.keys = map[string]bool{}
	}
	r.keys[secret] = true
}

func (r *receiver) all() []got {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]got(nil), r.got...)
}

// ids counts how often each event came.
func (r *receiver) ids() map[string]int {
	ids := map[string]int{}
	for _, g := range r.all() {
		ids[g.id]++
	}
	return ids
}

// status answers everything with it.
func (r *receiver) status(code int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = func(_ int, _ *http.Request, w http.ResponseWriter) { w.WriteHeader(code) }
}

// hall is an installation whose events leave, on a clock that a test moves.
type hall struct {
	t       *testing.T
	db      *store.DB
	url     string
	app     *app.App
	offset  atomic.Int64
	sealer  *seal.Keyring
	meter   *hookMeter
	private bool
}

var epoch = time.Date(2026, time.March, 2, 12, 0, 0, 0, time.UTC)

func newHall(t *testing.T) *hall {
	t.Helper()
	db, url := testkit.DB(t)
	return hallOver(t, db, url)
}

func hallOver(t *testing.T, db *store.DB, url string) *hall {
	t.Helper()
	h := &hall{t: t, db: db, url: url, meter: &hookMeter{codes: map[string]int{}}, private: true}
	var err error
	h.sealer, err = seal.New([]seal.Key{{ID: "k1", Secret: []byte(strings.Repeat("k", 32))}})
	require.NoError(t, err)
	h.app = app.New(app.Deps{Store: db, Clock: clock{now: now}, Webhooks: app.Webhooks{AllowPrivate: true, Sealer: h.sealer, Real: h.now}})
	require.NoError(t, h.app.SetUp(t.Context(), port.Installation{
		CreditorName: "Nordlicht GmbH", TimeZone: "Europe/Berlin", Language: "en", Calendar: "none", FromAddress: "a@example.com", ReplyDomain: "r.example.com",
	}, calendar.Clock{Kind: calendar.SteppedClock, Position: now}))
	return h
}

func (h *hall) now() time.Time { return epoch.Add(time.Duration(h.offset.Load())) }

// passes moves the real clock on.
func (h *hall) passes(d time.Duration) { h.offset.Add(int64(d)) }

func (h *hall) endpoint(r *receiver, types ...string) webhook.Endpoint {
	h.t.Helper()
	made, err := h.app.CreateEndpoint(h.t.Context(), boss, app.NewEndpoint{URL: r.URL, EventTypes: types})
	require.NoError(h.t, err)
	r.knows(made.Secret, false)
	return made.Endpoint
}

// delivery makes the delivery loop of one relay.
func (h *hall) delivery(change ...func(o *relay.WebhookOptions)) *relay.Webhooks {
	h.t.Helper()
	poster := outbound.NewPoster(outbound.Options{AllowPrivate: h.private, Timeout: time.Minute})
	h.t.Cleanup(poster.Close)
	o := relay.WebhookOptions{
		Queue: h.db, Post: poster.Post, Disable: h.app.DisableEndpoint, Sealer: h.sealer, Meter: h.meter, Real: h.now,
		Jitter: func() float64 { return 0 }, Poll: 10 * time.Millisecond,
	}
	for _, f := range change {
		f(&o)
	}
	return relay.NewWebhooks(o)
}

// runs runs a relay's delivery until the test's end or stop.
func (h *hall) runs(w *relay.Webhooks) (stop func()) {
	h.t.Helper()
	ctx, cancel := context.WithCancel(h.t.Context())
	done := make(chan struct{})
	go func() { defer close(done); w.Run(ctx) }()
	stop = func() { cancel(); <-done }
	h.t.Cleanup(stop)
	return stop
}

// happens records events and seals them.
func (h *hall) happens(n int, action string) {
	h.t.Helper()
	require.NoError(h.t, h.db.InTx(h.t.Context(), func(ctx context.Context, tx port.Tx) error {
		for range n {
			if err := tx.Audit(ctx, audit.Entry{
				ID: uuid.Must(uuid.NewV7()).String(), At: now, Actor: "test", Action: action, SubjectKind: "invoice", SubjectID: uuid.NewString(),
			}); err != nil {
				return err
			}
		}
		return nil
	}))
	h.until(func() bool {
		_, err := h.db.SealAudit(h.t.Context(), 10_000)
		require.NoError(h.t, err)
		waiting := int64(1)
		require.NoError(h.t, h.db.Read(h.t.Context(), func(ctx context.Context, tx port.Tx) error {
			waiting, err = tx.CountUnsealed(ctx)
			return err
		}))
		return waiting == 0
	})
}

func (h *hall) until(condition func() bool) {
	h.t.Helper()
	require.Eventually(h.t, condition, patience, 10*time.Millisecond)
}

// count counts the deliveries in a state.
func (h *hall) count(state webhook.DeliveryState) int { return len(h.deliveries(state)) }

// deliveries are those in a state; all when it is empty.
func (h *hall) deliveries(state webhook.DeliveryState) (all []webhook.Delivery) {
	h.t.Helper()
	page := port.Page{Limit: port.MaxLimit}
	for {
		list, err := h.app.ListDeliveries(h.t.Context(), boss, port.DeliveryFilter{State: string(state)}, page)
		require.NoError(h.t, err)
		all = append(all, list.Items...)
		if page.After = list.Next; page.After == "" {
			return all
		}
	}
}

// end is the position of the last event that is sealed.
func (h *hall) end() int64 {
	h.t.Helper()
	found, err := h.db.VerifyAudit(h.t.Context())
	require.NoError(h.t, err)
	return found.Sealed
}

// deliveredUpTo counts what was delivered of the feed up to a position.
func (h *hall) deliveredUpTo(position int64) (n int) {
	h.t.Helper()
	for _, d := range h.deliveries(webhook.Delivered) {
		if d.Position <= position {
			n++
		}
	}
	return n
}

// rests reports whether all of so many deliveries wait for a moment to come: none is under way.
func (h *hall) rests(n int) bool {
	h.t.Helper()
	all := h.deliveries("")
	for _, d := range all {
		if d.State == webhook.Pending && (d.Attempts != d.Failures || !d.NextAt.After(h.now())) {
			return false
		}
	}
	return len(all) == n
}

// only is the one delivery there is; none while it is not queued.
func (h *hall) only() app.DeliveryDetail {
	h.t.Helper()
	list, err := h.app.ListDeliveries(h.t.Context(), boss, port.DeliveryFilter{}, port.Page{})
	require.NoError(h.t, err)
	if len(list.Items) == 0 {
		return app.DeliveryDetail{}
	}
	require.Len(h.t, list.Items, 1)
	d, err := h.app.Delivery(h.t.Context(), boss, list.Items[0].ID)
	require.NoError(h.t, err)
	return d
}

func (h *hall) shown(id uuid.UUID) webhook.Endpoint {
	h.t.Helper()
	e, err := h.app.Endpoint(h.t.Context(), boss, id)
	require.NoError(h.t, err)
	return e
}

type hookMeter struct {
	mu           sync.Mutex
	codes        map[string]int
	died, resent int
}

func (m *hookMeter) Attempted(code string, _ time.Duration) { m.do(func() { m.codes[code]++ }) }
func (m *hookMeter) Died()                                  { m.do(func() { m.died++ }) }
func (m *hookMeter) Resent(n int)                           { m.do(func() { m.resent += n }) }
func (m *hookMeter) do(f func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f()
}

func (m *hookMeter) read(f func() int) (n int) {
	m.do(func() { n = f() })
	return n
}
