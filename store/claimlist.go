package store

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"arrears/domain/calendar"
	"arrears/domain/dispute"
	"arrears/domain/money"
	"arrears/port"
)

// liveClaim is the predicate of the partial indices, word for word.
const liveClaim = `d.state NOT IN ('closed','void')`

// waitingClaim has something ahead: it is live, or a deadline outlives it. It is the predicate of the index of next dates.
const waitingClaim = `(state NOT IN ('closed','void') OR deadline_on IS NOT NULL)`

// claimFilter makes conditions of a filter.
func claimFilter(f port.DisputeFilter) filter {
	var w filter
	w.id("d.customer_id = $?", f.CustomerID)
	w.id("d.receipt_id = $?", f.ReceiptID)
	w.id("d.id IN (SELECT p.dispute_id FROM dispute_parts p WHERE p.invoice_id = $?)", f.InvoiceID)
	w.text("d.kind = $?", string(f.Kind))
	if len(f.States) > 0 {
		w.add("d.state = ANY($?)", f.States)
	}
	w.flag(liveClaim, f.Live || allLive(f.States))
	w.text("d.owner = $?", f.Owner)
	w.text("d.team = $?", f.Team)
	w.text("d.reason = $?", f.Reason)
	w.flag("d.reason IS NULL", f.Unknown)
	w.text("d.claim_reference <> '' AND "+fmt.Sprintf(plainReference, "d.claim_reference")+" = "+fmt.Sprintf(plainReference, "$?::text"), f.Reference)
	w.text("d.currency = $?", string(f.Currency))
	if f.MinMinor > 0 {
		w.add("d.claimed_minor >= $?", f.MinMinor)
	}
	if f.MaxMinor > 0 {
		w.add("d.claimed_minor <= $?", f.MaxMinor)
	}
	if !f.DeadlineBy.IsZero() {
		w.add("d.deadline_on <= $?", f.DeadlineBy)
	}
	if !f.TakenBefore.IsZero() {
		w.add("d.taken_on < $?", f.TakenBefore)
	}
	if f.Number > 0 {
		w.add("d.number = $?", f.Number)
	}
	return w
}

func allLive(states []dispute.State) bool {
	for _, s := range states {
		if s.Ended() {
			return false
		}
	}
	return len(states) > 0
}

// ListDisputes lists with parts, oldest first; see port.Disputes.
func (t *tx) ListDisputes(ctx context.Context, f port.DisputeFilter, p port.Page) (port.Paged[dispute.Dispute], error) {
	w := claimFilter(f)
	if err := w.after("d.id", p.After); err != nil {
		return port.Paged[dispute.Dispute]{}, err
	}
	rows, err := listed(ctx, t, scanClaim, `SELECT`+claimColumns+` FROM disputes d`+w.where()+w.limit("d.id", p), w.args...)
	return paged(rows, p, func(d dispute.Dispute) string { return cursor(d.ID.String()) }), err
}

// worklistOrder is the order within a class of deadlines.
const worklistOrder = `d.risk DESC, d.taken_on, d.id`

// classes are the classes of dispute.Rank, the most urgent first; the last one is what is in none of them. $? is today.
var classes = [...]string{
	"d.deadline_on < $?",
	"d.deadline_on BETWEEN $? AND $? + 3",
	"d.deadline_on BETWEEN $? + 4 AND $? + 7",
	"(d.deadline_on > $? + 7 OR d.deadline_on IS NULL)",
}

// classOf is the class of a row.
const classOf = `CASE WHEN d.deadline_on < $? THEN 0 WHEN d.deadline_on <= $? + 3 THEN 1 WHEN d.deadline_on <= $? + 7 THEN 2 ELSE 3 END`

// DisputeWorklist lists in the order of dispute.Rank; see port.Disputes.
func (t *tx) DisputeWorklist(ctx context.Context, f port.DisputeFilter, today calendar.Date, p port.Page) (port.Paged[dispute.Dispute], error) {
	var page port.Paged[dispute.Dispute]
	from, err := worklistAfter(p.After)
	if err != nil {
		return page, err
	}
	f.Live = true
	w := claimFilter(f)
	w.args = append(w.args, today)
	day := "$" + strconv.Itoa(len(w.args)) + "::date"
	find := w.worklistOfAll
	if len(w.conditions) > 1 {
		find = w.worklistOfSome
	}
	rows, err := listed(ctx, t, scanWorked, `
WITH `+find(from, day, p)+`
)
SELECT`+claimColumns+`, page.class, page.risk
FROM page
JOIN disputes d ON d.id = page.id
ORDER BY page.class, `+worklistOrder, w.args...)
	cut := paged(rows, p, worked.cursor)
	for _, row := range cut.Items {
		page.Items = append(page.Items, row.Dispute)
	}
	page.Next = cut.Next
	return page, err
}

// worklistOfAll finds a page among all live cases: each class its first rows, by the index of the deadlines where it holds few
// and by that of the worklist where it holds many.
func (f *filter) worklistOfAll(from place, day string, p port.Page) string {
	common := len(f.conditions)
	var parts []string
	for class := from.class; class < len(classes); class++ {
		f.conditions = append(f.conditions[:common:common], strings.ReplaceAll(classes[class], "$?", day))
		if class == from.class && p.After != "" {
			f.add("d.risk <= $?", from.risk)
			f.add("(d.risk < $? OR (d.taken_on, d.id) > ($?::text::date, $?::uuid))", from.risk, from.takenOn, from.id)
		}
		parts = append(parts, fmt.Sprintf("(SELECT %d AS class, d.id, d.risk, d.taken_on FROM disputes d%s%s)", class, f.where(), f.limit(worklistOrder, p)))
	}
	return `page AS (
  SELECT *
  FROM (` + strings.Join(parts, "\n  UNION ALL ") + `) d` + f.limit("d.class, "+worklistOrder, p)
}

// worklistOfSome finds a page among the cases that a filter leaves. What is urgent is sorted as a whole: to walk an index until
// enough are met takes long where what is sought lies at its end. The rest is looked at only where that does not fill the page.
func (f *filter) worklistOfSome(from place, day string, p port.Page) string {
	common, room := len(f.conditions), strconv.Itoa(p.Size())
	urgent := `
  SELECT 0 AS class, d.id, d.risk, d.taken_on
  FROM disputes d
  WHERE false`
	if from.class < len(classes)-1 {
		class := strings.ReplaceAll(classOf, "$?", day)
		f.add("d.deadline_on <= " + day + " + 7")
		if p.After != "" {
			f.add("("+class+", -d.risk, d.taken_on, d.id) > ($?, $?, $?::text::date, $?::uuid)", from.class, -from.risk, from.takenOn, from.id)
		}
		urgent = `
  SELECT ` + class + ` AS class, d.id, d.risk, d.taken_on
  FROM disputes d` + f.where() + f.limit("class, "+worklistOrder, p)
		f.conditions = f.conditions[:common:common]
	}
	f.add("(SELECT count(*) FROM urgent) <= " + room)
	f.add(strings.ReplaceAll(classes[len(classes)-1], "$?", day))
	if from.class == len(classes)-1 {
		f.add("d.risk <= $?", from.risk)
		f.add("(d.risk < $? OR (d.taken_on, d.id) > ($?::text::date, $?::uuid))", from.risk, from.takenOn, from.id)
	}
	return `urgent AS (` + urgent + `
), later AS (
  SELECT ` + strconv.Itoa(len(classes)-1) + ` AS class, d.id, d.risk, d.taken_on
  FROM disputes d` + f.where() + f.limit(worklistOrder, p) + `
), page AS (
  SELECT *
  FROM (SELECT * FROM urgent UNION ALL SELECT * FROM later) d` + f.limit("d.class, "+worklistOrder, p)
}

// worked is a case with its place in the worklist.
type worked struct {
	dispute.Dispute
	class int
	risk  int64
}

func (w worked) cursor() string {
	return cursor(strconv.Itoa(w.class), strconv.FormatInt(w.risk, 10), w.TakenOn.String(), w.ID.String())
}

func scanWorked(row pgx.CollectableRow) (worked, error) {
	var w worked
	var err error
	w.Dispute, err = scanClaimWith(row, &w.class, &w.risk)
	return w, err
}

// place is where a page of the worklist begins.
type place struct {
	class       int
	risk        int64
	takenOn, id string
}

func worklistAfter(after string) (place, error) {
	var at place
	key, err := parseCursor(after, 4)
	if err != nil || key == nil {
		return at, err
	}
	if at.class, err = strconv.Atoi(key[0]); err != nil || at.class < 0 || at.class >= len(classes) {
		return at, errBadCursor
	}
	if at.risk, err = strconv.ParseInt(key[1], 10, 64); err != nil {
		return at, errBadCursor
	}
	if _, err = calendar.ParseDate(key[2]); err != nil {
		return at, errBadCursor
	}
	at.takenOn, at.id = key[2], key[3]
	return at, nil
}

// tolerated is what tolerance closed.
type tolerated struct {
	Minor int64
	Cases int
}

// ToleratedSince sums what tolerance closed; see port.Disputes. The day begins in the customer's time zone.
func (t *tx) ToleratedSince(ctx context.Context, customerID uuid.UUID, currency money.Currency, since calendar.Date) (int64, int, error) {
	sum, err := one(ctx, t, errCustomerNotFound, pgx.RowToStructByPos[tolerated], `
SELECT
  coalesce(sum(p.written_off_minor), 0)::bigint,
  count(DISTINCT d.id)::int
FROM disputes d
JOIN customers c ON c.id = d.customer_id
JOIN dispute_parts p ON p.dispute_id = d.id
WHERE d.customer_id = $1
  AND d.currency = $2
  AND d.outcome = 'tolerated'
  AND coalesce(d.decided_at, d.opened_at) >= ($3::date)::timestamp AT TIME ZONE c.time_zone`, customerID, currency, since)
	return sum.Minor, sum.Cases, err
}
