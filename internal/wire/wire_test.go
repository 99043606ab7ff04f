package wire_test

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/auth"
	"arrears/config"
	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/domain/fault"
	"arrears/domain/policy"
	"arrears/domain/receivable"
	"arrears/internal/testkit"
	"arrears/internal/wire"
)

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func configOf(t *testing.T, variables map[string]string) config.Config {
	t.Helper()
	cfg, err := config.FromMap(variables)
	require.NoError(t, err)
	return cfg
}

// product is one over a migrated schema of its own.
func product(t *testing.T, variables map[string]string) *wire.Product {
	t.Helper()
	if variables == nil {
		variables = map[string]string{}
	}
	variables["ARREARS_DATABASE_URL"] = testkit.Schema(t)
	variables["ARREARS_DOCUMENT_STORE"] = filepath.Join(t.TempDir(), "documents")
	cfg := configOf(t, variables)
	require.NoError(t, wire.Migrate(t.Context(), cfg, quiet(), calendar.Clock{Kind: calendar.RealClock}))
	p, err := wire.Open(t.Context(), cfg, quiet())
	require.NoError(t, err)
	t.Cleanup(p.Close)
	return p
}

func TestMigrateSetsUpOnce(t *testing.T) {
	t.Parallel()
	p := product(t, map[string]string{"ARREARS_CREDITOR_NAME": "First", "ARREARS_CREDITOR_ADDRESS": `First\nHarbour Row`})
	admin := access.Principal{ID: "admin", Role: access.Admin}
	house, err := p.App.Settings(t.Context(), admin)
	require.NoError(t, err)
	require.Equal(t, "First", house.CreditorName)
	require.Equal(t, "First\nHarbour Row", house.CreditorAddress)

	cfg := p.Config
	cfg.Creditor.Name = "Second"
	require.NoError(t, wire.Migrate(t.Context(), cfg, quiet(), calendar.Clock{Kind: calendar.RealClock}))
	house, err = p.App.Settings(t.Context(), admin)
	require.NoError(t, err)
	require.Equal(t, "First", house.CreditorName, "what is there stays")
}

func TestPoliciesAreCheckedAgainstTheTemplates(t *testing.T) {
	t.Parallel()
	p := product(t, nil)
	own := policy.Default()
	own.Key = "own"
	_, err := p.App.PublishPolicy(t.Context(), access.Principal{ID: "admin", Role: access.Admin}, own)
	require.NoError(t, err)
	own.Stages[0].Template = "nobody-has-it"
	_, err = p.App.PublishPolicy(t.Context(), access.Principal{ID: "admin", Role: access.Admin}, own)
	require.Equal(t, policy.CodeInvalid, fault.CodeOf(err))
}

func TestWithoutADatabaseThereIsOneCode(t *testing.T) {
	t.Parallel()
	cfg := configOf(t, map[string]string{})
	_, err := wire.Open(t.Context(), cfg, quiet())
	require.Equal(t, wire.CodeNoDatabase, fault.CodeOf(err))
	require.Equal(t, wire.CodeNoDatabase, fault.CodeOf(wire.Migrate(t.Context(), cfg, quiet(), calendar.Clock{})))
}

func TestTheEngineIsReachedLater(t *testing.T) {
	t.Parallel()
	p := product(t, map[string]string{"ARREARS_TEMPORAL_ADDRESS": "127.0.0.1:1"})
	e, err := p.Engine(t.Context())
	require.NoError(t, err, "the API answers while the engine is away")
	defer e.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.NoError(t, p.Relay(ctx, e), "told to stop while waiting")
	require.NoError(t, p.Work(ctx, e))
}

func TestTheAPIKnowsItsKeysAndItsChecks(t *testing.T) {
	t.Parallel()
	p := product(t, map[string]string{"ARREARS_TEMPORAL_ADDRESS": "127.0.0.1:1"})
	token, err := auth.NewToken()
	require.NoError(t, err)
	key, err := p.App.CreateFirstKey(t.Context(), app.NewKey{Name: "auditor", Role: access.Auditor, Prefix: token.Prefix, Hash: token.Hash})
	require.NoError(t, err)
	e, err := p.Engine(t.Context())
	require.NoError(t, err)
	defer e.Close()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan error, 1)
	go func() { served <- p.Serve(ctx, listener, e, "test") }()
	url := "http://" + listener.Addr().String()

	require.Equal(t, http.StatusOK, status(t, url+"/healthz", ""))
	require.Equal(t, http.StatusServiceUnavailable, status(t, url+"/readyz", ""), "no engine, no worker")
	require.Equal(t, http.StatusOK, status(t, url+"/v1/me", token.Text))
	stranger, err := auth.NewToken()
	require.NoError(t, err)
	require.Equal(t, http.StatusUnauthorized, status(t, url+"/v1/me", stranger.Text))
	_, err = p.App.RevokeKey(t.Context(), access.Principal{ID: "admin", Role: access.Admin}, key.ID)
	require.NoError(t, err)
	require.Equal(t, http.StatusUnauthorized, status(t, url+"/v1/me", token.Text))

	cancel()
	require.NoError(t, <-served)
}

func status(t *testing.T, url, key string) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	request.Header.Set("Authorization", "Bearer "+key)
	answer, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	_, err = io.Copy(io.Discard, answer.Body)
	require.NoError(t, err)
	require.NoError(t, answer.Body.Close())
	return answer.StatusCode
}

func TestChannelsAreWhatIsConfigured(t *testing.T) {
	t.Parallel()
	letters := filepath.Join(t.TempDir(), "letters")
	plain, err := wire.Office(configOf(t, map[string]string{"ARREARS_LETTER_DIR": letters}))
	require.NoError(t, err)
	require.Contains(t, plain.Channels, receivable.Email)
	require.Contains(t, plain.Channels, receivable.Letter)
	require.NotContains(t, plain.Channels, receivable.SMS)

	secret := "whsec_" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat("s", 32)))
	gateway, err := wire.Office(configOf(t, map[string]string{
		"ARREARS_LETTER_DIR": letters, "ARREARS_WEBHOOK_URL": "https://gateway.example/send", "ARREARS_WEBHOOK_SECRET": secret,
	}))
	require.NoError(t, err)
	require.Contains(t, gateway.Channels, receivable.SMS)
	require.Contains(t, gateway.Channels, receivable.Webhook)
}

func TestWrongFilesAndKeysAreRefusedAtTheStart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	junk := filepath.Join(dir, "junk.pem")
	require.NoError(t, os.WriteFile(junk, []byte("not a certificate"), 0o600))
	_, err := wire.Office(configOf(t, map[string]string{"ARREARS_LETTER_DIR": dir, "ARREARS_SMTP_CA_FILE": junk}))
	require.Equal(t, wire.CodeMailCA, fault.CodeOf(err))
	_, err = wire.Office(configOf(t, map[string]string{"ARREARS_LETTER_DIR": dir, "ARREARS_SMTP_CA_FILE": filepath.Join(dir, "absent")}))
	require.Equal(t, wire.CodeMailCA, fault.CodeOf(err))

	good := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("k", 32)))
	for text, code := range map[string]string{
		"a=" + good: "", "a=" + good + ",b=" + good: "", "a": wire.CodePayloadKeys, "a=short": wire.CodePayloadKeys,
		"=" + good: wire.CodePayloadKeys, "a=" + good + ",": wire.CodePayloadKeys,
	} {
		p := wire.Product{Config: configOf(t, map[string]string{"ARREARS_PAYLOAD_KEYS": text}), Log: quiet()}
		e, err := p.Engine(t.Context())
		require.Equal(t, code, fault.CodeOf(err), text)
		if err == nil {
			e.Close()
		}
	}
	p := wire.Product{Config: configOf(t, map[string]string{"ARREARS_TEMPORAL_TLS_CERT": junk, "ARREARS_TEMPORAL_TLS_KEY": junk}), Log: quiet()}
	_, err = p.Engine(t.Context())
	require.Equal(t, wire.CodeTemporalTLS, fault.CodeOf(err))
}

func TestTogetherEndsWithTheFirstFailure(t *testing.T) {
	t.Parallel()
	failure := errors.New("it broke")
	err := wire.Together(t.Context(),
		func(ctx context.Context) error { <-ctx.Done(); return nil },
		func(context.Context) error { return failure },
	)
	require.ErrorIs(t, err, failure)
}
