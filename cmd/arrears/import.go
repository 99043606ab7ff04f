package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"arrears/app"
	"arrears/domain/calendar"
	"arrears/domain/intake"
	"arrears/domain/money"
	"arrears/internal/terminal"
	"arrears/internal/wire"
	"arrears/port"
)

type importCommand struct {
	Invoices importInvoices `cmd:"" help:"Load a file of invoices."`
	Bank     importBank     `cmd:"" help:"Load a file of a bank or payer: statements, lockboxes, remittance advices."`
	Profiles importProfiles `cmd:"" help:"List the shipped profiles."`
}

type importProfiles struct{}

// Run lists the profiles.
func (importProfiles) Run(c *console) error {
	var rows []terminal.Row
	for _, name := range intake.ShippedNames() {
		p, err := intake.Shipped(name)
		if err != nil {
			return err
		}
		rows = append(rows, terminal.Row{Name: name, Value: p.Description})
	}
	c.out.List(rows)
	return nil
}

type importInvoices struct {
	File     string `arg:"" help:"The file; - is standard input."`
	Profile  string `required:"" help:"Name of a shipped profile, or the file of one's own."`
	AsOf     string `help:"Cut the file: later invoices are not there yet, later settlements not known."`
	Currency string `help:"Currency of files that state none."`
	Source   string `help:"Source of the documents, when it is not the profile's."`
	Snapshot bool   `help:"The file is a full list of what is open: what it does not name is closed in the source."`
	Control  string `help:"Control totals of a snapshot, per customer and currency, in CSV or JSON."`
	Language string `help:"Language of customers that the file makes known, where it says none."`
	TimeZone string `help:"Their time zone (IANA name)."`
	Country  string `help:"Their country (ISO 3166 alpha-2)."`
}

// Run loads the file and reports what became of its rows. It exits with 4 when rows were refused or totals differ.
func (i importInvoices) Run(ctx context.Context, c *console) error {
	in, err := i.input()
	if err != nil {
		return err
	}
	file, err := openFile(i.File)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // it was only read
	in.File, in.Filename = file, filepath.Base(i.File)
	in.Progress = c.importProgress(sizeOf(i.File))
	return c.opened(ctx, func(p *wire.Product) error {
		done, err := p.App.Import(ctx, operator(), in)
		if err != nil {
			return err
		}
		return c.imported(ctx, p, done)
	})
}

func (i importInvoices) input() (app.NewImport, error) {
	in := app.NewImport{
		Source: i.Source, Mode: app.ImportDelta,
		Customers: app.CustomerDefaults{Language: i.Language, TimeZone: i.TimeZone, Country: i.Country},
	}
	var err error
	if in.Profile, err = profile(i.Profile); err != nil {
		return in, err
	}
	if i.Snapshot {
		in.Mode = app.ImportSnapshot
	}
	if i.AsOf != "" {
		if in.AsOf, err = calendar.ParseDate(i.AsOf); err != nil {
			return in, err
		}
	}
	if i.Currency != "" {
		if in.Currency, err = money.ParseCurrency(i.Currency); err != nil {
			return in, err
		}
	}
	if i.Control != "" {
		in.Controls, err = controls(i.Control)
	}
	return in, err
}

// maxProfileFile bounds what is read of a profile before its own bound refuses it.
const maxProfileFile = 1 << 20

// profile is a shipped one by its name, or read from a file. Errors: intake.unknown_profile and those of a profile.
func profile(name string) (*intake.Profile, error) {
	if !strings.ContainsAny(name, "./\\") {
		return intake.Shipped(name)
	}
	text, err := readFile(name, maxProfileFile)
	if err != nil {
		return nil, err
	}
	return intake.LoadProfile(text)
}

func controls(name string) ([]intake.Control, error) {
	in, err := openFile(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = in.Close() }() // it was only read
	return intake.ReadControls(in)
}

// sizeOf is a file's size, 0 where there is none to know.
func sizeOf(name string) int64 {
	info, err := os.Stat(name)
	if err != nil || !info.Mode().IsRegular() {
		return 0
	}
	return info.Size()
}

// importProgress shows how much of the file was read; of a stream, how many rows.
func (c *console) importProgress(size int64) func(app.ImportProgress) {
	const kilobyte = 1024
	return func(p app.ImportProgress) {
		if size > 0 {
			c.err.Progress(fmt.Sprintf("%d rows, KiB", p.Rows), min(p.Bytes, size)/kilobyte, max(1, size/kilobyte))
			return
		}
		c.err.Step("%d rows", p.Rows)
	}
}

// imported reports a load.
func (c *console) imported(ctx context.Context, p *wire.Product, done app.Imported) error {
	r := done.Report
	count := func(name string, n int64, style terminal.Style) terminal.Row {
		text := fmt.Sprint(n)
		if n > 0 && style != "" {
			text = c.out.Paint(style, text)
		}
		return terminal.Row{Name: name, Value: text}
	}
	c.out.List([]terminal.Row{
		{Name: "import", Value: done.Run.ID.String()},
		count("rows read", r.RowsRead, ""), count("accepted", r.Accepted, terminal.Green), count("changed", r.Changed, terminal.Green),
		count("unchanged", r.Unchanged, ""), count("refused", r.Refused, terminal.Red), count("suspicious", r.Suspicious, terminal.Amber),
		count("not yet there", r.NotYet, ""), count("new customers", r.NewCustomers, ""),
		{Name: "seconds", Value: fmt.Sprintf("%.1f", float64(r.DurationMS)/1000)},
	})
	for _, cur := range r.Currencies {
		c.out.Line(fmt.Sprintf("%s in %d rows", amount(cur.AmountMinor, cur.Currency), cur.Rows))
	}
	for _, code := range slices.Sorted(maps.Keys(r.Codes)) {
		c.out.Line(fmt.Sprintf("%8d  %s", r.Codes[code], code))
	}
	if err := c.quarantined(ctx, p, done); err != nil {
		return err
	}
	if r.Refused > 0 || c.snapshot(r.Snapshot) {
		return errFound
	}
	return nil
}

// quarantined shows the first refused rows; the API lists them all.
func (c *console) quarantined(ctx context.Context, p *wire.Product, done app.Imported) error {
	if done.Report.Refused == 0 {
		return nil
	}
	const shown = 10
	rows, err := p.App.ListQuarantine(ctx, operator(), done.Run.ID, "open", port.Page{Limit: shown})
	if err != nil {
		return err
	}
	c.out.Line("")
	for _, q := range rows.Items {
		c.out.Line(fmt.Sprintf("line %d, %s: %s (%s)", q.Line, q.Field, q.Message, q.Code))
	}
	if rows.Next != "" {
		c.out.Line(fmt.Sprintf("… GET /v1/imports/%s/quarantine lists all", done.Run.ID))
	}
	return nil
}

// snapshot reports how a full list compares with what is open here, and whether it differs.
func (c *console) snapshot(s *app.SnapshotReport) bool {
	if s == nil {
		return false
	}
	if s.Missing == 0 && s.Differing == 0 {
		c.out.Line(c.out.Paint(terminal.Green, "ties out") + "  what is open here is what the list says, as of " + s.AsOf.String())
		return false
	}
	const shown = 10
	c.out.Line(fmt.Sprintf("%s  %d invoices are open here and not in the list, %d customers and currencies differ; %d tasks were opened",
		c.out.Paint(terminal.Red, "differs"), s.Missing, s.Differing, s.Tasks))
	for _, d := range s.Differences[:min(shown, len(s.Differences))] {
		c.out.Line(fmt.Sprintf("%s: stated %s in %d, here %s in %d", d.CustomerNumber, amount(d.Stated.SumMinor, d.Currency), d.Stated.Count,
			amount(d.Here.SumMinor, d.Currency), d.Here.Count))
	}
	return true
}
