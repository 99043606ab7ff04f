package api

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"arrears/domain/access"
	"arrears/port"
)

type quarantineJSON struct {
	ID       uuid.UUID       `json:"id"`
	ImportID uuid.UUID       `json:"import_id"`
	Line     int64           `json:"line"`
	Field    string          `json:"field"`
	Code     string          `json:"code"`
	Message  string          `json:"message"`
	Raw      json.RawMessage `json:"raw"`
	Severity string          `json:"severity"`
	State    string          `json:"state"`
}

func writeQuarantine(q port.QuarantineRow) quarantineJSON {
	return quarantineJSON{
		ID: q.ID, ImportID: q.ImportID, Line: q.Line, Field: q.Field, Code: q.Code, Message: q.Message, Raw: q.Raw,
		Severity: q.Severity, State: q.State,
	}
}

func (s *server) listQuarantine(c echo.Context) error {
	page, err := s.app.ListQuarantine(c.Request().Context(), who(c), pathID(c), c.QueryParam("state"), pageOf(c))
	if err != nil {
		return err
	}
	return answerPage(c, page, writeQuarantine)
}

func (s *server) getQuarantine(c echo.Context) error {
	return show(c, s.app.QuarantineRow, writeQuarantine)
}

func (s *server) correctQuarantine(c echo.Context) error {
	type body struct {
		Fields map[string]string `json:"fields"`
	}
	return command(c, http.StatusOK, func(ctx context.Context, p access.Principal, in body) (port.QuarantineRow, error) {
		return s.app.CorrectQuarantine(ctx, p, pathID(c), in.Fields)
	}, writeQuarantine)
}

func (s *server) discardQuarantine(c echo.Context) error {
	return explained(c, s.app.DiscardQuarantine, writeQuarantine)
}
