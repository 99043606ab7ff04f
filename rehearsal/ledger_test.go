package rehearsal

import (
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/store"
)

// The books are read by instants: what had happened by then and was not undone by then. What happened at the very moment of
// a dispatch counts, because the driver lets money come first.
func TestTheBooksAtAnInstant(t *testing.T) {
	t.Parallel()
	item, other := uuid.New(), uuid.New()
	at := func(day int) time.Time { return time.Date(2024, 3, day, 8, 0, 0, 0, time.UTC) }
	undone := at(9)
	books := newLedger(store.Played{
		Items: []store.PlayedItem{{ID: item, OriginalMinor: 100}, {ID: other, OriginalMinor: 50}},
		Moves: []store.PlayedMove{
			{ItemID: item, Minor: 30, At: at(3)}, {ItemID: item, Minor: 40, At: at(5), Undone: &undone}, {ItemID: other, Minor: 60, At: at(5)},
		},
		Cash: []store.PlayedCash{
			{Customer: "C1", Currency: "EUR", Minor: 70, At: at(2)}, {Customer: "C1", Currency: "EUR", Minor: -30, At: at(3)},
			{Customer: "C1", Currency: "EUR", Minor: -40, At: at(5), Undone: &undone},
		},
	})
	collectable := map[int]int64{2: 100, 3: 70, 4: 70, 5: 30, 8: 30, 9: 70}
	waiting := map[int]int64{1: 0, 2: 70, 3: 40, 5: 0, 9: 40}
	for day, minor := range collectable {
		require.Equal(t, minor, books.collectable(item, at(day)), day)
	}
	for day, minor := range waiting {
		require.Equal(t, minor, books.waiting("C1", "EUR", at(day)), day)
	}
	require.Zero(t, books.collectable(other, at(5)), "a dispute of more than is open holds all of it")
	require.Zero(t, books.waiting("C1", "USD", at(5)))
}

// Cash that waits is set against the lines of a notice once, the oldest due first.
func TestWaitingCashCoversEachLineOnce(t *testing.T) {
	t.Parallel()
	first, second := uuid.New(), uuid.New()
	at := instant("2024-03-05 08:00:00")
	books := newLedger(store.Played{
		Items: []store.PlayedItem{{ID: first, OriginalMinor: 100}, {ID: second, OriginalMinor: 100}},
		Cash:  []store.PlayedCash{{Customer: "C1", Currency: "EUR", Minor: 130, At: at.Add(-time.Hour)}},
	})
	lines := noticeLines(books, store.PlayedNotice{Customer: "C1", Currency: "EUR", At: at}, []store.PlayedLine{
		{ItemID: second, Invoice: "R2", AskMinor: 100, DueDate: date("2024-02-02")},
		{ItemID: first, Invoice: "R1", AskMinor: 100, DueDate: date("2024-02-01")},
	})
	require.Len(t, lines, 2)
	require.Equal(t, "R1", lines[0].Invoice)
	require.Equal(t, []int64{100, 30}, []int64{lines[0].WaitingMinor, lines[1].WaitingMinor})
	require.Equal(t, []int64{100, 100}, []int64{lines[0].OpenMinor, lines[1].OpenMinor})
}
