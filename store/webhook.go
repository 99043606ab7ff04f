package store

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/domain/fault"
	"arrears/domain/webhook"
	"arrears/port"
)

// endpointColumns are in the order of scanEndpoint.
const endpointColumns = `
  id,
  url,
  description,
  event_types,
  metadata,
  state,
  reason,
  position,
  replay_after,
  replay_until,
  failing_since,
  failures,
  paused_until,
  created_at,
  created_by,
  version`

// InsertEndpoint writes an endpoint; see port.Webhooks.
func (t *tx) InsertEndpoint(ctx context.Context, e webhook.Endpoint) error {
	if err := t.exec(ctx, `
INSERT INTO webhook_endpoints (
  id,
  url,
  description,
  event_types,
  metadata,
  state,
  position,
  created_at,
  created_by
) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		e.ID, e.URL, e.Description, listOf(e.EventTypes), objectOf(e.Metadata), e.State, e.Position, e.CreatedAt, e.CreatedBy); err != nil {
		return err
	}
	return t.WriteSecrets(ctx, e.Secrets)
}

// listOf and objectOf write nothing as an empty value: the columns are never null.
func listOf(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

func objectOf(object map[string]string) map[string]string {
	if object == nil {
		return map[string]string{}
	}
	return object
}

// Endpoint reads one; see port.Webhooks.
func (t *tx) Endpoint(ctx context.Context, id uuid.UUID) (webhook.Endpoint, error) {
	return t.endpoint(ctx, id, "")
}

// LockEndpoint reads one and holds it; see port.Webhooks.
func (t *tx) LockEndpoint(ctx context.Context, id uuid.UUID) (webhook.Endpoint, error) {
	return t.endpoint(ctx, id, ` FOR NO KEY UPDATE`)
}

func (t *tx) endpoint(ctx context.Context, id uuid.UUID, lock string) (webhook.Endpoint, error) {
	e, err := one(ctx, t, errEndpointNotFound, scanEndpoint, `SELECT`+endpointColumns+` FROM webhook_endpoints WHERE id = $1`+lock, id)
	if err != nil {
		return e, err
	}
	all := []webhook.Endpoint{e}
	err = t.withSecrets(ctx, all)
	return all[0], err
}

// UpdateEndpoint writes where the version is still the same; see port.Webhooks.
func (t *tx) UpdateEndpoint(ctx context.Context, e webhook.Endpoint) error {
	return t.change(ctx, errEndpointChanged, `
UPDATE webhook_endpoints SET
  url = $3,
  description = $4,
  event_types = $5,
  metadata = $6,
  state = $7,
  reason = $8,
  position = $9,
  replay_after = $10,
  replay_until = $11,
  failing_since = $12,
  failures = $13,
  paused_until = $14,
  version = version + 1
WHERE id = $1 AND version = $2`,
		e.ID, e.Version, e.URL, e.Description, listOf(e.EventTypes), objectOf(e.Metadata), e.State, e.Reason, e.Position, e.ReplayAfter,
		e.ReplayUntil, e.FailingSince, e.Failures, e.PausedUntil)
}

// CountEndpoints counts those that are not archived; see port.Webhooks.
func (t *tx) CountEndpoints(ctx context.Context) (int, error) {
	return one(ctx, t, errEndpointNotFound, pgx.RowTo[int], `SELECT count(*) FROM webhook_endpoints WHERE state <> 'archived'`)
}

// ListEndpoints lists by id; see port.Webhooks.
func (t *tx) ListEndpoints(ctx context.Context, f port.EndpointFilter, p port.Page) (port.Paged[webhook.Endpoint], error) {
	var w filter
	w.text("state = $?", f.State)
	if err := w.after("id", p.After); err != nil {
		return port.Paged[webhook.Endpoint]{}, err
	}
	rows, err := listed(ctx, t, scanEndpoint, `SELECT`+endpointColumns+` FROM webhook_endpoints`+w.where()+w.limit("id", p), w.args...)
	if err != nil {
		return port.Paged[webhook.Endpoint]{}, err
	}
	page := paged(rows, p, func(e webhook.Endpoint) string { return cursor(e.ID.String()) })
	return page, t.withSecrets(ctx, page.Items)
}

// WriteSecrets writes new secrets and the ends of old ones; see port.Webhooks.
func (t *tx) WriteSecrets(ctx context.Context, secrets []webhook.Secret) error {
	for _, s := range secrets { // a handful: webhook.MaxSecrets
		if err := t.exec(ctx, `
INSERT INTO webhook_secrets (
  id,
  endpoint_id,
  key_id,
  sealed,
  created_at,
  expires_at
) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (id) DO UPDATE SET expires_at = excluded.expires_at`, s.ID, s.EndpointID, s.KeyID, s.Sealed, s.CreatedAt, s.ExpiresAt); err != nil {
			return err
		}
	}
	return nil
}

// withSecrets reads the secrets of endpoints, the newest first.
func (t *tx) withSecrets(ctx context.Context, endpoints []webhook.Endpoint) error {
	place := make(map[uuid.UUID]int, len(endpoints))
	ids := make([]uuid.UUID, len(endpoints))
	for i, e := range endpoints {
		place[e.ID], ids[i] = i, e.ID
	}
	secrets, err := many(ctx, t, scanSecret, `
SELECT
  id,
  endpoint_id,
  key_id,
  sealed,
  created_at,
  expires_at
FROM webhook_secrets
WHERE endpoint_id = ANY($1)
ORDER BY expires_at DESC NULLS FIRST, created_at DESC, id DESC`, ids)
	for _, s := range secrets {
		e := &endpoints[place[s.EndpointID]]
		e.Secrets = append(e.Secrets, s)
	}
	return err
}

func scanSecret(row pgx.CollectableRow) (webhook.Secret, error) {
	var s webhook.Secret
	err := row.Scan(&s.ID, &s.EndpointID, &s.KeyID, &s.Sealed, &s.CreatedAt, &s.ExpiresAt)
	return s, err
}

func scanEndpoint(row pgx.CollectableRow) (webhook.Endpoint, error) {
	var e webhook.Endpoint
	err := row.Scan(
		&e.ID,
		&e.URL,
		&e.Description,
		&e.EventTypes,
		&e.Metadata,
		&e.State,
		&e.Reason,
		&e.Position,
		&e.ReplayAfter,
		&e.ReplayUntil,
		&e.FailingSince,
		&e.Failures,
		&e.PausedUntil,
		&e.CreatedAt,
		&e.CreatedBy,
		&e.Version,
	)
	return e, err
}

// errDeliveryInProgress: whoever tries it will record what came of it.
var errDeliveryInProgress = fault.New(fault.Conflict, "webhook_delivery.in_progress", "the delivery is being tried at this moment")
