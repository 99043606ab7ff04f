package app_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/calendar"
	"arrears/domain/intake"
	"arrears/port"
)

func snapshot(controls ...intake.Control) app.NewImport {
	return app.NewImport{Mode: app.ImportSnapshot, AsOf: calendar.MustDate("2026-03-01"), Controls: controls}
}

func total(customer string, count, minor int64) intake.Control {
	return intake.Control{CustomerNumber: customer, Currency: "EUR", Count: count, SumMinor: minor}
}

func TestSnapshotThatTiesOut(t *testing.T) {
	t.Parallel()
	l := newLoader(t)
	got := l.with(snapshot(total("C1", 2, 15000), total("C2", 1, 2000)),
		inv("R1", "C1", "100.00"), inv("R2", "C1", "90.00", "open_amount", "50.00"), inv("R3", "C2", "20.00"))
	require.Equal(t, int64(3), got.Accepted)
	require.Equal(t, &app.SnapshotReport{
		AsOf: calendar.MustDate("2026-03-01"), Controlled: true, MissingList: []app.SnapshotMissing{}, Differences: []app.SnapshotDifference{},
	}, got.Snapshot)
	require.Zero(t, l.number(`SELECT count(*) FROM tasks`))
}

// What the list no longer names is not closed: it is reported, and asks a person.
func TestSnapshotMissesAnInvoice(t *testing.T) {
	t.Parallel()
	l := newLoader(t)
	l.load(inv("R1", "C1", "100.00"), inv("R2", "C1", "50.00"), inv("R9", "C1", "5.00", "settled_date", "2026-02-20"))
	in := snapshot(total("C1", 1, 10000))
	got := l.with(in, inv("R1", "C1", "100.00"))
	require.Equal(t, int64(1), got.Snapshot.Missing)
	require.Equal(t, "R2", got.Snapshot.MissingList[0].Number)
	require.Equal(t, int64(5000), got.Snapshot.MissingList[0].OpenMinor)
	require.Len(t, got.Snapshot.Differences, 1)
	d := got.Snapshot.Differences[0]
	require.True(t, d.Explained, "the missing invoice is all of it")
	require.Equal(t, app.SnapshotSum{Count: 2, SumMinor: 15000}, d.Here)
	require.Equal(t, app.SnapshotSum{Count: 1, SumMinor: 10000}, d.Stated)
	require.Equal(t, int64(5000), l.open("R2"), "nothing is closed")
	require.Equal(t, int64(1), l.number(`SELECT count(*) FROM tasks WHERE kind = 'snapshot_difference' AND invoice_id = (SELECT id FROM invoices WHERE number = 'R2')`))
	before := l.state()
	l.with(in, inv("R1", "C1", "100.00"))
	require.Equal(t, before, l.state(), "the same difference asks once")
}

func TestSnapshotWhoseTotalsDiffer(t *testing.T) {
	t.Parallel()
	l := newLoader(t)
	l.load(inv("R1", "C1", "100.00"), inv("R2", "C2", "50.00"))
	got := l.with(snapshot(total("C1", 1, 8000), total("C3", 1, 100), total("C2", 1, 5000)),
		inv("R1", "C1", "100.00", "open_amount", "80.00"), inv("R2", "C2", "50.00"))
	require.Zero(t, got.Snapshot.Missing)
	require.Len(t, got.Snapshot.Differences, 2)
	first, second := got.Snapshot.Differences[0], got.Snapshot.Differences[1]
	require.Equal(t, "C1", first.CustomerNumber)
	require.Equal(t, app.SnapshotSum{Count: 1, SumMinor: 8000}, first.Listed)
	require.Equal(t, app.SnapshotSum{Count: 1, SumMinor: 10000}, first.Here)
	require.False(t, first.Explained)
	require.Equal(t, "C3", second.CustomerNumber, "stated, and neither listed nor here: the list is cut off")
	require.Equal(t, int64(2), l.number(`SELECT count(*) FROM tasks WHERE kind = 'snapshot_difference' AND invoice_id IS NULL`))
	require.Equal(t, int64(1), got.Codes[intake.CodeOpenDiffers])
	require.Equal(t, int64(10000), l.open("R1"), "a list does not change what was paid")
}

func TestSnapshotWithControlRowsInTheFile(t *testing.T) {
	t.Parallel()
	l := newLoader(t)
	got := l.with(snapshot(), inv("R1", "C1", "100.00"),
		row("number", "#control", "customer_number", "C1", "currency", "EUR", "amount", "100.00", "control_count", "1"))
	require.Equal(t, int64(1), got.Controls)
	require.True(t, got.Snapshot.Controlled)
	require.Empty(t, got.Snapshot.Differences)
	got = l.with(snapshot(), inv("R1", "C1", "100.00"),
		row("number", "#control", "customer_number", "C1", "currency", "EUR", "amount", "100.00", "control_count", "2"))
	require.Len(t, got.Snapshot.Differences, 1)
}

// A row that is refused is in the list all the same: its invoice is not missing.
func TestSnapshotKnowsRefusedRows(t *testing.T) {
	t.Parallel()
	l := newLoader(t)
	l.load(inv("R1", "C1", "100.00"))
	got := l.with(snapshot(), inv("R1", "C1", "x"))
	require.Equal(t, int64(1), got.Refused)
	require.Zero(t, got.Snapshot.Missing)
	require.Len(t, got.Snapshot.Differences, 1)
}

func TestSnapshotLooksAtItsSourceAndDateAlone(t *testing.T) {
	t.Parallel()
	l := newLoader(t)
	l.load(inv("R1", "C1", "100.00"), inv("R2", "C1", "50.00", "invoice_date", "2026-03-02"))
	l.with(app.NewImport{Source: "other"}, inv("Q1", "C1", "7.00"))
	got := l.with(snapshot(), inv("R1", "C1", "100.00"))
	require.Zero(t, got.Snapshot.Missing, "R2 is of a later date, Q1 of another source")
	require.Equal(t, int64(2), l.number(`SELECT count(*) FROM customers WHERE number = 'C1'`), "each source has customers of its own")
}

func TestSnapshotOpensABoundedNumberOfTasks(t *testing.T) {
	t.Parallel()
	l := newLoader(t)
	var rows []string
	for i := range 600 {
		rows = append(rows, inv("R"+digits(i), "C1", "1"+digits(i)+".00"))
	}
	l.load(rows...)
	got := l.with(snapshot(), rows[0])
	require.Equal(t, int64(599), got.Snapshot.Missing)
	require.Equal(t, int64(500), got.Snapshot.Tasks)
	require.Equal(t, int64(99), got.Snapshot.TasksLeftOut)
	require.Equal(t, int64(500), l.number(`SELECT count(*) FROM tasks`))
}

func TestQuarantineIsCorrected(t *testing.T) {
	t.Parallel()
	l := newLoader(t)
	l.load(inv("R1", "C1", "x"), inv("R2", "C1", "5.00"), "R3\"\n", inv("R2", "C1", "6.00"))
	run := l.id(`SELECT id FROM imports`)
	list, err := l.app.ListQuarantine(t.Context(), l.who, run, "open", port.Page{})
	require.NoError(t, err)
	require.Len(t, list.Items, 3)
	bad, torn, conflict := list.Items[0], list.Items[1], list.Items[2]
	require.Equal(t, int64(2), bad.Line)
	require.Contains(t, string(bad.Raw), `"amount": "x"`)

	_, err = l.app.CorrectQuarantine(t.Context(), l.who, bad.ID, map[string]string{"amount": "1e5"})
	require.Equal(t, app.CodeStillRefused, code(err))
	require.Equal(t, "amount", fields(err)[0].Path)
	_, err = l.app.CorrectQuarantine(t.Context(), l.who, bad.ID, map[string]string{"colour": "red"})
	require.Equal(t, intake.CodeHeader, code(err))
	require.Zero(t, l.number(`SELECT count(*) FROM invoices WHERE number = 'R1'`), "a refused correction changes nothing")

	got, err := l.app.CorrectQuarantine(t.Context(), l.who, bad.ID, map[string]string{"amount": "12.00"})
	require.NoError(t, err)
	require.Equal(t, "corrected", got.State)
	require.Equal(t, int64(1200), l.open("R1"))
	_, err = l.app.CorrectQuarantine(t.Context(), l.who, bad.ID, map[string]string{"amount": "13.00"})
	require.Equal(t, app.CodeQuarantineSettled, code(err))

	whole := map[string]string{"number": "R3", "customer_number": "C1", "invoice_date": "2026-02-02", "currency": "EUR", "amount": "3.00"}
	_, err = l.app.CorrectQuarantine(t.Context(), l.who, torn.ID, map[string]string{"number": "R3"})
	require.Equal(t, intake.CodeHeader, code(err), "a row that could not be taken apart needs all columns")
	_, err = l.app.CorrectQuarantine(t.Context(), l.who, torn.ID, whole)
	require.NoError(t, err)
	require.Equal(t, int64(300), l.open("R3"))

	_, err = l.app.CorrectQuarantine(t.Context(), l.who, conflict.ID, map[string]string{"amount": "6.50"})
	require.NoError(t, err)
	require.Equal(t, int64(650), l.open("R2"), "of two contradicting rows a person chose one")
	require.Equal(t, int64(3), l.number(`SELECT count(*) FROM audit_entries WHERE action = 'quarantine.corrected'`))
	l.lawful()
}

func TestQuarantineIsDiscarded(t *testing.T) {
	t.Parallel()
	l := newLoader(t)
	rows := inv("R1", "C1", "x")
	l.load(rows)
	id := l.id(`SELECT id FROM quarantine`)
	_, err := l.app.DiscardQuarantine(t.Context(), l.who, id, " ")
	require.Error(t, err)
	got, err := l.app.DiscardQuarantine(t.Context(), l.who, id, "a test row of the supplier")
	require.NoError(t, err)
	require.Equal(t, "discarded", got.State)
	_, err = l.app.DiscardQuarantine(t.Context(), l.who, id, "again")
	require.Equal(t, app.CodeQuarantineSettled, code(err))
	require.Equal(t, int64(1), l.load(rows).Refused)
	require.Equal(t, int64(1), l.number(`SELECT count(*) FROM quarantine`), "a discarded row does not come back")
	one, err := l.app.QuarantineRow(t.Context(), l.who, id)
	require.NoError(t, err)
	require.Equal(t, "discarded", one.State)
}

func TestQuarantineOfTheUnknown(t *testing.T) {
	t.Parallel()
	l := newLoader(t)
	nobody := l.id(`SELECT gen_random_uuid()`)
	_, err := l.app.ListQuarantine(t.Context(), l.who, nobody, "", port.Page{})
	require.Equal(t, "import.not_found", code(err))
	_, err = l.app.CorrectQuarantine(t.Context(), l.who, nobody, map[string]string{"a": "b"})
	require.Equal(t, "quarantine.not_found", code(err))
	_, err = l.app.DiscardQuarantine(t.Context(), l.who, nobody, strings.Repeat("x", 10))
	require.Equal(t, "quarantine.not_found", code(err))
}
