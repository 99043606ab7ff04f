package app

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"arrears/domain/calendar"
	"arrears/domain/dispute"
	"arrears/domain/receivable"
	"arrears/port"
)

// creditMemoDays is how long a credit memo may take when no rule says so, in business days.
const creditMemoDays = 10

// holdParts makes the flags of a claim name what is pending of each part, and the items' disputed amounts follow.
func (l *ledger) holdParts(ctx context.Context, d *dispute.Dispute) error {
	for n := range d.Parts {
		p := &d.Parts[n]
		if !p.ItemID.Valid {
			continue
		}
		if err := l.load(ctx, p.ItemID.UUID); err != nil {
			return err
		}
		item := l.items[p.ItemID.UUID]
		if err := l.holdPart(ctx, d, p, item); err != nil {
			return err
		}
		standing, err := flaggedMinor(ctx, l.tx, item.ID)
		if err != nil {
			return err
		}
		item.SetFlagged(standing)
	}
	return nil
}

func (l *ledger) holdPart(ctx context.Context, d *dispute.Dispute, p *dispute.Part, item *receivable.Item) error {
	pending := p.PendingMinor()
	if p.FlagID.Valid {
		flag, err := l.tx.DisputeFlag(ctx, p.FlagID.UUID)
		if err != nil {
			return err
		}
		if !flag.Released {
			return l.changeFlag(ctx, flag, pending, item.TimeZone)
		}
	}
	if pending == 0 {
		return nil
	}
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	flag := receivable.DisputeFlag{
		ID: id, ItemID: item.ID, InvoiceID: item.InvoiceID.UUID, CustomerID: item.CustomerID, AmountMinor: pending,
		Currency: item.Currency, Reason: orElse(d.Reason, dispute.Unknown), CreatedBy: l.actor, CreatedAt: l.now,
	}
	if err := l.tx.InsertDisputeFlag(ctx, flag); err != nil {
		return err
	}
	p.FlagID = someID(id)
	return recordFlag(ctx, l.tx, l.now, l.actor, flag, uuid.Nil, "dispute.flagged", item.TimeZone)
}

// changeFlag lets a flag that stands name another amount; none releases it.
func (l *ledger) changeFlag(ctx context.Context, flag receivable.DisputeFlag, pending int64, zone string) error {
	switch {
	case pending == flag.AmountMinor:
		return nil
	case pending > 0:
		flag.AmountMinor = pending
		return l.tx.UpdateDisputeFlag(ctx, flag)
	}
	flag = released(flag, l.now, l.actor, "the claim was settled")
	if err := l.tx.UpdateDisputeFlag(ctx, flag); err != nil {
		return err
	}
	return recordFlag(ctx, l.tx, l.now, l.actor, flag, uuid.Nil, "dispute.released", zone)
}

// putClaim writes a case after an act whose amounts have been moved: its new state, deadlines and next date, and leaves its
// nudge.
func (l *ledger) putClaim(ctx context.Context, c *claimState, act dispute.Act) error {
	d := c.d
	d.State = d.After(act)
	switch {
	case !d.State.Ended():
		d.ClosedAt = nil
	case d.ClosedAt == nil:
		d.ClosedAt = &l.now
	}
	if err := d.Check(); err != nil {
		return err
	}
	customer, err := l.tx.Customer(ctx, d.CustomerID)
	if err != nil {
		return err
	}
	f := dispute.File{Dispute: *d, TimeZone: customer.TimeZone, Calendar: businessDays(customer.Calendar)}
	if f.Deadlines, err = l.claimDeadlines(ctx, c, act, f); err != nil {
		return err
	}
	if f.Messages, err = l.tx.MessagesOf(ctx, d.ID); err != nil {
		return err
	}
	wake := dispute.Next(f, l.now).WakeAt
	if d.WakeAt = &wake; wake.IsZero() {
		d.WakeAt = nil
	}
	if err := l.tx.UpdateDispute(ctx, *d); err != nil {
		return err
	}
	d.Version++
	return l.tx.NudgeDispute(ctx, d.ID)
}

func businessDays(code string) *calendar.Calendar {
	if cal, ok := calendar.Shipped(code); ok {
		return cal
	}
	cal, _ := calendar.Shipped("none")
	return cal
}

// claimDeadlines lets the deadlines of a case follow an act and its amounts: those of what happened are met, those of what is
// pending begin, and few outlive the case. It returns them as they stand.
func (l *ledger) claimDeadlines(ctx context.Context, c *claimState, act dispute.Act, f dispute.File) ([]dispute.Deadline, error) {
	d := c.d
	all, err := l.tx.DeadlinesOf(ctx, d.ID)
	if err != nil {
		return nil, err
	}
	met, idle := d.Settled(act)
	var changed []dispute.Deadline
	for _, s := range []struct {
		state dispute.DeadlineState
		kinds []dispute.DeadlineKind
	}{{dispute.DeadlineMet, met}, {dispute.DeadlineCancelled, idle}} {
		if len(s.kinds) == 0 {
			continue
		}
		if err := l.endTasks(ctx, d.ID, all, s.state, port.OfKinds(s.kinds...)); err != nil {
			return nil, err
		}
		changed = append(changed, dispute.Settle(all, s.state, l.now, s.kinds...)...)
	}
	begun, err := l.beginDeadlines(ctx, d, all, f)
	if err != nil {
		return nil, err
	}
	begun = append(begun, dispute.Revived(c.before, *d, all, newUUID)...)
	if changed = append(changed, begun...); len(changed) == 0 {
		return all, nil
	}
	return append(all, begun...), l.tx.PutDeadlines(ctx, changed)
}

// beginDeadlines begins what a decision begins: the wait for a credit memo, and for the repayment of a deduction.
func (l *ledger) beginDeadlines(ctx context.Context, d *dispute.Dispute, all []dispute.Deadline, f dispute.File) ([]dispute.Deadline, error) {
	sum := d.Amounts()
	var begun []dispute.Deadline
	if sum.CreditDueMinor > 0 && !standsFor(all, dispute.DeadlineCreditMemo) {
		fallback := f.Calendar.AddBusinessDays(today(l.now, f.TimeZone), creditMemoDays)
		next, err := l.deadlineOf(ctx, d, dispute.DeadlineCreditMemo, fallback, f)
		if err != nil {
			return nil, err
		}
		begun = append(begun, next)
	}
	if sum.DeniedMinor > 0 && !d.PayableBy.IsZero() && !standsFor(all, dispute.DeadlineRepayment) && !missed(all, d, today(l.now, f.TimeZone)) {
		next, err := l.deadlineOf(ctx, d, dispute.DeadlineRepayment, d.PayableBy, f)
		if err != nil {
			return nil, err
		}
		begun = append(begun, next)
	}
	return begun, nil
}

// deadlineOf is a deadline that begins today by the rules, else that ends on the day given.
func (l *ledger) deadlineOf(ctx context.Context, d *dispute.Dispute, kind dispute.DeadlineKind, fallback calendar.Date, f dispute.File) (dispute.Deadline, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return dispute.Deadline{}, err
	}
	sets, err := claimRules(ctx, l.tx, d.CustomerID)
	if err != nil {
		return dispute.Deadline{}, err
	}
	rule := sets.merged.RuleFor(d.Reason)
	next, ok := dispute.DeadlineFor(rule, kind, d.ID, today(l.now, f.TimeZone), f.Calendar, func() uuid.UUID { return id })
	if !ok {
		next = dispute.Deadline{ID: id, DisputeID: d.ID, Kind: kind, State: dispute.DeadlineOpen, DueOn: fallback}
	}
	return next, nil
}

// missed reports whether the deadline for repayment has lapsed since the amount was last denied: it is a supervisor's matter
// and does not begin again with every part that is paid.
func missed(all []dispute.Deadline, d *dispute.Dispute, on calendar.Date) bool {
	return d.PayableBy < on && slices.ContainsFunc(all, func(o dispute.Deadline) bool {
		return o.Kind == dispute.DeadlineRepayment && o.State == dispute.DeadlineLapsed && o.DueOn >= d.PayableBy
	})
}

func standsFor(all []dispute.Deadline, kind dispute.DeadlineKind) bool {
	return slices.ContainsFunc(all, func(d dispute.Deadline) bool { return d.Kind == kind && d.State == dispute.DeadlineOpen })
}

// recordEnd writes that a case was closed, with where its money went.
func (l *ledger) recordEnd(ctx context.Context, c *claimState) error {
	if c.d.State != dispute.Closed || c.before.State == dispute.Closed {
		return nil
	}
	sum := c.d.Amounts()
	return recordClaim(ctx, l.tx, l.now, l.actor, *c.d, uuid.Nil, "dispute.closed", map[string]any{
		"outcome": c.d.Outcome, "amount_minor": sum.ClaimedMinor, "credited_minor": sum.CreditedMinor, "repaid_minor": sum.RepaidMinor,
		"written_off_minor": sum.WrittenOffMinor, "withdrawn_minor": sum.WithdrawnMinor, "currency": c.d.Currency,
	})
}
