package filestore_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"arrears/domain/fault"
	"arrears/domain/receivable"
	"arrears/filestore"
	"arrears/port"
)

// folder is a store in a folder of its own, and the folder.
func folder(t *testing.T) (*filestore.Store, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "documents")
	s, err := filestore.At(dir)
	require.NoError(t, err)
	require.NoError(t, s.Ready())
	return s, dir
}

// places are a store of each kind.
func places(t *testing.T) map[string]*filestore.Store {
	t.Helper()
	f, _ := folder(t)
	bucket, _ := bucket(t, "")
	return map[string]*filestore.Store{"folder": f, "memory": filestore.Memory(), "bucket": bucket}
}

func put(t require.TestingT, s *filestore.Store, content []byte) port.ReceivedFile {
	got, err := s.Receive(context.Background(), bytes.NewReader(content), 1<<30)
	require.NoError(t, err)
	require.NoError(t, s.Keep(context.Background(), got))
	return got
}

func read(s *filestore.Store, sum [32]byte, size int64) ([]byte, error) {
	in, err := s.Open(context.Background(), sum, size)
	if err != nil {
		return nil, err
	}
	content, err := io.ReadAll(in)
	return content, errors.Join(err, in.Close())
}

// files lists what lies in a folder.
func files(t *testing.T, dir string) []string {
	t.Helper()
	var list []string
	require.NoError(t, filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			list = append(list, path)
		}
		return err
	}))
	return list
}

// some is content that compresses badly and differs from others of its size.
func some(size int) []byte {
	content := make([]byte, size)
	source := rand.NewChaCha8([32]byte{byte(size)})
	_, _ = source.Read(content) // it never fails
	return content
}

func TestAFileComesBackAsItWas(t *testing.T) {
	t.Parallel()
	for name, s := range places(t) {
		for _, size := range []int{1, port.SniffBytes, 64<<10 - 1, 64 << 10, 64<<10 + 1, 128 << 10, 6 << 20} {
			content := some(size)
			got := put(t, s, content)
			require.Equal(t, sha256.Sum256(content), got.SHA256, name)
			require.Equal(t, int64(size), got.Size)
			require.Equal(t, content[:min(size, port.SniffBytes)], got.Head)
			back, err := read(s, got.SHA256, got.Size)
			require.NoError(t, err, "%s %d", name, size)
			require.True(t, bytes.Equal(content, back), "%s %d", name, size)
			there, found, err := s.Size(t.Context(), got.SHA256)
			require.NoError(t, err)
			require.True(t, found)
			require.Equal(t, int64(size), there)
		}
	}
}

func TestAnyContentComesBackHoweverItIsRead(t *testing.T) {
	t.Parallel()
	s := filestore.Memory()
	rapid.Check(t, func(rt *rapid.T) {
		content := some(rapid.IntRange(1, 300_000).Draw(rt, "size"))
		got := put(rt, s, content)
		in, err := s.Open(context.Background(), got.SHA256, got.Size)
		require.NoError(rt, err)
		var out bytes.Buffer
		_, err = io.CopyBuffer(struct{ io.Writer }{&out}, struct{ io.Reader }{in}, make([]byte, rapid.IntRange(1, 100_000).Draw(rt, "at a time")))
		require.NoError(rt, err)
		require.True(rt, bytes.Equal(content, out.Bytes()))
		require.NoError(rt, in.Close())
	})
}

func TestTheSameContentIsOneFile(t *testing.T) {
	t.Parallel()
	s, dir := folder(t)
	a, b := put(t, s, []byte("the same")), put(t, s, []byte("the same"))
	require.Equal(t, a.SHA256, b.SHA256)
	require.Len(t, files(t, dir), 1)
}

// Whoever else has an account on the machine sees nothing.
func TestTheFolderIsItsOwners(t *testing.T) {
	t.Parallel()
	s, dir := folder(t)
	put(t, s, []byte("private"))
	require.NoError(t, filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
		require.NoError(t, err)
		info, err := e.Info()
		require.NoError(t, err)
		require.Zero(t, info.Mode().Perm()&0o077, path)
		return nil
	}))
}

func TestAFileBeyondTheLimitLeavesNothing(t *testing.T) {
	t.Parallel()
	s, dir := folder(t)
	_, err := s.Receive(t.Context(), bytes.NewReader(some(100)), 100)
	require.NoError(t, err)
	for name, s := range places(t) {
		_, err = s.Receive(t.Context(), bytes.NewReader(some(101)), 100)
		require.Equal(t, receivable.CodeDocumentTooLarge, fault.CodeOf(err), name)
		require.Equal(t, fault.TooLarge, fault.KindOf(err))
	}
	require.Len(t, files(t, dir), 1)
}

func TestWhatBreaksOffLeavesNothing(t *testing.T) {
	t.Parallel()
	s, dir := folder(t)
	broken := errors.New("the line broke")
	_, err := s.Receive(t.Context(), io.MultiReader(bytes.NewReader(some(1<<20)), iotest.ErrReader(broken)), 1<<30)
	require.ErrorIs(t, err, broken)
	require.NotEqual(t, receivable.CodeFileStore, fault.CodeOf(err), "the caller's fault, not the store's")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = s.Receive(ctx, bytes.NewReader(some(10)), 100)
	require.ErrorIs(t, err, context.Canceled)
	got, err := s.Receive(t.Context(), bytes.NewReader(some(10)), 100)
	require.NoError(t, err)
	require.NoError(t, s.Drop(t.Context(), got))
	require.NoError(t, s.Drop(t.Context(), got), "twice is once")
	require.Empty(t, files(t, dir))
}

func TestADamagedFileNeverLooksWhole(t *testing.T) {
	t.Parallel()
	for _, size := range []int{1, 1000, 64 << 10, 300_000} {
		s, dir := folder(t)
		content := some(size)
		got := put(t, s, content)
		place := files(t, dir)[0]
		require.NoError(t, os.Chmod(place, 0o600))

		turned := bytes.Clone(content)
		turned[size/2] ^= 1
		require.NoError(t, os.WriteFile(place, turned, 0o600))
		back, err := read(s, got.SHA256, got.Size)
		require.Equal(t, receivable.CodeFileDamaged, fault.CodeOf(err))
		require.Less(t, len(back), size)

		require.NoError(t, os.WriteFile(place, content[:size-1], 0o600))
		_, err = read(s, got.SHA256, got.Size)
		require.Equal(t, receivable.CodeFileDamaged, fault.CodeOf(err), "before a byte is sent")

		put(t, s, content)
		back, err = read(s, got.SHA256, got.Size)
		require.NoError(t, err, "storing it again heals it")
		require.Equal(t, content, back)
	}
}

func TestAMissingFileHasItsCode(t *testing.T) {
	t.Parallel()
	for name, s := range places(t) {
		got := put(t, s, []byte("here today"))
		require.NoError(t, s.Delete(t.Context(), got.SHA256))
		require.NoError(t, s.Delete(t.Context(), got.SHA256), "twice is once")
		_, err := read(s, got.SHA256, got.Size)
		require.Equal(t, receivable.CodeFileMissing, fault.CodeOf(err), name)
		_, found, err := s.Size(t.Context(), got.SHA256)
		require.NoError(t, err)
		require.False(t, found)
		err = s.Keep(t.Context(), got)
		require.Equal(t, receivable.CodeFileStore, fault.CodeOf(err), "%s: what was put aside is gone", name)
	}
}

// What a killed process put aside goes; what is being received and what is kept stays.
func TestTidyRemovesWhatWasPutAside(t *testing.T) {
	t.Parallel()
	for name, s := range places(t) {
		kept := put(t, s, []byte("kept"))
		for n := range 5 {
			_, err := s.Receive(t.Context(), strings.NewReader(strings.Repeat("x", n+1)), 100)
			require.NoError(t, err)
		}
		gone, err := s.Tidy(t.Context(), time.Now().Add(-time.Hour), 100)
		require.NoError(t, err)
		require.Zero(t, gone, "%s: it may be under way", name)
		gone, err = s.Tidy(t.Context(), time.Now().Add(time.Hour), 3)
		require.NoError(t, err)
		require.Equal(t, 3, gone, "%s: bounded", name)
		gone, err = s.Tidy(t.Context(), time.Now().Add(time.Hour), 100)
		require.NoError(t, err)
		require.Equal(t, 2, gone, name)
		_, err = read(s, kept.SHA256, kept.Size)
		require.NoError(t, err)
	}
}

// flow counts what is read of it, and makes its content as it goes.
type flow struct {
	left int64
	peak *atomic.Uint64
}

func (f *flow) Read(p []byte) (int, error) {
	if f.left == 0 {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), f.left))
	for i := range p[:n] {
		p[i] = byte(f.left - int64(i))
	}
	before := f.left >> 20
	if f.left -= int64(n); f.left>>20 != before {
		f.peak.Store(max(f.peak.Load(), heap()))
	}
	return n, nil
}

// heap is what is held; what nobody holds any more is swept away before.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// Forty mebibytes pass through a few; not parallel, so that nobody else's memory counts.
func TestALargeFileIsNeverHeldInMemory(t *testing.T) {
	s, _ := folder(t)
	const size, bound = 40 << 20, 12 << 20
	start, peak := heap(), &atomic.Uint64{}
	got, err := s.Receive(t.Context(), &flow{left: size, peak: peak}, size)
	require.NoError(t, err)
	require.NoError(t, s.Keep(t.Context(), got))
	in, err := s.Open(t.Context(), got.SHA256, got.Size)
	require.NoError(t, err)
	n, err := io.Copy(&sink{peak: peak}, in)
	require.NoError(t, err)
	require.NoError(t, in.Close())
	require.Equal(t, int64(size), n)
	require.Less(t, int64(peak.Load())-int64(start), int64(bound))
}

// sink looks at the memory while it is written to.
type sink struct {
	peak *atomic.Uint64
	n    int64
}

func (s *sink) Write(p []byte) (int, error) {
	before := s.n >> 20
	if s.n += int64(len(p)); s.n>>20 != before {
		s.peak.Store(max(s.peak.Load(), heap()))
	}
	return len(p), nil
}

func TestAWrongPlaceIsRefused(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, []byte("x"), 0o600))
	for _, place := range []string{"", "s3://", "gs://bucket", "http://127.0.0.1/x", "s3://bucket/%zz", file, file + "/below", "s3://bucket?nonsense=1", "s3://bucket?use_path_style=perhaps"} {
		s, err := filestore.At(place)
		if err == nil {
			err = s.Ready()
		}
		require.Equal(t, filestore.CodeBadPlace, fault.CodeOf(err), place)
		if s != nil {
			_, err = s.Receive(t.Context(), strings.NewReader("x"), 1)
			require.Equal(t, filestore.CodeBadPlace, fault.CodeOf(err))
			_, _, err = s.Size(t.Context(), [32]byte{})
			require.Equal(t, filestore.CodeBadPlace, fault.CodeOf(err))
		}
	}
}
