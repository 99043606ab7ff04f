package app_test

import (
	"context"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/port"
)

func TestSetUpOnce(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	before := d.fingerprint()
	other := deskInstallation()
	other.CreditorName = "Another"
	require.NoError(t, d.app.SetUp(t.Context(), other, calendar.Clock{Kind: calendar.RealClock}))
	require.Equal(t, before, d.fingerprint())
	d.refuses("receivable.invalid", func(ctx context.Context) error {
		return d.app.SetUp(ctx, port.Installation{}, calendar.Clock{Kind: calendar.RealClock})
	})
	d.refuses("calendar.invalid_clock", func(ctx context.Context) error {
		return d.app.SetUp(ctx, deskInstallation(), calendar.Clock{Kind: "sundial"})
	})
}

func TestUpdateSettings(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	was, err := d.app.Settings(t.Context(), d.reader)
	require.NoError(t, err)
	require.Equal(t, "standard", was.DefaultPolicy)
	got, err := d.app.UpdateSettings(t.Context(), d.admin, app.SettingsChange{Version: was.Version, RemitTo: ptr("DE02"), Language: ptr("de")})
	require.NoError(t, err)
	require.Equal(t, []any{"DE02", "de", was.Version + 1}, []any{got.RemitTo, got.Language, got.Version})
	for name, c := range map[string]struct {
		code string
		who  access.Principal
		in   app.SettingsChange
	}{
		"supervisor":     {"access.forbidden", d.supervisor, app.SettingsChange{Version: got.Version}},
		"stale":          {"installation.changed", d.admin, app.SettingsChange{Version: was.Version}},
		"unknown zone":   {"receivable.invalid", d.admin, app.SettingsChange{Version: got.Version, TimeZone: ptr("Mars/Base")}},
		"unknown policy": {"policy.not_found", d.admin, app.SettingsChange{Version: got.Version, DefaultPolicy: ptr("none")}},
		"no address":     {"receivable.invalid", d.admin, app.SettingsChange{Version: got.Version, FromAddress: ptr("us")}},
	} {
		t.Run(name, func(t *testing.T) {
			d.refuses(c.code, func(ctx context.Context) error {
				_, err := d.app.UpdateSettings(ctx, c.who, c.in)
				return err
			})
		})
	}
}

func TestKeysOfAnInstallation(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	var key port.Key
	d.again(func(ctx context.Context) {
		var err error
		key, err = d.app.CreateKey(ctx, d.admin, app.NewKey{Name: "ERP", Role: access.Supervisor, Prefix: "p1", Hash: [32]byte{1}})
		require.NoError(t, err)
	})
	d.recorded(key.ID, "key.created")
	first, err := d.app.CreateFirstKey(t.Context(), app.NewKey{Name: "Setup", Role: access.Admin, Prefix: "p2"})
	require.NoError(t, err)
	require.Equal(t, "system", first.CreatedBy)
	d.again(func(ctx context.Context) {
		got, err := d.app.RevokeKey(ctx, d.admin, key.ID)
		require.NoError(t, err)
		require.NotNil(t, got.RevokedAt)
	})
	d.recorded(key.ID, "key.revoked")
	list, err := d.app.ListKeys(t.Context(), d.admin)
	require.NoError(t, err)
	require.Len(t, list, 2)
	for name, c := range map[string]struct {
		code string
		fn   func(context.Context) error
	}{
		"supervisor lists":  {"access.forbidden", func(ctx context.Context) error { _, err := d.app.ListKeys(ctx, d.supervisor); return err }},
		"supervisor revoke": {"access.forbidden", func(ctx context.Context) error { _, err := d.app.RevokeKey(ctx, d.supervisor, key.ID); return err }},
		"revoked":           {"key.revoked", func(ctx context.Context) error { _, err := d.app.RevokeKey(ctx, d.admin, key.ID); return err }},
		"unknown":           {"key.not_found", func(ctx context.Context) error { _, err := d.app.RevokeKey(ctx, d.admin, uuid.New()); return err }},
		"role": {"access.unknown_role", func(ctx context.Context) error {
			_, err := d.app.CreateKey(ctx, d.admin, app.NewKey{Name: "x", Role: "boss", Prefix: "p"})
			return err
		}},
		"nameless": {"receivable.invalid", func(ctx context.Context) error {
			_, err := d.app.CreateKey(ctx, d.admin, app.NewKey{Role: access.Admin})
			return err
		}},
	} {
		t.Run(name, func(t *testing.T) { d.refuses(c.code, c.fn) })
	}
}
