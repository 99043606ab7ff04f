package outage

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"arrears/devstack/e2e/house"
	"arrears/devstack/mailsink"
	"arrears/devstack/postgres"
	"arrears/devstack/stack"
)

// One reminder, whatever the hour.
const remindNow = `
key: remind-now
window: {from: "00:00", to: "24:00", days: [mon, tue, wed, thu, fri, sat, sun]}
min_days_between_notices: 0
stages:
  - {key: reminder, moment: due + 1 day, action: notice, template: reminder-1}
`

// batch is how many mails are under way when a server dies.
const batch = 40

// PostgreSQL is killed in the middle of a batch of mails and comes back, then Temporal. Nothing is lost, and each mail
// comes once or inside the one window that is counted.
func TestServersDieInTheMiddleOfABatch(t *testing.T) {
	database := startPostgres(t)
	server := startEngine(t, database.URL("postgres"), 0)
	h := house.New(t, house.Options{DatabaseURL: database.URL(stack.Database), Temporal: server.address, Policy: remindNow})
	h.Mail.Behave(func(string) mailsink.Verdict { return mailsink.Slow(30 * time.Millisecond) })

	enter(h, 0)
	h.Until("a part of the first batch is out", func() bool { return h.Mail.Count() > batch/5 })
	require.NoError(t, database.Kill())
	require.NoError(t, database.Restart(t.Context()))
	awaitDatabase(t, h)
	if !server.alive() {
		t.Log("the engine ended with its database")
		server = startEngine(t, database.URL("postgres"), server.port(t))
	}
	h.UntilLong("the first batch is out", reminded(h, batch))
	h.Laws()

	enter(h, batch)
	h.Until("a part of the second batch is out", func() bool { return h.Mail.Count() > batch+batch/5 })
	server.kill()
	startEngine(t, database.URL("postgres"), server.port(t))
	h.UntilLong("the second batch is out", reminded(h, 2*batch))
	h.Laws()
	copies := h.Mail.Count() - 2*batch
	t.Logf("%d of %d mails were sent again, %d came twice", h.Resent(), 2*batch, copies)
	require.LessOrEqual(t, copies, h.Resent())
}

func startPostgres(t *testing.T) *postgres.Server {
	t.Helper()
	dir, err := os.MkdirTemp("", "outage-")
	require.NoError(t, err)
	require.NoError(t, os.Chmod(dir, 0o755)) // PostgreSQL's user must enter
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	server, err := postgres.Start(t.Context(), postgres.Options{
		// A commit that is lost with the process would be another test: here each is on its way to the disk.
		Dir: dir, Ephemeral: true, Settings: map[string]string{"synchronous_commit": "on"},
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

func enter(h *house.House, from int) {
	for i := from; i < from+batch; i++ {
		h.Invoice(h.Customer(fmt.Sprintf("c%03d", i)), fmt.Sprintf("O-%03d", i), int64(100_00+i), h.Today().AddDays(-3))
	}
}

func reminded(h *house.House, n int) func() bool {
	return func() bool { return h.Count("items", "level = 1") == n }
}
