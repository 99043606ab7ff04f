package app

import (
	"context"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/port"
)

// ListApplications lists which parts of receipts are or were on which items, oldest record first.
// Errors: access.forbidden, page.bad_cursor.
func (a *App) ListApplications(ctx context.Context, who access.Principal, f port.ApplicationFilter, page port.Page) (port.Paged[port.AppliedCash], error) {
	return lookup(ctx, a, who, access.ReceiptsRead, func(ctx context.Context, tx port.Tx) (port.Paged[port.AppliedCash], error) {
		return tx.ListApplications(ctx, f, page)
	})
}

// Application shows one. Errors: access.forbidden, application.not_found.
func (a *App) Application(ctx context.Context, who access.Principal, id uuid.UUID) (port.AppliedCash, error) {
	return lookup(ctx, a, who, access.ReceiptsRead, func(ctx context.Context, tx port.Tx) (port.AppliedCash, error) { return tx.Application(ctx, id) })
}
