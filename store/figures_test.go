package store_test

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"arrears/internal/testkit"
	"arrears/port"
)

func TestFiguresOfAnEmptyHouse(t *testing.T) {
	t.Parallel()
	db, _ := testkit.DB(t)
	f, err := db.Figures(t.Context(), noon, noon, time.Minute)
	require.NoError(t, err)
	require.Empty(t, f.Cases)
	require.Zero(t, f.ApprovalsSince)
	require.Negative(t, f.CensusAge, "there has been none")
}

func TestFiguresCountWhatIsOpen(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	f, err := h.Figures(t.Context(), noon, noon, time.Minute)
	require.NoError(t, err)
	require.Equal(t, []port.Tally{{Key: "EUR", N: 2, Minor: 100000}}, f.Items)
}

// A count that takes too long is given up by the database, and holds nothing after that.
func TestFiguresGiveUp(t *testing.T) {
	t.Parallel()
	db, address := testkit.DB(t)
	other, err := pgx.Connect(t.Context(), address)
	require.NoError(t, err)
	held, err := other.Begin(t.Context())
	require.NoError(t, err)
	_, err = held.Exec(t.Context(), `LOCK TABLE cases IN ACCESS EXCLUSIVE MODE`)
	require.NoError(t, err)
	_, err = db.Figures(t.Context(), noon, noon, 50*time.Millisecond)
	require.Error(t, err)
	require.NoError(t, held.Rollback(t.Context()))
	require.NoError(t, other.Close(t.Context()))
	_, err = db.Figures(t.Context(), noon, noon, time.Minute)
	require.NoError(t, err)
	require.Zero(t, db.Pool().AcquiredConns())
}
