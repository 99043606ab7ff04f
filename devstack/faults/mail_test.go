package faults

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"arrears/devstack/e2e/house"
	"arrears/devstack/mailsink"
)

// mailFault is a way in which the mail server misbehaves for a while.
type mailFault struct {
	name, expected string
	env            map[string]string
	// first is how a recipient is treated until it has been tried so often; then all are accepted.
	first    mailsink.Verdict
	attempts int
	resends  bool // the answer is lost, so the same bytes may come again
}

const mailsAtOnce = 6

func mailFaults() []mailFault {
	return []mailFault{
		{
			name: "full: 451 to the recipient, twice", expected: "tried again, each mail once", first: mailsink.Temporary(), attempts: 2,
		},
		{
			name: "full: 452 after the message, twice", expected: "tried again, each mail once", first: mailsink.Full(), attempts: 2,
		},
		{
			name: "slower than the timeout, once", expected: "nobody knows: the same bytes again, counted",
			env: map[string]string{"ARREARS_SMTP_TIMEOUT": "5s"}, first: mailsink.Slow(time.Minute), attempts: 1, resends: true,
		},
		{
			name: "drops the connection after the message, once", expected: "nobody knows: the same bytes again, counted",
			first: mailsink.Drop(), attempts: 1, resends: true,
		},
	}
}

// A mail server that is not well for a while gets every mail once it is, and none twice unless its answer was lost.
func TestTheMailServerIsNotWell(t *testing.T) {
	t.Parallel()
	for _, f := range mailFaults() {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			h := house.New(t, house.Options{Idle: true, Policy: remindNow, Env: f.env})
			h.Mail.Behave(tries(f.attempts, f.first))
			overdue(h, 0, mailsAtOnce)
			c := newCrew(t, h)
			defer c.dismiss()
			c.keep("worker", []string{"worker"})
			h.UntilLong("every item is reminded", reminded(h, mailsAtOnce))
			h.Laws()
			h.Replays(3)
			if f.resends {
				require.GreaterOrEqual(t, h.Resent(), mailsAtOnce*f.attempts)
				require.Positive(t, h.Duplicates(), "the server had taken it")
			} else {
				require.Zero(t, h.Resent(), "the server said that it had not taken it")
				require.Equal(t, mailsAtOnce, h.Mail.Count())
			}
			tell(t, h, outcome{group: groupMail, fault: f.name, expected: f.expected})
		})
	}
}

// tries treats each recipient so often in one way, and then accepts.
func tries(n int, first mailsink.Verdict) func(string) mailsink.Verdict {
	var mu sync.Mutex
	tried := map[string]int{}
	return func(to string) mailsink.Verdict {
		mu.Lock()
		defer mu.Unlock()
		if tried[to]++; tried[to] <= n {
			return first
		}
		return mailsink.Accept()
	}
}

// What the server refuses for good goes another way: a letter, and a task to correct the address.
func TestTheMailServerRefuses(t *testing.T) {
	t.Parallel()
	for name, verdict := range map[string]mailsink.Verdict{"the recipient (550)": mailsink.Refuse(), "the message (554)": mailsink.RefuseMessage()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := house.New(t, house.Options{Idle: true, Policy: remindNow})
			h.Mail.Behave(func(string) mailsink.Verdict { return verdict })
			overdue(h, 0, mailsAtOnce)
			c := newCrew(t, h)
			defer c.dismiss()
			c.keep("worker", []string{"worker"})
			h.UntilLong("every item is reminded by letter", reminded(h, mailsAtOnce))
			h.Laws()
			require.Zero(t, h.Mail.Count())
			require.Equal(t, mailsAtOnce, h.Count("notices", "channel = 'letter' AND state = 'sent'"))
			letters, err := filepath.Glob(filepath.Join(h.Config.Notices.LetterDir, "*.pdf"))
			require.NoError(t, err)
			require.Len(t, letters, mailsAtOnce)
			tell(t, h, outcome{group: groupMail, fault: "refuses " + name, expected: "an outcome, not an error: a letter, and a task where the address is bad"})
		})
	}
}

// A server that greets later than anyone waits has nothing said to it: mails wait, and go out when it is well.
func TestTheMailServerGreetsLate(t *testing.T) {
	t.Parallel()
	h := house.New(t, house.Options{Idle: true, Policy: remindNow, Env: map[string]string{"ARREARS_SMTP_TIMEOUT": "5s"}})
	door := openDoor(t, h.Mail.Addr())
	door.hold(time.Minute)
	overdue(h, 0, mailsAtOnce)
	c := newCrew(t, h)
	defer c.dismiss()
	c.keep("worker", []string{"worker"}, "ARREARS_SMTP_PORT="+door.port())
	h.Until("several have knocked in vain", func() bool { return door.knocked() > 3 })
	require.Zero(t, h.Mail.Count())
	require.Zero(t, h.Count("notices", "state = 'sending'"), "nothing is dispatched to a server that does not answer")
	door.hold(0)
	h.UntilLong("every item is reminded", reminded(h, mailsAtOnce))
	h.Laws()
	require.Zero(t, h.Resent())
	require.Equal(t, mailsAtOnce, h.Mail.Count())
	tell(t, h, outcome{group: groupMail, fault: "greets later than the timeout", expected: "nothing is dispatched, each mail once when it is well"})
}

// A server whose encryption does not hold what the settings demand gets nothing at all, until that is put right.
func TestTheMailServersEncryptionIsBroken(t *testing.T) {
	t.Parallel()
	for _, offers := range []bool{false, true} {
		name, fault := "none is offered", "offers no encryption where the settings demand it"
		if offers {
			name, fault = "the certificate is not trusted", "shows a certificate that nobody trusts"
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := house.New(t, house.Options{Idle: true, Policy: remindNow})
			sink, mended := h.Mail, []string{"ARREARS_SMTP_TLS=none"}
			if offers {
				var err error
				sink, err = mailsink.Start(mailsink.Options{Dir: filepath.Join(t.TempDir(), "mails"), TLS: true})
				require.NoError(t, err)
				t.Cleanup(func() { _ = sink.Close() })
				ca := filepath.Join(t.TempDir(), "ca.pem")
				require.NoError(t, os.WriteFile(ca, sink.CertPEM(), 0o600))
				h.Mail, mended = sink, []string{"ARREARS_SMTP_TLS=mandatory", "ARREARS_SMTP_CA_FILE=" + ca}
			}
			_, port, _ := strings.Cut(sink.Addr(), ":")
			overdue(h, 0, mailsAtOnce)
			c := newCrew(t, h)
			defer c.dismiss()
			broken := h.Process([]string{"worker"}, "ARREARS_SMTP_PORT="+port, "ARREARS_SMTP_TLS=mandatory")
			h.UntilLong("the notices say why they wait", func() bool { return h.Count("notices", "outcome <> ''") == mailsAtOnce })
			require.Zero(t, h.Count("notices", "state = 'sending'"))
			require.Zero(t, sink.Count())
			broken.Stop()
			c.keep("worker", []string{"worker"}, append(mended, "ARREARS_SMTP_PORT="+port)...)
			h.UntilLong("every item is reminded", reminded(h, mailsAtOnce))
			h.Laws()
			require.Zero(t, h.Resent())
			require.Equal(t, mailsAtOnce, sink.Count())
			tell(t, h, outcome{group: groupMail, fault: fault, expected: "nothing is sent in plain text, each mail once when it is put right"})
		})
	}
}
