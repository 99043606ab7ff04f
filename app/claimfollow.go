package app

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"arrears/domain/dispute"
	"arrears/domain/fault"
	"arrears/domain/receivable"
)

// CodeCreditAwaited means that an invoice cannot be made void while a claim on it that was found valid awaits its credit memo.
const CodeCreditAwaited = "dispute.credit_awaited"

// claimState is a claim that a use case holds in memory with its items.
type claimState struct {
	d      *dispute.Dispute
	before dispute.Dispute
	// driven claims are written by the command that changes them, the others by settle.
	driven bool
	// void says that the receipt behind it was reversed before anybody decided.
	void bool
}

// drive takes a claim whose command writes it.
func (l *ledger) drive(d *dispute.Dispute) {
	l.claims[d.ID] = &claimState{d: d, before: snapshotOf(*d), driven: true}
}

// follow takes a claim that settle writes when it changes.
func (l *ledger) follow(d dispute.Dispute) *claimState {
	if c := l.claims[d.ID]; c != nil {
		return c
	}
	c := &claimState{d: &d, before: snapshotOf(d)}
	l.claims[d.ID] = c
	return c
}

func snapshotOf(d dispute.Dispute) dispute.Dispute {
	d.Parts = slices.Clone(d.Parts)
	return d
}

// claimPart is a part of a claim on an item.
type claimPart struct {
	claim *claimState
	*dispute.Part
}

// followClaims makes the claims on items that changed follow the money: what a denied part is paid comes back from it, what
// a credit memo takes off a deduction was credited, and what is undone stands again. settle calls it.
func (l *ledger) followClaims(ctx context.Context) error {
	touched := l.moneyChanged()
	if len(touched) == 0 && len(l.claims) == 0 {
		return nil
	}
	if err := l.loadClaims(ctx, touched); err != nil {
		return err
	}
	for _, item := range touched {
		if err := l.followItem(item); err != nil {
			return err
		}
	}
	for _, c := range l.claimsByAge() {
		if c.driven || !c.changed() {
			continue
		}
		if err := l.writeFollower(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

// moneyChanged lists the items of which more or less is owed than before.
func (l *ledger) moneyChanged() []*receivable.Item {
	return slices.DeleteFunc(l.changed(), func(item *receivable.Item) bool {
		was := l.last(item.ID)
		return item.PaidMinor == was.PaidMinor && item.DiscountedMinor == was.DiscountedMinor && item.CreditedMinor == was.CreditedMinor &&
			item.WrittenOffMinor == was.WrittenOffMinor && item.OriginalMinor == was.OriginalMinor
	})
}

func (l *ledger) loadClaims(ctx context.Context, items []*receivable.Item) error {
	if len(items) == 0 {
		return nil
	}
	ids := make([]uuid.UUID, len(items))
	for n, item := range items {
		ids[n] = item.ID
	}
	found, err := l.tx.DisputesOfItems(ctx, ids)
	for _, d := range found {
		l.follow(d)
	}
	return err
}

func (l *ledger) claimsByAge() []*claimState {
	list := make([]*claimState, 0, len(l.claims))
	for _, c := range l.claims {
		list = append(list, c)
	}
	byAge(list)
	return list
}

// partsOn lists the parts of claims on an item, the oldest claim first.
func (l *ledger) partsOn(itemID uuid.UUID) []claimPart {
	var list []claimPart
	for _, c := range l.claimsByAge() {
		for n := range c.d.Parts {
			if p := &c.d.Parts[n]; p.ItemID.Valid && p.ItemID.UUID == itemID {
				list = append(list, claimPart{c, p})
			}
		}
	}
	return list
}

// changed reports whether anything of the claim is not what it was.
func (c *claimState) changed() bool {
	return c.void || !slices.Equal(c.before.Parts, c.d.Parts) || c.before.PaidInProtest != c.d.PaidInProtest
}

func (l *ledger) followItem(item *receivable.Item) error {
	parts := l.partsOn(item.ID)
	switch {
	case len(parts) == 0:
		return nil
	case item.OriginalMinor == 0:
		return voidParts(parts)
	case item.Kind == receivable.Deduction || item.Kind == receivable.Claim:
		return followOwn(item, parts)
	}
	return followContested(item, l.last(item.ID), parts)
}

// voidParts ends claims on an item that was never owed: what nobody decided on is void.
func voidParts(parts []claimPart) error {
	for _, p := range parts {
		if p.CreditDueMinor > 0 {
			return fault.New(fault.Conflict, CodeCreditAwaited, "a claim on it that was found valid awaits its credit memo")
		}
		if err := some(p.DeniedMinor, p.Appeal); err != nil {
			return err
		}
		if p.UndecidedMinor == 0 {
			continue
		}
		if err := p.Withdraw(p.UndecidedMinor); err != nil {
			return err
		}
		p.claim.void = p.claim.d.Amounts().Done() && !judged(*p.claim.d) // what somebody decided is closed
	}
	return nil
}

// some does a change unless there is nothing to do.
func some(minor int64, change func(int64) error) error {
	if minor <= 0 {
		return nil
	}
	return change(minor)
}

// spread gives an amount to parts in turn, each as much as room says it can take, and returns what is left.
func spread(parts []claimPart, minor int64, room func(claimPart) int64, change func(claimPart, int64) error) (int64, error) {
	for _, p := range parts {
		take := min(minor, room(p))
		if take <= 0 {
			continue
		}
		if err := change(p, take); err != nil {
			return minor, err
		}
		minor -= take
	}
	return minor, nil
}

// totals sums the parts on an item.
func totals(parts []claimPart) dispute.Amounts {
	var sum dispute.Amounts
	for _, p := range parts {
		sum = sum.Plus(p.Amounts)
	}
	return sum
}

// writeFollower writes a claim that followed the money, with what happened to it.
func (l *ledger) writeFollower(ctx context.Context, c *claimState) error {
	if err := l.checkProposal(ctx, c.d, "money_moved"); err != nil {
		return err
	}
	if err := l.holdParts(ctx, c.d); err != nil {
		return err
	}
	happened := c.happenings()
	act := dispute.ActRepay
	if len(happened) > 0 {
		act = happened[0].act
	}
	if err := l.checkProposal(ctx, c.d, string(act)); err != nil {
		return err
	}
	if c.d.Outcome == "" && !c.void && c.d.Amounts().Done() {
		c.d.Outcome = outcomeOfMoney(c.d.Amounts())
	}
	if err := l.putClaim(ctx, c, act); err != nil {
		return err
	}
	for _, h := range happened {
		data := map[string]any{"amount_minor": h.minor, "currency": c.d.Currency}
		if err := recordClaim(ctx, l.tx, l.now, l.actor, *c.d, uuid.Nil, h.action, data); err != nil {
			return err
		}
	}
	if err := l.recordEnd(ctx, c); err != nil {
		return err
	}
	c.before, c.void = snapshotOf(*c.d), false
	return nil
}

// outcomeOfMoney says how a claim ended on which nobody decided, because its money said it all.
func outcomeOfMoney(sum dispute.Amounts) dispute.Outcome {
	switch {
	case sum.CreditedMinor > 0 && sum.RepaidMinor > 0:
		return dispute.PartiallyValid
	case sum.CreditedMinor > 0:
		return dispute.Valid
	case sum.WrittenOffMinor > 0:
		return dispute.Settled
	}
	return dispute.Invalid
}

// happening is one thing that money did to a claim.
type happening struct {
	act    dispute.Act
	action string
	minor  int64
}

// happenings compares a claim with what it was.
func (c *claimState) happenings() []happening {
	was, is := c.before.Amounts(), c.d.Amounts()
	if c.void {
		return []happening{{act: dispute.ActVoid, action: "dispute.voided", minor: is.WithdrawnMinor - was.WithdrawnMinor}}
	}
	all := []happening{
		{act: dispute.ActRepay, action: "dispute.repaid", minor: is.RepaidMinor - was.RepaidMinor},
		{act: dispute.ActUnrepay, action: "dispute.unrepaid", minor: was.RepaidMinor - is.RepaidMinor},
		{act: dispute.ActCredit, action: "dispute.credited", minor: is.CreditedMinor - was.CreditedMinor},
		{act: dispute.ActUncredit, action: "dispute.uncredited", minor: was.CreditedMinor - is.CreditedMinor},
		{act: dispute.ActGiveUp, action: "dispute.given_up", minor: is.WrittenOffMinor - was.WrittenOffMinor},
		{act: dispute.ActUnrepay, action: "dispute.owed_again", minor: was.WrittenOffMinor - is.WrittenOffMinor},
	}
	all = slices.DeleteFunc(all, func(h happening) bool { return h.minor <= 0 })
	if c.d.PaidInProtest && !c.before.PaidInProtest {
		all = append(all, []happening{{act: dispute.ActRepay, action: "dispute.paid_in_protest", minor: is.PendingMinor()}}...)
	}
	return all
}
