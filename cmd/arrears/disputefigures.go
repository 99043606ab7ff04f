package main

import (
	"context"
	"fmt"

	"arrears/domain/calendar"
	"arrears/domain/report"
	"arrears/internal/wire"
)

type disputeFigures struct {
	From string `help:"First day, as 2026-01-31; 90 days in all unless told." placeholder:"DATE"`
	To   string `help:"Last day; today unless told." placeholder:"DATE"`
	By   string `help:"Beside the whole: reason, customer, team or month." enum:"reason,customer,team,month,none" default:"none"`
}

// Run tells the figures of deductions; one that cannot be computed says why.
func (f disputeFigures) Run(ctx context.Context, c *console) error {
	window, err := f.window()
	if err != nil {
		return err
	}
	return c.opened(ctx, func(p *wire.Product) error {
		told, err := p.App.DisputeFigures(ctx, operator(), window)
		if err != nil {
			return err
		}
		rows := figureRows("", told.Whole)
		if f.By != "none" {
			for _, g := range told.By(f.By) {
				rows = append(rows, figureRows(fmt.Sprintf("%s (%d)", said(g.Key), g.Claims), g.Figures)...)
			}
		}
		c.table([]string{"of", "figure", "currency", "value", "unit"}, rows, "")
		return nil
	})
}

func (f disputeFigures) window() (report.Window, error) {
	from, err := dateArg(f.From)
	if err != nil {
		return report.Window{}, err
	}
	var to calendar.Date
	to, err = dateArg(f.To)
	return report.Window{From: from, To: to}, err
}

func figureRows(of string, figures []report.Figure) [][]string {
	rows := make([][]string, 0, len(figures))
	for _, figure := range figures {
		value := figure.Decimal()
		if figure.Absent != "" {
			value = "absent: " + figure.Absent
		}
		rows = append(rows, []string{said(of), figure.ID, string(figure.Currency), value, string(figure.Unit)})
	}
	return rows
}
