package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/google/uuid"

	"arrears/app"
	"arrears/domain/claimlist"
	"arrears/domain/fault"
	"arrears/domain/money"
	"arrears/internal/terminal"
	"arrears/internal/wire"
	"arrears/port"
)

type disputeImport struct {
	File     string `arg:"" help:"The list; - is standard input."`
	Profile  string `required:"" help:"Name of a shipped profile of lists, or the file of one's own."`
	Source   string `help:"Source of the claims, when it is not the profile's."`
	Customer string `help:"Whose list it is, by number or id: rows of others are refused."`
	Currency string `help:"Currency of rows that state none."`
}

// Run loads a customer's list of deductions and reports what became of its rows. It exits with 4 when rows were refused.
func (i disputeImport) Run(ctx context.Context, c *console) error {
	in := app.NewClaimImport{Source: i.Source, Filename: filepath.Base(i.File)}
	var err error
	if in.Profile, err = listProfile(i.Profile); err != nil {
		return c.allFields(err)
	}
	if i.Currency != "" {
		if in.Currency, err = money.ParseCurrency(i.Currency); err != nil {
			return err
		}
	}
	file, err := openFile(i.File)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // it was only read
	in.File = file
	in.Progress = func(done, rows int) { c.err.Progress("rows", int64(done), int64(rows)) }
	return c.opened(ctx, func(p *wire.Product) error {
		if i.Customer != "" {
			customer, err := customerArg{i.Customer}.find(ctx, p)
			if err != nil {
				return err
			}
			in.Customer = uuid.NullUUID{UUID: customer.ID, Valid: true}
		}
		done, err := p.App.LoadClaims(ctx, operator(), in)
		if err != nil {
			return err
		}
		return c.claimsLoaded(ctx, p, done)
	})
}

// listProfile is a shipped profile of lists by its name, or read from a file.
func listProfile(name string) (*claimlist.Profile, error) {
	if !strings.ContainsAny(name, "./\\") {
		return claimlist.Shipped(name)
	}
	text, err := readFile(name, maxProfileFile)
	if err != nil {
		return nil, err
	}
	return claimlist.LoadProfile(text)
}

// claimsLoaded reports a load.
func (c *console) claimsLoaded(ctx context.Context, p *wire.Product, done app.ClaimsImported) error {
	r := done.Report
	rows := []terminal.Row{{Name: "import", Value: done.Run.ID.String()}}
	for _, count := range []struct {
		name  string
		n     int64
		style terminal.Style
	}{
		{"rows read", r.RowsRead, ""}, {"opened", r.Opened, terminal.Green}, {"known", r.Known, ""}, {"taken back", r.Deleted, ""},
		{"doubled", r.Doubled, ""}, {"refused", r.Refused, terminal.Red}, {"suspicious", r.Suspicious, terminal.Amber},
	} {
		text := fmt.Sprint(count.n)
		if count.n > 0 && count.style != "" {
			text = c.out.Paint(count.style, text)
		}
		rows = append(rows, terminal.Row{Name: count.name, Value: text})
	}
	c.out.List(rows)
	for _, cur := range r.Currencies {
		c.out.Line(fmt.Sprintf("%s in %d claims", amount(cur.AmountMinor, cur.Currency), cur.Rows))
	}
	for _, code := range slices.Sorted(maps.Keys(r.Codes)) {
		c.out.Line(fmt.Sprintf("%8d  %s", r.Codes[code], code))
	}
	if r.Refused == 0 {
		return nil
	}
	if err := c.quarantined(ctx, p, app.Imported{Run: done.Run, Report: app.ImportReport{ImportCounts: app.ImportCounts{Refused: r.Refused}}}); err != nil {
		return err
	}
	return errFound
}

type disputeProfiles struct{}

// Run lists the profiles of lists.
func (disputeProfiles) Run(c *console) error {
	var rows []terminal.Row
	for _, name := range claimlist.ShippedNames() {
		p, err := claimlist.Shipped(name)
		if err != nil {
			return err
		}
		rows = append(rows, terminal.Row{Name: name, Value: p.Description})
	}
	c.out.List(rows)
	return nil
}

type disputeCorrect struct {
	Row    uuid.UUID         `arg:"" help:"Id of the row in quarantine."`
	Fields map[string]string `arg:"" help:"Columns and what they should have said: customer_number=4711"`
}

// Run loads a row in quarantine again.
func (k disputeCorrect) Run(ctx context.Context, c *console) error {
	return c.opened(ctx, func(p *wire.Product) error {
		q, err := p.App.CorrectQuarantine(ctx, operator(), k.Row, k.Fields)
		if err != nil {
			return c.allFields(err)
		}
		c.out.Line(q.State)
		return nil
	})
}

type disputeQuarantine struct {
	Import uuid.UUID `arg:"" help:"Id of the load."`
	All    bool      `help:"Settled rows, too."`
}

// Run lists the rows of a load in quarantine.
func (l disputeQuarantine) Run(ctx context.Context, c *console) error {
	return c.opened(ctx, func(p *wire.Product) error {
		state := "open"
		if l.All {
			state = ""
		}
		found, err := p.App.ListQuarantine(ctx, operator(), l.Import, state, port.Page{Limit: port.MaxLimit})
		if err != nil {
			return err
		}
		var rows [][]string
		for _, q := range found.Items {
			rows = append(rows, []string{fmt.Sprint(q.Line), q.Severity, q.Field, q.Code, q.Message, q.ID.String()})
		}
		c.table([]string{">line", "severity", "field", "code", "message", "id"}, rows, found.Next)
		return nil
	})
}

type disputeExport struct {
	disputeFilters
	Out string `default:"-" help:"The file to write; - is standard output."`
}

// Run writes a list of cases as CSV.
func (e disputeExport) Run(ctx context.Context, c *console) error {
	return c.opened(ctx, func(p *wire.Product) error {
		filter, err := e.filter(ctx, p)
		if err != nil {
			return err
		}
		var list bytes.Buffer
		if err := p.App.ExportDisputes(ctx, operator(), filter, claimlist.NewWriter(&list).Write); err != nil {
			return err
		}
		return c.keep(e.Out, list.Bytes())
	})
}

type disputePackage struct {
	disputeArg
	Out string `required:"" help:"The zip file to write; - is standard output."`
}

// Run writes what goes to the customer's portal.
func (k disputePackage) Run(ctx context.Context, c *console) error {
	return c.opened(ctx, func(p *wire.Product) error {
		id, err := k.find(ctx, p)
		if err != nil {
			return err
		}
		found, err := p.App.DisputePackage(ctx, operator(), id)
		if err != nil {
			return err
		}
		return c.stream(k.Out, func(out io.Writer) error { return p.App.WriteDisputePackage(ctx, operator(), out, found) })
	})
}

// keep writes a result to a file, or to standard output for "-". Error: file.unwritable.
func (c *console) keep(name string, content []byte) error {
	if name == "-" {
		_, err := io.Copy(c.raw, bytes.NewReader(content))
		return err
	}
	const private = 0o600 // it is about what customers owe
	if err := os.WriteFile(name, content, private); err != nil {
		return fault.Wrap(err, fault.Invalid, "file.unwritable", name+" cannot be written")
	}
	c.out.Line("wrote " + name)
	return nil
}
