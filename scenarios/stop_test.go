package scenarios_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestWhatStopsADraft lists what happens while a draft waits for approval, and what is asked then; 0 is nothing.
func TestWhatStopsADraft(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name    string
		happens func(w *world, c customer, inv invoice)
		asked   int64
	}{
		{"money on account", func(w *world, c customer, _ invoice) { w.deposit(c, "400.00 EUR") }, 60000},
		{"a credit that stands alone", func(w *world, c customer, _ invoice) { w.creditMemo(c, "250.00 EUR", nil) }, 75000},
		{"a credit that covers all", func(w *world, c customer, _ invoice) { w.creditMemo(c, "1000.00 EUR", nil) }, 0},
		{"a dispute", func(w *world, _ customer, inv invoice) { w.dispute(inv.Items[0], "100.00 EUR") }, 90000},
		{"a promise", func(w *world, _ customer, inv invoice) { w.promise(inv, "300.00 EUR", "2026-03-20") }, 70000},
		{"a block", func(w *world, c customer, _ invoice) { w.block(c, "2026-03-31") }, 0},
		{"a void", func(w *world, _ customer, inv invoice) { w.void(inv) }, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w, c, inv, asked := atDemand(t, "remind")
			row.happens(w, c, inv)
			require.Equal(t, "lapsed", w.approval(asked.ID).State, "at once, without a worker")
			w.decideApproval(w.boss, asked, "approve").refused(409, "approval.not_open")
			w.settle()
			open := w.openApprovals()
			if row.asked == 0 {
				require.Empty(t, open)
				return
			}
			require.Len(t, open, 1)
			require.Equal(t, row.asked, open[0].AmountMinor)
			w.noErrors()
		})
	}
}

// TestWhatStopsAnApprovedDraft lists what happens between the approval and the opening of the window.
func TestWhatStopsAnApprovedDraft(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name    string
		happens func(w *world, c customer, inv invoice)
	}{
		{"a block", func(w *world, c customer, _ invoice) { w.block(c, "2026-03-31") }},
		{"a promise", func(w *world, _ customer, inv invoice) { w.promise(inv, "1000.00 EUR", "2026-03-20") }},
		{"another address", func(w *world, c customer, _ invoice) {
			path := "/v1/contacts/" + c.Contacts[0].ID
			w.admin.patch(path, w.admin.get(path).etag, body{"email": "elsewhere@buyer.example"}).ok()
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			w, c, inv, asked := atDemand(t, "remind")
			w.pump.Step(8 * time.Hour) // in the evening
			w.approve(asked)
			w.settle()
			row.happens(w, c, inv)
			w.on("2026-03-11")
			require.Empty(t, w.sent("2026-03-11"))
			require.Equal(t, "withdrawn", w.notice(asked.SubjectID).State)
			require.Equal(t, 1, w.level(inv))
			w.noErrors()
		})
	}
}

func TestANoticeGoesToTheDunningRecipient(t *testing.T) {
	t.Parallel()
	w := reminding(t, "reserve")
	parent := w.customer("parent")
	child := w.customer("child", with("dunning_recipient_id", parent.ID))
	w.owe(child, "A", "100.00 EUR", "2026-03-02")
	w.on("2026-03-03")
	require.Equal(t, "parent@buyer.example", w.notices()[0].Recipient)
	require.Equal(t, "parent@buyer.example", w.pump.Mail.Messages()[0].To)
}

func TestCurrenciesHaveTheirOwnDecimals(t *testing.T) {
	t.Parallel()
	w := reminding(t, "reserve")
	c := w.customer("decimals")
	w.owe(c, "A", "12345 JPY", "2026-03-02")
	w.owe(c, "B", "1.234 KWD", "2026-03-02")
	w.on("2026-03-03")
	require.Equal(t, []string{
		"A 2026-03-02 L1 email 12345/12345 JPY",
		"B 2026-03-02 L1 email 1.234/1.234 KWD",
	}, w.sent("2026-03-03"))
	w.admin.post("/v1/invoices", body{
		"number": "C", "customer_id": c.ID, "currency": "XXX", "amount_minor": 1, "invoice_date": "2026-03-01", "due_date": "2026-03-02",
	}).refused(400, "receivable.invalid")
}
