package app

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	feed "arrears/domain/event"
	"arrears/domain/receivable"
	"arrears/domain/webhook"
	"arrears/port"
)

// The bounds of looking at and repeating deliveries.
const (
	maxAttemptsShown = 100
	maxReplayed      = 10_000 // in one transaction; the answer says when there are more
)

// ListDeliveries lists by age. Errors: access.forbidden, page.bad_cursor.
func (a *App) ListDeliveries(ctx context.Context, who access.Principal, f port.DeliveryFilter, page port.Page) (port.Paged[webhook.Delivery], error) {
	return lookup(ctx, a, who, access.WebhooksRead, func(ctx context.Context, tx port.Tx) (port.Paged[webhook.Delivery], error) {
		return tx.ListDeliveries(ctx, f, page)
	})
}

// DeliveryDetail is a delivery with its last attempts, the oldest of them first.
type DeliveryDetail struct {
	webhook.Delivery
	Log []webhook.Attempt
}

// Delivery shows one. Errors: access.forbidden, webhook_delivery.not_found.
func (a *App) Delivery(ctx context.Context, who access.Principal, id uuid.UUID) (DeliveryDetail, error) {
	return lookup(ctx, a, who, access.WebhooksRead, func(ctx context.Context, tx port.Tx) (DeliveryDetail, error) {
		return deliveryDetail(ctx, tx, id)
	})
}

func deliveryDetail(ctx context.Context, tx port.Tx, id uuid.UUID) (DeliveryDetail, error) {
	var d DeliveryDetail
	var err error
	if d.Delivery, err = tx.Delivery(ctx, id); err != nil {
		return d, err
	}
	d.Log, err = tx.Attempts(ctx, id, maxAttemptsShown)
	return d, err
}

// PingEndpoint sends a test event to an endpoint, which no feed holds. The answer is its delivery, to be looked at.
// Errors: access.forbidden, webhook_endpoint.not_found, webhook_endpoint.not_enabled.
func (a *App) PingEndpoint(ctx context.Context, who access.Principal, id uuid.UUID) (DeliveryDetail, error) {
	var made DeliveryDetail
	if err := access.Require(who, access.WebhooksManage); err != nil {
		return made, err
	}
	entry, err := port.NewID(ctx)
	if err != nil {
		return made, err
	}
	err = a.write(ctx, func(ctx context.Context, tx port.Tx, now time.Time) error {
		done, err := doneBefore(ctx, tx)
		if err != nil {
			return err
		}
		if !done {
			if err := a.ping(ctx, tx, now, who.ID, id, entry); err != nil {
				return err
			}
		}
		made, err = deliveryDetail(ctx, tx, entry)
		return err
	})
	return made, err
}

// ping writes the delivery under the id of the audit entry, which is the event's as well.
func (a *App) ping(ctx context.Context, tx port.Tx, now time.Time, actor string, id, entry uuid.UUID) error {
	e, err := tx.LockEndpoint(ctx, id)
	if err != nil {
		return err
	}
	if e.State != webhook.Enabled {
		return errEndpointNotEnabled
	}
	body, err := json.Marshal(feed.Event{
		ID: entry.String(), Type: webhook.PingType, At: now, Actor: actor, SubjectKind: "webhook", SubjectID: id.String(),
	})
	if err != nil {
		return err
	}
	at := a.webhooks.now()
	if err := tx.InsertDelivery(ctx, webhook.Delivery{
		ID: entry, EndpointID: id, EventID: entry, EventType: webhook.PingType, Body: body, NextAt: at, CreatedAt: at,
	}); err != nil {
		return err
	}
	return recordEndpoint(ctx, tx, now, actor, e, entry, "webhook.pinged", nil)
}

// ReplayDelivery sends one again with a fresh schedule, whether it is dead, delivered or waits. Errors: access.forbidden,
// webhook_delivery.not_found, webhook_delivery.in_progress, webhook_endpoint.not_enabled.
func (a *App) ReplayDelivery(ctx context.Context, who access.Principal, id uuid.UUID) (DeliveryDetail, error) {
	if err := access.Require(who, access.WebhooksManage); err != nil {
		return DeliveryDetail{}, err
	}
	read := func(ctx context.Context, tx port.Tx) (DeliveryDetail, error) { return deliveryDetail(ctx, tx, id) }
	return command(ctx, a, read, func(ctx context.Context, tx port.Tx, now time.Time, entry uuid.UUID) error {
		d, err := tx.Delivery(ctx, id)
		if err != nil {
			return err
		}
		e, err := tx.LockEndpoint(ctx, d.EndpointID)
		if err != nil {
			return err
		}
		if e.State != webhook.Enabled {
			return errEndpointNotEnabled
		}
		if err := tx.RetryDelivery(ctx, id, a.webhooks.now()); err != nil {
			return err
		}
		return recordEndpoint(ctx, tx, now, who.ID, e, entry, "webhook.replayed", map[string]any{
			"delivery_id": id.String(), "event_id": d.EventID.String(), "was": d.State,
		})
	})
}

// Replay says what to send again: either the deliveries of a state that were made in a stretch of real time, or everything
// that the feed holds from a position on.
type Replay struct {
	State        string // dead unless told
	EventType    string
	Since, Until time.Time
	FromPosition *int64
}

// Replayed is what a replay came to.
type Replayed struct {
	Deliveries int   // are pending again
	More       bool  // there are more that match: ask again
	From, To   int64 // positions of the feed that are being queued again; 0 otherwise
}

// ReplayEndpoint sends again. Errors: access.forbidden, receivable.invalid, webhook_endpoint.not_found,
// webhook_endpoint.not_enabled.
func (a *App) ReplayEndpoint(ctx context.Context, who access.Principal, id uuid.UUID, in Replay) (Replayed, error) {
	var out Replayed
	if err := access.Require(who, access.WebhooksManage); err != nil {
		return out, err
	}
	if err := in.check(); err != nil {
		return out, err
	}
	read := func(context.Context, port.Tx) (Replayed, error) { return out, nil }
	return command(ctx, a, read, func(ctx context.Context, tx port.Tx, now time.Time, entry uuid.UUID) error {
		e, err := tx.LockEndpoint(ctx, id)
		if err != nil {
			return err
		}
		if e.State != webhook.Enabled {
			return errEndpointNotEnabled
		}
		if in.FromPosition != nil {
			out, err = replayFeed(ctx, tx, &e, *in.FromPosition)
		} else {
			out, err = a.replayDeliveries(ctx, tx, id, in)
		}
		if err != nil {
			return err
		}
		return recordEndpoint(ctx, tx, now, who.ID, e, entry, "webhook.replayed", map[string]any{
			"deliveries": out.Deliveries, "from_position": out.From, "to_position": out.To,
		})
	})
}

func (in Replay) check() error {
	var f receivable.Form
	if in.FromPosition != nil && (in.State != "" || in.EventType != "" || !in.Since.IsZero() || !in.Until.IsZero()) {
		f.Add("from_position", receivable.CodeMalformed, "stands alone")
	}
	if in.State != "" {
		receivable.OneOf(&f, "state", webhook.DeliveryState(in.State), webhook.Dead, webhook.Delivered)
	}
	if !in.Since.IsZero() && !in.Until.IsZero() && !in.Since.Before(in.Until) {
		f.Add("until", receivable.CodeOutOfRange, "is not after since")
	}
	return f.Err("replay")
}

func (a *App) replayDeliveries(ctx context.Context, tx port.Tx, id uuid.UUID, in Replay) (Replayed, error) {
	if in.State == "" {
		in.State = string(webhook.Dead)
	}
	n, err := tx.ReplayDeliveries(ctx, port.DeliveryFilter{
		EndpointID: someID(id), State: in.State, EventType: in.EventType, Since: in.Since, Until: in.Until,
	}, a.webhooks.now(), maxReplayed)
	return Replayed{Deliveries: n, More: n == maxReplayed}, err
}

// replayFeed has a stretch of the feed queued again, up to where the endpoint stands. What lies behind is on its way anyway.
func replayFeed(ctx context.Context, tx port.Tx, e *webhook.Endpoint, from int64) (Replayed, error) {
	if err := checkPosition(from, e.Position); err != nil {
		return Replayed{}, err
	}
	after := max(0, from-1)
	if e.Replaying() {
		after = min(after, e.ReplayAfter) // one that has not ended is not forgotten
	}
	e.ReplayAfter, e.ReplayUntil = after, e.Position
	return Replayed{From: after + 1, To: e.Position}, tx.UpdateEndpoint(ctx, *e)
}
