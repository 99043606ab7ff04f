package main

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"

	"github.com/google/uuid"

	"arrears/domain/audit"
	"arrears/domain/fault"
	"arrears/engine"
	"arrears/internal/terminal"
	"arrears/internal/wire"
	"arrears/replay"
)

type auditCommand struct {
	Replay struct {
		Invoice   auditReplay          `cmd:"" help:"Perform an invoice's case again and compare it with the record."`
		Deduction auditReplayDeduction `cmd:"" help:"Perform a denied deduction's collection again and compare it with the record."`
		Dispute   auditReplayDispute   `cmd:"" help:"Prove a claim's amounts, states and decisions from its record."`
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
		return c.replayed(ctx, p, "Invoice "+inv.Number, func(e *engine.Engine) (replayReport, replay.Finding, error) {
			report, err := p.Replay(ctx, e, inv.ID)
			return report, report.Verdict, err
		})
	})
}

type auditReplayDeduction struct {
	Item string `arg:"" help:"The item's id."`
}

// Run replays the collection of a denied deduction.
func (r auditReplayDeduction) Run(ctx context.Context, c *console) error {
	id, err := uuid.Parse(r.Item)
	if err != nil {
		return fault.Newf(fault.Invalid, "item.bad_id", "%.60q is not an id", r.Item)
	}
	return c.opened(ctx, func(p *wire.Product) error {
		return c.replayed(ctx, p, "Deduction "+id.String(), func(e *engine.Engine) (replayReport, replay.Finding, error) {
			report, err := p.Replay(ctx, e, id)
			return report, report.Verdict, err
		})
	})
}

type auditReplayDispute struct{ disputeArg }

// Run proves the claim from its record.
func (r auditReplayDispute) Run(ctx context.Context, c *console) error {
	return c.opened(ctx, func(p *wire.Product) error {
		id, err := r.find(ctx, p)
		if err != nil {
			return err
		}
		return c.replayed(ctx, p, "", func(e *engine.Engine) (replayReport, replay.Finding, error) {
			report, err := p.ReplayDispute(ctx, e, id)
			return report, report.Verdict, err
		})
	})
}

// replayReport tells what a replay came to.
type replayReport interface{ Write(w io.Writer) error }

// replayed runs a replay against the engine and tells it. It exits with 4 unless everything comes out identical.
func (c *console) replayed(ctx context.Context, p *wire.Product, title string, run func(e *engine.Engine) (replayReport, replay.Finding, error)) error {
	e, err := p.Engine(ctx)
	if err != nil {
		return err
	}
	defer e.Close()
	report, verdict, err := run(e)
	if fault.CodeOf(err) == fault.CodeInternal {
		err = fault.Wrap(err, fault.Unavailable, "engine.unavailable", "the engine does not answer at "+p.Config.Temporal.Address)
	}
	if err != nil {
		return err
	}
	if title != "" {
		c.out.Line(c.out.Paint(terminal.Bold, title))
	}
	if err := report.Write(c.raw); err != nil {
		return err
	}
	if verdict != replay.Identical {
		return errFound
	}
	return nil
}
