package main

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"arrears/app"
	"arrears/domain/calendar"
	"arrears/internal/wire"
	"arrears/port"
)

type refundPropose struct {
	Receipt uuid.UUID `arg:"" help:"The receipt's id."`
	Amount  string    `arg:"" help:"How much, in major units of the receipt's currency."`
	Reason  string    `required:"" help:"Why, for the record."`
	To      string    `help:"The account, as the ERP knows it; where the money came from unless told."`
}

// Run proposes a refund.
func (r refundPropose) Run(ctx context.Context, c *console) error {
	return c.opened(ctx, func(p *wire.Product) error {
		receipt, err := p.App.Receipt(ctx, operator(), r.Receipt)
		if err != nil {
			return err
		}
		minor, err := amountArg(r.Amount, receipt.Currency)
		if err != nil {
			return err
		}
		made, err := p.App.ProposeRefund(ctx, operator(), app.NewRefund{ReceiptID: r.Receipt, AmountMinor: minor, Reason: r.Reason, ToAccount: r.To})
		if err != nil {
			return err
		}
		c.refund(made)
		return nil
	})
}

// refund says where one stands.
func (c *console) refund(r port.Refund) {
	c.out.Line(fmt.Sprintf("%s  refund %s of %s: %s", r.State, r.ID, amount(r.AmountMinor, r.Currency), r.Reason))
}

type refundList struct {
	listPage
	State    string `enum:",proposed,approved,refused,lapsed,paid" default:"" help:"Only in this state: proposed, approved, refused, lapsed or paid."`
	Customer string `help:"Only of this customer's money, by number or id."`
}

// Run lists refunds.
func (l refundList) Run(ctx context.Context, c *console) error {
	return c.opened(ctx, func(p *wire.Product) error {
		customer, err := optionalCustomer(ctx, p, l.Customer)
		if err != nil {
			return err
		}
		found, err := p.App.ListRefunds(ctx, operator(), port.RefundFilter{State: l.State, CustomerID: customer}, l.page())
		if err != nil {
			return err
		}
		var rows [][]string
		for _, r := range found.Items {
			rows = append(rows, []string{
				r.State, decimal(r.AmountMinor, r.Currency), string(r.Currency), r.ProposedAt.UTC().Format(time.DateOnly), r.ProposedBy, r.DecidedBy, r.ID.String(),
				r.ReceiptID.String(), r.Reason,
			})
		}
		c.pages([]string{"state", ">amount", "", "proposed", "by", "decided by", "refund", "receipt", "reason"}, rows, found.Next)
		return nil
	})
}

type refundArg struct {
	Refund uuid.UUID `arg:"" help:"The refund's id."`
}

// decide approves or refuses: of a customer's money by its approval, of nobody's here.
func (a refundArg) decide(ctx context.Context, c *console, approve bool, comment string) error {
	return c.opened(ctx, func(p *wire.Product) error {
		r, err := p.App.Refund(ctx, operator(), a.Refund)
		if err != nil {
			return err
		}
		if !r.ApprovalID.Valid {
			if r, err = p.App.DecideRefund(ctx, operator(), app.DecideRefund{ID: a.Refund, Approve: approve, Comment: comment, Version: r.Version}); err == nil {
				c.refund(r)
			}
			return err
		}
		ap, err := p.App.Approval(ctx, operator(), r.ApprovalID.UUID)
		if err != nil {
			return err
		}
		_, err = p.App.DecideApproval(ctx, operator(), app.DecideApproval{
			ID: ap.ID, Approve: approve, Comment: comment, ContentHash: fmt.Sprintf("%x", ap.ContentHash), Version: ap.Version,
		})
		if err != nil {
			return err
		}
		if r, err = p.App.Refund(ctx, operator(), a.Refund); err == nil {
			c.refund(r)
		}
		return err
	})
}

type refundApprove struct{ refundArg }

// Run approves a refund that somebody else proposed.
func (a refundApprove) Run(ctx context.Context, c *console) error {
	return a.decide(ctx, c, true, "")
}

type refundRefuse struct {
	refundArg
	Comment string `required:"" help:"Why not."`
}

// Run refuses a refund.
func (r refundRefuse) Run(ctx context.Context, c *console) error {
	return r.decide(ctx, c, false, r.Comment)
}

type refundPaid struct {
	refundArg
	On string `required:"" help:"The day on which the money left."`
}

// Run says that the ERP paid.
func (r refundPaid) Run(ctx context.Context, c *console) error {
	on, err := calendar.ParseDate(r.On)
	if err != nil {
		return err
	}
	return c.opened(ctx, func(p *wire.Product) error {
		paid, err := p.App.PayRefund(ctx, operator(), r.Refund, on, 0)
		if err != nil {
			return err
		}
		c.refund(paid)
		return nil
	})
}
