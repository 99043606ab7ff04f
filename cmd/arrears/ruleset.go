package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"arrears/internal/terminal"
	"arrears/internal/wire"
	"arrears/port"
)

// ruleSets shows a page of versions of rules, whatever they are of.
func (c *console) ruleSets(found port.Paged[port.RuleSet]) {
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
}

// ruleSetArg names a version.
type ruleSetArg struct {
	Rules uuid.UUID `arg:"" help:"The version's id, as list tells it."`
}

// ruleSet prints a version as JSON.
func (c *console) ruleSet(r port.RuleSet) error {
	var text bytes.Buffer
	if err := json.Indent(&text, r.Body, "", "  "); err != nil {
		return err
	}
	c.out.Line(text.String())
	return nil
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
