package email

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
	"github.com/stretchr/testify/require"

	"arrears/notify"
)

// received is a mail that the test server took.
type received struct {
	from, to string
	raw      []byte
	tls      bool
	user     string
}

// server is an SMTP server whose answers a test sets.
type server struct {
	smtp     *smtp.Server
	port     int
	onMail   func(from string) error
	onRcpt   func(to string) error
	onData   func() error // before the message is read
	onEnd    func() error // after it
	user     string
	password string
	mechs    []string

	mu          sync.Mutex
	mails       []received
	connections int
}

// options to start a server with.
type serve struct {
	tls       *tls.Config
	implicit  bool
	configure func(s *server)
}

func start(t *testing.T, o serve) *server {
	t.Helper()
	s := &server{mechs: []string{sasl.Plain}}
	if o.configure != nil {
		o.configure(s)
	}
	s.smtp = smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		s.mu.Lock()
		s.connections++
		s.mu.Unlock()
		return &serverSession{server: s, conn: c}, nil
	}))
	s.smtp.Domain = "sink.example"
	s.smtp.AllowInsecureAuth = true
	s.smtp.ErrorLog = log.New(io.Discard, "", 0)
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s.port = listener.Addr().(*net.TCPAddr).Port
	if o.implicit {
		listener = tls.NewListener(listener, o.tls)
	} else {
		s.smtp.TLSConfig = o.tls
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = s.smtp.Serve(listener)
	}()
	t.Cleanup(func() {
		_ = s.smtp.Close()
		_ = listener.Close() // where Close came before Serve
		<-done
	})
	return s
}

func (s *server) received() []received {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]received{}, s.mails...)
}

func (s *server) dialled() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.connections
}

type serverSession struct {
	server   *server
	conn     *smtp.Conn
	from, to string
	user     string
}

func (s *serverSession) AuthMechanisms() []string {
	if s.server.user == "" {
		return nil
	}
	return s.server.mechs
}

func (s *serverSession) Auth(mech string) (sasl.Server, error) {
	check := func(user, password string) error {
		if user != s.server.user || password != s.server.password {
			return &smtp.SMTPError{Code: 535, EnhancedCode: smtp.EnhancedCode{5, 7, 8}, Message: "wrong credentials"}
		}
		s.user = user
		return nil
	}
	if mech == sasl.Login {
		return &loginServer{check: check}, nil
	}
	return sasl.NewPlainServer(func(_, user, password string) error { return check(user, password) }), nil
}

// loginServer asks for the name, then for the password.
type loginServer struct {
	check func(user, password string) error
	given []string
	asked int
}

func (l *loginServer) Next(response []byte) ([]byte, bool, error) {
	if l.asked > 0 {
		l.given = append(l.given, string(response))
	}
	l.asked++
	switch len(l.given) {
	case 0:
		return []byte("Username:"), false, nil
	case 1:
		return []byte("Password:"), false, nil
	}
	return nil, true, l.check(l.given[0], l.given[1])
}

func (s *serverSession) Mail(from string, _ *smtp.MailOptions) error {
	s.from = from
	if s.server.user != "" && s.user == "" {
		return &smtp.SMTPError{Code: 530, EnhancedCode: smtp.EnhancedCode{5, 7, 0}, Message: "authenticate first"}
	}
	if s.server.onMail != nil {
		return s.server.onMail(from)
	}
	return nil
}

func (s *serverSession) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.to = to
	if s.server.onRcpt != nil {
		return s.server.onRcpt(to)
	}
	return nil
}

func (s *serverSession) Data(r io.Reader) error {
	if s.server.onData != nil {
		if err := s.server.onData(); err != nil {
			return err
		}
	}
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if s.server.onEnd != nil {
		if err := s.server.onEnd(); err != nil {
			return err
		}
	}
	_, encrypted := s.conn.TLSConnectionState()
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	s.server.mails = append(s.server.mails, received{from: s.from, to: s.to, raw: raw, tls: encrypted, user: s.user})
	return nil
}

func (s *serverSession) Reset()        {}
func (s *serverSession) Logout() error { return nil }

// certificate returns one for 127.0.0.1 and who trusts it.
func certificate(t *testing.T) (*tls.Config, *x509.CertPool) {
	t.Helper()
	s := httptest.NewTLSServer(nil)
	defer s.Close()
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	return &tls.Config{Certificates: s.TLS.Certificates, MinVersion: tls.VersionTLS12}, pool
}

// deadPort is one on which nobody listens, and that no other test is given.
const deadPort = 1

// script answers each command by the first rule whose prefix it has, for what a proper server never does. An answer of
// "cut" closes the connection. The rule "END" is for the end of a message, "GREET" for the greeting.
func script(t *testing.T, rules map[string]string) int {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var running sync.WaitGroup
	running.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			running.Go(func() { converse(conn, rules) })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		running.Wait()
	})
	return listener.Addr().(*net.TCPAddr).Port
}

func converse(conn net.Conn, rules map[string]string) {
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(patience))
	answer := func(command, usual string) error {
		for prefix, reply := range rules {
			if strings.HasPrefix(command, prefix) {
				usual = reply
			}
		}
		if usual == "cut" {
			return errors.New("cut")
		}
		if usual == "silent" {
			return nil
		}
		_, err := io.WriteString(conn, usual+"\r\n")
		return err
	}
	if answer("GREET", "220 hello") != nil {
		return
	}
	lines := bufio.NewScanner(conn)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		command := lines.Text()
		usual := "250 ok"
		switch {
		case strings.HasPrefix(command, "QUIT"):
			usual = "221 bye"
		case strings.HasPrefix(command, "DATA"):
			if _, overruled := rules["DATA"]; !overruled {
				_ = answer(command, "354 go")
				for lines.Scan() && lines.Text() != "." {
					continue
				}
				command = "END"
			}
		}
		if answer(command, usual) != nil {
			return
		}
	}
}

// patience is how long an exchange that takes a moment may take on a busy machine.
const patience = time.Minute

func plainSender(t *testing.T, port int, change ...func(o *Options)) *Sender {
	t.Helper()
	o := Options{Host: "127.0.0.1", Port: port, TLS: TLSNone, PrepareTimeout: patience, SendTimeout: patience}
	for _, f := range change {
		f(&o)
	}
	s, err := New(o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func prepare(t *testing.T, s *Sender) notify.Session {
	t.Helper()
	session, err := s.Prepare(context.Background())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, session.Close()) })
	return session
}
