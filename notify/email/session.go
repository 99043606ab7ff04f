package email

import (
	"context"
	"errors"
	"io"
	"net/textproto"
	"regexp"

	"arrears/domain/notice"
	"arrears/notify"
)

// session is one connection lent to one caller.
type session struct {
	sender     *Sender
	connection *connection
}

// phase is how far a transaction came, which decides what an error means.
type phase string

const (
	phaseMail phase = "MAIL"
	phaseRcpt phase = "RCPT"
	phaseData phase = "DATA"
	// phaseBody: the message is under way without its end, so the server cannot have taken it.
	phaseBody phase = "body"
	// phaseEnd: the end was sent. Without an answer nobody knows.
	phaseEnd phase = "end of the message"
)

// Send implements notify.Session.
func (s *session) Send(ctx context.Context, m notice.Message) notice.Outcome {
	c := s.connection
	if c == nil || c.broken {
		return notify.Outcome{Kind: notice.Temporary, Detail: "the connection is not usable any more"}
	}
	_, from, ok := parseAddress(m.From)
	if !ok {
		return notify.Outcome{Kind: notice.RefusedMessage, Detail: "the sender's address is malformed"}
	}
	_, to, ok := parseAddress(m.To)
	if !ok {
		return notify.Outcome{Kind: notice.RefusedAddress, Detail: "the address is malformed"}
	}
	if ctx.Err() != nil {
		return notify.Outcome{Kind: notice.Temporary, Detail: ctx.Err().Error()}
	}
	t := transaction{connection: c, from: from, to: to, raw: dated(m.Raw, m.Date)}
	err := c.within(ctx, s.sender.options.SendTimeout, t.run)
	c.sent++
	if err == nil {
		c.dirty = false
		return notify.Outcome{Kind: notice.Accepted, Code: 250, Detail: notify.Detail(t.reply)}
	}
	out := judge(t.phase, err)
	if out.Code == 0 || out.Code == codeClosing {
		c.broken = true
	}
	return out
}

// Close gives the connection back. Calling it again does nothing.
func (s *session) Close() error {
	if s.connection != nil {
		s.sender.release(s.connection)
		s.connection = nil
	}
	return nil
}

// transaction is one mail over a connection.
type transaction struct {
	connection *connection
	from, to   string
	raw        []byte

	phase phase
	reply string
}

func (t *transaction) run() error {
	client := t.connection.client
	t.phase = phaseMail
	if t.connection.dirty { // a refused recipient leaves its transaction open
		if err := client.Reset(); err != nil {
			return err
		}
	}
	t.connection.dirty = true
	if err := client.Mail("<" + t.from + ">"); err != nil {
		return err
	}
	t.phase = phaseRcpt
	if err := client.Rcpt("<" + t.to + ">"); err != nil {
		return err
	}
	t.phase = phaseData
	w, err := client.Data()
	if err != nil {
		return err
	}
	t.phase = phaseBody
	if _, err := w.Write(t.raw); err != nil {
		return err
	}
	t.phase = phaseEnd
	err = w.Close()
	t.reply = replyOf(w)
	return err
}

func replyOf(w io.WriteCloser) string {
	if d, ok := w.(interface{ ServerResponse() string }); ok {
		return d.ServerResponse()
	}
	return ""
}

// Reply codes that need more than their first digit.
const (
	codeClosing     = 421
	codeAuthNeeded  = 530
	codeAuthInvalid = 535
	codeAuthTLS     = 538
)

// noSuchMailbox is the enhanced status of a bad or disabled destination, which some servers give only after the message.
// 5.1.7 and 5.1.8 are about the sender.
var noSuchMailbox = regexp.MustCompile(`^5\.(1\.([0-6]|9|10)|2\.1)\b`)

// judge says what an error in a phase means for the message.
func judge(p phase, err error) notify.Outcome {
	reply, answered := errors.AsType[*textproto.Error](err)
	if !answered {
		kind := notice.Temporary
		if p == phaseEnd {
			kind = notice.Unknown
		}
		return notify.Outcome{Kind: kind, Detail: notify.Detail(string(p) + ": " + err.Error())}
	}
	out := notify.Outcome{Kind: notice.RefusedMessage, Code: reply.Code, Detail: notify.Detail(reply.Msg)}
	switch {
	case p == phaseEnd && reply.Code >= 200 && reply.Code < 300:
		out.Kind = notice.Accepted // 250 is usual, the class is what counts
	case reply.Code < 500, reply.Code >= 600:
		out.Kind = notice.Temporary
	case reply.Code == codeAuthNeeded, reply.Code == codeAuthInvalid, reply.Code == codeAuthTLS:
		out.Kind = notice.Temporary // our settings, not this message: the operator puts them right
	case p == phaseRcpt, p != phaseMail && noSuchMailbox.MatchString(reply.Msg):
		out.Kind = notice.RefusedAddress
	}
	return out
}
