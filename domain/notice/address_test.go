package notice_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"arrears/domain/fault"
	"arrears/domain/notice"
	"arrears/domain/receivable"
)

func drawID(t *rapid.T, label string) uuid.UUID {
	return uuid.UUID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, label))
}

func TestReplyAddressComesBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		id := drawID(rt, "id")
		address := notice.ReplyAddress(id, "reply.example.com")
		local, _, _ := strings.Cut(address, "@")
		require.LessOrEqual(rt, len(local), 64, "RFC 5321 allows no longer one")
		require.NotContains(rt, strings.ReplaceAll(address, "-", ""), strings.ReplaceAll(id.String(), "-", ""), "the id is not shown as such")
		for _, form := range []string{address, strings.ToUpper(address), "<" + address + ">", "  " + address + "\n"} {
			got, domain, err := notice.ParseReplyAddress(form)
			require.NoError(rt, err)
			require.Equal(rt, id, got)
			require.Equal(rt, "reply.example.com", domain)
		}
	})
}

func TestADamagedReplyAddressIsRefused(t *testing.T) {
	t.Parallel()
	address := notice.ReplyAddress(uuid.MustParse("0198f000-0000-7000-8000-000000000001"), "example.com")
	tag, _, _ := strings.Cut(strings.TrimPrefix(address, "reply+"), "@")
	bad := []string{"", "@", "reply+@example.com", "someone@example.com", "reply+" + tag, "reply+" + tag + "@", address + "@x", address + "\r\nBcc: x",
		"reply+" + tag + "a@example.com", "reply+" + tag[1:] + "@example.com", "reply+" + strings.Repeat("1", len(tag)) + "@example.com"}
	for i := range tag {
		other := byte('a')
		if tag[i] == 'a' {
			other = 'b'
		}
		bad = append(bad, "reply+"+tag[:i]+string(other)+tag[i+1:]+"@example.com")
	}
	for _, b := range bad {
		_, _, err := notice.ParseReplyAddress(b)
		require.Equal(t, notice.CodeInvalidReplyAddress, fault.CodeOf(err), b)
	}
}

func FuzzParseReplyAddress(f *testing.F) {
	f.Add(notice.ReplyAddress(uuid.Max, "example.com"))
	f.Add("reply+@")
	f.Add("<REPLY+aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@x>")
	f.Fuzz(func(t *testing.T, s string) {
		id, domain, err := notice.ParseReplyAddress(s)
		if err != nil {
			require.Equal(t, uuid.Nil, id)
			return
		}
		again, sameDomain, err := notice.ParseReplyAddress(notice.ReplyAddress(id, domain))
		require.NoError(t, err)
		require.Equal(t, id, again)
		require.Equal(t, domain, sameDomain)
	})
}

func TestMessageIDDependsOnTheNoticeAlone(t *testing.T) {
	t.Parallel()
	id := uuid.MustParse("0198f000-0000-7000-8000-000000000001")
	require.Equal(t, "<notice.0198f000-0000-7000-8000-000000000001@example.com>", notice.MessageID(id, "example.com"))
	require.NotEqual(t, notice.MessageID(id, "example.com"), notice.MessageID(uuid.Max, "example.com"))
}

func TestHashBindsEveryPart(t *testing.T) {
	t.Parallel()
	a, b := uuid.MustParse("0198f000-0000-7000-8000-000000000001"), uuid.MustParse("0198f000-0000-7000-8000-000000000002")
	base := notice.Hash("x@example.com", receivable.Email, "reminder", []uuid.UUID{a, b}, []byte("raw"))
	require.Equal(t, base, notice.Hash("x@example.com", receivable.Email, "reminder", []uuid.UUID{b, a, b}, []byte("raw")), "order and repetition do not matter")
	for name, other := range map[string][32]byte{
		"recipient": notice.Hash("y@example.com", receivable.Email, "reminder", []uuid.UUID{a, b}, []byte("raw")),
		"channel":   notice.Hash("x@example.com", receivable.Letter, "reminder", []uuid.UUID{a, b}, []byte("raw")),
		"template":  notice.Hash("x@example.com", receivable.Email, "reminder-2", []uuid.UUID{a, b}, []byte("raw")),
		"policy":    notice.Hash("x@example.com", receivable.Email, "reminder", []uuid.UUID{a}, []byte("raw")),
		"bytes":     notice.Hash("x@example.com", receivable.Email, "reminder", []uuid.UUID{a, b}, []byte("raw2")),
		"boundary":  notice.Hash("x@example.comemail", "", "reminder", []uuid.UUID{a, b}, []byte("raw")),
	} {
		require.NotEqual(t, base, other, name)
	}
}

func TestHashDoesNotChangeItsInput(t *testing.T) {
	t.Parallel()
	versions := []uuid.UUID{uuid.Max, uuid.Nil}
	notice.Hash("", "", "", versions, nil)
	require.Equal(t, []uuid.UUID{uuid.Max, uuid.Nil}, versions)
}

func TestOutcomesThatMayBeTriedAgain(t *testing.T) {
	t.Parallel()
	for kind, retry := range map[notice.OutcomeKind]bool{
		notice.Accepted: false, notice.RefusedAddress: false, notice.RefusedMessage: false, notice.Temporary: true, notice.Unknown: true,
	} {
		require.Equal(t, retry, notice.Outcome{Kind: kind}.Retry(), kind)
	}
}
