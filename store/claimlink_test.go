package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/domain/dispute"
	"arrears/domain/receivable"
	"arrears/port"
)

func TestLinksAreSeenFromEitherSide(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	a, b, c := h.opened(t, 100), h.opened(t, 100), h.opened(t, 100)
	link := func(from, to dispute.Dispute, kind, state string) dispute.Link {
		return dispute.Link{DisputeID: from.ID, OtherID: to.ID, Kind: kind, State: state, Why: "same_reference", CreatedBy: "key-1", CreatedAt: noon}
	}
	twice, split := link(a, b, "duplicate", "suspected"), link(a, c, "split", "confirmed")
	h.in(t, func(ctx context.Context, tx port.Tx) {
		require.NoError(t, tx.PutLink(ctx, twice))
		require.NoError(t, tx.PutLink(ctx, split))
		require.NoError(t, tx.PutLink(ctx, link(b, a, "duplicate", "dismissed")), "the same link from the other side")
	})
	twice.State = "dismissed"
	for _, c := range []struct {
		of   dispute.Dispute
		want []dispute.Link
	}{{a, []dispute.Link{twice, split}}, {b, []dispute.Link{twice}}, {c, []dispute.Link{split}}} {
		h.in(t, func(ctx context.Context, tx port.Tx) {
			got, err := tx.LinksOf(ctx, c.of.ID)
			require.NoError(t, err)
			require.Equal(t, c.want, got)
		})
	}
}

// moveOf moves 50.00 from the first instalment to the second, which stands for a deduction here.
func moveOf(h house, claim uuid.UUID, receipt uuid.NullUUID) dispute.Move {
	return dispute.Move{
		ID: newID(), FromItem: h.invoice.Items[0].ID, ToItem: h.invoice.Items[1].ID, ReceiptID: receipt, DisputeID: claim,
		AmountMinor: 5000, MovedAt: noon,
	}
}

func TestMovesStandUntilTheyAreUndone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	d, receipt := h.opened(t, 100), receiptOf("B-1", 500)
	first, second := moveOf(h, d.ID, someID(receipt.ID)), moveOf(h, d.ID, uuid.NullUUID{})
	read := func(ctx context.Context, tx port.Tx) (ofReceipt, ofClaim []dispute.Move) {
		ofReceipt, err := tx.MovesOfReceipt(ctx, receipt.ID)
		require.NoError(t, err)
		ofClaim, err = tx.MovesOfDispute(ctx, d.ID)
		require.NoError(t, err)
		return ofReceipt, ofClaim
	}
	h.in(t, func(ctx context.Context, tx port.Tx) {
		require.NoError(t, tx.InsertReceipt(ctx, receipt))
		require.NoError(t, tx.InsertMove(ctx, first))
		require.NoError(t, tx.InsertMove(ctx, second))
		ofReceipt, ofClaim := read(ctx, tx)
		require.Equal(t, []dispute.Move{first}, ofReceipt)
		require.Equal(t, []dispute.Move{first, second}, ofClaim)
		require.NoError(t, tx.ReverseMove(ctx, first.ID, noon.Add(time.Hour)))
		ofReceipt, ofClaim = read(ctx, tx)
		require.Empty(t, ofReceipt)
		require.Equal(t, []dispute.Move{second}, ofClaim)
	})
	h.refuses(t, "move.not_found", func(ctx context.Context, tx port.Tx) error { return tx.ReverseMove(ctx, first.ID, noon) })
}

func TestAMessageIsWrittenOncePerStep(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	d, other := h.opened(t, 100), h.opened(t, 100)
	m := dispute.Message{ID: newID(), DisputeID: d.ID, Kind: "acknowledgement", Dedupe: "opened", State: dispute.MessageDue, CreatedAt: noon}
	again, elsewhere := m, m
	again.ID = newID()
	elsewhere.ID, elsewhere.DisputeID = newID(), other.ID
	h.in(t, func(ctx context.Context, tx port.Tx) {
		for _, x := range []dispute.Message{m, again, elsewhere} {
			require.NoError(t, tx.PutMessage(ctx, x))
		}
	})
	m.State, m.Address, m.MessageID, m.Body, m.Attempts, m.SentAt, m.Reason = dispute.MessageSent, "b@example.com", "<1@x>", []byte("text"), 2, &noon, "ok"
	h.in(t, func(ctx context.Context, tx port.Tx) {
		changed := m
		changed.Kind = "denial"
		require.NoError(t, tx.PutMessage(ctx, changed))
		got, err := tx.MessagesOf(ctx, d.ID)
		require.NoError(t, err)
		require.Equal(t, []dispute.Message{m}, got, "its kind and step stay")
		got, err = tx.MessagesOf(ctx, other.ID)
		require.NoError(t, err)
		require.Equal(t, []dispute.Message{elsewhere}, got)
	})
}

func TestAFlagOfAClaimWithoutInvoiceIsListed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	flag := receivable.DisputeFlag{
		ID: newID(), ItemID: h.invoice.Items[0].ID, CustomerID: h.customer.ID, AmountMinor: 4, Currency: "EUR", Reason: "damage",
		CreatedBy: "key-1", CreatedAt: noon,
	}
	h.in(t, func(ctx context.Context, tx port.Tx) {
		require.NoError(t, tx.InsertDisputeFlag(ctx, flag))
		page, err := tx.ListDisputeFlags(ctx, port.HoldFilter{}, port.Page{})
		require.NoError(t, err)
		require.Equal(t, []receivable.DisputeFlag{flag}, page.Items)
		page, err = tx.ListDisputeFlags(ctx, port.HoldFilter{InvoiceID: someID(h.invoice.ID)}, port.Page{})
		require.NoError(t, err)
		require.Empty(t, page.Items)
	})
}
