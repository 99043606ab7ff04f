package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/calendar"
	"arrears/port"
)

func TestWhatWaitsIsShownAndApplied(t *testing.T) {
	s := newSession(t)
	customerAt(t, s.p.App, "C-1")
	s.do(exitDone, "bank", "confirm", "DE75512108001245126199")
	s.load("day.json", goodDay)
	list := s.do(exitDone, "cash", "exceptions", "--kind", "receipt", "--currency", "EUR")
	require.Contains(t, list, "receipt  100.00  EUR     0      0  Nobody Known")
	require.Contains(t, list, "Nobody is known to have paid it")
	id := idIn(list).String()
	require.Equal(t, "none\n", s.do(exitDone, "cash", "exceptions", "--customer", "C-1"))
	require.Contains(t, s.do(exitWrong, "cash", "exceptions", "--currency", "eur"), "money.unknown_currency")
	require.Contains(t, s.do(exitWrong, "rates", "list", "--base", "eur"), "money.unknown_currency")
	require.Contains(t, s.do(exitWrong, "rates", "list", "--quote", "eur"), "money.unknown_currency")
	require.Contains(t, s.do(exitWrong, "bank", "entries", "--outcome", "nonsense"), "usage: ")
	require.Equal(t, "none\n", s.do(exitDone, "bank", "entries", "--outcome", "return-open"))
	shown := s.do(exitDone, "cash", "show", id)
	require.Contains(t, shown, "payer       Nobody Known")
	require.Contains(t, shown, "why         Nobody is known to have paid it")
	require.Contains(t, shown, "words       thanks")
	require.Contains(t, s.do(exitDone, "cash", "identify", id, "--customer", "C-1"), "on account  EUR 100.00")
	require.Contains(t, s.do(exitRefused, "cash", "apply", id, id), "cash_proposal.not_found")
	require.Contains(t, s.do(exitRefused, "cash", "show", "018f6d2e-7c3a-7b1d-9a52-3f0c6d1e8b40"), "cash_exception.not_found")
	require.Equal(t, ": by hand", closedBy(func() (f app.CashExceptionFile) { f.Outcome = "by_hand"; return f }()))
}

// waits loads a payment, and returns what waits and its receipt.
func (s *session) waits(content string) (exception, receipt string) {
	s.t.Helper()
	s.do(exitDone, "bank", "confirm", "DE75512108001245126199")
	s.load("day.json", content)
	exception = idIn(s.do(exitDone, "cash", "exceptions", "--kind", "receipt")).String()
	_, after, found := strings.Cut(s.do(exitDone, "cash", "show", exception), "receipt     ")
	require.True(s.t, found)
	return exception, idIn(after).String()
}

// owes enters an invoice of the customer C-1.
func (s *session) owes(number string, minor int64) {
	s.t.Helper()
	found, err := s.p.App.ListCustomers(s.t.Context(), operator(), port.CustomerFilter{Number: "C-1"}, port.Page{})
	require.NoError(s.t, err)
	_, err = s.p.App.CreateInvoice(s.t.Context(), operator(), app.NewInvoice{
		Source: "test", Number: number, CustomerID: found.Items[0].ID, Currency: "EUR", AmountMinor: minor, InvoiceDate: calendar.MustDate("2026-03-01"),
	})
	require.NoError(s.t, err)
}

func TestMoneyIsPutByHandMovedAndPaidBack(t *testing.T) {
	s := newSession(t)
	customerAt(t, s.p.App, "C-1")
	s.owes("RE-1", 60_00)
	s.owes("RE-2", 50_00)
	id, receipt := s.waits(goodDay)
	require.Contains(t, s.do(exitDone, "cash", "take", id), "taken by    operator")
	require.NotContains(t, s.do(exitDone, "cash", "release", id), "taken by")
	require.Equal(t, "none\n", s.do(exitDone, "cash", "exceptions", "--closed"))
	require.Contains(t, s.do(exitDone, "cash", "waiting"), "receipt         1  100.00  EUR")

	require.Contains(t, s.do(exitWrong, "cash", "allocate", id, "--customer", "C-1", "--line", "RE-1"), "usage: ")
	require.Contains(t, s.do(exitRefused, "cash", "allocate", id, "--customer", "C-1", "--line", "RE-9=5"), "invoice.not_found")
	done := s.do(exitDone, "cash", "allocate", id, "--customer", "C-1", "--line", "RE-1=58.00", "--claim", "RE-1=2.00=SH", "--on-account")
	require.Contains(t, done, "kind        receipt, closed: by hand")
	require.Contains(t, done, "applied     EUR 58.00")
	require.Contains(t, done, "on account  EUR 42.00")
	require.Contains(t, done, "customer    C-1  Customer C-1")
	require.Contains(t, s.do(exitDone, "cash", "applications", "--customer", "C-1", "--invoice", "RE-1", "--receipt", receipt), "58.00  EUR")

	require.Equal(t, "EUR 50.00 of EUR 100.00 is applied, EUR 50.00 stands on account\n",
		s.do(exitDone, "cash", "undo", receipt, "--reason", "the wrong invoice", "--line", "RE-2=50"))
	require.Contains(t, s.do(exitDone, "cash", "applications", "--undone"), "58.00  EUR")

	proposed := s.do(exitDone, "cash", "refund", "propose", receipt, "30", "--reason", "paid too much")
	require.Contains(t, proposed, "of EUR 30.00: paid too much")
	refund := idIn(proposed).String()
	require.Contains(t, s.do(exitDone, "cash", "refund", "list", "--state", "proposed", "--customer", "C-1"), "30.00  EUR")
	require.Contains(t, s.do(exitRefused, "cash", "refund", "approve", refund), "approval.four_eyes")
	require.Contains(t, s.do(exitRefused, "cash", "refund", "paid", refund, "--on", "2026-03-31"), "refund.not_approved")
}

func TestNobodysMoneyIsHeldFreedAndPaidBack(t *testing.T) {
	s := newSession(t)
	id, receipt := s.waits(goodDay)
	require.Contains(t, s.do(exitDone, "cash", "hold", id, "--reason", "sanctions"), "held        sanctions")
	require.NotContains(t, s.do(exitDone, "cash", "free", id), "held  ")
	require.Contains(t, s.do(exitRefused, "cash", "resolve", id), "cash_exception.kind")
	require.Contains(t, s.do(exitDone, "cash", "rematch"), "0 applied by themselves")
	require.Contains(t, s.do(exitRefused, "cash", "reject", id, id), "cash_proposal.not_found")
	require.Contains(t, s.do(exitDone, "cash", "not-ours", id), "closed: not ours")
	require.Contains(t, s.do(exitDone, "cash", "exceptions", "--closed"), id)
	refund := idIn(s.do(exitDone, "cash", "refund", "propose", receipt, "100.00", "--reason", "it is not for us")).String()
	require.Contains(t, s.do(exitRefused, "cash", "refund", "refuse", refund, "--comment", "no"), "approval.four_eyes")
}

func TestRulesOfMatchingAreKept(t *testing.T) {
	s := newSession(t)
	customerAt(t, s.p.App, "C-2")
	text := s.do(exitDone, "cash", "rules", "default")
	require.Contains(t, text, "automatic_from")
	file := s.file("rules.yaml", "automatic_from: 900\n")
	require.Equal(t, "valid\n", s.do(exitDone, "cash", "rules", "check", file))
	require.Contains(t, s.do(exitWrong, "cash", "rules", "check", s.file("wrong.yaml", "automatic_form: 900\n")), "matching_rules.invalid")
	require.Equal(t, "published  customer, version 1\n", s.do(exitDone, "cash", "rules", "put", file, "--customer", "C-2"))
	require.Equal(t, "published  segment, version 1\n", s.do(exitDone, "cash", "rules", "put", file, "--segment", "small"))
	require.Equal(t, "published  default, version 1\n", s.do(exitDone, "cash", "rules", "put", file))
	list := s.do(exitDone, "cash", "rules", "list")
	require.Contains(t, list, "segment   small")
	require.Contains(t, s.do(exitDone, "cash", "rules", "list", "--limit", "1"), "… there are more: --after ")
	_, last, _ := strings.Cut(list, "small")
	require.Contains(t, s.do(exitDone, "cash", "rules", "show", idIn(last).String()), `"automatic_from": 900`)
}

func TestAccountsOfPayersAreConfirmedRefusedAndForgotten(t *testing.T) {
	s := newSession(t)
	customerAt(t, s.p.App, "C-1")
	account := []string{"gb29 nwbk 6016 1331 9268 19", "--customer", "C-1"}
	require.Contains(t, s.do(exitRefused, append([]string{"cash", "payers", "remove"}, account...)...), "payer_account.not_found")
	require.Contains(t, s.do(exitDone, append([]string{"cash", "payers", "confirm"}, account...)...), "known  GB29NWBK60161331926819 of customer C-1\n")
	require.Contains(t, s.do(exitDone, append([]string{"cash", "payers", "refuse"}, account...)...), "refused  GB29NWBK60161331926819")
	require.Contains(t, s.do(exitDone, append([]string{"cash", "payers", "remove"}, account...)...), "removed  GB29NWBK60161331926819")
	require.Contains(t, s.do(exitDone, "cash", "payers", "list", "--customer", "C-1", "--state", "removed"), "GB29NWBK60161331926819  C-1       removed         0")
}

func TestAProposalSaysWhatItDoesAndLongNamesAreClipped(t *testing.T) {
	s := newSession(t)
	customerAt(t, s.p.App, "C-1")
	s.owes("RE-1", 100_00)
	s.owes("RE-2", 100_00)
	id, _ := s.waits(strings.Replace(goodDay, "Nobody Known", "Customer C-1", 1))
	shown := s.do(exitDone, "cash", "show", id)
	require.Contains(t, shown, "likely of   C-1  Customer C-1")
	require.Contains(t, shown, "  EUR 100.00 on RE-")
	require.Contains(t, shown, "  - ")
	require.Contains(t, shown, "\narrears cash apply "+id+" ")
	require.Equal(t, strings.Repeat("x", 31)+"…", clipped(strings.Repeat("x", 33)))
	require.Equal(t, "Straße", clipped("Straße"))
}
