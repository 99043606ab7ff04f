package app

import (
	"context"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/dispute"
	"arrears/domain/fault"
	"arrears/port"
)

// ApprovalLimits lists how much each role may decide alone, by role, currency and kind. Error: access.forbidden.
func (a *App) ApprovalLimits(ctx context.Context, who access.Principal) ([]dispute.Limit, error) {
	return lookup(ctx, a, who, access.DisputesRead, func(ctx context.Context, tx port.Tx) ([]dispute.Limit, error) {
		return tx.Limits(ctx)
	})
}

// PutApprovalLimit sets how much a role may decide alone; Version is the one that was read, 0 for a new limit. Nobody sets
// the limit of a role above their own.
// Errors: access.forbidden, approval_limit.invalid, approval_limit.changed.
func (a *App) PutApprovalLimit(ctx context.Context, who access.Principal, in dispute.Limit) (dispute.Limit, error) {
	if err := access.Require(who, access.DisputesManage); err != nil {
		return dispute.Limit{}, err
	}
	if err := checkLimit(who, in); err != nil {
		return dispute.Limit{}, err
	}
	read := func(ctx context.Context, tx port.Tx) (dispute.Limit, error) { return limitOf(ctx, tx, in) }
	return command(ctx, a, read, func(ctx context.Context, tx port.Tx, now time.Time, entry uuid.UUID) error {
		if err := tx.PutLimit(ctx, in); err != nil {
			return err
		}
		return record(ctx, tx, now, who.ID, event{
			id: entry, action: "approval_limit.changed", kind: "approval_limit",
			subject: namedID("approval_limit", in.Role+"/"+string(in.Currency)+"/"+in.Kind),
			data: map[string]any{
				"role": in.Role, "currency": in.Currency, "limit_kind": in.Kind, "amount_minor": in.AmountMinor,
			},
		})
	})
}

func checkLimit(who access.Principal, in dispute.Limit) error {
	if err := in.Validate(); err != nil {
		return err
	}
	role := access.Role(in.Role)
	if !access.Can(role, access.DisputesDecide) || !who.Role.AtLeast(role) || role == who.Role && role != access.Admin {
		return fault.New(fault.Forbidden, access.CodeForbidden, "a limit is set by a higher role, for a role that decides")
	}
	return nil
}

func limitOf(ctx context.Context, tx port.Tx, in dispute.Limit) (dispute.Limit, error) {
	list, err := tx.Limits(ctx)
	for _, l := range list {
		if l.Role == in.Role && l.Currency == in.Currency && l.Kind == in.Kind {
			return l, err
		}
	}
	if err != nil {
		return in, err
	}
	return in, fault.New(fault.NotFound, "approval_limit.not_found", "there is no such limit")
}
