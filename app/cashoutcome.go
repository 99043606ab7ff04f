package app

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/google/uuid"

	"arrears/domain/matching"
	"arrears/domain/receivable"
	"arrears/port"
)

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
