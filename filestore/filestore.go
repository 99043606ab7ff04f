// Package filestore keeps the contents of documents as files, each once, by its SHA-256: in a folder, or in a bucket of an
// S3-compatible service, through gocloud.dev/blob. It knows bytes and sums; which document a file belongs to, who may read it and
// when it may go is not its business. internal/wire and tests import it; everybody else knows port.Files.
package filestore

import (
	"context"
	"encoding/hex"
	"errors"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"gocloud.dev/blob"
	"gocloud.dev/blob/fileblob"
	"gocloud.dev/blob/memblob"
	"gocloud.dev/blob/s3blob"
	"gocloud.dev/gcerrors"

	"arrears/domain/fault"
	"arrears/domain/receivable"
	"arrears/port"
)

// CodeBadPlace means that the place that is configured cannot be opened.
const CodeBadPlace = "config.document_store"

const (
	kept     = "sha256/"   // kept files, by their sum
	incoming = "incoming/" // files that are being received, by a name of their own
)

// What a writer to a bucket holds in memory: one part of the least size that S3 takes.
const partBytes = 5 << 20

// checksums is the parameter that says when answers of a service are checked by sums of its own.
const checksums = "response_checksum_validation"

// Documents are the creditor's and nobody else's on the machine.
const (
	folderMode = 0o700
	fileMode   = 0o600
)

// Store is a port.Files. It is safe for concurrent use.
type Store struct {
	open func() (*room, error)
}

// room is a place that is open.
type room struct {
	bucket *blob.Bucket
	folder string // absolute; empty for a bucket
}

var _ port.Files = (*Store)(nil)

// At names the place: a folder, which is made when it is missing, or "s3://bucket?region=…&endpoint=…&prefix=…", whose credentials
// are taken from the environment as the SDK of AWS does. It is opened at its first use, so that what needs no documents runs
// without it. Error: config.document_store.
func At(place string) (*Store, error) {
	open := func() (*room, error) { return openFolder(place) }
	if strings.Contains(place, "://") {
		address, err := url.Parse(place)
		if err != nil || address.Scheme != s3blob.Scheme || address.Host == "" {
			return nil, badPlace(err, "ARREARS_DOCUMENT_STORE: want a folder or s3://bucket?region=…")
		}
		open = func() (*room, error) { return openBucket(address) }
	} else if place == "" {
		return nil, badPlace(nil, "ARREARS_DOCUMENT_STORE names no folder")
	}
	return &Store{open: sync.OnceValues(open)}, nil
}

// Memory keeps files in memory, for tests.
func Memory() *Store {
	r := &room{bucket: memblob.OpenBucket(nil)}
	return &Store{open: func() (*room, error) { return r, nil }}
}

// Ready opens the place. It does not ask a service whether it is there. Error: config.document_store.
func (s *Store) Ready() error {
	_, err := s.open()
	return err
}

func openFolder(place string) (*room, error) {
	folder, err := filepath.Abs(place)
	if err != nil {
		return nil, badPlace(err, "ARREARS_DOCUMENT_STORE names no folder")
	}
	for _, dir := range []string{folder, filepath.Join(folder, kept), filepath.Join(folder, incoming)} {
		if err := os.MkdirAll(dir, folderMode); err != nil {
			return nil, badPlace(err, "the folder of ARREARS_DOCUMENT_STORE cannot be made")
		}
	}
	bucket, err := fileblob.OpenBucket(folder, &fileblob.Options{
		NoTempDir: true, DirFileMode: folderMode, Metadata: fileblob.MetadataDontWrite,
	})
	if err != nil {
		return nil, badPlace(err, "the folder of ARREARS_DOCUMENT_STORE cannot be opened")
	}
	return &room{bucket: bucket, folder: folder}, nil
}

func openBucket(address *url.URL) (*room, error) {
	own := *address
	query := own.Query()
	prefix := strings.Trim(query.Get("prefix"), "/")
	query.Del("prefix")
	if !query.Has(checksums) {
		query.Set(checksums, "when_required") // every file is checked by its sum, whatever the service says of it
	}
	own.RawQuery = query.Encode()
	bucket, err := new(s3blob.URLOpener).OpenBucketURL(context.Background(), &own)
	if err != nil {
		return nil, badPlace(err, "the bucket of ARREARS_DOCUMENT_STORE cannot be opened")
	}
	if prefix != "" {
		bucket = blob.PrefixedBucket(bucket, prefix+"/")
	}
	return &room{bucket: bucket}, nil
}

func badPlace(err error, text string) error {
	return fault.Wrap(err, fault.Invalid, CodeBadPlace, text)
}

// Receive implements port.Files.
func (s *Store) Receive(ctx context.Context, r io.Reader, limit int64) (port.ReceivedFile, error) {
	f := port.ReceivedFile{Place: incoming + uuid.NewString()}
	at, err := s.open()
	if err != nil {
		return f, err
	}
	writing, cancel := context.WithCancel(ctx)
	defer cancel()
	out, err := at.bucket.NewWriter(writing, f.Place, &blob.WriterOptions{
		BufferSize: partBytes, MaxConcurrency: 1, ContentType: "application/octet-stream", DisableContentTypeDetection: true,
	})
	if err != nil {
		return f, unavailable(ctx, err)
	}
	in := newCounted(r, limit)
	_, err = io.Copy(out, in)
	if err != nil {
		cancel() // so that closing throws away what was written
	}
	closed := out.Close()
	switch {
	case in.failed != nil:
		return f, in.failed
	case err != nil || closed != nil:
		return f, unavailable(ctx, errors.Join(err, closed))
	}
	f.SHA256, f.Size, f.Head = in.result()
	return f, nil
}

// Keep implements port.Files. In a folder the file is moved and written to the disk before anybody relies on it.
func (s *Store) Keep(ctx context.Context, f port.ReceivedFile) error {
	at, err := s.open()
	if err != nil {
		return err
	}
	if at.folder != "" {
		return unavailable(ctx, at.move(f))
	}
	if err := at.bucket.Copy(ctx, keyOf(f.SHA256), f.Place, nil); err != nil {
		return unavailable(ctx, err)
	}
	return at.remove(ctx, f.Place)
}

// Drop implements port.Files.
func (s *Store) Drop(ctx context.Context, f port.ReceivedFile) error {
	return s.remove(ctx, f.Place)
}

// Open implements port.Files.
func (s *Store) Open(ctx context.Context, sum [32]byte, size int64) (io.ReadCloser, error) {
	at, err := s.open()
	if err != nil {
		return nil, err
	}
	in, err := at.bucket.NewReader(ctx, keyOf(sum), nil)
	if gcerrors.Code(err) == gcerrors.NotFound {
		return nil, missing(err)
	}
	if err != nil {
		return nil, unavailable(ctx, err)
	}
	if in.Size() != size {
		_ = in.Close() // nothing was read of it
		return nil, damaged()
	}
	return newVerified(in, sum), nil
}

// Size implements port.Files.
func (s *Store) Size(ctx context.Context, sum [32]byte) (size int64, found bool, err error) {
	at, err := s.open()
	if err != nil {
		return 0, false, err
	}
	a, err := at.bucket.Attributes(ctx, keyOf(sum))
	switch {
	case gcerrors.Code(err) == gcerrors.NotFound:
		return 0, false, nil
	case err != nil:
		return 0, false, unavailable(ctx, err)
	}
	return a.Size, true, nil
}

// Delete implements port.Files.
func (s *Store) Delete(ctx context.Context, sum [32]byte) error {
	return s.remove(ctx, keyOf(sum))
}

// Tidy implements port.Files.
func (s *Store) Tidy(ctx context.Context, before time.Time, limit int) (int, error) {
	at, err := s.open()
	if err != nil {
		return 0, err
	}
	list := at.bucket.List(&blob.ListOptions{Prefix: incoming})
	for gone := 0; ; {
		o, err := list.Next(ctx)
		if errors.Is(err, io.EOF) || gone >= limit {
			return gone, nil
		}
		if err != nil {
			return gone, unavailable(ctx, err)
		}
		if !o.ModTime.Before(before) {
			continue
		}
		if err := at.remove(ctx, o.Key); err != nil {
			return gone, err
		}
		gone++
	}
}

func (s *Store) remove(ctx context.Context, key string) error {
	at, err := s.open()
	if err != nil {
		return err
	}
	return at.remove(ctx, key)
}

func (r *room) remove(ctx context.Context, key string) error {
	err := r.bucket.Delete(ctx, key)
	if gcerrors.Code(err) == gcerrors.NotFound {
		return nil
	}
	return unavailable(ctx, err)
}

// keyOf spreads the files over 256 folders.
func keyOf(sum [32]byte) string {
	name := hex.EncodeToString(sum[:])
	return kept + name[:2] + "/" + name[2:]
}

// unavailable is what the place failed with. The end of the request's own time is not its fault.
func unavailable(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fault.Wrap(err, fault.Unavailable, receivable.CodeFileStore, "the store of documents does not answer")
}

func missing(err error) error {
	return fault.Wrap(err, fault.NotFound, receivable.CodeFileMissing, "the document's file is missing: bring it back from the back-up, or store the document again")
}

func damaged() error {
	return fault.New(fault.NotFound, receivable.CodeFileDamaged, "the document's file is not what was stored: bring it back from the back-up, or store the document again")
}
