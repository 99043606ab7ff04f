package app

import (
	"context"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/audit"
	"arrears/domain/calendar"
	"arrears/port"
)

// TimelineEntry is one thing that happened to an invoice, in words.
type TimelineEntry struct {
	ID     string
	At     time.Time     // business instant
	Date   calendar.Date // the business date it fell on, where one mattered
	Actor  string
	Action string
	Text   string
}

// customerWideActions are what happens to a customer as a whole and bears on each of its invoices.
func customerWideActions() []string {
	return []string{"block.set", "block.released", "contact.added", "contact.changed", "contact.email_failed",
		"credit_hold.confirmed", "credit_hold.lifted"}
}

// Timeline tells what happened to an invoice, and to its customer as a whole, oldest first. Errors: access.forbidden, invoice.not_found, page.bad_cursor.
func (a *App) Timeline(ctx context.Context, who access.Principal, invoiceID uuid.UUID, page port.Page) (port.Paged[TimelineEntry], error) {
	return lookup(ctx, a, who, access.InvoicesRead, func(ctx context.Context, tx port.Tx) (port.Paged[TimelineEntry], error) {
		var told port.Paged[TimelineEntry]
		inv, err := tx.Invoice(ctx, invoiceID)
		if err != nil {
			return told, err
		}
		entries, err := tx.ListAudit(ctx, port.AuditFilter{
			InvoiceID: someID(invoiceID), CustomerID: someID(inv.CustomerID), Actions: customerWideActions(),
		}, page)
		told.Next = entries.Next
		for _, e := range entries.Items {
			told.Items = append(told.Items, timelineEntry(e))
		}
		return told, err
	})
}

func timelineEntry(e audit.Entry) TimelineEntry {
	return TimelineEntry{ID: e.ID, At: e.At, Date: e.BusinessDate, Actor: e.Actor, Action: e.Action, Text: inWords(e)}
}

// ListAuditEntries lists the record in the order in which it was written. Errors: access.forbidden, page.bad_cursor.
func (a *App) ListAuditEntries(ctx context.Context, who access.Principal, f port.AuditFilter, page port.Page) (port.Paged[audit.Entry], error) {
	return lookup(ctx, a, who, access.AuditRead, func(ctx context.Context, tx port.Tx) (port.Paged[audit.Entry], error) {
		return tx.ListAudit(ctx, f, page)
	})
}
