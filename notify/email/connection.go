package email

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/textproto"
	"slices"
	"strings"
	"time"

	"github.com/wneessen/go-mail/smtp"

	"arrears/domain/fault"
	"arrears/notify"
)

// connection is an SMTP connection past encryption and authentication.
type connection struct {
	client *smtp.Client
	wire   net.Conn // under any encryption: its deadline bounds everything above
	sent   int
	idleAt time.Time
	dirty  bool // a transaction may be open
	broken bool // not to be used again
}

// within runs f with the connection's deadline set, and cuts f short when ctx ends.
func (c *connection) within(ctx context.Context, timeout time.Duration, f func() error) error {
	deadline := time.Now().Add(timeout)
	if d, ok := ctx.Deadline(); ok && d.Before(deadline) {
		deadline = d
	}
	if err := c.wire.SetDeadline(deadline); err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = c.wire.SetDeadline(time.Unix(1, 0)) })
	err := f()
	if !stop() {
		c.broken = true // its deadline may still be moved to the past
	}
	return err
}

// close says goodbye where that costs nothing.
func (c *connection) close() {
	if !c.broken {
		_ = c.within(context.Background(), time.Second, c.client.Quit)
	}
	_ = c.wire.Close()
}

// dial makes a connection ready to take a message. Errors: notify.CodeUnavailable, notify.CodeMisconfigured.
func dial(ctx context.Context, o Options) (*connection, error) {
	dialer := net.Dialer{Timeout: o.PrepareTimeout}
	wire, err := dialer.DialContext(ctx, "tcp", o.address())
	if err != nil {
		return nil, unavailable(err)
	}
	c := &connection{wire: wire}
	if err := c.within(ctx, o.PrepareTimeout, func() error { return c.open(o) }); err != nil {
		_ = wire.Close()
		return nil, unavailable(err)
	}
	return c, nil
}

// open greets, encrypts and authenticates.
func (c *connection) open(o Options) error {
	settings := &tls.Config{ServerName: o.Host, RootCAs: o.RootCAs, MinVersion: tls.VersionTLS12}
	conn := c.wire
	if o.TLS == TLSImplicit {
		conn = tls.Client(c.wire, settings)
	}
	client, err := smtp.NewClient(conn, o.Host)
	if err != nil {
		return err
	}
	c.client = client
	client.SkipSMTPUTF8(true) // our addresses are ASCII
	if err := client.Hello(o.HelloName); err != nil {
		return err
	}
	if err := c.encrypt(o, settings); err != nil {
		return err
	}
	if o.Username == "" {
		return nil
	}
	return c.authenticate(o)
}

func (c *connection) encrypt(o Options, settings *tls.Config) error {
	if o.TLS == TLSNone || o.TLS == TLSImplicit {
		return nil
	}
	if offered, _ := c.client.Extension("STARTTLS"); !offered {
		if o.TLS == TLSMandatory {
			return misconfigured("the mail server does not offer encryption, which the settings demand")
		}
		return nil
	}
	return c.client.StartTLS(settings)
}

func (c *connection) authenticate(o Options) error {
	_, list := c.client.Extension("AUTH")
	offered := strings.Fields(strings.ToUpper(list))
	method := o.Auth
	if method == AuthAuto {
		for _, candidate := range preferred {
			if slices.Contains(offered, string(candidate)) {
				method = candidate
				break
			}
		}
	}
	auth := mechanism(method, o)
	if auth == nil || !slices.Contains(offered, string(method)) {
		return misconfigured("the mail server offers no authentication that the settings allow")
	}
	err := c.client.Auth(auth)
	if reply, answered := errors.AsType[*textproto.Error](err); answered && reply.Code >= 500 {
		return fault.Wrap(err, fault.Unavailable, notify.CodeMisconfigured, "the mail server refused the credentials")
	}
	if errors.Is(err, smtp.ErrUnencrypted) {
		return misconfigured("a password is not sent to the mail server over an unencrypted connection")
	}
	return err
}

func mechanism(method AuthMethod, o Options) smtp.Auth {
	switch method {
	case AuthPlain:
		return smtp.PlainAuth("", o.Username, o.Password, o.Host, false)
	case AuthLogin:
		return smtp.LoginAuth(o.Username, o.Password, o.Host, false)
	case AuthCRAMMD5:
		return smtp.CRAMMD5Auth(o.Username, o.Password)
	case AuthSCRAMSHA1:
		return smtp.ScramSHA1Auth(o.Username, o.Password)
	case AuthSCRAMSHA256:
		return smtp.ScramSHA256Auth(o.Username, o.Password)
	case AuthXOAUTH2:
		return smtp.XOAuth2Auth(o.Username, o.Password)
	}
	return nil
}

// unavailable keeps an error of ours and wraps any other.
func unavailable(err error) error {
	if _, ours := errors.AsType[*fault.Error](err); ours {
		return err
	}
	if _, wrong := errors.AsType[*tls.CertificateVerificationError](err); wrong {
		return fault.Wrap(err, fault.Unavailable, notify.CodeMisconfigured, "the mail server's certificate is not trusted")
	}
	return fault.Wrap(err, fault.Unavailable, notify.CodeUnavailable, "the mail server does not answer as it should")
}
