package house

import (
	"bytes"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/internal/testkit"
	"arrears/replay"
	"arrears/workflows/contract"
)

// laws are statements of which each selects what must not be, named.
var laws = map[string]string{
	"an open item has one case that is looked after, with a next date": `
SELECT i.id::text FROM items i
LEFT JOIN cases c ON c.id = i.invoice_id AND ((c.state = 'active' AND c.wake_at IS NOT NULL) OR c.state = 'needs_attention')
WHERE i.open_minor > 0 AND i.kind = 'instalment'
GROUP BY i.id HAVING count(c.id) <> 1`,
	"a case that waits for a person has an open task": `
SELECT c.id::text FROM cases c
LEFT JOIN tasks t ON starts_with(t.dedupe, 'needs_attention/' || c.id || '/') AND t.state = 'open'
WHERE c.state = 'needs_attention' AND t.id IS NULL`,
	"a notice under way has a next moment": `
SELECT id::text FROM notices WHERE state = 'gathering' AND wake_at IS NULL
UNION ALL
SELECT n.id::text FROM notices n
LEFT JOIN approvals a ON a.subject_kind = 'notice' AND a.subject_id = n.id AND a.state = 'open'
WHERE n.state = 'draft' AND a.id IS NULL`,
	"a stage is attempted once at a time and done once": `
SELECT item_id::text || ' ' || stage FROM steps
WHERE state IN ('live','awaiting_approval','approved','done')
GROUP BY item_id, stage, cycle HAVING count(*) > 1`,
	"a closed case has nothing open": `
SELECT c.id::text FROM cases c JOIN items i ON i.invoice_id = c.id AND i.kind IN ('instalment','charge') WHERE c.state = 'closed' AND i.open_minor > 0
UNION ALL
SELECT c.id::text FROM cases c JOIN items i ON i.id = c.id WHERE c.state = 'closed' AND i.open_minor > i.disputed_minor`,
	"no notice is left in the middle": `
SELECT id::text FROM notices WHERE state IN ('sealed','sending')`,
	"a step and its line say the same": `
SELECT l.id::text FROM notice_lines l JOIN steps s ON s.id = l.step_id
WHERE (l.state = 'sent') <> (s.state = 'done') OR (l.state = 'live') <> (s.state IN ('live','awaiting_approval','approved'))`,
	"a sent line asks for what was collectable": `
SELECT id::text FROM notice_lines WHERE state = 'sent' AND (ask_minor = 0 OR ask_minor > open_minor)`,
	"an item stands on the highest level that was sent": `
SELECT i.id::text FROM items i
LEFT JOIN notice_lines l ON l.item_id = i.id AND l.state = 'sent'
LEFT JOIN steps s ON s.id = l.step_id AND s.cycle = i.cycle
GROUP BY i.id HAVING i.level <> coalesce(max(l.level) FILTER (WHERE s.id IS NOT NULL), 0)`,
	"a case counts its decisions": `
SELECT c.id::text FROM cases c JOIN decisions d ON d.case_id = c.id GROUP BY c.id HAVING c.decisions <> count(*) OR c.decisions <> max(d.seq)`,
	"no nudge waits": `
SELECT workflow_id FROM nudges`,
}

// Laws waits until all is quiet and proves what must hold then: the laws of money and cases, that each mail came exactly
// once, or as often as the record says that it was sent again, and that the record is chained and verifies.
func (h *House) Laws() {
	h.t.Helper()
	h.Quiet()
	h.Books()
	h.owners()
	h.mailsOnce()
	h.Verify()
}

// owners proves that whatever is under way has a workflow that waits for it, and that what is done has none.
func (h *House) owners() {
	h.t.Helper()
	for kind, of := range map[string]string{
		contract.KindInvoice:   `SELECT id FROM cases WHERE kind = 'invoice' AND state `,
		contract.KindDeduction: `SELECT id FROM cases WHERE kind = 'deduction' AND state `,
		contract.KindDispute:   `SELECT id FROM (SELECT id, CASE WHEN deadline_on IS NULL THEN state ELSE 'waiting' END AS state FROM disputes) d WHERE state `,
	} {
		for _, id := range Column[uuid.UUID](h, of+`NOT IN ('closed','void')`) {
			if h.Count("nudges", "subject_id = $1", id) == 0 { // else the relay does when its time has come
				require.Equal(h.t, "running", h.Status(kind, id), "the %s %s is open and nobody looks after it", kind, id)
			}
		}
		for _, id := range Column[uuid.UUID](h, of+`IN ('closed','void')`) {
			require.NotEqual(h.t, "running", h.Status(kind, id), "the %s %s is closed and somebody waits", kind, id)
		}
	}
	for _, id := range Column[uuid.UUID](h, `SELECT id FROM notices WHERE state IN ('gathering','draft')`) {
		require.Equal(h.t, "running", h.Status(contract.KindNotice, id), "the notice %s is under way and nobody looks after it", id)
	}
}

// Replays performs up to limit cases again from their record, spread over all, and requires identical results.
func (h *House) Replays(limit int) {
	h.t.Helper()
	for _, id := range Column[uuid.UUID](h, `SELECT id FROM cases ORDER BY md5(id::text) LIMIT $1`, limit) {
		report, err := h.Product.Replay(h.t.Context(), h.Engine, id)
		require.NoError(h.t, err)
		var text bytes.Buffer
		require.NoError(h.t, report.Write(&text))
		require.Equal(h.t, replay.Identical, report.Verdict, "%s", text.String())
	}
}

// Duplicates is how many mails came more than once: those beyond the first of each Message-ID.
func (h *House) Duplicates() int {
	h.t.Helper()
	seen := map[string]bool{}
	for _, m := range h.Mail.Messages() {
		seen[m.MessageID] = true
	}
	return h.Mail.Count() - len(seen)
}

// Books proves the laws of money and cases alone.
func (h *House) Books() {
	h.t.Helper()
	for _, some := range []map[string]string{laws, testkit.MoneyLaws(), testkit.ClaimLaws()} {
		for law, broken := range some {
			require.Empty(h.t, Column[string](h, broken), law)
		}
	}
}

// mailsOnce compares what came with what the record says was sent.
func (h *House) mailsOnce() {
	h.t.Helper()
	came := map[string][][]byte{}
	for _, m := range h.Mail.Messages() {
		came[m.MessageID] = append(came[m.MessageID], m.Raw)
	}
	for _, n := range h.Notices() {
		if n.Channel != "email" || n.MessageID == "" {
			continue
		}
		copies := came[n.MessageID]
		delete(came, n.MessageID)
		require.LessOrEqual(h.t, len(copies), 1+n.Resends, "notice %s, %s, was received %d times", n.ID, n.State, len(copies))
		if n.State == "sent" {
			require.NotEmpty(h.t, copies, "notice %s was sent and never received", n.ID)
		}
		for _, again := range copies[min(1, len(copies)):] {
			require.True(h.t, bytes.Equal(copies[0], again), "a notice is sent again in the same bytes")
		}
	}
	for _, m := range Column[string](h, `SELECT message_id FROM dispute_messages WHERE state = 'sent' AND message_id <> ''`) {
		require.NotEmpty(h.t, came[m], "a message about a claim was sent and never received")
	}
	for _, m := range Column[string](h, `SELECT message_id FROM dispute_messages WHERE message_id <> ''`) {
		delete(came, m)
	}
	require.Empty(h.t, came, "every mail is a notice's or about a claim")
}

// Resent is how often the record says that a notice was sent again because a crash hid whether it had been.
func (h *House) Resent() int {
	h.t.Helper()
	total := Value[int](h, `SELECT coalesce(sum(resends), 0) FROM notices`)
	counted := Value[int](h, `SELECT coalesce(sum(value), 0)::int FROM counters WHERE name = 'resent_same_bytes'`)
	require.Equal(h.t, total, counted, "each repetition is counted")
	return total
}

// Verify waits until the record is sealed to its end and verifies the chain.
func (h *House) Verify() {
	h.t.Helper()
	h.Until("the record is sealed", func() bool { return h.Count("audit_entries", "position IS NULL") == 0 })
	before := h.Count("audit_entries", "position IS NOT NULL")
	found, err := h.Product.DB.VerifyAudit(h.t.Context())
	require.NoError(h.t, err)
	require.GreaterOrEqual(h.t, found.Sealed, int64(before), "what was sealed is verified")
	require.LessOrEqual(h.t, found.Sealed, int64(h.Count("audit_entries", "true"))) // the night's work may write meanwhile
}

// Tamper changes what the database refuses to change, as its superuser can.
func (h *House) Tamper(sql string, args ...any) {
	h.t.Helper()
	conn, err := h.SQL.Acquire(h.t.Context())
	require.NoError(h.t, err)
	defer conn.Release()
	for _, role := range []string{"replica", "origin"} { // triggers do not fire for a replica
		_, err = conn.Exec(h.t.Context(), "SET session_replication_role = "+role)
		require.NoError(h.t, err)
		if role == "replica" {
			_, err = conn.Exec(h.t.Context(), sql, args...)
			require.NoError(h.t, err)
		}
	}
}

// Changed remembers a column of the one row that the condition selects, and returns what puts it back.
func (h *House) Changed(table, column, condition string, arg any) (restore func()) {
	h.t.Helper()
	was := Value[string](h, "SELECT "+column+"::text FROM "+table+" WHERE "+condition, arg)
	return func() {
		h.Tamper("UPDATE "+table+" SET "+column+" = $2::jsonb WHERE "+condition, arg, was)
	}
}
