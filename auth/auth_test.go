package auth_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/auth"
	"arrears/domain/access"
	"arrears/domain/fault"
)

// keyring is the store of keys, in memory.
type keyring map[string]auth.Key

func (k keyring) KeyByPrefix(_ context.Context, prefix string) (auth.Key, bool, error) {
	key, ok := k[prefix]
	return key, ok, nil
}

type brokenKeys struct{ err error }

func (b brokenKeys) KeyByPrefix(context.Context, string) (auth.Key, bool, error) {
	return auth.Key{}, false, b.err
}

func newToken(t *testing.T) auth.Token {
	t.Helper()
	token, err := auth.NewToken()
	require.NoError(t, err)
	return token
}

func request(t *testing.T, header string) *http.Request {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/v1/me", nil)
	if header != "" {
		r.Header.Set("Authorization", header)
	}
	return r
}

func TestTokensDifferAndShowOnlyTheirPrefix(t *testing.T) {
	t.Parallel()
	a, b := newToken(t), newToken(t)
	require.NotEqual(t, a.Text, b.Text)
	require.NotEqual(t, a.Prefix, b.Prefix)
	require.NotEqual(t, a.Hash, b.Hash)
	require.True(t, strings.HasPrefix(a.Text, "arr_"+a.Prefix+"_"))
	require.Len(t, a.Text, 73)
}

func TestAuthenticateKnowsTheCaller(t *testing.T) {
	t.Parallel()
	token := newToken(t)
	authenticator := auth.New(keyring{token.Prefix: {ID: "key-1", Name: "Dana", Role: access.Supervisor, Hash: token.Hash}})
	want := access.Principal{ID: "key-1", Name: "Dana", Role: access.Supervisor}

	for _, header := range []string{"Bearer " + token.Text, "bearer " + token.Text, "BEARER  " + token.Text} {
		got, err := authenticator.Authenticate(request(t, header))
		require.NoError(t, err, header)
		require.Equal(t, want, got)
	}

	basic := request(t, "")
	basic.SetBasicAuth("anyone", token.Text)
	got, err := authenticator.Authenticate(basic)
	require.NoError(t, err)
	require.Equal(t, want, got)
}

func TestAuthenticateRefuses(t *testing.T) {
	t.Parallel()
	known, revoked, stranger := newToken(t), newToken(t), newToken(t)
	authenticator := auth.New(keyring{
		known.Prefix:   {ID: "key-1", Role: access.Collector, Hash: known.Hash},
		revoked.Prefix: {ID: "key-2", Role: access.Admin, Hash: revoked.Hash, Revoked: true},
	})
	otherSecret := "arr_" + known.Prefix + "_" + stranger.Text[len(stranger.Text)-52:]
	cases := []struct{ name, header, code string }{
		{"nothing", "", auth.CodeRequired},
		{"no scheme", known.Text, auth.CodeRequired},
		{"another scheme", "Digest " + known.Text, auth.CodeRequired},
		{"empty bearer", "Bearer ", auth.CodeRequired},
		{"malformed", "Bearer secret", auth.CodeInvalid},
		{"right length, wrong start", "Bearer xxx_" + known.Text[4:], auth.CodeInvalid},
		{"right length, no separator", "Bearer arr_" + strings.Repeat("a", 69), auth.CodeInvalid},
		{"separator misplaced", "Bearer arr_a_" + strings.Repeat("a", 67), auth.CodeInvalid},
		{"cut short", "Bearer " + known.Text[:len(known.Text)-1], auth.CodeInvalid},
		{"unknown prefix", "Bearer " + stranger.Text, auth.CodeInvalid},
		{"known prefix, other secret", "Bearer " + otherSecret, auth.CodeInvalid},
		{"revoked", "Bearer " + revoked.Text, auth.CodeInvalid},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p, err := authenticator.Authenticate(request(t, c.header))
			require.Equal(t, c.code, fault.CodeOf(err))
			require.Equal(t, fault.Unauthenticated, fault.KindOf(err))
			require.Zero(t, p)
		})
	}
}

func TestAnEmptyBasicPasswordIsNoKey(t *testing.T) {
	t.Parallel()
	r := request(t, "")
	r.SetBasicAuth("anyone", "")
	_, err := auth.New(keyring{}).Authenticate(r)
	require.Equal(t, auth.CodeRequired, fault.CodeOf(err))
}

func TestAFailedLookupIsNotARefusal(t *testing.T) {
	t.Parallel()
	token := newToken(t)
	cause := errors.New("connection lost")
	_, err := auth.New(brokenKeys{cause}).Authenticate(request(t, "Bearer "+token.Text))
	require.ErrorIs(t, err, cause)
	require.Equal(t, fault.Internal, fault.KindOf(err))
}

func TestPrincipalTravelsInTheContext(t *testing.T) {
	t.Parallel()
	p := access.Principal{ID: "key-1", Role: access.Auditor}
	require.Equal(t, p, auth.PrincipalOf(auth.WithPrincipal(context.Background(), p)))
	require.Zero(t, auth.PrincipalOf(context.Background()))
}
