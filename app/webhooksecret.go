package app

import (
	"context"
	"crypto/rand"
	"strconv"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/domain/casework"
	"arrears/domain/receivable"
	"arrears/domain/webhook"
	"arrears/port"
)

// newSecret makes a secret and seals it.
func (a *App) newSecret(id, endpointID uuid.UUID) (webhook.Secret, error) {
	key := make([]byte, webhook.SecretBytes)
	if _, err := rand.Read(key); err != nil {
		return webhook.Secret{}, err
	}
	s := webhook.Secret{ID: id, EndpointID: endpointID, CreatedAt: a.webhooks.now()}
	s.KeyID, s.Sealed = a.webhooks.Sealer.Seal(key, s.Bound())
	return s, nil
}

// shown opens the secret that the request made. An earlier attempt of the same request may have made it, and nobody saw it.
func (a *App) shown(e webhook.Endpoint, secretID uuid.UUID) (SecretShown, error) {
	out := SecretShown{Endpoint: e}
	for _, s := range e.Secrets {
		if s.ID != secretID {
			continue
		}
		key, err := a.webhooks.Sealer.Open(s.KeyID, s.Sealed, s.Bound())
		if err != nil {
			return out, err
		}
		out.Secret = webhook.FormatSecret(key)
	}
	return out, nil
}

// RotateSecret makes a new secret, which signs at once; those before it go on signing beside it for the overlap. No overlap
// ends them at once, as after a leak. Errors: access.forbidden, receivable.invalid, webhook_endpoint.not_found,
// webhook_endpoint.archived.
func (a *App) RotateSecret(ctx context.Context, who access.Principal, id uuid.UUID, overlap time.Duration) (SecretShown, error) {
	if err := access.Require(who, access.WebhooksManage); err != nil {
		return SecretShown{}, err
	}
	if overlap < 0 || overlap > webhook.MaxOverlap {
		var f receivable.Form
		f.Add("overlap_hours", receivable.CodeOutOfRange, "is out of range")
		return SecretShown{}, f.Err("overlap")
	}
	entry, err := port.NewID(ctx)
	if err != nil {
		return SecretShown{}, err
	}
	secret, err := a.newSecret(entry, id)
	if err != nil {
		return SecretShown{}, err
	}
	var e webhook.Endpoint
	err = a.write(ctx, func(ctx context.Context, tx port.Tx, now time.Time) error {
		done, err := doneBefore(ctx, tx)
		if err != nil {
			return err
		}
		if !done {
			if err := rotate(ctx, tx, now, who.ID, secret, overlap); err != nil {
				return err
			}
		}
		e, err = tx.Endpoint(ctx, id)
		return err
	})
	if err != nil {
		return SecretShown{}, err
	}
	return a.shown(e, entry)
}

func rotate(ctx context.Context, tx port.Tx, now time.Time, actor string, secret webhook.Secret, overlap time.Duration) error {
	e, err := tx.LockEndpoint(ctx, secret.EndpointID)
	if err != nil {
		return err
	}
	if e.State == webhook.Archived {
		return errEndpointArchived
	}
	retired := webhook.Retire(e.Secrets, secret.CreatedAt, overlap)
	if err := tx.WriteSecrets(ctx, append(retired, secret)); err != nil {
		return err
	}
	return recordEndpoint(ctx, tx, now, actor, e, secret.ID, "webhook.rotated", map[string]any{
		"secret_id": secret.ID.String(), "overlap_seconds": int64(overlap.Seconds()), "sealed_by": secret.KeyID,
	})
}

// DisableEndpoint stops sending to an endpoint that cannot be helped, and tells the administrators by a task. It is for the
// delivery, so nobody is authorised. One that is not enabled stays as it is. Error: webhook_endpoint.not_found.
func (a *App) DisableEndpoint(ctx context.Context, id uuid.UUID, reason string) error {
	return a.write(ctx, func(ctx context.Context, tx port.Tx, now time.Time) error {
		e, err := tx.LockEndpoint(ctx, id)
		if err != nil || e.State != webhook.Enabled {
			return err
		}
		e.State, e.Reason = webhook.DisabledByFailure, reason
		if err := tx.UpdateEndpoint(ctx, e); err != nil {
			return err
		}
		place, err := tx.Installation(ctx)
		if err != nil {
			return err
		}
		if err := recordEndpoint(ctx, tx, now, system, e, uuid.Nil, "webhook.disabled", map[string]any{
			"reason": reason, "failures": e.Failures, "position": e.Position,
		}); err != nil {
			return err
		}
		return openTask(ctx, tx, now, system, disabledTask(e, today(now, place.TimeZone)))
	})
}

// disabledTask names the endpoint by its id: its address may hold a token.
func disabledTask(e webhook.Endpoint, on calendar.Date) casework.Task {
	why := "it took nothing for days"
	if e.Reason == webhook.ReasonGone {
		why = "it answered that it is gone for good"
	}
	return casework.Task{
		Kind: "webhook_disabled", Dedupe: "webhook_disabled/" + e.ID.String() + "/" + strconv.FormatInt(e.Version, 10),
		Role: string(access.Admin), DueOn: on,
		Summary: "Events are no longer sent to webhook endpoint " + e.ID.String() + ": " + why + ". Correct it, enable it, and replay its dead letters.",
	}
}
