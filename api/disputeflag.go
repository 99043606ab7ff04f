package api

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/money"
	"arrears/domain/receivable"
	"arrears/port"
)

// The states of what is set and released.
const (
	stateOpen     = "open"
	stateReleased = "released"
)

type disputeFlagJSON struct {
	ID            uuid.UUID  `json:"id"`
	ItemID        uuid.UUID  `json:"item_id"`
	InvoiceID     uuid.UUID  `json:"invoice_id"`
	CustomerID    uuid.UUID  `json:"customer_id"`
	AmountMinor   int64      `json:"amount_minor"`
	Currency      string     `json:"currency"`
	Reason        string     `json:"reason"`
	Note          string     `json:"note,omitempty"`
	State         string     `json:"state"`
	CreatedBy     string     `json:"created_by"`
	CreatedAt     time.Time  `json:"created_at"`
	ReleasedBy    string     `json:"released_by,omitempty"`
	ReleasedAt    *time.Time `json:"released_at,omitempty"`
	ReleaseReason string     `json:"release_reason,omitempty"`
}

func (j disputeFlagJSON) path() string { return "/v1/dispute-flags/" + j.ID.String() }

func writeDisputeFlag(d receivable.DisputeFlag) disputeFlagJSON {
	state := stateOpen
	if d.Released {
		state = stateReleased
	}
	return disputeFlagJSON{
		ID: d.ID, ItemID: d.ItemID, InvoiceID: d.InvoiceID, CustomerID: d.CustomerID, AmountMinor: d.AmountMinor,
		Currency: string(d.Currency), Reason: d.Reason, Note: d.Note, State: state, CreatedBy: d.CreatedBy, CreatedAt: d.CreatedAt.UTC(),
		ReleasedBy: d.ReleasedBy, ReleasedAt: optionalTime(d.ReleasedAt), ReleaseReason: d.ReleaseReason,
	}
}

// holdFilter reads the filters that promises, blocks, disputed amounts and notes share.
func holdFilter(c echo.Context) port.HoldFilter {
	return port.HoldFilter{CustomerID: queryID(c, "customer_id"), InvoiceID: queryID(c, "invoice_id"), State: c.QueryParam("state")}
}

func (s *server) listDisputeFlags(c echo.Context) error {
	return listing(c, s.app.ListDisputeFlags, holdFilter(c), writeDisputeFlag)
}

type newDisputeFlagJSON struct {
	ItemID      uuid.UUID `json:"item_id"`
	AmountMinor int64     `json:"amount_minor"`
	Currency    string    `json:"currency"`
	Reason      string    `json:"reason"`
	Note        string    `json:"note"`
}

func (s *server) flagDispute(c echo.Context) error {
	return command(c, http.StatusCreated, func(ctx context.Context, p access.Principal, in newDisputeFlagJSON) (receivable.DisputeFlag, error) {
		return s.app.FlagDispute(ctx, p, app.NewDisputeFlag{
			ItemID: in.ItemID, AmountMinor: in.AmountMinor, Currency: money.Currency(in.Currency), Reason: in.Reason, Note: in.Note,
		})
	}, writeDisputeFlag)
}

func (s *server) releaseDispute(c echo.Context) error {
	return explained(c, s.app.ReleaseDispute, writeDisputeFlag)
}

func (s *server) getDisputeFlag(c echo.Context) error {
	return show(c, s.app.DisputeFlag, writeDisputeFlag)
}
