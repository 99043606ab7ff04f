package email

import (
	"context"
	"errors"
	"sync"
	"time"

	"arrears/notify"
)

// Sender hands mails to one SMTP server over a bounded number of connections, which it uses again. It is a notify.Channel.
type Sender struct {
	options Options
	slots   chan struct{} // one per connection in use

	mu     sync.Mutex
	idle   []*connection // the one used last stands last
	closed bool
}

var _ notify.Channel = (*Sender)(nil)

// New checks the options and returns a sender; it does not dial yet. Error: notify.CodeMisconfigured.
func New(o Options) (*Sender, error) {
	o = o.withDefaults()
	if err := o.check(); err != nil {
		return nil, err
	}
	return &Sender{options: o, slots: make(chan struct{}, o.MaxConnections)}, nil
}

// Compose is the package's Compose.
func (s *Sender) Compose(e notify.Envelope) ([]byte, error) { return Compose(e) }

// Prepare returns a session whose connection has just answered: an idle one that still lives, or a new one. It waits for a
// free slot until ctx ends. Errors: notify.CodeUnavailable, notify.CodeMisconfigured.
func (s *Sender) Prepare(ctx context.Context) (notify.Session, error) {
	ctx, cancel := context.WithTimeout(ctx, s.options.PrepareTimeout)
	defer cancel()
	select {
	case s.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, unavailable(ctx.Err())
	}
	c, err := s.connect(ctx)
	if err != nil {
		<-s.slots
		return nil, err
	}
	return &session{sender: s, connection: c}, nil
}

func (s *Sender) connect(ctx context.Context) (*connection, error) {
	for {
		c, err := s.takeIdle()
		if err != nil {
			return nil, err
		}
		if c == nil {
			return dial(ctx, s.options)
		}
		if time.Since(c.idleAt) < s.options.IdleTimeout && c.within(ctx, s.options.PrepareTimeout, c.client.Reset) == nil && !c.broken {
			c.dirty = false
			return c, nil
		}
		c.broken = true
		c.close()
	}
}

// takeIdle returns the connection used last, or nil when none waits.
func (s *Sender) takeIdle() (*connection, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, unavailable(errors.New("the sender is closed"))
	}
	if len(s.idle) == 0 {
		return nil, nil
	}
	last := len(s.idle) - 1
	c := s.idle[last]
	s.idle = s.idle[:last]
	return c, nil
}

// release gives a connection's slot back and keeps the connection if it may be used again.
func (s *Sender) release(c *connection) {
	defer func() { <-s.slots }()
	if c.broken || c.sent >= s.options.MaxMessages {
		c.close()
		return
	}
	c.idleAt = time.Now()
	s.mu.Lock()
	keep := !s.closed
	if keep {
		s.idle = append(s.idle, c)
	}
	s.mu.Unlock()
	if !keep {
		c.close()
	}
}

// Close closes the idle connections; those in use are closed when their sessions end. Prepare fails from then on.
func (s *Sender) Close() error {
	s.mu.Lock()
	idle := s.idle
	s.idle, s.closed = nil, true
	s.mu.Unlock()
	for _, c := range idle {
		c.close()
	}
	return nil
}
