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

type blockJSON struct {
	ID         uuid.UUID     `json:"id"`
	CustomerID uuid.UUID     `json:"customer_id"`
	InvoiceID  *uuid.UUID    `json:"invoice_id,omitempty"`
	ItemID     *uuid.UUID    `json:"item_id,omitempty"`
	Reason     string        `json:"reason"`
	Note       string        `json:"note,omitempty"`
	Until      calendar.Date `json:"until,omitempty"`
	CreatedBy  string        `json:"created_by"`
	CreatedAt  time.Time     `json:"created_at"`
	ReleasedAt *time.Time    `json:"released_at,omitempty"`
	ReleasedBy string        `json:"released_by,omitempty"`
}

func (j blockJSON) path() string { return "/v1/blocks/" + j.ID.String() }

func writeBlock(b receivable.Block) blockJSON {
	return blockJSON{
		ID: b.ID, CustomerID: b.CustomerID, InvoiceID: optionalID(b.InvoiceID), ItemID: optionalID(b.ItemID), Reason: string(b.Reason),
		Note: b.Note, Until: b.Until, CreatedBy: b.CreatedBy, CreatedAt: b.CreatedAt.UTC(), ReleasedAt: optionalTime(b.ReleasedAt),
		ReleasedBy: b.ReleasedBy,
	}
}

type newBlockJSON struct {
	CustomerID *uuid.UUID    `json:"customer_id"`
	InvoiceID  *uuid.UUID    `json:"invoice_id"`
	ItemID     *uuid.UUID    `json:"item_id"`
	Reason     string        `json:"reason"`
	Note       string        `json:"note"`
	Until      calendar.Date `json:"until"`
}

func (s *server) listBlocks(c echo.Context) error {
	return listing(c, s.app.ListBlocks, holdFilter(c), writeBlock)
}

func (s *server) getBlock(c echo.Context) error { return show(c, s.app.Block, writeBlock) }

func (s *server) setBlock(c echo.Context) error {
	return command(c, http.StatusCreated, func(ctx context.Context, p access.Principal, in newBlockJSON) (receivable.Block, error) {
		return s.app.SetBlock(ctx, p, app.NewBlock{
			CustomerID: nullID(in.CustomerID), InvoiceID: nullID(in.InvoiceID), ItemID: nullID(in.ItemID),
			Reason: receivable.BlockReason(in.Reason), Note: in.Note, Until: in.Until,
		})
	}, writeBlock)
}

func (s *server) releaseBlock(c echo.Context) error { return show(c, s.app.ReleaseBlock, writeBlock) }
