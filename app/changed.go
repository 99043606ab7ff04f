package app

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"arrears/domain/audit"
	"arrears/domain/casework"
	"arrears/domain/notice"
	"arrears/domain/policy"
	"arrears/port"
)

// factsChanged is called, with the customer's lock held and the change already written, by everything that changes what is
// collectable of these invoices. What was asked for and no longer stands stops at once: drafts with a touched line are
// withdrawn and their approval lapses, gathering lines that no longer hold are withdrawn, approvals of steps lapse. Then
// every case is nudged to look again, and with it those whose policy looks at the customer's sums. why is a code.
func (a *App) factsChanged(ctx context.Context, tx port.Tx, now time.Time, customerID uuid.UUID, invoiceIDs []uuid.UUID, why string) error {
	now = now.Truncate(time.Microsecond)
	if len(invoiceIDs) > 0 {
		if err := a.stopNotices(ctx, tx, now, invoiceIDs, why); err != nil {
			return err
		}
		if err := a.lapseSteps(ctx, tx, now, invoiceIDs, why); err != nil {
			return err
		}
		if err := tx.NudgeCases(ctx, invoiceIDs); err != nil {
			return err
		}
	}
	return tx.NudgeWideCases(ctx, customerID)
}

// stopNotices stops what was about to be said of the invoices.
func (a *App) stopNotices(ctx context.Context, tx port.Tx, now time.Time, invoiceIDs []uuid.UUID, why string) error {
	notices, err := tx.LiveNotices(ctx, invoiceIDs)
	if err != nil {
		return err
	}
	var loose []notice.Line
	for _, n := range notices {
		switch {
		case n.State == notice.Sending: // it is out of our hands until the answer comes, which looks at the amounts again
		case n.Stage != "":
			err = a.withdrawDraft(ctx, tx, now, n, why)
		default:
			loose = append(loose, touched(n.Lines, invoiceIDs)...)
		}
		if err != nil {
			return err
		}
	}
	return a.withdrawLoose(ctx, tx, now, loose, why)
}

func touched(lines []notice.Line, invoiceIDs []uuid.UUID) []notice.Line {
	var found []notice.Line
	for _, l := range lines {
		if l.State == notice.LineLive && slices.Contains(invoiceIDs, l.CaseID) {
			found = append(found, l)
		}
	}
	return found
}

// withdrawDraft withdraws a draft as a whole: what was frozen for approval is no longer what would be sent. Its cases ask
// again for what remains.
func (a *App) withdrawDraft(ctx context.Context, tx port.Tx, now time.Time, n notice.Notice, why string) error {
	approvals, err := tx.ApprovalsOf(ctx, n.ID)
	if err != nil {
		return err
	}
	if _, err := tx.WithdrawNotice(ctx, n.ID, why, now); err != nil {
		return err
	}
	entry, err := engineEntry(now, "engine", "notice.withdrawn", "notice", n.ID, n.CustomerID, oneInvoice(n.Lines), map[string]any{
		"reason": why, "stage": n.Stage, "lines": len(n.Lines),
	})
	if err != nil {
		return err
	}
	work := port.Work{Audit: []audit.Entry{entry}}
	for _, ap := range approvals {
		if ap.State != casework.ApprovalOpen {
			continue
		}
		entry, err := approvalEntry(now, "engine", "approval.lapsed", ap, oneInvoice(n.Lines), map[string]any{"reason": why})
		if err != nil {
			return err
		}
		work.Audit = append(work.Audit, entry)
	}
	return tx.Write(ctx, work)
}

// oneInvoice is the invoice that a notice is about when it is about one alone.
func oneInvoice(lines []notice.Line) uuid.NullUUID {
	var one uuid.NullUUID
	for i, l := range lines {
		if i > 0 && one != l.InvoiceID {
			return uuid.NullUUID{}
		}
		one = l.InvoiceID
	}
	return one
}

// withdrawLoose withdraws the lines that no longer hold. One that holds for another amount stays: the dispatch asks for what
// is collectable then.
func (a *App) withdrawLoose(ctx context.Context, tx port.Tx, now time.Time, lines []notice.Line, why string) error {
	if len(lines) == 0 {
		return nil
	}
	cases := make([]uuid.UUID, len(lines))
	for i, l := range lines {
		cases[i] = l.CaseID
	}
	files, err := tx.CaseFiles(ctx, cases, now)
	if err != nil {
		return err
	}
	var gone []notice.Line
	owners := map[uuid.UUID]uuid.UUID{}
	for _, f := range files {
		owners[f.ID] = f.Case.CustomerID
		p, err := tx.PinnedPolicy(ctx, f.PolicyVersionID)
		if err != nil {
			return err
		}
		for _, l := range lines {
			if l.CaseID != f.ID {
				continue
			}
			if _, holds := policy.Holds(p, f.Facts, l.ItemID, l.Stage, now); !holds {
				gone = append(gone, l)
			}
		}
	}
	return a.withdrawLines(ctx, tx, now, gone, owners, why)
}

// withdrawLines withdraws lines; owners are the customers of their cases.
func (a *App) withdrawLines(ctx context.Context, tx port.Tx, now time.Time, lines []notice.Line, owners map[uuid.UUID]uuid.UUID, why string) error {
	if len(lines) == 0 {
		return nil
	}
	ids := make([]uuid.UUID, len(lines))
	var work port.Work
	for i, l := range lines {
		ids[i] = l.ID
		entry, err := lineEntry(now, "line.withdrawn", l, owners[l.CaseID], map[string]any{"reason": why})
		if err != nil {
			return err
		}
		work.Audit = append(work.Audit, entry)
	}
	if err := tx.WithdrawLines(ctx, ids, why, now); err != nil {
		return err
	}
	return tx.Write(ctx, work)
}

// lineEntry is an audit entry about a line; it belongs to the invoice's history.
func lineEntry(now time.Time, action string, l notice.Line, owner uuid.UUID, data map[string]any) (audit.Entry, error) {
	data["notice_id"], data["item_id"], data["stage"] = l.NoticeID, l.ItemID, l.Stage
	return engineEntry(now, "engine", action, "notice_line", l.ID, owner, l.InvoiceID, data)
}

// lapseSteps lapses what was asked about steps that send nothing.
func (a *App) lapseSteps(ctx context.Context, tx port.Tx, now time.Time, invoiceIDs []uuid.UUID, why string) error {
	lapsed, err := tx.LapseStepApprovals(ctx, invoiceIDs, why, now)
	if err != nil || len(lapsed) == 0 {
		return err
	}
	var work port.Work
	for _, ap := range lapsed {
		invoice, err := invoiceOfCase(ctx, tx, ap.CaseID.UUID)
		if err != nil {
			return err
		}
		entry, err := approvalEntry(now, "engine", "approval.lapsed", ap, invoice, map[string]any{"reason": why})
		if err != nil {
			return err
		}
		work.Audit = append(work.Audit, entry)
	}
	return tx.Write(ctx, work)
}
