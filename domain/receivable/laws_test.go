package receivable_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"arrears/domain/fault"
	. "arrears/domain/receivable"
)

// TestLawsOverRandomHistories drives a customer's portfolio through random events, refused ones included, and proves after
// each of them the laws of items, invoices, receipts and memos, and that what items say they got is what documents gave.
func TestLawsOverRandomHistories(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := newBooks(t)
		t.Repeat(map[string]func(*rapid.T){
			"":             b.check,
			"receive":      b.receive,
			"apply":        b.apply,
			"reverse":      b.reverse,
			"credit":       b.credit,
			"apply credit": b.applyCredit,
			"void credit":  b.voidCredit,
			"write off":    b.writeOff,
			"undo":         b.undoWriteOff,
			"dispute":      b.dispute,
			"move":         b.move,
			"move back":    b.moveBack,
			"void":         b.void,
			"amend":        b.amend,
		})
	})
}

// books are what one customer owes and what came for it.
type books struct {
	invoices []*Invoice
	receipts []*Receipt
	memos    []*CreditMemo
	written  map[*Item]int64
	moved    map[*Item]*Item // to deductions of their own, by where they came from
}

func newBooks(t *rapid.T) *books {
	b := &books{written: make(map[*Item]int64), moved: make(map[*Item]*Item)}
	customer := newID()
	for range rapid.IntRange(1, 3).Draw(t, "invoices") {
		inv := invoice(rapid.SliceOfN(rapid.Int64Range(1, 500), 1, 3).Draw(t, "instalments")...)
		inv.CustomerID = customer
		for n := range inv.Items {
			inv.Items[n].CustomerID = customer
		}
		b.invoices = append(b.invoices, &inv)
	}
	return b
}

func (b *books) anyItem(t *rapid.T) *Item {
	inv := rapid.SampledFrom(b.invoices).Draw(t, "invoice")
	return &inv.Items[rapid.IntRange(0, len(inv.Items)-1).Draw(t, "item")]
}

func amount(t *rapid.T) int64 { return rapid.Int64Range(-1, 600).Draw(t, "amount") }

func (b *books) receive(t *rapid.T) {
	r := receiptOf(rapid.Int64Range(1, 800).Draw(t, "amount"))
	if rapid.Bool().Draw(t, "known") {
		r.Identify(b.invoices[0].CustomerID)
	}
	b.receipts = append(b.receipts, &r)
}

func (b *books) apply(t *rapid.T) {
	if len(b.receipts) == 0 {
		t.Skip("no receipt")
	}
	r, item := rapid.SampledFrom(b.receipts).Draw(t, "receipt"), b.anyItem(t)
	before, rest := *item, r.Rest()
	discount := rapid.Int64Range(-1, 20).Draw(t, "discount")
	if err := r.ApplyTo(item, amount(t), discount, newID(), noon); err != nil {
		refused(t, err, *item == before && r.Rest() == rest)
	}
}

func (b *books) reverse(t *rapid.T) {
	if len(b.receipts) == 0 {
		t.Skip("no receipt")
	}
	r := rapid.SampledFrom(b.receipts).Draw(t, "receipt")
	undone, err := r.Reverse(noon, "returned")
	if err != nil {
		refused(t, err, r.State == ReceiptReversed)
		return
	}
	for _, a := range undone {
		require.NoError(t, a.Undo(b.find(a.ItemID)))
	}
}

func (b *books) find(id any) *Item {
	for _, inv := range b.invoices {
		for n := range inv.Items {
			if inv.Items[n].ID == id {
				return &inv.Items[n]
			}
		}
	}
	return nil
}

func (b *books) credit(t *rapid.T) {
	m := memoOf(b.invoices[0].CustomerID, rapid.Int64Range(1, 400).Draw(t, "amount"))
	b.memos = append(b.memos, &m)
}

func (b *books) applyCredit(t *rapid.T) {
	if len(b.memos) == 0 {
		t.Skip("no memo")
	}
	m, item := rapid.SampledFrom(b.memos).Draw(t, "memo"), b.anyItem(t)
	before, open := *item, m.OpenMinor
	if err := m.ApplyTo(item, amount(t), newID(), noon); err != nil {
		refused(t, err, *item == before && m.OpenMinor == open)
	}
}

func (b *books) voidCredit(t *rapid.T) {
	if len(b.memos) == 0 {
		t.Skip("no memo")
	}
	m := rapid.SampledFrom(b.memos).Draw(t, "memo")
	undone, err := m.Void(noon)
	if err != nil {
		refused(t, err, m.State == CreditMemoVoid)
		return
	}
	for _, a := range undone {
		require.NoError(t, b.find(a.ItemID).Uncredit(a.AmountMinor))
	}
}

func (b *books) writeOff(t *rapid.T) {
	item, minor := b.anyItem(t), amount(t)
	before := *item
	if err := item.WriteOff(minor); err != nil {
		refused(t, err, *item == before)
		return
	}
	b.written[item] += minor
}

func (b *books) undoWriteOff(t *rapid.T) {
	item, minor := b.anyItem(t), amount(t)
	before := *item
	if err := item.UndoWriteOff(minor); err != nil {
		refused(t, err, *item == before)
		return
	}
	b.written[item] -= minor
}

func (b *books) dispute(t *rapid.T) {
	item := b.anyItem(t)
	if rapid.Bool().Draw(t, "release") {
		item.SetFlagged(0)
		return
	}
	before := *item
	if err := item.Dispute(amount(t)); err != nil {
		refused(t, err, *item == before)
	}
}

// move makes a deduction of a part of an instalment, or a larger one.
func (b *books) move(t *rapid.T) {
	item, minor := b.anyItem(t), amount(t)
	before := *item
	if err := item.Move(minor); err != nil {
		refused(t, err, *item == before)
		return
	}
	deduction := b.moved[item]
	if deduction == nil {
		deduction = &Item{ID: newID(), Kind: Deduction, CustomerID: item.CustomerID, Currency: item.Currency}
		b.moved[item] = deduction
	}
	deduction.OriginalMinor += minor
	deduction.OpenMinor += minor
}

// moveBack undoes it as long as nothing happened to the deduction.
func (b *books) moveBack(t *rapid.T) {
	item, minor := b.anyItem(t), amount(t)
	before := *item
	if err := item.Unmove(minor); err != nil {
		refused(t, err, *item == before)
		return
	}
	b.moved[item].OriginalMinor -= minor
	b.moved[item].OpenMinor -= minor
}

func (b *books) void(t *rapid.T) {
	inv := rapid.SampledFrom(b.invoices).Draw(t, "invoice")
	open := inv.OpenMinor()
	if err := inv.Void(); err != nil {
		refused(t, err, inv.OpenMinor() == open)
	}
}

func (b *books) amend(t *rapid.T) {
	inv := rapid.SampledFrom(b.invoices).Draw(t, "invoice")
	if inv.State == InvoiceVoid {
		t.Skip("void")
	}
	n := rapid.IntRange(0, len(inv.Items)-1).Draw(t, "item")
	was := inv.Items[n].OriginalMinor
	part := InstalmentPart{DueDate: date("2026-06-30"), AmountMinor: amount(t)}
	if err := inv.Items[n].Amend(part); err != nil {
		refused(t, err, inv.Items[n].OriginalMinor == was)
		return
	}
	inv.AmountMinor += part.AmountMinor - was
}

func refused(t *rapid.T, err error, unchanged bool) {
	require.NotEqual(t, CodeLawBroken, fault.CodeOf(err))
	require.NotEqual(t, fault.CodeInternal, fault.CodeOf(err))
	require.True(t, unchanged, "a refusal changes nothing: %v", err)
}

func (b *books) check(t *rapid.T) {
	paid, discounted, credited := make(map[any]int64), make(map[any]int64), make(map[any]int64)
	for _, r := range b.receipts {
		require.NoError(t, r.Check())
		for _, a := range r.Applications {
			if a.ReversedAt == nil {
				paid[a.ItemID] += a.ItemMinor
				discounted[a.ItemID] += a.DiscountMinor
			}
		}
	}
	for _, m := range b.memos {
		require.NoError(t, m.Check())
		for _, a := range m.Applications {
			if a.ReversedAt == nil {
				credited[a.ItemID] += a.AmountMinor
			}
		}
	}
	var originals, elsewhere int64
	for _, inv := range b.invoices {
		require.NoError(t, inv.Check())
		for n := range inv.Items {
			item := &inv.Items[n]
			require.Equal(t, paid[item.ID], item.PaidMinor)
			require.Equal(t, discounted[item.ID], item.DiscountedMinor)
			require.Equal(t, credited[item.ID], item.CreditedMinor)
			require.Equal(t, b.written[item], item.WrittenOffMinor)
			if deduction := b.moved[item]; deduction != nil {
				require.NoError(t, deduction.Check())
				require.Equal(t, deduction.OriginalMinor, item.MovedMinor, "what moved is what the items moved to began with")
				elsewhere += deduction.OpenMinor
			}
			originals += item.OriginalMinor
			elsewhere += item.PaidMinor + item.DiscountedMinor + item.CreditedMinor + item.WrittenOffMinor + item.OpenMinor
		}
	}
	require.Equal(t, originals, elsewhere, "the portfolio's law")
}
