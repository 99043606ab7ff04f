package api

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/domain/fault"
	"arrears/domain/intake"
	"arrears/domain/money"
	"arrears/port"
)

type importJSON struct {
	ID         uuid.UUID       `json:"id"`
	Profile    string          `json:"profile"`
	Source     string          `json:"source"`
	Filename   string          `json:"filename"`
	SHA256     string          `json:"sha256,omitempty"`
	Mode       string          `json:"mode"`
	AsOf       calendar.Date   `json:"as_of,omitempty"`
	State      string          `json:"state"`
	RowsRead   int64           `json:"rows_read"`
	Accepted   int64           `json:"accepted"`
	Changed    int64           `json:"changed"`
	Unchanged  int64           `json:"unchanged"`
	Refused    int64           `json:"refused"`
	Suspicious int64           `json:"suspicious"`
	Report     json.RawMessage `json:"report,omitempty"`
	CreatedBy  string          `json:"created_by"`
	CreatedAt  time.Time       `json:"created_at"`
	FinishedAt *time.Time      `json:"finished_at,omitempty"`
}

func (j importJSON) path() string { return "/v1/imports/" + j.ID.String() }

func writeImport(r port.ImportRun) importJSON {
	return importJSON{
		ID: r.ID, Profile: r.Profile, Source: r.Source, Filename: r.Filename, SHA256: hexText(r.SHA256), Mode: r.Mode, AsOf: r.AsOf,
		State: r.State, RowsRead: r.RowsRead, Accepted: r.Accepted, Changed: r.Changed, Unchanged: r.Unchanged, Refused: r.Refused,
		Suspicious: r.Suspicious, Report: r.Report, CreatedBy: r.CreatedBy, CreatedAt: r.CreatedAt.UTC(), FinishedAt: optionalTime(r.FinishedAt),
	}
}

func (s *server) listImports(c echo.Context) error {
	page, err := s.app.ListImports(c.Request().Context(), who(c), pageOf(c))
	if err != nil {
		return err
	}
	return answerPage(c, page, writeImport)
}

func (s *server) getImport(c echo.Context) error { return show(c, s.app.ImportRun, writeImport) }

func (s *server) startImport(c echo.Context) error {
	if err := access.Require(who(c), access.ImportsWrite); err != nil {
		return err // before the file is looked at
	}
	in, done, err := importForm(c)
	if err != nil {
		return err
	}
	defer done()
	made, err := s.app.Import(c.Request().Context(), who(c), in)
	if err != nil {
		return err
	}
	return answer(c, http.StatusCreated, writeImport(made.Run))
}

// importForm reads what the form says; done closes the file.
func importForm(c echo.Context) (in app.NewImport, done func(), err error) {
	profile, err := importProfile(c)
	if err != nil {
		return in, nil, err
	}
	controls, err := importControls(c)
	if err != nil {
		return in, nil, err
	}
	var asOf calendar.Date
	if text := formText(c, "as_of"); text != "" {
		if asOf, err = calendar.ParseDate(text); err != nil {
			return in, nil, err
		}
	}
	file, header, err := formFile(c, "file")
	if err != nil {
		return in, nil, err
	}
	return app.NewImport{
		Profile: profile, File: file, Filename: path.Base(header.Filename), Source: formText(c, "source"), Mode: formText(c, "mode"),
		AsOf: asOf, Currency: money.Currency(formText(c, "currency")), Controls: controls,
		Customers: app.CustomerDefaults{Language: formText(c, "language"), TimeZone: formText(c, "time_zone"), Country: formText(c, "country")},
	}, func() { _ = file.Close() }, nil
}

// maxProfile bounds an own profile; the shipped ones have a tenth of it.
const maxProfile = 256 << 10

// importProfile returns the shipped profile that the form names, or the own one that it brings.
func importProfile(c echo.Context) (*intake.Profile, error) {
	name, brought := formText(c, "profile"), len(formOf(c).File["profile_file"]) > 0
	if (name != "") == brought {
		return nil, invalidRequest([]fault.Field{{Path: "profile", Code: "request.required", Message: "name a profile, or bring one as profile_file"}})
	}
	if !brought {
		return intake.Shipped(name)
	}
	file, _, err := formFile(c, "profile_file")
	if err != nil {
		return nil, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxProfile+1))
	if err != nil {
		return nil, fmt.Errorf("read the profile: %w", err)
	}
	if len(text) > maxProfile {
		return nil, tooLarge(maxProfile)
	}
	return intake.LoadProfile(text)
}

// importControls reads the control totals that a snapshot states beside its rows, if it does.
func importControls(c echo.Context) ([]intake.Control, error) {
	if len(formOf(c).File["control_totals"]) == 0 {
		return nil, nil
	}
	file, _, err := formFile(c, "control_totals")
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return intake.ReadControls(file)
}
