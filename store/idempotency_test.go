package store_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"arrears/domain/fault"
	"arrears/port"
)

func request() port.KeyedRequest {
	return port.KeyedRequest{Principal: "key-1", Key: "a", MethodPath: "POST /v1/notes", RequestHash: [32]byte{1}}
}

func TestKeyFromReservationToReplay(t *testing.T) {
	t.Parallel()
	h := emptyHouse(t)
	reserve := func(r port.KeyedRequest, stale time.Duration) port.KeyState {
		state, err := h.ReserveKey(t.Context(), r, stale)
		require.NoError(t, err)
		return state
	}
	first := reserve(request(), time.Hour)
	require.Equal(t, port.KeyReserved, first.Outcome)
	require.False(t, first.FirstAt.IsZero())
	again := reserve(request(), time.Hour)
	require.Equal(t, port.KeyInProgress, again.Outcome)
	require.Equal(t, first.FirstAt, again.FirstAt)

	other := request()
	other.RequestHash = [32]byte{2}
	require.Equal(t, port.KeyReused, reserve(other, 0).Outcome, "another request never takes a key over, however stale")
	other = request()
	other.Principal = "key-2"
	require.Equal(t, port.KeyReserved, reserve(other, time.Hour).Outcome, "keys are each principal's own")

	stale := reserve(request(), 0)
	require.Equal(t, port.KeyReserved, stale.Outcome, "a stale reservation is handed on")
	require.Equal(t, first.FirstAt, stale.FirstAt)
	require.NoError(t, h.ReleaseKey(t.Context(), "key-1", "a"))
	require.Equal(t, port.KeyReserved, reserve(request(), time.Hour).Outcome)

	answer := port.Answer{Status: 201, Headers: map[string]string{"ETag": `"1"`}, Body: []byte(`{"id":1}`)}
	require.NoError(t, h.StoreAnswer(t.Context(), "key-1", "a", answer))
	got := reserve(request(), 0)
	require.Equal(t, port.KeyAnswered, got.Outcome)
	require.Equal(t, answer, got.Answer)
	require.NoError(t, h.ReleaseKey(t.Context(), "key-1", "a"))
	require.Equal(t, port.KeyAnswered, reserve(request(), 0).Outcome, "an answer stays")
}

func TestStoreAnswerNeedsAReservation(t *testing.T) {
	t.Parallel()
	h := emptyHouse(t)
	err := h.StoreAnswer(t.Context(), "key-1", "a", port.Answer{Status: 200})
	require.Equal(t, "idempotency.not_reserved", fault.CodeOf(err))
	_, err = h.ReserveKey(t.Context(), request(), time.Hour)
	require.NoError(t, err)
	require.NoError(t, h.StoreAnswer(t.Context(), "key-1", "a", port.Answer{Status: 204}))
	err = h.StoreAnswer(t.Context(), "key-1", "a", port.Answer{Status: 500})
	require.Equal(t, "idempotency.not_reserved", fault.CodeOf(err))
}

// Of many attempts at once, one runs.
func TestOneReservationWins(t *testing.T) {
	t.Parallel()
	h := emptyHouse(t)
	var wg sync.WaitGroup
	var reserved atomic.Int32
	for range 8 {
		wg.Go(func() {
			state, err := h.ReserveKey(t.Context(), request(), time.Hour)
			if err == nil && state.Outcome == port.KeyReserved {
				reserved.Add(1)
			}
		})
	}
	wg.Wait()
	require.Equal(t, int32(1), reserved.Load())
}

func TestSweepKeys(t *testing.T) {
	t.Parallel()
	h := emptyHouse(t)
	_, err := h.ReserveKey(t.Context(), request(), time.Hour)
	require.NoError(t, err)
	n, err := h.SweepKeys(t.Context(), time.Hour)
	require.NoError(t, err)
	require.Zero(t, n)
	n, err = h.SweepKeys(t.Context(), 0)
	require.NoError(t, err)
	require.Equal(t, int64(1), n)
}
