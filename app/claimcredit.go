package app

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"arrears/domain/dispute"
	"arrears/domain/receivable"
	"arrears/port"
)

// maxOpenMemos bounds how many open credit memos of a customer are looked at for one claim.
const maxOpenMemos = 200

// makeRoom sees to it that so much of an item is open: what was paid goes on account, the latest payment first.
func (w *claimWork) makeRoom(ctx context.Context, item *receivable.Item, minor int64) error {
	return w.free(ctx, item, minor-item.OpenMinor)
}

// onItem is a receipt's application to an item.
type onItem struct {
	receipt     *receivable.Receipt
	application receivable.Application
}

// free puts an amount that was paid on an item on account, the latest payment first, as far as it was paid.
func (w *claimWork) free(ctx context.Context, item *receivable.Item, minor int64) error {
	if minor <= 0 {
		return nil
	}
	receipts, err := w.tx.ReceiptsOfItem(ctx, item.ID)
	if err != nil {
		return err
	}
	for n := range receipts {
		if c := receipts[n].CustomerID; c.Valid && c.UUID != item.CustomerID {
			if err := w.tx.LockCustomer(ctx, c.UUID); err != nil { // openClaim holds it already
				return err
			}
		}
	}
	for _, on := range latestFirst(receipts, item.ID) {
		take := min(minor, on.application.AmountMinor)
		if take <= 0 {
			break
		}
		if err := w.release(ctx, item, on, take); err != nil {
			return err
		}
		minor -= take
	}
	return nil
}

func latestFirst(receipts []receivable.Receipt, itemID uuid.UUID) []onItem {
	var list []onItem
	for n := range receipts {
		for _, a := range receipts[n].Applications {
			if a.ItemID == itemID && a.ReversedAt == nil {
				list = append(list, onItem{&receipts[n], a})
			}
		}
	}
	slices.SortFunc(list, func(a, b onItem) int {
		return cmp.Or(b.application.AppliedAt.Compare(a.application.AppliedAt), slices.Compare(b.application.ID[:], a.application.ID[:]))
	})
	return list
}

func (w *claimWork) release(ctx context.Context, item *receivable.Item, on onItem, minor int64) error {
	remainder, err := uuid.NewV7()
	if err != nil {
		return err
	}
	r := on.receipt
	if err := r.Release(item, on.application.ID, minor, remainder, w.now); err != nil {
		return err
	}
	if err := w.tx.UpdateReceipt(ctx, *r); err != nil {
		return err
	}
	r.Version++
	if r.CustomerID.Valid {
		w.freed = append(w.freed, reserve{r.CustomerID.UUID, r.Currency, true})
	}
	return record(ctx, w.tx, w.now, w.actor.ID, event{
		action: "receipt.put_on_account", kind: "item", subject: item.ID, customer: item.CustomerID, invoice: item.InvoiceID.UUID,
		on: w.ledger.today(item),
		data: map[string]any{
			"receipt_id": r.ID, "amount_minor": minor, "open_minor": item.OpenMinor, "currency": item.Currency,
		},
	})
}

// coverWithMemos uses up open credit memos that are for the claim already, so that nothing is credited twice: those that name
// the part's invoice, or whose reason names the claim reference.
func (w *claimWork) coverWithMemos(ctx context.Context) error {
	if w.d.Amounts().CreditDueMinor == 0 {
		return nil
	}
	list, err := w.tx.ListCreditMemos(ctx, port.CreditMemoFilter{CustomerID: someID(w.d.CustomerID), Open: true}, port.Page{Limit: maxOpenMemos})
	if err != nil {
		return err
	}
	for _, m := range list.Items {
		if m.Currency != w.d.Currency || m.DisputeID.Valid && m.DisputeID.UUID != w.d.ID {
			continue
		}
		if err := w.coverWith(ctx, m); err != nil {
			return err
		}
	}
	return nil
}

func (w *claimWork) coverWith(ctx context.Context, listed receivable.CreditMemo) error {
	if !slices.ContainsFunc(w.d.Parts, func(p dispute.Part) bool { return p.CreditDueMinor > 0 && covers(listed, w.d, p) }) {
		return nil
	}
	m, err := w.tx.CreditMemo(ctx, listed.ID)
	if err != nil {
		return err
	}
	for n := range w.d.Parts {
		if p := &w.d.Parts[n]; covers(m, w.d, *p) {
			if err := w.creditPart(ctx, &m, p, min(p.CreditDueMinor, m.OpenMinor-m.DisputeMinor)); err != nil {
				return err
			}
		}
	}
	return w.tx.UpdateCreditMemo(ctx, m)
}

// covers reports whether a memo that is open is for a part of the claim.
func covers(m receivable.CreditMemo, d dispute.Dispute, p dispute.Part) bool {
	if m.InvoiceID.Valid && m.InvoiceID == p.InvoiceID {
		return true
	}
	ref := dispute.NormalForm(d.ClaimReference)
	return ref != "" && strings.Contains(" "+dispute.NormalForm(m.Reason)+" ", " "+ref+" ")
}

// creditPart credits a part that was found valid with a memo: its item, once what was paid of it under protest is on account.
// What is on no item stays open on the memo, for the customer's use.
func (w *claimWork) creditPart(ctx context.Context, m *receivable.CreditMemo, p *dispute.Part, minor int64) error {
	if minor <= 0 {
		return nil
	}
	m.DisputeID = someID(w.d.ID)
	taken := int64(0)
	if item := w.item(p); item != nil {
		if err := w.makeRoom(ctx, item, minor); err != nil {
			return err
		}
		if taken = min(minor, item.OpenMinor); taken > 0 {
			if err := w.creditItem(ctx, m, item, taken); err != nil {
				return err
			}
		}
	}
	m.DisputeMinor += minor - taken
	return p.Credit(minor)
}

func (w *claimWork) creditItem(ctx context.Context, m *receivable.CreditMemo, item *receivable.Item, minor int64) error {
	if err := credit(w.ledger, m, item, minor); err != nil {
		return err
	}
	return record(ctx, w.tx, w.now, w.actor.ID, event{
		action: "credit_memo.applied", kind: "item", subject: item.ID, customer: item.CustomerID, invoice: item.InvoiceID.UUID,
		on: w.ledger.today(item),
		data: map[string]any{
			"credit_memo_id": m.ID, "amount_minor": minor, "open_minor": item.OpenMinor, "currency": item.Currency,
		},
	})
}
