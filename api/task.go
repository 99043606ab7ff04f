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
	"arrears/domain/casework"
	"arrears/port"
)

type taskJSON struct {
	ID         uuid.UUID     `json:"id"`
	Kind       string        `json:"kind"`
	CustomerID *uuid.UUID    `json:"customer_id,omitempty"`
	InvoiceID  *uuid.UUID    `json:"invoice_id,omitempty"`
	ItemID     *uuid.UUID    `json:"item_id,omitempty"`
	Assignee   string        `json:"assignee,omitempty"`
	Role       string        `json:"role"`
	Summary    string        `json:"summary"`
	DueOn      calendar.Date `json:"due_on"`
	State      string        `json:"state"`
	Outcome    string        `json:"outcome,omitempty"`
	CreatedAt  time.Time     `json:"created_at"`
	ClosedAt   *time.Time    `json:"closed_at,omitempty"`
	ClosedBy   string        `json:"closed_by,omitempty"`
	Version    int64         `json:"version"`
}

func (j taskJSON) version() int64 { return j.Version }
func (j taskJSON) path() string   { return "/v1/tasks/" + j.ID.String() }

func writeTask(t casework.Task) taskJSON {
	return taskJSON{
		ID: t.ID, Kind: t.Kind, CustomerID: optionalID(t.CustomerID), InvoiceID: optionalID(t.InvoiceID), ItemID: optionalID(t.ItemID),
		Assignee: t.Assignee, Role: t.Role, Summary: t.Summary, DueOn: t.DueOn, State: string(t.State), Outcome: t.Outcome,
		CreatedAt: t.CreatedAt.UTC(), ClosedAt: optionalTime(t.ClosedAt), ClosedBy: t.ClosedBy, Version: t.Version,
	}
}

type newTaskJSON struct {
	CustomerID *uuid.UUID    `json:"customer_id"`
	InvoiceID  *uuid.UUID    `json:"invoice_id"`
	Assignee   string        `json:"assignee"`
	Role       string        `json:"role"`
	Summary    string        `json:"summary"`
	DueOn      calendar.Date `json:"due_on"`
}

func (s *server) listTasks(c echo.Context) error {
	return listing(c, s.app.ListTasks, port.TaskFilter{
		State: c.QueryParam("state"), Kind: c.QueryParam("kind"), Assignee: c.QueryParam("assignee"), Role: c.QueryParam("role"),
		CustomerID: queryID(c, "customer_id"), InvoiceID: queryID(c, "invoice_id"), DueBy: queryDate(c, "due_by"),
	}, writeTask)
}

func (s *server) getTask(c echo.Context) error { return show(c, s.app.Task, writeTask) }

func (s *server) openTask(c echo.Context) error {
	return command(c, http.StatusCreated, func(ctx context.Context, p access.Principal, in newTaskJSON) (casework.Task, error) {
		return s.app.OpenTask(ctx, p, app.NewTask{
			CustomerID: nullID(in.CustomerID), InvoiceID: nullID(in.InvoiceID), Assignee: in.Assignee, Role: access.Role(in.Role),
			Summary: in.Summary, DueOn: in.DueOn,
		})
	}, writeTask)
}

func (s *server) closeTask(c echo.Context) error {
	type body struct {
		Outcome string `json:"outcome"`
	}
	return command(c, http.StatusOK, func(ctx context.Context, p access.Principal, in body) (casework.Task, error) {
		return s.app.CloseTask(ctx, p, pathID(c), in.Outcome)
	}, writeTask)
}

func (s *server) assignTask(c echo.Context) error {
	type body struct {
		Assignee string `json:"assignee"`
	}
	return command(c, http.StatusOK, func(ctx context.Context, p access.Principal, in body) (casework.Task, error) {
		return s.app.AssignTask(ctx, p, pathID(c), in.Assignee)
	}, writeTask)
}
