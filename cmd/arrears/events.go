package main

import (
	"context"
	"encoding/json"

	"arrears/app"
	"arrears/domain/event"
	"arrears/internal/wire"
	"arrears/port"
)

type eventsCommand struct {
	Show  eventsShow  `cmd:"" default:"withargs" help:"Print what happened, one event a line, as JSON. (default)"`
	Types eventsTypes `cmd:"" help:"List the types of events."`
}

type eventsShow struct {
	After  string   `help:"Begin behind this cursor; one is printed at the end."`
	Now    bool     `help:"Pass over what has happened already."`
	Follow bool     `short:"f" help:"Go on printing what happens until stopped."`
	Types  []string `help:"Only these types."`
}

// Run prints events to standard output and, at the end, the cursor to standard error: output can be piped, and a script can
// go on from where it ended.
func (e eventsShow) Run(ctx context.Context, c *console) error {
	return c.opened(ctx, func(p *wire.Product) error {
		cursor, err := e.print(ctx, c, p.App)
		if cursor != "" {
			c.err.Line("next: " + cursor)
		}
		if e.Follow && ctx.Err() != nil {
			err = nil // to be stopped is how following ends
		}
		return err
	})
}

// print returns the cursor behind what it printed.
func (e eventsShow) print(ctx context.Context, c *console, a *app.App) (string, error) {
	lines := json.NewEncoder(c.raw)
	lines.SetEscapeHTML(false)
	q := app.EventQuery{After: e.After, Tip: e.Now, Filter: port.EventFilter{Types: e.Types}, Limit: port.MaxLimit}
	if e.Follow {
		q.Wait = app.MaxEventWait
	}
	for {
		page, err := a.Events(ctx, operator(), q)
		if err != nil {
			return q.After, err
		}
		for _, happened := range page.Items {
			if err := lines.Encode(happened); err != nil {
				return q.After, err
			}
		}
		atTip := page.Next == q.After || q.Tip || page.Next == "0"
		if q.After, q.Tip = page.Next, false; atTip && !e.Follow {
			return q.After, nil
		}
	}
}

type eventsTypes struct{}

// Run lists the types.
func (eventsTypes) Run(c *console) error { //nolint:unparam // the form in which commands are run
	rows := [][]string{}
	for _, t := range event.Types() {
		rows = append(rows, []string{t.Name, t.Since, t.Doc})
	}
	c.out.Table([]string{"type", "since", "when"}, rows)
	return nil
}
