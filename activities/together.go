package activities

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"arrears/domain/casework"
	"arrears/domain/fault"
	"arrears/domain/policy"
	"arrears/internal/failpoint"
	"arrears/port"
	"arrears/workflows/contract"
)

// joinedStep is what the decisions of a case were called for that another case of its customer took along.
const joinedStep = "joined"

// stepTogether is step for what the customer's cases mostly do at the same moment: the first one that comes takes the others
// along in its transaction, and each of them, when its own call comes and it has heard of nothing new, finds what was
// decided. One transaction for seven invoices costs little more than one for one.
func (c *Collection) stepTogether(ctx context.Context, in contract.Step, name string, do policy.Do, act act) (contract.Next, error) {
	now, err := businessNow(ctx, c.Clock)
	if err != nil {
		return contract.Next{}, err
	}
	var next contract.Next
	others := 0
	err = c.Store.InTx(ctx, func(ctx context.Context, tx port.Tx) error {
		due, err := tx.LockDue(ctx, in.Subject, name, now)
		if err != nil {
			return err
		}
		if in.Calm && decided(due.Case, now) {
			next = recorded(due.Case)
			return nil
		}
		others = len(due.Others)
		files, err := tx.CaseFiles(ctx, append(due.Others, in.Subject), now)
		if err != nil {
			return err
		}
		j := &jointStep{c: c, tx: tx, now: now, name: name, do: do, act: act}
		if next, err = j.run(ctx, files, in.Subject); err != nil {
			return err
		}
		if err := tx.Write(ctx, j.work); err != nil {
			return err
		}
		return failpoint.Hit(failpoint.TogetherBeforeCommit)
	})
	if err == nil {
		err = failpoint.Hit(failpoint.TogetherAfterCommit)
	}
	switch {
	case err != nil && others > 0: // one that cannot go on must not keep the others from it
		return c.step(ctx, in, name, do, act)
	case err != nil:
		return contract.Next{}, err
	}
	return resolve(ctx, c.Clock, next)
}

// decided reports whether the case's last decision already looks ahead.
func decided(c casework.Case, now time.Time) bool {
	return c.State == casework.CaseActive && c.WakeAt.After(now)
}

// recorded is what the activity that recorded a case's last decision answered.
func recorded(c casework.Case) contract.Next {
	return contract.Next{WakeAt: c.WakeAt, AtWake: c.NextAction, Seq: c.Decisions}
}

// jointStep is one step of several cases of a customer.
type jointStep struct {
	c         *Collection
	tx        port.Tx
	now       time.Time
	name      string
	do        policy.Do
	act       act
	gathering []port.GatheringRef // those that this step opened are joined by the cases after
	work      port.Work
}

// run performs the step of the case that was called first, then the others'. One of those that cannot go on is left to its own
// call: it has written nothing yet. Where it was the database that refused, the transaction's end says so.
func (j *jointStep) run(ctx context.Context, files []port.CaseFile, called uuid.UUID) (contract.Next, error) {
	at := slices.IndexFunc(files, func(f port.CaseFile) bool { return f.ID == called })
	if at < 0 {
		return contract.Next{}, fault.New(fault.NotFound, "case.not_found", "the case does not exist")
	}
	next, err := j.one(ctx, files[at], j.name)
	if err != nil {
		return contract.Next{}, err
	}
	for i, f := range files {
		if i == at {
			continue
		}
		if _, err := j.one(ctx, f, joinedStep); err != nil && ctx.Err() != nil {
			return contract.Next{}, err
		}
	}
	return next, nil
}

// one performs the step of one case. A case that was taken along and has nothing to do leaves no trace: its own call will
// come.
func (j *jointStep) one(ctx context.Context, file port.CaseFile, calledFor string) (contract.Next, error) {
	j.c.Office.limit(&file)
	if j.gathering != nil {
		file.Gathering = j.gathering
	}
	s, err := newSheet(ctx, j.tx, file, j.now)
	if err != nil {
		return contract.Next{}, err
	}
	s.decide(calledFor)
	switch {
	case s.decision.Now == j.do:
		if err := s.progress(ctx, calledFor, j.do, j.act); err != nil {
			return contract.Next{}, err
		}
	case calledFor == joinedStep:
		return contract.Next{}, nil
	}
	if err := s.finish(); err != nil {
		return contract.Next{}, err
	}
	j.gathering = s.file.Gathering
	j.work.Append(s.work)
	return s.next(), nil
}
