package webhook

import (
	"slices"
	"time"

	"github.com/google/uuid"
)

// How secrets overlap.
const (
	// DefaultOverlap is how long an old secret goes on signing beside the new one.
	DefaultOverlap = 24 * time.Hour
	// MaxOverlap is the longest overlap that may be asked for.
	MaxOverlap = 7 * 24 * time.Hour
	// MaxSecrets is how many sign at most; more rotations end the oldest at once. It bounds the header.
	MaxSecrets = 5
)

// Secret is one signing secret of an endpoint, as it is kept. Times are real.
type Secret struct {
	ID         uuid.UUID
	EndpointID uuid.UUID
	KeyID      string // of the key that sealed it; empty: Sealed is the secret itself
	Sealed     []byte
	CreatedAt  time.Time
	ExpiresAt  *time.Time // nil: the newest
}

// Bound is what is authenticated beside a sealed secret, so that it cannot be put under another endpoint.
func (s Secret) Bound() []byte {
	return []byte("webhook " + s.EndpointID.String() + "/" + s.ID.String())
}

// Signs reports whether it signs at this moment.
func (s Secret) Signs(now time.Time) bool { return s.ExpiresAt == nil || now.Before(*s.ExpiresAt) }

// Retire returns the secrets with the moments at which they end because a new one is made: after the overlap, no later than
// was said before, and at once where they are too many. No overlap ends all of them at once, as after a leak.
func Retire(secrets []Secret, now time.Time, overlap time.Duration) []Secret {
	retired := slices.Clone(secrets)
	slices.SortFunc(retired, func(a, b Secret) int { return b.CreatedAt.Compare(a.CreatedAt) })
	ends := now.Add(overlap)
	for i := range retired {
		end := ends
		if i >= MaxSecrets-1 {
			end = now
		}
		if e := retired[i].ExpiresAt; e != nil && e.Before(end) {
			end = *e
		}
		retired[i].ExpiresAt = &end
	}
	return retired
}
