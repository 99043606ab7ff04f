package faults

import (
	"errors"
	"sync"
	"testing"

	"arrears/devstack/e2e/house"
	"arrears/devstack/postgres"
	"arrears/devstack/stack"
)

// rig is an installation whose servers can be taken away: a PostgreSQL of its own and a Temporal that is a process of its
// own.
type rig struct {
	t        *testing.T
	h        *house.House
	database *postgres.Server

	mu     sync.Mutex
	engine *engine
	port   int
	failed int // starts of the engine that came to nothing because its database was away
}

func newRig(t *testing.T, o house.Options) *rig {
	t.Helper()
	r := &rig{t: t, database: startPostgres(t)}
	r.engine = startEngine(t, r.database.URL("postgres"), 0)
	r.port = r.engine.port(t)
	o.DatabaseURL, o.Temporal = r.database.URL(stack.Database), r.engine.address
	r.h = house.New(t, o)
	return r
}

// killDatabase kills PostgreSQL with all its sessions and starts it again.
func (r *rig) killDatabase() error {
	return errors.Join(r.database.Kill(), r.database.Restart(r.t.Context()))
}

// killEngine kills Temporal.
func (r *rig) killEngine() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.engine.kill()
}

// keepEngine starts Temporal again whenever it ends, until quit.
func (r *rig) keepEngine(quit <-chan struct{}) {
	for {
		r.mu.Lock()
		done := r.engine.done
		r.mu.Unlock()
		select {
		case <-quit:
			return
		case <-done:
		}
		e, err := tryEngine(r.t, r.database.URL("postgres"), r.port)
		r.mu.Lock()
		if err == nil {
			r.engine = e
		} else {
			r.failed++
		}
		r.mu.Unlock()
	}
}
