package app

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/fault"
	"arrears/domain/matching"
	"arrears/domain/receivable"
	"arrears/domain/remittance"
	"arrears/port"
)

// The outcomes of a debit that takes something back.
const (
	takenBack     = "returned"
	takenBackOpen = "return_open"
)

// takeBack handles a debit that takes back an earlier payment: it reverses the receipt when it is certain which, else opens an
// exception.
func (a *App) takeBack(ctx context.Context, tx port.Tx, now time.Time, actor string, entry uuid.UUID, t remittance.Transaction, stop string) (string, error) {
	now = now.Truncate(time.Microsecond)
	ref := refOf(t)
	found, err := tx.ReceiptsTakenBack(ctx, ref)
	if err != nil {
		return "", err
	}
	why := []string{}
	r, certain := certainlyTakenBack(found, ref, t)
	switch {
	case stop != "":
		why = append(why, stop)
	case certain:
		err := a.reverse(ctx, tx, now, actor, r.ID, returnWords(t), uuid.Nil)
		if err == nil {
			return takenBack, nil
		}
		if fault.CodeOf(err) != receivable.CodeReceiptRefunded {
			return "", err
		}
		why = append(why, receivable.CodeReceiptRefunded)
	case len(found) == 0:
		why = append(why, "return_unknown")
	default:
		why = append(why, "return_ambiguous")
	}
	return takenBackOpen, a.openReturn(ctx, tx, now, actor, entry, t, found, why)
}

// refOf is what a return says of the payment that it takes back.
func refOf(t remittance.Transaction) port.PaymentRef {
	ref := port.PaymentRef{Currency: t.Currency, Minor: t.Minor}
	if t.Return != nil {
		ref.EndToEnd, ref.Reference, ref.On = t.Return.EndToEnd, t.Return.Reference, t.Return.On
		ref.Minor = cmp.Or(t.Return.Minor, t.Minor)
	}
	ref.EndToEnd = cmp.Or(ref.EndToEnd, t.EndToEnd)
	if matching.NumberKey(ref.EndToEnd) == "NOTPROVIDED" {
		ref.EndToEnd = ""
	}
	told := matching.FromTransaction(uuid.Nil, t)
	told.Kind = matching.Return
	if look := matching.Match(told, matching.Candidates{}, nil, matching.Env{}).LookUp; look != nil {
		ref.Keys = append(ref.Keys, look.References...)
		if key := matching.NumberKey(look.Cheque); key != "" {
			ref.Keys = append(ref.Keys, key)
		}
		if ref.On.IsZero() {
			ref.On = look.On
		}
	}
	return ref
}

// certainlyTakenBack finds the one receipt of the amount that a return names by a reference. Day and amount alone prove nothing.
func certainlyTakenBack(found []port.TakenBack, ref port.PaymentRef, t remittance.Transaction) (receivable.Receipt, bool) {
	list := slices.DeleteFunc(slices.Clone(found), func(r port.TakenBack) bool {
		return !r.Named || r.Currency != t.Currency || r.GrossMinor != ref.Minor || r.GrossMinor != t.Minor
	})
	if len(list) != 1 {
		return receivable.Receipt{}, false
	}
	return list[0].Receipt, true
}

// returnWords says why a bank took the money back, as the reason of the reversal.
func returnWords(t remittance.Transaction) string {
	if t.Return == nil {
		return "the bank took the booking back"
	}
	return cutText(fmt.Sprintf("returned by the bank: %s %s", cmp.Or(t.Return.Code, "no reason given"), t.Return.Text), maxReason)
}

// openReturn puts a return on the clerks' list.
func (a *App) openReturn(ctx context.Context, tx port.Tx, now time.Time, actor string, entry uuid.UUID, t remittance.Transaction, found []port.TakenBack, why []string) error {
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	seen, err := json.Marshal(matching.FromTransaction(id, t))
	if err != nil {
		return err
	}
	e := port.CashException{
		ID: id, Kind: port.ExceptionReturn, EntryID: someID(entry), Currency: t.Currency, AmountMinor: t.Minor, ValueOn: t.Entry.ValueOn,
		Since: now, Why: why, Seen: seen, State: "open",
	}
	if len(found) == 1 {
		e.CustomerID, e.ReceiptID = found[0].CustomerID, someID(found[0].ID)
	}
	if err := tx.InsertExceptions(ctx, []port.CashException{e}); err != nil {
		return err
	}
	c := a.newCash(tx, now, access.Principal{ID: actor})
	if err := c.noteException(ctx, e, uuid.Nil, "cash_exception.opened"); err != nil {
		return err
	}
	return tx.AuditMany(ctx, c.entries)
}

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

// fingerprintOf is the digest of what an advice says, wherever in a file it stood.
func fingerprintOf(ad remittance.Advice) ([32]byte, error) {
	ad.Line, ad.Lines = 0, slices.Clone(ad.Lines)
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
		e := list[n]
		if e.Kind != port.ExceptionReceipt || !e.ReceiptID.Valid || len(e.Seen) == 0 {
			continue
		}
		r, err := c.tx.Receipt(ctx, e.ReceiptID.UUID)
		if err != nil {
			return nil, err
		}
		w := &waiting{receipt: &r, entry: e.EntryID, stop: e.Stop, exception: &e}
		if err := json.Unmarshal(e.Seen, &w.seen); err != nil {
			return nil, fault.Wrap(err, fault.Internal, "cash_exception.unreadable", "what was seen of the payment cannot be read")
		}
		if r.CustomerID.Valid {
			w.seen.CustomerID = r.CustomerID
		}
		if w.seen.Minor = r.Rest(); w.seen.Minor == 0 {
			continue
		}
		look = append(look, w)
		c.old = append(c.old, &r)
	}
	if len(look) == 0 {
		return nil, nil
	}
	if err := c.judge(ctx, look); err != nil {
		return nil, err
	}
	if err := c.finish(ctx, "cash_matched_again"); err != nil {
		return nil, err
	}
	return look, c.useAdvices(ctx, look)
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

// followException lets what waits about a receipt follow money that was applied past the clerks' list.
func followException(ctx context.Context, tx port.Tx, now time.Time, actor string, r receivable.Receipt) error {
	if r.Payer.Match == receivable.MatchNone {
		return nil
	}
	if r.Rest() == 0 {
		return settleException(ctx, tx, now, actor, r.ID, "by_hand")
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
