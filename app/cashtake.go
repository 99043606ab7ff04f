package app

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/domain/matching"
	"arrears/domain/money"
	"arrears/domain/receivable"
	"arrears/port"
)

// incoming is one payment of a bank file or lockbox, not yet written.
type incoming struct {
	entry   uuid.UUID          // of bank_entries
	receipt receivable.Receipt // source "bank:"+account key, number = the entry's key; customer unknown
	seen    matching.Receipt   // what the bank told of it
}

// taken is what became of an incoming payment.
type taken struct {
	receiptID           uuid.UUID
	outcome             string // applied, proposed, unidentified or held
	customer            uuid.NullUUID
	lines, linesMatched int
}

// The outcomes of looking at a receipt.
const (
	takenApplied      = "applied"
	takenProposed     = "proposed"
	takenUnidentified = "unidentified"
	takenHeld         = "held"
)

// waiting is a receipt that matching is to look at.
type waiting struct {
	receipt   *receivable.Receipt
	seen      matching.Receipt
	look      matching.LookFor
	entry     uuid.NullUUID
	stop      string              // why nothing may be applied by itself
	exception *port.CashException // of a receipt that waits already
	pinned    bool                // a refund of it is about: a person decides
	rejected  []matching.Proposal // a person has said that they are wrong
	taken     taken
	advice    uuid.NullUUID // the one that was used
	rulesID   func(customer uuid.UUID) uuid.NullUUID
}

// mayGo reports whether a proposal may be carried out by itself as far as people had nothing to do with the receipt.
func (w *waiting) mayGo(p matching.Proposal) bool {
	return w.stop == "" && !w.pinned && w.receipt.Payer.Match != receivable.MatchHeld && !slices.ContainsFunc(w.rejected, func(r matching.Proposal) bool {
		return r.CustomerID == p.CustomerID && slices.Equal(r.Applications, p.Applications)
	})
}

// takeIn writes receipts with what can be applied at once; the rest becomes exceptions with proposals. stop is a code when
// nothing may be applied by itself (an alarm of the statement, an account not ours). One outcome per incoming, in order.
func (a *App) takeIn(ctx context.Context, tx port.Tx, now time.Time, actor string, list []incoming, stop string) ([]taken, error) {
	if len(list) == 0 {
		return nil, nil
	}
	c := a.newCash(tx, now.Truncate(time.Microsecond), access.Principal{ID: actor})
	look := make([]*waiting, len(list))
	for n, in := range list {
		r := in.receipt
		in.seen.ID = r.ID
		r.Payer = receivable.Payer{Name: cutText(in.seen.Payer.Name, maxPayer), Account: cutText(in.seen.Payer.Account.Key(), maxPayer)}
		look[n] = &waiting{receipt: &r, seen: in.seen, entry: someID(in.entry), stop: stop}
		c.fresh = append(c.fresh, &r)
	}
	if _, err := c.judge(ctx, look); err != nil {
		return nil, err
	}
	if err := c.finish(ctx, "cash_taken_in"); err != nil {
		return nil, err
	}
	done := make([]taken, len(look))
	for n, w := range look {
		done[n] = w.taken
	}
	return done, c.useAdvices(ctx, look)
}

// maxPayer bounds what is kept of a payer, in characters.
const maxPayer = 140

// judge finds what each receipt may be about, locks the customers found, reads what is there under the locks, and does what
// matching says. It returns those that it looked at: of those that waited already some may be settled by now.
func (c *cash) judge(ctx context.Context, list []*waiting) ([]*waiting, error) {
	looks := make([]matching.LookFor, len(list))
	for n, w := range list {
		w.look = matching.Keys(w.seen)
		looks[n] = w.look
	}
	found, err := c.tx.FindCash(ctx, looks)
	if err != nil {
		return nil, err
	}
	locks := slices.Clone(found.Customers)
	for _, w := range list {
		for _, id := range []uuid.NullUUID{w.receipt.CustomerID, w.receipt.Payer.LikelyID} {
			if id.Valid {
				locks = append(locks, id.UUID)
			}
		}
	}
	if err := c.tx.LockCustomers(ctx, inOrder(locks)); err != nil {
		return nil, err
	}
	if list, err = c.stillWaiting(ctx, list); err != nil {
		return nil, err
	}
	d, err := c.desk(ctx, found)
	if err != nil {
		return nil, err
	}
	if err := c.ledger.load(ctx, found.Items...); err != nil { // at once, and not for each receipt
		return nil, err
	}
	if err := c.ledger.loadPromises(ctx); err != nil {
		return nil, err
	}
	for _, w := range list {
		if err := c.look(ctx, d, w); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// cashDesk is what a batch of receipts is matched with.
type cashDesk struct {
	index *matching.Index
	book  *matching.Rulebook
	env   matching.Env
	used  map[uuid.UUID]bool // advices

	rulesID func(customer uuid.UUID) uuid.NullUUID // the version of rules that holds for a customer
}

// desk reads what was found, under the locks.
func (c *cash) desk(ctx context.Context, found port.CashFound) (*cashDesk, error) {
	rows, err := c.tx.CashRows(ctx, found)
	if err != nil {
		return nil, err
	}
	for _, customer := range rows.Customers {
		c.owners[customer.ID] = receivable.Customer{ID: customer.ID, PayerID: customer.PayerID, ParentID: customer.ParentID}
	}
	books, err := c.app.cashBooks(ctx, c.tx, rows)
	if err != nil {
		return nil, err
	}
	for n := range rows.Customers {
		rows.Customers[n].Rules = books.of(rows.Customers[n].ID)
	}
	d := &cashDesk{
		index: matching.NewIndex(slices.Clone(rows.Customers), slices.Clone(rows.Items), slices.Clone(rows.Credits), slices.Clone(rows.Advices)),
		book:  books.standard, used: map[uuid.UUID]bool{}, rulesID: books.version,
	}
	d.env = matching.Env{
		Rates: func(from, to money.Currency, on calendar.Date) (money.DatedRate, error) {
			return c.tx.RateOn(ctx, from, to, on)
		},
	}
	d.env.Given, err = c.givenThisMonth(ctx, found.Customers)
	return d, err
}

// givenThisMonth tells what customers were given of small differences this month, this transaction's included.
func (c *cash) givenThisMonth(ctx context.Context, customers []uuid.UUID) (func(uuid.UUID, money.Currency) int64, error) {
	given, err := c.tx.SmallDifferences(ctx, customers, c.monthBegin().Time(time.UTC))
	if err != nil {
		return nil, err
	}
	for _, id := range customers {
		if given[id] == nil {
			given[id] = map[money.Currency]int64{}
		}
		c.given[id] = given[id]
	}
	return func(id uuid.UUID, currency money.Currency) int64 { return c.given[id][currency] }, nil
}

// candidates are those of one receipt as they are by now: receipts before it in the batch may have changed them.
func (c *cash) candidates(d *cashDesk, look matching.LookFor) matching.Candidates {
	found := d.index.Find(look)
	for n := range found.Items {
		item := c.ledger.items[found.Items[n].ID]
		if item == nil || item.OpenMinor == found.Items[n].OpenMinor && item.DisputedMinor == found.Items[n].DisputedMinor {
			continue
		}
		found.Items[n].OpenMinor, found.Items[n].DisputedMinor = item.OpenMinor, item.DisputedMinor
		found.Items[n].Discounts = leftOf(found.Items[n].Discounts, item.OpenMinor)
	}
	found.Credits = slices.DeleteFunc(slices.Clone(found.Credits), func(credit matching.Credit) bool {
		m := c.memos[credit.ID]
		return m != nil && m.OpenMinor == 0
	})
	for n := range found.Credits {
		if m := c.memos[found.Credits[n].ID]; m != nil {
			found.Credits[n].OpenMinor = m.OpenMinor
		}
	}
	found.Advices = slices.DeleteFunc(slices.Clone(found.Advices), func(ad matching.Advice) bool { return d.used[ad.ID] })
	return found
}

// leftOf is what may still be taken off an item of which money was paid meanwhile: nothing beyond what is open.
func leftOf(list []matching.Discount, open int64) []matching.Discount {
	var left []matching.Discount
	for _, discount := range list {
		if discount.Minor = min(discount.Minor, open); discount.Minor > 0 {
			left = append(left, discount)
		}
	}
	return left
}

// look asks matching about one receipt and does what it says.
func (c *cash) look(ctx context.Context, d *cashDesk, w *waiting) error {
	found := c.candidates(d, w.look)
	env := d.env
	env.Alarm = w.stop == stopAlarm
	w.rulesID = d.rulesID
	result := matching.Match(w.seen, found, d.book, env)
	w.taken = taken{receiptID: w.receipt.ID, lines: len(w.seen.Lines)}
	if result.Advice.Valid {
		for _, ad := range found.Advices {
			if ad.ID == result.Advice.UUID {
				w.taken.lines += len(ad.Lines)
			}
		}
	}
	if c.mayApply(ctx, w, result, found) {
		d.used[result.Advice.UUID] = result.Advice.Valid
		return c.applied(ctx, w, result)
	}
	return c.leave(ctx, w, result, found)
}

// mayApply reports whether the first proposal is carried out at once. What does not add up, or cannot be carried out, waits
// for a person.
func (c *cash) mayApply(ctx context.Context, w *waiting, result matching.Result, found matching.Candidates) bool {
	if result.Outcome != matching.Apply || len(result.Proposals) == 0 || !w.mayGo(result.Proposals[0]) {
		return false
	}
	p := result.Proposals[0]
	if err := p.Check(w.seen, found.Items); err != nil || len(p.Offsets) > 0 || w.receipt.Rest() != w.seen.Minor {
		return false
	}
	for _, claim := range p.Claims {
		if !claim.ItemID.Valid {
			continue
		}
		for _, item := range found.Items {
			if item.ID == claim.ItemID.UUID && (item.Kind != receivable.Instalment && item.Kind != receivable.Charge) {
				return false
			}
		}
	}
	return c.paysFor(ctx, w, p, found)
}

// paysFor reports whether the one whose receipt it becomes may pay for every item.
func (c *cash) paysFor(ctx context.Context, w *waiting, p matching.Proposal, found matching.Candidates) bool {
	if w.receipt.CustomerID.Valid && w.receipt.CustomerID.UUID != p.CustomerID {
		return false
	}
	touched := itemsOfProposal(p)
	for _, item := range found.Items {
		if !slices.Contains(touched, item.ID) {
			continue
		}
		if allowed, err := c.mayPay(ctx, p.CustomerID, item.CustomerID); err != nil || !allowed {
			return false
		}
	}
	return true
}

// applied carries out what is certain.
func (c *cash) applied(ctx context.Context, w *waiting, result matching.Result) error {
	p := result.Proposals[0]
	r := w.receipt
	r.Payer.Match = receivable.MatchDone
	if err := c.carryOut(ctx, r, p); err != nil {
		return err
	}
	w.taken.outcome, w.taken.customer, w.taken.linesMatched = takenApplied, r.CustomerID, w.taken.lines
	w.advice = result.Advice
	if err := c.propose(r, w.rulesID, result.Proposals[:1], port.ProposalApplied); err != nil {
		return err
	}
	c.learnAccount(w.seen, p.CustomerID, byRules)
	if w.exception != nil {
		return c.solved(ctx, w, takenApplied)
	}
	return c.noteReceipt(ctx, r, uuid.Nil, "receipt.recorded")
}

// learnAccount remembers from which account a customer paid.
func (c *cash) learnAccount(seen matching.Receipt, customer uuid.UUID, by string) {
	key := seen.Payer.Account.Key()
	if key == "" || len([]rune(key)) > maxPayer {
		return
	}
	c.accounts = append(c.accounts, port.PayerAccount{
		Key: key, CustomerID: customer, Name: cutText(seen.Payer.Name, maxPayer), FirstOn: seen.ValueOn, LastOn: seen.ValueOn,
		State: port.AccountKnown, LearnedBy: by,
	})
}

// propose keeps proposals with their reasons, and the rules that they follow.
func (c *cash) propose(r *receivable.Receipt, rules func(customer uuid.UUID) uuid.NullUUID, list []matching.Proposal, state string) error {
	c.looked = append(c.looked, r.ID)
	for _, p := range list {
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		body, err := json.Marshal(p)
		if err != nil {
			return err
		}
		reasons, err := json.Marshal(slices.Concat(p.Reasons, p.Stops))
		if err != nil {
			return err
		}
		kept := port.CashProposal{
			ID: id, ReceiptID: r.ID, CustomerID: someID(p.CustomerID), Score: min(max(p.Score, 0), 1000), Automatic: p.Automatic, Body: body,
			Reasons: reasons, State: state, RulesID: rules(p.CustomerID), CreatedAt: c.now,
		}
		if state != port.ProposalOpen {
			kept.DecidedBy, kept.DecidedAt = byRules, &c.now
		}
		c.proposals = append(c.proposals, kept)
	}
	return nil
}

// leave lets a receipt wait for a clerk: its rest holds the notices of whoever likely paid it.
func (c *cash) leave(ctx context.Context, w *waiting, result matching.Result, found matching.Candidates) error {
	r := w.receipt
	c.restChanged(r) // of whom it was until now
	r.Payer.Match, w.taken.outcome = receivable.MatchUnidentified, takenUnidentified
	switch {
	case result.Outcome == matching.Hold || r.Payer.HeldReason != "":
		r.Payer.Match, w.taken.outcome = receivable.MatchHeld, takenHeld
		if r.Payer.HeldReason == "" {
			r.Payer.HeldReason = heldReason(result)
		}
	case len(result.Proposals) > 0:
		r.Payer.Match, w.taken.outcome = receivable.MatchProposed, takenProposed
	}
	r.Payer.LikelyID = likely(result, found)
	w.taken.customer = r.Payer.LikelyID
	if r.CustomerID.Valid {
		w.taken.customer = r.CustomerID
	}
	c.restChanged(r)
	if err := c.propose(r, w.rulesID, result.Proposals, port.ProposalOpen); err != nil {
		return err
	}
	if w.exception != nil {
		return c.stays(ctx, w, result)
	}
	return c.open(ctx, w, result)
}

// open puts a new receipt on the clerks' list.
func (c *cash) open(ctx context.Context, w *waiting, result matching.Result) error {
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	seen, err := json.Marshal(w.seen)
	if err != nil {
		return err
	}
	r := w.receipt
	e := port.CashException{
		ID: id, Kind: port.ExceptionReceipt, ReceiptID: someID(r.ID), EntryID: w.entry, CustomerID: w.taken.customer, Currency: r.Currency,
		AmountMinor: r.Rest(), ValueOn: r.ValueDate, Since: c.now, Score: bestScore(result), Why: whyWaits(result, w.stop), Seen: seen,
		Stop: w.stop, State: "open",
	}
	c.opened = append(c.opened, e)
	if err := c.noteReceipt(ctx, r, uuid.Nil, "receipt.recorded"); err != nil {
		return err
	}
	return c.noteException(ctx, e, uuid.Nil, "cash_exception.opened")
}

func (c *cash) noteException(ctx context.Context, e port.CashException, entry uuid.UUID, action string) error {
	data := map[string]any{"exception_kind": e.Kind, "amount_minor": e.AmountMinor, "why": e.Why, "score": e.Score, "currency": e.Currency}
	if e.Why == nil {
		data["why"] = []string{}
	}
	if e.ReceiptID.Valid {
		data["receipt_id"] = e.ReceiptID.UUID
	}
	if e.Outcome != "" {
		data["exception_outcome"] = e.Outcome
	}
	return c.note(ctx, event{
		id: entry, action: action, kind: "cash_exception", subject: e.ID, customer: e.CustomerID.UUID, on: e.ValueOn, data: data,
	})
}

func bestScore(result matching.Result) int {
	if len(result.Proposals) == 0 {
		return 0
	}
	return min(max(result.Proposals[0].Score, 0), 1000)
}

// whyWaits lists the codes of why a receipt is not applied by itself.
func whyWaits(result matching.Result, stop string) []string {
	var why []string
	add := func(code string) {
		if code != "" && !slices.Contains(why, code) {
			why = append(why, code)
		}
	}
	add(stop)
	for _, reason := range result.Why {
		if stop == "" || reason.Code != matching.ReasonScore { // it is likely enough, and waits for that reason alone
			add(reason.Code)
		}
	}
	if len(result.Proposals) > 0 {
		for _, reason := range result.Proposals[0].Stops {
			add(reason.Code)
		}
	}
	return why
}

// likely is whose money it most likely is; nobody where several are as likely.
func likely(result matching.Result, found matching.Candidates) uuid.NullUUID {
	switch {
	case len(result.Proposals) > 0:
		return someID(result.Proposals[0].CustomerID)
	case len(found.Customers) == 1:
		return someID(found.Customers[0].ID)
	}
	return uuid.NullUUID{}
}

// heldReason is why matching holds money.
func heldReason(result matching.Result) receivable.HeldReason {
	for _, reason := range result.Why {
		switch reason.Code {
		case matching.ReasonNameHeld:
			return receivable.HeldSanctions
		case matching.ReasonItemHeld:
			return receivable.HeldLegal
		}
	}
	return receivable.HeldOther
}

// useAdvices notes which advices the receipts used. The receipts' rows are there.
func (c *cash) useAdvices(ctx context.Context, list []*waiting) error {
	for _, w := range list {
		if !w.advice.Valid {
			continue
		}
		kept, err := c.tx.Remittance(ctx, w.advice.UUID)
		if err != nil {
			return err
		}
		if kept.State != port.RemittanceWaiting { // since it was proposed
			continue
		}
		kept.State, kept.ReceiptID, kept.CustomerID = port.RemittanceUsed, someID(w.receipt.ID), w.receipt.CustomerID
		if err := c.tx.SetRemittance(ctx, kept); err != nil {
			return err
		}
		if err := recordRemittance(ctx, c, kept, "remittance.used"); err != nil {
			return err
		}
	}
	return nil
}
