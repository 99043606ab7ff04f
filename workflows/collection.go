package workflows

import (
	"go.temporal.io/sdk/workflow"

	"arrears/workflows/contract"
)

// InvoiceCollection is the life of an invoice's collection: it is armed with its first moment, does what its day calls for,
// and ends when nothing is left to collect. A reversed payment begins a new run.
func InvoiceCollection(ctx workflow.Context, in contract.Input) error {
	c := &loop{kind: contract.KindInvoice, name: contract.InvoiceCollection, review: contract.Review}
	if err := c.setup(ctx, in); err != nil {
		return err
	}
	return c.run(ctx)
}
