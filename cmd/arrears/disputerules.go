package main

import (
	"context"
	"fmt"

	"arrears/app"
	"arrears/domain/dispute"
	"arrears/domain/money"
	"arrears/internal/terminal"
	"arrears/internal/wire"
)

type disputeCodes struct{}

// Run lists the reason codes.
func (disputeCodes) Run(ctx context.Context, c *console) error {
	return c.opened(ctx, func(p *wire.Product) error {
		found, err := p.App.ReasonCodes(ctx, operator())
		if err != nil {
			return err
		}
		var rows [][]string
		for _, r := range found {
			rows = append(rows, []string{r.Code, r.Name, choose(r.Trade, "trade", "non-trade"), choose(r.Active, "active", "inactive")})
		}
		c.table([]string{"code", "name", "kind", "state"}, rows, "")
		return nil
	})
}

func choose(yes bool, one, other string) string {
	if yes {
		return one
	}
	return other
}

type disputeRules struct {
	Check   rulesCheck   `cmd:"" help:"Check a file of triage rules."`
	Publish rulesPublish `cmd:"" help:"Publish a file of triage rules."`
	Default rulesDefault `cmd:"" help:"Print the shipped triage rules as a start for one's own."`
	List    rulesList    `cmd:"" help:"List the versions, newest last."`
	Show    rulesShow    `cmd:"" help:"Print a version."`
}

// maxRulesFile bounds what is read of a file before the rules' own bound refuses it.
const maxRulesFile = 2 << 20

type rulesFile struct {
	File string `arg:"" help:"The rules in YAML or JSON; - is standard input."`
}

func (f rulesFile) read() ([]byte, *dispute.Rules, error) {
	text, err := readFile(f.File, maxRulesFile)
	if err != nil {
		return nil, nil, err
	}
	rules, err := dispute.ReadRules(text)
	return text, rules, err
}

type rulesCheck struct{ rulesFile }

// Run refuses wrong rules with every field that is wrong.
func (k rulesCheck) Run(c *console) error {
	_, rules, err := k.read()
	if err != nil {
		return c.allFields(err)
	}
	spellings := 0
	for _, code := range rules.Codes {
		spellings += len(code.Match)
	}
	c.out.Line(c.out.Paint(terminal.Green, "valid") + fmt.Sprintf("  %d spellings, %d reasons", spellings, len(rules.Reasons)))
	return nil
}

type rulesPublish struct {
	rulesFile
	ruleScope
}

// Run publishes the next version of a set.
func (r rulesPublish) Run(ctx context.Context, c *console) error {
	text, _, err := r.read()
	if err != nil {
		return c.allFields(err)
	}
	return r.publish(ctx, c, text, (*app.App).PublishTriageRules)
}

type rulesDefault struct{}

// Run prints the shipped rules with their comments.
func (rulesDefault) Run(c *console) error {
	_, err := c.raw.Write(dispute.DefaultRulesYAML())
	return err
}

type rulesList struct{ listPage }

// Run lists the versions.
func (l rulesList) Run(ctx context.Context, c *console) error {
	return c.ruleSets(ctx, l.page(), (*app.App).ListTriageRules)
}

type rulesShow struct{ ruleSetArg }

// Run prints a version as JSON.
func (s rulesShow) Run(ctx context.Context, c *console) error {
	return s.print(ctx, c, (*app.App).TriageRules)
}

type disputeLimits struct {
	Role     string `enum:",analyst,supervisor,admin" default:"" help:"Set the limit of this role; without it all are listed."`
	Currency string `default:"EUR" help:"Its currency."`
	Kind     string `enum:"valid,invalid,concession,give_up,refund" default:"valid" help:"Of which decisions: valid, invalid, concession, give_up or refund."`
	Amount   string `help:"The most that the role may decide alone, in major units."`
}

// Run lists the limits, or sets one.
func (l disputeLimits) Run(ctx context.Context, c *console) error {
	return c.opened(ctx, func(p *wire.Product) error {
		found, err := p.App.ApprovalLimits(ctx, operator())
		if err != nil {
			return err
		}
		if l.Role != "" {
			return l.set(ctx, c, p, found)
		}
		var rows [][]string
		for _, limit := range found {
			rows = append(rows, []string{limit.Role, said(limit.Kind), amount(limit.AmountMinor, limit.Currency)})
		}
		c.table([]string{"role", "kind", ">limit"}, rows, "")
		return nil
	})
}

func (l disputeLimits) set(ctx context.Context, c *console, p *wire.Product, found []dispute.Limit) error {
	currency, err := money.ParseCurrency(l.Currency)
	if err != nil {
		return err
	}
	limit := dispute.Limit{Role: l.Role, Currency: currency, Kind: l.Kind}
	for _, there := range found {
		if there.Role == l.Role && there.Currency == currency && there.Kind == l.Kind {
			limit.Version = there.Version
		}
	}
	if limit.AmountMinor, err = amountArg(l.Amount, currency); err != nil {
		return err
	}
	if limit, err = p.App.PutApprovalLimit(ctx, operator(), limit); err != nil {
		return err
	}
	c.out.Line(fmt.Sprintf("%s may decide %s up to %s alone", limit.Role, said(limit.Kind), amount(limit.AmountMinor, limit.Currency)))
	return nil
}
