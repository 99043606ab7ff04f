// Package rtest holds what the tests of the parsers share: the public samples, streams as long as wanted, and the growth of the
// memory in use. It is for tests alone and knows no format.
package rtest

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"arrears/domain/remittance"
)

// Shared opens a file of the shared test data, or skips.
func Shared(t testing.TB, name string) *os.File {
	t.Helper()
	dirs := []string{os.Getenv("ARREARS_SHARED_DATA")}
	for up := ".."; len(up) < 60; up += "/.." {
		dirs = append(dirs, filepath.Join(up, "shared", "data"))
	}
	for _, dir := range dirs {
		if f, err := os.Open(filepath.Join(dir, name)); err == nil {
			t.Cleanup(func() { _ = f.Close() })
			return f
		}
	}
	t.Skipf("the shared test data is not here: set ARREARS_SHARED_DATA to the folder that holds %s", name)
	return nil
}

// Codes lists problems as "severity field code", the code without its prefix.
func Codes(problems []remittance.Problem) []string {
	var all []string
	for _, p := range problems {
		all = append(all, string(p.Severity)+" "+p.Field+" "+strings.TrimPrefix(p.Code, "remittance."))
	}
	return all
}

// Parser reads a stream into a sink.
type Parser func(io.Reader, remittance.Sink) error

// Collect reads a text through Check.
func Collect(read Parser, text string) (*remittance.Collector, error) {
	c := &remittance.Collector{}
	err := read(strings.NewReader(text), remittance.Check(c))
	return c, err
}

// Chunked reads a text as Collect does, in pieces of one byte.
func Chunked(read Parser, text string) (*remittance.Collector, error) {
	c := &remittance.Collector{}
	err := read(iotest.OneByteReader(strings.NewReader(text)), remittance.Check(c))
	return c, err
}

// Stream gives a head, then pieces by number until there were so many bytes, then a tail.
type Stream struct {
	Piece func(n int) string
	Tail  func(pieces int) string
	Left  int64 // bytes of pieces still to come

	pending string
	number  int
	ended   bool
}

// NewStream returns a stream that begins with head.
func NewStream(head string, size int64, piece, tail func(int) string) *Stream {
	return &Stream{Piece: piece, Tail: tail, Left: size, pending: head}
}

// Pieces returns how many pieces were given.
func (s *Stream) Pieces() int { return s.number }

// Read gives what comes next.
func (s *Stream) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		if s.pending == "" && !s.more() {
			if n == 0 {
				return 0, io.EOF
			}
			return n, nil
		}
		taken := copy(p[n:], s.pending)
		s.pending, n = s.pending[taken:], n+taken
	}
	return n, nil
}

func (s *Stream) more() bool {
	if s.Left > 0 {
		s.pending = s.Piece(s.number)
		s.Left -= int64(len(s.pending))
		s.number++
		return true
	}
	if s.ended {
		return false
	}
	s.ended = true
	s.pending = s.Tail(s.number)
	return s.pending != ""
}

// Counter is a sink that keeps numbers alone.
type Counter struct {
	Transactions, Advices, Lines int
	Credits                      int64
	Problems                     []remittance.Problem
}

// Begin takes a statement's start.
func (c *Counter) Begin(remittance.Statement) error { return nil }

// End takes a statement's end.
func (c *Counter) End(remittance.Statement) error { return nil }

// Transaction counts.
func (c *Counter) Transaction(t remittance.Transaction) error {
	c.Transactions++
	if t.Credit {
		c.Credits += t.Minor
	}
	return nil
}

// Advice counts.
func (c *Counter) Advice(a remittance.Advice) error {
	c.Advices++
	c.Lines += len(a.Lines)
	return nil
}

// Problem keeps a few.
func (c *Counter) Problem(p remittance.Problem) error {
	if len(c.Problems) > 1000 {
		return errors.New("too many problems")
	}
	c.Problems = append(c.Problems, p)
	return nil
}

// LongStream is as long as a stream is that shows whether memory grows with it; MostGrown is what may be in use more while it
// is read: a quarter of it, and many times what one payment may take.
const (
	LongStream = 16 << 20
	MostGrown  = LongStream / 4
)

// Grown reads a stream through Check and returns by how many bytes the memory in use grew at most on the way. Whoever calls it
// is no parallel test: what others use would count.
func Grown(t testing.TB, read Parser, in *Stream) (*Counter, int64) {
	t.Helper()
	c, watch := &Counter{}, &watched{in: in, peak: inUse()}
	before := watch.peak
	if err := read(watch, remittance.Check(c)); err != nil {
		t.Fatal(err)
	}
	return c, watch.peak - before
}

// watched looks at the memory each time that a piece of its stream was read.
type watched struct {
	in   io.Reader
	read int
	peak int64
}

// Read gives what comes next.
func (w *watched) Read(p []byte) (int, error) {
	const piece = LongStream / 8
	n, err := w.in.Read(p)
	if w.read += n; w.read >= piece || err != nil {
		w.read, w.peak = 0, max(w.peak, inUse())
	}
	return n, err
}

// inUse are the bytes of the heap that something refers to: what is garbage already says nothing of a parser.
func inUse() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc) //nolint:gosec // a heap is smaller than half of what can be addressed
}
