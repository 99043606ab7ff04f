package e2e

import (
	"bytes"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/devstack/e2e/house"
	"arrears/domain/calendar"
	"arrears/domain/casework"
	"arrears/domain/notice"
	"arrears/domain/receivable"
	"arrears/workflows/contract"
)

func some(id uuid.UUID) uuid.NullUUID { return uuid.NullUUID{UUID: id, Valid: true} }

// The main job under the shipped policy: two invoices are reminded in one mail, the final demand waits for a supervisor, a
// receipt stops the chase of one, the other goes on, and the receipt's reversal brings the first back.
func TestAPortfolioCollectsItself(t *testing.T) {
	t.Parallel()
	h := house.New(t, house.Options{Clock: house.Stepped("2026-03-02 09:00")})
	c := h.Customer("1001", func(in *app.NewCustomer) { in.Contacts[0].Name = "Jörg & Söhne <Berlin>" })
	due := calendar.MustDate("2026-03-10")
	first, second := h.Invoice(c, "A-1", 1_000_00, due), h.Invoice(c, "A-2", 250_50, due)
	copied := []byte("%PDF-1.4 a copy of A-1")
	_, err := h.App.StoreDocument(t.Context(), house.Clerk, app.NewDocument{
		InvoiceID: some(first.ID), Kind: "invoice", Filename: "A-1.pdf", MediaType: "application/pdf", Content: bytes.NewReader(copied),
	})
	require.NoError(t, err)

	h.Advance("2026-03-09 07:59")
	require.Empty(t, h.Mails("1001"), "the window opens at eight, on Monday")
	h.Advance("2026-03-16 12:00")
	mails := h.Mails("1001")
	require.Len(t, mails, 2, "a courtesy reminder and the first reminder")
	reminder := mails[1]
	require.Equal(t, "Mon, 16 Mar 2026 08:00:00 +0000", reminder.Header.Get("Date"))
	requireReminder(t, c, reminder, copied)
	require.Equal(t, mails[0].MessageID, reminder.Header.Get("In-Reply-To"), "notices on the same items thread")
	require.Equal(t, 1, h.Item(first).Level)

	h.Advance("2026-04-09 10:00")
	require.Len(t, h.Mails("1001"), 3, "the final demand is not sent")
	ap := h.AwaitApproval()
	require.EqualValues(t, 1_250_50, ap.AmountMinor)
	require.Equal(t, "final-demand", ap.Stage)
	h.Decide(ap, true)
	h.Quiet()
	final := h.AwaitMails("1001", 4)[3]
	requireFrozen(t, h, ap.SubjectID, final)
	require.Equal(t, 3, h.Item(second).Level)

	receipt := h.Pay(first, 1_000_00)
	h.Quiet()
	require.Equal(t, casework.CaseClosed, h.Case(first).State)
	require.Equal(t, "completed", h.Status(contract.KindInvoice, first.ID))
	closed := h.RunID(contract.KindInvoice, first.ID)
	h.Advance("2026-04-22 10:00")
	require.Len(t, h.Tasks("credit_hold"), 1, "the unpaid one goes on")

	h.Reverse(receipt)
	h.Quiet()
	require.Equal(t, casework.CaseActive, h.Case(first).State)
	require.NotEqual(t, closed, h.RunID(contract.KindInvoice, first.ID), "a new run")
	require.Equal(t, "running", h.Status(contract.KindInvoice, first.ID))
	item := h.Item(first)
	require.Equal(t, 1, item.Cycle, "the ladder goes on where it stood")
	require.Equal(t, 3, item.Level)

	h.Pay(first, 1_000_00)
	h.Pay(second, 250_50)
	h.Quiet()
	requireInOrder(t, h.Actions(first), "invoice.created", "case.armed", "line.gathered", "line.sent", "line.drafted",
		"line.sent", "receipt.applied", "case.closed", "case.reopened", "case.closed")
	h.Laws()
	record(t, h, "reopened", contract.KindInvoice, first.ID)
}

// requireReminder checks the first reminder as its recipient reads it.
func requireReminder(t *testing.T, c receivable.Customer, m house.Letter, copied []byte) {
	t.Helper()
	require.Equal(t, "receivables@nordwind.example", m.From)
	require.Contains(t, m.Header.Get("From"), "receivables@nordwind.example")
	require.Equal(t, "auto-generated", m.Header.Get("Auto-Submitted"))
	customer, domain, err := notice.ParseReplyAddress(replyTo(t, m))
	require.NoError(t, err)
	require.Equal(t, c.ID, customer, "an answer finds its customer")
	require.Equal(t, "reply.nordwind.example", domain)
	for _, text := range []string{m.Text, m.HTML} {
		for _, said := range []string{"A-1", "A-2", "1,000.00", "250.50", "1,250.50", "PO-A-1", "IBAN DE00 0000 0000 0000 0000 00"} {
			require.Contains(t, text, said)
		}
	}
	require.Contains(t, m.Text, "Jörg & Söhne <Berlin>")
	require.Contains(t, m.HTML, "Jörg &amp; Söhne &lt;Berlin&gt;")
	require.NotContains(t, m.HTML, "<Berlin>")
	require.Equal(t, map[string][]byte{"A-1.pdf": copied}, m.Files)
}
