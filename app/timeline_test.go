package app_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/receivable"
	"arrears/port"
)

func TestTimelineTellsWhatHappened(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	owed := d.owed("R-1", 100000)
	d.clock.now = d.clock.now.Add(time.Hour)
	_, err := d.app.MakePromise(t.Context(), d.collector, app.NewPromise{InvoiceID: owed.ID, AmountMinor: 50000, Currency: "EUR", DueOn: day("2026-03-20")})
	require.NoError(t, err)
	r := d.paid("B-1", owed.Items[0], 50000)
	_, err = d.app.ReverseReceipt(t.Context(), d.collector, r.ID, "returned")
	require.NoError(t, err)

	var got []string
	page := port.Page{Limit: 3}
	for {
		list, err := d.app.Timeline(t.Context(), d.reader, owed.ID, page)
		require.NoError(t, err)
		for _, e := range list.Items {
			got = append(got, e.Text)
			require.NotEmpty(t, e.Actor)
			require.NotEmpty(t, e.ID)
		}
		if page.After = list.Next; page.After == "" {
			break
		}
	}
	require.Equal(t, []string{
		"The invoice over EUR 1000.00 was entered; due 2026-02-15.",
		"The customer promised to pay EUR 500.00 by 2026-03-20.",
		"The promise was kept: EUR 500.00 of EUR 500.00 came.",
		"EUR 500.00 were paid (value date 2026-03-02); EUR 500.00 remain open.",
		"The promise over EUR 500.00 by 2026-03-20 is open again.",
		"A receipt was reversed: EUR 500.00 are owed again.",
	}, append(got[:1:1], got[2:]...), "besides: "+got[1])
	require.Contains(t, got[1], "The collection began; the next look is ")

	_, err = d.app.Timeline(t.Context(), d.reader, uuid.New(), port.Page{})
	require.ErrorContains(t, err, "invoice.not_found")
	entries, err := d.app.ListAuditEntries(t.Context(), d.reader, port.AuditFilter{SubjectID: d.id(r.ID)}, port.Page{})
	require.NoError(t, err)
	require.Len(t, entries.Items, 2)
	d.refuses("page.bad_cursor", func(ctx context.Context) error {
		_, err := d.app.ListAuditEntries(ctx, d.reader, port.AuditFilter{}, port.Page{After: "x"})
		return err
	})
}

// What happens to the customer as a whole is part of the story of each invoice; what happens to another invoice is not.
func TestTimelineTellsOfTheCustomer(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	owed, other := d.owed("R-1", 1000), d.owed("R-2", 1000)
	_, err := d.app.SetBlock(t.Context(), d.collector, app.NewBlock{CustomerID: d.id(d.customer.ID), Reason: receivable.BlockLegal})
	require.NoError(t, err)
	_, err = d.app.SetBlock(t.Context(), d.collector, app.NewBlock{InvoiceID: d.id(other.ID), Reason: receivable.BlockInsolvency})
	require.NoError(t, err)
	list, err := d.app.Timeline(t.Context(), d.reader, owed.ID, port.Page{})
	require.NoError(t, err)
	require.Len(t, list.Items, 3)
	require.Equal(t, "Dunning was blocked (legal).", list.Items[2].Text)
}
