package api

import (
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"arrears/domain/calendar"
	"arrears/domain/money"
	"arrears/domain/report"
)

type figureJSON struct {
	ID         string         `json:"id"`
	Currency   money.Currency `json:"currency,omitempty"`
	Unit       report.Unit    `json:"unit"`
	Value      string         `json:"value,omitempty"`
	Absent     string         `json:"absent,omitempty"`
	PartMinor  int64          `json:"part_minor,omitempty"`
	WholeMinor int64          `json:"whole_minor,omitempty"`
	Count      int            `json:"count"`
}

func writeFigure(f report.Figure) figureJSON {
	return figureJSON{
		ID: f.ID, Currency: f.Currency, Unit: f.Unit, Value: f.Decimal(), Absent: f.Absent, PartMinor: f.PartMinor, WholeMinor: f.WholeMinor,
		Count: f.Count,
	}
}

type figureGroupJSON struct {
	Key     string       `json:"key"`
	Claims  int          `json:"claims"`
	Figures []figureJSON `json:"figures"`
}

func writeFigureGroup(g report.Group) figureGroupJSON {
	return figureGroupJSON{Key: g.Key, Claims: g.Claims, Figures: each(g.Figures, writeFigure)}
}

type patternJSON struct {
	CustomerID  uuid.UUID      `json:"customer_id"`
	Reason      string         `json:"reason"`
	Currency    money.Currency `json:"currency"`
	Claims      int            `json:"claims"`
	Before      int            `json:"claims_before"`
	Minor       int64          `json:"claimed_minor"`
	MinorBefore int64          `json:"claimed_minor_before"`
}

func writePattern(p report.Pattern) patternJSON { return patternJSON(p) }

type disputeFiguresJSON struct {
	From     calendar.Date     `json:"from"`
	To       calendar.Date     `json:"to"`
	Figures  []figureJSON      `json:"figures"`
	Groups   []figureGroupJSON `json:"groups"`
	Patterns []patternJSON     `json:"patterns"`
}

func (s *server) getDisputeFigures(c echo.Context) error {
	d, err := s.app.DisputeFigures(c.Request().Context(), who(c), report.Window{From: queryDate(c, "from"), To: queryDate(c, "to")})
	if err != nil {
		return err
	}
	return answer(c, http.StatusOK, disputeFiguresJSON{
		From: d.Window.From, To: d.Window.To, Figures: each(d.Whole, writeFigure), Patterns: each(d.Patterns, writePattern),
		Groups: each(d.By(c.QueryParam("by")), writeFigureGroup),
	})
}
