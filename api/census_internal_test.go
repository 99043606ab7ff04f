package api

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/domain/census"
	"arrears/port"
)

// A census is asked for, shown and listed, and what it found with it.
func TestACensusIsAskedForAndShown(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	asked := s.as(access.Supervisor, http.MethodPost, "/v1/census", nil, headerIdempotencyKey, "one").ok(http.StatusCreated)
	require.Equal(t, "asked", asked.text("state"))
	again := s.as(access.Admin, http.MethodPost, "/v1/census", nil, headerIdempotencyKey, "two").ok(http.StatusCreated)
	require.Equal(t, asked.text("id"), again.text("id"), "the one that waits is answered")
	id := uuid.MustParse(asked.text("id"))
	s.tx(func(ctx context.Context, tx port.Tx) error {
		c, err := tx.Census(ctx, id)
		if err != nil {
			return err
		}
		at := c.AskedAt
		c.State, c.StartedAt, c.FinishedAt = census.Done, &at, &at
		c.LookedAt = map[census.Part]int64{census.Items: 2}
		c.Found = map[string]int64{census.NoOwner: 1, census.StrayWorkflow: 1}
		c.Counters = map[string]int64{"asked_too_much": 1}
		if err := tx.InsertFindings(ctx, id, []census.Finding{
			{Check: census.NoOwner, Subject: sampleID, Detail: "no case", Repair: census.Armed, FoundAt: at},
			{Check: census.StrayWorkflow, Subject: "invoice/x", Detail: "running", Note: true, FoundAt: at},
		}); err != nil {
			return err
		}
		return tx.UpdateCensus(ctx, c)
	})
	shown := s.as(access.Auditor, http.MethodGet, "/v1/census/"+asked.text("id"), nil).ok(http.StatusOK)
	require.EqualValues(t, 1, shown.int("findings_total"))
	require.Equal(t, census.NoOwner, shown.text("findings.0.check"))
	require.NotEmpty(t, shown.text("findings.0.says"))
	listed := s.as(access.Collector, http.MethodGet, "/v1/census", nil).ok(http.StatusOK)
	require.EqualValues(t, 1, listed.int("items.0.counters.asked_too_much"))
	page := s.as(access.Auditor, http.MethodGet, "/v1/census/"+asked.text("id")+"/findings?limit=1", nil).ok(http.StatusOK)
	next := s.as(access.Auditor, http.MethodGet, "/v1/census/"+asked.text("id")+"/findings?limit=1&cursor="+page.text("next_cursor"), nil).ok(http.StatusOK)
	require.Equal(t, census.StrayWorkflow, next.text("items.0.check"))
	s.as(access.Auditor, http.MethodGet, "/v1/census/"+sampleID, nil).refused(http.StatusNotFound, "census.not_found")
	s.as(access.Collector, http.MethodPost, "/v1/census", nil).refused(http.StatusForbidden, "access.forbidden")
}

// Snapshots are listed with their sums, their items by bucket.
func TestSnapshotsAreShown(t *testing.T) {
	t.Parallel()
	s := newSystem(t)
	s.invoice(s.customer("C-1"), "I-1", 100_00)
	s.tx(func(ctx context.Context, tx port.Tx) error {
		end := calendar.MustDate("2030-01-31")
		_, err := tx.TakeSnapshot(ctx, census.Due{AsOf: end, MonthEnd: end, Missed: []calendar.Date{end.AddDays(-31)}}, time.Now())
		return err
	})
	listed := s.as(access.Auditor, http.MethodGet, "/v1/snapshots", nil).ok(http.StatusOK)
	require.Equal(t, "2030-01-31", listed.text("items.0.month_end"))
	require.EqualValues(t, 100_00, listed.int("items.0.sums.0.open_minor"))
	items := s.as(access.Auditor, http.MethodGet, "/v1/snapshots/2030-01-31/items?bucket=91%2B&currency=EUR", nil).ok(http.StatusOK)
	require.Len(t, items.field("items"), 1)
	s.as(access.Auditor, http.MethodGet, "/v1/snapshots/2030-02-28/items", nil).refused(http.StatusNotFound, "snapshot.not_found")
}

// tx runs fn in a transaction.
func (s *system) tx(fn func(ctx context.Context, tx port.Tx) error) {
	s.t.Helper()
	require.NoError(s.t, s.db.InTx(s.t.Context(), fn))
}
