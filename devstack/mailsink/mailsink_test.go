package mailsink_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/smtp"
	"net/textproto"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"arrears/devstack/mailsink"
)

func sink(t *testing.T, opts mailsink.Options) *mailsink.Sink {
	t.Helper()
	if opts.Dir == "" {
		opts.Dir = t.TempDir()
	}
	s, err := mailsink.Start(opts)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func mailOf(id string) []byte {
	return []byte("From: Sender <sender@example.test>\r\nTo: A <a@example.test>, b@example.test\r\n" +
		"Message-ID: <" + id + "@example.test>\r\nSubject: =?utf-8?q?Zahlungserinnerung_f=C3=BCr_M=C3=A4rz?=\r\n\r\nHello.\r\n")
}

func send(s *mailsink.Sink, id string, to ...string) error {
	return smtp.SendMail(s.Addr(), nil, "sender@example.test", to, mailOf(id))
}

func code(t *testing.T, err error) int {
	t.Helper()
	var refused *textproto.Error
	require.ErrorAs(t, err, &refused)
	return refused.Code
}

func TestKeepsEachMailAsAFileAndInMemory(t *testing.T) {
	t.Parallel()
	s := sink(t, mailsink.Options{})
	require.NoError(t, send(s, "one", "a@example.test", "b@example.test"))
	require.NoError(t, send(s, "two", "c@example.test"))

	got, err := s.WaitFor(t.Context(), 2)
	require.NoError(t, err)
	require.Len(t, got, 2)
	require.Equal(t, 2, s.Count())
	first := got[0]
	require.Equal(t, "<one@example.test>", first.MessageID)
	require.Equal(t, "sender@example.test", first.From)
	require.Equal(t, []string{"a@example.test", "b@example.test"}, first.To)
	require.Equal(t, "Zahlungserinnerung für März", first.Subject)
	require.Equal(t, mailOf("one"), first.Raw)
	require.WithinDuration(t, time.Now(), first.ReceivedAt, time.Minute)
	onDisk, err := os.ReadFile(first.Path)
	require.NoError(t, err)
	require.Equal(t, first.Raw, onDisk)

	read, err := mailsink.Read(s.Dir())
	require.NoError(t, err)
	require.Len(t, read, 2)
	require.Equal(t, first.MessageID, read[0].MessageID)
	require.Equal(t, "sender@example.test", read[0].From)
	require.Equal(t, []string{"a@example.test", "b@example.test"}, read[0].To)
	leftovers, err := filepath.Glob(filepath.Join(s.Dir(), "*.part"))
	require.NoError(t, err)
	require.Empty(t, leftovers)
}

func TestBehaviours(t *testing.T) {
	t.Parallel()
	s := sink(t, mailsink.Options{})
	s.Behave(func(recipient string) mailsink.Verdict {
		switch name, _, _ := strings.Cut(recipient, "@"); name {
		case "gone":
			return mailsink.Refuse()
		case "busy":
			return mailsink.Temporary()
		case "slow":
			return mailsink.Slow(100 * time.Millisecond)
		case "cut":
			return mailsink.Drop()
		case "full":
			return mailsink.Full()
		case "unwanted":
			return mailsink.RefuseMessage()
		default:
			return mailsink.Accept()
		}
	})
	require.Equal(t, 550, code(t, send(s, "gone", "gone@example.test")))
	require.Equal(t, 451, code(t, send(s, "busy", "busy@example.test")))
	require.Equal(t, 452, code(t, send(s, "full", "full@example.test")))
	require.Equal(t, 554, code(t, send(s, "unwanted", "unwanted@example.test")))
	require.Zero(t, s.Count(), "what was refused is not kept")

	began := time.Now()
	require.NoError(t, send(s, "slow", "slow@example.test"))
	require.GreaterOrEqual(t, time.Since(began), 100*time.Millisecond)

	err := send(s, "cut", "cut@example.test")
	require.Error(t, err)
	var answered *textproto.Error
	require.False(t, errors.As(err, &answered), "no answer may come: %v", err)
	got, err := s.WaitFor(t.Context(), 2)
	require.NoError(t, err)
	require.Equal(t, "<cut@example.test>", got[1].MessageID, "the mail was kept although nobody was told")

	s.Behave(nil)
	require.NoError(t, send(s, "back", "gone@example.test"))
}

func TestWaitForEndsWithItsContext(t *testing.T) {
	t.Parallel()
	s := sink(t, mailsink.Options{})
	require.NoError(t, send(s, "one", "a@example.test"))
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	got, err := s.WaitFor(ctx, 2)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Len(t, got, 1)
}

func TestManySendersAtOnce(t *testing.T) {
	t.Parallel()
	s := sink(t, mailsink.Options{})
	var senders sync.WaitGroup
	for range 20 {
		senders.Go(func() {
			for range 5 {
				if err := send(s, "many", "a@example.test"); err != nil {
					t.Error(err)
				}
			}
		})
	}
	senders.Wait()
	read, err := mailsink.Read(s.Dir())
	require.NoError(t, err)
	require.Len(t, read, 100)
	require.Equal(t, 100, s.Count())
}

func TestStartTLSAndAccount(t *testing.T) {
	t.Parallel()
	s := sink(t, mailsink.Options{TLS: true, Username: "arrears", Password: "secret"})
	require.Equal(t, 530, code(t, deliver(t, s, nil)), "no account given")
	require.Equal(t, 535, code(t, deliver(t, s, smtp.PlainAuth("", "arrears", "wrong", "127.0.0.1"))))
	require.NoError(t, deliver(t, s, smtp.PlainAuth("", "arrears", "secret", "127.0.0.1")))
	require.Equal(t, 1, s.Count())
}

// deliver sends one mail under TLS, trusting nothing but the sink's own certificate.
func deliver(t *testing.T, s *mailsink.Sink, auth smtp.Auth) error {
	t.Helper()
	client, err := smtp.Dial(s.Addr())
	require.NoError(t, err)
	defer func() { _ = client.Close() }()
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(s.CertPEM()))
	advertised, _ := client.Extension("AUTH")
	require.False(t, advertised, "no password may be asked for in the clear")
	require.NoError(t, client.StartTLS(&tls.Config{RootCAs: roots, ServerName: "127.0.0.1", MinVersion: tls.VersionTLS12}))
	if auth != nil {
		if err := client.Auth(auth); err != nil {
			return err
		}
	}
	if err := client.Mail("sender@example.test"); err != nil {
		return err
	}
	require.NoError(t, client.Rcpt("a@example.test"))
	body, err := client.Data()
	require.NoError(t, err)
	_, err = body.Write(mailOf("tls"))
	require.NoError(t, err)
	require.NoError(t, body.Close())
	return client.Quit()
}

func TestCloseEndsASlowAnswer(t *testing.T) {
	t.Parallel()
	s, err := mailsink.Start(mailsink.Options{Dir: t.TempDir()})
	require.NoError(t, err)
	s.Behave(func(string) mailsink.Verdict { return mailsink.Slow(time.Hour) })
	ended := make(chan struct{})
	go func() { _ = send(s, "slow", "a@example.test"); close(ended) }()
	_, err = s.WaitFor(t.Context(), 1)
	require.NoError(t, err)
	require.NoError(t, s.Close())
	require.NoError(t, s.Close(), "closing again does nothing")
	select {
	case <-ended:
	case <-time.After(time.Minute):
		t.Fatal("the sender still waits")
	}
}

func TestAMailWithoutReadableHeadersIsKept(t *testing.T) {
	t.Parallel()
	s := sink(t, mailsink.Options{})
	require.NoError(t, smtp.SendMail(s.Addr(), nil, "x@example.test", []string{"y@example.test"}, []byte("no headers at all\r\n")))
	require.Len(t, s.Messages(), 1)
	require.Empty(t, s.Messages()[0].MessageID)
	read, err := mailsink.Read(s.Dir())
	require.NoError(t, err)
	require.Len(t, read, 1)
}

func TestStartRefusesAFolderThatCannotBe(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err := mailsink.Start(mailsink.Options{Dir: filepath.Join(file, "mails")})
	require.Error(t, err)
	_, err = mailsink.Read(filepath.Join(file, "mails"))
	require.Error(t, err)
}
