package api

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/domain/census"
	"arrears/port"
)

type censusJSON struct {
	ID             uuid.UUID        `json:"id"`
	Reason         string           `json:"reason"`
	AskedBy        string           `json:"asked_by,omitempty"`
	State          string           `json:"state"`
	BusinessDate   calendar.Date    `json:"business_date"`
	AskedAt        time.Time        `json:"asked_at"`
	StartedAt      *time.Time       `json:"started_at,omitempty"`
	FinishedAt     *time.Time       `json:"finished_at,omitempty"`
	TookMS         int64            `json:"took_ms"`
	Part           string           `json:"part,omitempty"`
	LookedAt       map[string]int64 `json:"looked_at"`
	Found          map[string]int64 `json:"found"`
	FindingsTotal  int64            `json:"findings_total"`
	Counters       map[string]int64 `json:"counters"`
	EngineCompared bool             `json:"engine_compared"`
	Raised         int64            `json:"raised"`
	Resolved       int64            `json:"resolved"`
	Repaired       int64            `json:"repaired"`
	Findings       []findingJSON    `json:"findings,omitempty"`
	MoreFindings   bool             `json:"more_findings,omitempty"`
}

func (j censusJSON) path() string { return "/v1/census/" + j.ID.String() }

type findingJSON struct {
	Check      string     `json:"check"`
	Says       string     `json:"says"`
	Subject    string     `json:"subject"`
	CustomerID *uuid.UUID `json:"customer_id,omitempty"`
	InvoiceID  *uuid.UUID `json:"invoice_id,omitempty"`
	Detail     string     `json:"detail"`
	Note       bool       `json:"note"`
	Repair     string     `json:"repair,omitempty"`
	FoundAt    time.Time  `json:"found_at"`
}

func writeCensus(c port.Census) censusJSON {
	looked := map[string]int64{}
	for part, rows := range c.LookedAt {
		looked[string(part)] = rows
	}
	return censusJSON{
		ID: c.ID, Reason: string(c.Reason), AskedBy: c.AskedBy, State: string(c.State), BusinessDate: c.BusinessDate,
		AskedAt: c.AskedAt.UTC(), StartedAt: optionalTime(c.StartedAt), FinishedAt: optionalTime(c.FinishedAt), TookMS: c.TookMS,
		Part: string(c.Part), LookedAt: looked, Found: orEmpty(c.Found), FindingsTotal: app.Findings(c), Counters: orEmpty(c.Counters),
		EngineCompared: c.Engine, Raised: c.Raised, Resolved: c.Resolved, Repaired: c.Repaired,
	}
}

func orEmpty(m map[string]int64) map[string]int64 {
	if m == nil {
		return map[string]int64{}
	}
	return m
}

func writeCensusView(v app.CensusView) censusJSON {
	j := writeCensus(v.Census)
	j.Findings, j.MoreFindings = each(v.Findings, writeFinding), v.More
	return j
}

func writeFinding(f census.Finding) findingJSON {
	check, _ := census.Find(f.Check)
	return findingJSON{
		Check: f.Check, Says: check.Says, Subject: f.Subject, CustomerID: optionalID(f.CustomerID), InvoiceID: optionalID(f.InvoiceID),
		Detail: f.Detail, Note: f.Note, Repair: f.Repair, FoundAt: f.FoundAt.UTC(),
	}
}

func (s *server) listCensuses(c echo.Context) error {
	page, err := s.app.ListCensuses(c.Request().Context(), who(c), pageOf(c))
	if err != nil {
		return err
	}
	return answerPage(c, page, writeCensus)
}

func (s *server) askCensus(c echo.Context) error {
	asked, err := s.app.AskCensus(c.Request().Context(), who(c))
	if err != nil {
		return err
	}
	return answer(c, http.StatusCreated, writeCensusView(asked))
}

func (s *server) getCensus(c echo.Context) error { return show(c, s.app.Census, writeCensusView) }

func (s *server) listFindings(c echo.Context) error {
	find := func(ctx context.Context, p access.Principal, id uuid.UUID, page port.Page) (port.Paged[census.Finding], error) {
		return s.app.ListFindings(ctx, p, id, page)
	}
	return listing(c, find, pathID(c), writeFinding)
}
