package rehearsal

import (
	"fmt"
	"net/smtp"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/config"
)

// The sink takes mails to made-up addresses, and no other leaves.
func TestNothingLeavesForARealAddress(t *testing.T) {
	t.Parallel()
	s, err := openSink(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.close() })
	server := fmt.Sprintf("127.0.0.1:%d", s.port())
	send := func(to string) error {
		return smtp.SendMail(server, nil, "receivables@"+domain, []string{to}, []byte("Subject: hello\r\n\r\nHello.\r\n"))
	}
	require.NoError(t, send("customer-000001@"+domain))
	require.ErrorContains(t, send("someone@example.com"), "550")
	require.EqualValues(t, 1, s.taken.Load())
}

// Whatever the environment says, every way out is caught.
func TestEveryWayOutIsCaught(t *testing.T) {
	t.Parallel()
	s, err := openSink(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.close() })
	live := config.Config{
		Mail:    config.Mail{Host: "mail.example.com", Port: 465, TLS: "implicit", Username: "u", Password: "p"},
		Webhook: config.Webhook{URL: "https://sms.example.com", Secret: "whsec_x"},
		Notices: config.Notices{LetterDir: "/print/queue"},
	}
	safe := caught(live, s, "/a/folder")
	require.Equal(t, "127.0.0.1", safe.Mail.Host)
	require.Equal(t, s.port(), safe.Mail.Port)
	require.Empty(t, safe.Mail.Username)
	require.Empty(t, safe.Webhook.URL)
	require.Equal(t, "/a/folder", safe.Notices.LetterDir)
	require.Zero(t, safe.Notices.Pause, "no real time passes on a clock that stands still")
}
