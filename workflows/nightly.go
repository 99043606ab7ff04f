package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"arrears/workflows/contract"
)

// The bounds of a night's work: a census of millions of items takes minutes, and its first snapshot no longer.
const (
	nightTimeout = 6 * time.Hour
	nightSilence = time.Minute
)

// Nightly is the life of the installation's periodic work: it waits for the next night by the business clock, does the
// night's work, and waits again, for ever. A nudge looks whether a person asked for a census meanwhile.
func Nightly(ctx workflow.Context, in contract.Input) error {
	n := &loop{
		kind: contract.KindNightly, name: contract.Nightly, review: contract.ReviewNightly,
		remote: contract.RunNightly, timeout: nightTimeout, silence: nightSilence,
	}
	if err := n.setup(ctx, in); err != nil {
		return err
	}
	return n.run(ctx)
}
