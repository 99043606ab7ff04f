package auth

import (
	"context"
	"crypto/subtle"
	"net/http"
	"strings"

	"arrears/domain/access"
	"arrears/domain/fault"
)

// The codes of this package's errors.
const (
	// CodeRequired means the request carries no API key.
	CodeRequired = "auth.required"
	// CodeInvalid means the API key is malformed, unknown or revoked; which of these is not told.
	CodeInvalid = "auth.invalid"
)

// Key is what is stored of an API key.
type Key struct {
	ID      string
	Name    string
	Role    access.Role
	Hash    [32]byte
	Revoked bool
}

// Keys finds API keys.
type Keys interface {
	// KeyByPrefix returns the key with the public prefix; ok is false when there is none.
	KeyByPrefix(ctx context.Context, prefix string) (key Key, ok bool, err error)
}

// Authenticator tells who sent a request.
type Authenticator struct {
	keys Keys
}

// New returns an Authenticator that knows the given keys.
func New(keys Keys) *Authenticator { return &Authenticator{keys: keys} }

// Authenticate reads the request's Authorization header: "Bearer KEY", or Basic with any user and the key as password, so
// that a browser can open the documentation. Errors: CodeRequired, CodeInvalid, and whatever the lookup meets.
func (a *Authenticator) Authenticate(r *http.Request) (access.Principal, error) {
	text, ok := presented(r)
	if !ok {
		return access.Principal{}, fault.New(fault.Unauthenticated, CodeRequired, "this needs an API key: Authorization: Bearer KEY")
	}
	prefix, hash, ok := parseToken(text)
	if !ok {
		return access.Principal{}, invalid()
	}
	key, found, err := a.keys.KeyByPrefix(r.Context(), prefix)
	if err != nil {
		return access.Principal{}, err
	}
	// An unknown prefix is compared too, so that timing does not tell it from a wrong secret.
	same := subtle.ConstantTimeCompare(hash[:], key.Hash[:]) == 1
	if !found || !same || key.Revoked {
		return access.Principal{}, invalid()
	}
	return access.Principal{ID: key.ID, Name: key.Name, Role: key.Role}, nil
}

// presented takes the key out of the Authorization header.
func presented(r *http.Request) (string, bool) {
	if _, password, ok := r.BasicAuth(); ok {
		return password, password != ""
	}
	scheme, text, found := strings.Cut(r.Header.Get("Authorization"), " ")
	if !found || !strings.EqualFold(scheme, "Bearer") || text == "" {
		return "", false
	}
	return strings.TrimSpace(text), true
}

func invalid() error {
	return fault.New(fault.Unauthenticated, CodeInvalid, "the API key is not valid")
}

// principalKey is the context key of the caller.
type principalKey struct{}

// WithPrincipal returns a context that carries the caller.
func WithPrincipal(ctx context.Context, p access.Principal) context.Context {
	return context.WithValue(ctx, principalKey{}, p)
}

// PrincipalOf returns the caller that WithPrincipal put into the context; without one, a principal that may do nothing.
func PrincipalOf(ctx context.Context) access.Principal {
	p, _ := ctx.Value(principalKey{}).(access.Principal)
	return p
}
