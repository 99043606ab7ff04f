package main

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"arrears/app"
	"arrears/domain/receivable"
	"arrears/internal/terminal"
	"arrears/internal/wire"
	"arrears/port"
)

type cashTake struct{ cashArg }

// Run takes an exception.
func (t cashTake) Run(ctx context.Context, c *console) error {
	return t.on(ctx, c, func(p *wire.Product) (app.CashExceptionFile, error) {
		return p.App.TakeException(ctx, operator(), t.Exception, 0)
	})
}

type cashRelease struct{ cashArg }

// Run gives an exception back.
func (r cashRelease) Run(ctx context.Context, c *console) error {
	return r.on(ctx, c, func(p *wire.Product) (app.CashExceptionFile, error) {
		return p.App.ReleaseException(ctx, operator(), r.Exception, 0)
	})
}

type cashApply struct {
	cashArg
	Proposal uuid.UUID `arg:"" help:"The proposal's id."`
}

// Run applies a proposal as it is.
func (a cashApply) Run(ctx context.Context, c *console) error {
	return a.on(ctx, c, func(p *wire.Product) (app.CashExceptionFile, error) {
		return p.App.ApplyCashProposal(ctx, operator(), a.Exception, a.Proposal, 0)
	})
}

type cashReject struct {
	cashArg
	Proposal uuid.UUID `arg:"" help:"The proposal's id."`
}

// Run says that a proposal is wrong.
func (r cashReject) Run(ctx context.Context, c *console) error {
	return r.on(ctx, c, func(p *wire.Product) (app.CashExceptionFile, error) {
		return p.App.RejectCashProposal(ctx, operator(), r.Exception, r.Proposal, 0)
	})
}

type cashIdentify struct {
	cashArg
	customerArg
}

// Run says whose money it is.
func (i cashIdentify) Run(ctx context.Context, c *console) error {
	return i.on(ctx, c, func(p *wire.Product) (app.CashExceptionFile, error) {
		customer, err := i.find(ctx, p)
		if err != nil {
			return app.CashExceptionFile{}, err
		}
		return p.App.IdentifyCash(ctx, operator(), i.Exception, customer.ID, 0)
	})
}

type cashHold struct {
	cashArg
	Reason string `required:"" enum:"sanctions,legal,dispute,other_entity,other" help:"sanctions, legal, dispute, other_entity or other."`
}

// Run holds money.
func (h cashHold) Run(ctx context.Context, c *console) error {
	return h.on(ctx, c, func(p *wire.Product) (app.CashExceptionFile, error) {
		return p.App.HoldCash(ctx, operator(), h.Exception, receivable.HeldReason(h.Reason), 0)
	})
}

type cashFree struct{ cashArg }

// Run lets held money be applied again.
func (f cashFree) Run(ctx context.Context, c *console) error {
	return f.on(ctx, c, func(p *wire.Product) (app.CashExceptionFile, error) {
		return p.App.FreeCash(ctx, operator(), f.Exception, 0)
	})
}

type cashNotOurs struct{ cashArg }

// Run says that the money is not for us.
func (n cashNotOurs) Run(ctx context.Context, c *console) error {
	return n.on(ctx, c, func(p *wire.Product) (app.CashExceptionFile, error) {
		return p.App.CashNotOurs(ctx, operator(), n.Exception, 0)
	})
}

type cashResolve struct {
	cashArg
	Receipt uuid.UUID `help:"The receipt that is taken back, by its id; it is reversed. Without one the return is settled elsewhere."`
}

// Run says what a return takes back.
func (r cashResolve) Run(ctx context.Context, c *console) error {
	return r.on(ctx, c, func(p *wire.Product) (app.CashExceptionFile, error) {
		return p.App.ResolveReturn(ctx, operator(), r.Exception, someID(r.Receipt), 0)
	})
}

// looksAgain is said after what may make certain what waits.
const looksAgain = "arrears cash rematch looks again at what waits"

type cashRematch struct {
	Customer string `help:"Only where this is the likely customer, by number or id."`
}

// Run looks again at everything that waits, page by page.
func (r cashRematch) Run(ctx context.Context, c *console) error {
	return c.opened(ctx, func(p *wire.Product) error {
		customer, err := optionalCustomer(ctx, p, r.Customer)
		if err != nil {
			return err
		}
		sum, next := 0, ""
		for {
			applied, after, err := p.App.RematchCash(ctx, operator(), port.CashExceptionFilter{CustomerID: customer}, next)
			if err != nil {
				return err
			}
			sum += applied
			if next = after; next == "" {
				c.out.Line(c.out.Paint(terminal.Green, fmt.Sprint(sum)) + " applied by themselves by now")
				return nil
			}
		}
	})
}
