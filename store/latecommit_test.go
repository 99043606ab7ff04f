package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"arrears/domain/audit"
	"arrears/domain/event"
	"arrears/port"
)

// patience bounds how long everything may take; other tests' transactions on the same server delay the sealer.
const patience = 2 * time.Minute

// follower reads the feed as another system does, and remembers what it saw.
type follower struct {
	filter port.EventFilter
	seen   []event.Event
	last   int64
}

// read takes one stretch.
func (f *follower) read(ctx context.Context, h house, limit int) error {
	return h.Read(ctx, func(ctx context.Context, tx port.Tx) error {
		events, last, err := tx.FilterEvents(ctx, f.last, f.filter, limit)
		f.seen, f.last = append(f.seen, events...), last
		return err
	})
}

// The transaction that began first commits last. The follower, who has been to the tip before, sees both, once, in order.
func TestAFollowerMissesNoLateCommit(t *testing.T) {
	t.Parallel()
	h := emptyHouse(t)
	late, early := entryOf("promise.made"), entryOf("receipt.recorded")
	written, release, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		done <- h.InTx(context.WithoutCancel(t.Context()), func(ctx context.Context, tx port.Tx) error {
			err := tx.Audit(ctx, late)
			close(written)
			<-release
			return err
		})
	}()
	<-written
	h.record(t, early)
	var f follower
	for range 5 {
		_, err := h.SealAudit(t.Context(), 10)
		require.NoError(t, err)
		require.NoError(t, f.read(t.Context(), h, 10))
	}
	require.Empty(t, f.seen, "what committed first waits for what began first")
	close(release)
	require.NoError(t, <-done)
	h.sealed(t, 2)
	require.NoError(t, f.read(t.Context(), h, 10))
	require.Equal(t, []string{late.ID, early.ID}, idsOf(f.seen))
}

// Many writers begin, write, wait, commit or give up in any order, while sealers seal and followers follow: each follower
// sees what committed, all of it, once, in the order of positions.
func TestFollowersSeeEverythingOnceInAnyInterleaving(t *testing.T) {
	t.Parallel()
	for seed := range uint64(5) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			interleave(t, seed)
		})
	}
}

func interleave(t *testing.T, seed uint64) {
	t.Helper()
	h := emptyHouse(t)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	r := &race{h: h, seed: seed, all: make(chan struct{})}
	for n := range 5 {
		r.writers.Go(func() { r.write(ctx, t, uint64(n)) })
	}
	followers := []*follower{{}, {filter: port.EventFilter{Types: []string{"promise.made"}}}, {}}
	for n := range 2 {
		r.others.Go(func() { r.seal(ctx, t, uint64(n)) })
	}
	for n, f := range followers {
		r.others.Go(func() { r.follow(ctx, t, uint64(n), f) })
	}
	r.writers.Wait()
	close(r.all)
	r.others.Wait()
	for _, f := range followers {
		want := map[string]bool{}
		for id, action := range r.committed {
			want[id] = len(f.filter.Types) == 0 || f.filter.Types[0] == action
		}
		saw, before := map[string]bool{}, int64(0)
		for _, e := range f.seen {
			require.True(t, want[e.ID], "%s was not committed or not asked for", e.ID)
			require.False(t, saw[e.ID], "%s came twice", e.ID)
			require.Greater(t, e.Position, before)
			saw[e.ID], before = true, e.Position
		}
		for id, wanted := range want {
			require.Equal(t, wanted, saw[id], "%s was missed", id)
		}
		require.Equal(t, int64(len(r.committed)), f.last)
	}
}

// race is one interleaving.
type race struct {
	h       house
	seed    uint64
	writers sync.WaitGroup
	others  sync.WaitGroup
	all     chan struct{} // closed when all is written

	mu        sync.Mutex
	committed map[string]string // action by id
}

func (r *race) random(kind, n uint64) *rand.Rand { return rand.New(rand.NewPCG(r.seed, kind*100+n)) }

func (r *race) done() bool {
	select {
	case <-r.all:
		return true
	default:
		return false
	}
}

var errGivenUp = errors.New("given up")

func (r *race) write(ctx context.Context, t *testing.T, n uint64) {
	random := r.random(1, n)
	for range 12 {
		var wrote []audit.Entry
		giveUp := random.IntN(5) == 0
		err := r.h.InTx(ctx, func(ctx context.Context, tx port.Tx) error {
			wrote = nil
			for range 1 + random.IntN(3) {
				e := entryOf([]string{"promise.made", "receipt.recorded"}[random.IntN(2)])
				if err := tx.Audit(ctx, e); err != nil {
					return err
				}
				wrote = append(wrote, e)
				time.Sleep(time.Duration(random.IntN(4)) * time.Millisecond)
			}
			if giveUp {
				return errGivenUp
			}
			return nil
		})
		if giveUp {
			continue
		}
		if !noError(t, err) {
			return
		}
		r.mu.Lock()
		if r.committed == nil {
			r.committed = map[string]string{}
		}
		for _, e := range wrote {
			r.committed[e.ID] = e.Action
		}
		r.mu.Unlock()
	}
}

// seal seals until all is written and sealed.
func (r *race) seal(ctx context.Context, t *testing.T, n uint64) {
	random := r.random(2, n)
	for ctx.Err() == nil {
		finished := r.done()
		if _, err := r.h.SealAudit(ctx, 1+random.IntN(6)); !noError(t, err) {
			return
		}
		left := int64(0)
		err := r.h.Read(ctx, func(ctx context.Context, tx port.Tx) (err error) {
			left, err = tx.CountUnsealed(ctx)
			return err
		})
		if !noError(t, err) || finished && left == 0 {
			return
		}
		time.Sleep(time.Duration(random.IntN(3)) * time.Millisecond)
	}
}

// follow reads until it has been to the end of all that is written.
func (r *race) follow(ctx context.Context, t *testing.T, n uint64, f *follower) {
	random := r.random(3, n)
	for ctx.Err() == nil {
		finished := r.done()
		if !noError(t, f.read(ctx, r.h, 1+random.IntN(4))) {
			return
		}
		r.mu.Lock()
		atEnd := f.last == int64(len(r.committed))
		r.mu.Unlock()
		if finished && atEnd {
			return
		}
		time.Sleep(time.Duration(random.IntN(3)) * time.Millisecond)
	}
}

// noError reports an error without ending the goroutine that it happened in.
func noError(t *testing.T, err error) bool {
	if err != nil {
		t.Errorf("%v", err)
	}
	return err == nil
}
