package app

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	feed "arrears/domain/event"
	"arrears/domain/fault"
	"arrears/domain/receivable"
	"arrears/domain/webhook"
	"arrears/port"
)

// Webhooks is how endpoints are kept. Its zero value refuses private addresses and seals nothing.
type Webhooks struct {
	// AllowPrivate permits plain http and addresses of this machine and the local network.
	AllowPrivate bool
	// Sealer keeps the secrets; nil keeps them as they are.
	Sealer port.Sealer
	// Real is the real clock, which deliveries and secrets run by; nil is the machine's.
	Real func() time.Time
}

func (w Webhooks) orDefault() Webhooks {
	if w.Sealer == nil {
		w.Sealer = unsealed{}
	}
	if w.Real == nil {
		w.Real = time.Now
	}
	return w
}

// now is the real instant as the database counts it.
func (w Webhooks) now() time.Time { return w.Real().UTC().Truncate(time.Microsecond) }

// unsealed is no sealer.
type unsealed struct{}

// Seal implements port.Sealer.
func (unsealed) Seal(plain, _ []byte) (string, []byte) { return "", plain }

// Open implements port.Sealer.
func (unsealed) Open(keyID string, sealed, _ []byte) ([]byte, error) {
	if keyID != "" {
		return nil, fault.New(fault.Internal, "seal.unknown_key", "the key that sealed this is not configured")
	}
	return sealed, nil
}

// What an endpoint's state does not allow.
var (
	errEndpointArchived   = fault.New(fault.Conflict, "webhook_endpoint.archived", "the endpoint was archived")
	errEndpointNotEnabled = fault.New(fault.Conflict, "webhook_endpoint.not_enabled", "the endpoint is not enabled")
	errTooManyEndpoints   = fault.Newf(fault.Conflict, "webhook_endpoint.too_many", "there are %d endpoints already; archive one first", webhook.MaxEndpoints)
)

// NewEndpoint is an endpoint as it is entered.
type NewEndpoint struct {
	URL         string
	Description string
	EventTypes  []string // none: all
	Metadata    map[string]string
	// FromPosition is the first position of the feed to send; nil begins with what happens from now on.
	FromPosition *int64
}

// SecretShown is an endpoint with its newest secret, which is shown this once.
type SecretShown struct {
	Endpoint webhook.Endpoint
	Secret   string
}

// CreateEndpoint adds an endpoint. Errors: access.forbidden, receivable.invalid, webhook_endpoint.too_many.
func (a *App) CreateEndpoint(ctx context.Context, who access.Principal, in NewEndpoint) (SecretShown, error) {
	e := webhook.Endpoint{
		URL: in.URL, Description: in.Description, EventTypes: sortedOnce(in.EventTypes), Metadata: in.Metadata, State: webhook.Enabled,
		CreatedBy: who.ID, Version: 1,
	}
	if err := access.Require(who, access.WebhooksManage); err != nil {
		return SecretShown{}, err
	}
	if err := a.checkEndpoint(e); err != nil {
		return SecretShown{}, err
	}
	id, err := port.NewID(ctx)
	if err != nil {
		return SecretShown{}, err
	}
	e.ID = id
	secret, err := a.newSecret(e.ID, e.ID)
	if err != nil {
		return SecretShown{}, err
	}
	e.Secrets = []webhook.Secret{secret}
	err = a.write(ctx, func(ctx context.Context, tx port.Tx, now time.Time) error {
		before, found, err := madeBefore(ctx, tx.Endpoint)
		if err != nil || found {
			e = before
			return err
		}
		e.CreatedAt = now
		return insertEndpoint(ctx, tx, now, &e, in.FromPosition)
	})
	if err != nil {
		return SecretShown{}, err
	}
	return a.shown(e, e.ID)
}

func insertEndpoint(ctx context.Context, tx port.Tx, now time.Time, e *webhook.Endpoint, from *int64) error {
	count, err := tx.CountEndpoints(ctx)
	if err != nil {
		return err
	}
	if count >= webhook.MaxEndpoints {
		return errTooManyEndpoints
	}
	if e.Position, err = tx.FeedTip(ctx); err != nil {
		return err
	}
	if from != nil {
		if err := checkPosition(*from, e.Position); err != nil {
			return err
		}
		e.Position = max(0, *from-1)
	}
	if err := tx.InsertEndpoint(ctx, *e); err != nil {
		return err
	}
	return recordEndpoint(ctx, tx, now, e.CreatedBy, *e, e.ID, "webhook.created", map[string]any{"event_types": e.EventTypes, "position": e.Position})
}

// checkPosition refuses a position that the feed has not reached.
func checkPosition(from, tip int64) error {
	if from >= 0 && from <= tip+1 {
		return nil
	}
	var f receivable.Form
	f.Add("from_position", receivable.CodeOutOfRange, "is not between 0 and "+strconv.FormatInt(tip+1, 10))
	return f.Err("position")
}

func (a *App) checkEndpoint(e webhook.Endpoint) error {
	var f receivable.Form
	e.Check(&f, a.webhooks.AllowPrivate)
	for _, kind := range e.EventTypes {
		if !feed.Known(kind) {
			f.Add("event_types", receivable.CodeUnknown, "names an event type that there is not")
			break
		}
	}
	return f.Err("endpoint")
}

func sortedOnce(types []string) []string {
	types = slices.Clone(types)
	slices.Sort(types)
	return slices.Compact(types)
}

func recordEndpoint(ctx context.Context, tx port.Tx, now time.Time, actor string, e webhook.Endpoint, entry uuid.UUID, action string, data map[string]any) error {
	return record(ctx, tx, now, actor, event{id: entry, action: action, kind: "webhook", subject: e.ID, data: data})
}

// Endpoint shows one, without secrets. Errors: access.forbidden, webhook_endpoint.not_found.
func (a *App) Endpoint(ctx context.Context, who access.Principal, id uuid.UUID) (webhook.Endpoint, error) {
	return lookup(ctx, a, who, access.WebhooksRead, func(ctx context.Context, tx port.Tx) (webhook.Endpoint, error) {
		return tx.Endpoint(ctx, id)
	})
}

// ListEndpoints lists by age. Errors: access.forbidden, page.bad_cursor.
func (a *App) ListEndpoints(ctx context.Context, who access.Principal, f port.EndpointFilter, page port.Page) (port.Paged[webhook.Endpoint], error) {
	return lookup(ctx, a, who, access.WebhooksRead, func(ctx context.Context, tx port.Tx) (port.Paged[webhook.Endpoint], error) {
		return tx.ListEndpoints(ctx, f, page)
	})
}

// EndpointChange changes an endpoint; what is nil stays. Version is the one that was read.
type EndpointChange struct {
	Version     int64
	URL         *string
	Description *string
	EventTypes  *[]string
	Metadata    *map[string]string
	// Enabled enables or disables. What happens while an endpoint is disabled waits for it.
	Enabled *bool
	// SkipMissed passes over what has not been queued yet: the endpoint goes on with what happens from now on.
	SkipMissed bool
}

// UpdateEndpoint changes an endpoint. Errors: access.forbidden, receivable.invalid, webhook_endpoint.not_found,
// webhook_endpoint.changed, webhook_endpoint.archived.
func (a *App) UpdateEndpoint(ctx context.Context, who access.Principal, id uuid.UUID, in EndpointChange) (webhook.Endpoint, error) {
	var changed webhook.Endpoint
	if err := access.Require(who, access.WebhooksManage); err != nil {
		return changed, err
	}
	err := a.write(ctx, func(ctx context.Context, tx port.Tx, now time.Time) error {
		was, err := tx.LockEndpoint(ctx, id)
		if err != nil {
			return err
		}
		if was.State == webhook.Archived {
			return errEndpointArchived
		}
		next, fields := in.apply(was)
		next.Version = in.Version
		if err := a.checkEndpoint(next); err != nil {
			return err
		}
		if in.SkipMissed {
			if next.Position, err = tx.FeedTip(ctx); err != nil {
				return err
			}
			fields = append(fields, "position")
		}
		if err := tx.UpdateEndpoint(ctx, next); err != nil {
			return err
		}
		if err := recordEndpointChange(ctx, tx, now, who.ID, was, next, fields); err != nil {
			return err
		}
		changed, err = tx.Endpoint(ctx, id)
		return err
	})
	return changed, err
}

// recordEndpointChange tells of the state by an entry of its own, so that it can be found.
func recordEndpointChange(ctx context.Context, tx port.Tx, now time.Time, actor string, was, next webhook.Endpoint, fields []string) error {
	if was.State != next.State {
		action := "webhook.disabled"
		if next.State == webhook.Enabled {
			action = "webhook.enabled"
		}
		if err := recordEndpoint(ctx, tx, now, actor, next, uuid.Nil, action, map[string]any{"position": next.Position, "was": was.State}); err != nil {
			return err
		}
	}
	if len(fields) == 0 {
		return nil
	}
	return recordEndpoint(ctx, tx, now, actor, next, uuid.Nil, "webhook.changed", map[string]any{"fields": fields})
}

func (in EndpointChange) apply(e webhook.Endpoint) (webhook.Endpoint, []string) {
	fields := []string{}
	set(&e.URL, in.URL, "url", &fields)
	set(&e.Description, in.Description, "description", &fields)
	if in.EventTypes != nil && !slices.Equal(e.EventTypes, sortedOnce(*in.EventTypes)) {
		e.EventTypes = sortedOnce(*in.EventTypes)
		fields = append(fields, "event_types")
	}
	if in.Metadata != nil && !maps.Equal(e.Metadata, *in.Metadata) {
		e.Metadata = *in.Metadata
		fields = append(fields, "metadata")
	}
	switch {
	case in.Enabled == nil:
	case *in.Enabled:
		e.Enable()
	case e.State == webhook.Enabled:
		e.State = webhook.Disabled
	}
	return e, fields
}

// ArchiveEndpoint ends an endpoint for good; its deliveries stay to be seen until they are swept, and what waits is cancelled.
// Errors: access.forbidden, webhook_endpoint.not_found, webhook_endpoint.archived.
func (a *App) ArchiveEndpoint(ctx context.Context, who access.Principal, id uuid.UUID) (webhook.Endpoint, error) {
	if err := access.Require(who, access.WebhooksManage); err != nil {
		return webhook.Endpoint{}, err
	}
	read := func(ctx context.Context, tx port.Tx) (webhook.Endpoint, error) { return tx.Endpoint(ctx, id) }
	return command(ctx, a, read, func(ctx context.Context, tx port.Tx, now time.Time, entry uuid.UUID) error {
		e, err := tx.LockEndpoint(ctx, id)
		if err != nil {
			return err
		}
		if e.State == webhook.Archived {
			return errEndpointArchived
		}
		e.State, e.Reason = webhook.Archived, ""
		if err := tx.UpdateEndpoint(ctx, e); err != nil {
			return err
		}
		ended := webhook.Retire(e.Secrets, a.webhooks.now(), 0)
		if err := tx.WriteSecrets(ctx, ended); err != nil {
			return err
		}
		return recordEndpoint(ctx, tx, now, who.ID, e, entry, "webhook.archived", nil)
	})
}
