package app

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/casework"
	"arrears/domain/dispute"
)

// byRules decides what the rules decide by themselves.
const byRules = "rules"

// taskTriage is the kind of the task to sort a claim whose reason nobody knows.
const taskTriage = "dispute_triage"

// open writes the case and sorts it. The items that it needs are there.
func (o *opening) open(ctx context.Context, a *App, who access.Principal, id uuid.UUID) (dispute.Dispute, error) {
	tx := o.ledger.tx
	customer, err := tx.Customer(ctx, o.in.CustomerID)
	if err != nil {
		return dispute.Dispute{}, err
	}
	d := o.claim(id, who, customer.TimeZone)
	sets, sorted, err := o.sort(ctx)
	if err != nil {
		return d, err
	}
	d.Reason = sorted.Reason
	if d.Number, err = tx.InsertDispute(ctx, d); err != nil {
		return d, err
	}
	w := a.claimWorkOn(tx, o.ledger.now, who, o.ledger, d)
	w.customer = &customer
	if err := o.furnish(ctx, w, sets, sorted); err != nil {
		return d, err
	}
	return o.conclude(ctx, w, sorted)
}

// sort asks the rules what the claim is.
func (o *opening) sort(ctx context.Context) (triageSets, dispute.Sorted, error) {
	sets, err := claimRules(ctx, o.ledger.tx, o.in.CustomerID)
	if err != nil {
		return sets, dispute.Sorted{}, err
	}
	facts := dispute.ClaimFacts{CustomerReason: o.in.CustomerReason, CustomerWords: o.in.CustomerWords, Difference: o.byRule}
	spellings := []string{}
	for _, text := range []string{o.in.CustomerReason, o.in.CustomerWords} {
		if form := dispute.NormalForm(text); form != "" {
			spellings = append(spellings, form)
		}
	}
	if len(spellings) > 0 {
		known, err := o.ledger.tx.Aliases(ctx, "reason", spellings)
		if err != nil {
			return sets, dispute.Sorted{}, err
		}
		for _, form := range spellings {
			facts.AliasReason = orElse(facts.AliasReason, known[form].Reason)
		}
	}
	return sets, dispute.Triage(sets.sets, facts), nil
}

// furnish gives the case what belongs to it: the moves of its items, what its reason needs, and its documents.
func (o *opening) furnish(ctx context.Context, w *claimWork, sets triageSets, sorted dispute.Sorted) error {
	for n, p := range w.d.Parts {
		from := o.from[n]
		if from == nil || p.ItemID.UUID == from.ID {
			continue
		}
		id, err := uuid.NewV7()
		if err != nil {
			return err
		}
		if err := w.tx.InsertMove(ctx, dispute.Move{
			ID: id, FromItem: from.ID, ToItem: p.ItemID.UUID, ReceiptID: o.receipt, DisputeID: w.d.ID, AmountMinor: p.ClaimedMinor, MovedAt: w.now,
		}); err != nil {
			return err
		}
	}
	if err := w.load(ctx); err != nil {
		return err
	}
	if err := w.sortInto(ctx, sorted, sets.version(sorted.Reason)); err != nil {
		return err
	}
	return w.attach(ctx, o.in.Documents)
}

// conclude closes the claim where the rules do, else tells the customer that it arrived and whoever is to sort it.
func (o *opening) conclude(ctx context.Context, w *claimWork, sorted dispute.Sorted) (dispute.Dispute, error) {
	twice, err := w.linkSimilar(ctx)
	if err != nil {
		return w.d, err
	}
	if !twice {
		kind, err := o.closes(ctx, w, sorted)
		if err != nil {
			return w.d, err
		}
		if kind != "" {
			if err := recordClaim(ctx, w.tx, w.now, w.actor.ID, w.d, uuid.Nil, "dispute.opened", o.openedData(w.d, sorted)); err != nil {
				return w.d, err
			}
			err := w.closeByRule(ctx, kind)
			return w.d, err
		}
	}
	if err := w.write(ctx, "acknowledgement", "acknowledgement"); err != nil {
		return w.d, err
	}
	act := dispute.ActTriage
	if w.d.Reason == "" {
		act = ""
		if err := w.askTriage(ctx); err != nil {
			return w.d, err
		}
	}
	err = w.finish(ctx, act, uuid.Nil, "dispute.opened", o.openedData(w.d, sorted))
	return w.d, err
}

// openedData says what came in, and how its reason was found.
func (o *opening) openedData(d dispute.Dispute, sorted dispute.Sorted) map[string]any {
	return map[string]any{
		"kind": d.Kind, "amount_minor": o.in.total(), "currency": d.Currency, "reason": d.Reason, "how": sorted.How, "taken_on": d.TakenOn,
		"priority": d.Priority,
	}
}

// linkSimilar links cases that may be the same claim; it merges none.
func (w *claimWork) linkSimilar(ctx context.Context) (bool, error) {
	found, err := w.tx.SimilarDisputes(ctx, w.d)
	if err != nil {
		return false, err
	}
	twice := false
	for _, other := range found {
		why, ok := dispute.Similar(w.d, other)
		if !ok {
			continue
		}
		twice = true
		if err := w.tx.PutLink(ctx, dispute.Link{
			DisputeID: w.d.ID, OtherID: other.ID, Kind: "duplicate", State: "suspected", Why: why, CreatedBy: byRules, CreatedAt: w.now,
		}); err != nil {
			return twice, err
		}
		if err := recordClaim(ctx, w.tx, w.now, byRules, w.d, uuid.Nil, "dispute.linked", map[string]any{
			"other_id": other.ID, "link_kind": "duplicate", "link_state": "suspected",
		}); err != nil {
			return twice, err
		}
	}
	return twice, nil
}

// askTriage makes a claim that no rule understands an analyst's task.
func (w *claimWork) askTriage(ctx context.Context) error {
	on, err := w.today(ctx)
	if err != nil {
		return err
	}
	return openTask(ctx, w.tx, w.now, byRules, casework.Task{
		Kind: taskTriage, Dedupe: taskTriage + "/" + w.d.ID.String(), CustomerID: someID(w.d.CustomerID), InvoiceID: invoiceOfClaim(w.d),
		DisputeID: someID(w.d.ID), Role: string(access.Analyst), DueOn: on,
		Summary: fmt.Sprintf("Say what D-%d is about: no rule knows the customer's reason", w.d.Number),
	})
}

// coded reports whether the customer said why it withheld the amount.
func (in NewDispute) coded() bool {
	return strings.TrimSpace(in.CustomerReason+in.CustomerWords+in.ClaimReference) != ""
}
