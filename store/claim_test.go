package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/domain/dispute"
	"arrears/domain/money"
	"arrears/domain/receivable"
	"arrears/internal/testkit"
	"arrears/port"
)

// opened inserts a claim of the house's customer and returns it as it is stored.
func (h house) opened(t *testing.T, minor int64, change ...func(*dispute.Dispute)) dispute.Dispute {
	t.Helper()
	d := testkit.Claim(h.customer.ID, minor, change...)
	h.in(t, func(ctx context.Context, tx port.Tx) {
		number, err := tx.InsertDispute(ctx, d)
		require.NoError(t, err)
		d.Number = number
	})
	return d
}

// stored reads a claim.
func (h house) stored(t *testing.T, id uuid.UUID) dispute.Dispute {
	t.Helper()
	var d dispute.Dispute
	h.in(t, func(ctx context.Context, tx port.Tx) {
		var err error
		d, err = tx.Dispute(ctx, id)
		require.NoError(t, err)
	})
	return d
}

func claimIDs(list []dispute.Dispute) []uuid.UUID {
	ids := []uuid.UUID{}
	for _, d := range list {
		ids = append(ids, d.ID)
	}
	return ids
}

func TestAClaimIsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	receipt := receiptOf("B-1", 500)
	h.in(t, func(ctx context.Context, tx port.Tx) { require.NoError(t, tx.InsertReceipt(ctx, receipt)) })
	first := h.opened(t, 700)
	d := h.opened(t, 1000, func(d *dispute.Dispute) {
		at := noon.Add(time.Hour)
		d.ClaimReference, d.ReceiptID, d.Reason, d.Trade = "DC-77", someID(receipt.ID), "promotion", true
		d.Team, d.Owner, d.Priority, d.Round, d.PortalReference = "sales", "Kim", 2, 1, "P-1"
		d.PayableBy, d.PaidInProtest, d.DecidedBy, d.DecidedAt = date("2026-03-30"), true, "key-2", &at
		d.SplitFrom, d.ClaimedWhole, d.AttentionCode, d.Outcome = someID(first.ID), 1700, "x", dispute.Valid
		d.Parts[0].InvoiceID, d.Parts[0].ItemID = someID(h.invoice.ID), someID(h.invoice.Items[0].ID)
		d.Parts[0].Amounts = dispute.Amounts{
			ClaimedMinor: 900, UndecidedMinor: 100, CreditDueMinor: 110, CreditedMinor: 120, WrittenOffMinor: 130, RepaidMinor: 140,
			DeniedMinor: 150, WithdrawnMinor: 150,
		}
		d.Parts = append(d.Parts, dispute.Part{ID: newID(), DisputeID: d.ID, Amounts: dispute.Claim(100)})
	})
	require.Greater(t, d.Number, first.Number)
	require.Equal(t, d, h.stored(t, d.ID))
	require.Equal(t, first, h.stored(t, first.ID))
	h.refuses(t, "dispute.not_found", func(ctx context.Context, tx port.Tx) error {
		_, err := tx.Dispute(ctx, newID())
		return err
	})
	h.refuses(t, "record.exists", func(ctx context.Context, tx port.Tx) error {
		_, err := tx.InsertDispute(ctx, d)
		return err
	})
}

func TestAClaimChangesOnlyAsItWasRead(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	d := h.opened(t, 1000)
	before := d
	flag := receivable.DisputeFlag{
		ID: newID(), ItemID: h.invoice.Items[0].ID, CustomerID: h.customer.ID, AmountMinor: 400, Currency: "EUR", Reason: "damage",
		CreatedBy: "key-1", CreatedAt: noon,
	}
	require.NoError(t, d.Parts[0].Uphold(600))
	require.NoError(t, d.Parts[0].Deny(100))
	d.Parts[0].FlagID, d.Parts[0].ItemID = someID(flag.ID), someID(flag.ItemID)
	d.Parts = append(d.Parts, dispute.Part{ID: newID(), DisputeID: d.ID, Amounts: dispute.Claim(50)})
	d.State, d.Reason, d.Owner, d.PayableBy, d.DecidedBy = dispute.Investigating, "damage", "Kim", date("2026-04-01"), "key-2"
	h.in(t, func(ctx context.Context, tx port.Tx) {
		require.NoError(t, tx.InsertDisputeFlag(ctx, flag))
		require.NoError(t, tx.UpdateDispute(ctx, d))
		got, err := tx.DisputeFlag(ctx, flag.ID)
		require.NoError(t, err)
		require.Equal(t, flag, got, "a flag on a claim without invoice names none")
	})
	d.Version = 2
	require.Equal(t, d, h.stored(t, d.ID))
	h.refuses(t, "dispute.changed", func(ctx context.Context, tx port.Tx) error { return tx.UpdateDispute(ctx, before) })
	require.Equal(t, d, h.stored(t, d.ID), "a refused change changes nothing, the parts included")
	h.refuses(t, "dispute.changed", func(ctx context.Context, tx port.Tx) error {
		return tx.UpdateDispute(ctx, testkit.Claim(h.customer.ID, 5))
	})
}

func TestWhatTheDatabaseRefusesOfAClaim(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for name, c := range map[string]struct {
		code   string
		change func(*dispute.Dispute)
	}{
		"a part that is nowhere": {"dispute.law_broken", func(d *dispute.Dispute) { d.Parts[0].UndecidedMinor-- }},
		"a part too much":        {"dispute.law_broken", func(d *dispute.Dispute) { d.Parts[0].CreditedMinor++ }},
		"closed, pending": {"dispute.law_broken", func(d *dispute.Dispute) {
			d.State, d.ClosedAt, d.WakeAt = dispute.Closed, &noon, nil
		}},
		"closed, denied and open": {"dispute.law_broken", func(d *dispute.Dispute) {
			d.State, d.ClosedAt, d.WakeAt = dispute.Closed, &noon, nil
			d.Parts[0].Amounts = dispute.Amounts{ClaimedMinor: 10, DeniedMinor: 10}
		}},
		"live, without a next date": {"dispute.no_next_date", func(d *dispute.Dispute) { d.WakeAt = nil }},
		"an unknown reason":         {"reason_code.unknown", func(d *dispute.Dispute) { d.Reason = "moonlight" }},
		"nobody's":                  {"customer.not_found", func(d *dispute.Dispute) { d.CustomerID = newID() }},
	} {
		h.refuses(t, c.code, func(ctx context.Context, tx port.Tx) error {
			_, err := tx.InsertDispute(ctx, testkit.Claim(h.customer.ID, 10, c.change))
			require.Error(t, err, name)
			return err
		})
	}
	d := h.opened(t, 10)
	h.refuses(t, "dispute.law_broken", func(ctx context.Context, tx port.Tx) error {
		d.Parts[0].RepaidMinor = 1
		return tx.UpdateDispute(ctx, d)
	})
}

func TestClaimsOfItemsAndReceipts(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	receipt := receiptOf("B-1", 500)
	h.in(t, func(ctx context.Context, tx port.Tx) { require.NoError(t, tx.InsertReceipt(ctx, receipt)) })
	on := func(item int) func(*dispute.Dispute) {
		return func(d *dispute.Dispute) { d.Parts[0].ItemID = someID(h.invoice.Items[item].ID) }
	}
	a, b := h.opened(t, 100, on(0)), h.opened(t, 100, on(1))
	ended := h.opened(t, 100, on(0), func(d *dispute.Dispute) {
		d.State, d.ClosedAt, d.WakeAt, d.ReceiptID = dispute.Void, &noon, nil, someID(receipt.ID)
		d.Parts[0].Amounts = dispute.Amounts{ClaimedMinor: 100, WithdrawnMinor: 100}
	})
	h.opened(t, 100)
	h.in(t, func(ctx context.Context, tx port.Tx) {
		got, err := tx.DisputesOfItems(ctx, []uuid.UUID{h.invoice.Items[0].ID})
		require.NoError(t, err)
		require.Equal(t, []dispute.Dispute{a, ended}, got)
		got, err = tx.DisputesOfItems(ctx, []uuid.UUID{h.invoice.Items[0].ID, h.invoice.Items[1].ID})
		require.NoError(t, err)
		require.Equal(t, claimIDs([]dispute.Dispute{a, b, ended}), claimIDs(got))
		got, err = tx.DisputesOfReceipt(ctx, receipt.ID)
		require.NoError(t, err)
		require.Equal(t, claimIDs([]dispute.Dispute{ended}), claimIDs(got))
		got, err = tx.DisputesOfReceipt(ctx, newID())
		require.NoError(t, err)
		require.Empty(t, got)
	})
}

// What the database finds is at least what the domain calls one claim that came twice.
func TestSimilarClaims(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	other := customerOf("K-2")
	h.in(t, func(ctx context.Context, tx port.Tx) { require.NoError(t, tx.InsertCustomer(ctx, other)) })
	invoice := func(d *dispute.Dispute) { d.Parts[0].InvoiceID = someID(h.invoice.ID) }
	item := func(d *dispute.Dispute) { d.Parts[0].ItemID = someID(h.invoice.Items[0].ID) }
	reference := func(text string) func(*dispute.Dispute) {
		return func(d *dispute.Dispute) { d.ClaimReference = text }
	}
	reason := func(code string) func(*dispute.Dispute) { return func(d *dispute.Dispute) { d.Reason = code } }
	foreign := testkit.Claim(other.ID, 1000, reference("DC 77"), invoice)
	h.in(t, func(ctx context.Context, tx port.Tx) {
		_, err := tx.InsertDispute(ctx, foreign)
		require.NoError(t, err)
	})
	all := []dispute.Dispute{
		h.opened(t, 1000, reference("dc-77")),
		h.opened(t, 1000, invoice),
		h.opened(t, 1000, item, reason("damage")),
		h.opened(t, 1000, invoice, reason("pricing")),
		h.opened(t, 999, invoice),
		h.opened(t, 1000, invoice, func(d *dispute.Dispute) { d.CustomerReason = "other" }),
		h.opened(t, 1000, invoice, func(d *dispute.Dispute) { d.Currency = "USD" }),
		h.opened(t, 1000, invoice, func(d *dispute.Dispute) {
			d.State, d.ClosedAt, d.WakeAt = dispute.Void, &noon, nil
			d.Parts[0].Amounts = dispute.Amounts{ClaimedMinor: 1000, WithdrawnMinor: 1000}
		}),
	}
	for name, probe := range map[string]dispute.Dispute{
		"reference": h.opened(t, 5, reference("DC 77")),
		"invoice":   h.opened(t, 1000, invoice),
		"item":      h.opened(t, 1000, item, reason("damage")),
		"sorted":    h.opened(t, 1000, invoice, reason("damage")),
		"nothing":   h.opened(t, 31),
		"two parts": h.opened(t, 1000, invoice, func(d *dispute.Dispute) {
			d.Parts = append(d.Parts, dispute.Part{ID: newID(), DisputeID: d.ID, ItemID: someID(h.invoice.Items[0].ID), Amounts: dispute.Claim(999)})
		}),
	} {
		h.in(t, func(ctx context.Context, tx port.Tx) {
			got, err := tx.SimilarDisputes(ctx, probe)
			require.NoError(t, err)
			found := claimIDs(got)
			require.NotContains(t, found, probe.ID, name)
			require.NotContains(t, found, foreign.ID, name)
			for _, d := range all {
				if _, similar := dispute.Similar(probe, d); similar {
					require.Contains(t, found, d.ID, "%s: %+v", name, d)
				}
			}
		})
	}
}

func TestToleratedSince(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	tolerated := func(currency money.Currency, outcome dispute.Outcome, at string) func(*dispute.Dispute) {
		return func(d *dispute.Dispute) {
			when, err := time.Parse(time.RFC3339, at)
			require.NoError(t, err)
			d.Currency, d.Outcome, d.DecidedAt = currency, outcome, &when
			d.State, d.ClosedAt, d.WakeAt = dispute.Closed, &noon, nil
			require.NoError(t, d.Parts[0].Concede(d.Parts[0].ClaimedMinor))
		}
	}
	h.opened(t, 100, tolerated("EUR", dispute.Tolerated, "2026-02-28T23:30:00Z")) // already March in Berlin
	h.opened(t, 30, tolerated("EUR", dispute.Tolerated, "2026-03-05T10:00:00Z"))
	h.opened(t, 7, tolerated("EUR", dispute.Tolerated, "2026-02-28T22:30:00Z"))
	h.opened(t, 1000, tolerated("USD", dispute.Tolerated, "2026-03-05T10:00:00Z"))
	h.opened(t, 1000, tolerated("EUR", dispute.Settled, "2026-03-05T10:00:00Z"))
	h.in(t, func(ctx context.Context, tx port.Tx) {
		minor, cases, err := tx.ToleratedSince(ctx, h.customer.ID, "EUR", date("2026-03-01"))
		require.NoError(t, err)
		require.EqualValues(t, 130, minor)
		require.Equal(t, 2, cases)
		minor, cases, err = tx.ToleratedSince(ctx, newID(), "EUR", date("2026-03-01"))
		require.NoError(t, err)
		require.Zero(t, minor)
		require.Zero(t, cases)
	})
}
