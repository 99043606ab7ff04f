package main

import (
	"context"

	"arrears/app"
	"arrears/domain/matching"
	"arrears/internal/terminal"
)

type cashRulesList struct{ listPage }

// Run lists the versions.
func (l cashRulesList) Run(ctx context.Context, c *console) error {
	return c.ruleSets(ctx, l.page(), (*app.App).ListCashRules)
}

type cashRulesShow struct{ ruleSetArg }

// Run prints a version as JSON.
func (s cashRulesShow) Run(ctx context.Context, c *console) error {
	return s.print(ctx, c, (*app.App).CashRules)
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
	return r.publish(ctx, c, text, (*app.App).PublishCashRules)
}

type cashRulesDefault struct{}

// Run prints the shipped rules with their comments.
func (cashRulesDefault) Run(c *console) error {
	_, err := c.raw.Write(matching.DefaultRulesYAML())
	return err
}
