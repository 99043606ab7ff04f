package app

import (
	"context"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/dispute"
	"arrears/domain/fault"
	"arrears/domain/receivable"
	"arrears/port"
)

// CodeExceedsClaim means a credit memo for a claim of more than awaits one.
const CodeExceedsClaim = "credit_memo.exceeds_claim"

// creditClaim enters the credit memo that a claim awaits: it goes on the claim's items.
func (a *App) creditClaim(ctx context.Context, tx port.Tx, now time.Time, who access.Principal, id uuid.UUID, in NewCreditMemo) (receivable.CreditMemo, error) {
	m := in.memo(id, now, who.ID)
	if err := m.Validate(); err != nil {
		return m, err
	}
	w, err := a.openClaim(ctx, tx, now, who, in.DisputeID.UUID)
	if err != nil {
		return m, err
	}
	there, err := tx.CreditMemoByNumber(ctx, m.Source, m.Number)
	switch {
	case err == nil && sameMemo(there, in):
		return there, nil
	case err == nil:
		return there, errMemoNumber
	case fault.KindOf(err) != fault.NotFound:
		return m, err
	}
	if err := w.mayCredit(m); err != nil {
		return m, err
	}
	left := m.AmountMinor
	for n := range w.d.Parts {
		p := &w.d.Parts[n]
		take := min(left, p.CreditDueMinor)
		if err := w.creditPart(ctx, &m, p, take); err != nil {
			return m, err
		}
		left -= take
	}
	if err := tx.InsertCreditMemo(ctx, m); err != nil {
		return m, err
	}
	if err := recordMemo(ctx, w.ledger, m, uuid.Nil, "credit_memo.created"); err != nil {
		return m, err
	}
	if err := w.finish(ctx, dispute.ActCredit, uuid.Nil, "dispute.credited", map[string]any{
		"amount_minor": m.AmountMinor, "currency": m.Currency,
	}); err != nil {
		return m, err
	}
	return m, a.reserveChanged(ctx, tx, now, reserve{m.CustomerID, m.Currency, m.OpenMinor > 0}, "credit_memo_created")
}

func (w *claimWork) mayCredit(m receivable.CreditMemo) error {
	switch {
	case m.CustomerID != w.d.CustomerID:
		return fault.New(fault.Conflict, receivable.CodeCustomerDiffers, "the claim is another customer's")
	case m.Currency != w.d.Currency:
		return fault.New(fault.Conflict, receivable.CodeCurrencyDiffers, "the claim is in another currency")
	case m.AmountMinor > w.d.Amounts().CreditDueMinor:
		return fault.New(fault.Conflict, CodeExceedsClaim, "the amount exceeds what of the claim awaits a credit memo")
	}
	return nil
}

// uncreditClaim takes a void memo off the claim that it credited: it awaits another. undone are the memo's applications.
func uncreditClaim(ctx context.Context, l *ledger, m receivable.CreditMemo, undone []receivable.CreditApplication) error {
	if !m.DisputeID.Valid {
		return nil
	}
	d, err := l.tx.Dispute(ctx, m.DisputeID.UUID)
	if err != nil {
		return err
	}
	c := l.follow(d)
	byItem := map[uuid.NullUUID]int64{{}: m.DisputeMinor}
	for _, a := range undone {
		byItem[someID(a.ItemID)] += a.AmountMinor
	}
	for n := range c.d.Parts {
		p := &c.d.Parts[n]
		if err := uncreditPart(p, byItem, p.ItemID); err != nil {
			return err
		}
		if err := uncreditPart(p, byItem, uuid.NullUUID{}); err != nil {
			return err
		}
	}
	return nil
}

// uncreditPart takes back of a part what the memo credited on an item, or on none.
func uncreditPart(p *dispute.Part, byItem map[uuid.NullUUID]int64, item uuid.NullUUID) error {
	minor := min(byItem[item], p.CreditedMinor)
	byItem[item] -= max(0, minor)
	return some(minor, p.Uncredit)
}
