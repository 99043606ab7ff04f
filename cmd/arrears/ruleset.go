package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"arrears/app"
	"arrears/domain/access"
	"arrears/internal/terminal"
	"arrears/internal/wire"
	"arrears/port"
)

// ruleSets shows a page of versions of rules, whatever they are of.
func (c *console) ruleSets(
	ctx context.Context, page port.Page, list func(*app.App, context.Context, access.Principal, port.Page) (port.Paged[port.RuleSet], error),
) error {
	return c.opened(ctx, func(p *wire.Product) error {
		found, err := list(p.App, ctx, operator(), page)
		if err != nil {
			return err
		}
		var rows [][]string
		for _, r := range found.Items {
			target := r.Segment
			if r.CustomerID.Valid {
				target = r.CustomerID.UUID.String()
			}
			rows = append(rows, []string{
				r.Scope, target, fmt.Sprint(r.Version), r.CreatedBy, r.CreatedAt.UTC().Format("2006-01-02 15:04"), r.ID.String(),
			})
		}
		c.pages([]string{"scope", "of", ">version", "by", "at", "id"}, rows, found.Next)
		return nil
	})
}

// ruleSetArg names a version.
type ruleSetArg struct {
	Rules uuid.UUID `arg:"" help:"The version's id, as list tells it."`
}

// print prints the version as JSON.
func (r ruleSetArg) print(
	ctx context.Context, c *console, read func(*app.App, context.Context, access.Principal, uuid.UUID) (port.RuleSet, error),
) error {
	return c.opened(ctx, func(p *wire.Product) error {
		set, err := read(p.App, ctx, operator(), r.Rules)
		if err != nil {
			return err
		}
		var text bytes.Buffer
		if err := json.Indent(&text, set.Body, "", "  "); err != nil {
			return err
		}
		c.out.Line(text.String())
		return nil
	})
}

// ruleScope is for whom rules are.
type ruleScope struct {
	Segment  string `xor:"scope" help:"For this segment; for the installation unless told."`
	Customer string `xor:"scope" help:"For this customer, by number or id."`
}

// publish publishes text as the next version of a set.
func (r ruleScope) publish(
	ctx context.Context, c *console, text []byte, publish func(*app.App, context.Context, access.Principal, app.NewRules) (port.RuleSet, error),
) error {
	return c.opened(ctx, func(p *wire.Product) error {
		in := app.NewRules{Scope: "default", Segment: r.Segment, Body: text}
		var err error
		if in.CustomerID, err = optionalCustomer(ctx, p, r.Customer); err != nil {
			return err
		}
		switch {
		case in.CustomerID.Valid:
			in.Scope = "customer"
		case r.Segment != "":
			in.Scope = "segment"
		}
		made, err := publish(p.App, ctx, operator(), in)
		if err != nil {
			return err
		}
		c.out.Line(c.out.Paint(terminal.Green, "published") + fmt.Sprintf("  %s, version %d", made.Scope, made.Version))
		return nil
	})
}
