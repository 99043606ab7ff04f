package app

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/dispute"
	"arrears/domain/receivable"
	"arrears/port"
	"arrears/workflows/contract"
)

// maxSplits bounds into how many claims one is split, and how many are merged.
const maxSplits = 20

// SplitPart is one of the claims that a claim is split into.
type SplitPart struct {
	AmountMinor int64
	Reason      string // a reason code; empty: the claim's
	Words       string // what the customer says of this part; empty: of the claim
}

// SplitDispute divides what is undecided of a claim into several, each with its own case. The amounts are all of it; the
// first stays with the case, which is the first of the answer. Limits go on testing the unsplit amount.
// Errors: access.forbidden, receivable.invalid, dispute.not_found, dispute.not_now, dispute.not_whole,
// dispute.exceeds_undecided, reason_code.unknown.
func (a *App) SplitDispute(ctx context.Context, who access.Principal, id uuid.UUID, list []SplitPart) ([]dispute.Dispute, error) {
	if err := access.Require(who, access.DisputesWrite); err != nil {
		return nil, err
	}
	if err := checkSplit(list); err != nil {
		return nil, err
	}
	read := func(ctx context.Context, tx port.Tx) ([]dispute.Dispute, error) { return splitsOf(ctx, tx, id) }
	return command(ctx, a, read, func(ctx context.Context, tx port.Tx, now time.Time, entry uuid.UUID) error {
		w, err := a.openClaim(ctx, tx, now, who, id)
		if err != nil {
			return err
		}
		if err := w.may(dispute.ActSplit); err != nil {
			return err
		}
		return w.split(ctx, list, entry)
	})
}

func checkSplit(list []SplitPart) error {
	var f receivable.Form
	if len(list) < 2 || len(list) > maxSplits {
		f.Add("parts", receivable.CodeOutOfRange, "must be 2 to 20")
	}
	for n, p := range list[:min(len(list), maxSplits)] {
		f.Positive(fmt.Sprintf("parts[%d].amount_minor", n), p.AmountMinor)
		f.Text(fmt.Sprintf("parts[%d].words", n), p.Words, maxClaimWords)
	}
	return f.Err("split")
}

func (w *claimWork) split(ctx context.Context, list []SplitPart, entry uuid.UUID) error {
	amounts := make([]int64, len(list))
	for n, p := range list {
		amounts[n] = p.AmountMinor
	}
	shares, err := dispute.SplitParts(w.d.Parts, amounts)
	if err != nil {
		return err
	}
	whole := w.d.Amounts().UndecidedMinor
	born := make([]dispute.Dispute, 0, len(list)-1)
	for n := 1; n < len(list); n++ {
		child, err := w.carve(shares[n], list[n])
		if err != nil {
			return err
		}
		born = append(born, child)
	}
	if list[0].Reason != "" && list[0].Reason != w.d.Reason {
		if err := w.resort(ctx, list[0].Reason); err != nil {
			return err
		}
	}
	w.d.CustomerWords = orElse(list[0].Words, w.d.CustomerWords)
	if err := w.finish(ctx, dispute.ActSplit, entry, "dispute.split", map[string]any{
		"amount_minor": whole, "currency": w.d.Currency, "pieces": len(list),
	}); err != nil {
		return err
	}
	for n, child := range born {
		if err := w.bear(ctx, child, list[n+1]); err != nil {
			return err
		}
	}
	return nil
}

// carve takes shares out of the claim and makes them one of its own.
func (w *claimWork) carve(shares []dispute.Share, in SplitPart) (dispute.Dispute, error) {
	child := w.d
	child.ID, child.Number, child.Parts, child.Version = newUUID(), 0, nil, 1
	child.SplitFrom, child.State, child.Outcome = someID(w.d.ID), dispute.Opened, ""
	child.CustomerWords = orElse(in.Words, w.d.CustomerWords)
	child.Round, child.PayableBy, child.PaidInProtest, child.DecidedAt, child.ClosedAt = 0, 0, false, nil, nil
	child.OpenedBy, child.OpenedAt, child.WakeAt = w.actor.ID, w.now, &w.now
	for _, share := range shares {
		p := w.part(share.PartID)
		amounts, err := p.Carve(share.Minor)
		if err != nil {
			return child, err
		}
		child.Parts = append(child.Parts, dispute.Part{
			ID: newUUID(), DisputeID: child.ID, InvoiceID: p.InvoiceID, ItemID: p.ItemID, Amounts: amounts,
		})
	}
	return child, nil
}

// bear opens the case of a claim that was split off.
func (w *claimWork) bear(ctx context.Context, d dispute.Dispute, in SplitPart) error {
	var err error
	if d.Number, err = w.tx.InsertDispute(ctx, d); err != nil {
		return err
	}
	child := w.app.claimWorkOn(w.tx, w.now, w.actor, w.ledger, d)
	if err := child.inherit(ctx, w.d.ID); err != nil {
		return err
	}
	if err := child.sortAs(ctx, in.Reason, orElse(in.Reason, w.d.Reason)); err != nil {
		return err
	}
	act := dispute.ActTriage
	if child.d.Reason == "" {
		act = ""
	}
	if err := child.finish(ctx, act, uuid.Nil, "dispute.split", map[string]any{
		"amount_minor": d.Amounts().ClaimedMinor, "currency": d.Currency, "pieces": 1, "split_from": w.d.ID,
	}); err != nil {
		return err
	}
	if err := w.tx.StartDispute(ctx, d.ID, time.Time{}, contract.ReviewDispute); err != nil {
		return err
	}
	return w.tx.PutLink(ctx, dispute.Link{
		DisputeID: w.d.ID, OtherID: d.ID, Kind: "split", State: "confirmed", Why: "split", CreatedBy: w.actor.ID, CreatedAt: w.now,
	})
}

// sortAs gives a split claim its reason; chosen is the one that a person named.
func (w *claimWork) sortAs(ctx context.Context, chosen, reason string) error {
	if chosen != "" {
		if err := newReason(ctx, w.tx, chosen); err != nil {
			return err
		}
	}
	sets, err := claimRules(ctx, w.tx, w.d.CustomerID)
	if err != nil {
		return err
	}
	sorted := dispute.Sorted{Reason: reason, Rule: sets.merged.RuleFor(reason)}
	return w.sortInto(ctx, sorted, sets.version(reason))
}

// inherit takes over the evidence that the claim had received before it was split.
func (w *claimWork) inherit(ctx context.Context, from uuid.UUID) error {
	have, err := w.tx.EvidenceOf(ctx, from)
	if err != nil {
		return err
	}
	var own []dispute.Evidence
	for _, e := range have {
		if e.State == dispute.EvidenceReceived {
			e.ID, e.DisputeID, e.TaskID, e.Version = newUUID(), w.d.ID, uuid.NullUUID{}, 1
			own = append(own, e)
		}
	}
	if len(own) == 0 {
		return nil
	}
	return w.tx.InsertEvidence(ctx, own)
}

// splitsOf lists a claim and those that were split off it.
func splitsOf(ctx context.Context, tx port.Tx, id uuid.UUID) ([]dispute.Dispute, error) {
	d, err := tx.Dispute(ctx, id)
	if err != nil {
		return nil, err
	}
	all := []dispute.Dispute{d}
	links, err := tx.LinksOf(ctx, id)
	if err != nil {
		return nil, err
	}
	for _, l := range links {
		if l.Kind != "split" || l.DisputeID != id {
			continue
		}
		child, err := tx.Dispute(ctx, l.OtherID)
		if err != nil {
			return nil, err
		}
		all = append(all, child)
	}
	return all, nil
}
