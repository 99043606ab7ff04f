package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"arrears/app"
	"arrears/domain/calendar"
	"arrears/domain/fault"
	"arrears/domain/money"
	"arrears/internal/terminal"
	"arrears/internal/wire"
	"arrears/port"
)

type ratesCommand struct {
	Load ratesLoad `cmd:"" help:"Load exchange rates from a CSV file."`
	List ratesList `cmd:"" help:"List exchange rates, newest day first."`
}

// maxRatesFile bounds a file of rates: some hundred thousand.
const maxRatesFile = 16 << 20

type ratesLoad struct {
	File   string `arg:"" help:"CSV with the columns base, quote, valid_on (YYYY-MM-DD), rate and source; - is standard input."`
	Source string `help:"Who says so, where the file has no column for it."`
}

// Run loads all rates of the file, a thousand at a time; loading it again changes nothing.
func (l ratesLoad) Run(ctx context.Context, c *console) error {
	text, err := readFile(l.File, maxRatesFile)
	if err != nil {
		return err
	}
	rates, err := readRates(text, l.Source)
	if err != nil {
		return err
	}
	return c.opened(ctx, func(p *wire.Product) error {
		var done app.RatesPut
		for some := range slices.Chunk(rates, app.MaxRates) {
			put, err := p.App.PutRates(ctx, operator(), some)
			if err != nil {
				return c.allFields(err)
			}
			done.Added, done.Corrected, done.Unchanged = done.Added+put.Added, done.Corrected+put.Corrected, done.Unchanged+put.Unchanged
		}
		c.out.Line(c.out.Paint(terminal.Green, "loaded") + fmt.Sprintf("  %d new, %d corrected, %d unchanged", done.Added, done.Corrected, done.Unchanged))
		return nil
	})
}

// The columns of a file of rates.
func rateHeads() []string { return []string{"base", "quote", "valid_on", "rate", "source"} }

func wrongRates(line int, what string) error {
	return fault.Newf(fault.Invalid, "exchange_rates.file", "line %d: %s", line, what)
}

// readRates reads a file of rates; the first line names the columns, in any order.
func readRates(text []byte, source string) ([]app.NewRate, error) {
	file := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\uFEFF"))))
	heads, err := file.Read()
	if err != nil {
		return nil, wrongRates(1, "is no line of CSV with the names of the columns")
	}
	at := map[string]int{}
	for n, head := range heads {
		head = strings.ToLower(strings.TrimSpace(head))
		if _, twice := at[head]; twice || !slices.Contains(rateHeads(), head) {
			return nil, wrongRates(1, fmt.Sprintf("%.40q is not a column, or there twice: base, quote, valid_on, rate, source", head))
		}
		at[head] = n
	}
	for _, head := range rateHeads()[:4] {
		if _, ok := at[head]; !ok {
			return nil, wrongRates(1, "the column "+head+" is missing")
		}
	}
	var rates []app.NewRate
	for {
		row, err := file.Read()
		if errors.Is(err, io.EOF) {
			return rates, nil
		}
		line, _ := file.FieldPos(0)
		if err != nil {
			return nil, wrongRates(line, "is not a line of the CSV file")
		}
		rate, err := rateOf(row, at, source)
		if err != nil {
			return nil, wrongRates(line, explain(err))
		}
		rates = append(rates, rate)
	}
}

func rateOf(row []string, at map[string]int, source string) (app.NewRate, error) {
	cell := func(head string) string {
		n, ok := at[head]
		if !ok {
			return ""
		}
		return strings.TrimSpace(row[n])
	}
	in := app.NewRate{
		Base: money.Currency(cell("base")), Quote: money.Currency(cell("quote")), Rate: cell("rate"), Source: orNone(cell("source"), source),
	}
	var err error
	if in.ValidOn, err = calendar.ParseDate(cell("valid_on")); err != nil {
		return in, err
	}
	_, err = money.ParseRate(in.Rate)
	return in, err
}

type ratesList struct {
	Base  string `help:"Only of one unit of this currency."`
	Quote string `help:"Only in this currency."`
	From  string `help:"Only of this day or later."`
	Until string `help:"Only of this day or before."`
	Limit int    `default:"50" help:"How many to show."`
}

// Run lists the rates.
func (l ratesList) Run(ctx context.Context, c *console) error {
	var f port.RateFilter
	var err error
	if f.Base, err = optionalCurrency(l.Base); err != nil {
		return err
	}
	if f.Quote, err = optionalCurrency(l.Quote); err != nil {
		return err
	}
	if f.From, err = dateArg(l.From); err != nil {
		return err
	}
	if f.Until, err = dateArg(l.Until); err != nil {
		return err
	}
	return c.opened(ctx, func(p *wire.Product) error {
		found, err := p.App.ListRates(ctx, operator(), f, port.Page{Limit: l.Limit})
		if err != nil {
			return err
		}
		var rows [][]string
		for _, r := range found.Items {
			rows = append(rows, []string{string(r.Base), string(r.Quote), r.ValidOn.String(), string(r.Rate), r.Source, r.CreatedBy})
		}
		c.table([]string{"base", "quote", "on", ">rate", "source", "by"}, rows, found.Next)
		return nil
	})
}
