package receivable_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"arrears/domain/fault"
	. "arrears/domain/receivable"
)

func money(minor int64, customer uuid.NullUUID) Receipt {
	r := Receipt{ID: newID(), Currency: "EUR", AmountMinor: minor, GrossMinor: minor, UnappliedMinor: minor, State: ReceiptRecorded}
	if customer.Valid {
		r.Identify(customer.UUID)
	}
	return r
}

func TestADeductionAgesAsTheItemItCameFrom(t *testing.T) {
	t.Parallel()
	inv := invoice(1000)
	from := inv.Items[0]
	require.NoError(t, from.Move(200))
	require.NoError(t, from.Check())
	own := from.Own(newID(), 2, 200)
	require.NoError(t, own.Check())
	require.Equal(t, []any{Deduction, 2, from.InvoiceID, from.AgingDate, from.AgingDate, from.TimeZone, int64(200)},
		[]any{own.Kind, own.Seq, own.InvoiceID, own.DueDate, own.AgingDate, own.TimeZone, own.OpenMinor})
	inv.Items = append([]Item{from}, own)
	require.NoError(t, inv.Check(), "the instalments still sum to the invoice")
}

func TestNettedClaimsAreAppliedLikeMoney(t *testing.T) {
	t.Parallel()
	inv := invoice(3000)
	r := money(2800, someID(inv.CustomerID))
	require.Equal(t, CodeNotPositive, fault.CodeOf(r.Net(0)))
	require.NoError(t, r.Net(200))
	require.NoError(t, r.ApplyTo(&inv.Items[0], 3000, 0, newID(), noon))
	require.NoError(t, r.Check())
	require.Equal(t, CodeExceedsRest, fault.CodeOf(r.Unnet(200)), "it is applied")

	undone, err := r.Reverse(noon, "returned")
	require.NoError(t, err)
	require.NoError(t, undone[0].Undo(&inv.Items[0]))
	require.NoError(t, r.Check())
	require.EqualValues(t, 200, r.OnAccountMinor, "what was netted outlives the money")
	require.NoError(t, r.ApplyTo(&inv.Items[0], 50, 0, newID(), noon))
	require.Equal(t, CodeReceiptReversed, fault.CodeOf(r.Net(1)))
	require.Equal(t, CodeNotPositive, fault.CodeOf(r.Unnet(0)))
	require.NoError(t, r.Unnet(150))
	require.NoError(t, r.Check())
	require.Equal(t, CodeReceiptReversed, fault.CodeOf(r.ApplyTo(&inv.Items[0], 1, 0, newID(), noon)))
}

func TestNettedOfNobodyKnown(t *testing.T) {
	t.Parallel()
	r := money(100, uuid.NullUUID{})
	require.NoError(t, r.Net(20))
	require.EqualValues(t, 120, r.UnappliedMinor)
	require.NoError(t, r.Unnet(20))
	require.NoError(t, r.Check())
}

func TestReleaseKeepsTheRestAndItsDiscount(t *testing.T) {
	t.Parallel()
	inv := invoice(1000)
	item := &inv.Items[0]
	r := money(980, someID(inv.CustomerID))
	first := newID()
	require.NoError(t, r.ApplyTo(item, 980, 20, first, noon))
	rest := newID()
	require.NoError(t, r.Release(item, first, 300, rest, noon))
	require.NoError(t, r.Check())
	require.NoError(t, item.Check())
	require.Equal(t, []int64{680, 20, 300}, []int64{item.PaidMinor, item.DiscountedMinor, item.OpenMinor})
	require.Equal(t, []int64{680, 300}, []int64{r.AppliedMinor, r.OnAccountMinor})
	require.NotNil(t, r.Applications[0].ReversedAt)
	require.Equal(t, []any{rest, int64(680), int64(20)}, []any{r.Applications[1].ID, r.Applications[1].AmountMinor, r.Applications[1].DiscountMinor})

	require.NoError(t, r.Release(item, rest, 680, newID(), noon))
	require.Equal(t, []int64{0, 0, 1000}, []int64{item.PaidMinor, item.DiscountedMinor, item.OpenMinor}, "the discount goes with the last of it")
	require.Len(t, r.Applications, 2)
	require.NoError(t, r.Check())
}

func TestReleaseRefuses(t *testing.T) {
	t.Parallel()
	inv := invoice(1000, 500)
	r := money(980, someID(inv.CustomerID))
	application := newID()
	require.NoError(t, r.ApplyTo(&inv.Items[0], 980, 0, application, noon))
	before, items := r, inv.Items
	for name, c := range map[string]struct {
		code  string
		item  *Item
		id    uuid.UUID
		minor int64
	}{
		"nothing":      {CodeNotPositive, &inv.Items[0], application, 0},
		"too much":     {CodeExceedsDone, &inv.Items[0], application, 981},
		"another item": {CodeExceedsDone, &inv.Items[1], application, 10},
		"unknown":      {CodeExceedsDone, &inv.Items[0], newID(), 10},
	} {
		require.Equal(t, c.code, fault.CodeOf(r.Release(c.item, c.id, c.minor, newID(), noon)), name)
	}
	require.Equal(t, before, r)
	require.Equal(t, items, inv.Items)
}

// Whatever is netted, applied and released, the receipt and its items keep their laws.
func TestNettingAndReleasingKeepTheLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		inv := invoice(1000)
		item := &inv.Items[0]
		r := money(rapid.Int64Range(1, 900).Draw(t, "received"), someID(inv.CustomerID))
		t.Repeat(map[string]func(*rapid.T){
			"":      func(*rapid.T) { require.NoError(t, r.Check()); require.NoError(t, item.Check()) },
			"net":   func(t *rapid.T) { _ = r.Net(rapid.Int64Range(0, 200).Draw(t, "net")) },
			"unnet": func(t *rapid.T) { _ = r.Unnet(rapid.Int64Range(0, 200).Draw(t, "unnet")) },
			"apply": func(t *rapid.T) { _ = r.ApplyTo(item, rapid.Int64Range(0, 500).Draw(t, "apply"), 0, newID(), noon) },
			"release": func(t *rapid.T) {
				if len(r.Applications) == 0 {
					t.Skip("nothing applied")
				}
				at := rapid.IntRange(0, len(r.Applications)-1).Draw(t, "which")
				_ = r.Release(item, r.Applications[at].ID, rapid.Int64Range(0, 500).Draw(t, "release"), newID(), noon)
			},
		})
	})
}
