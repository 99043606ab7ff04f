package app

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/dispute"
	"arrears/domain/fault"
	"arrears/domain/receivable"
	"arrears/port"
)

// linkState is what is thought of a link.
type linkState string

// LinkDisputes says whether two claims of a customer are one that came twice: suspected, confirmed or dismissed. Neither is
// changed by it.
// Errors: access.forbidden, receivable.invalid, dispute.not_found, item.customer_differs.
func (a *App) LinkDisputes(ctx context.Context, who access.Principal, id, other uuid.UUID, state string) (DisputeFile, error) {
	if err := access.Require(who, access.DisputesWrite); err != nil {
		return DisputeFile{}, err
	}
	var f receivable.Form
	receivable.OneOf(&f, "state", linkState(state), "suspected", "confirmed", "dismissed")
	if id == other {
		f.Add("other_id", receivable.CodeOutOfRange, "must be another claim")
	}
	if err := f.Err("link"); err != nil {
		return DisputeFile{}, err
	}
	return a.onClaim(ctx, who, access.DisputesWrite, id, func(ctx context.Context, w *claimWork, entry uuid.UUID) error {
		link, err := w.duplicate(ctx, other)
		if err != nil {
			return err
		}
		link.State = state
		if err := w.tx.PutLink(ctx, link); err != nil {
			return err
		}
		return recordLink(ctx, w.tx, w.now, who.ID, w.d, entry, link)
	})
}

// duplicate finds the link between the two, or makes one.
func (w *claimWork) duplicate(ctx context.Context, other uuid.UUID) (dispute.Link, error) {
	fresh := dispute.Link{DisputeID: w.d.ID, OtherID: other, Kind: "duplicate", Why: "", CreatedBy: w.actor.ID, CreatedAt: w.now}
	second, err := w.tx.Dispute(ctx, other)
	if err != nil {
		return fresh, err
	}
	if second.CustomerID != w.d.CustomerID {
		return fresh, fault.New(fault.Conflict, receivable.CodeCustomerDiffers, "the claims are of two customers")
	}
	links, err := w.tx.LinksOf(ctx, w.d.ID)
	at := slices.IndexFunc(links, func(l dispute.Link) bool {
		return l.Kind == fresh.Kind && (l.OtherID == other || l.DisputeID == other)
	})
	if err != nil || at < 0 {
		return fresh, err
	}
	return links[at], nil
}

func recordLink(ctx context.Context, tx port.Tx, now time.Time, actor string, d dispute.Dispute, entry uuid.UUID, l dispute.Link) error {
	other := l.OtherID
	if other == d.ID {
		other = l.DisputeID
	}
	return recordClaim(ctx, tx, now, actor, d, entry, "dispute.linked", map[string]any{
		"other_id": other, "link_kind": l.Kind, "link_state": l.State,
	})
}

// MergeDisputes joins claims of one customer that are submitted and decided together. Each keeps its case and its amounts;
// DecideDisputes decides on them at once.
// Errors: access.forbidden, receivable.invalid, dispute.not_found, dispute.not_now, item.customer_differs.
func (a *App) MergeDisputes(ctx context.Context, who access.Principal, ids []uuid.UUID) ([]dispute.Dispute, error) {
	if err := access.Require(who, access.DisputesWrite); err != nil {
		return nil, err
	}
	var f receivable.Form
	if len(ids) < 2 || len(ids) > maxSplits || len(inOrder(ids)) != len(ids) {
		f.Add("ids", receivable.CodeOutOfRange, "must be 2 to 20 different claims")
	}
	if err := f.Err("merge"); err != nil {
		return nil, err
	}
	read := func(ctx context.Context, tx port.Tx) ([]dispute.Dispute, error) { return disputesByID(ctx, tx, ids) }
	return command(ctx, a, read, func(ctx context.Context, tx port.Tx, now time.Time, entry uuid.UUID) error {
		return merge(ctx, tx, now, who.ID, ids, entry)
	})
}

// merge links the claims with the first of them.
func merge(ctx context.Context, tx port.Tx, now time.Time, actor string, ids []uuid.UUID, entry uuid.UUID) error {
	list, err := disputesByID(ctx, tx, ids)
	if err != nil {
		return err
	}
	if err := mayMerge(list); err != nil {
		return err
	}
	if err := tx.LockCustomer(ctx, list[0].CustomerID); err != nil {
		return err
	}
	for _, other := range list[1:] {
		l := dispute.Link{
			DisputeID: list[0].ID, OtherID: other.ID, Kind: "merged", State: "confirmed", CreatedBy: actor, CreatedAt: now,
		}
		if err := tx.PutLink(ctx, l); err != nil {
			return err
		}
		if err := recordLink(ctx, tx, now, actor, other, uuid.Nil, l); err != nil {
			return err
		}
	}
	return recordClaim(ctx, tx, now, actor, list[0], entry, "dispute.linked", map[string]any{
		"link_kind": "merged", "link_state": "confirmed", "other_id": list[1].ID,
	})
}

func mayMerge(list []dispute.Dispute) error {
	for _, d := range list {
		if d.CustomerID != list[0].CustomerID {
			return fault.New(fault.Conflict, receivable.CodeCustomerDiffers, "the claims are of several customers")
		}
		if d.State.Ended() {
			return fault.Newf(fault.Conflict, dispute.CodeNotNow, "D-%d is %s", d.Number, d.State)
		}
	}
	return nil
}

func disputesByID(ctx context.Context, tx port.Tx, ids []uuid.UUID) ([]dispute.Dispute, error) {
	list := make([]dispute.Dispute, len(ids))
	for n, id := range ids {
		var err error
		if list[n], err = tx.Dispute(ctx, id); err != nil {
			return nil, err
		}
	}
	return list, nil
}
