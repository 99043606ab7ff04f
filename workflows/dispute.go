package workflows

import (
	"go.temporal.io/sdk/workflow"

	"arrears/workflows/contract"
)

// DeductionDispute is the life of a claim's case beside the people who work on it: it writes to the customer what is due to
// be written, warns of deadlines and lets them lapse into tasks, and ends when nothing is pending, nothing denied is open and
// no deadline outlives the case. People decide; what they decided nudges. A case that is opened again begins a new run.
func DeductionDispute(ctx workflow.Context, in contract.Input) error {
	d := &loop{
		kind: contract.KindDispute, name: contract.DeductionDispute, review: contract.ReviewDispute,
		remote: contract.WriteToCustomer, timeout: deliverTimeout, silence: deliverSilence,
	}
	if err := d.setup(ctx, in); err != nil {
		return err
	}
	return d.run(ctx)
}
