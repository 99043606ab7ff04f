package api

import (
	"context"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"arrears/auth"
	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/domain/fault"
	"arrears/domain/money"
	"arrears/port"
)

// pageJSON is one page of a list, or a whole list that has no pages.
type pageJSON[J any] struct {
	Items []J    `json:"items"`
	Next  string `json:"next_cursor,omitempty"`
}

// show answers with the record under the path's id.
func show[T, J any](c echo.Context, find func(context.Context, access.Principal, uuid.UUID) (T, error), write func(T) J) error {
	found, err := find(c.Request().Context(), who(c), pathID(c))
	if err != nil {
		return err
	}
	return answer(c, http.StatusOK, write(found))
}

// listing answers with one page, each record as its transfer object.
func listing[T, F, J any](c echo.Context, find func(context.Context, access.Principal, F, port.Page) (port.Paged[T], error), filter F, write func(T) J) error {
	page, err := find(c.Request().Context(), who(c), filter, pageOf(c))
	if err != nil {
		return err
	}
	return answerPage(c, page, write)
}

// working answers a worklist: each row is written with the money that its customer has waiting in the row's currency.
func working[T, F, J any](
	c echo.Context, s *server, find func(context.Context, access.Principal, F, port.Page) (port.Paged[T], error), filter F,
	of func(T) (uuid.UUID, money.Currency), write func(T, int64) J,
) error {
	ctx, p := c.Request().Context(), who(c)
	page, err := find(ctx, p, filter, pageOf(c))
	if err != nil {
		return err
	}
	customers := each(page.Items, func(row T) uuid.UUID { id, _ := of(row); return id })
	cash, err := s.app.WaitingCash(ctx, p, customers)
	if err != nil {
		return err
	}
	return answerPage(c, page, func(row T) J {
		id, currency := of(row)
		return write(row, cash[id][currency])
	})
}

func answerPage[T, J any](c echo.Context, page port.Paged[T], write func(T) J) error {
	return c.JSON(http.StatusOK, pageJSON[J]{Items: each(page.Items, write), Next: page.Next})
}

// command reads the body, hands it to a use case, and answers with what it returns.
func command[I, T, J any](c echo.Context, status int, run func(context.Context, access.Principal, I) (T, error), write func(T) J) error {
	in, err := bind[I](c)
	if err != nil {
		return err
	}
	result, err := run(c.Request().Context(), who(c), in)
	if err != nil {
		return err
	}
	return answer(c, status, write(result))
}

// onPath reads the body, hands it to a use case on the record under the path's id, and answers with what it returns.
func onPath[I, T, J any](c echo.Context, run func(context.Context, access.Principal, uuid.UUID, I) (T, error), write func(T) J) error {
	return command(c, http.StatusOK, func(ctx context.Context, p access.Principal, in I) (T, error) {
		return run(ctx, p, pathID(c), in)
	}, write)
}

// each writes every record as its transfer object; the result is never nil, so that it reads as a list.
func each[T, J any](records []T, write func(T) J) []J {
	list := make([]J, 0, len(records))
	for i := range records {
		list = append(list, write(records[i]))
	}
	return list
}

// versioned is a transfer object whose record has a version for If-Match.
type versioned interface{ version() int64 }

// located is a transfer object whose record has a path of its own.
type located interface{ path() string }

// answer writes a record, names its version, and says where it is when it was made.
func answer(c echo.Context, status int, body any) error {
	header := c.Response().Header()
	if v, ok := body.(versioned); ok {
		header.Set(headerETag, `"`+strconv.FormatInt(v.version(), 10)+`"`)
	}
	if l, ok := body.(located); ok && status == http.StatusCreated {
		header.Set(echo.HeaderLocation, l.path())
	}
	return c.JSON(status, body)
}

// ifMatch returns the version that the caller read. The specification has checked its form.
func ifMatch(c echo.Context) (int64, error) {
	text := strings.Trim(c.Request().Header.Get(headerIfMatch), `"`)
	version, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, invalidRequest([]fault.Field{{Path: "header." + headerIfMatch, Code: "request.format", Message: "must be an ETag"}})
	}
	return version, nil
}

// who returns the caller.
func who(c echo.Context) access.Principal { return auth.PrincipalOf(c.Request().Context()) }

// pathID returns a path parameter that the specification has checked to be a UUID.
func pathID(c echo.Context) uuid.UUID {
	id, _ := uuid.Parse(pathParam(c, "id"))
	return id
}

// pageOf returns the page that the caller asks for.
func pageOf(c echo.Context) port.Page {
	limit, _ := strconv.Atoi(c.QueryParam("limit"))
	return port.Page{After: c.QueryParam("cursor"), Limit: limit}
}

// queryID returns a query parameter that the specification has checked to be a UUID, if it is there.
func queryID(c echo.Context, name string) uuid.NullUUID {
	id, err := uuid.Parse(c.QueryParam(name))
	return uuid.NullUUID{UUID: id, Valid: err == nil}
}

// queryDate returns a query parameter that the specification has checked to be a date, or no date.
func queryDate(c echo.Context, name string) calendar.Date {
	date, _ := calendar.ParseDate(c.QueryParam(name))
	return date
}

// optionalID writes an id that may not be there.
func optionalID(id uuid.NullUUID) *uuid.UUID {
	if !id.Valid {
		return nil
	}
	return &id.UUID
}

// nullID reads an id that may not be there.
func nullID(id *uuid.UUID) uuid.NullUUID {
	if id == nil {
		return uuid.NullUUID{}
	}
	return uuid.NullUUID{UUID: *id, Valid: true}
}

// optionalTime writes an instant that may not be there.
func optionalTime(at *time.Time) *time.Time {
	if at == nil || at.IsZero() {
		return nil
	}
	utc := at.UTC()
	return &utc
}

// hexText writes a digest, or "" when there is none.
func hexText(sum []byte) string { return hex.EncodeToString(sum) }

// change reads the body and the version it was made on, hands both to a use case, and answers with what it returns.
func change[I, T, J any](c echo.Context, run func(context.Context, access.Principal, I, int64) (T, error), write func(T) J) error {
	version, err := ifMatch(c)
	if err != nil {
		return err
	}
	return command(c, http.StatusOK, func(ctx context.Context, p access.Principal, in I) (T, error) {
		return run(ctx, p, in, version)
	}, write)
}
