package faults

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/devstack/e2e/house"
	"arrears/devstack/mailsink"
	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/domain/casework"
	"arrears/domain/receivable"
	"arrears/internal/failpoint"
)

// scene is work during which a process comes to a point, gets killed there, and is started again.
type scene func(t *testing.T, trap string) *stage

// stage is what a scene leaves behind.
type stage struct {
	h    *house.House
	crew *crew
}

// scenes are those of the points that a wave of reminders does not come to.
func scenes() map[string]scene {
	return map[string]scene{
		failpoint.APIReserved:            askedTwice,
		failpoint.APIAfterCommit:         askedTwice,
		failpoint.APIBeforeAnswer:        askedTwice,
		failpoint.ImportBegan:            loaded,
		failpoint.ImportAfterBatch:       loaded,
		failpoint.ImportBeforeFinish:     loaded,
		failpoint.StepBeforeCommit:       asked,
		failpoint.StepAfterCommit:        asked,
		failpoint.ParkBeforeCommit:       parked,
		failpoint.ParkAfterCommit:        parked,
		failpoint.BankBeforeCommit:       statement,
		failpoint.BankAfterCommit:        statement,
		failpoint.DeadlineAfterCommit:    overdueDraft,
		failpoint.DispatchWithoutSending: paidInDoubt,
		failpoint.WebhookAfterSend:       told,
	}
}

// A process that dies at any named point leaves nothing undone, nothing twice and nothing lost.
func TestKilledAtEveryPoint(t *testing.T) {
	t.Parallel()
	special := scenes()
	for _, p := range failpoint.All() {
		t.Run(p.Name, func(t *testing.T) {
			t.Parallel()
			play := wave
			if s, ok := special[p.Name]; ok {
				play = s
			}
			s := play(t, trap(t, p.Name))
			defer s.crew.dismiss()
			require.Equal(t, 1, s.crew.kills(), "one process died, at its point")
			s.h.Laws()
			s.h.Replays(5)
			expected := "nothing twice"
			switch {
			case p.Name == failpoint.WebhookAfterSend:
				expected = "the same event again under the same id"
				require.Zero(t, s.h.Resent())
			case p.Window:
				expected = "the same bytes again at most, counted"
				require.Positive(t, s.h.Resent(), "the point is inside the window")
			case p.Process != failpoint.Worker:
				require.Zero(t, s.h.Resent(), "no mail was under way in the process that died")
				require.Zero(t, s.h.Duplicates())
			case p.Name == failpoint.DispatchWithoutSending:
				expected = "withdrawn, nothing sent again"
			}
			tell(t, s.h, outcome{group: groupPoints, fault: "`" + p.Name + "` (" + p.Process + "): " + p.Where, expected: expected, kills: s.crew.kills()})
		})
	}
}

// overdue enters customers with one overdue invoice each.
func overdue(h *house.House, from, n int) {
	for i := from; i < from+n; i++ {
		h.Invoice(h.Customer(fmt.Sprintf("c%03d", i)), fmt.Sprintf("O-%03d", i), int64(100_00+i), h.Today().AddDays(-3))
	}
}

// wave sends reminders about three invoices each with two relays and two workers.
func wave(t *testing.T, trap string) *stage {
	t.Helper()
	h := house.New(t, house.Options{Idle: true, Policy: remindNow})
	const customers, each = 8, 3
	for i := range customers {
		customer := h.Customer(fmt.Sprintf("w%03d", i))
		for j := range each {
			h.Invoice(customer, fmt.Sprintf("W-%03d-%d", i, j), int64(100_00+i), h.Today().AddDays(-3))
		}
	}
	c := newCrew(t, h)
	for i := range 2 {
		c.keep(fmt.Sprintf("relay %d", i), []string{"relay"}, trap)
		c.keep(fmt.Sprintf("worker %d", i), []string{"worker", "--no-relay"}, trap)
	}
	c.awaitKill()
	h.UntilLong("every item is reminded", reminded(h, customers*each))
	return &stage{h, c}
}

// asked asks for approvals, which are given, while workers die.
func asked(t *testing.T, trap string) *stage {
	t.Helper()
	h := house.New(t, house.Options{Idle: true, Policy: askFirst})
	const drafts = 6
	overdue(h, 0, drafts)
	c := newCrew(t, h)
	for i := range 2 {
		c.keep(fmt.Sprintf("worker %d", i), []string{"worker"}, trap)
	}
	c.awaitKill()
	h.UntilLong("all are asked for", func() bool { return len(h.OpenApprovals()) == drafts })
	for _, ap := range h.OpenApprovals() {
		h.Decide(ap, true)
	}
	h.UntilLong("every item is reminded", reminded(h, drafts))
	require.Equal(t, drafts, h.Count("approvals", "true"), "each was asked for once")
	return &stage{h, c}
}

// askedTwice enters an invoice, a receipt and a note by an interface that dies on the way.
func askedTwice(t *testing.T, trap string) *stage {
	t.Helper()
	h := house.New(t, house.Options{Idle: true, Policy: remindNow})
	customer := h.Customer("a001")
	c := newCrew(t, h)
	c.keep("worker", []string{"worker"})
	hosts := []string{house.FreeAddress(t), house.FreeAddress(t)}
	for _, host := range hosts {
		c.keep("api "+host, []string{"serve"}, "ARREARS_HTTP_ADDR="+host, trap)
	}
	who := newCaller(t, h.Key("books", access.Admin), hosts...)
	var ids [3]struct {
		ID uuid.UUID `json:"id"`
	}
	for i, request := range []struct {
		path string
		body map[string]any
	}{
		{"/v1/invoices", map[string]any{
			"number": "A-1", "customer_id": customer.ID, "invoice_date": h.Today().AddDays(-33), "due_date": h.Today().AddDays(-3), "currency": "EUR", "amount_minor": 100_00,
		}},
		{"/v1/receipts", map[string]any{
			"number": "R-1", "customer_id": customer.ID, "currency": "EUR", "amount_minor": 40_00, "value_date": h.Today(),
			"applications": []map[string]any{{"invoice_number": "A-1", "amount_minor": 40_00}},
		}},
		{"/v1/notes", map[string]any{"customer_id": customer.ID, "kind": "note", "body": "They were called."}},
	} {
		a := who.post(request.path, request.body)
		require.True(t, a.ok(), "%d %s", a.status, a.body)
		a.into(t, &ids[i])
	}
	require.Positive(t, who.again.Load(), "one answer was lost and asked for again")
	for i, table := range []string{"invoices", "receipts", "notes"} {
		require.Equal(t, 1, h.Count(table, "true"), "%s: one request, one effect", table)
		require.Equal(t, 1, h.Count(table, "id = $1", ids[i].ID), "%s: the answer names the record", table)
	}
	for _, action := range []string{"invoice.created", "case.armed", "receipt.recorded", "note.added"} {
		require.Equal(t, 1, h.Count("audit_entries", "action = $1", action), action)
	}
	require.Equal(t, 1, h.Count("items", "open_minor = 6000"))
	h.UntilLong("it is reminded", reminded(h, 1))
	return &stage{h, c}
}

// loaded loads a file of two batches, again each time the load dies.
func loaded(t *testing.T, trap string) *stage {
	t.Helper()
	h := house.New(t, house.Options{Idle: true, Policy: remindNow})
	c := newCrew(t, h)
	c.keep("worker", []string{"worker"})
	const settled, open = 1000, 6
	day := func(n int) string { return h.Today().AddDays(n).String() }
	text := csvHead
	for i := range settled {
		text += csvRow(fmt.Sprintf("F-%04d", i), fmt.Sprintf("f%03d", i%20), day(-90), day(-60), "100.00", day(-50))
	}
	for i := range open {
		text += csvRow(fmt.Sprintf("G-%04d", i), fmt.Sprintf("f%03d", i), day(-33), day(-3), "100.00", "")
	}
	path := filepath.Join(t.TempDir(), "invoices.csv")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	load := c.keepUntilDone("import", []string{"import", "invoices", path, "--profile", "arrears"}, trap)
	h.UntilLong("the file is loaded", load.isDone)
	require.Equal(t, settled+open, h.Count("invoices", "true"), "each row once")
	require.Equal(t, settled, h.Count("receipts", "true"))
	require.Equal(t, settled+open, h.Count("audit_entries", "action = 'invoice.created'"))
	require.Equal(t, 20, h.Count("customers", "true"))
	require.Equal(t, open, h.Count("items", "open_minor > 0"))
	require.Equal(t, 1, h.Count("imports", "state = 'done'"))
	require.Zero(t, h.Count("imports", "state = 'running'"), "the load that was cut off is marked")
	h.UntilLong("what is open is reminded", reminded(h, open))
	return &stage{h, c}
}

// statement loads a bank's file that pays all invoices but a few that are overdue, which are reminded.
func statement(t *testing.T, trap string) *stage {
	t.Helper()
	h := house.New(t, house.Options{Idle: true, Policy: remindNow})
	account := h.ConfirmAccount()
	c := newCrew(t, h)
	const paid, open = 120, 6
	var list []house.Booking
	for i := range paid + open {
		customer := h.Customer(fmt.Sprintf("b%03d", i))
		due := -3
		if i < paid {
			due = 20
		}
		inv := h.Invoice(customer, fmt.Sprintf("INV-77%03d", i), 100_00, h.Today().AddDays(due))
		if i < paid {
			list = append(list, house.Booking{Minor: 100_00, Payer: customer.Name, Reference: "R-" + inv.Number, Text: "Invoice " + inv.Number})
		}
	}
	f := h.Load(house.Statement(h.Today(), 1, 0, list...))
	c.keep("worker", []string{"worker"}, trap)
	h.AwaitLoaded(f)
	c.awaitKill()
	require.Equal(t, paid, h.Count("receipts", "true"), "each payment once")
	require.Equal(t, open, h.Count("items", "open_minor > 0"))
	h.CashProven(account.ID)
	h.UntilLong("what is open is reminded", reminded(h, open))
	return &stage{h, c}
}

// parked puts a case whose policy cannot be read in front of a person, and mends it.
func parked(t *testing.T, trap string) *stage {
	t.Helper()
	h := house.New(t, house.Options{Idle: true, Policy: remindNow})
	p := poison(t, h, "X-1")
	c := newCrew(t, h)
	c.keep("worker", []string{"worker"}, trap)
	c.awaitKill()
	h.CaseState(p.invoice, casework.CaseNeedsAttention)
	h.Quiet()
	require.Len(t, h.Tasks("needs_attention"), 1, "one task, however often it was parked")
	p.mend(t)
	h.UntilLong("it is reminded", reminded(h, 1))
	return &stage{h, c}
}

// overdueDraft lets the deadline of an approval pass.
func overdueDraft(t *testing.T, trap string) *stage {
	t.Helper()
	h := house.New(t, house.Options{Idle: true, Clock: house.Stepped("2026-03-02 09:00"), Policy: askFirst})
	c := newCrew(t, h)
	c.keep("worker", []string{"worker"}, trap)
	h.Invoice(h.Customer("d001"), "D-1", 900_00, calendar.MustDate("2026-02-27"))
	require.Equal(t, "supervisor", h.AwaitApproval().Role)
	h.Advance("2026-03-06 12:00")
	require.Equal(t, "admin", h.AwaitApproval().Role, "raised once")
	require.Len(t, h.Tasks("approval_overdue"), 1)
	return &stage{h, c}
}

// paidInDoubt loses the mail server's answer and pays before the mail could be sent again: the notice is withdrawn instead.
func paidInDoubt(t *testing.T, trap string) *stage {
	t.Helper()
	h := house.New(t, house.Options{Idle: true, Policy: remindNow})
	paid := make(chan receivable.Invoice, 1)
	h.Mail.Behave(func(string) mailsink.Verdict {
		h.Pay(<-paid, 100_00)
		return mailsink.Drop()
	})
	inv := h.Invoice(h.Customer("p001"), "P-1", 100_00, h.Today().AddDays(-3))
	paid <- inv
	c := newCrew(t, h)
	c.keep("worker", []string{"worker"}, trap)
	c.awaitKill()
	h.UntilLong("the case is closed", func() bool { return h.Case(inv).State == casework.CaseClosed })
	h.UntilLong("the notice is withdrawn", func() bool { return h.Count("notices", "state = 'withdrawn'") == 1 })
	require.Equal(t, 1, h.Mail.Count())
	require.Zero(t, h.Resent())
	return &stage{h, c}
}
