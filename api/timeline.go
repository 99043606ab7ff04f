package api

import (
	"encoding/json"
	"time"

	"github.com/labstack/echo/v4"

	"arrears/app"
	"arrears/domain/audit"
	"arrears/domain/calendar"
	"arrears/port"
)

type timelineJSON struct {
	ID     string        `json:"id"`
	At     time.Time     `json:"at"`
	Date   calendar.Date `json:"date,omitempty"`
	Actor  string        `json:"actor"`
	Action string        `json:"action"`
	Text   string        `json:"text"`
}

func writeTimeline(e app.TimelineEntry) timelineJSON {
	return timelineJSON{ID: e.ID, At: e.At.UTC(), Date: e.Date, Actor: e.Actor, Action: e.Action, Text: e.Text}
}

func (s *server) getTimeline(c echo.Context) error {
	return listing(c, s.app.Timeline, pathID(c), writeTimeline)
}

type auditJSON struct {
	ID             string          `json:"id"`
	At             time.Time       `json:"at"`
	BusinessDate   calendar.Date   `json:"business_date,omitempty"`
	Actor          string          `json:"actor"`
	Action         string          `json:"action"`
	SubjectKind    string          `json:"subject_kind"`
	SubjectID      string          `json:"subject_id"`
	CustomerID     string          `json:"customer_id,omitempty"`
	InvoiceID      string          `json:"invoice_id,omitempty"`
	Data           json.RawMessage `json:"data"`
	IdempotencyKey string          `json:"idempotency_key,omitempty"`
}

func writeAudit(e audit.Entry) auditJSON {
	data := json.RawMessage(e.Data)
	if len(data) == 0 {
		data = json.RawMessage("{}")
	}
	return auditJSON{
		ID: e.ID, At: e.At.UTC(), BusinessDate: e.BusinessDate, Actor: e.Actor, Action: e.Action, SubjectKind: e.SubjectKind,
		SubjectID: e.SubjectID, CustomerID: e.CustomerID, InvoiceID: e.InvoiceID, Data: data, IdempotencyKey: e.IdempotencyKey,
	}
}

func (s *server) listAuditEntries(c echo.Context) error {
	return listing(c, s.app.ListAuditEntries, port.AuditFilter{
		InvoiceID: queryID(c, "invoice_id"), CustomerID: queryID(c, "customer_id"), SubjectID: queryID(c, "subject_id"),
	}, writeAudit)
}
