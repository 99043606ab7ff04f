package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"arrears/domain/money"
	"arrears/port"
)

func rateOf(base, quote money.Currency, on string, rate money.Rate) port.ExchangeRate {
	return port.ExchangeRate{
		DatedRate: money.DatedRate{Base: base, Quote: quote, ValidOn: date(on), Rate: rate, Source: "bank"}, CreatedBy: "key-1", CreatedAt: noon,
	}
}

// Rates are added, stay as they are, or are corrected, and what they were is told.
func TestRatesArePut(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	first := []port.ExchangeRate{rateOf("EUR", "USD", "2026-05-08", "1.08"), rateOf("EUR", "USD", "2026-05-11", "1.25"), rateOf("JPY", "EUR", "2026-05-11", "0.006")}
	h.in(t, func(ctx context.Context, tx port.Tx) {
		added, corrected, err := tx.PutRates(ctx, nil)
		require.NoError(t, err)
		require.Zero(t, added)
		require.Empty(t, corrected)
		added, corrected, err = tx.PutRates(ctx, first)
		require.NoError(t, err)
		require.Equal(t, 3, added)
		require.Empty(t, corrected)
	})
	later := []port.ExchangeRate{rateOf("EUR", "USD", "2026-05-08", "1.08"), rateOf("EUR", "USD", "2026-05-11", "1.2"), rateOf("EUR", "GBP", "2026-05-11", "0.85")}
	later[1].Source, later[1].CreatedBy, later[1].CreatedAt = "treasury", "key-2", noon.Add(time.Hour)
	h.in(t, func(ctx context.Context, tx port.Tx) {
		added, corrected, err := tx.PutRates(ctx, later)
		require.NoError(t, err)
		require.Equal(t, 1, added)
		require.Equal(t, []port.CorrectedRate{{DatedRate: later[1].DatedRate, Was: "1.25"}}, corrected)
		page, err := tx.ListRates(ctx, port.RateFilter{}, port.Page{})
		require.NoError(t, err)
		require.Equal(t, []port.ExchangeRate{first[2], later[1], later[2], first[0]}, page.Items)
	})
	for name, wrong := range map[string]port.ExchangeRate{
		"one currency": rateOf("EUR", "EUR", "2026-05-11", "1"), "zero": rateOf("EUR", "SEK", "2026-05-11", "0.00"),
		"no number": rateOf("EUR", "SEK", "2026-05-11", "1e3"),
	} {
		err := h.InTx(t.Context(), func(ctx context.Context, tx port.Tx) error {
			_, _, err := tx.PutRates(ctx, []port.ExchangeRate{wrong})
			return err
		})
		require.Error(t, err, name)
	}
}

// The store finds what the domain's rule finds among all rates.
func TestRateOnADay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var all []port.ExchangeRate
	var known []money.DatedRate
	for n := range 40 {
		on := date("2026-04-01").AddDays(n).String()
		all = append(all, rateOf("EUR", "USD", on, money.Rate(fmt.Sprintf("1.%02d", n+1))), rateOf("GBP", "EUR", on, money.Rate(fmt.Sprintf("1.2%02d1", n))))
	}
	all = append(all, rateOf("CHF", "SEK", "2026-05-01", "11.5"), rateOf("EUR", "SEK", "2026-05-03", "10.9"))
	for _, r := range all {
		known = append(known, r.DatedRate)
	}
	h.in(t, func(ctx context.Context, tx port.Tx) {
		_, err := tx.RateOn(ctx, "EUR", "USD", date("2026-05-11"))
		require.Error(t, err, "an empty table has none")
		_, _, err = tx.PutRates(ctx, all)
		require.NoError(t, err)
		for _, pair := range [][2]money.Currency{{"EUR", "USD"}, {"USD", "EUR"}, {"GBP", "USD"}, {"USD", "GBP"}, {"CHF", "EUR"}, {"EUR", "CHF"}, {"USD", "USD"}} {
			for _, on := range []string{"2026-04-01", "2026-04-20", "2026-05-10", "2026-06-01"} {
				want, err := money.RateOn(known, pair[0], pair[1], date(on))
				if err != nil {
					h.refuses(t, money.CodeNoRate, func(ctx context.Context, tx port.Tx) error {
						_, err := tx.RateOn(ctx, pair[0], pair[1], date(on))
						return err
					})
					continue
				}
				got, err := tx.RateOn(ctx, pair[0], pair[1], date(on))
				require.NoError(t, err)
				require.Equal(t, want, got)
			}
		}
		_, err = tx.RateOn(ctx, "CHF", "USD", date("2026-05-11"))
		require.Error(t, err, "not over two other currencies")
	})
	h.refuses(t, money.CodeNoRate, func(ctx context.Context, tx port.Tx) error {
		_, err := tx.RateOn(ctx, "EUR", "USD", date("2026-03-31"))
		return err
	})
}

func TestRatesAreListedInPages(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var all []port.ExchangeRate
	for n := range 5 {
		on := date("2026-05-01").AddDays(n).String()
		all = append(all, rateOf("EUR", "USD", on, "1.1"), rateOf("GBP", "USD", on, "1.3"))
	}
	h.in(t, func(ctx context.Context, tx port.Tx) {
		_, _, err := tx.PutRates(ctx, all)
		require.NoError(t, err)
		var found []port.ExchangeRate
		for page := (port.Page{Limit: 3}); ; {
			list, err := tx.ListRates(ctx, port.RateFilter{}, page)
			require.NoError(t, err)
			found = append(found, list.Items...)
			if page.After = list.Next; page.After == "" {
				break
			}
		}
		require.Len(t, found, 10)
		require.Equal(t, []port.ExchangeRate{all[9], all[8], all[7]}, found[:3])
		list, err := tx.ListRates(ctx, port.RateFilter{Base: "GBP", Quote: "USD", From: date("2026-05-02"), Until: date("2026-05-03")}, port.Page{})
		require.NoError(t, err)
		require.Equal(t, []port.ExchangeRate{all[5], all[3]}, list.Items)
	})
	for _, after := range []string{"nonsense", "WyJFVVIiLCJVU0QiLCJ0b2RheSJd", "WyJFVVIiLCJVU0QiXQ", "WyIiLCIiLCIyMDI2LTA1LTAxIl0"} {
		h.refuses(t, "page.bad_cursor", func(ctx context.Context, tx port.Tx) error {
			_, err := tx.ListRates(ctx, port.RateFilter{}, port.Page{After: after})
			return err
		})
	}
}
