package main

import (
	"context"
	"fmt"

	"arrears/app"
	"arrears/domain/census"
	"arrears/internal/terminal"
	"arrears/internal/wire"
	"arrears/port"
)

type censusCommand struct {
	Engine bool `default:"true" negatable:"" help:"Compare with what runs in the engine; --no-engine looks at the database alone."`
}

// Run proves on live data what must hold, and raises what it finds. It exits with 4 when it found something.
func (k censusCommand) Run(ctx context.Context, c *console) error {
	return c.opened(ctx, func(p *wire.Product) error {
		var engine port.Workflows
		if k.Engine {
			e, err := p.Engine(ctx)
			if err != nil {
				return err
			}
			defer e.Close()
			engine = e
		}
		part := census.Part("")
		found, err := p.App.RunCensus(ctx, operator(), engine, func(now port.Census) {
			if now.Part != part && now.Part != "" {
				part = now.Part
				c.err.Step("looking at %s", part)
			}
		})
		if err != nil {
			return err
		}
		return k.tell(c, found)
	})
}

func (k censusCommand) tell(c *console, v app.CensusView) error {
	var rows [][]string
	for _, f := range v.Findings {
		said := f.Repair
		if f.Note {
			said = "note"
		}
		rows = append(rows, []string{f.Check, f.Subject, f.Detail, said})
	}
	total := app.Findings(v.Census)
	if total == 0 {
		c.out.Line(c.out.Paint(terminal.Green, "everything holds"))
	} else {
		c.out.Line(c.out.Paint(terminal.Red, fmt.Sprintf("%d findings", total)))
	}
	if len(rows) > 0 {
		c.out.Table([]string{"check", "subject", "detail", "done"}, rows)
	}
	var looked int64
	for _, n := range v.LookedAt {
		looked += n
	}
	compared := "yes"
	if !v.Engine {
		compared = "no"
	}
	c.out.List([]terminal.Row{
		{Name: "looked at", Value: fmt.Sprint(looked)},
		{Name: "engine compared", Value: compared},
		{Name: "tasks opened", Value: fmt.Sprint(v.Raised)},
		{Name: "tasks closed", Value: fmt.Sprint(v.Resolved)},
		{Name: "owners woken", Value: fmt.Sprint(v.Repaired)},
		{Name: "seconds", Value: fmt.Sprintf("%.1f", float64(v.TookMS)/1000)},
	})
	for _, name := range census.MustBeZero() {
		c.out.List([]terminal.Row{{Name: name, Value: fmt.Sprint(v.Counters[name])}})
	}
	if total > 0 {
		return errFound
	}
	return nil
}
