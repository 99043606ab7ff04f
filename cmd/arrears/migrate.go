package main

import (
	"context"

	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/internal/terminal"
	"arrears/internal/wire"
)

// operator is who works at the command line: whoever may read the database's address may do everything.
func operator() access.Principal {
	return access.Principal{ID: "operator", Name: "operator", Role: access.Admin}
}

type migrateCommand struct{}

// Run migrates the database and sets up what is not there yet.
func (migrateCommand) Run(ctx context.Context, c *console) error {
	cfg, err := loadConfig()
	if err != nil {
		return err
	}
	if err := wire.Migrate(ctx, cfg, c.logger(cfg), calendar.Clock{Kind: calendar.RealClock}); err != nil {
		return err
	}
	return c.opened(ctx, func(p *wire.Product) error {
		house, err := p.App.Settings(ctx, operator())
		if err != nil {
			return err
		}
		c.out.Line(c.out.Paint(terminal.Green, "migrated") + "  the database is up to date")
		c.out.List([]terminal.Row{
			{Name: "creditor", Value: house.CreditorName}, {Name: "time zone", Value: house.TimeZone},
			{Name: "mails from", Value: house.FromAddress}, {Name: "default policy", Value: house.DefaultPolicy},
		})
		return nil
	})
}
