package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"arrears/domain/calendar"
	"arrears/domain/dispute"
	"arrears/domain/report"
	"arrears/port"
)

var marchWindow = report.Window{From: calendar.MustDate("2026-03-01"), To: calendar.MustDate("2026-03-31")}

func at(text string) time.Time {
	moment, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}
	}
	return moment
}

// judged inserts a claim with amounts and the decisions that made them.
func (h house) judged(t *testing.T, minor int64, amounts dispute.Amounts, change func(*dispute.Dispute), decisions ...dispute.Decision) {
	t.Helper()
	amounts.ClaimedMinor = minor
	d := h.opened(t, minor, func(d *dispute.Dispute) {
		d.Reason, d.Team, d.Parts[0].Amounts = "shortage", "logistics", amounts
		if change != nil {
			change(d)
		}
	})
	h.in(t, func(ctx context.Context, tx port.Tx) {
		for _, dec := range decisions {
			dec.ID, dec.DisputeID, dec.Reason, dec.DecidedBy = newID(), d.ID, "shortage", "key-2"
			require.NoError(t, tx.InsertDecision(ctx, dec))
		}
	})
}

func closedOn(text string) func(*dispute.Dispute) {
	return func(d *dispute.Dispute) {
		moment := at(text)
		d.State, d.ClosedAt, d.WakeAt = dispute.Closed, &moment, nil
	}
}

func (h house) deductionRows(t *testing.T, w report.Window) []report.DeductionRow {
	t.Helper()
	var rows []report.DeductionRow
	h.in(t, func(ctx context.Context, tx port.Tx) {
		var err error
		rows, err = tx.DeductionRows(ctx, w)
		require.NoError(t, err)
	})
	return rows
}

// row is the shape of a claim of the house's customer, taken on 20 February.
func (h house) row(minor int64, change func(*report.DeductionRow)) report.DeductionRow {
	r := report.DeductionRow{
		CustomerID: h.customer.ID, Reason: "shortage", Team: "logistics", Currency: "EUR", Withheld: true, TakenOn: date("2026-02-20"),
		ClaimedMinor: minor,
	}
	change(&r)
	return r
}

func TestWhatTheFiguresReadOfAClaim(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	force := func(kind dispute.DecisionKind, denied, conceded int64, on string) dispute.Decision {
		return dispute.Decision{Kind: kind, DeniedMinor: denied, ConcededMinor: conceded, State: dispute.DecisionInForce, DecidedAt: at(on)}
	}
	h.opened(t, 100) // undecided, and its reason unknown
	h.judged(t, 100, dispute.Amounts{CreditedMinor: 10, CreditDueMinor: 5, DeniedMinor: 60, RepaidMinor: 25}, nil,
		force(dispute.DecidePartially, 85, 0, "2026-03-08T23:30:00Z")) // already the 9th in Berlin
	h.judged(t, 100, dispute.Amounts{WrittenOffMinor: 100}, closedOn("2026-03-20T10:00:00Z"),
		force(dispute.DecideInvalid, 100, 0, "2026-03-05T10:00:00Z"), force(dispute.DecideSettle, 0, 40, "2026-03-10T10:00:00Z"),
		force(dispute.DecideGiveUp, 0, 60, "2026-03-20T10:00:00Z"))
	h.judged(t, 100, dispute.Amounts{WrittenOffMinor: 30, UndecidedMinor: 70}, nil, // written off by hand, and never denied
		dispute.Decision{Kind: dispute.DecideInvalid, DeniedMinor: 100, State: dispute.DecisionProposed, DecidedAt: noon})
	h.judged(t, 9, dispute.Amounts{WrittenOffMinor: 9}, func(d *dispute.Dispute) {
		closedOn("2026-03-02T10:00:00Z")(d)
		d.Reason, d.Outcome = "", dispute.Tolerated
	}, force(dispute.DecideTolerance, 0, 9, "2026-03-02T10:00:00Z"))
	h.judged(t, 100, dispute.Amounts{UndecidedMinor: 100}, nil, force(dispute.DecideInvalid, 100, 0, "2026-03-03T10:00:00Z")) // appealed
	want := []report.DeductionRow{
		h.row(100, func(r *report.DeductionRow) { r.Reason, r.Team, r.UndecidedMinor = "", "", 100 }),
		h.row(100, func(r *report.DeductionRow) {
			r.DecidedOn, r.ValidMinor, r.DeniedMinor, r.RepaidMinor = date("2026-03-09"), 15, 60, 25
		}),
		h.row(100, func(r *report.DeductionRow) {
			r.DecidedOn, r.ClosedOn, r.GivenUpMinor, r.ConcededMinor = date("2026-03-05"), date("2026-03-20"), 60, 40
		}),
		h.row(100, func(r *report.DeductionRow) { r.UndecidedMinor, r.ConcededMinor = 70, 30 }),
		h.row(9, func(r *report.DeductionRow) { r.Reason, r.ClosedOn, r.ToleratedMinor = "", date("2026-03-02"), 9 }),
		h.row(100, func(r *report.DeductionRow) { r.UndecidedMinor = 100 }),
	}
	require.Equal(t, want, h.deductionRows(t, marchWindow))
}

func TestWhichClaimsCountInAWindow(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	take := func(minor int64, on string, more func(*dispute.Dispute)) {
		h.judged(t, minor, dispute.Amounts{UndecidedMinor: minor}, func(d *dispute.Dispute) {
			d.TakenOn = date(on)
			if more != nil {
				d.Parts[0].Amounts = dispute.Amounts{ClaimedMinor: minor, RepaidMinor: minor}
				more(d)
			}
		})
	}
	take(1, "2020-01-01", nil)                                // open, however old
	take(2, "2026-01-05", closedOn("2026-02-28T22:30:00Z"))   // over before the window began
	take(4, "2026-01-05", closedOn("2026-02-28T23:30:00Z"))   // in Berlin the window had begun
	take(8, "2026-01-29", closedOn("2026-02-10T10:00:00Z"))   // of the window before
	take(16, "2026-01-28", closedOn("2026-02-10T10:00:00Z"))  // the day before that
	take(32, "2026-03-31", nil)                               // the last day
	take(64, "2026-04-01", nil)                               // the day after
	take(128, "2026-03-10", closedOn("2026-03-11T10:00:00Z")) // taken and closed in it
	h.judged(t, 256, dispute.Amounts{WithdrawnMinor: 256}, func(d *dispute.Dispute) {
		closedOn("2026-03-11T10:00:00Z")(d)
		d.State = dispute.Void
	})
	var sum int64
	for _, r := range h.deductionRows(t, marchWindow) {
		sum += r.ClaimedMinor
	}
	require.EqualValues(t, 1+4+8+32+128, sum)
}
