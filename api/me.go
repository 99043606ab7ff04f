package api

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"arrears/auth"
	"arrears/domain/access"
)

type meJSON struct {
	ID          string   `json:"id"`
	Name        string   `json:"name"`
	Role        string   `json:"role"`
	Permissions []string `json:"permissions"`
}

func (s *server) getMe(c echo.Context) error {
	p := auth.PrincipalOf(c.Request().Context())
	me := meJSON{ID: p.ID, Name: p.Name, Role: string(p.Role), Permissions: []string{}}
	for _, permission := range access.Permissions() {
		if access.Can(p.Role, permission) {
			me.Permissions = append(me.Permissions, string(permission))
		}
	}
	return c.JSON(http.StatusOK, me)
}
