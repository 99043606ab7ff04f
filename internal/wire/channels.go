package wire

import (
	"crypto/x509"
	"os"
	"strings"

	"arrears/activities"
	"arrears/config"
	"arrears/domain/fault"
	"arrears/domain/receivable"
	"arrears/notify/email"
	"arrears/notify/letter"
	"arrears/notify/webhook"
)

// Office makes the channels and loads the templates. A channel that is not configured is absent: what would go by it
// becomes a task for a person. Errors: config.smtp_ca, those of the channels and of notice.Load.
func Office(cfg config.Config) (activities.Office, error) {
	var office activities.Office
	templates, err := Templates(cfg)
	if err != nil {
		return office, err
	}
	mail, err := mailChannel(cfg.Mail)
	if err != nil {
		return office, err
	}
	letters, err := letter.New(letter.Options{Dir: cfg.Notices.LetterDir})
	if err != nil {
		return office, err
	}
	office.Renderer = templates
	office.Channels = map[receivable.Channel]activities.Channel{receivable.Email: mail, receivable.Letter: letters}
	if cfg.Webhook.URL == "" {
		return office, nil
	}
	gateway, err := webhook.New(webhook.Options{
		Gateway: cfg.Webhook.URL, Secrets: strings.Split(cfg.Webhook.Secret, ","), AllowPrivate: cfg.Webhook.AllowPrivate,
		Timeout: cfg.Webhook.Timeout,
	})
	if err != nil {
		return office, err
	}
	office.Channels[receivable.SMS], office.Channels[receivable.Webhook] = gateway, gateway
	return office, nil
}

func mailChannel(c config.Mail) (*email.Sender, error) {
	authorities, err := mailAuthorities(c.CAFile)
	if err != nil {
		return nil, err
	}
	return email.New(email.Options{
		Host: c.Host, Port: c.Port, TLS: email.TLSPolicy(c.TLS), Username: c.Username, Password: c.Password,
		RootCAs: authorities, PrepareTimeout: c.Timeout, SendTimeout: c.Timeout,
	})
}

// mailAuthorities are the system's and those of the file; nil means the system's alone.
func mailAuthorities(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil
	}
	wrong := func(err error) error {
		return fault.Wrap(err, fault.Invalid, CodeMailCA, "ARREARS_SMTP_CA_FILE holds no certificate that can be read")
	}
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, wrong(err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(pem) {
		return nil, wrong(nil)
	}
	return pool, nil
}
