package notify_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"arrears/notify"
)

func TestDetail(t *testing.T) {
	t.Parallel()
	require.Equal(t, "550 no such user here", notify.Detail(" 550 no\r\nsuch\tuser\x00 here "))
	require.Equal(t, 500, utf8.RuneCountInString(notify.Detail(strings.Repeat("ä", 900))))
	rapid.Check(t, func(rt *rapid.T) {
		d := notify.Detail(string(rapid.SliceOf(rapid.Byte()).Draw(rt, "bytes")))
		require.True(rt, utf8.ValidString(d))
		for _, r := range d {
			require.True(rt, unicode.IsGraphic(r))
		}
	})
}
