package api

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/domain/money"
	"arrears/domain/receivable"
	"arrears/port"
)

type invoiceJSON struct {
	ID               uuid.UUID     `json:"id"`
	Source           string        `json:"source"`
	Number           string        `json:"number"`
	CustomerID       uuid.UUID     `json:"customer_id"`
	InvoiceDate      calendar.Date `json:"invoice_date"`
	Currency         string        `json:"currency"`
	AmountMinor      int64         `json:"amount_minor"`
	PurchaseOrder    string        `json:"purchase_order,omitempty"`
	PolicyKey        string        `json:"policy_key,omitempty"`
	State            string        `json:"state"`
	AmountsChangedBy string        `json:"amounts_changed_by,omitempty"`
	ImportID         *uuid.UUID    `json:"import_id,omitempty"`
	Items            []itemJSON    `json:"items"`
	Version          int64         `json:"version"`
	CreatedAt        time.Time     `json:"created_at"`
}

func (j invoiceJSON) version() int64 { return j.Version }
func (j invoiceJSON) path() string   { return "/v1/invoices/" + j.ID.String() }

type itemJSON struct {
	ID              uuid.UUID     `json:"id"`
	InvoiceID       *uuid.UUID    `json:"invoice_id,omitempty"`
	CustomerID      uuid.UUID     `json:"customer_id"`
	Kind            string        `json:"kind"`
	Seq             int           `json:"seq"`
	DueDate         calendar.Date `json:"due_date"`
	AgingDate       calendar.Date `json:"aging_date"`
	TimeZone        string        `json:"time_zone"`
	Currency        string        `json:"currency"`
	OriginalMinor   int64         `json:"original_minor"`
	PaidMinor       int64         `json:"paid_minor"`
	DiscountedMinor int64         `json:"discounted_minor"`
	CreditedMinor   int64         `json:"credited_minor"`
	WrittenOffMinor int64         `json:"written_off_minor"`
	MovedMinor      int64         `json:"moved_minor"`
	OpenMinor       int64         `json:"open_minor"`
	DisputedMinor   int64         `json:"disputed_minor"`
	Cycle           int           `json:"cycle"`
	Level           int           `json:"level"`
	LastStageDone   string        `json:"last_stage_done,omitempty"`
	LastStageOn     calendar.Date `json:"last_stage_on,omitempty"`
	LastNoticeOn    calendar.Date `json:"last_notice_on,omitempty"`
	HandedOverOn    calendar.Date `json:"handed_over_on,omitempty"`
	Version         int64         `json:"version"`
}

func writeInvoice(i receivable.Invoice) invoiceJSON {
	return invoiceJSON{
		ID: i.ID, Source: i.Source, Number: i.Number, CustomerID: i.CustomerID, InvoiceDate: i.InvoiceDate, Currency: string(i.Currency),
		AmountMinor: i.AmountMinor, PurchaseOrder: i.PurchaseOrder, PolicyKey: i.PolicyKey, State: string(i.State),
		AmountsChangedBy: i.AmountsChangedBy, ImportID: optionalID(i.ImportID), Items: each(i.Items, writeItem), Version: i.Version,
		CreatedAt: i.CreatedAt.UTC(),
	}
}

func writeItem(i receivable.Item) itemJSON {
	return itemJSON{
		ID: i.ID, InvoiceID: optionalID(i.InvoiceID), CustomerID: i.CustomerID, Kind: string(i.Kind), Seq: i.Seq, DueDate: i.DueDate,
		AgingDate: i.AgingDate, TimeZone: i.TimeZone, Currency: string(i.Currency), OriginalMinor: i.OriginalMinor, PaidMinor: i.PaidMinor,
		DiscountedMinor: i.DiscountedMinor, CreditedMinor: i.CreditedMinor, WrittenOffMinor: i.WrittenOffMinor, MovedMinor: i.MovedMinor,
		OpenMinor: i.OpenMinor, DisputedMinor: i.DisputedMinor, Cycle: i.Cycle, Level: i.Level, LastStageDone: i.LastStageDone,
		LastStageOn: i.LastStageOn, LastNoticeOn: i.LastNoticeOn, HandedOverOn: i.HandedOverOn, Version: i.Version,
	}
}

type invoiceRowJSON struct {
	ID             uuid.UUID     `json:"id"`
	Source         string        `json:"source"`
	Number         string        `json:"number"`
	CustomerID     uuid.UUID     `json:"customer_id"`
	CustomerNumber string        `json:"customer_number"`
	CustomerName   string        `json:"customer_name"`
	InvoiceDate    calendar.Date `json:"invoice_date"`
	Currency       string        `json:"currency"`
	AmountMinor    int64         `json:"amount_minor"`
	OpenMinor      int64         `json:"open_minor"`
	DisputedMinor  int64         `json:"disputed_minor"`
	DueDate        calendar.Date `json:"due_date"`
	Level          int           `json:"level"`
	State          string        `json:"state"`
	CaseState      string        `json:"case_state,omitempty"`
	NextAction     string        `json:"next_action,omitempty"`
	WakeAt         time.Time     `json:"wake_at,omitzero"`
	Version        int64         `json:"version"`
}

func writeInvoiceRow(r port.InvoiceRow) invoiceRowJSON {
	return invoiceRowJSON{
		ID: r.ID, Source: r.Source, Number: r.Number, CustomerID: r.CustomerID, CustomerNumber: r.CustomerNumber, CustomerName: r.CustomerName,
		InvoiceDate: r.InvoiceDate, Currency: string(r.Currency), AmountMinor: r.AmountMinor, OpenMinor: r.OpenMinor,
		DisputedMinor: r.DisputedMinor, DueDate: r.DueDate, Level: r.Level, State: string(r.State), CaseState: r.CaseState,
		NextAction: r.NextAction, WakeAt: r.WakeAt.UTC(), Version: r.Version,
	}
}

type instalmentJSON struct {
	DueDate     calendar.Date `json:"due_date"`
	AmountMinor int64         `json:"amount_minor"`
}

func (in instalmentJSON) read() receivable.InstalmentPart {
	return receivable.InstalmentPart{DueDate: in.DueDate, AmountMinor: in.AmountMinor}
}

type newInvoiceJSON struct {
	Source        string           `json:"source"`
	Number        string           `json:"number"`
	CustomerID    uuid.UUID        `json:"customer_id"`
	InvoiceDate   calendar.Date    `json:"invoice_date"`
	Currency      string           `json:"currency"`
	AmountMinor   int64            `json:"amount_minor"`
	PurchaseOrder string           `json:"purchase_order"`
	PolicyKey     string           `json:"policy_key"`
	DueDate       calendar.Date    `json:"due_date"`
	Instalments   []instalmentJSON `json:"instalments"`
}

func (in newInvoiceJSON) read() app.NewInvoice {
	return app.NewInvoice{
		Source: sourceOf(in.Source), Number: in.Number, CustomerID: in.CustomerID, InvoiceDate: in.InvoiceDate,
		Currency: money.Currency(in.Currency), AmountMinor: in.AmountMinor, PurchaseOrder: in.PurchaseOrder, PolicyKey: in.PolicyKey,
		DueDate: in.DueDate, Instalments: each(in.Instalments, instalmentJSON.read),
	}
}

type dueDateJSON struct {
	ItemID  uuid.UUID     `json:"item_id"`
	DueDate calendar.Date `json:"due_date"`
}

func (in dueDateJSON) read() app.ItemDueDate {
	return app.ItemDueDate{ItemID: in.ItemID, DueDate: in.DueDate}
}

type invoiceChangeJSON struct {
	PurchaseOrder *string          `json:"purchase_order"`
	PolicyKey     *string          `json:"policy_key"`
	DueDates      []dueDateJSON    `json:"due_dates"`
	Instalments   []instalmentJSON `json:"instalments"`
}

func (s *server) listInvoices(c echo.Context) error {
	filter := port.InvoiceFilter{
		CustomerID: queryID(c, "customer_id"), Source: c.QueryParam("source"), Number: c.QueryParam("number"), State: c.QueryParam("state"),
		DueBefore: queryDate(c, "due_before"), Policy: c.QueryParam("policy"),
	}
	if level, err := strconv.Atoi(c.QueryParam("level")); err == nil {
		filter.Level = &level
	}
	return listing(c, s.app.ListInvoices, filter, writeInvoiceRow)
}

func (s *server) createInvoice(c echo.Context) error {
	return command(c, http.StatusCreated, func(ctx context.Context, p access.Principal, in newInvoiceJSON) (receivable.Invoice, error) {
		return s.app.CreateInvoice(ctx, p, in.read())
	}, writeInvoice)
}

func (s *server) getInvoice(c echo.Context) error { return show(c, s.app.Invoice, writeInvoice) }

func (s *server) updateInvoice(c echo.Context) error {
	return change(c, func(ctx context.Context, p access.Principal, in invoiceChangeJSON, version int64) (receivable.Invoice, error) {
		return s.app.ChangeInvoice(ctx, p, pathID(c), app.InvoiceChange{
			Version: version, PurchaseOrder: in.PurchaseOrder, PolicyKey: in.PolicyKey, DueDates: each(in.DueDates, dueDateJSON.read),
			Instalments: each(in.Instalments, instalmentJSON.read),
		})
	}, writeInvoice)
}

// reasonJSON explains an action, for the record.
type reasonJSON struct {
	Reason string `json:"reason"`
}

func (s *server) voidInvoice(c echo.Context) error {
	return explained(c, s.app.VoidInvoice, writeInvoice)
}

func (s *server) restartInvoice(c echo.Context) error {
	if err := s.app.RestartCase(c.Request().Context(), who(c), pathID(c)); err != nil {
		return err
	}
	return show(c, s.app.Invoice, writeInvoice)
}

// explained runs an action on the record under the path's id, with its reason, and answers with the record as it is then.
func explained[T, J any](c echo.Context, run func(context.Context, access.Principal, uuid.UUID, string) (T, error), write func(T) J) error {
	return command(c, http.StatusOK, func(ctx context.Context, p access.Principal, in reasonJSON) (T, error) {
		return run(ctx, p, pathID(c), in.Reason)
	}, write)
}
