package app

import (
	"context"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/audit"
	"arrears/domain/casework"
	"arrears/domain/fault"
	"arrears/domain/notice"
	"arrears/port"
)

// CodeNothingOpen means a ladder cannot be restarted because nothing of the invoice is open.
const CodeNothingOpen = "case.nothing_open"

// CaseDetail is a case with its steps and its last decision.
type CaseDetail struct {
	casework.Case
	Steps []casework.Step
	Last  port.DecisionRecord
}

// Case reads an invoice's case. Error: case.not_found.
func (a *App) Case(ctx context.Context, who access.Principal, invoiceID uuid.UUID) (CaseDetail, error) {
	var d CaseDetail
	if err := access.Require(who, access.InvoicesRead); err != nil {
		return d, err
	}
	err := a.store.Read(ctx, func(ctx context.Context, tx port.Tx) (err error) {
		if d.Case, err = tx.Case(ctx, invoiceID); err != nil {
			return err
		}
		if d.Steps, err = tx.StepsOf(ctx, invoiceID); err != nil {
			return err
		}
		d.Last, err = tx.LastDecision(ctx, invoiceID)
		return err
	})
	return d, err
}

// ListAttention lists the cases that could not go on.
func (a *App) ListAttention(ctx context.Context, who access.Principal, page port.Page) (port.Paged[casework.Case], error) {
	var list port.Paged[casework.Case]
	if err := access.Require(who, access.TasksRead); err != nil {
		return list, err
	}
	err := a.store.Read(ctx, func(ctx context.Context, tx port.Tx) (err error) {
		list, err = tx.ListAttention(ctx, page)
		return err
	})
	return list, err
}

// WakeCase makes a case and its notices under way look again, parked ones too. Error: case.not_found.
func (a *App) WakeCase(ctx context.Context, who access.Principal, invoiceID uuid.UUID) error {
	if err := access.Require(who, access.TasksWrite); err != nil {
		return err
	}
	now, err := a.clock.Now(ctx)
	if err != nil {
		return err
	}
	return a.store.InTx(ctx, func(ctx context.Context, tx port.Tx) error {
		c, err := tx.Case(ctx, invoiceID)
		if err != nil {
			return err
		}
		invoice, err := invoiceOfCase(ctx, tx, c.ID)
		if err != nil {
			return err
		}
		entry, err := caseEntry(now, who.ID, "case.woken", c, invoice, map[string]any{"state": c.State})
		if err != nil {
			return err
		}
		nudges := []port.Nudge{caseNudge(c.ID, c.Kind)}
		notices, err := tx.LiveNotices(ctx, []uuid.UUID{invoiceID})
		if err != nil {
			return err
		}
		for _, n := range notices {
			nudges = append(nudges, noticeNudge(n.ID))
		}
		return tx.Write(ctx, port.Work{Nudges: nudges, Audit: []audit.Entry{entry}})
	})
}

// RestartCase begins the ladder of an invoice's open items anew: the next cycle, under the policy that is assigned now. What
// is under way is withdrawn. Errors: case.not_found, case.nothing_open, policy.not_found.
func (a *App) RestartCase(ctx context.Context, who access.Principal, invoiceID uuid.UUID) error {
	if err := access.Require(who, access.InvoicesWrite); err != nil {
		return err
	}
	now, err := a.clock.Now(ctx)
	if err != nil {
		return err
	}
	now = now.Truncate(time.Microsecond)
	return a.store.InTx(ctx, func(ctx context.Context, tx port.Tx) error {
		file, err := tx.LockCase(ctx, invoiceID, now)
		if err != nil {
			return err
		}
		if done, err := doneBefore(ctx, tx); err != nil || done {
			return err // a second restart of the same request would be another cycle
		}
		if err := a.stopAll(ctx, tx, now, file); err != nil {
			return err
		}
		if file.Case.PolicyVersionID, err = pin(ctx, tx, now, invoiceID); err != nil {
			return err
		}
		work, err := restartWork(file, now, who.ID)
		if err != nil {
			return err
		}
		signLast(ctx, work.Audit)
		return tx.Write(ctx, work)
	})
}

// pin makes the case follow the policy that is assigned now.
func pin(ctx context.Context, tx port.Tx, now time.Time, invoiceID uuid.UUID) (uuid.UUID, error) {
	versionID, used, err := tx.ResolvePolicy(ctx, invoiceID)
	if err != nil {
		return versionID, err
	}
	p, err := tx.PinnedPolicy(ctx, versionID)
	if err != nil {
		return versionID, err
	}
	if !used {
		if err := tx.MarkPolicyUsed(ctx, versionID, now); err != nil {
			return versionID, err
		}
	}
	return versionID, tx.PinPolicy(ctx, invoiceID, versionID, customerWide(p))
}

// stopAll withdraws whatever is under way for the case, whether or not it would still hold.
func (a *App) stopAll(ctx context.Context, tx port.Tx, now time.Time, file port.CaseFile) error {
	const why = "restarted"
	notices, err := tx.LiveNotices(ctx, []uuid.UUID{file.ID})
	if err != nil {
		return err
	}
	for _, n := range notices {
		switch {
		case n.State == notice.Sending: // it is on its way; its outcome no longer moves the ladder
		case n.Stage != "":
			err = a.withdrawDraft(ctx, tx, now, n, why)
		default:
			err = a.withdrawLines(ctx, tx, now, touched(n.Lines, []uuid.UUID{file.ID}),
				map[uuid.UUID]uuid.UUID{file.ID: file.Case.CustomerID}, why)
		}
		if err != nil {
			return err
		}
	}
	return a.lapseSteps(ctx, tx, now, []uuid.UUID{file.ID}, why)
}

func restartWork(file port.CaseFile, now time.Time, actor string) (port.Work, error) {
	var work port.Work
	for _, it := range file.Facts.Items {
		if it.OpenMinor == 0 {
			continue
		}
		work.Ladder = append(work.Ladder, port.LadderMove{ItemID: it.ID, Cycle: it.Cycle + 1, LastNoticeOn: it.LastNoticeOn})
	}
	if len(work.Ladder) == 0 {
		return work, fault.New(fault.Conflict, CodeNothingOpen, "nothing of the invoice is open")
	}
	entry, err := caseEntry(now, actor, "case.restarted", file.Case, file.InvoiceID, map[string]any{
		"items": len(work.Ladder), "policy_version_id": file.Case.PolicyVersionID,
	})
	work.Audit, work.Nudges = []audit.Entry{entry}, []port.Nudge{caseNudge(file.ID, file.Case.Kind)}
	return work, err
}
