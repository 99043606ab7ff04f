package email

import (
	"crypto/x509"
	"net"
	"strconv"
	"time"

	"arrears/domain/fault"
	"arrears/notify"
)

// TLSPolicy says how the connection to the server is encrypted.
type TLSPolicy string

// The policies. Certificates are always checked; a server that offers STARTTLS and fails at it is not used in plain text.
const (
	// TLSNone never encrypts: for a server on this machine.
	TLSNone TLSPolicy = "none"
	// TLSOpportunistic encrypts by STARTTLS when the server offers it.
	TLSOpportunistic TLSPolicy = "opportunistic"
	// TLSMandatory demands STARTTLS.
	TLSMandatory TLSPolicy = "mandatory"
	// TLSImplicit encrypts from the first byte, usually on port 465.
	TLSImplicit TLSPolicy = "implicit"
)

// AuthMethod is how we prove who we are.
type AuthMethod string

// The methods. PLAIN and LOGIN show the password to the server and are refused on an unencrypted connection to another
// machine.
const (
	AuthAuto        AuthMethod = ""
	AuthPlain       AuthMethod = "PLAIN"
	AuthLogin       AuthMethod = "LOGIN"
	AuthCRAMMD5     AuthMethod = "CRAM-MD5"
	AuthSCRAMSHA1   AuthMethod = "SCRAM-SHA-1"
	AuthSCRAMSHA256 AuthMethod = "SCRAM-SHA-256"
	AuthXOAUTH2     AuthMethod = "XOAUTH2"
)

// preferred is the order in which AuthAuto chooses from what the server offers.
var preferred = [...]AuthMethod{AuthSCRAMSHA256, AuthSCRAMSHA1, AuthPlain, AuthLogin, AuthCRAMMD5}

// Options say how to reach the server. Zero fields take the defaults named beside them.
type Options struct {
	Host     string
	Port     int       // 25; 465 with TLSImplicit
	TLS      TLSPolicy // mandatory
	Username string    // empty: no authentication
	Password string
	Auth     AuthMethod
	// HelloName is how we introduce ourselves; "localhost".
	HelloName string
	// RootCAs are trusted instead of the system's.
	RootCAs *x509.CertPool
	// MaxConnections at a time; 4. Who wants one more waits.
	MaxConnections int
	// MaxMessages over one connection; 100. Many servers allow no more.
	MaxMessages int
	// IdleTimeout is how long an unused connection is kept; 30 seconds.
	IdleTimeout time.Duration
	// PrepareTimeout bounds dialling, encryption and authentication together; 15 seconds.
	PrepareTimeout time.Duration
	// SendTimeout bounds one message from MAIL to the answer after its last byte; 60 seconds.
	SendTimeout time.Duration
}

func (o Options) withDefaults() Options {
	setDefault(&o.TLS, TLSMandatory)
	port := 25
	if o.TLS == TLSImplicit {
		port = 465
	}
	setDefault(&o.Port, port)
	setDefault(&o.HelloName, "localhost")
	setDefault(&o.MaxConnections, 4)
	setDefault(&o.MaxMessages, 100)
	setDefault(&o.IdleTimeout, 30*time.Second)
	setDefault(&o.PrepareTimeout, 15*time.Second)
	setDefault(&o.SendTimeout, 60*time.Second)
	return o
}

func setDefault[T comparable](field *T, value T) {
	var zero T
	if *field == zero {
		*field = value
	}
}

func (o Options) check() error {
	switch {
	case o.Host == "":
		return misconfigured("the mail server's name is missing")
	case o.Port < 1 || o.Port > 65535:
		return misconfigured("the mail server's port is not between 1 and 65535")
	case o.TLS != TLSNone && o.TLS != TLSOpportunistic && o.TLS != TLSMandatory && o.TLS != TLSImplicit:
		return misconfigured("the encryption policy must be none, opportunistic, mandatory or implicit")
	case o.MaxConnections < 1 || o.MaxMessages < 1 || o.IdleTimeout < 0 || o.PrepareTimeout < 0 || o.SendTimeout < 0:
		return misconfigured("a bound of the mail connection is negative")
	}
	return nil
}

func (o Options) address() string { return net.JoinHostPort(o.Host, strconv.Itoa(o.Port)) }

func misconfigured(message string) error {
	return fault.New(fault.Unavailable, notify.CodeMisconfigured, message)
}
