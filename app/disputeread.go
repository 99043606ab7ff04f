package app

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/dispute"
	"arrears/port"
)

// DisputeFile is a case with everything that belongs to it, and what its reader may do to it now.
type DisputeFile struct {
	dispute.Dispute
	Evidence  []dispute.Evidence
	Deadlines []dispute.Deadline
	Decisions []dispute.Decision
	Rounds    []dispute.Round
	Links     []dispute.Link
	Messages  []dispute.Message
	Allowed   []dispute.Act
}

// personActs are what people do to a case, with the permission that each needs. What is proposed is approved or refused as
// an approval.
func personActs() map[dispute.Act]access.Permission {
	return map[dispute.Act]access.Permission{
		dispute.ActTriage: access.DisputesWrite, dispute.ActEvidence: access.DisputesWrite, dispute.ActAskCustomer: access.DisputesWrite,
		dispute.ActCustomerReplies: access.DisputesWrite, dispute.ActDecide: access.DisputesDecide,
		dispute.ActSubmit: access.DisputesWrite, dispute.ActAccepted: access.DisputesWrite, dispute.ActRefused: access.DisputesWrite,
		dispute.ActNoAnswer: access.DisputesWrite, dispute.ActAppeal: access.DisputesWrite, dispute.ActSettle: access.DisputesDecide,
		dispute.ActGiveUp: access.DisputesDecide, dispute.ActWithdraw: access.DisputesWrite, dispute.ActReopen: access.DisputesDecide,
		dispute.ActSplit: access.DisputesWrite,
	}
}

// allowed lists what the person may do to the case as it stands, by name.
func allowed(who access.Principal, d dispute.Dispute) []dispute.Act {
	var acts []dispute.Act
	for act, need := range personActs() {
		if d.MayNow(act) && access.Can(who.Role, need) {
			acts = append(acts, act)
		}
	}
	slices.Sort(acts)
	return acts
}

// DisputeCase shows a case with everything that belongs to it. Errors: access.forbidden, dispute.not_found.
func (a *App) DisputeCase(ctx context.Context, who access.Principal, id uuid.UUID) (DisputeFile, error) {
	return lookup(ctx, a, who, access.DisputesRead, func(ctx context.Context, tx port.Tx) (DisputeFile, error) {
		return disputeFile(ctx, tx, who, id)
	})
}

func disputeFile(ctx context.Context, tx port.Tx, who access.Principal, id uuid.UUID) (DisputeFile, error) {
	var f DisputeFile
	var err error
	if f.Dispute, err = tx.Dispute(ctx, id); err != nil {
		return f, err
	}
	if f.Evidence, err = tx.EvidenceOf(ctx, id); err != nil {
		return f, err
	}
	if f.Deadlines, err = tx.DeadlinesOf(ctx, id); err != nil {
		return f, err
	}
	if f.Decisions, err = tx.ClaimDecisionsOf(ctx, id); err != nil {
		return f, err
	}
	if f.Rounds, err = tx.RoundsOf(ctx, id); err != nil {
		return f, err
	}
	if f.Links, err = tx.LinksOf(ctx, id); err != nil {
		return f, err
	}
	f.Messages, err = tx.MessagesOf(ctx, id)
	f.Allowed = allowed(who, f.Dispute)
	return f, err
}

// ListDisputes lists, oldest first. Errors: access.forbidden, page.bad_cursor.
func (a *App) ListDisputes(ctx context.Context, who access.Principal, f port.DisputeFilter, page port.Page) (port.Paged[dispute.Dispute], error) {
	return lookup(ctx, a, who, access.DisputesRead, func(ctx context.Context, tx port.Tx) (port.Paged[dispute.Dispute], error) {
		return tx.ListDisputes(ctx, f, page)
	})
}

// RankedDispute is a case on a worklist, with the reasons for its place.
type RankedDispute struct {
	Dispute dispute.Dispute
	Order   dispute.Order
}

// DisputeWorklist lists the live cases in the order in which to work on them: by deadline, by the money that may come back,
// by age. Errors: access.forbidden, page.bad_cursor.
func (a *App) DisputeWorklist(ctx context.Context, who access.Principal, f port.DisputeFilter, page port.Page) (port.Paged[RankedDispute], error) {
	var ranked port.Paged[RankedDispute]
	now, err := a.clock.Now(ctx)
	if err != nil {
		return ranked, err
	}
	return lookup(ctx, a, who, access.DisputesRead, func(ctx context.Context, tx port.Tx) (port.Paged[RankedDispute], error) {
		house, err := tx.Installation(ctx)
		if err != nil {
			return ranked, err
		}
		on := today(now, house.TimeZone)
		list, err := tx.DisputeWorklist(ctx, f, on, page)
		ranked.Next = list.Next
		for _, d := range list.Items {
			ranked.Items = append(ranked.Items, RankedDispute{Dispute: d, Order: dispute.Rank(d, on)})
		}
		return ranked, err
	})
}

// DisputeTimeline tells what happened to a case, oldest first. Errors: access.forbidden, dispute.not_found, page.bad_cursor.
func (a *App) DisputeTimeline(ctx context.Context, who access.Principal, id uuid.UUID, page port.Page) (port.Paged[TimelineEntry], error) {
	return lookup(ctx, a, who, access.DisputesRead, func(ctx context.Context, tx port.Tx) (port.Paged[TimelineEntry], error) {
		var told port.Paged[TimelineEntry]
		if _, err := tx.Dispute(ctx, id); err != nil {
			return told, err
		}
		entries, err := tx.ListAudit(ctx, port.AuditFilter{SubjectID: someID(id)}, page)
		told.Next = entries.Next
		for _, e := range entries.Items {
			told.Items = append(told.Items, timelineEntry(e))
		}
		return told, err
	})
}
