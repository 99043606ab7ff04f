package run

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"arrears/app"
	"arrears/auth"
	"arrears/domain/access"
	"arrears/domain/fault"
)

// keyFiles makes one key per role, kept in files that only their owner reads, so that they can be shown again. A file whose
// key is not valid any more is replaced.
func keyFiles(ctx context.Context, dir string, a *app.App, known *auth.Authenticator) (map[access.Role]string, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the keys' folder: %w", err)
	}
	keys := map[access.Role]string{}
	for _, role := range access.Roles() {
		key, err := keyFile(ctx, filepath.Join(dir, string(role)), role, a, known)
		if err != nil {
			return nil, fmt.Errorf("the key of the %s: %w", role, err)
		}
		keys[role] = key
	}
	return keys, nil
}

func keyFile(ctx context.Context, file string, role access.Role, a *app.App, known *auth.Authenticator) (string, error) {
	text, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	if key := strings.TrimSpace(string(text)); key != "" {
		if valid, err := opens(ctx, key, role, known); err != nil || valid {
			return key, err
		}
	}
	token, err := auth.NewToken()
	if err != nil {
		return "", err
	}
	// The file first: a key that is stored and cannot be shown is of no use, a file without a key is replaced.
	if err := writePrivate(file, token.Text+"\n"); err != nil {
		return "", err
	}
	_, err = a.CreateFirstKey(ctx, app.NewKey{Name: "sample " + string(role), Role: role, Prefix: token.Prefix, Hash: token.Hash})
	return token.Text, err
}

// opens reports whether the key is valid and of the role.
func opens(ctx context.Context, key string, role access.Role, known *auth.Authenticator) (bool, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "/", nil)
	if err != nil {
		return false, err
	}
	request.Header.Set("Authorization", "Bearer "+key)
	who, err := known.Authenticate(request)
	if err != nil && fault.KindOf(err) == fault.Unauthenticated {
		return false, nil
	}
	return err == nil && who.Role == role, err
}

// writePrivate writes a file that only its owner reads, whatever its mode was before.
func writePrivate(file, text string) error {
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return err
	}
	return os.Chmod(file, 0o600)
}
