package rehearsal

import (
	"context"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"time"

	"github.com/emersion/go-smtp"
)

// domain is where all made-up addresses are: a name that can never be registered.
const domain = "rehearsal.invalid"

// maxMail bounds what the sink takes of one mail.
const maxMail = 32 << 20

// sink is a mail server of this process: it takes every mail to a made-up address, counts it and forgets it. A mail to any
// other address is refused for good, and would show in the report.
type sink struct {
	server *smtp.Server
	listen net.Listener
	taken  atomic.Int64
}

func openSink(ctx context.Context) (*sink, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &sink{listen: listener}
	s.server = smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &session{sink: s}, nil }))
	s.server.Domain, s.server.MaxMessageBytes = domain, maxMail
	s.server.ReadTimeout, s.server.WriteTimeout = time.Minute, time.Minute
	go func() { _ = s.server.Serve(listener) }() // ends by close alone
	return s, nil
}

func (s *sink) port() int {
	address, _ := s.listen.Addr().(*net.TCPAddr) // of a TCP listener
	return address.Port
}

func (s *sink) close() error { return s.server.Close() }

// session is one connection.
type session struct{ sink *sink }

// Mail begins a mail.
func (*session) Mail(string, *smtp.MailOptions) error { return nil }

// Rcpt takes made-up addresses alone.
func (*session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if strings.HasSuffix(strings.ToLower(to), "@"+domain) {
		return nil
	}
	return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: "A rehearsal writes to nobody"}
}

// Data takes the mail.
func (x *session) Data(r io.Reader) error {
	if _, err := io.Copy(io.Discard, r); err != nil {
		return err
	}
	x.sink.taken.Add(1)
	return nil
}

// Reset forgets the mail that was begun.
func (*session) Reset() {}

// Logout ends the session.
func (*session) Logout() error { return nil }
