package store_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/domain/calendar"
	"arrears/domain/receivable"
	"arrears/port"
)

// listToday is the day on which the lists are asked.
var listToday = calendar.MustDate("2026-03-15")

// Whatever a list is filtered by, and from whichever side its pages are found, it has what its filters say, in order.
func TestListInvoicesByAnyFilters(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	r := rand.New(rand.NewPCG(1, 2))
	var all []receivable.Invoice
	h.in(t, func(ctx context.Context, tx port.Tx) {
		first, err := tx.InvoiceByNumber(ctx, "erp", "R-1")
		require.NoError(t, err)
		all = append(all, first)
		for i := range 60 {
			inv := invoiceOf(h.customer.ID, fmt.Sprintf("L-%d", i))
			inv.Source = []string{"erp", "erp", "shop"}[r.IntN(3)]
			for n := range inv.Items {
				item := &inv.Items[n]
				item.DueDate, item.Level = listToday.AddDays(r.IntN(60)-30), r.IntN(3)
				if r.IntN(2) == 0 {
					require.NoError(t, item.Pay(item.OpenMinor))
				}
			}
			if inv.OpenMinor() == inv.AmountMinor && r.IntN(3) == 0 {
				require.NoError(t, inv.Void())
			}
			require.NoError(t, tx.InsertInvoice(ctx, inv))
			all = append(all, inv)
		}
	})
	slices.SortFunc(all, func(a, b receivable.Invoice) int { return slices.Compare(a.ID[:], b.ID[:]) })
	for _, f := range anyFilters(h.customer.ID) {
		got := everyPage(t, h, func(ctx context.Context, tx port.Tx, p port.Page) (port.Paged[port.InvoiceRow], error) {
			return tx.ListInvoices(ctx, f, p)
		})
		var want, have []uuid.UUID
		for _, inv := range all {
			if listedBy(f, inv) {
				want = append(want, inv.ID)
			}
		}
		for _, row := range got {
			have = append(have, row.ID)
		}
		require.Equal(t, want, have, "%+v", f)
	}
}

func anyFilters(customer uuid.UUID) []port.InvoiceFilter {
	var list []port.InvoiceFilter
	levels := []*int{nil, new(int), new(int)}
	*levels[2] = 2
	for _, state := range []string{"", "open", "overdue", "closed", "void"} {
		for _, level := range levels {
			for _, due := range []calendar.Date{0, listToday.AddDays(-10)} {
				f := port.InvoiceFilter{State: state, Today: listToday, Level: level, DueBefore: due}
				list = append(list, f)
				f.Source = "shop"
				list = append(list, f)
				f.CustomerID = someID(customer)
				list = append(list, f)
				f.Source, f.Number = "", "L-7"
				list = append(list, f)
			}
		}
	}
	return list
}

// listedBy says by itself what a filter lets through.
func listedBy(f port.InvoiceFilter, inv receivable.Invoice) bool {
	openItem := func(meets func(receivable.Item) bool) bool {
		return slices.ContainsFunc(inv.Items, func(i receivable.Item) bool { return i.OpenMinor > 0 && meets(i) })
	}
	before := func(day calendar.Date) bool {
		return openItem(func(i receivable.Item) bool { return i.DueDate < day })
	}
	valid := inv.State == receivable.InvoiceValid
	state := map[string]bool{
		"": true, "open": valid && inv.OpenMinor() > 0, "overdue": valid && before(f.Today),
		"closed": valid && inv.OpenMinor() == 0, "void": !valid,
	}
	return state[f.State] && (f.Source == "" || f.Source == inv.Source) && (f.Number == "" || f.Number == inv.Number) &&
		(f.Level == nil || openItem(func(i receivable.Item) bool { return i.Level == *f.Level })) && (f.DueBefore.IsZero() || before(f.DueBefore))
}
