package port

import (
	"context"
	"time"

	"github.com/google/uuid"

	"arrears/domain/event"
	"arrears/domain/webhook"
)

// EndpointFilter narrows a list of endpoints; empty fields do not.
type EndpointFilter struct {
	State string
}

// DeliveryFilter narrows a list of deliveries; empty fields do not. Times are real.
type DeliveryFilter struct {
	EndpointID uuid.NullUUID
	State      string
	EventType  string
	EventID    uuid.NullUUID
	Since      time.Time // made at or after
	Until      time.Time // made before
}

// Webhooks keeps endpoints, their secrets and what is on its way to them. Lock order: the endpoint, then its deliveries.
type Webhooks interface {
	// InsertEndpoint writes an endpoint and its secrets.
	InsertEndpoint(ctx context.Context, e webhook.Endpoint) error
	// Endpoint reads one with the secrets that have not been erased. Error: webhook_endpoint.not_found.
	Endpoint(ctx context.Context, id uuid.UUID) (webhook.Endpoint, error)
	// LockEndpoint reads one and holds its row until the end of the transaction. Error: webhook_endpoint.not_found.
	LockEndpoint(ctx context.Context, id uuid.UUID) (webhook.Endpoint, error)
	// UpdateEndpoint writes everything but the secrets where the stored version is e.Version, and raises it. The caller
	// holds the row. Error: webhook_endpoint.changed (precondition).
	UpdateEndpoint(ctx context.Context, e webhook.Endpoint) error
	// CountEndpoints counts those that are not archived.
	CountEndpoints(ctx context.Context) (int, error)
	// ListEndpoints lists by id, which is by age.
	ListEndpoints(ctx context.Context, f EndpointFilter, p Page) (Paged[webhook.Endpoint], error)
	// WriteSecrets writes new secrets and the ends of old ones, which must come first.
	WriteSecrets(ctx context.Context, secrets []webhook.Secret) error

	// InsertDelivery writes a delivery that no feed holds.
	InsertDelivery(ctx context.Context, d webhook.Delivery) error
	// Delivery reads one. Error: webhook_delivery.not_found.
	Delivery(ctx context.Context, id uuid.UUID) (webhook.Delivery, error)
	// Attempts reads the last attempts of a delivery, at most limit, the oldest of them first.
	Attempts(ctx context.Context, deliveryID uuid.UUID, limit int) ([]webhook.Attempt, error)
	// ListDeliveries lists by id, which is by age.
	ListDeliveries(ctx context.Context, f DeliveryFilter, p Page) (Paged[webhook.Delivery], error)
	// ReplayDeliveries makes at most limit deliveries that match pending again, oldest first, due at now with a fresh
	// schedule. Pending ones are left alone.
	ReplayDeliveries(ctx context.Context, f DeliveryFilter, now time.Time, limit int) (int, error)
	// RetryDelivery makes one pending and due at now with a fresh schedule, whatever its state.
	// Error: webhook_delivery.in_progress while it is being tried.
	RetryDelivery(ctx context.Context, id uuid.UUID, now time.Time) error
}

// Sealer keeps small secrets from whoever sees the database alone.
type Sealer interface {
	// Seal encrypts and names the key; without keys it returns what it is given and no name.
	Seal(plain, bound []byte) (keyID string, sealed []byte)
	// Open decrypts what the named key sealed under the same bound. Errors: seal.unknown_key, seal.damaged.
	Open(keyID string, sealed, bound []byte) ([]byte, error)
}

// ClaimedDelivery is one that this caller alone may try until the lease ends.
type ClaimedDelivery struct {
	webhook.Delivery
	Event *event.Event // nil for a ping, and where the feed no longer tells it
}

// ClaimedDeliveries are deliveries of one endpoint, and what is needed to post them.
type ClaimedDeliveries struct {
	Endpoint   webhook.Endpoint // with the secrets that sign now
	Deliveries []ClaimedDelivery
	Unrecorded int // of them, how many were tried before without a record
}

// AttemptOutcome is what an attempt came to.
type AttemptOutcome struct {
	Delivery webhook.Delivery // as claimed
	Attempt  webhook.Attempt
	Verdict  webhook.Verdict
	At       time.Time
}

// EndpointHealth is how an endpoint has done lately.
type EndpointHealth struct {
	FailingSince time.Time // zero: the last attempt succeeded
	Failures     int
}
