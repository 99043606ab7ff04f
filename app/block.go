package app

import (
	"context"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/domain/receivable"
	"arrears/port"
)

// NewBlock stops dunning on exactly one of an item, an invoice or a whole customer, through its last day.
type NewBlock struct {
	CustomerID uuid.NullUUID
	InvoiceID  uuid.NullUUID
	ItemID     uuid.NullUUID
	Reason     receivable.BlockReason
	Note       string
	Until      calendar.Date
}

// SetBlock stops dunning at once.
// Errors: access.forbidden, receivable.invalid, customer.not_found, invoice.not_found, item.not_found.
func (a *App) SetBlock(ctx context.Context, who access.Principal, in NewBlock) (receivable.Block, error) {
	var b receivable.Block
	if err := access.Require(who, access.BlocksWrite); err != nil {
		return b, err
	}
	if err := in.namesOne(); err != nil {
		return b, err
	}
	id, err := port.NewID(ctx)
	if err != nil {
		return b, err
	}
	err = a.write(ctx, func(ctx context.Context, tx port.Tx, now time.Time) error {
		customer, err := in.lock(ctx, tx, &b)
		if err != nil {
			return err
		}
		before, found, err := madeBefore(ctx, tx.Block)
		if err != nil || found {
			b = before
			return err
		}
		b.ID, b.Reason, b.Note, b.Until, b.CreatedBy, b.CreatedAt = id, in.Reason, in.Note, in.Until, who.ID, now
		if err := b.Validate(today(now, customer.TimeZone)); err != nil {
			return err
		}
		if err := tx.InsertBlock(ctx, b); err != nil {
			return err
		}
		if err := recordBlock(ctx, tx, now, who.ID, b, uuid.Nil, "block.set", customer.TimeZone); err != nil {
			return err
		}
		return a.blockChanged(ctx, tx, now, b, "block_set")
	})
	return b, err
}

func (in NewBlock) namesOne() error {
	named := 0
	for _, id := range []uuid.NullUUID{in.CustomerID, in.InvoiceID, in.ItemID} {
		if id.Valid {
			named++
		}
	}
	var f receivable.Form
	if named != 1 {
		f.Add("customer_id", receivable.CodeRequired, "name exactly one of customer, invoice and item")
	}
	return f.Err("block")
}

// lock takes the customer's lock and fills in what the block is on.
func (in NewBlock) lock(ctx context.Context, tx port.Tx, b *receivable.Block) (receivable.Customer, error) {
	b.CustomerID, b.InvoiceID, b.ItemID = in.CustomerID.UUID, in.InvoiceID, in.ItemID
	if in.ItemID.Valid {
		item, err := tx.Item(ctx, in.ItemID.UUID)
		if err != nil {
			return receivable.Customer{}, err
		}
		b.CustomerID, b.InvoiceID = item.CustomerID, item.InvoiceID
	}
	if in.InvoiceID.Valid {
		inv, err := tx.Invoice(ctx, in.InvoiceID.UUID)
		if err != nil {
			return receivable.Customer{}, err
		}
		b.CustomerID = inv.CustomerID
	}
	if err := tx.LockCustomer(ctx, b.CustomerID); err != nil {
		return receivable.Customer{}, err
	}
	return tx.Customer(ctx, b.CustomerID)
}

// ReleaseBlock lets dunning go on. Errors: access.forbidden, block.not_found, block.released.
func (a *App) ReleaseBlock(ctx context.Context, who access.Principal, id uuid.UUID) (receivable.Block, error) {
	if err := access.Require(who, access.BlocksWrite); err != nil {
		return receivable.Block{}, err
	}
	read := func(ctx context.Context, tx port.Tx) (receivable.Block, error) { return tx.Block(ctx, id) }
	return command(ctx, a, read, func(ctx context.Context, tx port.Tx, now time.Time, entry uuid.UUID) error {
		b, err := tx.Block(ctx, id)
		if err != nil {
			return err
		}
		if err := tx.LockCustomer(ctx, b.CustomerID); err != nil {
			return err
		}
		if err := tx.ReleaseBlock(ctx, id, now, who.ID); err != nil {
			return err
		}
		customer, err := tx.Customer(ctx, b.CustomerID)
		if err != nil {
			return err
		}
		if err := recordBlock(ctx, tx, now, who.ID, b, entry, "block.released", customer.TimeZone); err != nil {
			return err
		}
		return a.blockChanged(ctx, tx, now, b, "block_released")
	})
}

// blockChanged tells the engine's side about one invoice, or about all open ones of the customer.
func (a *App) blockChanged(ctx context.Context, tx port.Tx, now time.Time, b receivable.Block, why string) error {
	if b.InvoiceID.Valid {
		return a.factsChanged(ctx, tx, now, b.CustomerID, []uuid.UUID{b.InvoiceID.UUID}, why)
	}
	return a.customerChanged(ctx, tx, now, b.CustomerID, why)
}

func recordBlock(ctx context.Context, tx port.Tx, now time.Time, actor string, b receivable.Block, entry uuid.UUID, action, zone string) error {
	data := map[string]any{"reason": b.Reason, "until": b.Until}
	if b.ItemID.Valid {
		data["item_id"] = b.ItemID.UUID
	}
	return record(ctx, tx, now, actor, event{
		id: entry, action: action, kind: "block", subject: b.ID, customer: b.CustomerID, invoice: b.InvoiceID.UUID,
		on: today(now, zone), data: data,
	})
}

// Block shows one. Errors: access.forbidden, block.not_found.
func (a *App) Block(ctx context.Context, who access.Principal, id uuid.UUID) (receivable.Block, error) {
	return lookup(ctx, a, who, access.BlocksRead, func(ctx context.Context, tx port.Tx) (receivable.Block, error) {
		return tx.Block(ctx, id)
	})
}

// ListBlocks lists, oldest first. Errors: access.forbidden, page.bad_cursor.
func (a *App) ListBlocks(ctx context.Context, who access.Principal, f port.HoldFilter, page port.Page) (port.Paged[receivable.Block], error) {
	return lookup(ctx, a, who, access.BlocksRead, func(ctx context.Context, tx port.Tx) (port.Paged[receivable.Block], error) {
		return tx.ListBlocks(ctx, f, page)
	})
}
