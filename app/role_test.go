package app_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/dispute"
	"arrears/domain/receivable"
	"arrears/internal/testkit"
	"arrears/store"
)

// The application's database role, which cannot rewrite the record, is enough for the use cases.
func TestUseCasesUnderTheApplicationRole(t *testing.T) {
	t.Parallel()
	url := testkit.Schema(t)
	require.NoError(t, store.Migrate(t.Context(), url))
	db, err := store.Open(t.Context(), url+"&role="+store.AppRole)
	require.NoError(t, err)
	t.Cleanup(db.Close)
	d := deskOn(t, db, url)
	owed := d.owed("R-1", 1000)
	d.promise(owed, 400)
	b, err := d.app.SetBlock(t.Context(), d.collector, app.NewBlock{InvoiceID: d.id(owed.ID), Reason: receivable.BlockLegal})
	require.NoError(t, err)
	_, err = d.app.ReleaseBlock(t.Context(), d.collector, b.ID)
	require.NoError(t, err)
	r := d.paid("B-1", owed.Items[0], 400)
	_, err = d.app.WriteOff(t.Context(), d.supervisor, app.NewWriteOff{
		ItemID: owed.Items[0].ID, ReceiptID: d.id(r.ID), Kind: receivable.Concession, AmountMinor: 1, Currency: "EUR", Reason: "peace",
	})
	require.NoError(t, err)
	_, err = d.app.ReverseReceipt(t.Context(), d.collector, r.ID, "returned")
	require.NoError(t, err)
	d.amounts(owed.Items[0], 0, 0, 0, 0, 1000, 0)
	_, err = db.SealAudit(t.Context(), 100)
	require.NoError(t, err)
}

// So it is for claims: their decisions, rounds and links are kept as they were made.
func TestClaimsUnderTheApplicationRole(t *testing.T) {
	t.Parallel()
	url := testkit.Schema(t)
	require.NoError(t, store.Migrate(t.Context(), url))
	db, err := store.Open(t.Context(), url+"&role="+store.AppRole)
	require.NoError(t, err)
	t.Cleanup(db.Close)
	c := courtOn(t, deskOn(t, db, url))
	d := c.denied()
	_, err = c.app.SubmitDispute(t.Context(), c.analyst, d.ID, app.NewRound{Channel: "portal"})
	require.NoError(t, err)
	_, err = c.app.AnswerDispute(t.Context(), c.analyst, d.ID, app.ContestAnswer{Answer: "refused"})
	require.NoError(t, err)
	_, err = c.app.AppealDispute(t.Context(), c.analyst, d.ID, app.Appeal{Reason: "proof"})
	require.NoError(t, err)
	f, err := c.app.RequestEvidence(t.Context(), c.analyst, d.ID, []app.EvidenceRequest{{Kind: "claim"}})
	require.NoError(t, err)
	_, err = c.app.AnswerEvidence(t.Context(), c.analyst, d.ID, evidenceOf(f, "claim").ID, app.EvidenceAnswer{State: dispute.EvidenceNotFound})
	require.NoError(t, err)
	list, err := c.app.SplitDispute(t.Context(), c.analyst, d.ID, []app.SplitPart{{AmountMinor: 5_000}, {AmountMinor: 15_000, Reason: "other"}})
	require.NoError(t, err)
	_, err = c.app.LinkDisputes(t.Context(), c.analyst, d.ID, list[1].ID, "suspected")
	require.NoError(t, err)
	_, err = c.app.LinkDisputes(t.Context(), c.analyst, d.ID, list[1].ID, "dismissed")
	require.NoError(t, err)
	c.decide(c.second, d.ID, dispute.DecideValid)
	large := c.deduction(60_000)
	c.decide(c.analyst, large.ID, dispute.DecideInvalid)
	require.NoError(t, c.rule(c.supervisor, large.ID, true))
	_, err = c.app.PublishTriageRules(t.Context(), c.supervisor, app.NewRules{Scope: "default", Body: []byte(ourRules)})
	require.NoError(t, err)
	_, err = c.app.PutReasonCode(t.Context(), c.supervisor, dispute.ReasonCode{Code: "pallets", Name: "Pallets", Active: true})
	require.NoError(t, err)
	c.laws()
}
