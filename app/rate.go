package app

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/domain/money"
	"arrears/domain/receivable"
	"arrears/port"
)

// MaxRates bounds how many rates are put at once.
const MaxRates = 1000

// maxRateSource bounds who says so; it is a key, no sentence.
const maxRateSource = 60

// NewRate is what a unit of Base is worth in Quote from a day on.
type NewRate struct {
	Base, Quote money.Currency
	ValidOn     calendar.Date
	Rate        string // a decimal above zero
	Source      string // who says so
}

// RatesPut counts what became of rates.
type RatesPut struct{ Added, Corrected, Unchanged int }

// PutRates writes up to 1,000 exchange rates. The same rate again changes nothing; another one for the same pair and day takes
// its place, and the record has both. What was decided at a rate stays as it was.
// Errors: access.forbidden, receivable.invalid.
func (a *App) PutRates(ctx context.Context, who access.Principal, list []NewRate) (RatesPut, error) {
	var done RatesPut
	if err := access.Require(who, access.RatesWrite); err != nil {
		return done, err
	}
	rates, err := readRates(list)
	if err != nil {
		return done, err
	}
	entry, err := port.NewID(ctx)
	if err != nil {
		return done, err
	}
	err = a.write(ctx, func(ctx context.Context, tx port.Tx, now time.Time) error {
		if before, err := doneBefore(ctx, tx); err != nil || before {
			done.Unchanged = len(rates)
			return err
		}
		for n := range rates {
			rates[n].CreatedBy, rates[n].CreatedAt = who.ID, now
		}
		added, corrected, err := tx.PutRates(ctx, rates)
		if err != nil {
			return err
		}
		done = RatesPut{Added: added, Corrected: len(corrected), Unchanged: len(rates) - added - len(corrected)}
		if added+len(corrected) == 0 {
			return nil
		}
		return recordRates(ctx, tx, now, who.ID, entry, done, corrected)
	})
	return done, err
}

// readRates checks all of them and says of each what is wrong.
func readRates(list []NewRate) ([]port.ExchangeRate, error) {
	var f receivable.Form
	if len(list) == 0 || len(list) > MaxRates {
		f.Add("rates", receivable.CodeOutOfRange, "must be 1 to 1000")
		return nil, f.Err("exchange rates")
	}
	rates := make([]port.ExchangeRate, len(list))
	seen := make(map[port.ExchangeRate]bool, len(list))
	for n, in := range list {
		at := fmt.Sprintf("rates[%d].", n)
		rates[n].DatedRate = in.read(&f, at)
		key := port.ExchangeRate{DatedRate: money.DatedRate{Base: in.Base, Quote: in.Quote, ValidOn: in.ValidOn}}
		if seen[key] {
			f.Add(at+"valid_on", receivable.CodeOutOfRange, "this pair and day are given twice")
		}
		seen[key] = true
	}
	slices.SortFunc(rates, func(a, b port.ExchangeRate) int {
		return cmp.Or(cmp.Compare(a.Base, b.Base), cmp.Compare(a.Quote, b.Quote), cmp.Compare(a.ValidOn, b.ValidOn))
	})
	return rates, f.Err("exchange rates")
}

func (in NewRate) read(f *receivable.Form, at string) money.DatedRate {
	f.Currency(at+"base", in.Base)
	f.Currency(at+"quote", in.Quote)
	if in.Base == in.Quote {
		f.Add(at+"quote", receivable.CodeOutOfRange, "must be another currency than the base")
	}
	f.Date(at+"valid_on", in.ValidOn)
	f.Name(at+"source", in.Source, maxRateSource)
	rate, err := money.ParseRate(in.Rate)
	if err != nil {
		f.Add(at+"rate", money.CodeInvalidRate, "is not a decimal above zero")
	}
	return money.DatedRate{Base: in.Base, Quote: in.Quote, ValidOn: in.ValidOn, Rate: rate, Source: in.Source}
}

// recordRates tells how many came, and of each that was corrected what it was.
func recordRates(ctx context.Context, tx port.Tx, now time.Time, actor string, entry uuid.UUID, done RatesPut, corrected []port.CorrectedRate) error {
	for _, r := range corrected {
		err := record(ctx, tx, now, actor, event{
			action: "exchange_rate.corrected", kind: "exchange_rate",
			subject: namedID("exchange_rate", fmt.Sprintf("%s/%s/%s", r.Base, r.Quote, r.ValidOn)),
			data: map[string]any{
				"base": r.Base, "quote": r.Quote, "valid_on": r.ValidOn, "rate": r.Rate, "was_rate": r.Was, "rate_source": r.Source,
			},
		})
		if err != nil {
			return err
		}
	}
	return record(ctx, tx, now, actor, event{
		id: entry, action: "exchange_rates.recorded", kind: "exchange_rates", subject: entry,
		data: map[string]any{"accepted": done.Added, "changed": done.Corrected, "unchanged": done.Unchanged},
	})
}

// ListRates lists, newest day first. Errors: access.forbidden, page.bad_cursor.
func (a *App) ListRates(ctx context.Context, who access.Principal, f port.RateFilter, page port.Page) (port.Paged[port.ExchangeRate], error) {
	return lookup(ctx, a, who, access.RatesRead, func(ctx context.Context, tx port.Tx) (port.Paged[port.ExchangeRate], error) {
		return tx.ListRates(ctx, f, page)
	})
}
