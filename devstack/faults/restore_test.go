package faults

import (
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/devstack/e2e/house"
	"arrears/devstack/mailsink"
	"arrears/devstack/stack"
)

// Everything is lost in the middle of a batch, and a backup of the whole cluster, the product's databases and the engine's to
// one moment, is put in its place. What was recorded after that moment is gone and is entered again by its source; what was
// mailed after it is not known to have been and is mailed again, at most once; everything else goes on as if nothing had been.
func TestARestoredBackupGoesOn(t *testing.T) {
	database := startPostgres(t)
	server := startEngine(t, database.URL("postgres"), 0)
	h := house.New(t, house.Options{DatabaseURL: database.URL(stack.Database), Temporal: server.address, Policy: remindNow})

	overdue(h, 0, batch)
	h.Until("the first batch is out", reminded(h, batch))
	kept := h.Invoice(h.Customer("kept"), "K-1", 100_00, h.Today().AddDays(20)) // paid long before anybody asks for it
	h.Pay(kept, 100_00)
	h.Laws()
	// The batch is in its middle when the backup is made, however slow the machine and however many are sent at once: the rest
	// of it is turned away until then.
	var made atomic.Bool
	var taken atomic.Int32
	h.Mail.Behave(func(string) mailsink.Verdict {
		if !made.Load() && taken.Add(1) > batch/2 {
			return mailsink.Temporary()
		}
		return mailsink.Accept()
	})
	overdue(h, batch, batch)
	require.NoError(t, database.Backup(t.Context(), "moment"))
	before := h.Mail.Count()
	made.Store(true)

	lost := h.Invoice(h.Customer("lost"), "L-1", 70_00, h.Today().AddDays(20))
	h.Pay(lost, 70_00)
	h.Until("mails go out after the backup", func() bool { return h.Mail.Count() > before+batch/4 })
	h.Stop()
	server.kill()
	require.NoError(t, database.Kill())
	require.NoError(t, database.Restore("moment"))
	require.NoError(t, database.Restart(t.Context()))
	awaitDatabase(t, h)
	startEngine(t, database.URL("postgres"), server.port(t))
	require.Zero(t, h.Count("invoices", "number = 'L-1'"), "it was entered after the backup")

	h.StartRelay()
	h.StartWorker()
	h.UntilLong("both batches are reminded", reminded(h, 2*batch))
	again := h.Invoice(h.Customer("lost"), "L-1", 70_00, h.Today().AddDays(20))
	h.Pay(again, 70_00)
	h.Quiet()
	h.Books()
	require.Equal(t, "closed", house.Value[string](h, `SELECT state FROM cases WHERE id = $1`, kept.ID))
	most := 0
	for _, copies := range received(h.Mail.Messages()) {
		most = max(most, copies)
	}
	require.LessOrEqual(t, most, 2, "what went out after the backup goes out once more")
}

// received counts the mails that came to each recipient.
func received(messages []mailsink.Message) map[string]int {
	count := map[string]int{}
	for _, m := range messages {
		for _, to := range m.To {
			count[to]++
		}
	}
	return count
}
