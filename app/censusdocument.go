package app

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"arrears/domain/census"
	"arrears/domain/receivable"
	"arrears/port"
)

// The bounds of looking for files: documents in memory, and questions to their store at the same time.
const (
	filePage = 1000
	fileAsks = 8
)

// documents asks for the file of each document, by size: reading all of them every night would cost more than it is worth, and
// whoever reads one checks its sum.
func (s *inspection) documents(ctx context.Context) error {
	if s.a.files == nil {
		return nil
	}
	for {
		page, err := s.documentFiles(ctx, s.c.After, filePage)
		if err != nil || len(page) == 0 {
			return err
		}
		candidates, err := s.a.lostFiles(ctx, page)
		if err != nil {
			return err
		}
		found, err := s.confirm(ctx, candidates, s.documentAgain)
		if err != nil {
			return err
		}
		s.c.LookedAt[s.c.Part] += int64(len(page))
		s.c.After = page[len(page)-1].ID
		if err := s.keep(ctx, found); err != nil {
			return err
		}
		if len(page) < filePage {
			return nil
		}
	}
}

func (s *inspection) documentFiles(ctx context.Context, after uuid.UUID, limit int) (page []receivable.Document, err error) {
	err = s.a.store.Read(ctx, func(ctx context.Context, tx port.Tx) error {
		page, err = tx.DocumentFiles(ctx, after, limit)
		return err
	})
	return page, err
}

func (s *inspection) documentAgain(ctx context.Context, f census.Finding) ([]census.Finding, error) {
	id, err := uuid.Parse(f.Subject)
	if err != nil {
		return nil, err
	}
	var d receivable.Document
	err = s.a.store.Read(ctx, func(ctx context.Context, tx port.Tx) (err error) {
		d, err = tx.Document(ctx, id)
		return err
	})
	if err != nil {
		return nil, err
	}
	return s.a.lostFiles(ctx, []receivable.Document{d})
}

// lostFiles are the findings about a page of documents, in its order.
func (a *App) lostFiles(ctx context.Context, page []receivable.Document) ([]census.Finding, error) {
	details := make([]string, len(page))
	group, asking := errgroup.WithContext(ctx)
	group.SetLimit(fileAsks)
	for i, d := range page {
		group.Go(func() error {
			size, there, err := a.files.Size(asking, d.SHA256)
			switch {
			case err != nil:
				return err
			case !there:
				details[i] = fmt.Sprintf("no file %x", d.SHA256)
			case size != d.Size:
				details[i] = fmt.Sprintf("stored %d bytes, there are %d", d.Size, size)
			}
			return nil
		})
	}
	err := group.Wait()
	var found []census.Finding
	for i, d := range page {
		if details[i] != "" {
			found = append(found, census.Finding{
				Check: census.DocumentFile, Subject: d.ID.String(), CustomerID: d.CustomerID, InvoiceID: d.InvoiceID, Detail: details[i],
			})
		}
	}
	return found, err
}
