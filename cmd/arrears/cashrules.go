package main

import (
	"context"

	"arrears/app"
	"arrears/domain/matching"
	"arrears/internal/terminal"
	"arrears/internal/wire"
)

type cashRulesList struct{ listPage }

// Run lists the versions.
func (l cashRulesList) Run(ctx context.Context, c *console) error {
	return c.opened(ctx, func(p *wire.Product) error {
		found, err := p.App.ListCashRules(ctx, operator(), l.page())
		if err == nil {
			c.ruleSets(found)
		}
		return err
	})
}

type cashRulesShow struct{ ruleSetArg }

// Run prints a version as JSON.
func (s cashRulesShow) Run(ctx context.Context, c *console) error {
	return c.opened(ctx, func(p *wire.Product) error {
		r, err := p.App.CashRules(ctx, operator(), s.Rules)
		if err != nil {
			return err
		}
		return c.ruleSet(r)
	})
}

type cashRulesFile struct {
	File string `arg:"" help:"The rules in YAML or JSON; - is standard input."`
}

// read reads a file and refuses wrong rules.
func (f cashRulesFile) read() ([]byte, error) {
	text, err := readFile(f.File, maxRulesFile)
	if err == nil {
		_, err = matching.ReadRules(text)
	}
	return text, err
}

type cashRulesCheck struct{ cashRulesFile }

// Run refuses wrong rules with every field that is wrong.
func (k cashRulesCheck) Run(c *console) error {
	if _, err := k.read(); err != nil {
		return c.allFields(err)
	}
	c.out.Line(c.out.Paint(terminal.Green, "valid"))
	return nil
}

type cashRulesPut struct {
	cashRulesFile
	ruleScope
}

// Run publishes the next version of a set.
func (r cashRulesPut) Run(ctx context.Context, c *console) error {
	text, err := r.read()
	if err != nil {
		return c.allFields(err)
	}
	return c.opened(ctx, func(p *wire.Product) error {
		in := app.NewRules{Segment: r.Segment, Body: text}
		if in.Scope, in.CustomerID, err = r.scope(ctx, p); err != nil {
			return err
		}
		made, err := p.App.PublishCashRules(ctx, operator(), in)
		if err != nil {
			return err
		}
		c.published(made.Scope, made.Version)
		return nil
	})
}

type cashRulesDefault struct{}

// Run prints the shipped rules with their comments.
func (cashRulesDefault) Run(c *console) error {
	_, err := c.raw.Write(matching.DefaultRulesYAML())
	return err
}
