package api

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/receivable"
)

type contactJSON struct {
	ID            uuid.UUID  `json:"id"`
	CustomerID    uuid.UUID  `json:"customer_id"`
	Role          string     `json:"role"`
	Name          string     `json:"name,omitempty"`
	Email         string     `json:"email,omitempty"`
	Phone         string     `json:"phone,omitempty"`
	Address       string     `json:"address,omitempty"`
	Webhook       string     `json:"webhook,omitempty"`
	Rank          int        `json:"rank"`
	Active        bool       `json:"active"`
	EmailFailedAt *time.Time `json:"email_failed_at,omitempty"`
	EmailFailure  string     `json:"email_failure,omitempty"`
	Version       int64      `json:"version"`
}

func (j contactJSON) version() int64 { return j.Version }
func (j contactJSON) path() string   { return "/v1/contacts/" + j.ID.String() }

func writeContact(c receivable.Contact) contactJSON {
	return contactJSON{
		ID: c.ID, CustomerID: c.CustomerID, Role: string(c.Role), Name: c.Name, Email: c.Email, Phone: c.Phone, Address: c.Address,
		Webhook: c.Webhook, Rank: c.Rank, Active: c.Active, EmailFailedAt: optionalTime(c.EmailFailedAt), EmailFailure: c.EmailFailure,
		Version: c.Version,
	}
}

type newContactJSON struct {
	Role    string `json:"role"`
	Name    string `json:"name"`
	Email   string `json:"email"`
	Phone   string `json:"phone"`
	Address string `json:"address"`
	Webhook string `json:"webhook"`
	Rank    int    `json:"rank"`
}

func (in newContactJSON) read() app.NewContact {
	return app.NewContact{
		Role: receivable.ContactRole(in.Role), Name: in.Name, Email: in.Email, Phone: in.Phone, Address: in.Address, Webhook: in.Webhook,
		Rank: in.Rank,
	}
}

type contactChangeJSON struct {
	Role    *string `json:"role"`
	Name    *string `json:"name"`
	Email   *string `json:"email"`
	Phone   *string `json:"phone"`
	Address *string `json:"address"`
	Webhook *string `json:"webhook"`
	Rank    *int    `json:"rank"`
	Active  *bool   `json:"active"`
}

func (s *server) addContact(c echo.Context) error {
	return command(c, http.StatusCreated, func(ctx context.Context, p access.Principal, in newContactJSON) (receivable.Contact, error) {
		return s.app.AddContact(ctx, p, pathID(c), in.read())
	}, writeContact)
}

func (s *server) getContact(c echo.Context) error { return show(c, s.app.Contact, writeContact) }

func (s *server) updateContact(c echo.Context) error {
	return change(c, func(ctx context.Context, p access.Principal, in contactChangeJSON, version int64) (receivable.Contact, error) {
		return s.app.UpdateContact(ctx, p, pathID(c), app.ContactChange{
			Version: version, Role: typed[receivable.ContactRole](in.Role), Name: in.Name, Email: in.Email, Phone: in.Phone,
			Address: in.Address, Webhook: in.Webhook, Rank: in.Rank, Active: in.Active,
		})
	}, writeContact)
}
