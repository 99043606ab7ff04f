package store_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"arrears/domain/audit"
	"arrears/domain/fault"
	"arrears/internal/testkit"
	"arrears/port"
	"arrears/store"
)

func entryOf(action string) audit.Entry {
	return audit.Entry{
		ID: newID().String(), At: noon, BusinessDate: date("2026-03-02"), Actor: "key-1", Action: action, SubjectKind: "invoice",
		SubjectID: newID().String(), CustomerID: newID().String(), InvoiceID: newID().String(), Data: []byte(`{"a":1,"b":"x"}`),
	}
}

func (h house) record(t *testing.T, entries ...audit.Entry) {
	t.Helper()
	for _, e := range entries {
		h.in(t, func(ctx context.Context, tx port.Tx) { require.NoError(t, tx.Audit(ctx, e)) })
	}
}

// sealed seals until n entries are in the chain. Other tests' transactions on the same server may delay it.
func (h house) sealed(t *testing.T, n int) []audit.Link {
	t.Helper()
	var links []audit.Link
	require.Eventually(t, func() bool {
		_, err := h.SealAudit(t.Context(), 2)
		require.NoError(t, err)
		h.in(t, func(ctx context.Context, tx port.Tx) {
			links, err = tx.ListLinks(ctx, 0, 100)
			require.NoError(t, err)
		})
		return len(links) >= n
	}, patience, 5*time.Millisecond)
	return links
}

func TestAuditComesBackAsItWent(t *testing.T) {
	t.Parallel()
	h := emptyHouse(t)
	first, second := entryOf("invoice.created"), entryOf("receipt.recorded")
	second.CustomerID, second.InvoiceID, second.Data, second.BusinessDate = "", "", nil, 0
	h.record(t, first)
	keyed := port.WithIdempotencyID(t.Context(), "key-of-the-request", newID())
	require.NoError(t, h.InTx(keyed, func(ctx context.Context, tx port.Tx) error { return tx.Audit(ctx, second) }))
	second.IdempotencyKey, second.Data = "key-of-the-request", []byte(`{}`)
	got := everyPage(t, h, func(ctx context.Context, tx port.Tx, p port.Page) (port.Paged[audit.Entry], error) {
		return tx.ListAudit(ctx, port.AuditFilter{}, port.Page{After: p.After, Limit: 1})
	})
	require.Equal(t, []audit.Entry{first, second}, got)
	h.in(t, func(ctx context.Context, tx port.Tx) {
		invoice, customer := someID(uuid.MustParse(first.InvoiceID)), someID(uuid.MustParse(first.CustomerID))
		for _, c := range []struct {
			filter port.AuditFilter
			want   int
		}{
			{port.AuditFilter{InvoiceID: invoice}, 1},
			{port.AuditFilter{CustomerID: customer}, 1},
			{port.AuditFilter{InvoiceID: invoice, CustomerID: someID(newID())}, 0},
			{port.AuditFilter{InvoiceID: invoice, CustomerID: someID(newID()), Actions: []string{"a.b"}}, 1},
			{port.AuditFilter{SubjectID: someID(uuid.MustParse(second.SubjectID))}, 1},
			{port.AuditFilter{SubjectID: someID(newID())}, 0},
		} {
			page, err := tx.ListAudit(ctx, c.filter, port.Page{})
			require.NoError(t, err)
			require.Len(t, page.Items, c.want, "%+v", c.filter)
		}
		there, err := tx.HasAudit(ctx, uuid.MustParse(first.ID))
		require.NoError(t, err)
		require.True(t, there)
		there, err = tx.HasAudit(ctx, newID())
		require.NoError(t, err)
		require.False(t, there)
	})
}

func TestAuditRefusesWhatIsIncomplete(t *testing.T) {
	t.Parallel()
	h := emptyHouse(t)
	e := entryOf("invoice.created")
	e.Actor = ""
	h.refuses(t, audit.CodeIncompleteEntry, func(ctx context.Context, tx port.Tx) error { return tx.Audit(ctx, e) })
	e = entryOf("invoice.created")
	h.record(t, e)
	h.refuses(t, "record.exists", func(ctx context.Context, tx port.Tx) error { return tx.Audit(ctx, e) })
}

func TestSealerChains(t *testing.T) {
	t.Parallel()
	h := emptyHouse(t)
	entries := []audit.Entry{entryOf("a.b"), entryOf("c.d"), entryOf("e.f")}
	h.record(t, entries...)
	links := h.sealed(t, 3)
	require.NoError(t, audit.Verify(links))
	for n, l := range links {
		require.Equal(t, entries[n], l.Entry)
		require.Equal(t, int64(n+1), l.Position)
	}
	h.record(t, entryOf("g.h"))
	links = h.sealed(t, 4)
	found, err := h.VerifyAudit(t.Context())
	require.NoError(t, err)
	require.Equal(t, store.Verification{Sealed: 4, Head: links[3].Hash}, found)
	n, err := h.SealAudit(t.Context(), 100)
	require.NoError(t, err)
	require.Zero(t, n, "there is nothing left to seal")
}

// An entry whose transaction began first and commits last is not overtaken: what came later waits for it.
func TestSealerWaitsForALateCommit(t *testing.T) {
	t.Parallel()
	h := emptyHouse(t)
	late, early := entryOf("late.commit"), entryOf("early.commit")
	written, release, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		done <- h.InTx(context.WithoutCancel(t.Context()), func(ctx context.Context, tx port.Tx) error {
			defer close(written)
			if err := tx.Audit(ctx, late); err != nil {
				return err
			}
			written <- struct{}{}
			<-release
			return nil
		})
	}()
	<-written
	h.record(t, early)
	n, err := h.SealAudit(t.Context(), 10)
	require.NoError(t, err)
	require.Zero(t, n, "an earlier transaction may still commit")
	found, err := h.VerifyAudit(t.Context())
	require.NoError(t, err)
	require.Equal(t, int64(1), found.Unsealed)
	close(release)
	<-written
	require.NoError(t, <-done)
	links := h.sealed(t, 2)
	require.Equal(t, []string{"late.commit", "early.commit"}, []string{links[0].Entry.Action, links[1].Entry.Action})
	require.NoError(t, audit.Verify(links))
}

// Two sealers take turns; none skips or repeats a position.
func TestSealersTakeTurns(t *testing.T) {
	t.Parallel()
	h := emptyHouse(t)
	for range 6 {
		h.record(t, entryOf("some.thing"))
	}
	results := make(chan error, 3)
	for range 3 {
		go func() {
			_, err := h.SealAudit(context.WithoutCancel(t.Context()), 2)
			results <- err
		}()
	}
	for range 3 {
		require.NoError(t, <-results)
	}
	require.NoError(t, audit.Verify(h.sealed(t, 6)))
}

func TestRecordsDoNotChange(t *testing.T) {
	t.Parallel()
	db, url := testkit.DB(t)
	h := house{DB: db}
	h.record(t, entryOf("a.b"))
	h.sealed(t, 1)
	h.in(t, func(ctx context.Context, tx port.Tx) { publishDefault(ctx, t, tx) })
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close(context.Background())) }()
	for _, statement := range []string{
		`UPDATE audit_entries SET actor = 'x'`,
		`UPDATE audit_entries SET data = '{}'`,
		`UPDATE audit_entries SET invoice_id = NULL`,
		`DELETE FROM audit_entries`,
		`UPDATE policy_versions SET body = '{}'`,
		`DELETE FROM policy_versions`,
	} {
		_, err := conn.Exec(t.Context(), statement)
		require.Error(t, err, statement)
	}
}

// Whoever has the owner's rights can take the guards away; the chain shows it.
func TestVerifyFindsAnAlteredEntry(t *testing.T) {
	t.Parallel()
	db, url := testkit.DB(t)
	h := house{DB: db}
	h.record(t, entryOf("a.b"), entryOf("c.d"), entryOf("e.f"))
	links := h.sealed(t, 3)
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close(context.Background())) }()
	_, err = conn.Exec(t.Context(), `ALTER TABLE audit_entries DISABLE TRIGGER USER`)
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), `UPDATE audit_entries SET data = $1 WHERE id = $2`, json.RawMessage(`{"a":2}`), links[1].Entry.ID)
	require.NoError(t, err)
	found, err := h.VerifyAudit(t.Context())
	require.Equal(t, audit.CodeBrokenChain, fault.CodeOf(err))
	var where *audit.BreakError
	require.ErrorAs(t, err, &where)
	require.Equal(t, int64(2), where.Position)
	require.Equal(t, int64(1), found.Sealed)
}
