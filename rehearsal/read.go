package rehearsal

import (
	"context"
	"errors"
	"io"
	"maps"
	"os"
	"slices"

	"arrears/app"
	"arrears/domain/calendar"
	"arrears/domain/fault"
	"arrears/domain/intake"
	"arrears/store"
)

// portfolio is the file as the product's own import took it, with what only the file's rows tell.
type portfolio struct {
	store.Portfolio
	report    app.ImportReport
	spellings map[string][]string // customers' names as written, by number
	lines     map[string]int      // where an invoice's number stands first
}

// readPortfolio loads the whole file by the product's own import into a place of its own: what that accepts is the history,
// and what it refuses is refused here for the same reasons.
func readPortfolio(ctx context.Context, o *Options, address string) (portfolio, error) {
	var p portfolio
	last, err := p.scan(o)
	if err != nil {
		return p, err
	}
	if last.IsZero() {
		return p, fault.New(fault.Invalid, CodeNothing, "no row of the file could be read")
	}
	h, err := openHouse(ctx, o, address, at(last, 0, mustZone(o.TimeZone)))
	if err != nil {
		return p, err
	}
	defer h.close()
	file, err := os.Open(o.File)
	if err != nil {
		return p, unreadable(o.File, err)
	}
	defer func() { _ = file.Close() }() // it was only read
	done, err := h.app.Import(ctx, clerk, app.NewImport{
		Profile: o.Profile, File: file, Filename: o.filename(), AsOf: last, Currency: o.Currency,
		Progress: func(x app.ImportProgress) { o.Progress(Progress{Doing: "reading", Done: x.Rows}) },
	})
	if err != nil {
		return p, err
	}
	p.report = done.Report
	p.Portfolio, err = h.db.Portfolio(ctx, o.Profile.Source)
	return p, err
}

func unreadable(name string, err error) error {
	return fault.Wrap(err, fault.Invalid, "file.unreadable", name+" cannot be read")
}

// scan looks through the file once: for its last day, at which the import is cut, and for how it writes names.
func (p *portfolio) scan(o *Options) (calendar.Date, error) {
	var last calendar.Date
	file, err := os.Open(o.File)
	if err != nil {
		return last, unreadable(o.File, err)
	}
	defer func() { _ = file.Close() }() // it was only read
	// At the end of time nothing of the file lies ahead.
	reader, err := intake.NewReader(file, o.Profile, intake.Options{AsOf: calendar.MaxDate, Currency: o.Currency, Today: calendar.MaxDate})
	if err != nil {
		return last, err
	}
	names := map[string]map[string]bool{}
	p.lines = map[string]int{}
	for {
		rec, err := reader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return last, err
		}
		if rec.Row == nil {
			continue
		}
		last = max(last, rec.Row.InvoiceDate, rec.Row.Settled)
		if _, again := p.lines[rec.Row.Number]; !again {
			p.lines[rec.Row.Number] = int(rec.Line)
		}
		key := rec.Row.CustomerKey()
		if names[key] == nil {
			names[key] = map[string]bool{}
		}
		names[key][rec.Row.CustomerName] = true
	}
	p.spellings = make(map[string][]string, len(names))
	for key, set := range names {
		p.spellings[key] = slices.Sorted(maps.Keys(set))
	}
	return last, nil
}
