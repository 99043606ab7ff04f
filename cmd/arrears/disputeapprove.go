package main

import (
	"context"
	"encoding/hex"

	"github.com/google/uuid"

	"arrears/app"
	"arrears/domain/casework"
	"arrears/domain/dispute"
	"arrears/domain/fault"
	"arrears/internal/wire"
	"arrears/port"
)

type disputeApprove struct {
	disputeArg
	Comment string `help:"Why."`
}

// Run approves the decision that waits for it.
func (a disputeApprove) Run(ctx context.Context, c *console) error {
	return a.ruled(ctx, c, true, a.Comment)
}

type disputeRefuse struct {
	disputeArg
	Comment string `arg:"" help:"Why not."`
}

// Run refuses the decision that waits for approval: the case is decided again.
func (r disputeRefuse) Run(ctx context.Context, c *console) error {
	return r.ruled(ctx, c, false, r.Comment)
}

// ruled says what is proposed, and approves or refuses just that.
func (d disputeArg) ruled(ctx context.Context, c *console, approve bool, comment string) error {
	return d.on(ctx, c, func(p *wire.Product, id uuid.UUID) (app.DisputeFile, error) {
		list, err := p.App.ListApprovals(ctx, operator(), port.ApprovalFilter{
			State: string(casework.ApprovalOpen), CaseID: uuid.NullUUID{UUID: id, Valid: true},
		}, port.Page{Limit: 1})
		if err != nil {
			return app.DisputeFile{}, err
		}
		if len(list.Items) == 0 {
			return app.DisputeFile{}, fault.New(fault.Conflict, dispute.CodeNotNow, "nothing is proposed on the case")
		}
		ap := list.Items[0]
		c.out.Line(ap.Summary)
		_, err = p.App.DecideApproval(ctx, operator(), app.DecideApproval{
			ID: ap.ID, Approve: approve, Comment: comment, ContentHash: hex.EncodeToString(ap.ContentHash[:]), Version: ap.Version,
		})
		if err != nil {
			return app.DisputeFile{}, err
		}
		return p.App.DisputeCase(ctx, operator(), id)
	})
}
