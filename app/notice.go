package app

import (
	"context"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/notice"
	"arrears/port"
)

// ListNotices lists notices without their lines, newest first.
func (a *App) ListNotices(ctx context.Context, who access.Principal, f port.NoticeFilter, page port.Page) (port.Paged[notice.Notice], error) {
	var list port.Paged[notice.Notice]
	if err := access.Require(who, access.NoticesRead); err != nil {
		return list, err
	}
	err := a.store.Read(ctx, func(ctx context.Context, tx port.Tx) (err error) {
		list, err = tx.ListNotices(ctx, f, page)
		return err
	})
	return list, err
}

// Notice reads one with its lines, withdrawn and refused ones included. Error: notice.not_found.
func (a *App) Notice(ctx context.Context, who access.Principal, id uuid.UUID) (notice.Notice, error) {
	var n notice.Notice
	if err := access.Require(who, access.NoticesRead); err != nil {
		return n, err
	}
	err := a.store.Read(ctx, func(ctx context.Context, tx port.Tx) (err error) {
		n, err = tx.Notice(ctx, id)
		return err
	})
	return n, err
}

// NoticeBody reads exactly what was, or after approval will be, handed to the channel. Errors: notice.not_found,
// notice.no_body.
func (a *App) NoticeBody(ctx context.Context, who access.Principal, id uuid.UUID) ([]byte, error) {
	var raw []byte
	if err := access.Require(who, access.NoticesRead); err != nil {
		return nil, err
	}
	err := a.store.Read(ctx, func(ctx context.Context, tx port.Tx) (err error) {
		if _, err = tx.Notice(ctx, id); err != nil {
			return err
		}
		raw, err = tx.NoticeBody(ctx, id)
		return err
	})
	return raw, err
}
