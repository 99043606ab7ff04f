package receivable

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestMailAddress(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"billing@example.com":      "billing@example.com",
		"first.last+ar@example.de": "first.last+ar@example.de",
		"ar@bücher.example":        "ar@xn--bcher-kva.example",
		"root@localhost":           "root@localhost",
	} {
		got, ok := MailAddress(in)
		require.True(t, ok, in)
		require.Equal(t, want, got)
	}
	for _, in := range []string{
		"", "nobody", "a@", "@example.com", "A <a@example.com>", "info.@example.com", "a..b@example.com", "jürgen@example.com",
		`"a b"@example.com`, "a@exa_mple.com", "a@[192.0.2.1]", "a@example.com\r\nBcc: b@example.com", "a@-example.com",
		strings.Repeat("a", 65) + "@example.com", "a@" + strings.Repeat("x.", 130) + "com",
	} {
		_, ok := MailAddress(in)
		require.False(t, ok, in)
	}
}
