package main

import (
	"context"
	"encoding/hex"
	"fmt"

	"arrears/domain/audit"
	"arrears/domain/fault"
	"arrears/internal/terminal"
	"arrears/internal/wire"
)

type auditCommand struct {
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
