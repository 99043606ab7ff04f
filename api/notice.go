package api

import (
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"arrears/domain/notice"
	"arrears/domain/receivable"
	"arrears/port"
)

type noticeJSON struct {
	ID            uuid.UUID        `json:"id"`
	CustomerID    uuid.UUID        `json:"customer_id"`
	Currency      string           `json:"currency"`
	Channel       string           `json:"channel"`
	Kind          string           `json:"kind"`
	Stage         string           `json:"stage,omitempty"`
	State         string           `json:"state"`
	Language      string           `json:"language"`
	TimeZone      string           `json:"time_zone"`
	OpensAt       time.Time        `json:"opens_at,omitzero"`
	Recipient     string           `json:"recipient,omitempty"`
	Template      string           `json:"template,omitempty"`
	Subject       string           `json:"subject,omitempty"`
	ContentHash   string           `json:"content_hash,omitempty"`
	MessageID     string           `json:"message_id,omitempty"`
	AskedMinor    int64            `json:"asked_minor"`
	Dispatches    int              `json:"dispatches"`
	Resends       int              `json:"resends"`
	ApprovedAt    *time.Time       `json:"approved_at,omitempty"`
	DispatchedAt  *time.Time       `json:"dispatched_at,omitempty"`
	SentAt        *time.Time       `json:"sent_at,omitempty"`
	Outcome       string           `json:"outcome,omitempty"`
	OutcomeDetail string           `json:"outcome_detail,omitempty"`
	CreatedAt     time.Time        `json:"created_at"`
	Lines         []noticeLineJSON `json:"lines,omitempty"`
	Version       int64            `json:"version"`
}

type noticeLineJSON struct {
	ID            uuid.UUID `json:"id"`
	ItemID        uuid.UUID `json:"item_id"`
	CaseID        uuid.UUID `json:"case_id"`
	Stage         string    `json:"stage"`
	Level         int       `json:"level"`
	State         string    `json:"state"`
	OpenMinor     int64     `json:"open_minor"`
	AskMinor      int64     `json:"ask_minor"`
	ReservedMinor int64     `json:"reserved_minor"`
	DaysPastDue   int       `json:"days_past_due"`
	Reason        string    `json:"reason,omitempty"`
}

func writeNotice(n notice.Notice) noticeJSON {
	return noticeJSON{
		ID: n.ID, CustomerID: n.CustomerID, Currency: string(n.Currency), Channel: string(n.Channel), Kind: string(n.Kind), Stage: n.Stage,
		State: string(n.State), Language: n.Language, TimeZone: n.TimeZone, OpensAt: n.OpensAt.UTC(), Recipient: n.Recipient,
		Template: n.Template, Subject: n.Subject, ContentHash: hexText(n.ContentHash), MessageID: n.MessageID, AskedMinor: n.AskedMinor,
		Dispatches: n.Dispatches, Resends: n.Resends, ApprovedAt: optionalTime(n.ApprovedAt), DispatchedAt: optionalTime(n.DispatchedAt),
		SentAt: optionalTime(n.SentAt), Outcome: n.Outcome, OutcomeDetail: n.OutcomeDetail, CreatedAt: n.CreatedAt.UTC(),
		Lines: each(n.Lines, writeNoticeLine), Version: n.Version,
	}
}

func writeNoticeLine(l notice.Line) noticeLineJSON {
	return noticeLineJSON{
		ID: l.ID, ItemID: l.ItemID, CaseID: l.CaseID, Stage: l.Stage, Level: l.Level, State: string(l.State), OpenMinor: l.OpenMinor,
		AskMinor: l.AskMinor, ReservedMinor: l.ReservedMinor, DaysPastDue: l.DaysPastDue, Reason: l.Reason,
	}
}

func (s *server) listNotices(c echo.Context) error {
	filter := port.NoticeFilter{
		CustomerID: queryID(c, "customer_id"), InvoiceID: queryID(c, "invoice_id"), State: c.QueryParam("state"), Channel: c.QueryParam("channel"),
	}
	return listing(c, s.app.ListNotices, filter, writeNotice)
}

func (s *server) getNotice(c echo.Context) error { return show(c, s.app.Notice, writeNotice) }

// getNoticeRaw sends the bytes as an attachment: what a customer's mail may hold is never shown inside a page of ours.
func (s *server) getNoticeRaw(c echo.Context) error {
	ctx := c.Request().Context()
	found, err := s.app.Notice(ctx, who(c), pathID(c))
	if err != nil {
		return err
	}
	raw, err := s.app.NoticeBody(ctx, who(c), found.ID)
	if err != nil {
		return err
	}
	mediaType, ending := rawType(found.Channel)
	c.Response().Header().Set(echo.HeaderContentDisposition, `attachment; filename="notice-`+found.ID.String()+ending+`"`)
	return c.Blob(http.StatusOK, mediaType, raw)
}

// rawType says what a channel is handed.
func rawType(channel receivable.Channel) (mediaType, ending string) {
	switch channel {
	case receivable.Email:
		return "message/rfc822", ".eml"
	case receivable.Letter:
		return "application/pdf", ".pdf"
	}
	return typeJSON, ".json" // what is posted
}
