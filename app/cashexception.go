package app

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/dispute"
	"arrears/domain/fault"
	"arrears/domain/matching"
	"arrears/domain/receivable"
	"arrears/port"
)

// exceptionLease is how long a clerk who took an exception has it alone, in business time.
const exceptionLease = 30 * time.Minute

// The codes of refused work on the clerks' list.
const (
	CodeExceptionClosed = "cash_exception.closed"
	CodeExceptionTaken  = "cash_exception.taken"
	CodeExceptionKind   = "cash_exception.kind"
	CodeProposalStale   = "cash_proposal.stale"
)

// CashExceptionFile is an exception with everything that a clerk looks at.
type CashExceptionFile struct {
	port.CashException
	Receipt     *receivable.Receipt
	Payment     *matching.Receipt // as the bank told of it
	Proposals   []CashProposalFile
	Remittances []port.Remittance
}

// CashProposalFile is a proposal as it is read.
type CashProposalFile struct {
	port.CashProposal
	Proposal matching.Proposal
	Words    []string // the reasons as sentences
}

// CashExceptions lists what waits for a clerk, the best proposal first, then who has waited longest.
// Errors: access.forbidden, page.bad_cursor.
func (a *App) CashExceptions(ctx context.Context, who access.Principal, f port.CashExceptionFilter, page port.Page) (port.Paged[port.CashException], error) {
	return lookup(ctx, a, who, access.CashRead, func(ctx context.Context, tx port.Tx) (port.Paged[port.CashException], error) {
		return tx.ListExceptions(ctx, f, page)
	})
}

// CashWaiting sums what waits for a clerk, by kind and currency, with the oldest. Error: access.forbidden.
func (a *App) CashWaiting(ctx context.Context, who access.Principal) ([]port.CashWaiting, error) {
	return lookup(ctx, a, who, access.CashRead, func(ctx context.Context, tx port.Tx) ([]port.CashWaiting, error) { return tx.CountExceptions(ctx) })
}

// CashException shows one with its receipt and proposals. Errors: access.forbidden, cash_exception.not_found.
func (a *App) CashException(ctx context.Context, who access.Principal, id uuid.UUID) (CashExceptionFile, error) {
	return lookup(ctx, a, who, access.CashRead, func(ctx context.Context, tx port.Tx) (CashExceptionFile, error) {
		return exceptionFile(ctx, tx, id)
	})
}

func exceptionFile(ctx context.Context, tx port.Tx, id uuid.UUID) (CashExceptionFile, error) {
	var f CashExceptionFile
	var err error
	if f.CashException, err = tx.Exception(ctx, id); err != nil {
		return f, err
	}
	if len(f.Seen) > 0 {
		f.Payment = &matching.Receipt{}
		if err := json.Unmarshal(f.Seen, f.Payment); err != nil {
			return f, unreadableCash(err)
		}
	}
	if !f.ReceiptID.Valid {
		return f, nil
	}
	r, err := tx.Receipt(ctx, f.ReceiptID.UUID)
	if err != nil {
		return f, err
	}
	f.Receipt = &r
	if f.Remittances, err = tx.RemittancesOfReceipt(ctx, r.ID); err != nil {
		return f, err
	}
	list, err := tx.ProposalsOf(ctx, r.ID)
	if err != nil {
		return f, err
	}
	for _, p := range list {
		read, err := proposalFile(p)
		if err != nil {
			return f, err
		}
		f.Proposals = append(f.Proposals, read)
	}
	return f, nil
}

func unreadableCash(err error) error {
	return fault.Wrap(err, fault.Internal, "cash_exception.unreadable", "what is kept of the payment cannot be read")
}

func proposalFile(p port.CashProposal) (CashProposalFile, error) {
	f := CashProposalFile{CashProposal: p}
	if err := json.Unmarshal(p.Body, &f.Proposal); err != nil {
		return f, unreadableCash(err)
	}
	for _, reason := range f.Proposal.Reasons {
		f.Words = append(f.Words, matching.Words(reason))
	}
	for _, reason := range f.Proposal.Stops {
		f.Words = append(f.Words, matching.Words(reason))
	}
	return f, nil
}

// ReceiptProposals lists what matching proposed for a receipt, newest look first, with what became of it.
// Errors: access.forbidden, receipt.not_found.
func (a *App) ReceiptProposals(ctx context.Context, who access.Principal, receiptID uuid.UUID) ([]CashProposalFile, error) {
	return lookup(ctx, a, who, access.CashRead, func(ctx context.Context, tx port.Tx) ([]CashProposalFile, error) {
		if _, err := tx.Receipt(ctx, receiptID); err != nil {
			return nil, err
		}
		list, err := tx.ProposalsOf(ctx, receiptID)
		var files []CashProposalFile
		for _, p := range list {
			if err != nil {
				return nil, err
			}
			var f CashProposalFile
			f, err = proposalFile(p)
			files = append(files, f)
		}
		return files, err
	})
}

// cashWork is one command on an exception under the locks of everybody concerned.
type cashWork struct {
	*cash
	e     port.CashException
	r     *receivable.Receipt
	seen  matching.Receipt
	entry uuid.UUID
}

// onException runs a command on an open exception that nobody else has taken. version is the one that was read; 0 does not
// compare. locks lists further customers whom the command touches, read without locks.
func (a *App) onException(ctx context.Context, who access.Principal, need access.Permission, id uuid.UUID, version int64,
	locks func(ctx context.Context, tx port.Tx, r *receivable.Receipt) ([]uuid.UUID, error), act func(ctx context.Context, w *cashWork) error,
) (CashExceptionFile, error) {
	if err := access.Require(who, need); err != nil {
		return CashExceptionFile{}, err
	}
	read := func(ctx context.Context, tx port.Tx) (CashExceptionFile, error) { return exceptionFile(ctx, tx, id) }
	return command(ctx, a, read, func(ctx context.Context, tx port.Tx, now time.Time, entry uuid.UUID) error {
		w, err := a.openException(ctx, tx, now, who, id, version, locks)
		if err != nil {
			return err
		}
		w.entry = entry
		return act(ctx, w)
	})
}

func (a *App) openException(ctx context.Context, tx port.Tx, now time.Time, who access.Principal, id uuid.UUID, version int64,
	locks func(ctx context.Context, tx port.Tx, r *receivable.Receipt) ([]uuid.UUID, error),
) (*cashWork, error) {
	seen, err := tx.Exception(ctx, id)
	if err != nil {
		return nil, err
	}
	var customers []uuid.UUID
	var receipt receivable.Receipt
	if seen.ReceiptID.Valid {
		r, err := tx.Receipt(ctx, seen.ReceiptID.UUID)
		if err != nil {
			return nil, err
		}
		receipt = r
		for _, whose := range []uuid.NullUUID{r.CustomerID, r.Payer.LikelyID} {
			if whose.Valid {
				customers = append(customers, whose.UUID)
			}
		}
		if locks != nil {
			further, err := locks(ctx, tx, &r)
			if err != nil {
				return nil, err
			}
			customers = append(customers, further...)
		}
	}
	if err := lockCustomers(ctx, tx, customers...); err != nil {
		return nil, err
	}
	w, err := a.readException(ctx, tx, now, who, id, version)
	if err == nil && w.r != nil && (w.r.ID != receipt.ID || w.r.Version != receipt.Version) {
		return nil, errExceptionChanged // the locks may be those of others
	}
	return w, err
}

var errExceptionChanged = fault.New(fault.Precondition, "cash_exception.changed", "it was changed since it was read")

// readException reads it again under the locks.
func (a *App) readException(ctx context.Context, tx port.Tx, now time.Time, who access.Principal, id uuid.UUID, version int64) (*cashWork, error) {
	w := &cashWork{cash: a.newCash(tx, now, who)}
	var err error
	if w.e, err = tx.Exception(ctx, id); err != nil {
		return nil, err
	}
	switch {
	case w.e.State != "open":
		return nil, fault.New(fault.Conflict, CodeExceptionClosed, "somebody has settled it")
	case anothers(w.e, who.ID, now):
		return nil, errExceptionTaken
	case version != 0 && version != w.e.Version:
		return nil, errExceptionChanged
	}
	if len(w.e.Seen) > 0 {
		if err := json.Unmarshal(w.e.Seen, &w.seen); err != nil {
			return nil, unreadableCash(err)
		}
	}
	if w.e.ReceiptID.Valid {
		r, err := tx.Receipt(ctx, w.e.ReceiptID.UUID)
		if err != nil {
			return nil, err
		}
		w.r = &r
		if r.CustomerID.Valid {
			w.seen.CustomerID = r.CustomerID
		}
	}
	return w, nil
}

// anothers reports whether somebody else has taken an exception and still has it.
func anothers(e port.CashException, who string, now time.Time) bool {
	return e.Owner != "" && e.Owner != who && e.TakenAt.Add(exceptionLease).After(now)
}

var errExceptionTaken = fault.New(fault.Conflict, CodeExceptionTaken, "somebody else is at it")

// notAnothers refuses work on a receipt past the clerks' list while somebody else has taken what waits of it there.
func notAnothers(ctx context.Context, tx port.Tx, now time.Time, who string, r receivable.Receipt) error {
	if r.Payer.Match == receivable.MatchNone {
		return nil
	}
	list, err := tx.ExceptionsOf(ctx, []uuid.UUID{r.ID})
	if err == nil && slices.ContainsFunc(list, func(e port.CashException) bool { return anothers(e, who, now) }) {
		return errExceptionTaken
	}
	return err
}

// money refuses what is no receipt that waits.
func (w *cashWork) money() error {
	if w.e.Kind != port.ExceptionReceipt || w.r == nil {
		return fault.New(fault.Conflict, CodeExceptionKind, "no money waits there")
	}
	return nil
}

// free refuses as well what is held: that is settled by nobody before it is freed.
func (w *cashWork) free() error {
	if err := w.money(); err != nil {
		return err
	}
	if w.r.Payer.Match == receivable.MatchHeld {
		return fault.New(fault.Conflict, receivable.CodeReceiptHeld, "the money is held; release it first")
	}
	return nil
}

// mayRelease refuses to change why money is held to whoever may not free it.
func (w *cashWork) mayRelease() error {
	if err := w.money(); err != nil {
		return err
	}
	if w.r.Payer.Match == receivable.MatchHeld {
		return access.Require(w.who, access.CashManage)
	}
	return nil
}

// TakeException gives an exception to whoever asks, for half an hour of business time.
// Errors: access.forbidden, cash_exception.not_found, cash_exception.closed, cash_exception.taken, cash_exception.changed.
func (a *App) TakeException(ctx context.Context, who access.Principal, id uuid.UUID, version int64) (CashExceptionFile, error) {
	return a.onException(ctx, who, access.CashWrite, id, version, nil, func(ctx context.Context, w *cashWork) error {
		w.e.Owner, w.e.TakenAt = who.ID, &w.now
		return w.become(ctx, "cash_exception.taken")
	})
}

// ReleaseException gives an exception back. Errors: as TakeException.
func (a *App) ReleaseException(ctx context.Context, who access.Principal, id uuid.UUID, version int64) (CashExceptionFile, error) {
	return a.onException(ctx, who, access.CashWrite, id, version, nil, func(ctx context.Context, w *cashWork) error {
		w.e.Owner, w.e.TakenAt = "", nil
		return w.become(ctx, "cash_exception.released")
	})
}

// become writes the exception alone.
func (w *cashWork) become(ctx context.Context, action string) error {
	if err := w.tx.UpdateException(ctx, w.e); err != nil {
		return err
	}
	if err := w.noteException(ctx, w.e, w.entry, action); err != nil {
		return err
	}
	return w.tx.AuditMany(ctx, w.entries)
}

// close ends the exception with the rest of the work.
func (w *cashWork) close(ctx context.Context, outcome string) error {
	w.e.State, w.e.Outcome, w.e.ClosedBy, w.e.ClosedAt = "closed", outcome, w.who.ID, &w.now
	if w.r != nil && w.r.CustomerID.Valid {
		w.e.CustomerID = w.r.CustomerID
	}
	if err := w.tx.UpdateException(ctx, w.e); err != nil {
		return err
	}
	return w.noteException(ctx, w.e, w.entry, "cash_exception.closed")
}

// teach remembers from which account and under which name a customer paid, because a person has said so.
func (w *cashWork) teach(ctx context.Context, customer uuid.UUID) error {
	w.learnAccount(w.seen, customer, w.who.ID)
	key := matching.NameKey(w.seen.Payer.Name)
	if key == "" {
		return nil
	}
	c, err := w.tx.Customer(ctx, customer)
	if err != nil || matching.NameKey(c.Name) == key {
		return err
	}
	taken, err := w.tx.NameTaken(ctx, key, customer)
	if err != nil || taken {
		return err
	}
	return w.tx.LearnAlias(ctx, dispute.Alias{Kind: "customer", Spelling: key, CustomerID: someID(customer), LearnedBy: w.who.ID, LearnedAt: w.now})
}
