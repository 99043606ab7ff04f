package faults

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"arrears/devstack/e2e/house"
	"arrears/devstack/stack"
	"arrears/domain/access"
)

// others selects the sessions of the product, which are not the one that asks.
const others = `FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()`

// sessions is one connection to the cluster that is not the product's.
func (r *rig) sessions() *pgx.Conn {
	r.t.Helper()
	conn, err := pgx.Connect(r.t.Context(), r.database.URL("postgres"))
	require.NoError(r.t, err)
	r.t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

// Whoever wants a connection finds none for a while: the product's own are cut, and all that are free are taken. It answers
// that it cannot, goes on when it can again, and has lost nothing.
func TestPostgreSQLIsOutOfConnections(t *testing.T) {
	r := newRig(t, house.Options{Idle: true, Policy: remindNow})
	h := r.h
	quit := make(chan struct{})
	var keeper sync.WaitGroup
	keeper.Go(func() { r.keepEngine(quit) })
	defer keeper.Wait()
	defer close(quit)
	c := newCrew(t, h)
	defer c.dismiss()
	c.keep("worker 0", []string{"worker"})
	c.keep("worker 1", []string{"worker"})
	host := house.FreeAddress(t)
	c.keep("api", []string{"serve"}, "ARREARS_HTTP_ADDR="+host)
	customer := h.Customer("k000")
	who := newCaller(t, h.Key("books", access.Admin), host)
	overdue(h, 0, batch)
	today := h.Today()

	control := r.sessions()
	hog := r.hog()
	h.Until("all connections are taken", func() bool { return hog.refused.Load() > 20 })
	const entered = 6
	var entering sync.WaitGroup
	for i := range entered {
		entering.Go(func() {
			a := who.post("/v1/invoices", map[string]any{
				"number": fmt.Sprintf("K-%d", i), "customer_id": customer.ID, "invoice_date": today.AddDays(-33), "due_date": today.AddDays(-3),
				"currency": "EUR", "amount_minor": 100_00,
			})
			if !a.ok() {
				t.Errorf("%d %s", a.status, a.body)
			}
		})
	}
	h.Until("requests find no connection", func() bool {
		_, err := cutSessions(t.Context(), control, stack.Database) // and the test takes what that frees
		require.NoError(t, err)
		return who.again.Load() > 20
	})
	hog.release()
	entering.Wait()
	awaitDatabase(t, h)
	h.UntilLong("every item is reminded", reminded(h, batch+entered))
	h.Laws()
	h.Replays(6)
	require.Equal(t, entered, h.Count("invoices", "customer_id = $1", customer.ID))
	tell(t, h, outcome{
		group: groupServers, fault: "PostgreSQL out of connections while reminders go out and invoices come in",
		expected: "refused meanwhile, nothing lost",
		note:     fmt.Sprintf("%d connections held by the test, %d requests asked again", hog.held.Load(), who.again.Load()),
	})
}

// hog takes every connection that it can get.
type hog struct {
	held, refused atomic.Int64
	release       func()
}

// hog begins to take connections; release gives them back.
func (r *rig) hog() *hog {
	h := &hog{}
	ctx, cancel := context.WithCancel(r.t.Context())
	var taking sync.WaitGroup
	for range 4 {
		taking.Go(func() { h.take(ctx, r.database.URL("postgres")) })
	}
	h.release = func() {
		cancel()
		taking.Wait()
	}
	r.t.Cleanup(h.release)
	return h
}

func (h *hog) take(ctx context.Context, url string) {
	var held []*pgx.Conn
	for ctx.Err() == nil {
		conn, err := pgx.Connect(ctx, url)
		if err != nil {
			h.refused.Add(1)
			select {
			case <-ctx.Done():
			case <-time.After(5 * time.Millisecond):
			}
			continue
		}
		held = append(held, conn)
		h.held.Add(1)
	}
	closing := context.WithoutCancel(ctx)
	for _, conn := range held {
		_ = conn.Close(closing)
	}
}

// Sessions are cut again and again, in the middle of whatever they do: the product's and the engine's.
func TestSessionsAreCut(t *testing.T) {
	r := newRig(t, house.Options{Idle: true, Policy: remindNow})
	h := r.h
	quit := make(chan struct{})
	var keeper sync.WaitGroup
	keeper.Go(func() { r.keepEngine(quit) })
	defer keeper.Wait()
	defer close(quit)
	overdue(h, 0, batch)
	c := newCrew(t, h)
	defer c.dismiss()
	for i := range 2 {
		c.keep(fmt.Sprintf("relay %d", i), []string{"relay"})
		c.keep(fmt.Sprintf("worker %d", i), []string{"worker", "--no-relay"})
	}
	control := r.sessions()
	random := rand.New(rand.NewPCG(uint64(seed(t)), 1))
	const rounds = 40
	cut := 0
	for round := range rounds {
		database := stack.Database
		if round%4 == 3 {
			database = "temporal"
		}
		h.Until("there are sessions to cut", func() bool { // processes that start slowly have none yet
			n, err := cutSessions(t.Context(), control, database)
			require.NoError(t, err)
			cut += n
			return n > 0 && cut > round+1
		})
		time.Sleep(time.Duration(random.IntN(300)) * time.Millisecond)
	}
	awaitDatabase(t, h)
	h.UntilLong("every item is reminded", reminded(h, batch))
	h.Laws()
	h.Replays(6)
	require.Greater(t, cut, rounds)
	tell(t, h, outcome{
		group: groupServers, fault: "`pg_terminate_backend` on all sessions, 40 times during a wave", expected: "every mail, each once or inside the window",
		note: fmt.Sprintf("%d sessions cut", cut),
	})
}

// cutSessions ends all sessions of a database but our own.
func cutSessions(ctx context.Context, control *pgx.Conn, database string) (int, error) {
	rows, err := control.Query(ctx, `SELECT pg_terminate_backend(pid) `+others, database)
	if err != nil {
		return 0, err
	}
	ended, err := pgx.CollectRows(rows, pgx.RowTo[bool])
	if errors.Is(err, context.Canceled) {
		return 0, nil
	}
	return len(ended), err
}
