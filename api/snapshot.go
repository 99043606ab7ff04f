package api

import (
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"arrears/domain/calendar"
	"arrears/port"
)

type snapshotJSON struct {
	AsOf     calendar.Date     `json:"as_of"`
	MonthEnd calendar.Date     `json:"month_end,omitzero"`
	Opening  bool              `json:"opening"`
	Missed   []calendar.Date   `json:"missed,omitempty"`
	TakenAt  time.Time         `json:"taken_at"`
	Items    int64             `json:"items"`
	Sums     []snapshotSumJSON `json:"sums"`
}

type snapshotSumJSON struct {
	Currency         string `json:"currency"`
	Bucket           string `json:"bucket"`
	Items            int64  `json:"items"`
	OpenMinor        int64  `json:"open_minor"`
	DisputedMinor    int64  `json:"disputed_minor"`
	CollectableMinor int64  `json:"collectable_minor"`
}

type snapshotItemJSON struct {
	ItemID           uuid.UUID     `json:"item_id"`
	CustomerID       uuid.UUID     `json:"customer_id"`
	InvoiceID        *uuid.UUID    `json:"invoice_id,omitempty"`
	Kind             string        `json:"kind"`
	Currency         string        `json:"currency"`
	DueDate          calendar.Date `json:"due_date"`
	AgingDate        calendar.Date `json:"aging_date"`
	OriginalMinor    int64         `json:"original_minor"`
	OpenMinor        int64         `json:"open_minor"`
	DisputedMinor    int64         `json:"disputed_minor"`
	CollectableMinor int64         `json:"collectable_minor"`
	DaysPastDue      int           `json:"days_past_due"`
	Bucket           string        `json:"bucket"`
}

func writeSnapshot(s port.Snapshot) snapshotJSON {
	return snapshotJSON{
		AsOf: s.AsOf, MonthEnd: s.MonthEnd, Opening: s.Opening, Missed: s.Missed, TakenAt: s.TakenAt.UTC(), Items: s.Items,
		Sums: each(s.Sums, func(m port.SnapshotSum) snapshotSumJSON {
			return snapshotSumJSON{
				Currency: string(m.Currency), Bucket: m.Bucket, Items: m.Items, OpenMinor: m.OpenMinor, DisputedMinor: m.DisputedMinor,
				CollectableMinor: m.CollectableMinor,
			}
		}),
	}
}

func writeSnapshotItem(i port.SnapshotItem) snapshotItemJSON {
	return snapshotItemJSON{
		ItemID: i.ItemID, CustomerID: i.CustomerID, InvoiceID: optionalID(i.InvoiceID), Kind: i.Kind, Currency: string(i.Currency),
		DueDate: i.DueDate, AgingDate: i.AgingDate, OriginalMinor: i.OriginalMinor, OpenMinor: i.OpenMinor,
		DisputedMinor: i.DisputedMinor, CollectableMinor: i.CollectableMinor, DaysPastDue: i.DaysPastDue, Bucket: i.Bucket,
	}
}

func (s *server) listSnapshots(c echo.Context) error {
	page, err := s.app.ListSnapshots(c.Request().Context(), who(c), pageOf(c))
	if err != nil {
		return err
	}
	return answerPage(c, page, writeSnapshot)
}

func (s *server) listSnapshotItems(c echo.Context) error {
	date, _ := calendar.ParseDate(pathParam(c, "date")) // the specification has checked it
	return listing(c, s.app.ListSnapshotItems, port.SnapshotFilter{
		AsOf: date, CustomerID: queryID(c, "customer_id"), Currency: c.QueryParam("currency"), Bucket: c.QueryParam("bucket"),
	}, writeSnapshotItem)
}
