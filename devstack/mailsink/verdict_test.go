package mailsink_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"arrears/devstack/mailsink"
)

func TestByAddressGoesByTheFirstWord(t *testing.T) {
	t.Parallel()
	for recipient, want := range map[string]mailsink.Verdict{
		"refuse@example.test":           mailsink.Refuse(),
		"refuse-17@example.test":        mailsink.Refuse(),
		"temporary+x@example.test":      mailsink.Temporary(),
		"slow.customer@example.test":    mailsink.Slow(5 * time.Second),
		"drop@example.test":             mailsink.Drop(),
		"refused@example.test":          mailsink.Accept(),
		"accounts-refuse@example.test":  mailsink.Accept(),
		"postmaster":                    mailsink.Accept(),
		"":                              mailsink.Accept(),
		"invoices.refuse@example.test":  mailsink.Accept(),
		"temporarily-off@drop.test":     mailsink.Accept(),
		"drop.off.and.gone@drop.test":   mailsink.Drop(),
		"slow-payer+refuse@example.org": mailsink.Slow(5 * time.Second),
	} {
		require.Equal(t, want, mailsink.ByAddress(recipient), recipient)
	}
}
