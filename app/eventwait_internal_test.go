package app

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"arrears/port"
)

// tipStore is a store of which only the feed's tip is asked.
type tipStore struct {
	port.Store
	tip   atomic.Int64
	looks atomic.Int64
	fail  atomic.Bool
}

type tipTx struct {
	port.Tx
	s *tipStore
}

func (s *tipStore) Read(ctx context.Context, fn func(context.Context, port.Tx) error) error {
	return fn(ctx, tipTx{s: s})
}

func (t tipTx) FeedTip(context.Context) (int64, error) {
	t.s.looks.Add(1)
	if t.s.fail.Load() {
		return 0, context.DeadlineExceeded
	}
	return t.s.tip.Load(), nil
}

// However many wait, the database is looked at twice a second, and only while somebody waits.
func TestOneLookForAllWhoWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &tipStore{}
		w := newFeedWatch(s)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		var waiting sync.WaitGroup
		for range 50 {
			waiting.Go(func() {
				if w.await(ctx, 0, nil) {
					t.Error("nothing came")
				}
			})
		}
		waiting.Wait()
		require.LessOrEqual(t, s.looks.Load(), int64(20))
		require.GreaterOrEqual(t, s.looks.Load(), int64(15))
		before := s.looks.Load()
		time.Sleep(time.Minute)
		require.Equal(t, before, s.looks.Load(), "nobody waits")
	})
}

// Everyone who waits for less than what came is told, and who comes later is told at once.
func TestWhoWaitsIsTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &tipStore{}
		w := newFeedWatch(s)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		var told atomic.Int64
		var waiting sync.WaitGroup
		for position := range int64(10) {
			waiting.Go(func() {
				if w.await(ctx, position, nil) {
					told.Add(1)
				}
			})
		}
		s.fail.Store(true)
		time.Sleep(2 * time.Second)
		require.Zero(t, told.Load())
		s.tip.Store(5)
		s.fail.Store(false)
		time.Sleep(time.Second)
		require.Equal(t, int64(5), told.Load(), "those before position 5")
		begun := time.Now()
		require.True(t, w.await(ctx, 3, nil))
		require.Equal(t, begun, time.Now(), "at once")
		waiting.Wait()
		require.Equal(t, int64(5), told.Load())
	})
}

func TestWaitingIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newFeedWatch(&tipStore{})
		stop := make(chan struct{})
		var waiting sync.WaitGroup
		for range maxWaiting {
			waiting.Go(func() { w.await(t.Context(), 0, stop) })
		}
		synctest.Wait()
		begun := time.Now()
		require.False(t, w.await(t.Context(), 0, stop), "one too many")
		require.Equal(t, begun, time.Now())
		close(stop)
		waiting.Wait()
		require.Zero(t, w.waiting)
	})
}
