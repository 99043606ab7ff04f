package receivable_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	. "arrears/domain/receivable"
)

// The rows of the money table that need no deduction: where every cent of an invoice over 1,000 is after each event.

func TestDiscountInTimeOnAnInvoiceLessACredit(t *testing.T) {
	t.Parallel()
	item := invoice(1000).Items[0]
	memo := memoOf(item.CustomerID, 100)
	require.NoError(t, memo.ApplyTo(&item, 100, newID(), noon))
	terms := twoPercent()
	earned, err := terms.EarnedDiscount(item, date("2026-03-01"), date("2026-03-10"), 882)
	require.NoError(t, err)
	r := receiptOf(882)
	require.NoError(t, r.ApplyTo(&item, 882, earned, newID(), noon))
	requireItem(t, item, Item{CreditedMinor: 100, DiscountedMinor: 18, PaidMinor: 882})
	require.NoError(t, r.Check())
	require.NoError(t, memo.Check())
}

func TestReversedReceiptTakesItsDiscountBack(t *testing.T) {
	t.Parallel()
	item := invoice(1000).Items[0]
	r := receiptOf(980)
	require.NoError(t, r.ApplyTo(&item, 980, 20, newID(), noon))
	requireItem(t, item, Item{PaidMinor: 980, DiscountedMinor: 20})
	undone, err := r.Reverse(noon, "returned by the bank")
	require.NoError(t, err)
	require.Len(t, undone, 1)
	require.NoError(t, undone[0].Undo(&item))
	requireItem(t, item, Item{OpenMinor: 1000})
	require.Zero(t, r.AmountMinor)
	require.Equal(t, int64(980), r.GrossMinor, "what arrived stays known")
	require.NoError(t, r.Check())
}

func TestDisputedBeforePaymentThenPaidInFull(t *testing.T) {
	t.Parallel()
	item := invoice(1000).Items[0]
	require.NoError(t, item.Dispute(300))
	r := receiptOf(1000)
	require.NoError(t, r.ApplyTo(&item, 1000, 0, newID(), noon))
	requireItem(t, item, Item{PaidMinor: 1000})
}

func TestPartialPaymentLeavesAResidual(t *testing.T) {
	t.Parallel()
	item := invoice(1000).Items[0]
	r := receiptOf(800)
	require.NoError(t, r.ApplyTo(&item, 800, 0, newID(), noon))
	requireItem(t, item, Item{PaidMinor: 800, OpenMinor: 200})
	require.NoError(t, item.WriteOff(200))
	requireItem(t, item, Item{PaidMinor: 800, WrittenOffMinor: 200})
}

func TestOverpaymentStaysOnAccount(t *testing.T) {
	t.Parallel()
	inv := invoice(1000)
	r := receiptOf(1300)
	r.Identify(inv.CustomerID)
	require.NoError(t, r.ApplyTo(&inv.Items[0], 1000, 0, newID(), noon))
	require.Equal(t, int64(300), r.OnAccountMinor)
	require.Zero(t, r.UnappliedMinor)
	require.NoError(t, r.Check())
}

func TestVoidedMemoIsOwedAgain(t *testing.T) {
	t.Parallel()
	item := invoice(1000).Items[0]
	memo := memoOf(item.CustomerID, 400)
	require.NoError(t, memo.ApplyTo(&item, 250, newID(), noon))
	require.Equal(t, int64(150), memo.OpenMinor)
	undone, err := memo.Void(noon)
	require.NoError(t, err)
	require.Len(t, undone, 1)
	require.NoError(t, item.Uncredit(undone[0].AmountMinor))
	requireItem(t, item, Item{OpenMinor: 1000})
	require.NoError(t, memo.Check())
	_, err = memo.Void(noon)
	requireCode(t, CodeCreditMemoVoid, err)
	requireCode(t, CodeCreditMemoVoid, memo.ApplyTo(&item, 1, newID(), noon))
}

// requireItem compares the amounts of an item over 1,000 with what is expected, and proves its law.
func requireItem(t *testing.T, got, want Item) {
	t.Helper()
	require.NoError(t, got.Check())
	require.Equal(t,
		[]int64{want.PaidMinor, want.DiscountedMinor, want.CreditedMinor, want.WrittenOffMinor, want.OpenMinor, want.DisputedMinor},
		[]int64{got.PaidMinor, got.DiscountedMinor, got.CreditedMinor, got.WrittenOffMinor, got.OpenMinor, got.DisputedMinor},
		"paid, discounted, credited, written off, open, disputed")
}

func TestReceiptRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		code            string
		minor, discount int64
		change          func(*Receipt, *Item)
	}{
		"nothing":           {CodeNotPositive, 0, 0, nil},
		"less than nothing": {CodeNotPositive, -5, 0, nil},
		"negative discount": {CodeNotPositive, 5, -1, nil},
		"more than is left": {CodeExceedsRest, 501, 0, nil},
		"more than is open": {CodeExceedsOpen, 500, 0, func(_ *Receipt, i *Item) { i.OpenMinor, i.PaidMinor = 400, 600 }},
		"too much discount": {CodeExceedsOpen, 500, 501, nil},
		"other currency":    {CodeCurrencyDiffers, 500, 0, func(r *Receipt, _ *Item) { r.Currency = "USD" }},
		"reversed":          {CodeReceiptReversed, 500, 0, func(r *Receipt, _ *Item) { _, _ = r.Reverse(noon, "gone") }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			item, r := invoice(1000).Items[0], receiptOf(500)
			if c.change != nil {
				c.change(&r, &item)
			}
			itemBefore, receiptBefore := item, r
			requireCode(t, c.code, r.ApplyTo(&item, c.minor, c.discount, newID(), noon))
			require.Equal(t, itemBefore, item)
			require.Equal(t, receiptBefore, r)
		})
	}
}

func TestReverseOnce(t *testing.T) {
	t.Parallel()
	r := receiptOf(500)
	_, err := r.Reverse(noon, "gone")
	require.NoError(t, err)
	_, err = r.Reverse(noon, "again")
	requireCode(t, CodeReceiptReversed, err)
}

func TestMemoRefuses(t *testing.T) {
	t.Parallel()
	item := invoice(1000).Items[0]
	memo := memoOf(item.CustomerID, 400)
	requireCode(t, CodeExceedsCredit, memo.ApplyTo(&item, 401, newID(), noon))
	requireCode(t, CodeNotPositive, memo.ApplyTo(&item, 0, newID(), noon))
	memo.Currency = "USD"
	requireCode(t, CodeCurrencyDiffers, memo.ApplyTo(&item, 1, newID(), noon))
	memo = memoOf(newID(), 400)
	requireCode(t, CodeCustomerDiffers, memo.ApplyTo(&item, 1, newID(), noon))
	require.True(t, item.Untouched())
}

func TestChecksFindWhatDoesNotAddUp(t *testing.T) {
	t.Parallel()
	r := receiptOf(500)
	r.AppliedMinor = 1
	requireCode(t, CodeLawBroken, r.Check())
	r = receiptOf(500)
	r.OnAccountMinor, r.UnappliedMinor = -1, 501
	requireCode(t, CodeLawBroken, r.Check())
	m := memoOf(newID(), 5)
	m.OpenMinor = 4
	requireCode(t, CodeLawBroken, m.Check())
}

func TestUndoNeedsWhatWasDone(t *testing.T) {
	t.Parallel()
	item := invoice(1000).Items[0]
	require.NoError(t, item.Pay(100))
	before := item
	requireCode(t, CodeExceedsDone, Application{ItemMinor: 100, DiscountMinor: 5}.Undo(&item))
	requireCode(t, CodeExceedsDone, Application{ItemMinor: 101}.Undo(&item))
	require.Equal(t, before, item)
}
