package scenarios_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// These are the rows of ERPNext's dunning, and of OCA's warning.

// reminder is a policy of one e-mail a day after the due date; credits is what its field says.
func reminder(credits string) string {
	return `
key: reminder
min_days_between_notices: 0
credits: ` + credits + `
stages:
  - {key: l1, moment: due + 1 day, action: notice, template: reminder-1}
  - {key: l2, moment: due + 31 days, action: notice, template: reminder-2}
`
}

// reminding is an installation with that policy; its first day is a Monday.
func reminding(t *testing.T, credits string) *world {
	t.Helper()
	w := begin(t, "2026-03-02")
	w.publish(reminder(credits))
	w.byDefault("reminder")
	return w
}

func TestS28OverdueCountAndAmount(t *testing.T) {
	t.Parallel()
	w := reminding(t, "reserve")
	c := w.customer("warned")
	w.owe(c, "A", "500.00 EUR", "2026-02-25")
	w.owe(c, "B", "1000.00 EUR", "2026-04-01")
	overdue := list[invoiceRow](w.auditor, "/v1/invoices?state=overdue&customer_id="+c.ID)
	require.Len(t, overdue, 1)
	require.Equal(t, int64(50000), overdue[0].OpenMinor)
}

func TestS31WithoutFeesTheOutstandingIsAsked(t *testing.T) {
	t.Parallel()
	w := reminding(t, "reserve")
	inv := w.owe(w.customer("plain"), "A", "100.00 EUR", "2026-02-11")
	w.on("2026-03-03")
	n := w.notices()[0]
	require.Equal(t, int64(10000), n.AskedMinor)
	require.Equal(t, int64(10000), n.Lines[0].OpenMinor)
	require.Equal(t, int64(10000), n.Lines[0].AskMinor)
	require.Equal(t, 20, n.Lines[0].DaysPastDue)
	require.Equal(t, int64(10000), w.read(inv).Items[0].OpenMinor)
}

func TestS34TwoInvoicesInOneLetter(t *testing.T) {
	t.Parallel()
	w := reminding(t, "reserve")
	c := w.customer("both")
	w.owe(c, "A", "100.00 EUR", "2026-02-25")
	w.owe(c, "B", "300.00 EUR", "2026-02-25")
	w.on("2026-03-03")
	require.Len(t, w.notices(), 1)
	require.Equal(t, []string{
		"A 2026-02-25 L1 email 100.00/100.00 EUR",
		"B 2026-02-25 L1 email 300.00/300.00 EUR",
	}, w.sent("2026-03-03"))
	require.Equal(t, int64(40000), w.notices()[0].AskedMinor)
}

func TestS35APaidInstalmentComesBackWithItsPayment(t *testing.T) {
	t.Parallel()
	w := reminding(t, "reserve")
	inv := w.invoice(w.customer("half"), "A", "100.00 EUR", with("invoice_date", "2026-02-25"),
		instalments("EUR", "50.00 on 2026-03-02", "50.00 on 2026-03-07"))
	w.on("2026-03-03")
	require.Equal(t, []string{"A 2026-03-02 L1 email 50.00/50.00 EUR"}, w.sent("2026-03-03"))

	paid := w.payItem(inv, inv.Items[0], "50.00 EUR")
	w.settle()
	items := w.read(inv).Items
	require.Zero(t, items[0].OpenMinor)
	require.Equal(t, int64(5000), items[1].OpenMinor)
	require.Equal(t, "active", w.caseOf(inv).State, "the other instalment is still to come")

	w.reverse(paid)
	w.on("2026-03-04")
	items = w.read(inv).Items
	require.Equal(t, int64(5000), items[0].OpenMinor)
	require.Equal(t, 1, items[0].Level, "the level that was sent stays")
	require.Equal(t, 1, items[0].Cycle)
	require.Len(t, list[invoiceRow](w.auditor, "/v1/invoices?state=overdue"), 1)
	w.on("2026-04-02")
	require.Contains(t, w.sent("2026-04-02"), "A 2026-03-02 L2 email 50.00/50.00 EUR")
	w.noErrors()
}

// creditMemo enters a credit memo; with an invoice it is applied to it.
func (w *world) creditMemo(c customer, amount string, on *invoice) string {
	w.Helper()
	minor, currency := w.minor(amount)
	in := body{"number": "CM" + newKey(), "customer_id": c.ID, "currency": currency, "amount_minor": minor, "memo_date": w.pump.Today().String()}
	if on != nil {
		in["invoice_id"] = on.ID
	}
	var made struct {
		ID string `json:"id"`
	}
	w.admin.post("/v1/credit-memos", in).into(&made)
	return made.ID
}

func TestS36ACreditResolvesAndItsVoidUndoes(t *testing.T) {
	t.Parallel()
	w := reminding(t, "reserve")
	c := w.customer("credited")
	inv := w.owe(c, "A", "100.00 EUR", "2026-03-02")
	w.on("2026-03-03")
	require.Equal(t, 1, w.level(inv))
	memo := w.creditMemo(c, "100.00 EUR", &inv)
	w.settle()
	require.Equal(t, "closed", w.caseOf(inv).State)

	w.admin.post("/v1/credit-memos/"+memo+"/void", body{"reason": "issued by mistake"}).ok()
	w.settle()
	require.Equal(t, "active", w.caseOf(inv).State)
	require.Equal(t, int64(10000), w.read(inv).Items[0].OpenMinor)
	w.on("2026-04-02")
	require.Equal(t, []string{"A 2026-03-02 L2 email 100.00/100.00 EUR"}, w.sent("2026-04-02"))
}

// Peers ignore a credit that stands alone. Ours resolves nothing by it either, but by policy it is reserved: what it covers
// is not asked for, and if nothing is left a clerk is asked to apply it.
func TestS37ACreditThatStandsAlone(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		credits, memo string
		lines         []string
		tasks         int
	}{
		{"show", "100.00 EUR", []string{"A 2026-03-02 L2 email 100.00/100.00 EUR"}, 0},
		{"reserve", "40.00 EUR", []string{"A 2026-03-02 L2 email 60.00/100.00 EUR"}, 0},
		{"reserve", "100.00 EUR", []string{}, 1},
	} {
		t.Run(row.credits+" "+row.memo, func(t *testing.T) {
			t.Parallel()
			w := reminding(t, row.credits)
			c := w.customer("alone")
			inv := w.owe(c, "A", "100.00 EUR", "2026-03-02")
			w.on("2026-03-03")
			w.creditMemo(c, row.memo, nil)
			w.settle()
			require.Equal(t, int64(10000), w.read(inv).Items[0].OpenMinor)
			require.Equal(t, "active", w.caseOf(inv).State)
			w.on("2026-04-02")
			require.Equal(t, row.lines, w.sent("2026-04-02"))
			require.Len(t, w.tasks("apply_credit"), row.tasks)
		})
	}
}

// Peers refuse a second currency in a notice. Ours never puts two together: each currency has a notice of its own.
func TestS38OneCurrencyPerNotice(t *testing.T) {
	t.Parallel()
	w := reminding(t, "reserve")
	c := w.customer("mixed")
	w.owe(c, "A", "100.00 EUR", "2026-03-02")
	w.owe(c, "B", "200.00 USD", "2026-03-02")
	w.owe(c, "C", "300.00 EUR", "2026-03-02")
	w.on("2026-03-03")
	asked := map[string]int64{}
	for _, n := range w.notices() {
		require.Equal(t, "sent", n.State)
		asked[n.Currency] += n.AskedMinor
	}
	require.Equal(t, map[string]int64{"EUR": 40000, "USD": 20000}, asked)
	require.Len(t, w.notices(), 2)
	require.Len(t, w.pump.Mail.Messages(), 2)
}
