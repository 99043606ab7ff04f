package api

import (
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"arrears/app"
	"arrears/auth"
	"arrears/domain/access"
	"arrears/port"
)

type keyJSON struct {
	ID        uuid.UUID  `json:"id"`
	Name      string     `json:"name"`
	Role      string     `json:"role"`
	Prefix    string     `json:"prefix"`
	CreatedBy string     `json:"created_by"`
	CreatedAt time.Time  `json:"created_at"`
	RevokedAt *time.Time `json:"revoked_at,omitempty"`
	Token     string     `json:"token,omitempty"` // of a new key, once
}

func writeKey(k port.Key) keyJSON {
	return keyJSON{
		ID: k.ID, Name: k.Name, Role: string(k.Role), Prefix: k.Prefix, CreatedBy: k.CreatedBy, CreatedAt: k.CreatedAt.UTC(),
		RevokedAt: optionalTime(k.RevokedAt),
	}
}

type newKeyJSON struct {
	Name string `json:"name"`
	Role string `json:"role"`
}

// listKeys has no pages: an installation has tens of keys.
func (s *server) listKeys(c echo.Context) error {
	found, err := s.app.ListKeys(c.Request().Context(), who(c))
	if err != nil {
		return err
	}
	return answerPage(c, port.Paged[port.Key]{Items: found}, writeKey)
}

func (s *server) createKey(c echo.Context) error {
	in, err := bind[newKeyJSON](c)
	if err != nil {
		return err
	}
	token, err := auth.NewToken()
	if err != nil {
		return err
	}
	made, err := s.app.CreateKey(c.Request().Context(), who(c), app.NewKey{
		Name: in.Name, Role: access.Role(in.Role), Prefix: token.Prefix, Hash: token.Hash,
	})
	if err != nil {
		return err
	}
	answered := writeKey(made)
	// An earlier attempt of this request may have made the key already; its token is lost, and this one opens nothing.
	if made.Prefix == token.Prefix {
		answered.Token = token.Text
	}
	return answer(c, http.StatusCreated, answered)
}

func (s *server) revokeKey(c echo.Context) error { return show(c, s.app.RevokeKey, writeKey) }
