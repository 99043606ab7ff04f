package store_test

import (
	"context"
	"crypto/sha256"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/domain/policy"
	"arrears/internal/testkit"
	"arrears/port"
)

func emptyHouse(t *testing.T) house {
	t.Helper()
	db, _ := testkit.DB(t)
	return house{DB: db}
}

func publishDefault(ctx context.Context, t *testing.T, tx port.Tx) port.PolicyVersion {
	t.Helper()
	p := policy.Default()
	latest, err := tx.LockPolicy(ctx, p.Key, p.Kind)
	require.NoError(t, err)
	hash := sha256.Sum256(policy.Format(p))
	v := port.PolicyVersion{Hash: hash[:], CreatedAt: noon}
	v.ID, v.Number, v.Policy, v.CreatedBy = newID(), latest+1, p, "key-1"
	require.NoError(t, tx.InsertPolicyVersion(ctx, v))
	return v
}

func TestPolicyVersions(t *testing.T) {
	t.Parallel()
	h := emptyHouse(t)
	key := policy.Default().Key
	h.in(t, func(ctx context.Context, tx port.Tx) {
		first, second := publishDefault(ctx, t, tx), publishDefault(ctx, t, tx)
		got, err := tx.PolicyVersion(ctx, first.ID)
		require.NoError(t, err)
		require.Equal(t, policy.Format(first.Policy), policy.Format(got.Policy))
		require.Equal(t, []any{1, "key-1", noon}, []any{got.Number, got.CreatedBy, got.CreatedAt})
		require.Equal(t, first.Hash, got.Hash)
		require.Nil(t, got.UsedAt)
		require.NoError(t, tx.MarkPolicyUsed(ctx, first.ID, noon))
		require.NoError(t, tx.MarkPolicyUsed(ctx, first.ID, noon.Add(time.Hour)))
		got, err = tx.PolicyVersionByNumber(ctx, key, 1)
		require.NoError(t, err)
		require.Equal(t, noon, *got.UsedAt, "the first use counts")
		got, err = tx.PolicyVersionByNumber(ctx, key, 0)
		require.NoError(t, err)
		require.Equal(t, second.ID, got.ID)
		list, err := tx.ListPolicyVersions(ctx, key)
		require.NoError(t, err)
		require.Len(t, list, 2)
		rows, err := tx.ListPolicies(ctx)
		require.NoError(t, err)
		require.Equal(t, []port.PolicyRow{{Key: key, Kind: policy.Collection, Latest: 2}}, rows)
	})
	h.refuses(t, "policy.not_found", func(ctx context.Context, tx port.Tx) error {
		_, err := tx.PolicyVersionByNumber(ctx, key, 3)
		return err
	})
	h.refuses(t, "policy.kind_differs", func(ctx context.Context, tx port.Tx) error {
		_, err := tx.LockPolicy(ctx, key, policy.Repayment)
		return err
	})
	h.refuses(t, "policy.version_taken", func(ctx context.Context, tx port.Tx) error {
		v := port.PolicyVersion{Hash: make([]byte, 32), CreatedAt: noon}
		v.ID, v.Number, v.Policy = newID(), 2, policy.Default()
		return tx.InsertPolicyVersion(ctx, v)
	})
}

func TestSegments(t *testing.T) {
	t.Parallel()
	h := emptyHouse(t)
	key := policy.Default().Key
	h.in(t, func(ctx context.Context, tx port.Tx) {
		publishDefault(ctx, t, tx)
		got, err := tx.SegmentPolicy(ctx, "retail")
		require.NoError(t, err)
		require.Empty(t, got)
		require.NoError(t, tx.SetSegmentPolicy(ctx, "retail", key))
		got, err = tx.SegmentPolicy(ctx, "retail")
		require.NoError(t, err)
		require.Equal(t, key, got)
		require.NoError(t, tx.SetSegmentPolicy(ctx, "retail", ""))
		list, err := tx.ListSegments(ctx)
		require.NoError(t, err)
		require.Equal(t, []port.Segment{{Segment: "retail"}}, list)
	})
	h.refuses(t, "policy.not_found", func(ctx context.Context, tx port.Tx) error { return tx.SetSegmentPolicy(ctx, "x", "none") })
}

func TestInstallation(t *testing.T) {
	t.Parallel()
	h := emptyHouse(t)
	in := port.Installation{
		CreditorName: "Nordlicht GmbH", CreditorAddress: "Kai 1", RemitTo: "DE00", TimeZone: "Europe/Berlin", Language: "de",
		Calendar: "DE", FromAddress: "dunning@example.com", ReplyDomain: "reply.example.com", DefaultPolicy: "standard", Version: 1,
	}
	h.refuses(t, "installation.not_found", func(ctx context.Context, tx port.Tx) error {
		_, err := tx.Installation(ctx)
		return err
	})
	h.in(t, func(ctx context.Context, tx port.Tx) {
		inserted, err := tx.InsertInstallation(ctx, in)
		require.NoError(t, err)
		require.True(t, inserted)
		inserted, err = tx.InsertInstallation(ctx, port.Installation{CreditorName: "Other"})
		require.NoError(t, err)
		require.False(t, inserted)
		in.RemitTo = "DE01"
		require.NoError(t, tx.UpdateInstallation(ctx, in))
		got, err := tx.Installation(ctx)
		require.NoError(t, err)
		in.Version = 2
		require.Equal(t, in, got)
	})
	in.Version = 1
	h.refuses(t, "installation.changed", func(ctx context.Context, tx port.Tx) error { return tx.UpdateInstallation(ctx, in) })
}

func TestBusinessClock(t *testing.T) {
	t.Parallel()
	h := emptyHouse(t)
	h.refuses(t, "clock.not_found", func(ctx context.Context, tx port.Tx) error {
		_, err := tx.BusinessClock(ctx)
		return err
	})
	stepped := calendar.Clock{Kind: calendar.SteppedClock, Position: noon}
	h.in(t, func(ctx context.Context, tx port.Tx) {
		inserted, err := tx.InsertClock(ctx, stepped)
		require.NoError(t, err)
		require.True(t, inserted)
		inserted, err = tx.InsertClock(ctx, calendar.Clock{Kind: calendar.RealClock})
		require.NoError(t, err)
		require.False(t, inserted, "the kind never changes")
		require.NoError(t, tx.StepClock(ctx, noon.Add(time.Hour)))
		got, err := tx.BusinessClock(ctx)
		require.NoError(t, err)
		require.Equal(t, noon.Add(time.Hour), got.Business(time.Now()))
	})
	h.refuses(t, "clock.backwards", func(ctx context.Context, tx port.Tx) error { return tx.StepClock(ctx, noon) })
}

func TestOnlyASteppedClockSteps(t *testing.T) {
	t.Parallel()
	h := emptyHouse(t)
	scaled := calendar.Clock{Kind: calendar.ScaledClock, Epoch: noon, Origin: noon, Rate: 17280}
	h.in(t, func(ctx context.Context, tx port.Tx) {
		_, err := tx.InsertClock(ctx, scaled)
		require.NoError(t, err)
		got, err := tx.BusinessClock(ctx)
		require.NoError(t, err)
		got.Position = time.Time{}
		require.Equal(t, scaled, got)
	})
	h.refuses(t, "clock.not_stepped", func(ctx context.Context, tx port.Tx) error { return tx.StepClock(ctx, noon.Add(1)) })
}

func TestKeys(t *testing.T) {
	t.Parallel()
	h := emptyHouse(t)
	k := port.Key{
		ID: newID(), Name: "ERP", Role: access.Supervisor, Prefix: "abc", Hash: [32]byte{7}, CreatedAt: noon, CreatedBy: "system",
	}
	h.in(t, func(ctx context.Context, tx port.Tx) {
		require.NoError(t, tx.InsertKey(ctx, k))
		got, err := tx.KeyByPrefix(ctx, "abc")
		require.NoError(t, err)
		require.Equal(t, k, got)
		require.NoError(t, tx.RevokeKey(ctx, k.ID, noon))
		k.RevokedAt = &noon
		got, err = tx.Key(ctx, k.ID)
		require.NoError(t, err)
		require.Equal(t, k, got)
		list, err := tx.ListKeys(ctx)
		require.NoError(t, err)
		require.Equal(t, []port.Key{k}, list)
	})
	h.refuses(t, "key.revoked", func(ctx context.Context, tx port.Tx) error { return tx.RevokeKey(ctx, k.ID, noon) })
	h.refuses(t, "key.not_found", func(ctx context.Context, tx port.Tx) error {
		_, err := tx.KeyByPrefix(ctx, "xyz")
		return err
	})
	h.refuses(t, "key.number_taken", func(ctx context.Context, tx port.Tx) error {
		k.ID = newID()
		return tx.InsertKey(ctx, k)
	})
}
