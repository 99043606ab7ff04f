package scenarios_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	note "arrears/domain/notice"
)

func TestSeveralItemsInOneMessage(t *testing.T) {
	t.Parallel()
	w := reminding(t, "reserve")
	c, other := w.customer("many"), w.customer("few")
	w.owe(c, "A", "100.00 EUR", "2026-02-20")
	w.invoice(c, "B", "300.00 EUR", with("invoice_date", "2026-02-01"), instalments("EUR", "100.00 on 2026-02-25", "200.00 on 2026-02-26"))
	w.owe(c, "C", "50.00 EUR", "2026-03-10") // not due yet
	w.owe(other, "D", "70.00 EUR", "2026-02-26")
	w.deposit(c, "30.00 EUR")
	w.on("2026-03-03")
	require.Equal(t, []string{
		"A 2026-02-20 L1 email 70.00/100.00 EUR",
		"B 2026-02-25 L1 email 100.00/100.00 EUR",
		"B 2026-02-26 L1 email 200.00/200.00 EUR",
		"D 2026-02-26 L1 email 70.00/70.00 EUR",
	}, w.sent("2026-03-03"))
	mails := w.pump.Mail.Messages()
	require.Len(t, mails, 2)
	for _, mail := range mails {
		if mail.To != "many@buyer.example" {
			continue
		}
		for _, says := range []string{"A", "B", "70.00", "100.00", "200.00", "30.00", "11", "IBAN XX00"} {
			require.Contains(t, string(mail.Raw), says)
		}
	}
}

func TestAPaymentStopsWhatWaitsToGoOut(t *testing.T) {
	t.Parallel()
	w := reminding(t, "reserve")
	c := w.customer("payer")
	a, b := w.owe(c, "A", "100.00 EUR", "2026-03-02"), w.owe(c, "B", "200.00 EUR", "2026-03-02")
	w.decide("2026-03-03")
	w.pay(a, "100.00 EUR")
	w.pay(b, "50.00 EUR")
	w.pump.RunUntilQuiet()
	require.Equal(t, []string{"B 2026-03-02 L1 email 150.00/200.00 EUR"}, w.sent("2026-03-03"))
	require.Equal(t, "closed", w.caseOf(a).State)
	w.noErrors()
}

func TestAReversalBringsBackAClosedCase(t *testing.T) {
	t.Parallel()
	w := reminding(t, "reserve")
	c := w.customer("payer")
	inv := w.owe(c, "A", "100.00 EUR", "2026-03-02")
	w.on("2026-03-03")
	paid := w.pay(inv, "100.00 EUR")
	w.through("2026-03-20")
	require.Equal(t, "closed", w.caseOf(inv).State)
	w.on("2026-04-13") // after the second level's day
	w.reverse(paid)
	w.pump.RunUntilQuiet()
	require.Equal(t, []string{"A 2026-03-02 L2 email 100.00/100.00 EUR"}, w.sent("2026-04-13"), "the same cycle goes on")
	require.Equal(t, 1, w.read(inv).Items[0].Cycle)
	require.Equal(t, "active", w.caseOf(inv).State)
	require.Subset(t, w.actions(inv), []string{"case.closed", "receipt.unapplied", "case.reopened"})
	w.noErrors()
}

func TestARestartedLadderBeginsANewCycle(t *testing.T) {
	t.Parallel()
	w := reminding(t, "reserve")
	inv := w.owe(w.customer("again"), "A", "100.00 EUR", "2026-03-02")
	w.on("2026-03-03")
	w.on("2026-03-09")
	w.boss.post("/v1/invoices/"+inv.ID+"/restart", nil).ok()
	w.pump.RunUntilQuiet()
	require.Equal(t, []string{"A 2026-03-02 L1 email 100.00/100.00 EUR"}, w.sent("2026-03-09"))
	require.Equal(t, 2, w.read(inv).Items[0].Cycle)
}

func TestNoAddressFallsBackToALetter(t *testing.T) {
	t.Parallel()
	w := threeTime(t, "2013-01-14")
	c := w.customer("paper", with("contacts", []body{{"role": "billing", "address": "1 Main Street\nTown"}}))
	w.owe(c, "A", "300.00 EUR", "2013-01-18")
	require.Equal(t, []string{"A 2013-01-18 L1 letter 300.00/300.00 EUR"}, w.run("2013-01-31"))
	require.Len(t, w.pump.Post.Messages(), 1)
}

func TestNobodyToWriteToBecomesATask(t *testing.T) {
	t.Parallel()
	w := threeTime(t, "2013-01-14")
	c := w.customer("nobody", with("contacts", []body{{"role": "billing", "name": "Accounts payable"}}))
	inv := w.owe(c, "A", "300.00 EUR", "2013-01-18")
	w.through("2013-02-27")
	require.Len(t, w.tasks("no_address"), 1)
	require.Contains(t, w.reasons(inv), "unreachable")
	w.on("2013-02-28")
	w.admin.post("/v1/customers/"+c.ID+"/contacts", body{"role": "billing", "email": "found@buyer.example"}).ok()
	w.pump.RunUntilQuiet()
	require.Len(t, w.sent("2013-02-28"), 1, "a new contact is tried at once")
}

func TestARefusedAddressMovesOnToALetter(t *testing.T) {
	t.Parallel()
	w := threeTime(t, "2013-01-14")
	w.pump.Mail.Answer = func(note.Message) note.Outcome {
		return note.Outcome{Kind: note.RefusedAddress, Detail: "550 no such user"}
	}
	c := w.customer("gone")
	inv := w.owe(c, "A", "300.00 EUR", "2013-01-18")
	w.on("2013-01-31")
	require.Equal(t, []string{"A 2013-01-18 L1 letter 300.00/300.00 EUR"}, w.sent("2013-01-31"))
	require.Equal(t, 1, w.level(inv))
	require.Len(t, w.tasks("bad_address"), 1)
	w.auditor.get("/v1/customers/" + c.ID).into(&c)
	require.NotNil(t, c.Contacts[0].EmailFailedAt)
	require.Len(t, w.pump.Mail.Messages(), 1, "a refused address is not tried again")
	w.noErrors()
}
