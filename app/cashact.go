package app

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/fault"
	"arrears/domain/matching"
	"arrears/domain/receivable"
	"arrears/port"
)

// ApplyCashProposal carries a proposal out as it is. What changed since it was made makes it stale: the receipt is looked at
// again then. Accepting it teaches the payer's account and name.
// Errors: access.forbidden, cash_exception.not_found, cash_exception.closed, cash_exception.taken, cash_exception.changed,
// cash_exception.kind, cash_proposal.not_found, cash_proposal.decided, cash_proposal.stale, receipt.held, receipt.reversed,
// item.customer_differs, and those of a claim.
func (a *App) ApplyCashProposal(ctx context.Context, who access.Principal, id, proposalID uuid.UUID, version int64) (CashExceptionFile, error) {
	locks := func(ctx context.Context, tx port.Tx, _ *receivable.Receipt) ([]uuid.UUID, error) {
		f, err := readProposal(ctx, tx, proposalID)
		if err != nil {
			return nil, err
		}
		return ownersOf(ctx, tx, f.Proposal)
	}
	return a.onException(ctx, who, access.CashWrite, id, version, locks, func(ctx context.Context, w *cashWork) error {
		if err := w.free(); err != nil {
			return err
		}
		f, err := readProposal(ctx, w.tx, proposalID)
		if err != nil {
			return err
		}
		if f.ReceiptID != w.r.ID || f.State != port.ProposalOpen {
			return fault.New(fault.Conflict, "cash_proposal.decided", "something became of the proposal meanwhile")
		}
		if err := w.stands(ctx, f.Proposal); err != nil {
			return err
		}
		if err := w.tx.DecideProposal(ctx, proposalID, port.ProposalApplied, who.ID, w.now); err != nil {
			return err
		}
		if err := w.settleBy(ctx, f.Proposal, takenApplied); err != nil {
			return err
		}
		return w.useAdvices(ctx, []*waiting{{receipt: w.r, advice: f.Proposal.Advice}})
	})
}

func readProposal(ctx context.Context, tx port.Tx, id uuid.UUID) (CashProposalFile, error) {
	p, err := tx.Proposal(ctx, id)
	if err != nil {
		return CashProposalFile{}, err
	}
	return proposalFile(p)
}

// ownersOf lists whom a proposal is about: the owners of its items and memos, and whose receipt it becomes.
func ownersOf(ctx context.Context, tx port.Tx, p matching.Proposal) ([]uuid.UUID, error) {
	items, err := tx.ItemsByID(ctx, itemsOfProposal(p))
	if err != nil {
		return nil, err
	}
	owners := []uuid.UUID{p.CustomerID}
	for _, item := range items {
		owners = append(owners, item.CustomerID)
	}
	for _, use := range p.Credits {
		m, err := tx.CreditMemo(ctx, use.CreditID)
		if err != nil {
			return nil, err
		}
		owners = append(owners, m.CustomerID)
	}
	return owners, nil
}

// stands refuses a proposal whose items are not as they were when it was made, or that is of more than what is left.
func (w *cashWork) stands(ctx context.Context, p matching.Proposal) error {
	if err := w.ledger.load(ctx, itemsOfProposal(p)...); err != nil {
		return err
	}
	var ids []uuid.UUID
	for _, s := range p.Residuals {
		ids = append(ids, s.ItemID)
	}
	if err := w.ledger.load(ctx, ids...); err != nil {
		return err
	}
	items := make([]matching.Item, 0, len(w.ledger.items))
	for id, item := range w.ledger.items {
		items = append(items, matching.Item{ID: id, OpenMinor: item.OpenMinor})
	}
	if err := p.Check(matching.Receipt{Minor: w.r.Rest()}, items); err != nil {
		return fault.New(fault.Precondition, CodeProposalStale, "the items or the money changed since it was proposed; look again")
	}
	return nil
}

// settleBy carries a proposal out, closes the exception and teaches.
func (w *cashWork) settleBy(ctx context.Context, p matching.Proposal, outcome string) error {
	w.restChanged(w.r)
	w.r.Payer.Match = receivable.MatchDone
	w.old = append(w.old, w.r)
	if err := w.carryOut(ctx, w.r, p); err != nil {
		return err
	}
	if err := w.noteReceipt(ctx, w.r, uuid.Nil, "receipt.allocated"); err != nil {
		return err
	}
	if err := w.teach(ctx, w.r.CustomerID.UUID); err != nil {
		return err
	}
	w.looked = append(w.looked, w.r.ID) // other proposals are superseded
	if err := w.close(ctx, outcome); err != nil {
		return err
	}
	return w.finish(ctx, "cash_applied")
}

// RejectCashProposal says that a proposal is wrong; the others stay. Errors: as ApplyCashProposal.
func (a *App) RejectCashProposal(ctx context.Context, who access.Principal, id, proposalID uuid.UUID, version int64) (CashExceptionFile, error) {
	return a.onException(ctx, who, access.CashWrite, id, version, nil, func(ctx context.Context, w *cashWork) error {
		if err := w.money(); err != nil {
			return err
		}
		p, err := w.tx.Proposal(ctx, proposalID)
		if err != nil {
			return err
		}
		if p.ReceiptID != w.r.ID {
			return fault.New(fault.NotFound, "cash_proposal.not_found", "there is no such proposal of this receipt")
		}
		if err := w.tx.DecideProposal(ctx, proposalID, port.ProposalRejected, who.ID, w.now); err != nil {
			return err
		}
		list, err := w.tx.ProposalsOf(ctx, w.r.ID)
		if err != nil {
			return err
		}
		w.e.Score = 0
		for _, other := range list {
			if other.State == port.ProposalOpen {
				w.e.Score = max(w.e.Score, other.Score)
			}
		}
		return w.become(ctx, "cash_exception.proposal_rejected")
	})
}

// IdentifyCash says whose money it is: it is on that customer's account from now on, the payer's account and name are learned,
// and matching looks at it again. Errors: as ApplyCashProposal, and customer.not_found, receipt.customer_known.
func (a *App) IdentifyCash(ctx context.Context, who access.Principal, id, customerID uuid.UUID, version int64) (CashExceptionFile, error) {
	locks := func(context.Context, port.Tx, *receivable.Receipt) ([]uuid.UUID, error) {
		return []uuid.UUID{customerID}, nil
	}
	return a.onException(ctx, who, access.CashWrite, id, version, locks, func(ctx context.Context, w *cashWork) error {
		if err := w.money(); err != nil {
			return err
		}
		if w.r.CustomerID.Valid && w.r.CustomerID.UUID != customerID {
			return fault.New(fault.Conflict, "receipt.customer_known", "the receipt is another customer's")
		}
		w.restChanged(w.r)
		w.r.Identify(customerID)
		w.restChanged(w.r)
		if w.r.Payer.Match == receivable.MatchUnidentified {
			w.r.Payer.Match = receivable.MatchProposed
		}
		w.old = append(w.old, w.r)
		if err := w.teach(ctx, customerID); err != nil {
			return err
		}
		w.e.CustomerID = someID(customerID)
		if err := w.tx.UpdateException(ctx, w.e); err != nil {
			return err
		}
		if err := w.noteException(ctx, w.e, w.entry, "cash_exception.identified"); err != nil {
			return err
		}
		if err := w.finish(ctx, "cash_identified"); err != nil {
			return err
		}
		w.e.Version++
		if w.r.Payer.Match == receivable.MatchHeld {
			return nil
		}
		_, err := a.newCash(w.tx, w.now, who).rematch(ctx, []port.CashException{w.e})
		return err
	})
}

// HoldCash holds money that may not be applied; the chase of whoever likely paid it rests all the same. Why held money is held
// changes only who may free it. Errors: as TakeException, and cash_exception.kind, receivable.invalid.
func (a *App) HoldCash(ctx context.Context, who access.Principal, id uuid.UUID, reason receivable.HeldReason, version int64) (CashExceptionFile, error) {
	var f receivable.Form
	receivable.OneOf(&f, "reason", reason, receivable.HeldSanctions, receivable.HeldLegal, receivable.HeldDispute, receivable.HeldOtherEntity, receivable.HeldOther)
	if err := f.Err("hold"); err != nil {
		return CashExceptionFile{}, err
	}
	return a.onException(ctx, who, access.CashWrite, id, version, nil, func(ctx context.Context, w *cashWork) error {
		return w.hold(ctx, receivable.MatchHeld, reason, "cash_exception.held")
	})
}

// FreeCash lets held money be applied again, by a person. It needs a supervisor. Errors: as HoldCash.
func (a *App) FreeCash(ctx context.Context, who access.Principal, id uuid.UUID, version int64) (CashExceptionFile, error) {
	return a.onException(ctx, who, access.CashManage, id, version, nil, func(ctx context.Context, w *cashWork) error {
		return w.hold(ctx, receivable.MatchProposed, "", "cash_exception.freed")
	})
}

func (w *cashWork) hold(ctx context.Context, state receivable.MatchState, reason receivable.HeldReason, action string) error {
	if err := w.mayRelease(); err != nil {
		return err
	}
	w.r.Payer.Match, w.r.Payer.HeldReason = state, reason
	if frozen(reason) {
		if err := lapseRefunds(ctx, w.tx, w.now, w.who.ID, w.r.ID, "money_held"); err != nil {
			return err
		}
	}
	w.old = append(w.old, w.r)
	w.e.Why = slices.DeleteFunc(slices.Clone(w.e.Why), func(code string) bool { return code == "held" })
	if state == receivable.MatchHeld {
		w.e.Why = append(w.e.Why, "held")
	}
	if err := w.tx.UpdateException(ctx, w.e); err != nil {
		return err
	}
	if err := w.noteException(ctx, w.e, w.entry, action); err != nil {
		return err
	}
	return w.finish(ctx, "cash_held")
}

// CashNotOurs says that the money is not for us: it holds nobody's notices any more, and stands unapplied until it is paid
// back. Of held money only who may free it says so. Errors: as HoldCash; receipt.customer_known when somebody has said whose it
// is.
func (a *App) CashNotOurs(ctx context.Context, who access.Principal, id uuid.UUID, version int64) (CashExceptionFile, error) {
	return a.onException(ctx, who, access.CashWrite, id, version, nil, func(ctx context.Context, w *cashWork) error {
		if err := w.mayRelease(); err != nil {
			return err
		}
		if w.r.CustomerID.Valid {
			return fault.New(fault.Conflict, "receipt.customer_known", "it is a customer's: put it on account, or pay it back")
		}
		w.restChanged(w.r)
		w.r.Payer.Match, w.r.Payer.HeldReason, w.r.Payer.LikelyID = receivable.MatchHeld, receivable.HeldOtherEntity, uuid.NullUUID{}
		w.old, w.looked = append(w.old, w.r), append(w.looked, w.r.ID)
		w.e.CustomerID = uuid.NullUUID{}
		if err := w.close(ctx, "not_ours"); err != nil {
			return err
		}
		return w.finish(ctx, "cash_not_ours")
	})
}

// ResolveReturn says which receipt a returned payment takes back, and reverses it; without one the return is settled elsewhere.
// Of a payment that a correction no longer tells of it says whether its receipt is reversed, or stands.
// Errors: as TakeException, and cash_exception.kind, receipt.not_found, receipt.reversed, receipt.refunded.
func (a *App) ResolveReturn(ctx context.Context, who access.Principal, id uuid.UUID, receiptID uuid.NullUUID, version int64) (CashExceptionFile, error) {
	if err := access.Require(who, access.ReceiptsWrite); err != nil {
		return CashExceptionFile{}, err
	}
	locks := func(ctx context.Context, tx port.Tx, _ *receivable.Receipt) ([]uuid.UUID, error) {
		if !receiptID.Valid {
			return nil, nil
		}
		list, err := withOffsets(ctx, tx, receiptID.UUID)
		if err != nil {
			return nil, err
		}
		_, customers, err := touchedBy(ctx, tx, list...)
		return customers, err
	}
	return a.onException(ctx, who, access.CashWrite, id, version, locks, func(ctx context.Context, w *cashWork) error {
		gone := w.e.Kind == port.ExceptionMissing
		switch {
		case w.e.Kind != port.ExceptionReturn && !gone:
			return fault.New(fault.Conflict, CodeExceptionKind, "no return waits there")
		case gone && receiptID.Valid && receiptID != w.e.ReceiptID:
			return fault.New(fault.Conflict, CodeExceptionKind, "the payment that is gone made another receipt")
		case gone && receiptID.Valid: // which settles what waits there as well
			return a.reverse(ctx, w.tx, w.now, who.ID, receiptID.UUID, "the bank no longer tells of it", w.entry)
		}
		w.r = nil
		outcome := "settled_elsewhere"
		if receiptID.Valid {
			outcome, w.e.ReceiptID = "reversed", receiptID
			if err := a.reverse(ctx, w.tx, w.now, who.ID, receiptID.UUID, "returned by the bank", uuid.Nil); err != nil {
				return err
			}
		}
		if err := w.close(ctx, outcome); err != nil {
			return err
		}
		return w.tx.AuditMany(ctx, w.entries)
	})
}
