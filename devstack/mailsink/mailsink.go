// Package mailsink is an SMTP server on 127.0.0.1 that delivers nothing: it keeps every mail as a file and in memory,
// for people who try the product and for tests, which can also tell it to misbehave.
//
// It is not a mail server: there are no mailboxes, queues or bounces. It may be imported by devstack and by tests.
package mailsink

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/emersion/go-smtp"

	"arrears/devstack/internal/loopback"
)

// Bounds, far beyond what one business mail needs.
const (
	maxMessageBytes = 32 << 20
	maxRecipients   = 100
	// maxKept is how many messages stay in memory; older ones remain as files.
	maxKept     = 10_000
	idleTimeout = 5 * time.Minute
)

// Options says where mails go and what a client must do.
type Options struct {
	// Dir is the folder of the .eml files, made when absent.
	Dir string
	// Port on 127.0.0.1; 0 takes a free one.
	Port int
	// TLS offers STARTTLS with a certificate made at the start; CertPEM returns it.
	TLS bool
	// Username and Password, when set, must be given by AUTH PLAIN before a mail is taken, and only under TLS where TLS
	// is offered.
	Username string
	Password string
}

// Message is one mail that was received. One mail to several recipients is one message.
type Message struct {
	// MessageID is the header's value with its angle brackets, "" when there is none.
	MessageID string
	// From and To are the envelope's addresses; Read, which has no envelope, takes the header's.
	From string
	To   []string
	// Subject is decoded.
	Subject string
	// Raw is what came after DATA, byte for byte.
	Raw        []byte
	Path       string
	ReceivedAt time.Time
}

// Sink is a running server. Its methods may be called from any goroutine.
type Sink struct {
	opts     Options
	server   *smtp.Server
	listener net.Listener
	certPEM  []byte
	// stopping is closed when the sink closes, so that slow answers end at once.
	stopping chan struct{}
	served   chan struct{}
	stopOnce sync.Once

	mu       sync.Mutex
	behave   func(recipient string) Verdict
	messages []Message
	count    int
	// changed is closed and replaced at every message.
	changed chan struct{}
}

// Start listens and returns at once.
func Start(opts Options) (*Sink, error) {
	if err := os.MkdirAll(opts.Dir, 0o755); err != nil {
		return nil, fmt.Errorf("make the mail folder: %w", err)
	}
	s := &Sink{
		opts: opts, stopping: make(chan struct{}), served: make(chan struct{}), changed: make(chan struct{}),
		behave: func(string) Verdict { return Accept() },
	}
	s.server = smtp.NewServer(smtp.BackendFunc(s.newSession))
	s.server.Domain = "localhost"
	s.server.MaxMessageBytes = maxMessageBytes
	s.server.MaxRecipients = maxRecipients
	s.server.ReadTimeout, s.server.WriteTimeout = idleTimeout, idleTimeout
	s.server.EnableSMTPUTF8 = true
	s.server.AllowInsecureAuth = !opts.TLS
	s.server.ErrorLog = log.New(io.Discard, "", 0) // a client that goes away is what the tests are about
	if opts.TLS {
		certificate, certPEM, err := selfSigned()
		if err != nil {
			return nil, fmt.Errorf("make a certificate: %w", err)
		}
		s.server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}
		s.certPEM = certPEM
	}
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", net.JoinHostPort(loopback.Host, strconv.Itoa(opts.Port)))
	if err != nil {
		return nil, fmt.Errorf("listen for mail: %w", err)
	}
	s.listener = listener
	go func() {
		defer close(s.served)
		_ = s.server.Serve(listener) // ends when Close closes the listener
	}()
	return s, nil
}

// Addr is the host and port to send to.
func (s *Sink) Addr() string { return s.listener.Addr().String() }

// Dir is the folder of the mails.
func (s *Sink) Dir() string { return s.opts.Dir }

// CertPEM is the certificate for clients to trust, nil without TLS. It names 127.0.0.1 and localhost.
func (s *Sink) CertPEM() []byte { return slices.Clone(s.certPEM) }

// Behave sets how each further recipient is treated; nil goes back to accepting all.
func (s *Sink) Behave(verdict func(recipient string) Verdict) {
	if verdict == nil {
		verdict = func(string) Verdict { return Accept() }
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.behave = verdict
}

func (s *Sink) verdict(recipient string) Verdict {
	s.mu.Lock()
	behave := s.behave
	s.mu.Unlock()
	return behave(recipient)
}

// Messages returns the mails received since the start, oldest first, at most the last ten thousand.
func (s *Sink) Messages() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.messages)
}

// Count is how many mails were received since the start.
func (s *Sink) Count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.count
}

// WaitFor returns the messages as soon as at least n were received, or the context's error with those that came.
func (s *Sink) WaitFor(ctx context.Context, n int) ([]Message, error) {
	for {
		s.mu.Lock()
		count, changed := s.count, s.changed
		s.mu.Unlock()
		if count >= n {
			return s.Messages(), nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return s.Messages(), fmt.Errorf("%d of %d mails came: %w", count, n, ctx.Err())
		}
	}
}

// keep writes the mail under a temporary name and renames it, so that whoever watches the folder sees whole mails only.
func (s *Sink) keep(m Message) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := fmt.Sprintf("%s-%06d.eml", m.ReceivedAt.UTC().Format("20060102T150405.000000"), s.count+1)
	m.Path = filepath.Join(s.opts.Dir, name)
	if err := writeWhole(m.Path, m.Raw); err != nil {
		return err
	}
	s.count++
	if len(s.messages) == maxKept {
		s.messages = slices.Delete(s.messages, 0, 1)
	}
	s.messages = append(s.messages, m)
	close(s.changed)
	s.changed = make(chan struct{})
	return nil
}

func writeWhole(path string, content []byte) error {
	temporary := path + ".part"
	if err := os.WriteFile(temporary, content, 0o644); err != nil {
		return err
	}
	return os.Rename(temporary, path)
}

// Close cuts all connections and stops listening. The files stay.
func (s *Sink) Close() error {
	var err error
	s.stopOnce.Do(func() {
		close(s.stopping)
		err = s.server.Close()
		<-s.served
	})
	return err
}
