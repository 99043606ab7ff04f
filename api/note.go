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
	"arrears/domain/receivable"
)

type noteJSON struct {
	ID         uuid.UUID     `json:"id"`
	CustomerID uuid.UUID     `json:"customer_id"`
	InvoiceID  *uuid.UUID    `json:"invoice_id,omitempty"`
	Kind       string        `json:"kind"`
	Outcome    string        `json:"outcome,omitempty"`
	Body       string        `json:"body"`
	FollowUpOn calendar.Date `json:"follow_up_on,omitempty"`
	CreatedBy  string        `json:"created_by"`
	CreatedAt  time.Time     `json:"created_at"`
}

func writeNote(n receivable.Note) noteJSON {
	return noteJSON{
		ID: n.ID, CustomerID: n.CustomerID, InvoiceID: optionalID(n.InvoiceID), Kind: n.Kind, Outcome: n.Outcome, Body: n.Body,
		FollowUpOn: n.FollowUpOn, CreatedBy: n.CreatedBy, CreatedAt: n.CreatedAt.UTC(),
	}
}

type newNoteJSON struct {
	CustomerID uuid.UUID     `json:"customer_id"`
	InvoiceID  *uuid.UUID    `json:"invoice_id"`
	Kind       string        `json:"kind"`
	Outcome    string        `json:"outcome"`
	Body       string        `json:"body"`
	FollowUpOn calendar.Date `json:"follow_up_on"`
}

func (s *server) listNotes(c echo.Context) error {
	return listing(c, s.app.ListNotes, holdFilter(c), writeNote)
}

func (s *server) addNote(c echo.Context) error {
	return command(c, http.StatusCreated, func(ctx context.Context, p access.Principal, in newNoteJSON) (receivable.Note, error) {
		return s.app.AddNote(ctx, p, app.NewNote{
			CustomerID: in.CustomerID, InvoiceID: nullID(in.InvoiceID), Kind: in.Kind, Outcome: in.Outcome, Body: in.Body,
			FollowUpOn: in.FollowUpOn,
		})
	}, writeNote)
}
