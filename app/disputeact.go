package app

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/dispute"
	"arrears/domain/fault"
	"arrears/domain/receivable"
	"arrears/port"
)

// CodeDisputeChanged means that the case was changed since it was read.
const CodeDisputeChanged = "dispute.changed"

// maxNote bounds what a person writes about a case.
const maxNote = 2000

// onClaim runs a command on one case: once per idempotent request, under the customer's lock, with the case as it is then.
// act finishes the case under the audit entry it is given.
func (a *App) onClaim(ctx context.Context, who access.Principal, need access.Permission, id uuid.UUID, act func(ctx context.Context, w *claimWork, entry uuid.UUID) error) (DisputeFile, error) {
	if err := access.Require(who, need); err != nil {
		return DisputeFile{}, err
	}
	read := func(ctx context.Context, tx port.Tx) (DisputeFile, error) { return disputeFile(ctx, tx, who, id) }
	return command(ctx, a, read, func(ctx context.Context, tx port.Tx, now time.Time, entry uuid.UUID) error {
		w, err := a.openClaim(ctx, tx, now, who, id)
		if err != nil {
			return err
		}
		return act(ctx, w, entry)
	})
}

// may refuses what the case's state does not allow, or what has no amount to be about. Error: dispute.not_now.
func (w *claimWork) may(act dispute.Act) error {
	if err := w.d.Require(act); err != nil {
		return err
	}
	if !w.d.MayNow(act) {
		return fault.New(fault.Conflict, dispute.CodeNotNow, "nothing of the claim is there for that")
	}
	return nil
}

// asRead refuses to act on a case that is not what the person saw; 0 does not compare. Error: dispute.changed.
func (w *claimWork) asRead(version int64) error {
	if version != 0 && version != w.d.Version {
		return fault.New(fault.Precondition, CodeDisputeChanged, "the case was changed since it was read")
	}
	return nil
}

// note keeps a person's words about the case with its customer: the record holds none.
func (w *claimWork) note(ctx context.Context, text string) error {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	n := receivable.Note{
		ID: newUUID(), CustomerID: w.d.CustomerID, InvoiceID: invoiceOfClaim(w.d), Kind: "note",
		Body: fmt.Sprintf("D-%d: %s", w.d.Number, text), CreatedBy: w.actor.ID, CreatedAt: w.now,
	}
	return w.tx.InsertNote(ctx, n)
}

// plainWord writes a code as people would.
func plainWord(code string) string { return strings.ReplaceAll(code, "_", " ") }
