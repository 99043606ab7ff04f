package mailsink

import (
	"bytes"
	"crypto/subtle"
	"io"
	"mime"
	"net/mail"
	"slices"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// session is one connection of a client.
type session struct {
	sink          *Sink
	conn          *smtp.Conn
	authenticated bool

	from     string
	to       []string
	verdicts []Verdict
}

func (s *Sink) newSession(conn *smtp.Conn) (smtp.Session, error) {
	return &session{sink: s, conn: conn, authenticated: s.opts.Username == ""}, nil
}

// AuthMechanisms offers PLAIN when an account is set.
func (x *session) AuthMechanisms() []string {
	if x.sink.opts.Username == "" {
		return nil
	}
	return []string{sasl.Plain}
}

// Auth checks the one account.
func (x *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, username, password string) error {
		want := x.sink.opts
		sameName := subtle.ConstantTimeCompare([]byte(username), []byte(want.Username))
		samePassword := subtle.ConstantTimeCompare([]byte(password), []byte(want.Password))
		if sameName&samePassword != 1 {
			return smtp.ErrAuthFailed
		}
		x.authenticated = true
		return nil
	}), nil
}

// Mail begins a mail.
func (x *session) Mail(from string, _ *smtp.MailOptions) error {
	if !x.authenticated {
		return &smtp.SMTPError{Code: 530, EnhancedCode: smtp.EnhancedCode{5, 7, 0}, Message: "Authentication required"}
	}
	x.from = from
	return nil
}

// Rcpt asks how the recipient is to be treated.
func (x *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	verdict := x.sink.verdict(to)
	switch verdict.kind {
	case refuse:
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "No such mailbox"}
	case temporary:
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 0}, Message: "Try again later"}
	}
	x.to = append(x.to, to)
	x.verdicts = append(x.verdicts, verdict)
	return nil
}

// Data takes the mail, keeps it, and answers, late or never if it must.
func (x *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r) // bounded by the server's limit
	if err != nil {
		return err
	}
	for _, verdict := range x.verdicts {
		switch verdict.kind {
		case full:
			return &smtp.SMTPError{Code: 452, EnhancedCode: smtp.EnhancedCode{4, 2, 2}, Message: "The mailbox is full"}
		case refuseMessage:
			return &smtp.SMTPError{Code: 554, EnhancedCode: smtp.EnhancedCode{5, 7, 1}, Message: "The message is refused"}
		}
	}
	message := parse(raw)
	message.From, message.To, message.ReceivedAt = x.from, slices.Clone(x.to), time.Now()
	if err := x.sink.keep(message); err != nil {
		return &smtp.SMTPError{Code: 452, EnhancedCode: smtp.EnhancedCode{4, 3, 1}, Message: "Cannot keep the mail"}
	}
	for _, verdict := range x.verdicts {
		if verdict.kind == drop {
			return x.conn.Conn().Close()
		}
		x.pause(verdict.delay)
	}
	return nil
}

func (x *session) pause(delay time.Duration) {
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-x.sink.stopping:
	}
}

// Reset forgets the mail that was begun.
func (x *session) Reset() { x.from, x.to, x.verdicts = "", nil, nil }

// Logout ends the session; nothing outlives it.
func (x *session) Logout() error { return nil }

// parse reads the headers that the index shows. A mail whose headers cannot be read is kept all the same.
func parse(raw []byte) Message {
	message := Message{Raw: raw}
	parsed, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return message
	}
	message.MessageID = parsed.Header.Get("Message-Id")
	message.Subject = parsed.Header.Get("Subject")
	if decoded, err := new(mime.WordDecoder).DecodeHeader(message.Subject); err == nil {
		message.Subject = decoded
	}
	return message
}
