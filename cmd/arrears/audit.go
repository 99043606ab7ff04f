package main

import (
	"context"
	"encoding/hex"
	"fmt"

	"arrears/domain/audit"
	"arrears/domain/fault"
	"arrears/internal/terminal"
	"arrears/internal/wire"
	"arrears/replay"
)

type auditCommand struct {
	Replay struct {
		Invoice auditReplay `cmd:"" help:"Perform an invoice's case again and compare it with the record."`
	} `cmd:"" help:"Perform a case again with today's code and rules."`
	Verify auditVerify `cmd:"" help:"Check the hash chain over the whole record."`
}

type auditVerify struct{}

// Run checks the chain link by link. It exits with 4 when the chain is broken.
func (auditVerify) Run(ctx context.Context, c *console) error {
	return c.opened(ctx, func(p *wire.Product) error {
		found, err := p.DB.VerifyAudit(ctx)
		if fault.CodeOf(err) == audit.CodeBrokenChain {
			c.out.Line(c.out.Paint(terminal.Red, "broken") + "  " + explain(err))
			return errFound
		}
		if err != nil {
			return err
		}
		c.out.Line(c.out.Paint(terminal.Green, "complete and unaltered"))
		c.out.List([]terminal.Row{
			{Name: "entries", Value: fmt.Sprint(found.Sealed)},
			{Name: "waiting for the sealer", Value: fmt.Sprint(found.Unsealed)},
			{Name: "head", Value: hex.EncodeToString(found.Head[:])},
		})
		c.out.Line("Note the head elsewhere: a chain that was cut or rewritten later will not lead to it.")
		return nil
	})
}

type auditReplay struct{ invoiceArg }

// Run replays the case. It exits with 4 unless everything comes out identical.
func (r auditReplay) Run(ctx context.Context, c *console) error {
	return c.opened(ctx, func(p *wire.Product) error {
		inv, err := r.find(ctx, p)
		if err != nil {
			return err
		}
		e, err := p.Engine(ctx)
		if err != nil {
			return err
		}
		defer e.Close()
		report, err := p.Replay(ctx, e, inv.ID)
		if fault.CodeOf(err) == fault.CodeInternal {
			err = fault.Wrap(err, fault.Unavailable, "engine.unavailable", "the engine does not answer at "+p.Config.Temporal.Address)
		}
		if err != nil {
			return err
		}
		c.out.Line(c.out.Paint(terminal.Bold, "Invoice "+inv.Number))
		if err := report.Write(c.raw); err != nil {
			return err
		}
		if report.Verdict != replay.Identical {
			return errFound
		}
		return nil
	})
}
