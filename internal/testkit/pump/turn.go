package pump

import (
	"context"
	"slices"
	"sort"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/domain/fault"
	"arrears/workflows/contract"
)

// Settle does all that is due now, without moving the clock.
func (p *Pump) Settle() {
	p.t.Helper()
	for range maxTurns {
		if p.deliver() {
			continue
		}
		next := p.runnable()
		if next == nil {
			return
		}
		p.turn(next)
	}
	p.t.Fatalf("no quiet after %d turns", maxTurns)
}

// deliver takes the outbox through the relay.
func (p *Pump) deliver() bool {
	p.t.Helper()
	n, err := p.Relay.Once(p.t.Context())
	require.NoError(p.t, err)
	return n > 0
}

// runnable is the process whose turn it is: cases before notices, so that lines gather; then the one that waits longest.
func (p *Pump) runnable() *proc {
	var found []*proc
	now := p.Now()
	for _, x := range p.procs {
		if !x.done && x.due(now) {
			found = append(found, x)
		}
	}
	if len(found) == 0 {
		return nil
	}
	sort.Slice(found, func(i, j int) bool { return before(found[i], found[j]) })
	return found[0]
}

func before(a, b *proc) bool {
	switch {
	case a.kind != b.kind:
		return turnOf(a.kind) < turnOf(b.kind)
	case !a.next.Until.Equal(b.next.Until):
		return a.next.Until.Before(b.next.Until)
	}
	return a.id < b.id
}

// turnOf orders the kinds: the night's work looks at what the others have done.
func turnOf(kind string) int {
	return slices.Index(contract.Kinds(), kind)
}

func (x *proc) due(now time.Time) bool {
	return x.nudged || x.next.Now != "" || (!x.next.Until.IsZero() && !x.next.Until.After(now))
}

// nextMoment is when the next process wakes, or the next start that the outbox holds back is due.
func (p *Pump) nextMoment() (time.Time, bool) {
	p.t.Helper()
	first, err := p.DB.NextStart(p.t.Context())
	require.NoError(p.t, err)
	for _, x := range p.procs {
		if x.done || x.next.Until.IsZero() {
			continue
		}
		if first.IsZero() || x.next.Until.Before(first) {
			first = x.next.Until
		}
	}
	return first, !first.IsZero()
}

// turn plays one round of a workflow's loop.
func (p *Pump) turn(x *proc) {
	p.t.Helper()
	activity := x.next.Now
	switch {
	case x.nudged:
		x.nudged, x.stirred = false, true
		if activity == "" {
			activity = review(x.kind)
		}
	case activity == "":
		activity = x.next.AtWake
	}
	p.Calls[activity]++
	next, err := p.acts[activity](p.t.Context(), contract.Step{Subject: x.subject, Calm: !x.stirred})
	if err != nil {
		p.failed(x, activity, err)
		return
	}
	x.attempts, x.next, x.stirred = 0, next, false
	if !p.quick {
		p.check(x)
	}
	if next.Closed && !x.nudged {
		x.done = true
	} else if next.Closed {
		x.next = contract.Next{Now: review(x.kind)}
	}
}

// failed tries again with a back-off for a day, and then parks, as the workflow does.
func (p *Pump) failed(x *proc, activity string, err error) {
	p.t.Helper()
	p.Errors = append(p.Errors, err)
	if x.attempts == 0 {
		x.since = p.Now()
	}
	x.attempts++
	kind := fault.KindOf(err)
	if (kind == fault.Unavailable || kind == fault.Conflict) && p.Now().Sub(x.since) < 24*time.Hour {
		x.next = contract.Next{Until: p.Now().Add(min(time.Minute<<min(x.attempts-1, 6), 10*time.Minute)), AtWake: activity}
		return
	}
	next, parkErr := p.parking.Park(p.t.Context(), contract.ParkInput{Subject: x.subject, Kind: x.kind, Activity: activity, Code: fault.CodeOf(err)})
	require.NoError(p.t, parkErr)
	x.next, x.attempts, x.done = next, 0, next.Closed
}

func review(kind string) string {
	switch kind {
	case contract.KindNotice:
		return contract.ReviewNotice
	case contract.KindDispute:
		return contract.ReviewDispute
	case contract.KindNightly:
		return contract.ReviewNightly
	case contract.KindBankFile:
		return contract.ReviewBankFile
	}
	return contract.Review
}

// Start implements relay.Engine.
func (p *Pump) Start(_ context.Context, kind string, in contract.Input, _ time.Duration) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.begin(kind, in)
	return nil
}

// Nudge implements relay.Engine.
func (p *Pump) Nudge(_ context.Context, kind string, in contract.Input) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.begin(kind, in).nudged = true
	return nil
}

// begin finds the process that runs, or starts one.
func (p *Pump) begin(kind string, in contract.Input) *proc {
	id := contract.WorkflowID(kind, in.Subject)
	if kind == contract.KindNightly && !p.nightly {
		return &proc{done: true}
	}
	if x := p.procs[id]; x != nil && !x.done {
		return x
	}
	x := &proc{id: id, kind: kind, subject: in.Subject, next: contract.Next{Now: in.First}}
	if in.At.After(p.Now()) {
		x.next = contract.Next{Until: in.At, AtWake: in.First}
	}
	p.procs[id] = x
	return x
}

// RunningWorkflows implements port.Workflows.
func (p *Pump) RunningWorkflows(context.Context, []byte) (ids []string, next []byte, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for id, x := range p.procs {
		if !x.done {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids, nil, nil
}

// Runs implements port.Workflows.
func (p *Pump) Runs(_ context.Context, id string) (bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	x := p.procs[id]
	return x != nil && !x.done, nil
}

// Lose makes the engine forget a workflow, as if someone had ended it by hand.
func (p *Pump) Lose(kind string, subject uuid.UUID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.procs, contract.WorkflowID(kind, subject))
}
