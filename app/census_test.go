package app_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/domain/census"
	"arrears/internal/testkit/pump"
)

// A healthy, busy installation has nothing to find, and nothing changes by looking.
func TestAHealthyTownHasNoFindings(t *testing.T) {
	t.Parallel()
	w := busy(t)
	v := w.census()
	require.Empty(t, v.Findings, "%+v", v.Findings)
	require.Equal(t, census.Done, v.State)
	require.True(t, v.Engine)
	require.EqualValues(t, value[int64](w, `SELECT count(*) FROM items`), v.LookedAt[census.Items])
	started := `SELECT count(*) FROM cases c WHERE state = 'active' AND NOT EXISTS (SELECT FROM nudges WHERE subject_id = c.id)`
	require.EqualValues(t, value[int64](w, started), v.LookedAt[census.CaseWorkflows])
	for _, part := range census.Parts() {
		if part != census.Whole {
			require.NotZero(t, v.LookedAt[part], part)
		}
	}
	require.Zero(t, v.Raised)
	require.Empty(t, w.Tasks(census.TaskKind))
}

// breakers break one thing each, as only the owner of the database can. What they name must be found, and nothing else
// beyond what is listed with them.
func breakers(w *town) map[string]struct {
	sql   []string
	other []string
} {
	type breaking = struct {
		sql   []string
		other []string
	}
	open, draft := w.item("open").String(), `'`+value[string](w, `SELECT id::text FROM notices WHERE state = 'draft' LIMIT 1`)+`'`
	return map[string]breaking{
		"item.sum":            {[]string{`ALTER TABLE items DROP CONSTRAINT items_law`, `UPDATE items SET moved_minor = moved_minor + 1 WHERE id = '` + open + `'`}, []string{"portfolio.moved", "item.moved"}},
		"item.negative":       {[]string{`ALTER TABLE items DROP CONSTRAINT items_disputed`, `UPDATE items SET disputed_minor = open_minor + 1 WHERE id = '` + open + `'`}, []string{"item.disputed"}},
		"item.paid":           {[]string{`UPDATE items SET paid_minor = paid_minor + 1, open_minor = open_minor - 1 WHERE id = '` + open + `'`}, nil},
		"item.discounted":     {[]string{`UPDATE items SET discounted_minor = discounted_minor + 1, open_minor = open_minor - 1 WHERE id = '` + open + `'`}, nil},
		"item.credited":       {[]string{`UPDATE items SET credited_minor = credited_minor + 1, open_minor = open_minor - 1 WHERE id = '` + open + `'`}, nil},
		"item.written_off":    {[]string{`UPDATE write_offs SET reversed_at = created_at`}, nil},
		"item.disputed":       {[]string{`UPDATE items SET disputed_minor = 1 WHERE id = '` + open + `'`}, nil},
		"item.moved":          {[]string{`UPDATE items SET moved_minor = moved_minor + 1, open_minor = open_minor - 1 WHERE id = '` + open + `'`}, nil},
		"item.origin":         {[]string{`UPDATE moves SET reversed_at = moved_at`}, nil},
		"receipt.netted":      {[]string{`UPDATE receipts SET netted_minor = 1, unapplied_minor = unapplied_minor + 1 WHERE number = 'P-2'`}, nil},
		census.NoOwner:        {[]string{`UPDATE cases SET state = 'closed', wake_at = NULL WHERE id = '` + w.by["open"].ID.String() + `'`}, nil},
		"item.level":          {[]string{`UPDATE items SET level = level + 1 WHERE id = '` + open + `'`}, nil},
		"invoice.sum":         {[]string{`UPDATE invoices SET amount_minor = amount_minor + 1 WHERE id = '` + w.by["open"].ID.String() + `'`}, nil},
		"receipt.sum":         {[]string{`ALTER TABLE receipts DROP CONSTRAINT receipts_law`, `UPDATE receipts SET refunded_minor = 1 WHERE number = 'P-1'`}, nil},
		"receipt.applied":     {[]string{`UPDATE receipts SET applied_minor = applied_minor - 1, unapplied_minor = 1 WHERE number = 'P-1'`}, nil},
		"credit_memo.sum":     {[]string{`ALTER TABLE credit_memos DROP CONSTRAINT credit_memos_law`, `UPDATE credit_memos SET open_minor = open_minor + 1`}, nil},
		"credit_memo.applied": {[]string{`UPDATE credit_memos SET open_minor = open_minor + 1, applied_minor = applied_minor - 1`}, nil},
		census.CaseLate:       {[]string{`UPDATE cases SET wake_at = wake_at - interval '1 year' WHERE id = '` + w.by["late"].ID.String() + `'`}, nil},
		"case.unseen":         {[]string{`UPDATE cases SET state = 'needs_attention' WHERE id = '` + w.by["promised"].ID.String() + `'`}, nil},
		"case.record":         {[]string{`UPDATE cases SET decisions = decisions + 1 WHERE id = '` + w.by["late"].ID.String() + `'`}, nil},
		"step.undecided":      {[]string{`UPDATE steps SET action = 'task' WHERE id = (SELECT id FROM steps WHERE state = 'awaiting_approval' LIMIT 1)`}, nil},
		"step.line":           {[]string{`UPDATE steps SET state = 'live' WHERE id = (SELECT id FROM steps s WHERE state = 'done' AND NOT EXISTS (SELECT FROM steps o WHERE o.item_id = s.item_id AND o.state IN ('live','awaiting_approval','approved')) LIMIT 1)`}, []string{"line.step"}},
		"line.step":           {[]string{`UPDATE notice_lines SET state = 'refused' WHERE id = (SELECT id FROM notice_lines WHERE state = 'withdrawn' LIMIT 1)`, `UPDATE steps SET state = 'withdrawn' WHERE id = (SELECT step_id FROM notice_lines WHERE state = 'sent' LIMIT 1)`}, nil},
		"line.asked":          {[]string{`UPDATE notice_lines SET ask_minor = open_minor + 1 WHERE id = (SELECT id FROM notice_lines WHERE state = 'sent' LIMIT 1)`}, nil},
		"notice.lines":        {[]string{`UPDATE notices SET state = 'refused' WHERE id = (SELECT id FROM notices WHERE state = 'sent' LIMIT 1)`}, nil},
		"notice.undecided":    {[]string{`UPDATE approvals SET state = 'lapsed' WHERE subject_id = ` + draft}, nil},
		"notice.sending":      {[]string{`UPDATE notices SET state = 'sending', dispatched_real = now() - interval '2 hours' WHERE id = ` + draft}, []string{"approval.subject"}},
		"notice.stuck":        {[]string{`UPDATE notices SET state = 'sealed', opens_at = '2023-01-01' WHERE id = ` + draft}, []string{"approval.subject"}},
		"approval.overdue":    {[]string{`UPDATE approvals SET due_at = '2023-01-01' WHERE state = 'open'`}, nil},
		"approval.reminder":   {[]string{`UPDATE approvals SET reminders = 99 WHERE state = 'open'`}, nil},
		"approval.subject":    {[]string{`UPDATE notices SET state = 'sealed', opens_at = '2030-01-01' WHERE id = ` + draft}, nil},
		"portfolio.moved":     {[]string{`UPDATE items SET moved_minor = moved_minor + 1, open_minor = open_minor - 1 WHERE id = '` + open + `'`}, []string{"item.moved"}},
		"nudge.old":           {[]string{`INSERT INTO nudges (workflow_id, subject_id, kind, not_before) VALUES ('x/1', gen_random_uuid(), 'notice', now() - interval '3 hours')`}, nil},
		"audit.unsealed":      {[]string{`ALTER TABLE audit_entries DISABLE TRIGGER ALL`, `UPDATE audit_entries SET recorded_at = now() - interval '1 hour' WHERE position IS NULL`}, nil},
		census.ChainBroken:    {[]string{`UPDATE audit_entries SET position = 1, prev_hash = repeat('x', 32)::bytea, hash = repeat('y', 32)::bytea WHERE id = (SELECT id FROM audit_entries LIMIT 1)`}, nil},
		"dispute.law":         {[]string{`ALTER TABLE dispute_parts DROP CONSTRAINT dispute_parts_law`, `UPDATE dispute_parts SET credited_minor = 1`}, nil},
		"dispute.sums":        {[]string{`UPDATE disputes SET pending_minor = pending_minor - 1`}, nil},
		"dispute.flag":        {[]string{`UPDATE dispute_flags SET amount_minor = amount_minor - 1 WHERE id = (SELECT flag_id FROM dispute_parts)`}, []string{"item.disputed"}},
		"dispute.denied_open": {[]string{`UPDATE dispute_parts SET denied_minor = 4001`}, []string{"dispute.uncollected"}},
		"dispute.uncollected": {nil, nil},
		census.DisputeLate:    {[]string{`UPDATE disputes SET wake_at = '2023-01-01'`}, nil},
		"dispute.deadline":    {[]string{`UPDATE disputes SET deadline_on = '2023-01-01'`}, nil},
		"dispute.credit_due":  {[]string{`UPDATE dispute_parts SET credit_due_minor = 1`}, nil},
		"dispute.unapproved":  {[]string{`UPDATE disputes SET state = 'awaiting_approval'`}, nil},
		census.BankFileLate:   {[]string{`UPDATE bank_files SET state = 'loading', finished_at = NULL, wake_at = '2023-01-01'`}, nil},
		"bank_entry.receipt":  {[]string{`UPDATE bank_entries SET amount_minor = amount_minor + 1`}, nil},
		census.DocumentFile:   {[]string{`UPDATE documents SET sha256 = repeat('z', 32)::bytea WHERE id = (SELECT id FROM documents LIMIT 1)`}, nil},
		"dispute.unwritten":   {[]string{`INSERT INTO dispute_messages (id, dispute_id, kind, dedupe, state, created_at) SELECT gen_random_uuid(), id, 'delay', 'x', 'due', '2023-01-01' FROM disputes`}, nil},
		census.CounterNotZero: {[]string{`INSERT INTO counters (name, value) VALUES ('asked_too_much', 2)`}, nil},
	}
}

// Each check finds what breaks it, and nothing else.
func TestEachCheckFindsWhatBreaksIt(t *testing.T) {
	t.Parallel()
	for name, parts := range map[string][]census.Part{
		"money and cases": {census.Items, census.Invoices, census.Receipts, census.CreditMemos, census.Cases, census.Steps, census.Lines},
		"notices":         {census.Notices},
		"claims":          {census.Disputes, census.Documents},
		"banks":           {census.BankFiles, census.BankEntries},
		"the rest":        {census.Approvals, census.Whole},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := busy(t)
			all := breakers(w)
			var known []string
			for _, check := range census.Checks() {
				if !slices.Contains(parts, check.Part) {
					continue
				}
				b, ok := all[check.Name]
				require.True(t, ok, "nothing breaks %s", check.Name)
				w.sql(b.sql...)
				v := w.census()
				require.Contains(t, names(v), check.Name, "%+v", v.Findings)
				require.Subset(t, slices.Concat(b.other, []string{check.Name}, known), names(v), "%+v", v.Findings)
				require.True(t, v.Raised > 0 || slices.Contains(known, check.Name), check.Name)
				known = append(known, names(v)...)
			}
		})
	}
}

// Those that compare with the engine have tests of their own; every other check has something that breaks it.
func TestEveryCheckIsTried(t *testing.T) {
	t.Parallel()
	for _, check := range census.Checks() {
		require.True(t, check.Part.OfEngine() || slices.Contains([]census.Part{
			census.Items, census.Invoices, census.Receipts, census.CreditMemos, census.Cases, census.Steps, census.Lines, census.Notices,
			census.Approvals, census.Disputes, census.BankFiles, census.BankEntries, census.Documents, census.Whole,
		}, check.Part), check.Name)
	}
}

// A finding is one task however often it is found; the census that does not find it any more closes it.
func TestAFindingIsOneTaskUntilItIsGone(t *testing.T) {
	t.Parallel()
	w := busy(t)
	broken := `UPDATE items SET level = level + $STEP WHERE id = '` + w.item("open").String() + `'`
	w.sql(strings.Replace(broken, "+ $STEP", "+ 1", 1))
	require.EqualValues(t, 1, w.census().Raised)
	for range 2 {
		again := w.census()
		require.Len(t, again.Findings, 1)
		require.Zero(t, again.Raised)
	}
	task := w.Tasks(census.TaskKind)[0]
	require.Equal(t, w.by["open"].ID, task.InvoiceID.UUID)
	w.sql(strings.Replace(broken, "+ $STEP", "- 1", 1))
	v := w.census()
	require.Empty(t, v.Findings)
	require.EqualValues(t, 1, v.Resolved)
	task = w.Tasks(census.TaskKind)[0]
	require.EqualValues(t, "done", task.State)
	require.Equal(t, "resolved", task.Outcome)
	require.EqualValues(t, 1, value[int64](w, `SELECT count(*) FROM audit_entries WHERE action = 'census.finding'`))
	require.EqualValues(t, 1, value[int64](w, `SELECT count(*) FROM audit_entries WHERE action = 'task.closed' AND actor = 'engine'`))

	w.At("2024-02-22") // broken again another day
	w.Settle()
	w.sql(strings.Replace(broken, "+ $STEP", "+ 1", 1))
	require.EqualValues(t, 1, w.census().Raised)
}

// What a counter has counted stays until a person has seen it; more of it is another matter.
func TestACounterIsKnownOnceAPersonHasSeenIt(t *testing.T) {
	t.Parallel()
	w := busy(t)
	w.sql(`INSERT INTO counters (name, value) VALUES ('asked_too_much', 2)`)
	require.EqualValues(t, 1, w.census().Raised)
	require.Len(t, w.census().Findings, 1)
	_, err := w.App.CloseTask(t.Context(), pump.Admin, w.Tasks(census.TaskKind)[0].ID, "seen")
	require.NoError(t, err)
	require.Empty(t, w.census().Findings)
	w.sql(`UPDATE counters SET value = 3`)
	v := w.census()
	require.EqualValues(t, 1, v.Raised)
	require.EqualValues(t, 3, v.Counters["asked_too_much"])
}

// Many of the same are one matter.
func TestManyOfTheSameAreOneTask(t *testing.T) {
	t.Parallel()
	w := busy(t)
	for n := range 60 {
		w.Invoice(w.customer, "M-"+string(rune('a'+n%26))+string(rune('a'+n/26)), 10_00, "2024-06-01")
	}
	w.Settle()
	w.sql(`UPDATE cases SET wake_at = '2023-01-01' WHERE state = 'active'`)
	v := w.census()
	require.EqualValues(t, 1, v.Raised)
	require.Greater(t, v.Found[census.CaseLate], int64(60))
	require.Equal(t, v.Found[census.CaseLate], v.Repaired)
	require.Len(t, w.Tasks(census.TaskKind), 1)
	w.Settle() // each was nudged, looked, and has its next date again
	again := w.census()
	require.Empty(t, again.Findings)
	require.EqualValues(t, 1, again.Resolved)
}
