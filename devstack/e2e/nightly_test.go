package e2e

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/devstack/e2e/house"
	"arrears/domain/access"
	"arrears/domain/casework"
	"arrears/domain/census"
	"arrears/port"
	"arrears/workflows/contract"
)

// inspector asks for censuses.
var inspector = access.Principal{ID: "inspector", Role: access.Admin}

// inspected asks for a census and waits until a worker has done it.
func inspected(t *testing.T, h *house.House) app.CensusView {
	t.Helper()
	asked, err := h.App.AskCensus(t.Context(), inspector)
	require.NoError(t, err)
	var v app.CensusView
	h.Until("the census is done", func() bool {
		v, err = h.App.Census(t.Context(), inspector, asked.ID)
		require.NoError(t, err)
		return v.State == census.Done
	})
	require.True(t, v.Engine)
	return v
}

func found(v app.CensusView, check, subject string) bool {
	for _, f := range v.Findings {
		if f.Check == check && f.Subject == subject {
			return true
		}
	}
	return false
}

// A workflow that someone ends by hand, behind our back, is found and brought back; the nightly workflow itself comes back
// with the next nudge.
func TestAWorkflowEndedByHandIsBroughtBack(t *testing.T) {
	t.Parallel()
	h := house.New(t, house.Options{Policy: remindNow})
	h.Until("the nightly work waits", func() bool { return h.Status(contract.KindNightly, contract.Installation()) == "running" })
	inv := h.Invoice(h.Customer("7701"), "N-1", 100_00, h.Today().AddDays(30))
	h.Until("the case waits", func() bool { return h.Status(contract.KindInvoice, inv.ID) == "running" })
	require.Empty(t, inspected(t, h).Findings)

	end := func(kind string, id uuid.UUID) {
		require.NoError(t, h.Engine.Client().TerminateWorkflow(t.Context(), contract.WorkflowID(kind, id), "", "by hand"))
	}
	end(contract.KindInvoice, inv.ID)
	require.Equal(t, "terminated", h.Status(contract.KindInvoice, inv.ID))
	h.Until("the engine's index has noticed and the census finds it", func() bool {
		return found(inspected(t, h), census.CaseNoWorkflow, inv.ID.String())
	})
	h.Until("the case is looked after again", func() bool { return h.Status(contract.KindInvoice, inv.ID) == "running" })
	h.CaseState(inv, casework.CaseActive)
	again := inspected(t, h)
	require.Empty(t, again.Findings)
	require.EqualValues(t, 1, again.Resolved)
	require.Equal(t, 1, h.Count("tasks", "kind = 'census' AND state = 'done'"))

	end(contract.KindNightly, contract.Installation())
	inspected(t, h) // asking nudges, and a nudge starts what does not run
	require.Equal(t, "running", h.Status(contract.KindNightly, contract.Installation()))
	h.Laws()
}

// On the stepped clock a driver's nudge is the night; months pass, and each month's end is kept.
func TestNightsOnTheSteppedClock(t *testing.T) {
	t.Parallel()
	h := house.New(t, house.Options{Clock: house.Stepped("2026-01-30 12:00"), Policy: remindNow})
	h.Invoice(h.Customer("7801"), "N-2", 100_00, h.Today().AddDays(-40))
	for _, night := range []string{"2026-01-31 00:06", "2026-02-01 00:06", "2026-03-03 00:06", "2026-03-03 09:00"} {
		h.Advance(night)
		require.NoError(t, h.App.NudgeNightly(t.Context(), 0))
		h.Until("the night is over", func() bool {
			return h.Count("nightly", "next_on = (SELECT (position AT TIME ZONE 'UTC')::date + 1 FROM business_clock)") == 1
		})
	}
	page, err := h.App.ListSnapshots(t.Context(), inspector, port.Page{})
	require.NoError(t, err)
	var days []string
	for _, s := range page.Items {
		days = append(days, s.AsOf.String())
	}
	require.Equal(t, []string{"2026-03-02", "2026-01-31", "2026-01-30"}, days)
	require.Equal(t, "2026-02-28", page.Items[0].MonthEnd.String())
	require.Equal(t, 3, h.Count("nights", "finished_at IS NOT NULL"))
	require.Zero(t, h.Count("census_findings", "true"))
	code, said := h.Run("census", "--no-engine")
	require.Equal(t, 0, code, said)
	require.Contains(t, said, "everything holds")
	h.Laws()
}
