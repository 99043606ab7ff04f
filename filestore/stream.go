package filestore

import (
	"crypto/sha256"
	"errors"
	"hash"
	"io"

	"arrears/domain/fault"
	"arrears/domain/receivable"
	"arrears/port"
)

// counted sums up what passes and refuses what passes the limit.
type counted struct {
	in     io.Reader
	sum    hash.Hash
	head   []byte
	size   int64
	limit  int64
	failed error // of the source: not the store's fault
}

func newCounted(r io.Reader, limit int64) *counted {
	return &counted{in: r, sum: sha256.New(), limit: limit}
}

// Read implements io.Reader.
func (c *counted) Read(p []byte) (int, error) {
	n, err := c.in.Read(p)
	c.size += int64(n)
	if c.size > c.limit {
		c.failed = fault.Newf(fault.TooLarge, receivable.CodeDocumentTooLarge, "the document is larger than %d bytes", c.limit)
		return 0, c.failed
	}
	c.sum.Write(p[:n])
	c.head = append(c.head, p[:min(n, port.SniffBytes-len(c.head))]...)
	if err != nil && !errors.Is(err, io.EOF) {
		c.failed = err
	}
	return n, err
}

func (c *counted) result() (sum [32]byte, size int64, head []byte) {
	return [32]byte(c.sum.Sum(nil)), c.size, c.head
}

// chunk is how much of a file is read at a time.
const chunk = 64 << 10

// verified hands a file on a chunk behind: the last one only when the whole has its sum. So a damaged file never looks complete.
type verified struct {
	in    io.ReadCloser
	sum   hash.Hash
	want  [32]byte
	space [2][]byte // ready and held lie in one each
	turn  int
	ready []byte
	held  []byte
	whole bool
	err   error
}

func newVerified(in io.ReadCloser, want [32]byte) *verified {
	return &verified{in: in, sum: sha256.New(), want: want, space: [2][]byte{make([]byte, chunk), make([]byte, chunk)}}
}

// Read implements io.Reader.
func (v *verified) Read(p []byte) (int, error) {
	for len(v.ready) == 0 {
		if v.err != nil {
			return 0, v.err
		}
		v.advance()
	}
	n := copy(p, v.ready)
	v.ready = v.ready[n:]
	return n, nil
}

// advance reads the next chunk, and makes the one before it readable.
func (v *verified) advance() {
	if v.whole {
		if v.ready, v.held = v.held, nil; len(v.ready) == 0 {
			v.err = io.EOF
		}
		return
	}
	n, err := io.ReadFull(v.in, v.space[v.turn])
	next := v.space[v.turn][:n]
	v.turn = 1 - v.turn
	v.sum.Write(next)
	switch {
	case err == nil:
	case !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
		v.err = fault.Wrap(err, fault.Unavailable, receivable.CodeFileStore, "the document's file could not be read to its end")
		return
	case [32]byte(v.sum.Sum(nil)) != v.want:
		v.err = damaged()
		return
	default:
		v.whole = true
	}
	v.ready, v.held = v.held, next
}

// Close implements io.Closer.
func (v *verified) Close() error { return v.in.Close() }
