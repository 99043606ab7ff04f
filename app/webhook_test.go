package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/fault"
	"arrears/domain/webhook"
	"arrears/internal/seal"
	"arrears/internal/testkit"
	"arrears/port"
)

// hooks is a desk that keeps webhook endpoints, with a real clock of its own.
type hooks struct {
	*desk
	real   time.Time
	sealer *seal.Keyring
}

func openHooks(t *testing.T, private bool) *hooks {
	t.Helper()
	db, url := testkit.DB(t)
	h := &hooks{desk: deskOn(t, db, url), real: time.Date(2030, time.June, 1, 9, 0, 0, 0, time.UTC)}
	var err error
	h.sealer, err = seal.New([]seal.Key{{ID: "k1", Secret: bytes.Repeat([]byte{1}, 32)}})
	require.NoError(t, err)
	h.app = app.New(app.Deps{Store: h.db, Clock: h.clock, Webhooks: app.Webhooks{
		AllowPrivate: private, Sealer: h.sealer, Real: func() time.Time { return h.real },
	}})
	return h
}

func (h *hooks) endpoint(in app.NewEndpoint) app.SecretShown {
	h.t.Helper()
	if in.URL == "" {
		in.URL = "https://erp.example.com/hooks"
	}
	made, err := h.app.CreateEndpoint(h.t.Context(), h.admin, in)
	require.NoError(h.t, err)
	return made
}

// seal seals the record.
func (h *hooks) seal() {
	h.t.Helper()
	require.Eventually(h.t, func() bool {
		_, err := h.db.SealAudit(h.t.Context(), 1000)
		require.NoError(h.t, err)
		waiting := int64(1)
		require.NoError(h.t, h.db.Read(h.t.Context(), func(ctx context.Context, tx port.Tx) error {
			waiting, err = tx.CountUnsealed(ctx)
			return err
		}))
		return waiting == 0
	}, 3*time.Minute, 10*time.Millisecond)
}

// actions are what the record tells of a subject.
func (h *hooks) actions(id uuid.UUID) (list []string) {
	h.t.Helper()
	page, err := h.app.ListAuditEntries(h.t.Context(), h.reader, port.AuditFilter{SubjectID: h.id(id)}, port.Page{Limit: 200})
	require.NoError(h.t, err)
	for _, e := range page.Items {
		list = append(list, e.Action)
	}
	return list
}

// asked is a request with an idempotency key.
func (h *hooks) asked(key string) context.Context {
	return port.WithIdempotencyID(h.t.Context(), key, uuid.Must(uuid.NewV7()))
}

func TestAnEndpointBeginsWithWhatHappensFromNowOn(t *testing.T) {
	t.Parallel()
	h := openHooks(t, false)
	h.seal()
	made := h.endpoint(app.NewEndpoint{Description: "ERP", EventTypes: []string{"notice.sent", "invoice.armed", "notice.sent"}, Metadata: map[string]string{"team": "ar"}})
	e := made.Endpoint
	require.Equal(t, webhook.Enabled, e.State)
	require.Equal(t, []string{"invoice.armed", "notice.sent"}, e.EventTypes)
	require.Positive(t, e.Position)
	require.Equal(t, "admin-1", e.CreatedBy)
	key, err := webhook.ParseSecret(made.Secret)
	require.NoError(t, err)
	require.Len(t, key, webhook.SecretBytes)
	shown, err := h.app.Endpoint(t.Context(), h.reader, e.ID)
	require.NoError(t, err)
	require.Equal(t, "k1", shown.Secrets[0].KeyID)
	require.NotContains(t, string(shown.Secrets[0].Sealed), string(key), "sealed at rest")
	require.Equal(t, []string{"webhook.created"}, h.actions(e.ID))
	from := int64(1)
	require.Zero(t, h.endpoint(app.NewEndpoint{FromPosition: &from}).Endpoint.Position, "everything")
	list, err := h.app.ListEndpoints(t.Context(), h.reader, port.EndpointFilter{}, port.Page{})
	require.NoError(t, err)
	require.Len(t, list.Items, 2)
}

// The secret is shown once per request: a request that ran before, and whose answer was lost, shows the one it made.
func TestARepeatedRequestMakesOneEndpointAndShowsItsSecret(t *testing.T) {
	t.Parallel()
	h := openHooks(t, false)
	id := uuid.Must(uuid.NewV7())
	var made [2]app.SecretShown
	for i := range made {
		var err error
		made[i], err = h.app.CreateEndpoint(port.WithIdempotencyID(t.Context(), "k", id), h.admin, app.NewEndpoint{URL: "https://erp.example.com"})
		require.NoError(t, err)
	}
	require.Equal(t, made[0].Secret, made[1].Secret)
	require.Equal(t, id, made[1].Endpoint.ID)
	again := uuid.Must(uuid.NewV7())
	var rotated [2]app.SecretShown
	for i := range rotated {
		var err error
		rotated[i], err = h.app.RotateSecret(port.WithIdempotencyID(t.Context(), "r", again), h.admin, id, time.Hour)
		require.NoError(t, err)
		require.Len(t, rotated[i].Endpoint.Secrets, 2)
	}
	require.Equal(t, rotated[0].Secret, rotated[1].Secret)
	require.NotEqual(t, made[0].Secret, rotated[0].Secret)
	require.Equal(t, []string{"webhook.created", "webhook.rotated"}, h.actions(id))
}

func TestOnlyAdministratorsKeepEndpoints(t *testing.T) {
	t.Parallel()
	h := openHooks(t, false)
	e := h.endpoint(app.NewEndpoint{}).Endpoint
	for _, who := range []access.Principal{h.collector, h.supervisor, h.reader} {
		for name, call := range map[string]func() error{
			"create":  func() error { _, err := h.app.CreateEndpoint(t.Context(), who, app.NewEndpoint{}); return err },
			"change":  func() error { _, err := h.app.UpdateEndpoint(t.Context(), who, e.ID, app.EndpointChange{}); return err },
			"rotate":  func() error { _, err := h.app.RotateSecret(t.Context(), who, e.ID, 0); return err },
			"ping":    func() error { _, err := h.app.PingEndpoint(t.Context(), who, e.ID); return err },
			"replay":  func() error { _, err := h.app.ReplayEndpoint(t.Context(), who, e.ID, app.Replay{}); return err },
			"retry":   func() error { _, err := h.app.ReplayDelivery(t.Context(), who, e.ID); return err },
			"archive": func() error { _, err := h.app.ArchiveEndpoint(t.Context(), who, e.ID); return err },
		} {
			require.Equal(t, access.CodeForbidden, fault.CodeOf(call()), name)
		}
		_, err := h.app.ListDeliveries(t.Context(), who, port.DeliveryFilter{}, port.Page{})
		require.NoError(t, err)
	}
}

func TestWhatAnEndpointMayNotBe(t *testing.T) {
	t.Parallel()
	h := openHooks(t, false)
	far := int64(1_000_000)
	for name, in := range map[string]app.NewEndpoint{
		"private": {URL: "https://127.0.0.1/x"}, "plain": {URL: "http://erp.example.com"}, "unknown type": {URL: "https://erp.example.com", EventTypes: []string{"moon.rose"}},
		"internal type": {URL: "https://erp.example.com", EventTypes: []string{"webhook.pinged"}}, "no address": {},
		"the future": {URL: "https://erp.example.com", FromPosition: &far},
	} {
		_, err := h.app.CreateEndpoint(t.Context(), h.admin, in)
		require.Equal(t, "receivable.invalid", fault.CodeOf(err), name)
	}
	open := openHooks(t, true)
	open.endpoint(app.NewEndpoint{URL: "http://127.0.0.1:8080/x"})
}

func TestAnEndpointIsChanged(t *testing.T) {
	t.Parallel()
	h := openHooks(t, false)
	e := h.endpoint(app.NewEndpoint{}).Endpoint
	text, no, yes, types := "other", false, true, []string{"notice.sent"}
	changed, err := h.app.UpdateEndpoint(t.Context(), h.admin, e.ID, app.EndpointChange{Version: 1, Description: &text, EventTypes: &types, Enabled: &no})
	require.NoError(t, err)
	require.Equal(t, webhook.Disabled, changed.State)
	require.Equal(t, types, changed.EventTypes)
	require.Equal(t, int64(2), changed.Version)
	_, err = h.app.UpdateEndpoint(t.Context(), h.admin, e.ID, app.EndpointChange{Version: 1, Description: &text})
	require.Equal(t, "webhook_endpoint.changed", fault.CodeOf(err))
	_, err = h.app.PingEndpoint(t.Context(), h.admin, e.ID)
	require.Equal(t, "webhook_endpoint.not_enabled", fault.CodeOf(err))
	h.seal()
	metadata := map[string]string{"a": "b"}
	changed, err = h.app.UpdateEndpoint(t.Context(), h.admin, e.ID, app.EndpointChange{Version: 2, Enabled: &yes, SkipMissed: true, Metadata: &metadata})
	require.NoError(t, err)
	require.Equal(t, webhook.Enabled, changed.State)
	require.Greater(t, changed.Position, e.Position)
	bad := "http://erp.example.com"
	_, err = h.app.UpdateEndpoint(t.Context(), h.admin, e.ID, app.EndpointChange{Version: 3, URL: &bad})
	require.Equal(t, "receivable.invalid", fault.CodeOf(err))
	require.Equal(t, []string{"webhook.created", "webhook.disabled", "webhook.changed", "webhook.enabled", "webhook.changed"}, h.actions(e.ID))
}

func TestSecretsRotateWithAnOverlap(t *testing.T) {
	t.Parallel()
	h := openHooks(t, false)
	e := h.endpoint(app.NewEndpoint{}).Endpoint
	for range 7 {
		h.real = h.real.Add(time.Minute)
		_, err := h.app.RotateSecret(h.asked(uuid.NewString()), h.admin, e.ID, webhook.DefaultOverlap)
		require.NoError(t, err)
	}
	signs := func() (n int) {
		shown, err := h.app.Endpoint(t.Context(), h.reader, e.ID)
		require.NoError(t, err)
		for _, s := range shown.Secrets {
			if s.Signs(h.real) {
				n++
			}
		}
		return n
	}
	require.Equal(t, webhook.MaxSecrets, signs())
	h.real = h.real.Add(24*time.Hour - time.Second)
	require.Equal(t, 2, signs(), "all but the last rotation's have ended")
	h.real = h.real.Add(time.Second)
	require.Equal(t, 1, signs())
	last, err := h.app.RotateSecret(t.Context(), h.admin, e.ID, 0)
	require.NoError(t, err)
	require.Equal(t, 1, signs(), "after a leak")
	require.NotEmpty(t, last.Secret)
	for _, overlap := range []time.Duration{-time.Second, 8 * 24 * time.Hour} {
		_, err = h.app.RotateSecret(t.Context(), h.admin, e.ID, overlap)
		require.Equal(t, "receivable.invalid", fault.CodeOf(err))
	}
}

func TestAPingIsATestEvent(t *testing.T) {
	t.Parallel()
	h := openHooks(t, false)
	e := h.endpoint(app.NewEndpoint{}).Endpoint
	id := uuid.Must(uuid.NewV7())
	made, err := h.app.PingEndpoint(port.WithIdempotencyID(t.Context(), "ping", id), h.admin, e.ID)
	require.NoError(t, err)
	require.Equal(t, webhook.PingType, made.EventType)
	require.Equal(t, webhook.Pending, made.State)
	again, err := h.app.PingEndpoint(port.WithIdempotencyID(t.Context(), "ping", id), h.admin, e.ID)
	require.NoError(t, err)
	require.Equal(t, made.ID, again.ID)
	var body map[string]any
	require.NoError(t, json.Unmarshal(made.Body, &body))
	require.Equal(t, made.EventID.String(), body["id"])
	require.Equal(t, "webhook.ping", body["type"])
	require.Equal(t, []string{"webhook.created", "webhook.pinged"}, h.actions(e.ID))
}

// dead makes every waiting delivery of the endpoint a dead letter.
func (h *hooks) dead(id uuid.UUID) {
	h.t.Helper()
	_, err := h.conn.Exec(h.t.Context(), `UPDATE webhook_deliveries SET state = 'dead', settled_at = next_at, failures = 10 WHERE endpoint_id = $1`, id)
	require.NoError(h.t, err)
}

func TestDeadLettersAreReplayed(t *testing.T) {
	t.Parallel()
	h := openHooks(t, false)
	e := h.endpoint(app.NewEndpoint{}).Endpoint
	for range 3 {
		_, err := h.app.PingEndpoint(h.asked(uuid.NewString()), h.admin, e.ID)
		require.NoError(t, err)
	}
	h.dead(e.ID)
	list, err := h.app.ListDeliveries(t.Context(), h.reader, port.DeliveryFilter{State: "dead"}, port.Page{})
	require.NoError(t, err)
	require.Len(t, list.Items, 3)
	one, err := h.app.ReplayDelivery(h.asked("one"), h.admin, list.Items[0].ID)
	require.NoError(t, err)
	require.Equal(t, webhook.Pending, one.State)
	require.Equal(t, 1, one.Replays)
	out, err := h.app.ReplayEndpoint(t.Context(), h.admin, e.ID, app.Replay{Since: h.real.Add(time.Second)})
	require.NoError(t, err)
	require.Equal(t, app.Replayed{}, out)
	out, err = h.app.ReplayEndpoint(t.Context(), h.admin, e.ID, app.Replay{Since: h.real})
	require.NoError(t, err)
	require.Equal(t, app.Replayed{Deliveries: 2}, out)
	_, err = h.app.ReplayDelivery(t.Context(), h.admin, uuid.New())
	require.Equal(t, "webhook_delivery.not_found", fault.CodeOf(err))
	from := int64(1)
	for name, in := range map[string]app.Replay{
		"both": {FromPosition: &from, State: "dead"}, "state": {State: "pending"}, "nothing between": {Since: h.real, Until: h.real},
	} {
		_, err = h.app.ReplayEndpoint(t.Context(), h.admin, e.ID, in)
		require.Equal(t, "receivable.invalid", fault.CodeOf(err), name)
	}
	require.Contains(t, h.actions(e.ID), "webhook.replayed")
}

func TestTheFeedIsReplayedFromAPosition(t *testing.T) {
	t.Parallel()
	h := openHooks(t, false)
	h.seal()
	e := h.endpoint(app.NewEndpoint{}).Endpoint
	require.Greater(t, e.Position, int64(2))
	third, second, far := int64(3), int64(2), e.Position+2
	out, err := h.app.ReplayEndpoint(t.Context(), h.admin, e.ID, app.Replay{FromPosition: &second})
	require.NoError(t, err)
	require.Equal(t, app.Replayed{From: 2, To: e.Position}, out)
	out, err = h.app.ReplayEndpoint(t.Context(), h.admin, e.ID, app.Replay{FromPosition: &third})
	require.NoError(t, err)
	require.Equal(t, app.Replayed{From: 2, To: e.Position}, out, "the one under way is not forgotten")
	_, err = h.app.ReplayEndpoint(t.Context(), h.admin, e.ID, app.Replay{FromPosition: &far})
	require.Equal(t, "receivable.invalid", fault.CodeOf(err))
}

func TestAnEndpointThatCannotBeHelpedIsDisabledWithATask(t *testing.T) {
	t.Parallel()
	h := openHooks(t, false)
	e := h.endpoint(app.NewEndpoint{URL: "https://erp.example.com/?token=t0p"}).Endpoint
	for range 2 {
		require.NoError(t, h.app.DisableEndpoint(t.Context(), e.ID, webhook.ReasonGone))
	}
	got, err := h.app.Endpoint(t.Context(), h.reader, e.ID)
	require.NoError(t, err)
	require.Equal(t, webhook.DisabledByFailure, got.State)
	require.Equal(t, webhook.ReasonGone, got.Reason)
	tasks, err := h.app.ListTasks(t.Context(), h.admin, port.TaskFilter{Kind: "webhook_disabled"}, port.Page{})
	require.NoError(t, err)
	require.Len(t, tasks.Items, 1)
	require.Contains(t, tasks.Items[0].Summary, e.ID.String())
	require.NotContains(t, tasks.Items[0].Summary, "t0p")
	require.Equal(t, "admin", tasks.Items[0].Role)
	for _, call := range []func() error{
		func() error { _, err := h.app.PingEndpoint(t.Context(), h.admin, e.ID); return err },
		func() error { _, err := h.app.ReplayEndpoint(t.Context(), h.admin, e.ID, app.Replay{}); return err },
	} {
		require.Equal(t, "webhook_endpoint.not_enabled", fault.CodeOf(call()))
	}
	yes := true
	got, err = h.app.UpdateEndpoint(t.Context(), h.admin, e.ID, app.EndpointChange{Version: got.Version, Enabled: &yes})
	require.NoError(t, err)
	require.Equal(t, webhook.Enabled, got.State)
	require.Empty(t, got.Reason)
	require.NoError(t, h.app.DisableEndpoint(t.Context(), e.ID, webhook.ReasonFailing))
	tasks, err = h.app.ListTasks(t.Context(), h.admin, port.TaskFilter{Kind: "webhook_disabled"}, port.Page{})
	require.NoError(t, err)
	require.Len(t, tasks.Items, 2, "a second failure is a second task")
}

func TestAnArchivedEndpointIsEndedForGood(t *testing.T) {
	t.Parallel()
	h := openHooks(t, false)
	e := h.endpoint(app.NewEndpoint{}).Endpoint
	ctx := h.asked("archive")
	for range 2 {
		got, err := h.app.ArchiveEndpoint(ctx, h.admin, e.ID)
		require.NoError(t, err)
		require.Equal(t, webhook.Archived, got.State)
		require.False(t, got.Secrets[0].Signs(h.real))
	}
	yes := true
	for name, call := range map[string]func() error{
		"archive": func() error { _, err := h.app.ArchiveEndpoint(t.Context(), h.admin, e.ID); return err },
		"enable": func() error {
			_, err := h.app.UpdateEndpoint(t.Context(), h.admin, e.ID, app.EndpointChange{Version: 2, Enabled: &yes})
			return err
		},
		"rotate": func() error { _, err := h.app.RotateSecret(t.Context(), h.admin, e.ID, 0); return err },
	} {
		require.Equal(t, "webhook_endpoint.archived", fault.CodeOf(call()), name)
	}
}

func TestEndpointsAreBounded(t *testing.T) {
	t.Parallel()
	h := openHooks(t, false)
	for range webhook.MaxEndpoints {
		h.endpoint(app.NewEndpoint{})
	}
	_, err := h.app.CreateEndpoint(t.Context(), h.admin, app.NewEndpoint{URL: "https://erp.example.com"})
	require.Equal(t, "webhook_endpoint.too_many", fault.CodeOf(err))
}

// The record holds ids, codes and positions: no address, which may hold a token, and no secret.
func TestTheRecordHoldsNoAddressAndNoSecret(t *testing.T) {
	t.Parallel()
	h := openHooks(t, false)
	made := h.endpoint(app.NewEndpoint{URL: "https://erp.example.com/?token=t0p"})
	_, err := h.app.RotateSecret(t.Context(), h.admin, made.Endpoint.ID, time.Hour)
	require.NoError(t, err)
	page, err := h.app.ListAuditEntries(t.Context(), h.reader, port.AuditFilter{SubjectID: h.id(made.Endpoint.ID)}, port.Page{})
	require.NoError(t, err)
	require.Len(t, page.Items, 2)
	for _, e := range page.Items {
		require.NotContains(t, string(e.Data), "t0p")
		require.NotContains(t, string(e.Data), strings.TrimPrefix(made.Secret, "whsec_"))
	}
}

// Without keys secrets are kept as they are.
func TestWithoutKeysSecretsAreKeptAsTheyAre(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	made, err := d.app.CreateEndpoint(t.Context(), d.admin, app.NewEndpoint{URL: "https://erp.example.com"})
	require.NoError(t, err)
	require.Empty(t, made.Endpoint.Secrets[0].KeyID)
	require.Equal(t, made.Secret, webhook.FormatSecret(made.Endpoint.Secrets[0].Sealed))
}
