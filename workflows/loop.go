// Package workflows is the durable shell of the engine: what waits. Each workflow calls the activity that the last result
// named, then waits until the moment it named or a nudge. No rule, no time zone and no fact is in here, so a fixed rule never
// breaks a history. It imports contract and the SDK's workflow packages; worker registers it.
package workflows

import (
	"errors"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"arrears/workflows/contract"
)

// The bounds of a step. A local activity is one short transaction inside the workflow task that is running anyway; what it
// cannot do in a few tries becomes an ordinary activity with a day of retries, and then a person looks.
const (
	localAttempts = 3
	localTimeout  = 4 * time.Second
	localAll      = 10 * time.Second
	stepTimeout   = time.Minute
	retryFor      = 24 * time.Hour
	retryAtMost   = 10 * time.Minute
)

// loop is the life of a subject: a case or a notice.
type loop struct {
	kind   string
	name   string // workflow type
	review string // the activity that looks again
	remote string // the activity that is never local; empty: none
	// The bounds of the remote activity.
	timeout time.Duration
	silence time.Duration // one that says nothing for so long has lost its worker

	subject contract.Step
	next    contract.Next
	parked  bool
	calling string

	nudges workflow.ReceiveChannel
	timer  workflow.Future
	cancel workflow.CancelFunc
	armed  time.Time // the moment of the live timer
}

// setup readies the handlers and takes over what the start says.
func (l *loop) setup(ctx workflow.Context, in contract.Input) error {
	if in.First == "" {
		in.First = l.review
	}
	l.subject = contract.Step{Subject: in.Subject}
	l.nudges = workflow.GetSignalChannel(ctx, contract.Nudge)
	switch {
	case in.Idle:
		l.next = contract.Next{AtWake: in.First}
	case in.At.After(workflow.Now(ctx)):
		l.next = contract.Next{Until: in.At, AtWake: in.First}
	default:
		l.next = contract.Next{Now: in.First}
	}
	return workflow.SetQueryHandler(ctx, contract.StateQuery, l.state)
}

func (l *loop) state() (contract.State, error) {
	return contract.State{
		Subject: l.subject.Subject, Now: l.calling, Until: l.next.Until, AtWake: l.next.AtWake, Seq: l.next.Seq, Parked: l.parked,
	}, nil
}

// run calls what the last result named and waits, until nothing is left to do. A nudge that comes while the last step closes
// the subject is looked at before the workflow ends: it may have been sent because of something new.
func (l *loop) run(ctx workflow.Context) error {
	for {
		switch {
		case l.next.Now != "":
			l.subject.Calm = !l.drain()
			l.call(ctx, l.next.Now)
		case l.next.Closed && !l.drain():
			return nil
		case l.next.Closed:
			l.next = contract.Next{Now: l.review}
		case workflow.GetInfo(ctx).GetContinueAsNewSuggested():
			return l.continueAsNew(ctx)
		default:
			l.wait(ctx)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// wait waits until the moment that the last result named, or for a nudge. Every wait of a workflow is this one.
func (l *loop) wait(ctx workflow.Context) {
	if l.drain() {
		l.next = contract.Next{Now: l.review, Seq: l.next.Seq}
		return
	}
	l.arm(ctx)
	selector := workflow.NewSelector(ctx)
	selector.AddReceive(l.nudges, func(c workflow.ReceiveChannel, _ bool) {
		c.Receive(ctx, nil)
		l.drain()
		l.next = contract.Next{Now: l.review, Seq: l.next.Seq}
	})
	selector.AddReceive(ctx.Done(), func(workflow.ReceiveChannel, bool) {})
	if l.timer != nil {
		selector.AddFuture(l.timer, func(workflow.Future) {
			l.timer, l.armed = nil, time.Time{}
			l.next = contract.Next{Now: l.next.AtWake, Seq: l.next.Seq}
		})
	}
	selector.Select(ctx)
}

// arm keeps one live timer, and sets it anew only when its moment has changed.
func (l *loop) arm(ctx workflow.Context) {
	if l.armed.Equal(l.next.Until) && (l.timer != nil || l.next.Until.IsZero()) {
		return
	}
	if l.timer != nil {
		l.cancel()
		l.timer, l.armed = nil, time.Time{}
	}
	if l.next.Until.IsZero() {
		return
	}
	timerCtx, cancel := workflow.WithCancel(ctx)
	l.cancel, l.armed = cancel, l.next.Until
	l.timer = workflow.NewTimerWithOptions(timerCtx, l.next.Until.Sub(workflow.Now(ctx)), workflow.TimerOptions{Summary: l.next.AtWake})
}

// drain takes all nudges that have come, and reports whether there was one. An activity that starts after it sees whatever
// they were sent for.
func (l *loop) drain() bool {
	found := false
	for l.nudges.ReceiveAsync(nil) {
		found = true
	}
	return found
}

// call performs an activity and takes its result; if it cannot be done, the subject is parked.
func (l *loop) call(ctx workflow.Context, activity string) {
	l.calling = activity
	next, err := l.perform(ctx, activity)
	l.parked = err != nil
	if err != nil && ctx.Err() == nil {
		next = l.park(ctx, activity, err)
	}
	l.next, l.calling = next, ""
}

func (l *loop) perform(ctx workflow.Context, activity string) (contract.Next, error) {
	var next contract.Next
	if activity != l.remote {
		err := workflow.ExecuteLocalActivity(localOptions(ctx), activity, l.subject).Get(ctx, &next)
		if err == nil || permanent(err) {
			return next, err
		}
	}
	err := workflow.ExecuteActivity(l.options(ctx, activity), activity, l.subject).Get(ctx, &next)
	return next, err
}

func localOptions(ctx workflow.Context) workflow.Context {
	return workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{
		StartToCloseTimeout:    localTimeout,
		ScheduleToCloseTimeout: localAll,
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval: 200 * time.Millisecond, BackoffCoefficient: 2, MaximumInterval: time.Second, MaximumAttempts: localAttempts,
		},
	})
}

func (l *loop) options(ctx workflow.Context, activity string) workflow.Context {
	timeout, silence := stepTimeout, time.Duration(0)
	if activity == l.remote {
		timeout, silence = l.timeout, l.silence
	}
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout:    timeout,
		ScheduleToCloseTimeout: retryFor,
		HeartbeatTimeout:       silence,
		RetryPolicy:            &temporal.RetryPolicy{InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: retryAtMost},
	})
}

// permanent reports whether trying again would not help.
func permanent(err error) bool {
	var fault *temporal.ApplicationError
	return errors.As(err, &fault) && fault.NonRetryable()
}

// park puts the subject in front of a person and waits for a nudge. It is tried for ever: nothing is behind it.
func (l *loop) park(ctx workflow.Context, activity string, why error) contract.Next {
	options := workflow.ActivityOptions{
		StartToCloseTimeout: stepTimeout,
		RetryPolicy:         &temporal.RetryPolicy{InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: retryAtMost},
	}
	in := contract.ParkInput{Subject: l.subject.Subject, Kind: l.kind, Activity: activity, Code: codeOf(why)}
	var next contract.Next
	if err := workflow.ExecuteActivity(workflow.WithActivityOptions(ctx, options), contract.Park, in).Get(ctx, &next); err != nil {
		workflow.GetLogger(ctx).Error("the case could not be parked", "error", err)
	}
	return next
}

// codeOf is the stable code of a failure.
func codeOf(err error) string {
	var fault *temporal.ApplicationError
	if errors.As(err, &fault) && fault.Type() != "" {
		return fault.Type()
	}
	var timeout *temporal.TimeoutError
	if errors.As(err, &timeout) {
		return "timeout"
	}
	return "internal"
}

// continueAsNew begins a new run with what this one waits for. Nudges that have come are carried as a look at once.
func (l *loop) continueAsNew(ctx workflow.Context) error {
	in := contract.Input{Subject: l.subject.Subject, First: l.next.AtWake, At: l.next.Until, Idle: l.next.Until.IsZero()}
	if l.drain() {
		in.First, in.At, in.Idle = l.review, time.Time{}, false
	}
	return workflow.NewContinueAsNewError(ctx, l.name, in)
}
