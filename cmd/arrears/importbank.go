package main

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"

	"arrears/app"
	"arrears/internal/terminal"
	"arrears/internal/wire"
	"arrears/port"
)

type importBank struct {
	File    string `arg:"" help:"The file; - is standard input."`
	Format  string `help:"Its format, where it is not to be found out: camt, bai2, mt940, lockbox, x12, json, mail or csv."`
	Profile string `help:"Of a CSV: name of a shipped profile, or the file of one's own."`
	Wait    bool   `help:"Wait until it is loaded, and report. A worker must be running."`
}

// Run hands the file over and, with --wait, follows its load. It exits with 4 when the file contradicts itself or was refused.
func (i importBank) Run(ctx context.Context, c *console) error {
	in := app.NewBankFile{Filename: filepath.Base(i.File), Format: i.Format, Source: "cli"}
	var err error
	if in.Profile, err = bankProfile(i.Profile); err != nil {
		return err
	}
	file, err := openFile(i.File)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // it was only read
	in.Content = file
	return c.opened(ctx, func(p *wire.Product) error {
		f, err := p.App.ReceiveBankFile(ctx, operator(), in)
		if err != nil {
			return err
		}
		if i.Wait {
			if f, err = c.bankLoad(ctx, p, f); err != nil {
				return err
			}
		}
		return c.bankReport(ctx, p, f)
	})
}

// bankProfile is the name of a shipped profile, or the text of one's own. Errors: file.unreadable, file.too_large.
func bankProfile(name string) (string, error) {
	if !strings.ContainsAny(name, "./\\") {
		return name, nil
	}
	text, err := readFile(name, maxProfileFile)
	return string(text), err
}

// loadLook is how long to wait between two looks at a load.
const loadLook = 300 * time.Millisecond

// bankLoad follows a load to its end.
func (c *console) bankLoad(ctx context.Context, p *wire.Product, f port.BankFile) (port.BankFile, error) {
	tick := time.NewTicker(loadLook)
	defer tick.Stop()
	for f.FinishedAt == nil {
		select {
		case <-ctx.Done():
			return f, ctx.Err()
		case <-tick.C:
		}
		var err error
		if f, err = p.App.BankFile(ctx, operator(), f.ID); err != nil {
			return f, err
		}
		n := f.Counts
		c.err.Progress("payments", f.Position, n.Payments+n.Uncounted+n.Advices)
	}
	return f, nil
}

// bankReport tells what became of a file so far.
func (c *console) bankReport(ctx context.Context, p *wire.Product, f port.BankFile) error {
	c.bankCounts(f)
	switch {
	case f.State == port.BankFileRefused:
		c.out.Line(c.out.Paint(terminal.Red, "refused") + "  " + f.RefusedCode + ": " + f.RefusedText)
		return errFound
	case f.FinishedAt == nil:
		c.out.Line("arrears bank show " + f.ID.String() + " tells how it goes on")
		return nil
	}
	if err := c.bankStatementsOf(ctx, p, f); err != nil {
		return err
	}
	if n := f.Counts; n.Proposed+n.Unidentified+n.Held+n.ReturnOpen > 0 {
		c.out.Line("")
		c.out.Line("arrears cash exceptions lists what waits")
	}
	if err := c.bankProblemsOf(ctx, p, f); err != nil {
		return err
	}
	if f.Counts.Alarms+f.Counts.Refusals > 0 {
		return errFound
	}
	return nil
}

func (c *console) bankCounts(f port.BankFile) {
	n := f.Counts
	rows := []terminal.Row{
		{Name: "file", Value: f.ID.String()}, {Name: "name", Value: f.Filename}, {Name: "format", Value: orNone(f.Format, "not known yet")},
		{Name: "state", Value: f.State},
	}
	count := func(name string, many int64, style terminal.Style) {
		if many > 0 {
			rows = append(rows, terminal.Row{Name: name, Value: c.out.Paint(style, fmt.Sprint(many))})
		}
	}
	count("statements", n.Statements, "")
	count("payments", n.Payments, "")
	count("not booked", n.Uncounted, "")
	count("known before", n.Known, "")
	count("no longer told", n.Gone, terminal.Amber)
	count("new credits", n.Credits, "")
	count("  applied", n.Applied, terminal.Green)
	count("  proposed", n.Proposed, terminal.Amber)
	count("  unidentified", n.Unidentified, terminal.Amber)
	count("  held", n.Held, terminal.Amber)
	count("new debits", n.Debits, "")
	count("  returned", n.Returned, terminal.Green)
	count("  returns open", n.ReturnOpen, terminal.Amber)
	count("advices", n.Advices, "")
	count("  used", n.AdvicesUsed, terminal.Green)
	if n.Credits > 0 {
		rows = append(rows, terminal.Row{Name: "matched", Value: share(n.Applied, n.Credits, "receipts")})
	}
	if n.Lines > 0 {
		rows = append(rows, terminal.Row{Name: "", Value: share(n.LinesMatched, n.Lines, "remittance lines")})
	}
	c.out.List(rows)
}

// share says how many of how many, in percent.
func share(part, whole int64, of string) string {
	return fmt.Sprintf("%d of %d %s by themselves (%.1f %%)", part, whole, of, 100*float64(part)/float64(whole))
}

// bankStatementsOf shows the first statements of a file, with the cash proof of the days that they end on.
func (c *console) bankStatementsOf(ctx context.Context, p *wire.Product, f port.BankFile) error {
	const shown = 20
	found, err := p.App.ListBankStatements(ctx, operator(), port.BankStatementFilter{FileID: someID(f.ID)}, port.Page{Limit: shown})
	if err != nil || len(found.Items) == 0 {
		return err
	}
	names := map[uuid.UUID]string{}
	strange := map[string]bool{}
	err = eachAccount(ctx, p, func(a port.BankAccount) bool {
		names[a.ID], strange[a.Key] = a.Key, !a.Confirmed
		return true
	})
	if err != nil {
		return err
	}
	var rows [][]string
	for _, s := range found.Items {
		day := "no day told"
		if to := s.Told.To; !to.IsZero() && s.AccountID.Valid {
			days, err := p.App.CashProof(ctx, operator(), s.AccountID.UUID, to, to)
			if err != nil {
				return err
			}
			day = dayProof(days)
		}
		rows = append(rows, []string{names[s.AccountID.UUID], said(string(s.Told.Kind)), s.Told.To.String(), s.Proof, day, s.ID.String()})
	}
	c.section([]string{"account", "kind", "to", "totals", "cash of the day", "statement"}, rows)
	if found.Next != "" {
		c.out.Line("… arrears bank statements --file " + f.ID.String() + " lists all")
	}
	for _, s := range found.Items {
		if key := names[s.AccountID.UUID]; strange[key] {
			strange[key] = false // once is enough
			c.out.Line("nobody has said that " + key + " is ours: until arrears bank confirm " + key + " nothing on it is applied by itself")
		}
	}
	return nil
}

// dayProof says in short how a day's cash compares with the record.
func dayProof(days []port.CashProof) string {
	text := "nothing booked"
	for n, d := range days {
		if n > 0 {
			text += "; "
		} else {
			text = ""
		}
		text += amount(d.CreditMinor, d.Currency) + choose(d.Difference() == 0, " proven", " differs by "+decimal(d.Difference(), d.Currency))
	}
	return text
}

// bankProblemsOf shows the first problems of a file.
func (c *console) bankProblemsOf(ctx context.Context, p *wire.Product, f port.BankFile) error {
	const shown = 10
	found, err := p.App.ListBankProblems(ctx, operator(), f.ID, port.Page{Limit: shown})
	if err != nil || len(found.Items) == 0 {
		return err
	}
	c.out.Line("")
	for _, x := range found.Items {
		style := terminal.Red
		if x.Severity == "warning" {
			style = terminal.Amber
		}
		c.out.Line(fmt.Sprintf("%s  line %d, %s: %s (%s)", c.out.Paint(style, string(x.Severity)), x.Line, x.Field, x.Message, x.Code))
	}
	if found.Next != "" {
		c.out.Line("… arrears bank problems " + f.ID.String() + " lists all")
	}
	return nil
}
