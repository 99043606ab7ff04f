package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"arrears/app"
	"arrears/domain/dispute"
	"arrears/domain/matching"
	"arrears/internal/terminal"
	"arrears/internal/wire"
)

type cashRulesList struct{ listPage }

// Run lists the versions.
func (l cashRulesList) Run(ctx context.Context, c *console) error {
	return c.opened(ctx, func(p *wire.Product) error {
		found, err := p.App.ListCashRules(ctx, operator(), l.page())
		if err != nil {
			return err
		}
		var rows [][]string
		for _, r := range found.Items {
			rows = append(rows, append(ruleSetRow(dispute.RuleSet(r)), r.ID.String()))
		}
		c.pages(append(ruleSetHeads(), "id"), rows, found.Next)
		return nil
	})
}

// ruleSetHeads and ruleSetRow show a version of rules, whatever they are of.
func ruleSetHeads() []string { return []string{"scope", "of", ">version", "by", "at"} }

func ruleSetRow(r dispute.RuleSet) []string {
	target := r.Segment
	if r.CustomerID.Valid {
		target = r.CustomerID.UUID.String()
	}
	return []string{r.Scope, target, fmt.Sprint(r.Version), r.CreatedBy, r.CreatedAt.UTC().Format("2006-01-02 15:04")}
}

type cashRulesShow struct {
	Rules uuid.UUID `arg:"" help:"The version's id, as list tells it."`
}

// Run prints a version as JSON.
func (s cashRulesShow) Run(ctx context.Context, c *console) error {
	return c.opened(ctx, func(p *wire.Product) error {
		r, err := p.App.CashRules(ctx, operator(), s.Rules)
		if err != nil {
			return err
		}
		var text bytes.Buffer
		if err := json.Indent(&text, r.Body, "", "  "); err != nil {
			return err
		}
		c.out.Line(text.String())
		return nil
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
		in := app.NewCashRules{Segment: r.Segment, Body: text}
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

// ruleScope is for whom rules are.
type ruleScope struct {
	Segment  string `xor:"scope" help:"For this segment; for the installation unless told."`
	Customer string `xor:"scope" help:"For this customer, by number or id."`
}

func (r ruleScope) scope(ctx context.Context, p *wire.Product) (string, uuid.NullUUID, error) {
	customer, err := optionalCustomer(ctx, p, r.Customer)
	switch {
	case customer.Valid:
		return "customer", customer, err
	case r.Segment != "":
		return "segment", customer, err
	}
	return "default", customer, err
}

func (c *console) published(scope string, version int) {
	c.out.Line(c.out.Paint(terminal.Green, "published") + fmt.Sprintf("  %s, version %d", scope, version))
}

type cashRulesDefault struct{}

// Run prints the shipped rules with their comments.
func (cashRulesDefault) Run(c *console) error {
	_, err := c.raw.Write(matching.DefaultRulesYAML())
	return err
}
