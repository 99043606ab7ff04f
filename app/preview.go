package app

import (
	"context"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/policy"
	"arrears/domain/receivable"
	"arrears/port"
)

// PreviewRequest asks what a policy would do to an invoice: one that is not published, or a version of one that is (0: the
// latest), or the one the invoice's case follows.
type PreviewRequest struct {
	InvoiceID uuid.UUID
	PolicyKey string
	Version   int
	Policy    *policy.Policy
}

// Preview is what a policy would do, in words and dates, if nobody pays.
type Preview struct {
	PolicyKey string
	Lines     []policy.PreviewLine
}

// PreviewPolicy tells what a policy would do to an invoice from now on. It changes nothing.
// Errors: access.forbidden, receivable.invalid, invoice.not_found, policy.not_found, policy.invalid.
func (a *App) PreviewPolicy(ctx context.Context, who access.Principal, in PreviewRequest) (Preview, error) {
	now, err := a.clock.Now(ctx)
	if err != nil {
		return Preview{}, err
	}
	if in.Policy != nil && in.PolicyKey != "" {
		var f receivable.Form
		f.Add("policy", receivable.CodeUnknown, "does not go together with policy_key")
		return Preview{}, f.Err("preview")
	}
	if in.Policy != nil {
		if err := a.CheckPolicy(who, *in.Policy); err != nil {
			return Preview{}, err
		}
	}
	return lookup(ctx, a, who, access.PoliciesRead, func(ctx context.Context, tx port.Tx) (Preview, error) {
		file, err := tx.NewCaseFile(ctx, in.InvoiceID, true, now)
		if err != nil {
			return Preview{}, err
		}
		p, err := in.policy(ctx, tx, file.PolicyVersionID)
		if err != nil {
			return Preview{}, err
		}
		return Preview{PolicyKey: p.Key, Lines: policy.Preview(p, file.Facts, now)}, nil
	})
}

// policy is the one that is asked about; pinned is the version that the invoice's case follows, if it has one.
func (in PreviewRequest) policy(ctx context.Context, tx port.Tx, pinned uuid.UUID) (*policy.Policy, error) {
	switch {
	case in.Policy != nil:
		return in.Policy, nil
	case in.PolicyKey != "":
		v, err := tx.PolicyVersionByNumber(ctx, in.PolicyKey, in.Version)
		return &v.Policy, err
	case pinned != uuid.Nil:
		return tx.PinnedPolicy(ctx, pinned)
	}
	id, _, err := tx.ResolvePolicy(ctx, in.InvoiceID)
	if err != nil {
		return nil, err
	}
	return tx.PinnedPolicy(ctx, id)
}
