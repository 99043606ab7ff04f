package port

import (
	"context"
	"time"

	"github.com/google/uuid"

	"arrears/domain/policy"
)

// PolicyVersion is a stored version with its record.
type PolicyVersion struct {
	policy.Version
	Hash      []byte // sha256 of the canonical body
	CreatedAt time.Time
	UsedAt    *time.Time // when a case first pinned it
}

// PolicyRow is a policy in a list.
type PolicyRow struct {
	Key    string
	Kind   policy.Kind
	Latest int
}

// Segment is a segment with the policy assigned to it, which may be none.
type Segment struct {
	Segment   string
	PolicyKey string
}

// Policies keeps policies: versions never change.
type Policies interface {
	// LockPolicy creates the policy if it is new and locks it until the end of the transaction, so that two publications
	// get two numbers. It returns the latest number, 0 for a new one. Error: policy.kind_differs.
	LockPolicy(ctx context.Context, key string, kind policy.Kind) (latest int, err error)
	// InsertPolicyVersion writes the next version and makes it the latest.
	InsertPolicyVersion(ctx context.Context, v PolicyVersion) error
	// PolicyVersion reads one by id. Error: policy.not_found.
	PolicyVersion(ctx context.Context, id uuid.UUID) (PolicyVersion, error)
	// PolicyVersionByNumber reads one; number 0 means the latest. Error: policy.not_found.
	PolicyVersionByNumber(ctx context.Context, key string, number int) (PolicyVersion, error)
	// ListPolicyVersions lists a policy's versions, oldest first.
	ListPolicyVersions(ctx context.Context, key string) ([]PolicyVersion, error)
	// ListPolicies lists all, by key. An installation has tens, not thousands, so there are no pages.
	ListPolicies(ctx context.Context) ([]PolicyRow, error)
	// MarkPolicyUsed notes when a case first pinned the version.
	MarkPolicyUsed(ctx context.Context, versionID uuid.UUID, at time.Time) error
	// SegmentPolicy returns the key assigned to a segment, or "".
	SegmentPolicy(ctx context.Context, segment string) (string, error)
	// SetSegmentPolicy assigns a policy to a segment; an empty key takes it away.
	SetSegmentPolicy(ctx context.Context, segment, key string) error
	// ListSegments lists the assignments, by segment.
	ListSegments(ctx context.Context) ([]Segment, error)
}
