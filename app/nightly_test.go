package app_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/domain/census"
	"arrears/domain/fault"
	"arrears/internal/testkit"
	"arrears/internal/testkit/pump"
	"arrears/port"
	"arrears/workflows/contract"
)

// nights plays an installation in Berlin with its nightly work.
func nights(t *testing.T, start string) *pump.Pump {
	t.Helper()
	db, _ := testkit.DB(t)
	return pump.New(t, db, pump.Options{Start: start, Quick: true, Nightly: true, House: port.Installation{TimeZone: "Europe/Berlin"}})
}

func snapshotsOf(t *testing.T, p *pump.Pump) []port.Snapshot {
	t.Helper()
	page, err := p.App.ListSnapshots(t.Context(), pump.Admin, port.Page{})
	require.NoError(t, err)
	return page.Items
}

func nightsOf(t *testing.T, p *pump.Pump) int {
	t.Helper()
	page, err := p.App.ListCensuses(t.Context(), pump.Admin, port.Page{Limit: 200})
	require.NoError(t, err)
	for _, c := range page.Items {
		require.Equal(t, census.Done, c.State)
		require.Empty(t, c.Found, "%+v", c)
	}
	return len(page.Items)
}

// Months of nights: one run each, an opening snapshot on the first, and one at each month's end.
func TestEachNightRunsOnceAndEachMonthEndIsKept(t *testing.T) {
	t.Parallel()
	p := nights(t, "2024-01-10")
	c := p.Customer("1001")
	inv := p.Invoice(c, "R1", 100_00, "2024-01-20")
	p.Invoice(c, "R2", 50_00, "2024-04-30")
	p.Through("2024-01-31")
	require.Equal(t, 22, nightsOf(t, p)) // 11 January to 1 February, 00:05 in Berlin, which is 31 January in UTC
	p.Pay(inv, "P1", 30_00)
	p.Through("2024-02-15")
	p.Pay(inv, "P2", 70_00)
	p.Through("2024-04-01")
	require.Equal(t, 83, nightsOf(t, p))

	all := snapshotsOf(t, p)
	var days []string
	for _, s := range all {
		days = append(days, s.AsOf.String())
	}
	require.Equal(t, []string{"2024-03-31", "2024-02-29", "2024-01-31", "2024-01-10"}, days)
	require.True(t, all[3].Opening)
	require.True(t, all[3].MonthEnd.IsZero())
	require.Equal(t, []port.SnapshotSum{
		{Currency: "EUR", Bucket: "current", Items: 1, OpenMinor: 50_00, CollectableMinor: 50_00},
		{Currency: "EUR", Bucket: "1-30", Items: 1, OpenMinor: 100_00, CollectableMinor: 100_00},
	}, all[2].Sums)
	// What was paid in February is told once; what did not change and is closed is not told again.
	require.EqualValues(t, 2, all[1].Items)
	require.EqualValues(t, 1, all[0].Items)

	items, err := p.App.ListSnapshotItems(t.Context(), pump.Admin, port.SnapshotFilter{AsOf: all[2].AsOf, Bucket: "1-30"}, port.Page{})
	require.NoError(t, err)
	require.Len(t, items.Items, 1)
	require.Equal(t, 11, items.Items[0].DaysPastDue)
	_, err = p.App.ListSnapshotItems(t.Context(), pump.Admin, port.SnapshotFilter{AsOf: calendar.MustDate("2020-01-01")}, port.Page{})
	require.Equal(t, "snapshot.not_found", fault.CodeOf(err))
}

// After an outage there is one run for all that was missed, and the snapshot says which day it really shows.
func TestAnOutageIsCaughtUpWithOneRun(t *testing.T) {
	t.Parallel()
	p := nights(t, "2024-01-10")
	p.Invoice(p.Customer("1001"), "R1", 100_00, "2024-01-20")
	p.Through("2024-01-15")
	before := nightsOf(t, p)
	p.At("2024-04-03") // nobody was there for the ends of January, February and March
	p.RunUntilQuiet()
	require.LessOrEqual(t, nightsOf(t, p), before+2) // the one for all, and the next by UTC's midnight
	latest := snapshotsOf(t, p)[0]
	require.Equal(t, calendar.MustDate("2024-04-03"), latest.AsOf, "it was taken at noon: this day has begun")
	require.Equal(t, calendar.MustDate("2024-03-31"), latest.MonthEnd)
	require.Equal(t, []calendar.Date{calendar.MustDate("2024-01-31"), calendar.MustDate("2024-02-29")}, latest.Missed)
	p.Read(func(ctx context.Context, tx port.Tx) error {
		n, err := tx.LastNight(ctx)
		require.NotNil(t, n.FinishedAt)
		return err
	})
	p.Through("2024-04-30")
	require.Equal(t, calendar.MustDate("2024-04-30"), snapshotsOf(t, p)[0].AsOf)
}

// Running a night again changes nothing; one that broke off goes on.
func TestANightRunsOnce(t *testing.T) {
	t.Parallel()
	p := nights(t, "2024-01-30")
	p.Through("2024-01-31")
	runs, kept := nightsOf(t, p), len(snapshotsOf(t, p))
	for range 3 {
		require.NoError(t, p.App.RunNight(t.Context(), p))
	}
	require.Equal(t, runs, nightsOf(t, p))
	require.Len(t, snapshotsOf(t, p), kept)

	p.At("2024-02-05")
	ctx, cancel := context.WithCancel(t.Context())
	broken := stopping{Pump: p, stop: cancel}
	require.Error(t, p.App.RunNight(ctx, broken))
	require.NoError(t, p.App.RunNight(t.Context(), p))
	require.Equal(t, runs+1, nightsOf(t, p))
}

// stopping ends the run when the engine is asked.
type stopping struct {
	*pump.Pump
	stop context.CancelFunc
}

func (s stopping) RunningWorkflows(ctx context.Context, _ []byte) ([]string, []byte, error) {
	s.stop()
	return nil, nil, ctx.Err()
}

// A person asks for a census; a worker runs it at once.
func TestAPersonAsksForACensus(t *testing.T) {
	t.Parallel()
	p := nights(t, "2024-01-10")
	p.Settle()
	asked, err := p.App.AskCensus(t.Context(), pump.Boss)
	require.NoError(t, err)
	require.Equal(t, census.Asked, asked.State)
	again, err := p.App.AskCensus(t.Context(), pump.Boss)
	require.NoError(t, err)
	require.Equal(t, asked.ID, again.ID)
	p.Settle()
	done, err := p.App.Census(t.Context(), pump.Admin, asked.ID)
	require.NoError(t, err)
	require.Equal(t, census.Done, done.State)
	require.True(t, done.Engine)
	_, err = p.App.AskCensus(t.Context(), access.Principal{ID: "x", Role: access.Collector})
	require.Equal(t, access.CodeForbidden, fault.CodeOf(err))
	page, err := p.App.ListFindings(t.Context(), pump.Admin, asked.ID, port.Page{})
	require.NoError(t, err)
	require.Empty(t, page.Items)
}

// A worker that dies in the middle of a census that a person asked for leaves it to the next one.
func TestAnAskedCensusThatBrokeOffGoesOn(t *testing.T) {
	t.Parallel()
	w := busy(t)
	w.Lose(contract.KindInvoice, w.by["open"].ID)
	asked, err := w.App.AskCensus(t.Context(), pump.Boss)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	require.Error(t, w.App.RunNight(ctx, stopping{Pump: w.Pump, stop: cancel}))
	broken, err := w.App.Census(t.Context(), pump.Admin, asked.ID)
	require.NoError(t, err)
	require.Equal(t, census.Running, broken.State)
	again, err := w.App.AskCensus(t.Context(), pump.Boss)
	require.NoError(t, err)
	require.Equal(t, asked.ID, again.ID, "it still runs")
	require.NoError(t, w.App.RunNight(t.Context(), w.Pump))
	done, err := w.App.Census(t.Context(), pump.Admin, asked.ID)
	require.NoError(t, err)
	require.Equal(t, census.Done, done.State)
	require.Equal(t, []string{census.CaseNoWorkflow}, names(done))
}

// What the engine has lost behind our back is found and brought back.
func TestALostWorkflowIsFoundAndBroughtBack(t *testing.T) {
	t.Parallel()
	w := busy(t)
	lost := w.by["open"]
	w.Lose(contract.KindInvoice, lost.ID)
	draft := value[[16]byte](w, `SELECT id FROM notices WHERE state = 'draft' LIMIT 1`)
	w.Lose(contract.KindNotice, draft)
	v := w.census()
	require.Equal(t, []string{census.CaseNoWorkflow, census.NoticeNoWorkflow}, names(v))
	require.Equal(t, census.Nudged, v.Findings[0].Repair)
	_, running := w.Running(contract.KindInvoice, lost.ID)
	require.False(t, running)
	w.Settle()
	_, running = w.Running(contract.KindInvoice, lost.ID)
	require.True(t, running)
	again := w.census()
	require.Empty(t, again.Findings)
	require.EqualValues(t, 2, again.Resolved)
}

// Without an answer of the engine the census says so; a workflow of nobody is only told.
func TestWhatTheEngineSays(t *testing.T) {
	t.Parallel()
	w := busy(t)
	view, err := w.App.RunCensus(t.Context(), pump.Admin, mute{w.Pump}, nil)
	require.NoError(t, err)
	require.Equal(t, []string{census.NotCompared}, names(view))
	require.False(t, view.Engine)
	w.Step(time.Second)
	require.NoError(t, w.Start(t.Context(), contract.KindInvoice, contract.Input{Subject: contract.Installation()}, 0))
	view = w.census()
	require.Equal(t, []string{census.StrayWorkflow}, names(view))
	require.True(t, view.Findings[0].Note)
	require.Zero(t, view.Raised)
	require.EqualValues(t, 1, view.Resolved)
}

// mute is an engine that lists nothing.
type mute struct{ *pump.Pump }

func (mute) RunningWorkflows(context.Context, []byte) ([]string, []byte, error) {
	return nil, nil, fault.New(fault.Unavailable, "engine.down", "down")
}
