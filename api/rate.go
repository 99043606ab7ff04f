package api

import (
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/domain/dispute"
	"arrears/domain/money"
	"arrears/port"
)

type exchangeRateJSON struct {
	Base      string        `json:"base"`
	Quote     string        `json:"quote"`
	ValidOn   calendar.Date `json:"valid_on"`
	Rate      string        `json:"rate"`
	Source    string        `json:"source"`
	CreatedBy string        `json:"created_by"`
	CreatedAt time.Time     `json:"created_at"`
}

func writeExchangeRate(r port.ExchangeRate) exchangeRateJSON {
	return exchangeRateJSON{
		Base: string(r.Base), Quote: string(r.Quote), ValidOn: r.ValidOn, Rate: string(r.Rate), Source: r.Source, CreatedBy: r.CreatedBy,
		CreatedAt: r.CreatedAt.UTC(),
	}
}

func (s *server) listExchangeRates(c echo.Context) error {
	page, err := s.app.ListRates(c.Request().Context(), who(c), port.RateFilter{
		Base: money.Currency(c.QueryParam("base")), Quote: money.Currency(c.QueryParam("quote")), From: queryDate(c, "from"),
		Until: queryDate(c, "until"),
	}, pageOf(c))
	if err != nil {
		return err
	}
	return answerPage(c, page, writeExchangeRate)
}

type newExchangeRateJSON struct {
	Base    string        `json:"base"`
	Quote   string        `json:"quote"`
	ValidOn calendar.Date `json:"valid_on"`
	Rate    string        `json:"rate"`
	Source  string        `json:"source"`
}

func (in newExchangeRateJSON) read() app.NewRate {
	return app.NewRate{
		Base: money.Currency(in.Base), Quote: money.Currency(in.Quote), ValidOn: in.ValidOn, Rate: in.Rate, Source: in.Source,
	}
}

type newExchangeRatesJSON struct {
	Rates []newExchangeRateJSON `json:"rates"`
}

type exchangeRatesPutJSON struct {
	Added     int `json:"added"`
	Corrected int `json:"corrected"`
	Unchanged int `json:"unchanged"`
}

func writeExchangeRatesPut(done app.RatesPut) exchangeRatesPutJSON { return exchangeRatesPutJSON(done) }

func (s *server) putExchangeRates(c echo.Context) error {
	return command(c, http.StatusOK, func(ctx context.Context, p access.Principal, in newExchangeRatesJSON) (app.RatesPut, error) {
		return s.app.PutRates(ctx, p, each(in.Rates, newExchangeRateJSON.read))
	}, writeExchangeRatesPut)
}

// usedRateJSON is a rate at which an amount was converted.
type usedRateJSON struct {
	Base    string        `json:"base"`
	Quote   string        `json:"quote"`
	ValidOn calendar.Date `json:"valid_on"`
	Rate    string        `json:"rate"`
	Source  string        `json:"source"`
	How     string        `json:"how,omitempty"`
	Via     string        `json:"via,omitempty"`
}

func writeUsedRate(r money.DatedRate) usedRateJSON {
	return usedRateJSON{
		Base: string(r.Base), Quote: string(r.Quote), ValidOn: r.ValidOn, Rate: string(r.Rate), Source: r.Source, How: r.How, Via: string(r.Via),
	}
}

// limitCheckJSON says what a decider's limit was held against.
type limitCheckJSON struct {
	Allowed    bool           `json:"allowed"`
	Code       string         `json:"code,omitempty"`
	Currency   string         `json:"currency,omitempty"`
	LimitMinor int64          `json:"limit_minor"`
	TotalMinor int64          `json:"total_minor"`
	Rates      []usedRateJSON `json:"rates"`
}

func writeLimitCheck(c *dispute.LimitCheck) *limitCheckJSON {
	if c == nil {
		return nil
	}
	return &limitCheckJSON{
		Allowed: c.Allowed, Code: c.Code, Currency: string(c.Currency), LimitMinor: c.LimitMinor, TotalMinor: c.TotalMinor,
		Rates: each(c.Rates, writeUsedRate),
	}
}
