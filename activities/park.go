package activities

import (
	"context"
	"strconv"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/audit"
	"arrears/domain/casework"
	"arrears/domain/fault"
	"arrears/internal/failpoint"
	"arrears/port"
	"arrears/workflows/contract"
)

// Parking holds the activity that puts what could not go on in front of a person.
type Parking struct {
	Store port.Store
	Clock port.Clock
}

// Park marks a case as needing attention, or opens a task for a notice, and waits for a nudge. It reads as little as it
// can: what failed may be the facts. A subject that does not exist has nothing to wait for.
func (p *Parking) Park(ctx context.Context, in contract.ParkInput) (contract.Next, error) {
	now, err := businessNow(ctx, p.Clock)
	if err != nil {
		return contract.Next{}, err
	}
	if in.Kind == contract.KindNightly {
		return p.parkNightly(ctx, in, now)
	}
	err = p.Store.InTx(ctx, func(ctx context.Context, tx port.Tx) error {
		house, err := tx.Installation(ctx)
		if err != nil {
			return err
		}
		work := port.Work{}
		task := casework.Task{
			ID: newID(), Kind: taskNeedsAttention, Role: string(access.Supervisor), State: casework.TaskOpen, CreatedAt: now,
			Summary: in.Activity + " failed: " + in.Code, DueOn: dateIn(now, house.TimeZone),
		}
		switch in.Kind {
		case contract.KindNotice:
			task, err = parkNotice(ctx, tx, in, task)
		case contract.KindDispute:
			task, err = parkClaim(ctx, tx, in, task)
		case contract.KindBankFile:
			task, err = parkBankFile(ctx, tx, in, task)
		default:
			task, err = parkCase(ctx, tx, in, task, &work)
		}
		if err != nil {
			return err
		}
		work.Tasks = []casework.Task{task}
		action, kind := "case.parked", in.Kind
		if in.Kind == contract.KindBankFile {
			action, kind = "bank_file.parked", "bank_file"
		}
		e, err := entry(now, action, kind, in.Subject, task.CustomerID.UUID, task.InvoiceID, map[string]any{
			"activity": in.Activity, "code": in.Code,
		})
		work.Audit = []audit.Entry{e}
		if err != nil {
			return err
		}
		if err := tx.Write(ctx, work); err != nil {
			return err
		}
		return failpoint.Hit(failpoint.ParkBeforeCommit)
	})
	if err == nil {
		err = failpoint.Hit(failpoint.ParkAfterCommit)
	}
	if fault.KindOf(err) == fault.NotFound {
		return contract.Next{Closed: true}, nil
	}
	return contract.Next{}, err
}

func parkCase(ctx context.Context, tx port.Tx, in contract.ParkInput, task casework.Task, work *port.Work) (casework.Task, error) {
	c, err := tx.Case(ctx, in.Subject)
	if err != nil {
		return task, err
	}
	if err := tx.LockCustomer(ctx, c.CustomerID); err != nil {
		return task, err
	}
	if c, err = tx.Case(ctx, in.Subject); err != nil {
		return task, err
	}
	c.State, c.AttentionCode = casework.CaseNeedsAttention, in.Code
	work.Cases = []casework.Case{c}
	task.Dedupe = taskNeedsAttention + "/" + c.ID.String() + "/" + strconv.Itoa(c.Decisions)
	task.CustomerID = uuid.NullUUID{UUID: c.CustomerID, Valid: true}
	if c.Kind != contract.KindDeduction {
		task.InvoiceID = uuid.NullUUID{UUID: c.ID, Valid: true}
		return task, nil
	}
	it, err := tx.Item(ctx, c.ID)
	task.InvoiceID, task.ItemID = it.InvoiceID, uuid.NullUUID{UUID: c.ID, Valid: true}
	return task, err
}

// parkNotice leaves the notice as it is: its lines keep their cases waiting until a person sees to it.
func parkNotice(ctx context.Context, tx port.Tx, in contract.ParkInput, task casework.Task) (casework.Task, error) {
	n, err := tx.Notice(ctx, in.Subject)
	if err != nil {
		return task, err
	}
	task.Dedupe = taskNeedsAttention + "/" + n.ID.String() + "/" + strconv.FormatInt(n.Version, 10)
	task.CustomerID = uuid.NullUUID{UUID: n.CustomerID, Valid: true}
	task.InvoiceID = oneInvoice(n.Lines)
	return task, nil
}

// parkNightly tells a person that a night's work could not be done. The next night is waited for all the same.
func (p *Parking) parkNightly(ctx context.Context, in contract.ParkInput, now time.Time) (contract.Next, error) {
	var zone string
	err := p.Store.InTx(ctx, func(ctx context.Context, tx port.Tx) error {
		house, err := tx.Installation(ctx)
		if err != nil {
			return err
		}
		zone = house.TimeZone
		today := dateIn(now, zone)
		raw, err := audit.JSON(map[string]any{"activity": in.Activity, "code": in.Code})
		if err != nil {
			return err
		}
		return tx.Write(ctx, port.Work{
			Tasks: []casework.Task{{
				ID: newID(), Kind: taskNeedsAttention, Dedupe: taskNeedsAttention + "/nightly/" + today.String(), Role: string(access.Admin),
				Summary: "The nightly work failed: " + in.Code, DueOn: today, State: casework.TaskOpen, CreatedAt: now,
			}},
			Audit: []audit.Entry{{
				ID: newID().String(), At: now, BusinessDate: today, Actor: engine, Action: "nightly.parked", SubjectKind: "installation",
				SubjectID: in.Subject.String(), Data: raw,
			}},
		})
	})
	if err != nil {
		return contract.Next{}, err
	}
	return tomorrow(ctx, p.Clock, now, zone)
}
