package activities

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.temporal.io/sdk/activity"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/casework"
	"arrears/domain/fault"
	"arrears/domain/notice"
	"arrears/internal/failpoint"
	"arrears/port"
	"arrears/workflows/contract"
)

// The codes of a delivery that is tried again.
const (
	CodeTemporary = "notice.temporary" // the other side turned it away for now: it certainly has not got it
	CodeUnknown   = "notice.unknown"   // the answer was lost: it may have got it
	CodeTooSlow   = "notice.too_slow"  // never handed over within the time after its dispatch
)

// Bounds of a delivery.
const (
	defaultSendWithin = 2 * time.Second
	maxDispatches     = 3                // a machine that is slower than that three times in a row tries later
	recordTimeout     = 15 * time.Second // recording the outcome goes on when the activity is cancelled
	beatEvery         = 4 * time.Second  // a fifth of the time after which a silent worker counts as dead
)

// DeliverNotice seals, dispatches and hands over a notice whose moment has come, and records the outcome. Run again after
// a crash it sends the same bytes again if the facts are unchanged, and withdraws otherwise.
func (n *Notices) DeliverNotice(ctx context.Context, in contract.Step) (contract.Next, error) {
	defer beat(ctx)()
	next, channel, err := n.ready(ctx, in)
	if err != nil || next.Now != contract.DeliverNotice {
		return next, err
	}
	if channel == nil {
		return n.refuseUnsent(ctx, in)
	}
	session, err := channel.Prepare(ctx)
	if err != nil {
		return contract.Next{}, n.notReady(ctx, in, err)
	}
	defer func() { _ = session.Close() }() // what was sent is recorded; nothing is left to lose
	if err := failpoint.Hit(failpoint.DeliverPrepared); err != nil {
		return contract.Next{}, err
	}
	return n.exchange(ctx, in, session)
}

// beat tells the engine that the delivery is alive, however slow the other side is, so that another worker takes it over
// within seconds of a crash. The caller calls the result when it is done.
func beat(ctx context.Context) (stop func()) {
	if !activity.IsActivity(ctx) {
		return func() {}
	}
	ctx, cancel := context.WithCancel(ctx)
	var beating sync.WaitGroup
	beating.Go(func() {
		ticker := time.NewTicker(beatEvery)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
				activity.RecordHeartbeat(ctx)
			}
		}
	})
	return func() { cancel(); beating.Wait() }
}

// ready tells what is to be done, and for a notice that is to be sent its channel; nil when that is not set up.
func (n *Notices) ready(ctx context.Context, in contract.Step) (contract.Next, Channel, error) {
	now, err := businessNow(ctx, n.Clock)
	if err != nil {
		return contract.Next{}, nil, err
	}
	var f port.NoticeFile
	err = n.Store.Read(ctx, func(ctx context.Context, tx port.Tx) (err error) {
		f, err = tx.NoticeFile(ctx, in.Subject)
		return err
	})
	if err != nil {
		return contract.Next{}, nil, err
	}
	next, err := n.plan(ctx, f, now)
	if err == nil && next.Now == "" && !next.Closed && f.Outcome != "" {
		err = n.late(ctx, f, now)
	}
	return next, n.Office.Channels[f.Channel], err
}

// notReady notes on the notice why it does not go out, and gives an error that is tried again.
func (n *Notices) notReady(ctx context.Context, in contract.Step, why error) error {
	err := n.Store.InTx(ctx, func(ctx context.Context, tx port.Tx) error {
		f, err := tx.LockNotice(ctx, in.Subject)
		if err != nil || !underWay(f.State) || f.Outcome != "" {
			return err
		}
		f.Outcome = fault.CodeOf(why)
		return tx.Write(ctx, port.Work{Notices: []port.NoticeWrite{{Notice: f.Notice, WakeAt: f.OpensAt}}})
	})
	return fault.Wrap(errors.Join(why, err), fault.Unavailable, CodeTemporary, "the channel is not ready")
}

// late tells a person about a notice whose window closed before the other side took it. It goes on in the next window.
func (n *Notices) late(ctx context.Context, f port.NoticeFile, now time.Time) error {
	today := dateIn(now, f.TimeZone)
	task := casework.Task{
		ID: newID(), Kind: taskNeedsAttention, Dedupe: taskNeedsAttention + "/" + f.ID.String() + "/" + today.String(),
		CustomerID: uuid.NullUUID{UUID: f.CustomerID, Valid: true}, InvoiceID: oneInvoice(f.Lines),
		Role: string(access.Supervisor), Summary: "A notice could not be handed over all day: " + f.Outcome,
		DueOn: today, State: casework.TaskOpen, CreatedAt: now,
	}
	return n.Store.InTx(ctx, func(ctx context.Context, tx port.Tx) error {
		return tx.Write(ctx, port.Work{Tasks: []casework.Task{task}})
	})
}

// exchange dispatches and sends. If something keeps the machine busy between the commit and the first byte, the facts are
// looked at again: what is said must hold when it is said.
func (n *Notices) exchange(ctx context.Context, in contract.Step, session Session) (contract.Next, error) {
	files := shelf{files: n.Office.Files}
	for attempt := range maxDispatches {
		var d dispatched
		err := files.with(ctx, func() (err error) {
			d, err = n.dispatch(ctx, in, &files, attempt > 0)
			return err
		})
		if err != nil {
			return contract.Next{}, err
		}
		if !d.send {
			return d.next, failpoint.Hit(failpoint.DispatchWithoutSending)
		}
		if err := failpoint.Hit(failpoint.DispatchAfterCommit); err != nil {
			return contract.Next{}, err
		}
		if n.real().Sub(d.committed) > n.sendWithin() {
			continue
		}
		outcome := session.Send(ctx, d.message)
		if err := failpoint.Hit(failpoint.SendAfter); err != nil {
			return contract.Next{}, err
		}
		return n.record(ctx, in, outcome)
	}
	return contract.Next{}, fault.New(fault.Unavailable, CodeTooSlow, "the notice could not be handed over soon enough after its dispatch")
}

func (n *Notices) sendWithin() time.Duration {
	if n.SendWithin > 0 {
		return n.SendWithin
	}
	return defaultSendWithin
}

// record writes the outcome, even when the activity has been cancelled in between: the message is out.
func (n *Notices) record(ctx context.Context, in contract.Step, outcome notice.Outcome) (contract.Next, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordTimeout)
	defer cancel()
	now, err := businessNow(ctx, n.Clock)
	if err != nil {
		return contract.Next{}, err
	}
	err = n.Store.InTx(ctx, func(ctx context.Context, tx port.Tx) error {
		f, err := tx.LockNotice(ctx, in.Subject)
		if err != nil || f.State != notice.Sending {
			return err
		}
		work, err := outcomeWork(ctx, tx, f, outcome, now)
		if err != nil {
			return err
		}
		if err := tx.Write(ctx, work); err != nil {
			return err
		}
		return failpoint.Hit(failpoint.OutcomeBeforeCommit)
	})
	if err == nil {
		err = failpoint.Hit(failpoint.OutcomeAfterCommit)
	}
	if err != nil {
		return contract.Next{}, err
	}
	switch outcome.Kind {
	case notice.Temporary:
		return contract.Next{}, fault.Wrap(errors.New(outcome.Detail), fault.Unavailable, CodeTemporary, "the notice was turned away for now")
	case notice.Unknown:
		return contract.Next{}, fault.Wrap(errors.New(outcome.Detail), fault.Unavailable, CodeUnknown, "the answer to the notice was lost")
	}
	return contract.Next{Closed: true}, nil
}

// refuseUnsent refuses a notice whose channel is not set up, so that its cases find another way.
func (n *Notices) refuseUnsent(ctx context.Context, in contract.Step) (contract.Next, error) {
	now, err := businessNow(ctx, n.Clock)
	if err != nil {
		return contract.Next{}, err
	}
	err = n.Store.InTx(ctx, func(ctx context.Context, tx port.Tx) error {
		f, err := tx.LockNotice(ctx, in.Subject)
		if err != nil || !underWay(f.State) {
			return err
		}
		work, err := outcomeWork(ctx, tx, f, notice.Outcome{Kind: notice.RefusedMessage, Detail: "the channel is not set up"}, now)
		if err != nil {
			return err
		}
		return tx.Write(ctx, work)
	})
	return contract.Next{Closed: true}, err
}

func underWay(s notice.State) bool {
	return s == notice.Gathering || s == notice.Sealed || s == notice.Sending
}
