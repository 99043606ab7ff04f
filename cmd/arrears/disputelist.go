package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"arrears/app"
	"arrears/domain/dispute"
	"arrears/domain/money"
	"arrears/internal/terminal"
	"arrears/internal/wire"
	"arrears/port"
)

// disputeFilters narrow lists of cases.
type disputeFilters struct {
	State      []string `help:"Only in one of these states."`
	All        bool     `help:"Ended cases, too."`
	Customer   string   `help:"Only of this customer, by number or id."`
	Owner      string   `help:"Only of this analyst."`
	Team       string   `help:"Only of this team."`
	Reason     string   `help:"Only with this reason code; unknown: without one."`
	Reference  string   `help:"Only with this claim reference."`
	Currency   string   `help:"Only in this currency."`
	Min        string   `help:"Claimed at least this, in major units; needs a currency."`
	Max        string   `help:"Claimed at most this, in major units; needs a currency."`
	DeadlineBy string   `help:"Only with a deadline on or before this day."`
	Before     string   `help:"Only taken before this day."`
	Limit      int      `default:"50" help:"How many to show."`
}

func (f disputeFilters) filter(ctx context.Context, p *wire.Product) (port.DisputeFilter, error) {
	out := port.DisputeFilter{
		Live: !f.All && len(f.State) == 0, Owner: f.Owner, Team: f.Team, Reason: f.Reason, Reference: f.Reference, Currency: money.Currency(f.Currency),
	}
	for _, state := range f.State {
		out.States = append(out.States, dispute.State(strings.ReplaceAll(state, "-", "_")))
	}
	if f.Reason == dispute.Unknown {
		out.Reason, out.Unknown = "", true
	}
	if f.Customer != "" {
		customer, err := customerArg{f.Customer}.find(ctx, p)
		if err != nil {
			return out, err
		}
		out.CustomerID = uuid.NullUUID{UUID: customer.ID, Valid: true}
	}
	return f.bounds(out)
}

// bounds reads the amounts and days.
func (f disputeFilters) bounds(out port.DisputeFilter) (port.DisputeFilter, error) {
	var err error
	if f.Currency != "" || f.Min != "" || f.Max != "" {
		if out.Currency, err = money.ParseCurrency(f.Currency); err != nil {
			return out, err
		}
	}
	if out.MinMinor, err = amountArg(f.Min, out.Currency); err != nil {
		return out, err
	}
	if out.MaxMinor, err = amountArg(f.Max, out.Currency); err != nil {
		return out, err
	}
	if out.DeadlineBy, err = dateArg(f.DeadlineBy); err != nil {
		return out, err
	}
	out.TakenBefore, err = dateArg(f.Before)
	return out, err
}

func (f disputeFilters) page() port.Page {
	return port.Page{Limit: min(max(f.Limit, 1), port.MaxLimit)}
}

type disputeList struct{ disputeFilters }

// Run lists cases, oldest first.
func (l disputeList) Run(ctx context.Context, c *console) error {
	return c.opened(ctx, func(p *wire.Product) error {
		filter, err := l.filter(ctx, p)
		if err != nil {
			return err
		}
		found, err := p.App.ListDisputes(ctx, operator(), filter, l.page())
		if err != nil {
			return err
		}
		var rows [][]string
		for _, d := range found.Items {
			rows = append(rows, disputeRow(d))
		}
		c.table(disputeHeads(), rows, found.Next)
		return nil
	})
}

func disputeHeads() []string {
	return []string{"case", "state", "reason", "taken", ">claimed", ">undecided", ">denied", "", "owner", "reference"}
}

func disputeRow(d dispute.Dispute) []string {
	sum := d.Amounts()
	return []string{
		fmt.Sprintf("D-%d", d.Number), said(string(d.State)), said(d.Reason), d.TakenOn.String(), decimal(sum.ClaimedMinor, d.Currency),
		decimal(sum.UndecidedMinor, d.Currency), decimal(sum.DeniedMinor, d.Currency), string(d.Currency), d.Owner, d.ClaimReference,
	}
}

// pages shows a page of rows, and how to go on to the next.
func (c *console) pages(heads []string, rows [][]string, next string) {
	c.table(heads, rows, "")
	if next != "" {
		c.out.Line("… there are more: --after " + next)
	}
}

// table shows rows, and says when there are more.
func (c *console) table(heads []string, rows [][]string, next string) {
	if len(rows) == 0 {
		c.out.Line("none")
		return
	}
	c.out.Table(heads, rows)
	if next != "" {
		c.out.Line("… there are more: narrow it, or raise --limit")
	}
}

type disputeWorklist struct{ disputeFilters }

// Run lists live cases in the order in which to work on them.
func (l disputeWorklist) Run(ctx context.Context, c *console) error {
	return c.opened(ctx, func(p *wire.Product) error {
		filter, err := l.filter(ctx, p)
		if err != nil {
			return err
		}
		found, err := p.App.DisputeWorklist(ctx, operator(), filter, l.page())
		if err != nil {
			return err
		}
		var rows [][]string
		for _, r := range found.Items {
			rows = append(rows, append(disputeRow(r.Dispute), said(strings.Join(r.Order.Why, ", "))))
		}
		c.table(append(disputeHeads(), "why"), rows, found.Next)
		return nil
	})
}

type disputeShow struct{ disputeArg }

// Run shows a case with all that belongs to it.
func (s disputeShow) Run(ctx context.Context, c *console) error {
	return c.opened(ctx, func(p *wire.Product) error {
		id, err := s.find(ctx, p)
		if err != nil {
			return err
		}
		file, err := p.App.DisputeCase(ctx, operator(), id)
		if err != nil {
			return err
		}
		c.dispute(file.Dispute)
		c.disputeFile(file)
		return nil
	})
}

// disputeFile shows what belongs to a case, as far as there is any.
func (c *console) disputeFile(f app.DisputeFile) {
	var deadlines, evidence, decisions, rounds [][]string
	for _, d := range f.Deadlines {
		deadlines = append(deadlines, []string{said(string(d.Kind)), d.DueOn.String(), said(string(d.State))})
	}
	for _, e := range f.Evidence {
		need := ""
		if e.Mandatory {
			need = "mandatory"
		}
		evidence = append(evidence, []string{said(e.DocumentKind), need, e.Team, said(string(e.State)), e.ID.String()})
	}
	for _, d := range f.Decisions {
		decisions = append(decisions, []string{
			said(string(d.Kind)), said(string(d.State)), decimal(d.ValidMinor, f.Currency), decimal(d.DeniedMinor, f.Currency),
			decimal(d.ConcededMinor, f.Currency), d.DecidedBy, d.DecidedAt.UTC().Format("2006-01-02"),
		})
	}
	for _, r := range f.Rounds {
		rounds = append(rounds, []string{fmt.Sprint(r.Round), r.Channel, r.PortalReference, r.ReplyBy.String(), said(r.Answer)})
	}
	c.section([]string{"deadline", "due", "state"}, deadlines)
	c.section([]string{"evidence", "", "team", "state", "id"}, evidence)
	c.section([]string{"decision", "state", ">valid", ">denied", ">conceded", "by", "on"}, decisions)
	c.section([]string{"round", "channel", "portal reference", "reply by", "answer"}, rounds)
	if len(f.Allowed) > 0 {
		var acts []string
		for _, a := range f.Allowed {
			acts = append(acts, said(string(a)))
		}
		c.out.Line("")
		c.out.Line("possible now: " + strings.Join(acts, ", "))
	}
}

// section is a table after an empty line, if it has rows.
func (c *console) section(heads []string, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	c.out.Line("")
	c.out.Table(heads, rows)
}

type disputeTimeline struct{ disputeArg }

// Run tells everything, page by page.
func (l disputeTimeline) Run(ctx context.Context, c *console) error {
	return c.opened(ctx, func(p *wire.Product) error {
		id, err := l.find(ctx, p)
		if err != nil {
			return err
		}
		page := port.Page{Limit: port.MaxLimit}
		for {
			told, err := p.App.DisputeTimeline(ctx, operator(), id, page)
			if err != nil {
				return err
			}
			for _, e := range told.Items {
				c.out.Line(c.out.Paint(terminal.Cyan, e.At.UTC().Format("2006-01-02 15:04")) + "  " + e.Text + c.out.Paint(terminal.Faint, "  ("+e.Actor+")"))
			}
			if page.After = told.Next; page.After == "" {
				return nil
			}
		}
	})
}
