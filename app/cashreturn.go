package app

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/fault"
	"arrears/domain/matching"
	"arrears/domain/money"
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
	found, err := tx.ReceiptsTakenBack(ctx, refOf(t))
	if err != nil {
		return "", err
	}
	why := stop
	if stop == "" {
		if _, why, err = a.reverseReturned(ctx, tx, now, actor, t, found); err != nil {
			return "", err
		}
		if why == "" {
			return takenBack, nil
		}
	}
	return takenBackOpen, a.openReturn(ctx, tx, now, actor, entry, t, found, port.CashException{Stop: stop, Why: []string{why}})
}

// reverseReturned reverses the receipt of those found that a return certainly takes back, or says why it did not.
func (a *App) reverseReturned(
	ctx context.Context, tx port.Tx, now time.Time, actor string, t remittance.Transaction, found []port.TakenBack,
) (r receivable.Receipt, why string, err error) {
	r, certain := certainlyTakenBack(found, refOf(t), t)
	switch {
	case certain:
		err := a.reverse(ctx, tx, now, actor, r.ID, returnWords(t), uuid.Nil)
		if fault.CodeOf(err) == receivable.CodeReceiptRefunded {
			return r, receivable.CodeReceiptRefunded, nil
		}
		return r, "", err
	case len(found) == 0:
		return r, whyReturnUnknown, nil
	}
	return r, "return_ambiguous", nil
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
func (a *App) openReturn(ctx context.Context, tx port.Tx, now time.Time, actor string, entry uuid.UUID, t remittance.Transaction, found []port.TakenBack, e port.CashException) error {
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	seen, err := json.Marshal(matching.FromTransaction(id, t))
	if err != nil {
		return err
	}
	e.ID, e.Kind, e.EntryID, e.Currency, e.AmountMinor, e.ValueOn = id, port.ExceptionReturn, someID(entry), t.Currency, t.Minor, t.Entry.ValueOn
	e.Since, e.Seen, e.State = now, seen, "open"
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

// whyReturnUnknown is why a return waits of which no payment is known.
const whyReturnUnknown = "return_unknown"

// returnedBefore reverses payments of which the bank told that they came back before it told of them: files come in any order.
func (a *App) returnedBefore(ctx context.Context, tx port.Tx, now time.Time, actor string, list []incoming) error {
	fresh := map[uuid.UUID]bool{}
	amounts := map[money.Currency][]int64{}
	for _, in := range list {
		fresh[in.receipt.ID] = true
		amounts[in.receipt.Currency] = append(amounts[in.receipt.Currency], in.receipt.GrossMinor)
	}
	for currency, minors := range amounts {
		waiting, err := tx.ReturnsWaiting(ctx, currency, minors)
		if err != nil {
			return err
		}
		for _, e := range waiting {
			if !e.EntryID.Valid || !slices.Contains(e.Why, whyReturnUnknown) {
				continue
			}
			if err := a.settleReturn(ctx, tx, now, actor, e, fresh); err != nil {
				return err
			}
		}
	}
	return nil
}

// settleReturn reverses the one of some payments that a return that waits is certain to take back.
func (a *App) settleReturn(ctx context.Context, tx port.Tx, now time.Time, actor string, e port.CashException, fresh map[uuid.UUID]bool) error {
	entry, t, err := returnOf(ctx, tx, e)
	if err != nil {
		return err
	}
	ref := refOf(t)
	found, err := tx.ReceiptsTakenBack(ctx, ref)
	if err != nil {
		return err
	}
	r, certain := certainlyTakenBack(found, ref, t)
	if !certain || !fresh[r.ID] {
		return nil
	}
	if err := a.reverse(ctx, tx, now, actor, r.ID, returnWords(t), uuid.Nil); err != nil {
		return err
	}
	return closeReturn(ctx, tx, now, actor, e, entry, r)
}

// returnAgain looks at a return whose statement is believed from now on, and reports whether it is settled. Of one that waits on
// it says why.
func (a *App) returnAgain(ctx context.Context, tx port.Tx, now time.Time, actor string, e port.CashException) (bool, error) {
	entry, t, err := returnOf(ctx, tx, e)
	if err != nil {
		return false, err
	}
	found, err := tx.ReceiptsTakenBack(ctx, refOf(t))
	if err != nil {
		return false, err
	}
	r, why, err := a.reverseReturned(ctx, tx, now, actor, t, found)
	if err != nil {
		return false, err
	}
	if e.Stop = ""; why != "" {
		e.Why = []string{why}
		return false, tx.UpdateException(ctx, e)
	}
	return true, closeReturn(ctx, tx, now, actor, e, entry, r)
}

// returnOf is what the bank told of a return that waits.
func returnOf(ctx context.Context, tx port.Tx, e port.CashException) (port.BankEntry, remittance.Transaction, error) {
	var t remittance.Transaction
	entry, err := tx.BankEntry(ctx, e.EntryID.UUID)
	if err != nil {
		return entry, t, err
	}
	if err := json.Unmarshal(entry.Told, &t); err != nil {
		return entry, t, unreadableCash(err)
	}
	return entry, t, nil
}

func closeReturn(ctx context.Context, tx port.Tx, now time.Time, actor string, e port.CashException, entry port.BankEntry, r receivable.Receipt) error {
	entry.Outcome = takenBack
	if err := tx.UpdateBankEntry(ctx, entry); err != nil {
		return err
	}
	e.ReceiptID, e.CustomerID = someID(r.ID), r.CustomerID
	return closeException(ctx, tx, now, actor, e, "reversed", uuid.Nil)
}
