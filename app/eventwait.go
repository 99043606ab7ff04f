package app

import (
	"context"
	"sync"
	"time"

	"arrears/port"
)

// The bounds of waiting for events.
const (
	// feedPause is the least time between two looks at the tip, however many wait.
	feedPause = 500 * time.Millisecond
	// maxWaiting is how many calls may wait at once; each holds a connection. Who comes beyond is answered at once.
	maxWaiting = 200
)

// feedWatch lets calls wait for the feed's tip to move. One goroutine looks while somebody waits, and nobody else asks the
// database.
type feedWatch struct {
	store port.Store

	mu      sync.Mutex
	tip     int64
	waiting int
	moved   chan struct{} // closed when the tip moves
	stop    context.CancelFunc
}

func newFeedWatch(s port.Store) *feedWatch { return &feedWatch{store: s, moved: make(chan struct{})} }

// await returns true when the tip lies beyond the position, and false when ctx or stop ended first or too many wait.
func (w *feedWatch) await(ctx context.Context, position int64, stop <-chan struct{}) bool {
	if !w.enter(ctx) {
		return false
	}
	defer w.leave()
	for {
		moved, beyond := w.look(position)
		if beyond {
			return true
		}
		select {
		case <-ctx.Done():
			return false
		case <-stop:
			return false
		case <-moved:
		}
	}
}

func (w *feedWatch) look(position int64) (moved <-chan struct{}, beyond bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.moved, w.tip > position
}

// enter counts a waiter; the first starts the looking, which outlives its call as long as others wait.
func (w *feedWatch) enter(ctx context.Context) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.waiting == maxWaiting {
		return false
	}
	if w.waiting++; w.waiting == 1 {
		var watching context.Context
		watching, w.stop = context.WithCancel(context.WithoutCancel(ctx))
		go w.watch(watching)
	}
	return true
}

func (w *feedWatch) leave() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.waiting--; w.waiting == 0 {
		w.stop()
	}
}

// watch looks at the tip until ctx ends. A look that fails is as good as one that finds nothing new: the waiters' own reads
// tell what is wrong.
func (w *feedWatch) watch(ctx context.Context) {
	tick := time.NewTicker(feedPause)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		var tip int64
		err := w.store.Read(ctx, func(ctx context.Context, tx port.Tx) error {
			var err error
			tip, err = tx.FeedTip(ctx)
			return err
		})
		if err == nil {
			w.reached(tip)
		}
	}
}

func (w *feedWatch) reached(tip int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if tip > w.tip {
		w.tip = tip
		close(w.moved)
		w.moved = make(chan struct{})
	}
}
