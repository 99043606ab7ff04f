package store

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/domain/fault"
	"arrears/domain/policy"
	"arrears/port"
)

// policyVersionColumns are in the order of scanPolicyVersion; v is the table.
const policyVersionColumns = `
  v.id,
  v.version,
  v.body,
  v.hash,
  v.created_at,
  v.created_by,
  v.used_at`

var errPolicyKind = fault.New(fault.Conflict, "policy.kind_differs", "the policy's earlier versions are of another kind")

// LockPolicy creates the policy if it is new and locks it; see port.Policies.
func (t *tx) LockPolicy(ctx context.Context, key string, kind policy.Kind) (int, error) {
	err := t.exec(ctx, `INSERT INTO policies (key, kind) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING`, key, kind)
	if err != nil {
		return 0, err
	}
	row, err := one(ctx, t, errPolicyNotFound, scanPolicyRow,
		`SELECT key, kind, latest FROM policies WHERE key = $1 FOR UPDATE`, key)
	if err != nil {
		return 0, err
	}
	if row.Kind != kind {
		return 0, errPolicyKind
	}
	return row.Latest, nil
}

// InsertPolicyVersion writes the next version and makes it the latest; see port.Policies.
func (t *tx) InsertPolicyVersion(ctx context.Context, v port.PolicyVersion) error {
	err := t.exec(ctx, `
INSERT INTO policy_versions (
  id,
  key,
  version,
  body,
  hash,
  created_at,
  created_by
) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		v.ID, v.Policy.Key, v.Number, json.RawMessage(policy.Format(v.Policy)), v.Hash, v.CreatedAt, v.CreatedBy)
	if err != nil {
		return err
	}
	return t.change(ctx, errPolicyNotFound,
		`UPDATE policies SET latest = $2 WHERE key = $1 AND latest < $2`, v.Policy.Key, v.Number)
}

// PolicyVersion reads one by id; see port.Policies.
func (t *tx) PolicyVersion(ctx context.Context, id uuid.UUID) (port.PolicyVersion, error) {
	return one(ctx, t, errPolicyNotFound, scanPolicyVersion,
		`SELECT`+policyVersionColumns+` FROM policy_versions v WHERE v.id = $1`, id)
}

// PolicyVersionByNumber reads one by key and number; see port.Policies.
func (t *tx) PolicyVersionByNumber(ctx context.Context, key string, number int) (port.PolicyVersion, error) {
	return one(ctx, t, errPolicyNotFound, scanPolicyVersion,
		`SELECT`+policyVersionColumns+`
FROM policy_versions v
JOIN policies p ON p.key = v.key
WHERE v.key = $1 AND v.version = CASE WHEN $2 = 0 THEN p.latest ELSE $2 END`, key, number)
}

// ListPolicyVersions lists a policy's versions; see port.Policies.
func (t *tx) ListPolicyVersions(ctx context.Context, key string) ([]port.PolicyVersion, error) {
	return many(ctx, t, scanPolicyVersion,
		`SELECT`+policyVersionColumns+` FROM policy_versions v WHERE v.key = $1 ORDER BY v.version`, key)
}

// ListPolicies lists all; see port.Policies.
func (t *tx) ListPolicies(ctx context.Context) ([]port.PolicyRow, error) {
	return many(ctx, t, scanPolicyRow, `SELECT key, kind, latest FROM policies ORDER BY key`)
}

// MarkPolicyUsed notes when a case first pinned the version; see port.Policies.
func (t *tx) MarkPolicyUsed(ctx context.Context, versionID uuid.UUID, at time.Time) error {
	return t.exec(ctx, `UPDATE policy_versions SET used_at = $2 WHERE id = $1 AND used_at IS NULL`, versionID, at)
}

// SegmentPolicy returns the key assigned to a segment; see port.Policies.
func (t *tx) SegmentPolicy(ctx context.Context, segment string) (string, error) {
	keys, err := many(ctx, t, pgx.RowTo[string],
		`SELECT policy_key FROM segments WHERE segment = $1 AND policy_key IS NOT NULL`, segment)
	if err != nil || len(keys) == 0 {
		return "", err
	}
	return keys[0], nil
}

// SetSegmentPolicy assigns a policy to a segment; see port.Policies.
func (t *tx) SetSegmentPolicy(ctx context.Context, segment, key string) error {
	return t.exec(ctx, `
INSERT INTO segments (segment, policy_key) VALUES ($1, nullif($2, ''))
ON CONFLICT (segment) DO UPDATE SET policy_key = excluded.policy_key`, segment, key)
}

// ListSegments lists the assignments; see port.Policies.
func (t *tx) ListSegments(ctx context.Context) ([]port.Segment, error) {
	return many(ctx, t, scanSegment, `SELECT segment, coalesce(policy_key, '') FROM segments ORDER BY segment`)
}

func scanSegment(row pgx.CollectableRow) (port.Segment, error) {
	var s port.Segment
	err := row.Scan(&s.Segment, &s.PolicyKey)
	return s, err
}

func scanPolicyRow(row pgx.CollectableRow) (port.PolicyRow, error) {
	var r port.PolicyRow
	err := row.Scan(&r.Key, &r.Kind, &r.Latest)
	return r, err
}

func scanPolicyVersion(row pgx.CollectableRow) (port.PolicyVersion, error) {
	var v port.PolicyVersion
	var body []byte
	err := row.Scan(
		&v.ID,
		&v.Number,
		&body,
		&v.Hash,
		&v.CreatedAt,
		&v.CreatedBy,
		&v.UsedAt,
	)
	if err != nil {
		return v, err
	}
	v.Policy, err = policy.Decode(body)
	return v, err
}
