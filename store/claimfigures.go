package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"arrears/domain/report"
)

// claimFigureRows sums the parts of each claim and its decisions, which say why something was written off. The decision that
// stands is the one in force that judged or settled the claim: later ones that give up what it denied stand beside it. An
// approved one counts from its approval.
const claimFigureRows = `
SELECT
  d.customer_id,
  coalesce(d.reason, ''),
  d.team,
  d.currency,
  d.kind = 'deduction',
  d.taken_on,
  (k.decided_at AT TIME ZONE c.time_zone)::date,
  (d.closed_at AT TIME ZONE c.time_zone)::date,
  p.claimed,
  p.undecided,
  p.valid,
  p.denied,
  p.repaid,
  p.withdrawn,
  p.written,
  d.outcome = 'tolerated',
  k.conceded,
  k.given_up,
  k.gave_up,
  k.denied - p.denied - p.repaid
FROM disputes d
JOIN customers c ON c.id = d.customer_id
CROSS JOIN LATERAL (
  SELECT
    coalesce(sum(claimed_minor), 0)::bigint AS claimed,
    coalesce(sum(undecided_minor), 0)::bigint AS undecided,
    coalesce(sum(credit_due_minor + credited_minor), 0)::bigint AS valid,
    coalesce(sum(denied_minor), 0)::bigint AS denied,
    coalesce(sum(repaid_minor), 0)::bigint AS repaid,
    coalesce(sum(withdrawn_minor), 0)::bigint AS withdrawn,
    coalesce(sum(written_off_minor), 0)::bigint AS written
  FROM dispute_parts
  WHERE dispute_id = d.id) p
CROSS JOIN LATERAL (
  SELECT
    coalesce(sum(conceded_minor) FILTER (WHERE s.state = 'in_force' AND s.kind IN ('settlement','earned_discount')), 0)::bigint AS conceded,
    coalesce(sum(conceded_minor) FILTER (WHERE s.state = 'in_force' AND s.kind = 'give_up'), 0)::bigint AS given_up,
    coalesce(sum(conceded_minor) FILTER (WHERE s.state = 'superseded' AND s.kind = 'give_up'), 0)::bigint AS gave_up,
    coalesce(sum(denied_minor) FILTER (WHERE s.state = 'in_force'), 0)::bigint AS denied,
    min(coalesce(a.decided_at, s.decided_at)) FILTER (
      WHERE s.state = 'in_force' AND s.kind IN ('valid','invalid','partially_valid','settlement')) AS decided_at
  FROM dispute_decisions s
  LEFT JOIN approvals a ON a.id = s.approval_id
  WHERE s.dispute_id = d.id) k
WHERE d.state <> 'void'
  AND p.claimed > 0
  AND d.taken_on <= $1
  AND (d.taken_on >= $2 OR d.closed_at IS NULL OR d.closed_at >= ($3::date)::timestamp AT TIME ZONE c.time_zone)
ORDER BY d.id`

// DeductionRows reads the claims that count in a window; see port.ClaimFigures.
func (t *tx) DeductionRows(ctx context.Context, w report.Window) ([]report.DeductionRow, error) {
	return many(ctx, t, scanDeduction, claimFigureRows, w.To, w.Before().From, w.From)
}

func scanDeduction(row pgx.CollectableRow) (report.DeductionRow, error) {
	var r report.DeductionRow
	var off report.WrittenOff
	err := row.Scan(&r.CustomerID, &r.Reason, &r.Team, &r.Currency, &r.Withheld, &r.TakenOn, &r.DecidedOn, &r.ClosedOn, &r.ClaimedMinor,
		&r.UndecidedMinor, &r.ValidMinor, &r.DeniedMinor, &r.RepaidMinor, &r.WithdrawnMinor, &off.Minor, &off.ByTolerance,
		&off.ConcededMinor, &off.GivenUpMinor, &off.GaveUpMinor, &off.LostMinor)
	if err != nil {
		return r, err
	}
	r.GivenUpMinor, r.ConcededMinor, r.ToleratedMinor = off.Divide()
	if r.UndecidedMinor+r.WithdrawnMinor == r.ClaimedMinor {
		r.DecidedOn = 0 // an appeal made all of it undecided again: no decision stands
	}
	return r, nil
}
