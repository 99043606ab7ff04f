package store_test

import (
	"context"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/domain/receivable"
	"arrears/port"
)

func promiseOf(h house, minor int64) receivable.Promise {
	p := receivable.Promise{
		ID: newID(), CustomerID: h.customer.ID, InvoiceID: h.invoice.ID, AmountMinor: minor, Currency: "EUR",
		PromisedOn: date("2026-03-02"), DueOn: date("2026-03-20"), GraceDays: 3, State: receivable.PromiseOpen, Note: "by phone",
		CreatedBy: "key-1", CreatedAt: noon, Version: 1,
	}
	if err := p.Allocate(h.invoice.Items, nil); err != nil {
		panic(err)
	}
	return p
}

func TestPromises(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := promiseOf(h, 40000)
	h.in(t, func(ctx context.Context, tx port.Tx) {
		require.NoError(t, tx.InsertPromise(ctx, p))
		got, err := tx.Promise(ctx, p.ID)
		require.NoError(t, err)
		require.Equal(t, p, got)
		open, err := tx.OpenPromises(ctx, h.customer.ID)
		require.NoError(t, err)
		require.Equal(t, []receivable.Promise{p}, open)
	})
	p.Receive(h.invoice.Items[0].ID, 40000, date("2026-03-10"))
	h.in(t, func(ctx context.Context, tx port.Tx) {
		require.NoError(t, tx.UpdatePromise(ctx, p))
		p.Version = 2
		got, err := tx.PromisesOfInvoice(ctx, h.invoice.ID)
		require.NoError(t, err)
		require.Equal(t, []receivable.Promise{p}, got)
		open, err := tx.OpenPromises(ctx, h.customer.ID)
		require.NoError(t, err)
		require.Empty(t, open)
	})
	p.Version = 1
	h.refuses(t, "promise.changed", func(ctx context.Context, tx port.Tx) error { return tx.UpdatePromise(ctx, p) })
	h.refuses(t, "promise.not_found", func(ctx context.Context, tx port.Tx) error {
		_, err := tx.Promise(ctx, newID())
		return err
	})
}

func TestListPromises(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.in(t, func(ctx context.Context, tx port.Tx) {
		for range 3 {
			require.NoError(t, tx.InsertPromise(ctx, promiseOf(h, 100)))
		}
	})
	for filter, want := range map[port.HoldFilter]int{
		{}:                                  3,
		{State: "open"}:                     3,
		{State: "kept"}:                     0,
		{CustomerID: someID(h.customer.ID)}: 3,
		{InvoiceID: someID(h.customer.ID)}:  0,
		{InvoiceID: someID(h.invoice.ID)}:   3,
		{CustomerID: someID(h.invoice.ID)}:  0,
		{CustomerID: uuid.NullUUID{UUID: h.invoice.ID}}: 3,
	} {
		got := everyPage(t, h, func(ctx context.Context, tx port.Tx, p port.Page) (port.Paged[receivable.Promise], error) {
			return tx.ListPromises(ctx, filter, p)
		})
		require.Len(t, got, want, "%+v", filter)
	}
}

func TestBlocks(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	onCustomer := receivable.Block{
		ID: newID(), CustomerID: h.customer.ID, Reason: receivable.BlockLegal, Note: "court", CreatedBy: "key-1", CreatedAt: noon,
	}
	onItem := onCustomer
	onItem.ID, onItem.InvoiceID, onItem.ItemID = newID(), someID(h.invoice.ID), someID(h.invoice.Items[0].ID)
	onItem.Reason, onItem.Until = receivable.BlockGoodwill, date("2026-04-01")
	h.in(t, func(ctx context.Context, tx port.Tx) {
		require.NoError(t, tx.InsertBlock(ctx, onCustomer))
		require.NoError(t, tx.InsertBlock(ctx, onItem))
		live, err := tx.LiveBlocks(ctx, h.customer.ID)
		require.NoError(t, err)
		require.Equal(t, []receivable.Block{onCustomer, onItem}, live)
		require.NoError(t, tx.ReleaseBlock(ctx, onItem.ID, noon, "key-2"))
		got, err := tx.Block(ctx, onItem.ID)
		require.NoError(t, err)
		onItem.ReleasedAt, onItem.ReleasedBy = &noon, "key-2"
		require.Equal(t, onItem, got)
	})
	h.refuses(t, "block.released", func(ctx context.Context, tx port.Tx) error {
		return tx.ReleaseBlock(ctx, onItem.ID, noon, "key-2")
	})
	h.refuses(t, "block.not_found", func(ctx context.Context, tx port.Tx) error {
		_, err := tx.Block(ctx, newID())
		return err
	})
	h.refuses(t, "block.needs_expiry", func(ctx context.Context, tx port.Tx) error {
		endless := onCustomer
		endless.ID, endless.Reason = newID(), receivable.BlockOther
		return tx.InsertBlock(ctx, endless)
	})
	for state, want := range map[string][]receivable.Block{"open": {onCustomer}, "released": {onItem}, "": {onCustomer, onItem}} {
		got := everyPage(t, h, func(ctx context.Context, tx port.Tx, p port.Page) (port.Paged[receivable.Block], error) {
			return tx.ListBlocks(ctx, port.HoldFilter{State: state, CustomerID: someID(h.customer.ID)}, p)
		})
		require.Equal(t, want, got)
	}
}

func TestDisputeFlags(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	item := h.invoice.Items[0]
	flag := receivable.DisputeFlag{
		ID: newID(), ItemID: item.ID, InvoiceID: h.invoice.ID, CustomerID: h.customer.ID, AmountMinor: 500, Currency: "EUR",
		Reason: "shortage", Note: "two boxes", CreatedBy: "key-1", CreatedAt: noon,
	}
	h.in(t, func(ctx context.Context, tx port.Tx) {
		require.NoError(t, tx.InsertDisputeFlag(ctx, flag))
		open, err := tx.OpenDisputeFlags(ctx, item.ID)
		require.NoError(t, err)
		require.Equal(t, []receivable.DisputeFlag{flag}, open)
		flag.Released, flag.ReleasedAt, flag.ReleasedBy, flag.ReleaseReason = true, &noon, "key-2", "found"
		require.NoError(t, tx.UpdateDisputeFlag(ctx, flag))
		got, err := tx.DisputeFlag(ctx, flag.ID)
		require.NoError(t, err)
		require.Equal(t, flag, got)
		open, err = tx.OpenDisputeFlags(ctx, item.ID)
		require.NoError(t, err)
		require.Empty(t, open)
	})
	h.refuses(t, "dispute.released", func(ctx context.Context, tx port.Tx) error { return tx.UpdateDisputeFlag(ctx, flag) })
	h.refuses(t, "dispute.not_found", func(ctx context.Context, tx port.Tx) error {
		_, err := tx.DisputeFlag(ctx, newID())
		return err
	})
	got := everyPage(t, h, func(ctx context.Context, tx port.Tx, p port.Page) (port.Paged[receivable.DisputeFlag], error) {
		return tx.ListDisputeFlags(ctx, port.HoldFilter{State: "released", InvoiceID: someID(h.invoice.ID)}, p)
	})
	require.Equal(t, []receivable.DisputeFlag{flag}, got)
}

func TestNotes(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	note := receivable.Note{
		ID: newID(), CustomerID: h.customer.ID, InvoiceID: someID(h.invoice.ID), Kind: "call", Outcome: "will_pay", Body: "Friday",
		FollowUpOn: date("2026-03-06"), CreatedBy: "key-1", CreatedAt: noon,
	}
	h.in(t, func(ctx context.Context, tx port.Tx) {
		require.NoError(t, tx.InsertNote(ctx, note))
		got, err := tx.Note(ctx, note.ID)
		require.NoError(t, err)
		require.Equal(t, note, got)
	})
	h.refuses(t, "record.exists", func(ctx context.Context, tx port.Tx) error { return tx.InsertNote(ctx, note) })
	h.refuses(t, "note.not_found", func(ctx context.Context, tx port.Tx) error {
		_, err := tx.Note(ctx, newID())
		return err
	})
	got := everyPage(t, h, func(ctx context.Context, tx port.Tx, p port.Page) (port.Paged[receivable.Note], error) {
		return tx.ListNotes(ctx, port.HoldFilter{CustomerID: someID(h.customer.ID)}, p)
	})
	require.Equal(t, []receivable.Note{note}, got)
}

func TestDocuments(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	first := receivable.Document{
		ID: newID(), CustomerID: someID(h.customer.ID), InvoiceID: someID(h.invoice.ID), Kind: "invoice", Filename: "R-1.pdf",
		MediaType: "application/pdf", Size: 50 << 20, SHA256: [32]byte{1}, CreatedAt: noon, CreatedBy: "key-1",
	}
	newer := first
	newer.ID, newer.CreatedAt = newID(), noon.Add(1e9)
	h.refuses(t, receivable.CodeFileGone, func(ctx context.Context, tx port.Tx) error { return tx.InsertDocument(ctx, first) })
	h.in(t, func(ctx context.Context, tx port.Tx) {
		require.NoError(t, tx.TouchFile(ctx, first.SHA256, first.Size))
		require.NoError(t, tx.InsertDocument(ctx, first))
		require.NoError(t, tx.InsertDocument(ctx, newer))
		got, err := tx.Document(ctx, first.ID)
		require.NoError(t, err)
		require.Equal(t, first, got)
		page, err := tx.DocumentFiles(ctx, uuid.Nil, 1)
		require.NoError(t, err)
		require.Equal(t, []receivable.Document{first}, page)
		page, err = tx.DocumentFiles(ctx, first.ID, 10)
		require.NoError(t, err)
		require.Equal(t, []receivable.Document{newer}, page)
	})
	h.refuses(t, "document.not_found", func(ctx context.Context, tx port.Tx) error {
		_, err := tx.DocumentContent(ctx, first.ID)
		return err
	})
	h.refuses(t, "document.not_found", func(ctx context.Context, tx port.Tx) error {
		_, err := tx.Document(ctx, newID())
		return err
	})
	list := everyPage(t, h, func(ctx context.Context, tx port.Tx, p port.Page) (port.Paged[receivable.Document], error) {
		return tx.ListDocuments(ctx, port.DocumentFilter{InvoiceID: someID(h.invoice.ID), Kind: "invoice"}, p)
	})
	require.Len(t, list, 2)
}
