package app

import (
	"context"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/fault"
	"arrears/domain/money"
	"arrears/domain/receivable"
	"arrears/port"
)

// NewDisputeFlag marks an amount of an item as contested. The currency is the item's, stated so that a mistake shows.
type NewDisputeFlag struct {
	ItemID      uuid.UUID
	AmountMinor int64
	Currency    money.Currency
	Reason      string // a code
	Note        string
}

// FlagDispute holds an amount of an item back; the rest is dunned on.
// Errors: access.forbidden, receivable.invalid, item.not_found, item.currency_differs, item.exceeds_undisputed.
func (a *App) FlagDispute(ctx context.Context, who access.Principal, in NewDisputeFlag) (receivable.DisputeFlag, error) {
	var flag receivable.DisputeFlag
	if err := access.Require(who, access.DisputesWrite); err != nil {
		return flag, err
	}
	id, err := port.NewID(ctx)
	if err != nil {
		return flag, err
	}
	err = a.write(ctx, func(ctx context.Context, tx port.Tx, now time.Time) error {
		l, item, err := lockedItem(ctx, tx, now, who.ID, in.ItemID)
		if err != nil {
			return err
		}
		before, found, err := madeBefore(ctx, tx.DisputeFlag)
		if err != nil || found {
			flag = before
			return err
		}
		flag = receivable.DisputeFlag{
			ID: id, ItemID: item.ID, InvoiceID: item.InvoiceID.UUID, CustomerID: item.CustomerID, AmountMinor: in.AmountMinor,
			Currency: item.Currency, Reason: in.Reason, Note: in.Note, CreatedBy: who.ID, CreatedAt: now,
		}
		if err := flag.Validate(); err != nil {
			return err
		}
		if err := checkCurrency(in.Currency, item.Currency); err != nil {
			return err
		}
		if err := item.Dispute(in.AmountMinor); err != nil {
			return err
		}
		if err := tx.InsertDisputeFlag(ctx, flag); err != nil {
			return err
		}
		if err := l.settle(ctx); err != nil {
			return err
		}
		if err := recordFlag(ctx, tx, now, who.ID, flag, uuid.Nil, "dispute.flagged", item.TimeZone); err != nil {
			return err
		}
		return a.tell(ctx, l, "dispute_flagged")
	})
	return flag, err
}

// CodeFlagOfCase means that a flag belongs to a claim under way: the decision on that releases it.
const CodeFlagOfCase = "dispute.flag_of_case"

// ReleaseDispute ends a contest without a verdict: the amount is asked for again, as far as it is open.
// Errors: access.forbidden, receivable.invalid, dispute.not_found, dispute.released, dispute.flag_of_case.
func (a *App) ReleaseDispute(ctx context.Context, who access.Principal, id uuid.UUID, reason string) (receivable.DisputeFlag, error) {
	if err := access.Require(who, access.DisputesWrite); err != nil {
		return receivable.DisputeFlag{}, err
	}
	if err := checkText("reason", reason); err != nil {
		return receivable.DisputeFlag{}, err
	}
	read := func(ctx context.Context, tx port.Tx) (receivable.DisputeFlag, error) { return tx.DisputeFlag(ctx, id) }
	return command(ctx, a, read, func(ctx context.Context, tx port.Tx, now time.Time, entry uuid.UUID) error {
		found, err := tx.DisputeFlag(ctx, id)
		if err != nil {
			return err
		}
		l, item, err := lockedItem(ctx, tx, now, who.ID, found.ItemID)
		if err != nil {
			return err
		}
		if err := ofNoCase(ctx, tx, found); err != nil {
			return err
		}
		flag := released(found, now, who.ID, reason)
		if err := tx.UpdateDisputeFlag(ctx, flag); err != nil {
			return err
		}
		standing, err := flaggedMinor(ctx, tx, item.ID)
		if err != nil {
			return err
		}
		item.SetFlagged(standing)
		if err := l.settle(ctx); err != nil {
			return err
		}
		if err := recordFlag(ctx, tx, now, who.ID, flag, entry, "dispute.released", item.TimeZone); err != nil {
			return err
		}
		return a.tell(ctx, l, "dispute_released")
	})
}

// ofNoCase refuses to release by hand what a claim holds back. Error: dispute.flag_of_case.
func ofNoCase(ctx context.Context, tx port.Tx, flag receivable.DisputeFlag) error {
	claims, err := tx.DisputesOfItems(ctx, []uuid.UUID{flag.ItemID})
	if err != nil {
		return err
	}
	for _, d := range claims {
		for _, p := range d.Parts {
			if p.FlagID == someID(flag.ID) && !flag.Released {
				return fault.Newf(fault.Conflict, CodeFlagOfCase, "the flag is that of D-%d: decide on the claim", d.Number)
			}
		}
	}
	return nil
}

func released(flag receivable.DisputeFlag, now time.Time, actor, reason string) receivable.DisputeFlag {
	flag.Released, flag.ReleasedAt, flag.ReleasedBy, flag.ReleaseReason = true, &now, actor, reason
	return flag
}

// flaggedMinor sums the flags of an item that stand.
func flaggedMinor(ctx context.Context, tx port.Tx, itemID uuid.UUID) (int64, error) {
	flags, err := tx.OpenDisputeFlags(ctx, itemID)
	var sum int64
	for _, flag := range flags {
		sum += flag.AmountMinor
	}
	return sum, err
}

// releaseFlags ends the contests of an invoice that was void all along.
func releaseFlags(ctx context.Context, tx port.Tx, now time.Time, actor string, inv receivable.Invoice) error {
	for _, item := range inv.Items {
		flags, err := tx.OpenDisputeFlags(ctx, item.ID)
		if err != nil {
			return err
		}
		for _, flag := range flags {
			flag = released(flag, now, actor, "the invoice is void")
			if err := tx.UpdateDisputeFlag(ctx, flag); err != nil {
				return err
			}
			if err := recordFlag(ctx, tx, now, actor, flag, uuid.Nil, "dispute.released", item.TimeZone); err != nil {
				return err
			}
		}
	}
	return nil
}

func recordFlag(ctx context.Context, tx port.Tx, now time.Time, actor string, d receivable.DisputeFlag, entry uuid.UUID, action, zone string) error {
	return record(ctx, tx, now, actor, event{
		id: entry, action: action, kind: "dispute_flag", subject: d.ID, customer: d.CustomerID, invoice: d.InvoiceID,
		on:   today(now, zone),
		data: map[string]any{"item_id": d.ItemID, "amount_minor": d.AmountMinor, "currency": d.Currency, "reason": d.Reason},
	})
}

// lockedItem reads an item under its customer's lock into a ledger; an item never changes its customer.
func lockedItem(ctx context.Context, tx port.Tx, now time.Time, actor string, id uuid.UUID) (*ledger, *receivable.Item, error) {
	found, err := tx.Item(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	if err := tx.LockCustomer(ctx, found.CustomerID); err != nil {
		return nil, nil, err
	}
	l := newLedger(tx, now, actor)
	if err := l.load(ctx, id); err != nil {
		return nil, nil, err
	}
	return l, l.items[id], nil
}

// DisputeFlag shows one. Errors: access.forbidden, dispute.not_found.
func (a *App) DisputeFlag(ctx context.Context, who access.Principal, id uuid.UUID) (receivable.DisputeFlag, error) {
	return lookup(ctx, a, who, access.DisputesRead, func(ctx context.Context, tx port.Tx) (receivable.DisputeFlag, error) {
		return tx.DisputeFlag(ctx, id)
	})
}

// ListDisputeFlags lists, oldest first. Errors: access.forbidden, page.bad_cursor.
func (a *App) ListDisputeFlags(ctx context.Context, who access.Principal, f port.HoldFilter, page port.Page) (port.Paged[receivable.DisputeFlag], error) {
	return lookup(ctx, a, who, access.DisputesRead, func(ctx context.Context, tx port.Tx) (port.Paged[receivable.DisputeFlag], error) {
		return tx.ListDisputeFlags(ctx, f, page)
	})
}
