package port

import (
	"context"
	"time"

	"arrears/domain/calendar"
	"arrears/domain/money"
)

// ExchangeRate is a rate as it stands in the table, with who put it there.
type ExchangeRate struct {
	money.DatedRate
	CreatedBy string
	CreatedAt time.Time
}

// CorrectedRate is a rate that took another one's place.
type CorrectedRate struct {
	money.DatedRate
	Was money.Rate
}

// RateFilter narrows a list of rates; empty fields do not.
type RateFilter struct {
	Base, Quote money.Currency
	From, Until calendar.Date // the days, both included
}

// Rates keeps dated exchange rates.
type Rates interface {
	// PutRates writes rates of which each pair and day is named once. It counts those that are new and tells those whose rate
	// or source took another one's place; those that are there as they are stay.
	PutRates(ctx context.Context, list []ExchangeRate) (added int, corrected []CorrectedRate, err error)
	// RateOn finds what a unit of from is worth in to on a day, as money.RateOn does. Error: money.no_rate.
	RateOn(ctx context.Context, from, to money.Currency, on calendar.Date) (money.DatedRate, error)
	// ListRates lists, newest day first.
	ListRates(ctx context.Context, f RateFilter, p Page) (Paged[ExchangeRate], error)
}
