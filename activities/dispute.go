package activities

import (
	"context"
	"hash/fnv"
	"time"

	"github.com/google/uuid"

	"arrears/domain/audit"
	"arrears/domain/casework"
	"arrears/domain/dispute"
	"arrears/domain/receivable"
	"arrears/port"
	"arrears/workflows/contract"
)

// Disputes holds the activities of a claim's case: what happens to it without people.
type Disputes struct {
	Store  port.Store
	Clock  port.Clock
	Office Office
	// Real is the real clock; nil is the machine's.
	Real func() time.Time
	// SendWithin bounds the real time between the commit of a dispatch and the first byte. 0 is two seconds.
	SendWithin time.Duration
}

// claimFile is a claim with what its own steps need.
type claimFile struct {
	dispute.File
	customer receivable.Customer
}

// readClaim reads a claim without locking. Error: dispute.not_found.
func readClaim(ctx context.Context, tx port.Tx, id uuid.UUID) (claimFile, error) {
	d, err := tx.Dispute(ctx, id)
	if err != nil {
		return claimFile{}, err
	}
	return claimOf(ctx, tx, d)
}

// lockClaim locks the claim's customer and reads the claim as it is then.
func lockClaim(ctx context.Context, tx port.Tx, id uuid.UUID) (claimFile, error) {
	d, err := tx.Dispute(ctx, id)
	if err != nil {
		return claimFile{}, err
	}
	if err := tx.LockCustomer(ctx, d.CustomerID); err != nil {
		return claimFile{}, err
	}
	return readClaim(ctx, tx, id)
}

func claimOf(ctx context.Context, tx port.Tx, d dispute.Dispute) (claimFile, error) {
	f := claimFile{File: dispute.File{Dispute: d}}
	var err error
	if f.customer, err = tx.Customer(ctx, d.CustomerID); err != nil {
		return f, err
	}
	f.TimeZone, f.Calendar = f.customer.TimeZone, shipped(f.customer.Calendar)
	if f.Deadlines, err = tx.DeadlinesOf(ctx, d.ID); err != nil {
		return f, err
	}
	f.Messages, err = tx.MessagesOf(ctx, d.ID)
	return f, err
}

// ReviewDispute looks at a claim: what is to be done now, and when it is looked at next. A claim that had to be put in front
// of a person goes on from here.
func (p *Disputes) ReviewDispute(ctx context.Context, in contract.Step) (contract.Next, error) {
	now, err := businessNow(ctx, p.Clock)
	if err != nil {
		return contract.Next{}, err
	}
	if strange(ctx) {
		return p.handBack(ctx, in, now)
	}
	var f claimFile
	err = p.Store.Read(ctx, func(ctx context.Context, tx port.Tx) (err error) {
		f, err = readClaim(ctx, tx, in.Subject)
		return err
	})
	if err == nil && f.Dispute.AttentionCode != "" {
		err = p.Store.InTx(ctx, func(ctx context.Context, tx port.Tx) (err error) {
			f, err = resumed(ctx, tx, in.Subject, now)
			return err
		})
	}
	if err != nil {
		return contract.Next{}, err
	}
	return p.plan(ctx, f, now)
}

// handBack ends a workflow of another type that a relay of an earlier release, which knows no claims, has started under this
// id. The right one is asked for a little later: by then a relay of this release may lead.
func (p *Disputes) handBack(ctx context.Context, in contract.Step, now time.Time) (contract.Next, error) {
	return contract.Next{Closed: true}, p.Store.InTx(ctx, func(ctx context.Context, tx port.Tx) error {
		return tx.StartDispute(ctx, in.Subject, now.Add(strangeWait), contract.ReviewDispute)
	})
}

// resumed notes that a claim goes on which had waited for a person.
func resumed(ctx context.Context, tx port.Tx, id uuid.UUID, now time.Time) (claimFile, error) {
	f, err := lockClaim(ctx, tx, id)
	if err != nil || f.Dispute.AttentionCode == "" {
		return f, err
	}
	d := f.Dispute
	d.AttentionCode = ""
	if err := tx.UpdateDispute(ctx, d); err != nil {
		return f, err
	}
	e, err := claimEntry(d, now, "dispute.resumed", map[string]any{"code": f.Dispute.AttentionCode})
	if err != nil {
		return f, err
	}
	d.Version++
	f.Dispute = d
	return f, tx.Write(ctx, port.Work{Audit: []audit.Entry{e}})
}

// plan says what a claim waits for. Whatever its next moment brings is a deadline's matter: messages are written at once.
func (p *Disputes) plan(ctx context.Context, f claimFile, now time.Time) (contract.Next, error) {
	step := dispute.Next(f.File, now)
	switch {
	case step.Closed:
		return contract.Next{Closed: true}, nil
	case step.Now != "":
		return contract.Next{Now: step.Now, WakeAt: step.WakeAt}, nil
	case f.Dispute.WakeAt == nil || !f.Dispute.WakeAt.After(now):
		return contract.Next{Now: contract.MeetDeadline, WakeAt: now}, nil // which sets the next date
	}
	return resolve(ctx, p.Clock, contract.Next{WakeAt: step.WakeAt.Add(spread(f.Dispute.CustomerID)), AtWake: contract.MeetDeadline})
}

// keepDate writes the case where it is to be looked at at another moment than it says, or is in another state than it was. One
// that is not looked at again keeps its last moment.
func keepDate(ctx context.Context, tx port.Tx, f *claimFile, was dispute.State, now time.Time) error {
	d := &f.Dispute
	wake := dispute.Next(f.File, now).WakeAt
	if wake.IsZero() || d.State == was && d.WakeAt != nil && d.WakeAt.Equal(wake) {
		return nil
	}
	d.WakeAt = &wake
	if err := tx.UpdateDispute(ctx, *d); err != nil {
		return err
	}
	d.Version++
	return nil
}

// spreadOver is how far the first minutes of a day are used for its deadlines.
const spreadOver = 10 * time.Minute

// spread is derived from the customer: all deadlines of a day fall on its beginning.
func spread(customer uuid.UUID) time.Duration {
	h := fnv.New64a()
	_, _ = h.Write(customer[:]) // a hash never fails
	return time.Duration(h.Sum64()%uint64(spreadOver/time.Second)) * time.Second
}

// claimEntry is an audit entry of the engine about a claim.
func claimEntry(d dispute.Dispute, now time.Time, action string, data map[string]any) (audit.Entry, error) {
	return entry(now, action, "dispute", d.ID, d.CustomerID, claimInvoice(d), data)
}

// claimInvoice is the invoice that a claim is about when that is one alone.
func claimInvoice(d dispute.Dispute) uuid.NullUUID {
	var one uuid.NullUUID
	for n, part := range d.Parts {
		if n > 0 && part.InvoiceID != one {
			return uuid.NullUUID{}
		}
		one = part.InvoiceID
	}
	return one
}

// claimTask is something that a person has to do about a claim. Its dedupe makes it the only one of its step.
func claimTask(f claimFile, kind, step, role, summary string, now time.Time) casework.Task {
	d := f.Dispute
	return casework.Task{
		ID: newID(), Kind: kind, Dedupe: kind + "/" + d.ID.String() + "/" + step,
		CustomerID: uuid.NullUUID{UUID: d.CustomerID, Valid: true}, InvoiceID: claimInvoice(d),
		DisputeID: uuid.NullUUID{UUID: d.ID, Valid: true}, Role: role, Summary: summary,
		DueOn: dateIn(now, f.TimeZone), State: casework.TaskOpen, CreatedAt: now,
	}
}

func (p *Disputes) real() time.Time {
	if p.Real != nil {
		return p.Real()
	}
	return time.Now()
}

func (p *Disputes) sendWithin() time.Duration {
	if p.SendWithin > 0 {
		return p.SendWithin
	}
	return defaultSendWithin
}
