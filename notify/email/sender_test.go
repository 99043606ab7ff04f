package email

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"
	clientsmtp "github.com/wneessen/go-mail/smtp"

	"arrears/domain/fault"
	"arrears/domain/notice"
	"arrears/internal/testkit/leak"
	"arrears/notify"
)

func TestMain(m *testing.M) { leak.Main(m) }

func message(to string) notify.Message {
	return notify.Message{
		From: "billing@example.com", To: to, Date: time.Date(2026, 3, 16, 9, 0, 0, 0, time.UTC),
		Raw: []byte("Message-ID: <a@example.com>\r\nSubject: x\r\n\r\nbody\r\n"),
	}
}

func TestAMailArrivesAsItIs(t *testing.T) {
	t.Parallel()
	server := start(t, serve{})
	session := prepare(t, plainSender(t, server.port))
	m := message("ap@example.com")
	m.Raw = []byte("Date: Mon, 16 Mar 2026 09:00:00 +0000\r\nSubject: x\r\n\r\n.\r\n.a line with a dot\r\n..two\r\n" +
		strings.Repeat("long ", 190) + "\r\nÜmläute\r\nlast\r\n")
	out := session.Send(context.Background(), m)
	require.Equal(t, notice.Accepted, out.Kind, out.Detail)
	require.Equal(t, 250, out.Code)
	got := server.received()
	require.Len(t, got, 1)
	require.Equal(t, string(m.Raw), string(got[0].raw))
	require.Equal(t, "billing@example.com", got[0].from)
	require.Equal(t, "ap@example.com", got[0].to)
}

func TestBytesFrozenWithoutADateGetTheDispatchs(t *testing.T) {
	t.Parallel()
	server := start(t, serve{})
	session := prepare(t, plainSender(t, server.port))
	m := message("ap@example.com")
	for range 2 {
		require.Equal(t, notice.Accepted, session.Send(context.Background(), m).Kind)
		m.Date = m.Date.In(time.FixedZone("", 3600)) // the same moment elsewhere
	}
	got := server.received()
	require.Equal(t, "Date: Mon, 16 Mar 2026 09:00:00 +0000\r\n"+string(m.Raw), string(got[0].raw))
	require.Equal(t, got[0].raw, got[1].raw)
}

func TestEncryption(t *testing.T) {
	t.Parallel()
	config, pool := certificate(t)
	for _, tt := range []struct {
		name   string
		server serve
		policy TLSPolicy
		trust  bool
		tls    bool
		code   string
	}{
		{"mandatory", serve{tls: config}, TLSMandatory, true, true, ""},
		{"opportunistic, offered", serve{tls: config}, TLSOpportunistic, true, true, ""},
		{"opportunistic, not offered", serve{}, TLSOpportunistic, true, false, ""},
		{"implicit", serve{tls: config, implicit: true}, TLSImplicit, true, true, ""},
		{"none", serve{tls: config}, TLSNone, true, false, ""},
		{"mandatory, not offered", serve{}, TLSMandatory, true, false, notify.CodeMisconfigured},
		{"certificate not trusted", serve{tls: config}, TLSMandatory, false, false, notify.CodeMisconfigured},
		{"opportunistic never falls back", serve{tls: config}, TLSOpportunistic, false, false, notify.CodeMisconfigured},
		{"implicit to a plain server", serve{}, TLSImplicit, true, false, notify.CodeUnavailable},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := start(t, tt.server)
			sender := plainSender(t, server.port, func(o *Options) {
				o.TLS = tt.policy
				if tt.trust {
					o.RootCAs = pool
				}
			})
			session, err := sender.Prepare(context.Background())
			require.Equal(t, tt.code, fault.CodeOf(err), "%v", err)
			if err != nil {
				return
			}
			defer func() { require.NoError(t, session.Close()) }()
			require.Equal(t, notice.Accepted, session.Send(context.Background(), message("ap@example.com")).Kind)
			require.Equal(t, tt.tls, server.received()[0].tls)
		})
	}
}

func TestAuthentication(t *testing.T) {
	t.Parallel()
	config, pool := certificate(t)
	for _, tt := range []struct {
		name   string
		mechs  []string
		method AuthMethod
		pass   string
		code   string
	}{
		{"plain", []string{sasl.Plain}, AuthPlain, "secret", ""},
		{"login", []string{sasl.Login}, AuthLogin, "secret", ""},
		{"chosen from what is offered", []string{"GSSAPI", sasl.Login, sasl.Plain}, AuthAuto, "secret", ""},
		{"wrong password", []string{sasl.Plain}, AuthAuto, "guess", notify.CodeMisconfigured},
		{"wrong password by login", []string{sasl.Login}, AuthAuto, "guess", notify.CodeMisconfigured},
		{"not offered", []string{sasl.Plain}, AuthCRAMMD5, "secret", notify.CodeMisconfigured},
		{"nothing we know", []string{"GSSAPI"}, AuthAuto, "secret", notify.CodeMisconfigured},
		{"unknown method", []string{"GSSAPI"}, "GSSAPI", "secret", notify.CodeMisconfigured},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := start(t, serve{tls: config, configure: func(s *server) {
				s.user, s.password, s.mechs = "arrears", "secret", tt.mechs
			}})
			sender := plainSender(t, server.port, func(o *Options) {
				o.TLS, o.RootCAs, o.Username, o.Password, o.Auth = TLSMandatory, pool, "arrears", tt.pass, tt.method
			})
			session, err := sender.Prepare(context.Background())
			require.Equal(t, tt.code, fault.CodeOf(err), "%v", err)
			if err != nil {
				return
			}
			defer func() { require.NoError(t, session.Close()) }()
			require.Equal(t, notice.Accepted, session.Send(context.Background(), message("ap@example.com")).Kind)
			require.Equal(t, "arrears", server.received()[0].user)
		})
	}
}

func TestEveryMechanismIsKnown(t *testing.T) {
	t.Parallel()
	for _, method := range []AuthMethod{AuthPlain, AuthLogin, AuthCRAMMD5, AuthSCRAMSHA1, AuthSCRAMSHA256, AuthXOAUTH2} {
		require.NotNil(t, mechanism(method, Options{}), method)
	}
	require.Nil(t, mechanism(AuthAuto, Options{}))
}

func TestAPasswordIsNotSentInPlainTextToAnotherMachine(t *testing.T) {
	t.Parallel()
	auth := mechanism(AuthPlain, Options{Host: "mail.example.com", Username: "u", Password: "p"})
	_, _, err := auth.Start(&clientsmtp.ServerInfo{Name: "mail.example.com"})
	require.Error(t, err)
}

func TestWithoutCredentialsTheServersDemandIsTemporary(t *testing.T) {
	t.Parallel()
	server := start(t, serve{configure: func(s *server) { s.user = "arrears" }})
	out := prepare(t, plainSender(t, server.port)).Send(context.Background(), message("ap@example.com"))
	require.Equal(t, notice.Temporary, out.Kind, "the operator puts it right; the message is not at fault")
	require.Equal(t, 530, out.Code)
}

func refuse(code int, enhanced smtp.EnhancedCode) func(string) error {
	return func(string) error {
		return &smtp.SMTPError{Code: code, EnhancedCode: enhanced, Message: "as the test says"}
	}
}

func TestRefusalsByPhase(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		set  func(s *server)
		kind notice.OutcomeKind
		code int
	}{
		{"sender refused", func(s *server) { s.onMail = refuse(553, smtp.EnhancedCode{5, 1, 8}) }, notice.RefusedMessage, 553},
		{"sender refused by policy", func(s *server) { s.onMail = refuse(550, smtp.EnhancedCode{5, 7, 1}) }, notice.RefusedMessage, 550},
		{"sender later", func(s *server) { s.onMail = refuse(451, smtp.EnhancedCode{4, 3, 0}) }, notice.Temporary, 451},
		{"no such mailbox", func(s *server) { s.onRcpt = refuse(550, smtp.EnhancedCode{5, 1, 1}) }, notice.RefusedAddress, 550},
		{"recipient refused", func(s *server) { s.onRcpt = refuse(554, smtp.EnhancedCode{5, 0, 0}) }, notice.RefusedAddress, 554},
		{"mailbox full for now", func(s *server) { s.onRcpt = refuse(452, smtp.EnhancedCode{4, 2, 2}) }, notice.Temporary, 452},
		{"greylisted", func(s *server) { s.onRcpt = refuse(450, smtp.EnhancedCode{4, 7, 1}) }, notice.Temporary, 450},
		{"message refused", func(s *server) { s.onEnd = func() error { return refuse(554, smtp.EnhancedCode{5, 6, 0})("") } }, notice.RefusedMessage, 554},
		{"mailbox refused late", func(s *server) { s.onEnd = func() error { return refuse(550, smtp.EnhancedCode{5, 1, 1})("") } }, notice.RefusedAddress, 550},
		{"mailbox disabled", func(s *server) { s.onEnd = func() error { return refuse(550, smtp.EnhancedCode{5, 2, 1})("") } }, notice.RefusedAddress, 550},
		{"sender refused late", func(s *server) { s.onEnd = func() error { return refuse(550, smtp.EnhancedCode{5, 1, 7})("") } }, notice.RefusedMessage, 550},
		{"message later", func(s *server) { s.onEnd = func() error { return refuse(451, smtp.EnhancedCode{4, 3, 0})("") } }, notice.Temporary, 451},
		{"too large", func(s *server) { s.onEnd = func() error { return refuse(552, smtp.EnhancedCode{5, 3, 4})("") } }, notice.RefusedMessage, 552},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := start(t, serve{configure: tt.set})
			out := prepare(t, plainSender(t, server.port)).Send(context.Background(), message("ap@example.com"))
			require.Equal(t, tt.kind, out.Kind, out.Detail)
			require.Equal(t, tt.code, out.Code)
			require.Contains(t, out.Detail, "as the test says")
			require.Empty(t, server.received())
		})
	}
}

func TestWhatImproperServersDo(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		rules map[string]string
		kind  notice.OutcomeKind
	}{
		{"cut at MAIL", map[string]string{"MAIL": "cut"}, notice.Temporary},
		{"cut at RCPT", map[string]string{"RCPT": "cut"}, notice.Temporary},
		{"cut at DATA", map[string]string{"DATA": "cut"}, notice.Temporary},
		{"DATA refused", map[string]string{"DATA": "554 5.5.1 no valid recipients"}, notice.RefusedMessage},
		{"DATA later", map[string]string{"DATA": "451 later"}, notice.Temporary},
		{"cut after the message", map[string]string{"END": "cut"}, notice.Unknown},
		{"no answer at MAIL", map[string]string{"MAIL": "silent"}, notice.Temporary},
		{"nonsense after the message", map[string]string{"END": "gibberish"}, notice.Unknown},
		{"another success", map[string]string{"END": "252 taken"}, notice.Accepted},
		{"goodbye after the message", map[string]string{"END": "421 going down"}, notice.Temporary},
		{"goodbye at RCPT", map[string]string{"RCPT": "421 going down"}, notice.Temporary},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			sender := plainSender(t, script(t, tt.rules), func(o *Options) {
				if tt.rules["MAIL"] == "silent" {
					o.SendTimeout = 100 * time.Millisecond // whatever it finds done, it is nothing that could have been taken
				}
			})
			out := prepare(t, sender).Send(context.Background(), message("ap@example.com"))
			require.Equal(t, tt.kind, out.Kind, out.Detail)
			require.LessOrEqual(t, len(out.Detail), 500)
		})
	}
}

func TestACutConnectionIsNotUsedAgain(t *testing.T) {
	t.Parallel()
	for _, rules := range []map[string]string{{"END": "cut"}, {"RCPT": "421 going down"}} {
		session := prepare(t, plainSender(t, script(t, rules)))
		session.Send(context.Background(), message("ap@example.com"))
		out := session.Send(context.Background(), message("ap@example.com"))
		require.Equal(t, notice.Temporary, out.Kind)
		require.Contains(t, out.Detail, "not usable")
	}
}

func TestASlowServerIsUnknownWhenTimeRunsOut(t *testing.T) {
	t.Parallel()
	ctx, runOut := context.WithCancel(context.Background()) // once the server has all of it, however long that takes
	defer runOut()
	release := make(chan struct{})
	server := start(t, serve{configure: func(s *server) { s.onEnd = func() error { runOut(); <-release; return nil } }})
	defer close(release)
	session := prepare(t, plainSender(t, server.port, func(o *Options) { o.SendTimeout = time.Hour })) // so that it is not what ends it
	out := session.Send(ctx, message("ap@example.com"))
	require.Equal(t, notice.Unknown, out.Kind, "it has the message, and nobody knows what it will do")
	require.Equal(t, notice.Temporary, session.Send(ctx, message("ap@example.com")).Kind, "the connection is given up")
}

func TestACancelledSendEndsAtOnce(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	server := start(t, serve{configure: func(s *server) { s.onRcpt = func(string) error { <-release; return nil } }})
	defer close(release)
	session := prepare(t, plainSender(t, server.port))
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(100*time.Millisecond, cancel)
	require.Equal(t, notice.Temporary, session.Send(ctx, message("ap@example.com")).Kind)
	require.Equal(t, notice.Temporary, session.Send(ctx, message("ap@example.com")).Kind)
}

func TestMalformedAddressesNeverReachTheServer(t *testing.T) {
	t.Parallel()
	server := start(t, serve{})
	session := prepare(t, plainSender(t, server.port))
	for _, to := range []string{"", "nobody", "a@b\r\nRCPT TO:<victim@example.com>", "a b@example.com", "müller@example.com", "<>", "a@" + strings.Repeat("x", 300) + ".com"} {
		require.Equal(t, notice.RefusedAddress, session.Send(context.Background(), message(to)).Kind, to)
	}
	m := message("ap@example.com")
	m.From = "x\r\n"
	require.Equal(t, notice.RefusedMessage, session.Send(context.Background(), m).Kind)
	require.Equal(t, notice.Accepted, session.Send(context.Background(), message("ap@münchen.example")).Kind)
	require.Len(t, server.received(), 1)
	require.Equal(t, "ap@xn--mnchen-3ya.example", server.received()[0].to)
}

func TestAfterARefusalTheNextMailGoesOut(t *testing.T) {
	t.Parallel()
	server := start(t, serve{configure: func(s *server) {
		s.onRcpt = func(to string) error {
			if strings.HasPrefix(to, "refuse") {
				return refuse(550, smtp.EnhancedCode{5, 1, 1})("")
			}
			return nil
		}
	}})
	sender := plainSender(t, server.port)
	session := prepare(t, sender)
	require.Equal(t, notice.RefusedAddress, session.Send(context.Background(), message("refuse@example.com")).Kind)
	require.Equal(t, notice.Accepted, session.Send(context.Background(), message("ap@example.com")).Kind)
	require.Equal(t, notice.RefusedAddress, session.Send(context.Background(), message("refuse@example.com")).Kind)
	require.NoError(t, session.Close())
	require.NoError(t, session.Close())
	session = prepare(t, sender)
	require.Equal(t, notice.Accepted, session.Send(context.Background(), message("ap@example.com")).Kind)
	require.Equal(t, 1, server.dialled())
}

func TestConnectionsAreUsedAgainWithinBounds(t *testing.T) {
	t.Parallel()
	server := start(t, serve{})
	sender := plainSender(t, server.port, func(o *Options) { o.MaxConnections, o.MaxMessages = 2, 3 })
	for i := range 7 {
		session := prepare(t, sender)
		require.Equal(t, notice.Accepted, session.Send(context.Background(), message(fmt.Sprintf("a%d@example.com", i))).Kind)
		require.NoError(t, session.Close())
	}
	require.Equal(t, 3, server.dialled(), "seven mails, three per connection")

	first, second := prepare(t, sender), prepare(t, sender)
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	_, err := sender.Prepare(ctx)
	require.Equal(t, notify.CodeUnavailable, fault.CodeOf(err), "both connections are in use")
	require.NoError(t, first.Close())
	third, err := sender.Prepare(context.Background())
	require.NoError(t, err)
	require.NoError(t, third.Close())
	require.NoError(t, second.Close())
}

func TestADeadIdleConnectionIsReplaced(t *testing.T) {
	t.Parallel()
	server := start(t, serve{})
	sender := plainSender(t, server.port)
	require.NoError(t, prepare(t, sender).Close())
	for _, c := range sender.idle {
		require.NoError(t, c.wire.Close()) // as a server does after a while
	}
	require.Equal(t, notice.Accepted, prepare(t, sender).Send(context.Background(), message("ap@example.com")).Kind)
	require.Equal(t, 2, server.dialled())
}

func TestAnOldIdleConnectionIsReplaced(t *testing.T) {
	t.Parallel()
	server := start(t, serve{})
	sender := plainSender(t, server.port, func(o *Options) { o.IdleTimeout = time.Nanosecond })
	require.NoError(t, prepare(t, sender).Close())
	require.NoError(t, prepare(t, sender).Close())
	require.Equal(t, 2, server.dialled())
}

func TestAClosedSenderPreparesNothing(t *testing.T) {
	t.Parallel()
	server := start(t, serve{})
	sender := plainSender(t, server.port)
	inUse := prepare(t, sender)
	require.NoError(t, sender.Close())
	require.Equal(t, notice.Accepted, inUse.Send(context.Background(), message("ap@example.com")).Kind)
	require.NoError(t, inUse.Close())
	_, err := sender.Prepare(context.Background())
	require.Equal(t, notify.CodeUnavailable, fault.CodeOf(err))
	require.Empty(t, sender.idle)
	require.Equal(t, notice.Temporary, inUse.Send(context.Background(), message("ap@example.com")).Kind)
}

func TestServersThatAreNotThere(t *testing.T) {
	t.Parallel()
	for name, port := range map[string]int{
		"nobody listens": deadPort,
		"turns us away":  script(t, map[string]string{"GREET": "554 not you"}),
		"hangs up":       script(t, map[string]string{"GREET": "cut"}),
		"says nothing":   script(t, map[string]string{"GREET": "silent"}),
		"knows no EHLO":  script(t, map[string]string{"EHLO": "500 what", "HELO": "cut"}),
	} {
		sender := plainSender(t, port, func(o *Options) { o.PrepareTimeout = 500 * time.Millisecond })
		_, err := sender.Prepare(context.Background())
		require.Equal(t, notify.CodeUnavailable, fault.CodeOf(err), name)
		require.Equal(t, fault.Unavailable, fault.KindOf(err), name)
		require.Empty(t, sender.slots, "the slot came back")
	}
}

func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	server := start(t, serve{})
	sender := plainSender(t, server.port, func(o *Options) { o.MaxConnections = 3 })
	var group sync.WaitGroup
	var failed sync.Map
	for i := range 40 {
		group.Go(func() {
			session, err := sender.Prepare(context.Background())
			if err != nil {
				failed.Store(i, err)
				return
			}
			if out := session.Send(context.Background(), message(fmt.Sprintf("a%d@example.com", i))); out.Kind != notice.Accepted {
				failed.Store(i, errors.New(out.Detail))
			}
			_ = session.Close()
		})
	}
	group.Wait()
	failed.Range(func(k, v any) bool { t.Errorf("%v: %v", k, v); return true })
	require.Len(t, server.received(), 40)
	require.LessOrEqual(t, server.dialled(), 3)
}

func TestALargeMessageArrivesWhole(t *testing.T) {
	t.Parallel()
	server := start(t, serve{})
	m := message("ap@example.com")
	m.Raw = append(m.Raw, bytes.Repeat([]byte(strings.Repeat("x", 74)+"\r\n"), 30_000)...)
	require.Equal(t, notice.Accepted, prepare(t, plainSender(t, server.port)).Send(context.Background(), m).Kind)
	require.True(t, bytes.HasSuffix(server.received()[0].raw, m.Raw))
}

func TestOptionsAreChecked(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]Options{
		"host":        {},
		"port":        {Host: "h", Port: 70000},
		"policy":      {Host: "h", TLS: "maybe"},
		"connections": {Host: "h", MaxConnections: -1},
	} {
		_, err := New(o)
		require.Equal(t, notify.CodeMisconfigured, fault.CodeOf(err), name)
	}
	s, err := New(Options{Host: "mail.example.com"})
	require.NoError(t, err)
	require.Equal(t, TLSMandatory, s.options.TLS)
	require.Equal(t, 25, s.options.Port)
	s, err = New(Options{Host: "mail.example.com", TLS: TLSImplicit})
	require.NoError(t, err)
	require.Equal(t, 465, s.options.Port)
}
