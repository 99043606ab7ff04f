package scenarios_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestAPreviewComesTrue compares what the preview says with what happens when nobody pays.
func TestAPreviewComesTrue(t *testing.T) {
	t.Parallel()
	w := begin(t, "2026-03-02")
	w.publish(`
key: plain
stages:
  - {key: courtesy, moment: due - 3 business days, action: notice, template: courtesy}
  - {key: l1, moment: due + 5 days, action: notice, template: reminder-1}
  - {key: call, moment: due + 12 days, action: task, task: Call the customer}
  - {key: l2, moment: 14 days after previous notice, action: notice, template: reminder-2}
  - {key: l3, moment: end of month of due + 40 days, action: notice, template: final-demand}
`)
	w.byDefault("plain")
	c := w.customer("berlin", with("time_zone", "Europe/Berlin"), with("calendar", "DE"))
	inv := w.owe(c, "A", "100.00 EUR", "2026-03-19")
	var told struct {
		Lines []struct {
			Stage string `json:"stage"`
			On    string `json:"on"`
		} `json:"lines"`
	}
	w.clerk.post("/v1/policies/preview", body{"invoice_id": inv.ID}).into(&told)
	var want, got []string
	for _, l := range told.Lines {
		if l.Stage != "" {
			want = append(want, l.On+" "+l.Stage)
		}
	}
	w.through("2026-07-31")
	for _, s := range w.caseOf(inv).Steps {
		require.Equal(t, "done", s.State)
		got = append(got, s.DoneOn+" "+s.Stage)
	}
	require.Len(t, want, 5)
	require.Equal(t, want, got)
	w.noErrors()
}

func TestATimelineTellsInWords(t *testing.T) {
	t.Parallel()
	w, c, inv, asked := atDemand(t, "remind")
	w.decideApproval(w.admin, asked, "approve").refused(403, "approval.four_eyes")
	w.promise(inv, "100.00 EUR", "2026-03-12")
	w.dispute(inv.Items[0], "50.00 EUR")
	w.reverse(w.pay(inv, "10.00 EUR"))
	w.block(c, "2026-03-16")
	w.clerk.post("/v1/notes", body{"customer_id": c.ID, "invoice_id": inv.ID, "kind": "call", "outcome": "will_pay", "body": "Said so."}).ok()
	w.through("2026-03-20")
	for _, e := range list[entry](w.auditor, "/v1/invoices/"+inv.ID+"/timeline") {
		require.NotEmpty(t, e.Text, e.Action)
		for _, leftover := range []string{"{", "()", "_minor", "  "} {
			require.NotContains(t, e.Text, leftover, e.Action)
		}
		require.True(t, strings.HasSuffix(e.Text, "."), "%s: %s", e.Action, e.Text)
	}
}

func TestACreditHoldIsRequestedOnce(t *testing.T) {
	t.Parallel()
	w := begin(t, "2026-03-02")
	w.publish(`
key: holding
stages:
  - {key: l1, moment: due + 1 day, action: notice, template: reminder-1}
  - {key: hold, moment: due + 3 days, action: credit_hold, conditions: {overdue_total: {EUR: "150.00"}}, when_unmet: pass}
`)
	w.byDefault("holding")
	c, small := w.customer("large"), w.customer("small")
	w.owe(c, "A", "100.00 EUR", "2026-03-02")
	w.owe(c, "B", "100.00 EUR", "2026-03-02")
	passed := w.owe(small, "C", "100.00 EUR", "2026-03-02")
	w.through("2026-03-06")
	require.Equal(t, "requested", w.customerNow(c).CreditHold)
	require.Empty(t, w.customerNow(small).CreditHold)
	require.Len(t, w.tasks("credit_hold"), 1)
	require.Equal(t, "hold", w.read(passed).Items[0].LastStageDone, "the ladder goes on past it")
	w.boss.post("/v1/customers/"+c.ID+"/credit-hold", body{"state": "in_force"}).ok()
	require.Equal(t, "in_force", w.customerNow(c).CreditHold)
}

func (w *world) customerNow(c customer) customer {
	w.Helper()
	w.auditor.get("/v1/customers/" + c.ID).into(&c)
	return c
}

func TestACallsFollowUpBecomesATask(t *testing.T) {
	t.Parallel()
	w, c, inv := owing(t, "resume")
	w.clerk.post("/v1/notes", body{
		"customer_id": c.ID, "invoice_id": inv.ID, "kind": "call", "outcome": "no_answer", "body": "Try again.", "follow_up_on": "2026-03-09",
	}).ok()
	require.Len(t, w.tasks("follow_up"), 1)
}

// TestTheNearestPolicyWins assigns policies at each scope: invoice before customer before segment before default.
func TestTheNearestPolicyWins(t *testing.T) {
	t.Parallel()
	w := begin(t, "2026-03-02")
	for _, key := range []string{"of-invoice", "of-customer", "of-segment", "of-house"} {
		w.publish("key: " + key + "\nstages:\n  - {key: " + key + ", moment: due + 1 day, action: notice, template: reminder-1}\n")
	}
	w.byDefault("of-house")
	w.admin.post("/v1/policies/assign", body{"scope": "segment", "target": "gold", "policy_key": "of-segment"}).ok()
	gold := with("segment", "gold")
	own := w.customer("own", gold, following("of-customer"))
	w.owe(own, "of-invoice", "1.00 EUR", "2026-03-02", following("of-invoice"))
	w.owe(own, "of-customer", "1.00 EUR", "2026-03-02")
	w.owe(w.customer("golden", gold), "of-segment", "1.00 EUR", "2026-03-02")
	w.owe(w.customer("other"), "of-house", "1.00 EUR", "2026-03-02")
	w.on("2026-03-03")
	lines := 0
	for _, n := range w.notices() {
		for _, l := range n.Lines {
			require.Equal(t, w.items[l.ItemID].invoice, l.Stage)
			lines++
		}
	}
	require.Equal(t, 4, lines)
}

// TestTheSameRequestTwiceIsOne repeats requests under their keys, as a caller does that lost the answer.
func TestTheSameRequestTwiceIsOne(t *testing.T) {
	t.Parallel()
	w, _, inv := owing(t, "resume")
	send := func(path, raw, key string) answer {
		return w.clerk.send("POST", path, "application/json", []byte(raw), "Idempotency-Key", key)
	}
	promised := `{"invoice_id": "` + inv.ID + `", "amount_minor": 100, "currency": "EUR", "due_on": "2026-03-10"}`
	paid := `{"number": "R-1", "customer_id": "` + inv.CustomerID + `", "currency": "EUR", "amount_minor": 10000, "value_date": "2026-03-03",
		"applications": [{"invoice_id": "` + inv.ID + `", "amount_minor": 10000}]}`
	for path, raw := range map[string]string{"/v1/promises": promised, "/v1/receipts": paid} {
		key := newKey()
		first := send(path, raw, key)
		first.ok()
		again := send(path, raw, key)
		require.Equal(t, string(first.body), string(again.body))
		send(path, strings.Replace(raw, "EUR", "USD", 1), key).refused(409, "idempotency.key_reused")
	}
	send("/v1/receipts", paid, newKey()).ok() // the number is known: nothing new
	require.Equal(t, int64(90000), w.read(inv).Items[0].OpenMinor)
	require.Len(t, list[promise](w.auditor, "/v1/promises?invoice_id="+inv.ID), 1)
}
