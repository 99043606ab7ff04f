package house

import (
	"bytes"
	"context"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/dispute"
	"arrears/domain/receivable"
	"arrears/port"
)

// ShortPayment records a receipt of today that pays an invoice but for an amount that the customer keeps for a reason.
func (h *House) ShortPayment(inv receivable.Invoice, paid, kept int64, reason, reference string) dispute.Dispute {
	h.t.Helper()
	_, claims, err := h.App.RecordShortPayment(h.t.Context(), Clerk, app.ShortPayment{
		Receipt: app.NewReceipt{
			Source: "bank", Number: "S-" + randomID(), CustomerID: some(inv.CustomerID), Currency: inv.Currency, AmountMinor: paid,
			ValueDate: h.Today(), Applications: []app.ReceiptApplication{{InvoiceID: some(inv.ID), AmountMinor: paid}},
		},
		Claims: []app.ShortPaymentClaim{{InvoiceID: some(inv.ID), AmountMinor: kept, CustomerReason: reason, ClaimReference: reference}},
	})
	require.NoError(h.t, err)
	require.Len(h.t, claims, 1)
	return claims[0]
}

// Deny finds a claim invalid in full, on a document that all mandatory evidence is met with.
func (h *House) Deny(d dispute.Dispute, proof []byte) dispute.Dispute {
	h.t.Helper()
	doc, err := h.App.StoreDocument(h.t.Context(), Clerk, app.NewDocument{
		CustomerID: some(d.CustomerID), Kind: "proof_of_delivery", Filename: "proof.pdf", MediaType: "application/pdf", Content: bytes.NewReader(proof),
	})
	require.NoError(h.t, err)
	for _, e := range h.Claim(d.ID).Evidence {
		if !e.Mandatory {
			continue
		}
		_, err := h.App.AnswerEvidence(h.t.Context(), Clerk, d.ID, e.ID, app.EvidenceAnswer{State: dispute.EvidenceReceived, DocumentID: some(doc.ID)})
		require.NoError(h.t, err)
	}
	file, err := h.App.DecideDispute(h.t.Context(), Clerk, d.ID, app.NewDecision{
		Kind: dispute.DecideInvalid, Reason: "shortage", Comment: "delivered in full", Evidence: []uuid.UUID{doc.ID},
	})
	require.NoError(h.t, err)
	return file.Dispute
}

// Claim reads a claim's case.
func (h *House) Claim(id uuid.UUID) app.DisputeFile {
	h.t.Helper()
	file, err := h.App.DisputeCase(h.t.Context(), Clerk, id)
	require.NoError(h.t, err)
	return file
}

// Deduction is the deduction of an invoice.
func (h *House) Deduction(inv receivable.Invoice) receivable.Item {
	h.t.Helper()
	id := Value[uuid.UUID](h, `SELECT id FROM items WHERE invoice_id = $1 AND kind = 'deduction'`, inv.ID)
	var item receivable.Item
	require.NoError(h.t, h.Product.DB.Read(h.t.Context(), func(ctx context.Context, tx port.Tx) (err error) {
		item, err = tx.Item(ctx, id)
		return err
	}))
	return item
}

// PayItem records a receipt of today and puts it on one item.
func (h *House) PayItem(item receivable.Item, minor int64) {
	h.t.Helper()
	_, err := h.App.RecordReceipt(h.t.Context(), Clerk, app.NewReceipt{
		Source: "bank", Number: "B-" + randomID(), CustomerID: some(item.CustomerID), Currency: item.Currency, AmountMinor: minor,
		ValueDate: h.Today(), Applications: []app.ReceiptApplication{{ItemID: some(item.ID), AmountMinor: minor}},
	})
	require.NoError(h.t, err)
}
