package activities

import (
	"context"
	"errors"
	"fmt"
	"io"

	"arrears/domain/fault"
	"arrears/domain/notice"
	"arrears/domain/receivable"
)

// CodeFilesMoved means that each time its documents had been read, a message wanted others; it is tried again.
const CodeFilesMoved = "notice.files_moved"

// maxFetches bounds how often a message may want other documents than were read.
const maxFetches = 5

// Files opens the contents of documents that are not in the database; port.Files has this shape.
type Files interface {
	// Open reads a file; its last bytes come only after all of them were found to have the sum.
	// Errors: document.file_missing, document.file_damaged, document.store_unavailable.
	Open(ctx context.Context, sum [32]byte, size int64) (io.ReadCloser, error)
}

// shelf holds the files that the messages of one activity carry. They may lie far away, and nobody waits for them under a lock:
// a transaction that wants one that is not here ends, the file is read, and the transaction is run again.
type shelf struct {
	files Files
	held  map[[32]byte][]byte
}

// wantedError ends a transaction that wants files which are not on the shelf.
type wantedError struct{ documents []receivable.Document }

// Error implements error.
func (w *wantedError) Error() string { return fmt.Sprintf("%d files are to be read", len(w.documents)) }

// fill gives documents their contents. The error ends the transaction when some are not here yet.
func (s *shelf) fill(documents []receivable.Document) error {
	var wanted []receivable.Document
	for i, d := range documents {
		if d.InRow {
			continue
		}
		content, here := s.held[d.SHA256]
		if !here {
			wanted = append(wanted, d)
		}
		documents[i].Content = content
	}
	if len(wanted) > 0 {
		return &wantedError{wanted}
	}
	return nil
}

// with runs do, and again whenever it wanted files that were not here.
func (s *shelf) with(ctx context.Context, do func() error) error {
	for range maxFetches {
		err := do()
		wanted, ok := errors.AsType[*wantedError](err)
		if !ok {
			return err
		}
		for _, d := range wanted.documents {
			if err := s.fetch(ctx, d); err != nil {
				return err
			}
		}
	}
	return fault.New(fault.Unavailable, CodeFilesMoved, "the documents of the message changed each time they were read")
}

// fetch reads one file whole. What is larger than a message may be is never wanted.
func (s *shelf) fetch(ctx context.Context, d receivable.Document) error {
	switch {
	case s.files == nil:
		return fault.New(fault.Unavailable, receivable.CodeFileStore, "no store of documents is set up")
	case d.Size > notice.MaxAttachmentBytes:
		return fault.New(fault.TooLarge, receivable.CodeDocumentTooLarge, "the document is too large for a message")
	}
	in, err := s.files.Open(ctx, d.SHA256, d.Size)
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }() // it was only read
	content, err := io.ReadAll(in)
	if err != nil {
		return err
	}
	if s.held == nil {
		s.held = map[[32]byte][]byte{}
	}
	s.held[d.SHA256] = content
	return nil
}
