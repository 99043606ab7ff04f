package postgres

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestBasesOfAClusterThatMustMove(t *testing.T) {
	t.Parallel()
	require.Equal(t, "/var/lib/arrears", Options{}.bases()[0], "what is kept goes where systems keep things")
	require.Equal(t, filepath.Join(os.TempDir(), "arrears"), Options{Ephemeral: true}.bases()[0])
	require.Contains(t, Options{Ephemeral: true}.bases(), "/tmp/arrears", "TMPDIR may be one that only root enters")
	require.NotContains(t, Options{Ephemeral: true}.bases(), "/var/lib/arrears", "what is thrown away is not kept there")
	require.Equal(t, []string{"/x"}, Options{Ephemeral: true, elsewhere: []string{"/x"}}.bases())
}

func TestMakeOwnDirRefusesALinkThatSomeonePrepared(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	target := filepath.Join(base, "target")
	require.NoError(t, makeOwnDir(target))
	require.NoError(t, makeOwnDir(target), "it may exist when it is ours")

	link := filepath.Join(base, "link")
	require.NoError(t, os.Symlink(target, link))
	require.Error(t, makeOwnDir(link))

	file := filepath.Join(base, "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	require.Error(t, makeOwnDir(file))
}

// Clusters that are thrown away take the folder around them along when they are the last; those that come at the same moment
// find their way all the same.
func TestFoldersAreMadeWhileOthersLeave(t *testing.T) {
	t.Parallel()
	base := filepath.Join(t.TempDir(), "var")
	var all sync.WaitGroup
	for n := range 4 {
		all.Go(func() {
			dir := filepath.Join(base, strconv.Itoa(n))
			for range 200 {
				if err := errors.Join(makeOwnDir(base), makeOwnDir(dir), os.Remove(dir)); err != nil {
					t.Error(err)
					return
				}
				_ = os.Remove(base) // fails while others lie there
			}
		})
	}
	all.Wait()
}

func TestThePlaceIsLockedUntilReleased(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first, second := &place{dir: dir}, &place{dir: dir}
	require.NoError(t, first.acquire())
	require.ErrorIs(t, second.acquire(), ErrInUse)
	first.release()
	first.release()
	require.NoError(t, second.acquire())
	second.release()
}

func TestDiscardRemovesTheClusterAndItsRecord(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	here := &place{dir: filepath.Join(base, "here")}
	require.NoError(t, os.MkdirAll(here.data(), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(here.dir, "postgres.log"), nil, 0o600))
	require.NoError(t, here.discard())
	require.NoDirExists(t, here.data())
	require.FileExists(t, here.log(), "the log tells what happened")

	origin := filepath.Join(base, "origin")
	require.NoError(t, os.Mkdir(origin, 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(origin, recordName), []byte("x"), 0o600))
	moved := &place{dir: filepath.Join(base, "var", "abc"), elsewhere: origin}
	require.NoError(t, os.MkdirAll(moved.data(), 0o755))
	require.NoError(t, moved.discard())
	require.NoDirExists(t, filepath.Join(base, "var"))
	require.NoFileExists(t, filepath.Join(origin, recordName))
}

func TestAnotherMajorVersionIsRefusedInWords(t *testing.T) {
	t.Parallel()
	p := &place{dir: t.TempDir()}
	require.Error(t, p.checkVersion(Programs{Major: 15}), "no cluster")
	require.NoError(t, os.Mkdir(p.data(), 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(p.data(), "PG_VERSION"), []byte("14\n"), 0o600))
	require.NoError(t, p.checkVersion(Programs{Major: 14}))
	require.ErrorContains(t, p.checkVersion(Programs{Major: 15}), "made by PostgreSQL 14")
}

func TestAnUnfinishedClusterIsThrownAway(t *testing.T) {
	t.Parallel()
	p := &place{dir: t.TempDir()}
	require.NoError(t, os.MkdirAll(filepath.Join(p.fresh(), "base"), 0o700))
	require.NoError(t, os.MkdirAll(p.data(), 0o700))
	require.NoError(t, p.dropUseless(Options{}))
	require.NoDirExists(t, p.fresh())
	require.DirExists(t, p.data(), "a finished one that is not ephemeral stays")

	require.NoError(t, p.dropUseless(Options{Ephemeral: true}))
	require.NoDirExists(t, p.data())
}

func TestComplaintsShowWhyAStartFailedAndNothingOlder(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "postgres.log")
	older := "FATAL:  an older trouble\n"
	newer := "2026-01-01 UTC [1] LOG:  could not bind IPv4 address \"127.0.0.1\": Address already in use\n" +
		"2026-01-01 UTC [1] HINT:  Is another postmaster already running?\n" +
		"2026-01-01 UTC [2] FATAL:  the database system is starting up\n" +
		"2026-01-01 UTC [1] FATAL:  could not create any TCP/IP sockets\n"
	require.NoError(t, os.WriteFile(path, []byte(older+newer), 0o600))
	got := complaints(path, int64(len(older)))
	require.Contains(t, got, "could not bind")
	require.Contains(t, got, "could not create any TCP/IP sockets")
	require.NotContains(t, got, "older")
	require.NotContains(t, got, "starting up")

	require.Contains(t, complaints(path, int64(len(older+newer))), path, "with nothing to quote it names the file")
	require.Empty(t, complaints(filepath.Join(t.TempDir(), "none"), 0))
}

func TestAnOverlongServerLogIsSetAside(t *testing.T) {
	t.Parallel()
	s := &Server{place: &place{dir: t.TempDir()}}
	require.NoError(t, os.WriteFile(s.LogFile(), make([]byte, logLimit+1), 0o600))
	file, offset, err := s.openLog()
	require.NoError(t, err)
	require.NoError(t, file.Close())
	require.Zero(t, offset)
	require.FileExists(t, s.LogFile()+".old")
}

func TestArgumentsKeepToLoopbackAndTakeOverrides(t *testing.T) {
	t.Parallel()
	s := &Server{place: &place{dir: "/srv/one"}, port: 5433}
	args := strings.Join(s.arguments(), " ")
	require.True(t, strings.HasPrefix(args, "-D /srv/one/data -c "), "an orphan is recognised by this beginning")
	require.Contains(t, args, "listen_addresses=127.0.0.1")
	require.True(t, strings.HasSuffix(args, "-c unix_socket_directories="), "no socket files")
	require.Contains(t, args, "port=5433")
	require.NotContains(t, args, "fsync", "real data is synced")

	s.opts = Options{Ephemeral: true, Settings: map[string]string{"max_connections": "20"}}
	args = strings.Join(s.arguments(), " ")
	require.Contains(t, args, "fsync=off")
	require.Contains(t, args, "max_connections=20")
	require.NotContains(t, args, "max_connections=300")
}

func TestURLEscapesItsParts(t *testing.T) {
	t.Parallel()
	s := &Server{port: 5433, password: "a/b@c"}
	require.Equal(t, "postgres://postgres:a%2Fb%40c@127.0.0.1:5433/odd%20name?sslmode=disable", s.URL("odd name"))
}
