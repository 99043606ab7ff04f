package e2e

import (
	"fmt"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/devstack/e2e/house"
	"arrears/domain/casework"
	"arrears/domain/receivable"
	"arrears/workflows/contract"
)

// An invoice whose first step lies ahead costs one event until somebody nudges it, and the nudge ends the delay at once.
func TestANudgeEndsADelayedStart(t *testing.T) {
	t.Parallel()
	h := house.New(t, house.Options{})
	inv := h.Invoice(h.Customer("5001"), "N-1", 100_00, h.Today().AddDays(60))
	h.Until("the workflow is started", func() bool { return h.Status(contract.KindInvoice, inv.ID) == "running" })
	require.Equal(t, 1, h.Events(contract.KindInvoice, inv.ID), "nothing but the start, which is delayed")
	h.Pay(inv, 100_00)
	h.CaseState(inv, casework.CaseClosed)
	h.Until("the run ends, not after the delay of weeks", func() bool { return h.Status(contract.KindInvoice, inv.ID) == "completed" })
	require.LessOrEqual(t, h.Events(contract.KindInvoice, inv.ID), 15, "the budget of an invoice that is paid before its first reminder")
	h.Laws()
	require.Empty(t, h.Mail.Messages())
	record(t, h, "paid_before_reminder", contract.KindInvoice, inv.ID)
}

// What is to begin with more than a look is started without a signal; the same nudge again is one, for it runs by then.
func TestANewCaseBeginsWithoutASignal(t *testing.T) {
	t.Parallel()
	h := house.New(t, house.Options{Idle: true})
	begin := contract.Input{Subject: uuid.New(), First: contract.SendNotice}
	require.NoError(t, h.Engine.Nudge(t.Context(), contract.KindInvoice, begin))
	require.Equal(t, 2, h.Events(contract.KindInvoice, begin.Subject), "the start and its task")
	require.NoError(t, h.Engine.Nudge(t.Context(), contract.KindInvoice, begin))
	require.Equal(t, 3, h.Events(contract.KindInvoice, begin.Subject), "and a signal")
	look := contract.Input{Subject: uuid.New(), First: contract.Review}
	require.NoError(t, h.Engine.Nudge(t.Context(), contract.KindInvoice, look))
	require.Equal(t, 3, h.Events(contract.KindInvoice, look.Subject), "a look may be for one that runs: it is signalled")
}

// A closed case that is nudged begins a new run, which finds nothing to do and closes.
func TestANudgeAfterTheCloseBeginsARunThatCloses(t *testing.T) {
	t.Parallel()
	h := house.New(t, house.Options{})
	inv := h.Invoice(h.Customer("5101"), "N-2", 100_00, h.Today().AddDays(60))
	h.Pay(inv, 100_00)
	h.CaseState(inv, casework.CaseClosed)
	h.Quiet()
	closed := h.RunID(contract.KindInvoice, inv.ID)
	decisions := h.Case(inv).Decisions
	require.NoError(t, h.App.WakeCase(t.Context(), house.Clerk, inv.ID))
	h.Until("another run has ended", func() bool {
		return h.RunID(contract.KindInvoice, inv.ID) != closed && h.Status(contract.KindInvoice, inv.ID) == "completed"
	})
	require.Equal(t, casework.CaseClosed, h.Case(inv).State)
	require.Greater(t, h.Case(inv).Decisions, decisions, "it looked")
	h.Laws()
}

// People's decisions and money commit and answer while no worker lives, and are carried out when one does.
func TestWithoutAWorkerDecisionsAreTakenAndCarriedOutLater(t *testing.T) {
	t.Parallel()
	h := house.New(t, house.Options{Idle: true, Policy: askFirst})
	h.StartRelay()
	stop := h.StartWorker()
	asked := h.Invoice(h.Customer("5201"), "W-1", 100_00, h.Today().AddDays(-10))
	ahead := h.Invoice(h.Customer("5202"), "W-2", 200_00, h.Today().AddDays(10))
	ap := h.AwaitApproval()
	h.Quiet()
	stop()

	h.Decide(ap, true) // neither answer waits for a worker: there is none
	h.Pay(ahead, 200_00)
	h.Until("the nudges are delivered", func() bool { return h.Count("nudges", "true") == 0 })
	require.Empty(t, h.Mail.Messages())
	require.Equal(t, casework.CaseActive, h.Case(ahead).State)

	h.StartWorker()
	h.AwaitMails("5201", 1)
	h.CaseState(ahead, casework.CaseClosed)
	h.Laws()
	require.Equal(t, 1, h.Item(asked).Level)
}

// The sessions that hold the relay's lock of this installation.
const leaders = `
SELECT count(*)::int FROM pg_locks
WHERE locktype = 'advisory' AND granted
  AND (classid::bigint << 32) | objid::bigint = hashtextextended('arrears relay ' || current_schema(), 0)`

// Of several relays one leads; when it goes, another does. Of several workers any does the work, and none does it twice.
func TestTwoRelaysAndTwoWorkers(t *testing.T) {
	t.Parallel()
	h := house.New(t, house.Options{Idle: true, Policy: remindNow})
	stopRelay, stopWorker := h.StartRelay(), h.StartWorker()
	h.Until("one leads", func() bool { return house.Value[int](h, leaders) == 1 })
	h.StartRelay()
	h.StartWorker()
	const each = 10
	invoices := overdue(h, 0, each)
	h.Until("some mails are out", func() bool { return h.Mail.Count() > 2 })
	require.Equal(t, 1, house.Value[int](h, leaders))
	stopRelay()
	stopWorker()
	invoices = append(invoices, overdue(h, each, each)...)
	h.Until("all mails are out", func() bool { return h.Mail.Count() >= len(invoices) })
	require.Equal(t, 1, house.Value[int](h, leaders), "the other leads")
	h.Laws()
	require.Equal(t, len(invoices), h.Mail.Count())
	for _, inv := range invoices {
		require.Equal(t, 1, h.Item(inv).Level)
	}
}

// overdue enters customers with one overdue invoice each.
func overdue(h *house.House, from, n int) []receivable.Invoice {
	var all []receivable.Invoice
	for i := from; i < from+n; i++ {
		all = append(all, h.Invoice(h.Customer(fmt.Sprintf("c%03d", i)), fmt.Sprintf("O-%03d", i), int64(100_00+i), h.Today().AddDays(-3)))
	}
	return all
}

// What can never succeed parks its case in front of a person, and a nudge after the repair brings it back.
func TestAParkedCaseComesBack(t *testing.T) {
	t.Parallel()
	h := house.New(t, house.Options{Idle: true, Policy: remindNow})
	h.StartRelay()
	inv := h.Invoice(h.Customer("5301"), "X-1", 100_00, h.Today().AddDays(-3))
	version := house.Value[uuid.UUID](h, `SELECT policy_version_id FROM cases WHERE id = $1`, inv.ID)
	body := house.Value[string](h, `SELECT body::text FROM policy_versions WHERE id = $1`, version)
	h.Tamper(`UPDATE policy_versions SET body = '{"key": 1}' WHERE id = $1`, version)
	h.StartWorkerOf(h.Reopen())
	h.CaseState(inv, casework.CaseNeedsAttention)
	h.Quiet()
	require.NotEmpty(t, h.Case(inv).AttentionCode)
	require.Len(t, h.Tasks("needs_attention"), 1)
	require.Equal(t, "running", h.Status(contract.KindInvoice, inv.ID), "a parked case waits, it does not fail")

	h.Tamper(`UPDATE policy_versions SET body = $2::jsonb WHERE id = $1`, version, body)
	require.NoError(t, h.App.WakeCase(t.Context(), house.Clerk, inv.ID))
	h.AwaitMails("5301", 1)
	h.CaseState(inv, casework.CaseActive)
	h.Pay(inv, 100_00)
	h.CaseState(inv, casework.CaseClosed)
	h.Laws()
	requireInOrder(t, h.Actions(inv), "case.parked", "case.resumed", "line.sent", "case.closed")
	record(t, h, "parked", contract.KindInvoice, inv.ID)
}
