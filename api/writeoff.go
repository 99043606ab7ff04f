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

type writeOffJSON struct {
	ID          uuid.UUID  `json:"id"`
	ItemID      uuid.UUID  `json:"item_id"`
	ReceiptID   *uuid.UUID `json:"receipt_id,omitempty"`
	Kind        string     `json:"kind"`
	AmountMinor int64      `json:"amount_minor"`
	Reason      string     `json:"reason"`
	CreatedBy   string     `json:"created_by"`
	CreatedAt   time.Time  `json:"created_at"`
	ReversedAt  *time.Time `json:"reversed_at,omitempty"`
}

func writeWriteOff(w receivable.WriteOff) writeOffJSON {
	return writeOffJSON{
		ID: w.ID, ItemID: w.ItemID, ReceiptID: optionalID(w.ReceiptID), Kind: string(w.Kind), AmountMinor: w.AmountMinor, Reason: w.Reason,
		CreatedBy: w.CreatedBy, CreatedAt: w.CreatedAt.UTC(), ReversedAt: optionalTime(w.ReversedAt),
	}
}

type newWriteOffJSON struct {
	ItemID      uuid.UUID  `json:"item_id"`
	ReceiptID   *uuid.UUID `json:"receipt_id"`
	Kind        string     `json:"kind"`
	AmountMinor int64      `json:"amount_minor"`
	Currency    string     `json:"currency"`
	Reason      string     `json:"reason"`
}

// listWriteOffs lists those of one invoice, of which there are few.
func (s *server) listWriteOffs(c echo.Context) error {
	found, err := s.app.ListWriteOffs(c.Request().Context(), who(c), queryID(c, "invoice_id").UUID)
	if err != nil {
		return err
	}
	return answerPage(c, port.Paged[receivable.WriteOff]{Items: found}, writeWriteOff)
}

func (s *server) createWriteOff(c echo.Context) error {
	return command(c, http.StatusCreated, func(ctx context.Context, p access.Principal, in newWriteOffJSON) (receivable.WriteOff, error) {
		return s.app.WriteOff(ctx, p, app.NewWriteOff{
			ItemID: in.ItemID, ReceiptID: nullID(in.ReceiptID), Kind: receivable.WriteOffKind(in.Kind), AmountMinor: in.AmountMinor,
			Currency: money.Currency(in.Currency), Reason: in.Reason,
		})
	}, writeWriteOff)
}
