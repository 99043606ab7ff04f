package activities

import (
	"context"
	"time"

	"go.temporal.io/sdk/activity"

	"arrears/domain/calendar"
	"arrears/domain/census"
	"arrears/port"
	"arrears/workflows/contract"
)

// Night is what the nightly activities need of the use cases.
type Night interface {
	// PlanNight tells when the next night's work is due, and whether there is something to do now.
	PlanNight(ctx context.Context) (plan port.NightPlan, now bool, err error)
	// RunNight does the night's work if it is due, and the censuses that were asked for. Run again after a crash it goes on
	// where it stood.
	RunNight(ctx context.Context, engine port.Workflows) error
	// NudgeNightly leaves a nudge for the nightly workflow, to be delivered after so long.
	NudgeNightly(ctx context.Context, after time.Duration) error
}

// Nightly holds the activities of the installation's periodic work.
type Nightly struct {
	Night Night
	// Workflows lists what runs in the engine; nil leaves that comparison out.
	Workflows port.Workflows
	Clock     port.Clock
}

// strangeWait is how long a workflow of the wrong type waits before the right one is asked for: by then a relay of this
// release may lead.
const strangeWait = time.Minute

// breath is the least real time between two runs.
const breath = 2 * time.Second

// ReviewNightly looks whether there is something to do now, and until when to wait otherwise.
func (n *Nightly) ReviewNightly(ctx context.Context, _ contract.Step) (contract.Next, error) {
	if strange(ctx) {
		return contract.Next{Closed: true}, n.Night.NudgeNightly(ctx, strangeWait)
	}
	return n.plan(ctx)
}

// RunNightly does what is due. It says that it is alive all the while; where it stands is in the database.
func (n *Nightly) RunNightly(ctx context.Context, _ contract.Step) (contract.Next, error) {
	if strange(ctx) {
		return contract.Next{Closed: true}, n.Night.NudgeNightly(ctx, strangeWait)
	}
	defer beat(ctx)()
	if err := n.Night.RunNight(ctx, n.Workflows); err != nil {
		return contract.Next{}, err
	}
	next, err := n.plan(ctx)
	if err == nil && next.Now != "" {
		// On a clock that is faster than the work the next night is due already. A breath between them lets the run end.
		next = contract.Next{Until: time.Now().Add(breath), AtWake: contract.RunNightly}
	}
	return next, err
}

func (n *Nightly) plan(ctx context.Context) (contract.Next, error) {
	plan, now, err := n.Night.PlanNight(ctx)
	if err != nil {
		return contract.Next{}, err
	}
	if now {
		return contract.Next{Now: contract.RunNightly}, nil
	}
	return resolve(ctx, n.Clock, contract.Next{WakeAt: plan.At, AtWake: contract.RunNightly})
}

// strange reports whether a relay of an earlier release, which knows no nightly work, has started a workflow of another type
// under its id.
func strange(ctx context.Context) bool {
	if !activity.IsActivity(ctx) {
		return false
	}
	of := activity.GetInfo(ctx).WorkflowType
	return of != nil && of.Name == contract.InvoiceCollection
}

// tomorrow is when the night after this one begins: a night that failed all day is made up for then.
func tomorrow(ctx context.Context, clock port.Clock, now time.Time, zone string) (contract.Next, error) {
	loc := location(zone)
	at := census.StartOf(calendar.DateOf(now, loc).AddDays(1), loc)
	return resolve(ctx, clock, contract.Next{WakeAt: at.UTC(), AtWake: contract.RunNightly})
}
