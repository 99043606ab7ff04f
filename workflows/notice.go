package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"arrears/workflows/contract"
)

// The bounds of a delivery.
const (
	deliverTimeout = 3 * time.Minute
	deliverSilence = 20 * time.Second
)

// CustomerNotice is the life of one message: it gathers lines until its window opens, or waits as a draft for approval,
// is delivered, and ends. Delivery talks to the world and is never a local activity.
func CustomerNotice(ctx workflow.Context, in contract.Input) error {
	n := &loop{
		kind: contract.KindNotice, name: contract.CustomerNotice, review: contract.ReviewNotice,
		remote: contract.DeliverNotice, timeout: deliverTimeout, silence: deliverSilence,
	}
	if err := n.setup(ctx, in); err != nil {
		return err
	}
	return n.run(ctx)
}
