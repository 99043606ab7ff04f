package app

import (
	"context"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/domain/casework"
	"arrears/domain/fault"
	"arrears/domain/receivable"
	"arrears/port"
)

// NewNote is a collector's note, or the outcome of a call. A follow-up date opens a task for that day.
type NewNote struct {
	CustomerID uuid.UUID
	InvoiceID  uuid.NullUUID
	Kind       string // note or call
	Outcome    string // of a call
	Body       string
	FollowUpOn calendar.Date
}

// AddNote keeps a note or a call's outcome.
// Errors: access.forbidden, receivable.invalid, customer.not_found, invoice.not_found, item.customer_differs.
func (a *App) AddNote(ctx context.Context, who access.Principal, in NewNote) (receivable.Note, error) {
	var n receivable.Note
	if err := access.Require(who, access.NotesWrite); err != nil {
		return n, err
	}
	id, err := port.NewID(ctx)
	if err != nil {
		return n, err
	}
	err = a.write(ctx, func(ctx context.Context, tx port.Tx, now time.Time) error {
		customer, err := tx.Customer(ctx, in.CustomerID)
		if err != nil {
			return err
		}
		if err := ofCustomer(ctx, tx, in.InvoiceID, in.CustomerID); err != nil {
			return err
		}
		n = receivable.Note{
			ID: id, CustomerID: in.CustomerID, InvoiceID: in.InvoiceID, Kind: in.Kind, Outcome: in.Outcome, Body: in.Body,
			FollowUpOn: in.FollowUpOn, CreatedBy: who.ID, CreatedAt: now,
		}
		if err := n.Validate(today(now, customer.TimeZone)); err != nil {
			return err
		}
		before, found, err := madeBefore(ctx, tx.Note)
		if err != nil || found {
			n = before
			return err
		}
		if err := tx.InsertNote(ctx, n); err != nil {
			return err
		}
		if err := record(ctx, tx, now, who.ID, event{
			action: noteAction(n), kind: "note", subject: n.ID, customer: n.CustomerID, invoice: n.InvoiceID.UUID,
			on: today(now, customer.TimeZone), data: map[string]any{"outcome": n.Outcome, "follow_up_on": n.FollowUpOn},
		}); err != nil {
			return err
		}
		return followUp(ctx, tx, now, who.ID, customer, n)
	})
	return n, err
}

func noteAction(n receivable.Note) string {
	if n.Kind == "call" {
		return "call.logged"
	}
	return "note.added"
}

// followUp opens the task that a note asks for, once per note.
func followUp(ctx context.Context, tx port.Tx, now time.Time, actor string, c receivable.Customer, n receivable.Note) error {
	if n.FollowUpOn.IsZero() {
		return nil
	}
	return openTask(ctx, tx, now, actor, casework.Task{
		Kind: "follow_up", Dedupe: "follow_up/" + n.ID.String(), CustomerID: someID(n.CustomerID), InvoiceID: n.InvoiceID,
		Assignee: c.Collector, Role: string(access.Collector), Summary: "Follow up with " + c.Name, DueOn: n.FollowUpOn,
	})
}

// ofCustomer refuses an invoice that is another customer's.
func ofCustomer(ctx context.Context, tx port.Tx, invoiceID uuid.NullUUID, customerID uuid.UUID) error {
	if !invoiceID.Valid {
		return nil
	}
	inv, err := tx.Invoice(ctx, invoiceID.UUID)
	if err != nil {
		return err
	}
	if inv.CustomerID != customerID {
		return fault.New(fault.Conflict, receivable.CodeCustomerDiffers, "the invoice is another customer's")
	}
	return nil
}

// ListNotes lists, oldest first. Errors: access.forbidden, page.bad_cursor.
func (a *App) ListNotes(ctx context.Context, who access.Principal, f port.HoldFilter, page port.Page) (port.Paged[receivable.Note], error) {
	return lookup(ctx, a, who, access.NotesRead, func(ctx context.Context, tx port.Tx) (port.Paged[receivable.Note], error) {
		return tx.ListNotes(ctx, f, page)
	})
}
