package store_test

import (
	"context"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"arrears/domain/receivable"
	"arrears/port"
)

// v010Insert and v010Copies are what v0.1.0 stores a document with, and reads those by that go with a notice.
const (
	v010Insert = `
INSERT INTO documents (id, customer_id, invoice_id, kind, filename, media_type, size, sha256, created_at, created_by, content)
VALUES ($1, $2, $3, 'invoice', 'old.pdf', 'application/pdf', 4, $4, $5, 'key-1', '%PDF')`
	v010Copies = `SELECT id, invoice_id, filename, media_type, size, content FROM documents WHERE invoice_id = $1 ORDER BY created_at`
)

// v010Read scans as v0.1.0 does.
func v010Read(t *testing.T, conn *pgx.Conn, h house) error {
	t.Helper()
	rows, err := conn.Query(t.Context(), v010Copies, h.invoice.ID)
	require.NoError(t, err)
	_, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (receivable.Document, error) {
		var d receivable.Document
		err := row.Scan(&d.ID, &d.InvoiceID, &d.Filename, &d.MediaType, &d.Size, &d.Content)
		return d, err
	})
	return err
}

// A document of v0.1.0 has its content in its row: it stays readable to both. One of this release stops v0.1.0, which would
// send a notice with an empty copy.
func TestDocumentsOfBothReleases(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	conn, err := pgx.Connect(t.Context(), h.url)
	require.NoError(t, err)
	defer func() { require.NoError(t, conn.Close(context.Background())) }()
	old := newID()
	sum := [32]byte{9}
	_, err = conn.Exec(t.Context(), v010Insert, old, h.customer.ID, h.invoice.ID, sum[:], noon)
	require.NoError(t, err)
	require.NoError(t, v010Read(t, conn, h))
	h.in(t, func(ctx context.Context, tx port.Tx) {
		d, err := tx.Document(ctx, old)
		require.NoError(t, err)
		require.True(t, d.InRow)
		require.Equal(t, "old.pdf", d.Filename)
		content, err := tx.DocumentContent(ctx, old)
		require.NoError(t, err)
		require.Equal(t, "%PDF", string(content))
		page, err := tx.DocumentFiles(ctx, d.CustomerID.UUID, 10)
		require.NoError(t, err)
		require.Empty(t, page, "it has no file")

		d.ID, d.InRow, d.SHA256, d.CreatedAt = newID(), false, [32]byte{8}, noon.Add(time.Second)
		require.NoError(t, tx.TouchFile(ctx, d.SHA256, d.Size))
		require.NoError(t, tx.InsertDocument(ctx, d))
	})
	require.ErrorContains(t, v010Read(t, conn, h), "cannot scan NULL")
}

// aged makes the notes of all files look as if they had been touched that long ago.
func (h house) aged(t *testing.T, by string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), h.url)
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), `UPDATE document_files SET touched_at = touched_at - $1::interval`, by)
	require.NoError(t, err)
	require.NoError(t, conn.Close(t.Context()))
}

func TestOnlyWhatNobodyNamesGrowsStale(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	loose, named := [32]byte{1}, [32]byte{2}
	stale := func(ctx context.Context, tx port.Tx) ([32]byte, bool) {
		sum, found, err := tx.StaleFile(ctx, time.Hour)
		require.NoError(t, err)
		return sum, found
	}
	h.in(t, func(ctx context.Context, tx port.Tx) {
		require.NoError(t, tx.TouchFile(ctx, loose, 1))
		require.NoError(t, tx.TouchFile(ctx, named, 1))
		require.NoError(t, tx.InsertDocument(ctx, receivable.Document{
			ID: newID(), CustomerID: someID(h.customer.ID), Kind: "claim", Filename: "a", MediaType: "text/plain", Size: 1, SHA256: named,
			CreatedAt: noon, CreatedBy: "key-1",
		}))
		_, found := stale(ctx, tx)
		require.False(t, found, "it was touched just now")
	})
	h.aged(t, "2 hours")
	h.in(t, func(ctx context.Context, tx port.Tx) {
		sum, found := stale(ctx, tx)
		require.True(t, found)
		require.Equal(t, loose, sum)
		require.NoError(t, tx.TouchFile(ctx, loose, 1))
		_, found = stale(ctx, tx)
		require.False(t, found, "it was stored again")
		require.NoError(t, tx.ForgetFile(ctx, named), "what a document names is not forgotten")
		require.NoError(t, tx.TouchFile(ctx, named, 1))
	})
	h.aged(t, "2 hours")
	h.in(t, func(ctx context.Context, tx port.Tx) {
		sum, found := stale(ctx, tx)
		require.True(t, found)
		require.NoError(t, tx.ForgetFile(ctx, sum))
		_, found = stale(ctx, tx)
		require.False(t, found)
	})
}

// An upload that comes while its file is being swept away waits, and then finds that it has to bring it back.
func TestAnUploadWaitsForTheSweep(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	sum := [32]byte{1}
	h.in(t, func(ctx context.Context, tx port.Tx) { require.NoError(t, tx.TouchFile(ctx, sum, 1)) })
	h.aged(t, "2 hours")
	locked, touched := make(chan struct{}), make(chan error, 1)
	go func() {
		<-locked
		touched <- h.InTx(t.Context(), func(ctx context.Context, tx port.Tx) error { return tx.TouchFile(ctx, sum, 1) })
	}()
	h.in(t, func(ctx context.Context, tx port.Tx) {
		_, found, err := tx.StaleFile(ctx, time.Hour)
		require.NoError(t, err)
		require.True(t, found)
		close(locked)
		select {
		case err := <-touched:
			t.Errorf("the upload did not wait: %v", err)
		case <-time.After(200 * time.Millisecond):
		}
		require.NoError(t, tx.ForgetFile(ctx, sum))
	})
	require.NoError(t, <-touched)
	h.in(t, func(ctx context.Context, tx port.Tx) {
		_, found, err := tx.StaleFile(ctx, time.Hour)
		require.NoError(t, err)
		require.False(t, found, "it was touched after the sweep")
	})
}
