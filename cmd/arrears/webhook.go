package main

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"arrears/app"
	"arrears/domain/fault"
	"arrears/domain/webhook"
	"arrears/internal/terminal"
	"arrears/internal/wire"
	"arrears/port"
)

type webhookCommand struct {
	List    webhookList    `cmd:"" help:"List the endpoints."`
	Create  webhookCreate  `cmd:"" help:"Add an endpoint and print its secret; it is shown once."`
	Rotate  webhookRotate  `cmd:"" help:"Make a new secret and print it; the old one goes on signing for a while."`
	Ping    webhookPing    `cmd:"" help:"Send a test event."`
	Enable  webhookEnable  `cmd:"" help:"Send events to an endpoint again."`
	Disable webhookDisable `cmd:"" help:"Send nothing to an endpoint for now; what happens waits."`
	Archive webhookArchive `cmd:"" help:"End an endpoint for good."`
	Dead    webhookDead    `cmd:"" help:"List dead letters."`
	Replay  webhookReplay  `cmd:"" help:"Send events again: an endpoint's dead letters, or the feed from a position."`
}

// endpointArg is the endpoint that a command is about.
type endpointArg struct {
	Endpoint uuid.UUID `arg:"" help:"The endpoint's id."`
}

type webhookList struct{}

// Run lists the endpoints.
func (webhookList) Run(ctx context.Context, c *console) error {
	return c.opened(ctx, func(p *wire.Product) error {
		var rows [][]string
		page := port.Page{Limit: port.MaxLimit}
		for {
			list, err := p.App.ListEndpoints(ctx, operator(), port.EndpointFilter{}, page)
			if err != nil {
				return err
			}
			for _, e := range list.Items {
				rows = append(rows, []string{e.ID.String(), endpointState(c, e), e.URL, strings.Join(e.EventTypes, ","), strconv.FormatInt(e.Position, 10), strconv.Itoa(e.Failures)})
			}
			if page.After = list.Next; page.After == "" {
				break
			}
		}
		c.out.Table([]string{"id", "state", "address", "types", "position", "failures"}, rows)
		return nil
	})
}

func endpointState(c *console, e webhook.Endpoint) string {
	switch e.State {
	case webhook.Enabled:
		return c.out.Paint(terminal.Green, string(e.State))
	case webhook.DisabledByFailure:
		return c.out.Paint(terminal.Red, string(e.State)+" ("+e.Reason+")")
	}
	return string(e.State)
}

type webhookCreate struct {
	URL         string   `arg:"" help:"Where to post."`
	Description string   `help:"What it is."`
	Types       []string `help:"Only these types of events."`
	From        *int64   `help:"Begin with this position of the feed, instead of with what happens from now on."`
}

// Run prints the secret alone to standard output, so that it can be put into a file.
func (w webhookCreate) Run(ctx context.Context, c *console) error {
	return c.opened(ctx, func(p *wire.Product) error {
		made, err := p.App.CreateEndpoint(ctx, operator(), app.NewEndpoint{URL: w.URL, Description: w.Description, EventTypes: w.Types, FromPosition: w.From})
		if err != nil {
			return err
		}
		return c.secret(made)
	})
}

func (c *console) secret(made app.SecretShown) error {
	c.err.Line("The secret of endpoint " + made.Endpoint.ID.String() + ". It will not be shown again:")
	c.out.Line(made.Secret)
	return nil
}

type webhookRotate struct {
	endpointArg
	Overlap time.Duration `default:"24h" help:"How long older secrets go on signing; 0s ends them at once."`
}

// Run prints the new secret alone to standard output.
func (w webhookRotate) Run(ctx context.Context, c *console) error {
	return c.opened(ctx, func(p *wire.Product) error {
		made, err := p.App.RotateSecret(ctx, operator(), w.Endpoint, w.Overlap)
		if err != nil {
			return err
		}
		return c.secret(made)
	})
}

type webhookPing struct{ endpointArg }

// Run prints the delivery's id.
func (w webhookPing) Run(ctx context.Context, c *console) error {
	return c.opened(ctx, func(p *wire.Product) error {
		d, err := p.App.PingEndpoint(ctx, operator(), w.Endpoint)
		if err != nil {
			return err
		}
		c.out.Line("queued  " + d.ID.String())
		return nil
	})
}

type webhookEnable struct {
	endpointArg
	SkipMissed bool `help:"Pass over what happened meanwhile."`
}

// Run enables the endpoint.
func (w webhookEnable) Run(ctx context.Context, c *console) error {
	return w.change(ctx, c, true, w.SkipMissed)
}

type webhookDisable struct{ endpointArg }

// Run disables the endpoint.
func (w webhookDisable) Run(ctx context.Context, c *console) error {
	return w.change(ctx, c, false, false)
}

func (a endpointArg) change(ctx context.Context, c *console, enabled, skip bool) error {
	return c.opened(ctx, func(p *wire.Product) error {
		e, err := p.App.Endpoint(ctx, operator(), a.Endpoint)
		if err != nil {
			return err
		}
		e, err = p.App.UpdateEndpoint(ctx, operator(), a.Endpoint, app.EndpointChange{Version: e.Version, Enabled: &enabled, SkipMissed: skip})
		if err != nil {
			return err
		}
		c.out.Line(endpointState(c, e) + "  " + e.ID.String())
		return nil
	})
}

type webhookArchive struct{ endpointArg }

// Run archives the endpoint.
func (w webhookArchive) Run(ctx context.Context, c *console) error {
	return c.opened(ctx, func(p *wire.Product) error {
		e, err := p.App.ArchiveEndpoint(ctx, operator(), w.Endpoint)
		if err != nil {
			return err
		}
		c.out.Line(endpointState(c, e) + "  " + e.ID.String())
		return nil
	})
}

type webhookDead struct {
	Endpoint *uuid.UUID `help:"Only of this endpoint."`
	Limit    int        `default:"50" help:"How many at most, up to 200."`
}

// Run lists dead letters, the oldest first.
func (w webhookDead) Run(ctx context.Context, c *console) error {
	return c.opened(ctx, func(p *wire.Product) error {
		f := port.DeliveryFilter{State: string(webhook.Dead)}
		if w.Endpoint != nil {
			f.EndpointID = uuid.NullUUID{UUID: *w.Endpoint, Valid: true}
		}
		list, err := p.App.ListDeliveries(ctx, operator(), f, port.Page{Limit: w.Limit})
		if err != nil {
			return err
		}
		var rows [][]string
		for _, d := range list.Items {
			rows = append(rows, []string{
				d.ID.String(), d.EndpointID.String(), d.EventType, strconv.FormatInt(d.Position, 10), strconv.Itoa(d.Attempts),
				strconv.Itoa(d.LastStatus), d.LastError, d.CreatedAt.UTC().Format(time.RFC3339),
			})
		}
		c.out.Table([]string{"id", "endpoint", "type", "position", "attempts", "status", "error", "made"}, rows)
		if list.Next != "" {
			c.err.Line("There are more.")
		}
		return nil
	})
}

type webhookReplay struct {
	endpointArg
	Since        time.Time `help:"Only deliveries made at or after this moment (2026-03-31T08:15:00Z)."`
	State        string    `enum:"dead,delivered" default:"dead" help:"dead or delivered."`
	FromPosition *int64    `help:"Instead of deliveries: everything of the feed from this position on."`
	Delivery     uuid.UUID `help:"Instead of all: this one delivery."`
}

// Run says how much is sent again.
func (w webhookReplay) Run(ctx context.Context, c *console) error {
	return c.opened(ctx, func(p *wire.Product) error {
		if w.Delivery != uuid.Nil {
			return w.one(ctx, c, p)
		}
		what := app.Replay{State: w.State, Since: w.Since}
		if w.FromPosition != nil {
			what = app.Replay{FromPosition: w.FromPosition}
		}
		total := 0
		for {
			done, err := p.App.ReplayEndpoint(ctx, operator(), w.Endpoint, what)
			if err != nil {
				return err
			}
			if done.To > 0 {
				c.out.Line("queued again: positions " + strconv.FormatInt(done.From, 10) + " to " + strconv.FormatInt(done.To, 10))
				return nil
			}
			if total += done.Deliveries; !done.More {
				c.out.Line("queued again: " + strconv.Itoa(total))
				return nil
			}
		}
	})
}

func (w webhookReplay) one(ctx context.Context, c *console, p *wire.Product) error {
	d, err := p.App.Delivery(ctx, operator(), w.Delivery)
	if err != nil {
		return err
	}
	if d.EndpointID != w.Endpoint {
		return fault.New(fault.NotFound, "webhook_delivery.not_found", "the endpoint has no such delivery")
	}
	if _, err = p.App.ReplayDelivery(ctx, operator(), w.Delivery); err != nil {
		return err
	}
	c.out.Line("queued again: 1")
	return nil
}
