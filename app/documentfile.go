package app

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/fault"
	"arrears/domain/receivable"
	"arrears/port"
)

// The bounds of sweeping away files that no document names.
const (
	// staleAfter is how long an upload may take until its document is stored.
	staleAfter = 24 * time.Hour
	sweepFiles = 10_000 // of a night
)

// DocumentFile is a file that was received and kept, and that no document names yet.
type DocumentFile struct {
	SHA256    [32]byte
	Size      int64 // 0: it was empty, and nothing is kept
	MediaType string
}

// ReceiveFile reads a file to its end, checks that it is what it says it is, and keeps it by its sum. Until a document names it, it
// is swept away after a day.
// Errors: access.forbidden, document.too_large, document.media_type, document.store_unavailable, those of the reader.
func (a *App) ReceiveFile(ctx context.Context, who access.Principal, stated string, in io.Reader) (DocumentFile, error) {
	if err := access.Require(who, access.DocumentsWrite); err != nil {
		return DocumentFile{}, err
	}
	if a.files == nil {
		return DocumentFile{}, noFiles()
	}
	if in == nil {
		in = bytes.NewReader(nil)
	}
	got, err := a.files.Receive(ctx, in, a.maxDocument)
	if err != nil {
		return DocumentFile{}, err
	}
	f := DocumentFile{SHA256: got.SHA256, Size: got.Size}
	if got.Size == 0 {
		return f, a.files.Drop(ctx, got)
	}
	if f.MediaType, err = mediaType(stated, got.Head); err != nil {
		return f, errors.Join(err, a.files.Drop(ctx, got))
	}
	// What is noted first is not swept away before its document is stored.
	err = a.store.InTx(ctx, func(ctx context.Context, tx port.Tx) error { return tx.TouchFile(ctx, got.SHA256, got.Size) })
	if err != nil {
		return f, errors.Join(err, a.files.Drop(ctx, got))
	}
	return f, a.files.Keep(ctx, got)
}

// OpenDocument shows one and opens its content, which the caller closes. Its last bytes come only when all of them were found to be
// what was stored.
// Errors: access.forbidden, document.not_found, document.file_missing, document.file_damaged, document.store_unavailable.
func (a *App) OpenDocument(ctx context.Context, who access.Principal, id uuid.UUID) (receivable.Document, io.ReadCloser, error) {
	d, err := a.Document(ctx, who, id)
	if err != nil {
		return d, nil, err
	}
	in, err := a.open(ctx, d)
	return d, in, err
}

func (a *App) open(ctx context.Context, d receivable.Document) (io.ReadCloser, error) {
	if !d.InRow {
		if a.files == nil {
			return nil, noFiles()
		}
		return a.files.Open(ctx, d.SHA256, d.Size)
	}
	var content []byte
	err := a.store.Read(ctx, func(ctx context.Context, tx port.Tx) (err error) {
		content, err = tx.DocumentContent(ctx, d.ID)
		return err
	})
	if err == nil && sha256.Sum256(content) != d.SHA256 {
		err = fault.New(fault.NotFound, receivable.CodeFileDamaged, "the document's content is not what was stored")
	}
	return io.NopCloser(bytes.NewReader(content)), err
}

func noFiles() error {
	return fault.New(fault.Unavailable, receivable.CodeFileStore, "no store of documents is set up")
}

// sweep removes files that were uploaded and that no document names after a day, and what is left of broken uploads. Each goes
// under the lock of its note: an upload of the same file waits, and brings it back.
func (a *App) sweep(ctx context.Context) error {
	if a.files == nil {
		return nil
	}
	for range sweepFiles {
		more, err := a.sweepOne(ctx)
		if err != nil {
			return err
		}
		if !more {
			break
		}
	}
	_, err := a.files.Tidy(ctx, time.Now().Add(-staleAfter), sweepFiles)
	return err
}

func (a *App) sweepOne(ctx context.Context) (found bool, err error) {
	err = a.store.InTx(ctx, func(ctx context.Context, tx port.Tx) error {
		var sum [32]byte
		var err error
		if sum, found, err = tx.StaleFile(ctx, staleAfter); err != nil || !found {
			return err
		}
		if err := a.files.Delete(ctx, sum); err != nil { // done again it does no harm
			return err
		}
		return tx.ForgetFile(ctx, sum)
	})
	return found, err
}
