package api

import (
	"context"
	"net/http"

	"github.com/labstack/echo/v4"

	"arrears/app"
	"arrears/domain/access"
	"arrears/port"
)

type settingsJSON struct {
	CreditorName    string `json:"creditor_name"`
	CreditorAddress string `json:"creditor_address,omitempty"`
	RemitTo         string `json:"remit_to,omitempty"`
	TimeZone        string `json:"time_zone"`
	Language        string `json:"language"`
	Calendar        string `json:"calendar"`
	FromAddress     string `json:"from_address"`
	ReplyDomain     string `json:"reply_domain"`
	DefaultPolicy   string `json:"default_policy"`
	Version         int64  `json:"version"`
}

func (j settingsJSON) version() int64 { return j.Version }

func writeSettings(i port.Installation) settingsJSON {
	return settingsJSON{
		CreditorName: i.CreditorName, CreditorAddress: i.CreditorAddress, RemitTo: i.RemitTo, TimeZone: i.TimeZone, Language: i.Language,
		Calendar: i.Calendar, FromAddress: i.FromAddress, ReplyDomain: i.ReplyDomain, DefaultPolicy: i.DefaultPolicy, Version: i.Version,
	}
}

type settingsChangeJSON struct {
	CreditorName    *string `json:"creditor_name"`
	CreditorAddress *string `json:"creditor_address"`
	RemitTo         *string `json:"remit_to"`
	TimeZone        *string `json:"time_zone"`
	Language        *string `json:"language"`
	Calendar        *string `json:"calendar"`
	FromAddress     *string `json:"from_address"`
	ReplyDomain     *string `json:"reply_domain"`
	DefaultPolicy   *string `json:"default_policy"`
}

func (s *server) getSettings(c echo.Context) error {
	found, err := s.app.Settings(c.Request().Context(), who(c))
	if err != nil {
		return err
	}
	return answer(c, http.StatusOK, writeSettings(found))
}

func (s *server) updateSettings(c echo.Context) error {
	return change(c, func(ctx context.Context, p access.Principal, in settingsChangeJSON, version int64) (port.Installation, error) {
		return s.app.UpdateSettings(ctx, p, app.SettingsChange{
			Version: version, CreditorName: in.CreditorName, CreditorAddress: in.CreditorAddress, RemitTo: in.RemitTo, TimeZone: in.TimeZone,
			Language: in.Language, Calendar: in.Calendar, FromAddress: in.FromAddress, ReplyDomain: in.ReplyDomain,
			DefaultPolicy: in.DefaultPolicy,
		})
	}, writeSettings)
}
