package app

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"slices"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/matching"
	"arrears/domain/receivable"
	"arrears/domain/remittance"
	"arrears/port"
)

// adviceIn keeps an advice and looks again at waiting receipts that it may be about.
func (a *App) adviceIn(ctx context.Context, tx port.Tx, now time.Time, actor string, file uuid.NullUUID, ad remittance.Advice) (uuid.UUID, bool, error) {
	now = now.Truncate(time.Microsecond)
	id, err := uuid.NewV7()
	if err != nil {
		return id, false, err
	}
	kept := port.Remittance{
		ID: id, Advice: ad, PaymentKey: matching.NumberKey(cmp.Or(ad.Payment, ad.ID)), State: port.RemittanceWaiting, FileID: file, CreatedBy: actor,
		CreatedAt: now,
	}
	if kept.Fingerprint, err = fingerprintOf(ad); err != nil {
		return id, false, err
	}
	id, created, err := tx.InsertRemittance(ctx, kept)
	if err != nil || !created {
		return id, false, err
	}
	c := a.newCash(tx, now, access.Principal{ID: actor})
	if err := recordRemittance(ctx, c, kept, "remittance.received"); err != nil {
		return id, false, err
	}
	if !ad.Credit || ad.Minor <= 0 {
		return id, false, nil
	}
	list, err := tx.ExceptionsWaiting(ctx, ad.Minor, ad.Currency)
	if err != nil || len(list) == 0 {
		return id, false, err
	}
	look, err := c.rematch(ctx, list)
	return id, slices.ContainsFunc(look, func(w *waiting) bool { return w.advice == someID(id) }), err
}

// fingerprintOf is the digest of what an advice says, wherever in a file it stood and whatever else was wrong there.
func fingerprintOf(ad remittance.Advice) ([32]byte, error) {
	ad.Line, ad.Doubtful, ad.Lines = 0, false, slices.Clone(ad.Lines)
	for n := range ad.Lines {
		ad.Lines[n].Line = 0
	}
	text, err := json.Marshal(ad)
	return sha256.Sum256(text), err
}

func recordRemittance(ctx context.Context, c *cash, r port.Remittance, action string) error {
	data := map[string]any{"amount_minor": max(0, r.Advice.Minor), "lines": len(r.Advice.Lines), "currency": r.Advice.Currency}
	if r.ReceiptID.Valid {
		data["receipt_id"] = r.ReceiptID.UUID
	}
	return record(ctx, c.tx, c.now, c.who.ID, event{
		action: action, kind: "remittance", subject: r.ID, customer: r.CustomerID.UUID, on: r.Advice.PaidOn, data: data,
	})
}

// rematch looks again at receipts that wait, and writes what becomes of them.
func (c *cash) rematch(ctx context.Context, list []port.CashException) ([]*waiting, error) {
	var look []*waiting
	for n := range list {
		w, err := c.lookAgain(ctx, &list[n])
		if err != nil {
			return nil, err
		}
		if w != nil {
			look = append(look, w)
		}
	}
	if len(look) == 0 {
		return nil, nil
	}
	look, err := c.judge(ctx, look)
	if err != nil {
		return nil, err
	}
	if err := c.finish(ctx, "cash_matched_again"); err != nil {
		return nil, err
	}
	return look, c.useAdvices(ctx, look)
}

// lookAgain is a receipt that waits as matching is to see it; nil when there is nothing to look at.
func (c *cash) lookAgain(ctx context.Context, e *port.CashException) (*waiting, error) {
	if e.Kind != port.ExceptionReceipt || !e.ReceiptID.Valid || len(e.Seen) == 0 {
		return nil, nil
	}
	r, err := c.tx.Receipt(ctx, e.ReceiptID.UUID)
	if err != nil {
		return nil, err
	}
	w := &waiting{receipt: &r, entry: e.EntryID, stop: e.Stop, exception: e}
	if err := json.Unmarshal(e.Seen, &w.seen); err != nil {
		return nil, unreadableCash(err)
	}
	if r.CustomerID.Valid {
		w.seen.CustomerID = r.CustomerID
	}
	if w.seen.Minor = r.Rest(); w.seen.Minor == 0 {
		return nil, nil
	}
	return w, nil
}

// stillWaiting leaves out what somebody else changed before the locks were there, and reads what people did about the rest.
func (c *cash) stillWaiting(ctx context.Context, list []*waiting) ([]*waiting, error) {
	var still []*waiting
	for _, w := range list {
		if w.exception != nil {
			e, err := c.tx.Exception(ctx, w.exception.ID)
			if err != nil {
				return nil, err
			}
			r, err := c.tx.Receipt(ctx, w.receipt.ID)
			if err != nil {
				return nil, err
			}
			if e.State != "open" || e.Version != w.exception.Version || r.Version != w.receipt.Version {
				continue
			}
			if err := c.heed(ctx, w); err != nil {
				return nil, err
			}
			c.old = append(c.old, w.receipt)
		}
		still = append(still, w)
	}
	return still, nil
}

// heed reads what people want of a receipt: a refund, and other proposals than those that they rejected.
func (c *cash) heed(ctx context.Context, w *waiting) error {
	pending, err := refundsOf(ctx, c.tx, w.receipt.ID, port.RefundProposed, port.RefundApproved)
	if err != nil {
		return err
	}
	w.pinned = len(pending) > 0
	list, err := c.tx.ProposalsOf(ctx, w.receipt.ID)
	for _, p := range list {
		if err != nil {
			return err
		}
		if p.State != port.ProposalRejected {
			continue
		}
		var f CashProposalFile
		f, err = proposalFile(p)
		w.rejected = append(w.rejected, f.Proposal)
	}
	return err
}

// solved closes the exception of a receipt that matching could apply at last.
func (c *cash) solved(ctx context.Context, w *waiting, outcome string) error {
	e := w.exception
	e.State, e.Outcome, e.ClosedBy, e.ClosedAt, e.CustomerID, e.Why = "closed", outcome, c.who.ID, &c.now, w.receipt.CustomerID, nil
	if err := c.tx.UpdateException(ctx, *e); err != nil {
		return err
	}
	if err := c.noteReceipt(ctx, w.receipt, uuid.Nil, "receipt.allocated"); err != nil {
		return err
	}
	return c.noteException(ctx, *e, uuid.Nil, "cash_exception.closed")
}

// stays writes what is known by now of a receipt that goes on waiting.
func (c *cash) stays(ctx context.Context, w *waiting, result matching.Result) error {
	e := w.exception
	e.CustomerID, e.AmountMinor, e.Score, e.Why, e.Stop = w.taken.customer, w.receipt.Rest(), bestScore(result), whyWaits(result, w.stop), w.stop
	return c.tx.UpdateException(ctx, *e)
}

// settleException closes what waited for a clerk about a receipt.
func settleException(ctx context.Context, tx port.Tx, now time.Time, actor string, receiptID uuid.UUID, outcome string) error {
	list, err := tx.ExceptionsOf(ctx, []uuid.UUID{receiptID})
	for _, e := range list {
		if err != nil {
			return err
		}
		err = closeException(ctx, tx, now, actor, e, outcome, uuid.Nil)
	}
	return err
}

// followException lets what waits about a receipt follow money that went past the clerks' list; outcome is how it is settled
// once nothing is left.
func followException(ctx context.Context, tx port.Tx, now time.Time, actor string, r receivable.Receipt, outcome string) error {
	if r.Payer.Match == receivable.MatchNone {
		return nil
	}
	if r.Rest() == 0 {
		return settleException(ctx, tx, now, actor, r.ID, outcome)
	}
	list, err := tx.ExceptionsOf(ctx, []uuid.UUID{r.ID})
	for _, e := range list {
		if err != nil {
			return err
		}
		e.AmountMinor, e.CustomerID = r.Rest(), r.CustomerID
		err = tx.UpdateException(ctx, e)
	}
	return err
}

// closeException closes one and writes so.
func closeException(ctx context.Context, tx port.Tx, now time.Time, actor string, e port.CashException, outcome string, entry uuid.UUID) error {
	e.State, e.Outcome, e.ClosedBy, e.ClosedAt = "closed", outcome, actor, &now
	if err := tx.UpdateException(ctx, e); err != nil {
		return err
	}
	c := &cash{tx: tx, now: now, who: access.Principal{ID: actor}}
	if err := c.noteException(ctx, e, entry, "cash_exception.closed"); err != nil {
		return err
	}
	return tx.AuditMany(ctx, c.entries)
}
