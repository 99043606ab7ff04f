// Package recording is a channel that sends nothing: it keeps what it was given, and answers as told. It is for tests and
// trials alone.
package recording

import (
	"context"
	"slices"
	"sync"

	"arrears/domain/notice"
	"arrears/notify"
)

// Channel records messages. The zero value accepts everything.
type Channel struct {
	// Answer decides the outcome of a message; nil accepts. It may be called from several goroutines.
	Answer func(m notify.Message) notify.Outcome
	// PrepareError, if set, is asked before each session; its error is Prepare's.
	PrepareError func() error
	// ComposeWith makes the bytes; nil takes the subject and the text.
	ComposeWith func(e notify.Envelope) ([]byte, error)

	mu       sync.Mutex
	messages []notify.Message
	open     int
}

var _ notify.Channel = (*Channel)(nil)

// Compose implements notify.Channel.
func (c *Channel) Compose(e notify.Envelope) ([]byte, error) {
	if c.ComposeWith != nil {
		return c.ComposeWith(e)
	}
	return []byte(e.MessageID + "\n" + e.To + "\n" + e.Rendered.Subject + "\n\n" + e.Rendered.Text), nil
}

// Prepare implements notify.Channel.
func (c *Channel) Prepare(ctx context.Context) (notify.Session, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if c.PrepareError != nil {
		if err := c.PrepareError(); err != nil {
			return nil, err
		}
	}
	c.mu.Lock()
	c.open++
	c.mu.Unlock()
	return &session{channel: c}, nil
}

// Messages returns what was sent so far, whatever the outcome was, in order.
func (c *Channel) Messages() []notify.Message {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.messages)
}

// OpenSessions returns how many sessions are not closed; tests check that none leaks.
func (c *Channel) OpenSessions() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.open
}

type session struct {
	channel *Channel
	closed  bool
}

// Send implements notify.Session.
func (s *session) Send(ctx context.Context, m notice.Message) notice.Outcome {
	if err := ctx.Err(); err != nil {
		return notify.Outcome{Kind: notice.Temporary, Detail: err.Error()}
	}
	m.Raw = slices.Clone(m.Raw)
	s.channel.mu.Lock()
	s.channel.messages = append(s.channel.messages, m)
	s.channel.mu.Unlock()
	if s.channel.Answer == nil {
		return notify.Outcome{Kind: notice.Accepted}
	}
	return s.channel.Answer(m)
}

// Close implements notify.Session.
func (s *session) Close() error {
	if !s.closed {
		s.closed = true
		s.channel.mu.Lock()
		s.channel.open--
		s.channel.mu.Unlock()
	}
	return nil
}
