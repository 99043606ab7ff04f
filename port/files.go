package port

import (
	"context"
	"io"
	"time"
)

// SniffBytes is how much of a file's beginning tells what it is.
const SniffBytes = 512

// ReceivedFile is a file that was read to its end and put aside.
type ReceivedFile struct {
	SHA256 [32]byte
	Size   int64
	Head   []byte // its first SniffBytes, or all of it
	Place  string // where it waits
}

// Files keeps contents outside the database, each once, by its SHA-256. Nobody deletes what a document names: whoever keeps a
// file notes that beforehand (Holds.TouchFile), and the sweep deletes under a lock on that note.
//
// Every method may fail with document.store_unavailable.
type Files interface {
	// Receive reads r to its end and puts it aside under a name of its own, holding no more than a part of it in memory. An
	// error of r is returned as it is. Error: document.too_large beyond limit bytes.
	Receive(ctx context.Context, r io.Reader, limit int64) (ReceivedFile, error)
	// Keep gives a received file its place. A file that is there with the same content is replaced by it, which heals a damaged one.
	Keep(ctx context.Context, f ReceivedFile) error
	// Drop removes a received file that is not to be kept.
	Drop(ctx context.Context, f ReceivedFile) error
	// Open reads a file. Its last bytes come only after all of them were found to have the sum: until then a reader has less than
	// size bytes. Errors: document.file_missing, document.file_damaged; the latter while reading, too.
	Open(ctx context.Context, sum [32]byte, size int64) (io.ReadCloser, error)
	// Size tells how large a file is; found is false when there is none.
	Size(ctx context.Context, sum [32]byte) (size int64, found bool, err error)
	// Delete removes a file; one that is gone is no error.
	Delete(ctx context.Context, sum [32]byte) error
	// Tidy removes at most limit files that were put aside before a real instant and never kept, and returns how many.
	Tidy(ctx context.Context, before time.Time, limit int) (int, error)
}
