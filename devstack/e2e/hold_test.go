package e2e

import (
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/devstack/e2e/house"
	"arrears/domain/calendar"
	"arrears/domain/casework"
	"arrears/domain/receivable"
)

// A promise holds the chase to its day. Kept, it ends the case; broken, the ladder goes on.
func TestPromisesAreKeptAndBroken(t *testing.T) {
	t.Parallel()
	h := house.New(t, house.Options{Clock: house.Stepped("2026-03-02 09:00")})
	due := calendar.MustDate("2026-03-02")
	kept := h.Invoice(h.Customer("2001"), "K-1", 300_00, due)
	broken := h.Invoice(h.Customer("2002"), "B-1", 400_00, due)
	h.Advance("2026-03-10 10:00")
	require.Len(t, h.Mails("2001"), 1)
	require.Len(t, h.Mails("2002"), 1)

	until := calendar.MustDate("2026-03-25")
	first, second := h.Promise(kept, 300_00, until), h.Promise(broken, 400_00, until)
	h.Advance("2026-03-24 10:00")
	require.Len(t, h.Mails("2001"), 1, "the second reminder's day has passed")
	require.Len(t, h.Mails("2002"), 1)
	h.Pay(kept, 300_00)
	h.Advance("2026-03-25 23:00")
	require.Equal(t, casework.CaseClosed, h.Case(kept).State)
	require.Equal(t, receivable.PromiseKept, promise(t, h, first))
	require.Equal(t, receivable.PromiseOpen, promise(t, h, second), "the promised day is not over")

	h.Advance("2026-03-26 12:00")
	require.Equal(t, receivable.PromiseBroken, promise(t, h, second))
	mails := h.Mails("2002")
	require.Len(t, mails, 2, "the ladder goes on")
	require.Contains(t, mails[1].Text, "400.00")
	requireInOrder(t, h.Actions(broken), "promise.made", "promise.broken", "line.gathered", "line.sent")
	h.Laws()
}

func promise(t *testing.T, h *house.House, p receivable.Promise) receivable.PromiseState {
	t.Helper()
	found, err := h.App.Promise(t.Context(), house.Clerk, p.ID)
	require.NoError(t, err)
	return found.State
}

// A disputed part and a block hold back what they name and nothing else, and letting go brings the rest back.
func TestDisputesAndBlocksHoldBack(t *testing.T) {
	t.Parallel()
	h := house.New(t, house.Options{Clock: house.Stepped("2026-03-02 09:00")})
	due := calendar.MustDate("2026-03-02")
	disputed := h.Invoice(h.Customer("2101"), "D-1", 1_000_00, due)
	blocked := h.Invoice(h.Customer("2102"), "S-1", 500_00, due)
	flag, err := h.App.FlagDispute(t.Context(), house.Clerk, app.NewDisputeFlag{
		ItemID: h.Item(disputed).ID, AmountMinor: 250_00, Currency: "EUR", Reason: "damage",
	})
	require.NoError(t, err)
	block, err := h.App.SetBlock(t.Context(), house.Clerk, app.NewBlock{
		InvoiceID: some(blocked.ID), Reason: "customer_request", Until: calendar.MustDate("2026-04-30"),
	})
	require.NoError(t, err)

	h.Advance("2026-03-10 10:00")
	mails := h.Mails("2101")
	require.Len(t, mails, 1)
	require.Contains(t, mails[0].Text, "750.00")
	require.Empty(t, h.Mails("2102"))

	_, err = h.App.ReleaseDispute(t.Context(), house.Clerk, flag.ID, "the goods were in order")
	require.NoError(t, err)
	h.Advance("2026-03-24 10:00")
	mails = h.Mails("2101")
	require.Len(t, mails, 2)
	require.Contains(t, mails[1].Text, "Please pay: EUR 1,000.00")
	_, err = h.App.ReleaseBlock(t.Context(), house.Clerk, block.ID)
	require.NoError(t, err)
	h.Advance("2026-03-26 10:00")
	require.Len(t, h.Mails("2102"), 1, "one step, the first, however much time has passed")
	require.Equal(t, 1, h.Item(blocked).Level)
	h.Laws()
}
