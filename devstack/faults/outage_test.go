package faults

import (
	"context"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"arrears/devstack/e2e/house"
	"arrears/devstack/mailsink"
	"arrears/devstack/postgres"
	"arrears/devstack/stack"
)

// batch is how many mails are under way when a server dies.
const batch = 40

// PostgreSQL is killed in the middle of a batch of mails and comes back, then Temporal. Nothing is lost, and each mail
// comes once or inside the one window that is counted.
func TestServersDieInTheMiddleOfABatch(t *testing.T) {
	r := newRig(t, house.Options{Policy: remindNow})
	h, quit := r.h, make(chan struct{})
	var keeper sync.WaitGroup
	keeper.Go(func() { r.keepEngine(quit) })
	defer keeper.Wait()
	defer close(quit)
	h.Mail.Behave(func(string) mailsink.Verdict { return mailsink.Slow(30 * time.Millisecond) })

	overdue(h, 0, batch)
	h.Until("a part of the first batch is out", func() bool { return h.Mail.Count() > batch/5 })
	require.NoError(t, r.killDatabase())
	awaitDatabase(t, h)
	h.UntilLong("the first batch is out", reminded(h, batch))
	h.Laws()

	overdue(h, batch, batch)
	h.Until("a part of the second batch is out", func() bool { return h.Mail.Count() > batch+batch/5 })
	r.killEngine()
	h.UntilLong("the second batch is out", reminded(h, 2*batch))
	h.Laws()
	h.Replays(6)
	require.LessOrEqual(t, h.Duplicates(), h.Resent())
	tell(t, h, outcome{
		group: groupServers, fault: "PostgreSQL, then Temporal, killed in the middle of a batch of 40 mails each",
		expected: "every mail, each once or inside the window", kills: 2,
	})
}

func startPostgres(t *testing.T) *postgres.Server {
	t.Helper()
	t.Helper()
	dir, err := os.MkdirTemp("", "outage-")
	require.NoError(t, err)
	require.NoError(t, os.Chmod(dir, 0o755)) // PostgreSQL's user must enter
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	server, err := postgres.Start(t.Context(), postgres.Options{
		// A commit that is lost with the process would be another test: here each is on its way to the disk.
		Dir: dir, Ephemeral: true, Settings: map[string]string{"synchronous_commit": "on", "max_connections": "150"},
	})
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), stack.StopLimit)
		defer cancel()
		_ = server.Stop(ctx) // it is thrown away
	})
	require.NoError(t, server.CreateDatabase(t.Context(), stack.Database))
	return server
}

// awaitDatabase waits until no connection to the server that died is left in the pools.
func awaitDatabase(t *testing.T, h *house.House) {
	t.Helper()
	h.SQL.Reset()
	answered := 0
	h.Until("the database answers", func() bool {
		if h.Product.DB.Ping(t.Context()) != nil || h.SQL.Ping(t.Context()) != nil {
			answered = 0
			return false
		}
		answered++
		return answered == 20
	})
}

// reminded reports whether so many items have had their first reminder.
func reminded(h *house.House, n int) func() bool {
	return func() bool { return h.Count("items", "level = 1") == n }
}
