package store_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/port"
)

func TestImportWithItsQuarantine(t *testing.T) {
	t.Parallel()
	h := emptyHouse(t)
	run := port.ImportRun{
		ID: newID(), Profile: "arrears-csv", Source: "erp", Filename: "invoices.csv", Mode: "snapshot", AsOf: date("2026-03-01"),
		State: "running", Settings: []byte(`{}`), Report: []byte(`{}`), CreatedBy: "key-1", CreatedAt: noon,
	}
	row := func(line int64) port.QuarantineRow {
		return port.QuarantineRow{
			ID: newID(), ImportID: run.ID, Line: line, Field: "due_date", Code: "calendar.invalid_date", Message: "is no date",
			Raw: []byte(`{"due_date": "x"}`), Severity: "refused", State: "open",
		}
	}
	rows := []port.QuarantineRow{row(2), row(10), row(10)}
	h.in(t, func(ctx context.Context, tx port.Tx) {
		require.NoError(t, tx.InsertImport(ctx, run))
		require.NoError(t, tx.InsertQuarantine(ctx, rows))
		run.State, run.RowsRead, run.Accepted, run.Changed, run.Unchanged, run.Refused, run.Suspicious = "done", 9, 4, 1, 1, 2, 1
		run.SHA256, run.FinishedAt, run.Report = make([]byte, 32), &noon, []byte(`{"EUR": 5}`)
		require.NoError(t, tx.UpdateImport(ctx, run))
		got, err := tx.Import(ctx, run.ID)
		require.NoError(t, err)
		require.Equal(t, run, got)
		require.NoError(t, tx.SetQuarantineState(ctx, rows[0].ID, "corrected"))
	})
	list := func(state string) []port.QuarantineRow {
		return everyPage(t, h, func(ctx context.Context, tx port.Tx, p port.Page) (port.Paged[port.QuarantineRow], error) {
			return tx.ListQuarantine(ctx, run.ID, state, p)
		})
	}
	require.Len(t, list(""), 3)
	require.Equal(t, rows[1:], list("open"))
	runs := everyPage(t, h, func(ctx context.Context, tx port.Tx, p port.Page) (port.Paged[port.ImportRun], error) {
		return tx.ListImports(ctx, p)
	})
	require.Equal(t, []port.ImportRun{run}, runs)
	h.refuses(t, "import.not_found", func(ctx context.Context, tx port.Tx) error {
		_, err := tx.Import(ctx, newID())
		return err
	})
	h.refuses(t, "quarantine.not_found", func(ctx context.Context, tx port.Tx) error {
		return tx.SetQuarantineState(ctx, newID(), "discarded")
	})
}
