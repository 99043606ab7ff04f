package app

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/domain/dispute"
	"arrears/domain/fault"
	"arrears/domain/money"
	"arrears/domain/receivable"
)

// CodeSameDecider means that the person has decided on the claim before: another one decides an appeal.
const CodeSameDecider = "dispute.same_decider"

// maxCited bounds how many documents a decision cites.
const maxCited = 50

// NewDecision is a person's decision on all that is undecided of a claim.
type NewDecision struct {
	Kind dispute.DecisionKind // valid, invalid or partially_valid
	// ValidMinor and DeniedMinor are what is found valid and what is denied. For valid and invalid, 0 and 0 mean all of it.
	ValidMinor, DeniedMinor int64
	Parts                   []dispute.PartDecision // none: the oldest part first
	Reason                  string                 // a reason code; empty: the claim's
	Comment                 string
	Evidence                []uuid.UUID   // documents cited
	PayableBy               calendar.Date // of what is denied; none: by the rules
	Version                 int64         // of the case as it was read; 0 does not compare
}

// DecideDispute decides on a claim. Within the limit of the person's role for the whole of the claim, before any split, the
// decision is in force; above it, it is proposed and someone with the limit approves it. The decision after an appeal or a
// reopening is another person's.
// Errors: access.forbidden, receivable.invalid, dispute.not_found, dispute.not_now, dispute.changed, dispute.same_decider,
// dispute.evidence_missing, dispute.decision_invalid, dispute.not_whole, dispute.exceeds_undecided, reason_code.unknown,
// document.not_found, item.customer_differs.
func (a *App) DecideDispute(ctx context.Context, who access.Principal, id uuid.UUID, in NewDecision) (DisputeFile, error) {
	if err := access.Require(who, access.DisputesDecide); err != nil {
		return DisputeFile{}, err
	}
	if err := in.check(); err != nil {
		return DisputeFile{}, err
	}
	return a.onClaim(ctx, who, access.DisputesDecide, id, func(ctx context.Context, w *claimWork, entry uuid.UUID) error {
		return w.decide(ctx, in, w.whole(), entry)
	})
}

func (in NewDecision) check() error {
	var f receivable.Form
	receivable.OneOf(&f, "kind", in.Kind, dispute.DecideValid, dispute.DecideInvalid, dispute.DecidePartially)
	f.Text("comment", in.Comment, maxComment)
	if len(in.Evidence) > maxCited {
		f.Add("evidence", receivable.CodeOutOfRange, "must be at most 50")
	}
	if !in.PayableBy.IsZero() {
		f.Date("payable_by", in.PayableBy)
	}
	return f.Err("decision")
}

// whole is what limits test: the claim before any split.
func (w *claimWork) whole() []money.Amount {
	return []money.Amount{money.Of(w.d.ClaimedWhole, w.d.Currency)}
}

// decide makes a decision on all that is undecided. whole is what the limit is tested with.
func (w *claimWork) decide(ctx context.Context, in NewDecision, whole []money.Amount, entry uuid.UUID) error {
	if err := w.may(dispute.ActDecide); err != nil {
		return err
	}
	if err := w.asRead(in.Version); err != nil {
		return err
	}
	dec, err := w.decision(ctx, in)
	if err != nil {
		return err
	}
	return w.pass(ctx, dec, whole, entry)
}

// decision makes the decision that a person described.
func (w *claimWork) decision(ctx context.Context, in NewDecision) (dispute.Decision, error) {
	undecided := w.d.Amounts().UndecidedMinor
	dec := dispute.Decision{
		Kind: in.Kind, ValidMinor: in.ValidMinor, DeniedMinor: in.DeniedMinor, Parts: in.Parts, Reason: in.Reason, Comment: in.Comment,
		Evidence: in.Evidence, PayableBy: in.PayableBy,
	}
	if in.ValidMinor == 0 && in.DeniedMinor == 0 && in.Kind == dispute.DecideValid {
		dec.ValidMinor = undecided
	}
	if in.ValidMinor == 0 && in.DeniedMinor == 0 && in.Kind == dispute.DecideInvalid {
		dec.DeniedMinor = undecided
	}
	if err := w.ownDocuments(ctx, in.Evidence); err != nil {
		return dec, err
	}
	if err := w.payableLater(ctx, in.PayableBy); err != nil {
		return dec, err
	}
	if len(dec.Parts) > 0 {
		return dec, nil
	}
	var err error
	dec.Parts, err = dispute.Allocate(w.d.Parts, dec.ValidMinor, dec.DeniedMinor, 0)
	return dec, err
}

// payableLater refuses a day of payment that is past.
func (w *claimWork) payableLater(ctx context.Context, by calendar.Date) error {
	on, err := w.today(ctx)
	if err != nil || by.IsZero() || by >= on {
		return err
	}
	var f receivable.Form
	f.Add("payable_by", receivable.CodeOutOfRange, "must not be past")
	return f.Err("decision")
}

// pass makes a decision hold, or proposes it where the person's limit does not reach.
func (w *claimWork) pass(ctx context.Context, dec dispute.Decision, whole []money.Amount, entry uuid.UUID) error {
	before, err := w.tx.ClaimDecisionsOf(ctx, w.d.ID)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(before, func(d dispute.Decision) bool { return d.State == dispute.DecisionProposed }) {
		return fault.New(fault.Conflict, dispute.CodeNotNow, "a decision is proposed that nobody has approved yet")
	}
	deciders := judges(before, w.d)
	if !dec.Denies(w.d) && slices.Contains(deciders, w.actor.ID) {
		return fault.New(fault.Forbidden, CodeSameDecider, "you decided on this claim before; someone else must decide now")
	}
	if dec, err = w.complete(ctx, dec, len(before)+1); err != nil {
		return err
	}
	limits, err := w.limitCheck(ctx, dec.Kind, whole)
	if err != nil {
		return err
	}
	check, err := limits.as(w.actor.Role)
	if err != nil {
		return err
	}
	dec.Limit = &check
	if !check.Allowed {
		role, err := limits.approver(w.actor.Role)
		if err != nil {
			return err
		}
		return w.propose(ctx, dec, whole, role, deciders, entry)
	}
	dec.State = dispute.DecisionInForce
	if err := w.tx.InsertDecision(ctx, dec); err != nil {
		return err
	}
	return w.carryOut(ctx, dec, before, decidedBy(dec), entry)
}

// judges are the people whose decisions on what is undecided have held: they do not decide on it again. A claim that was
// split off after an appeal has none of its own and knows who decided before.
func judges(before []dispute.Decision, d dispute.Dispute) []string {
	var people []string
	if d.SplitFrom.Valid && d.DecidedBy != "" && len(before) == 0 {
		people = append(people, d.DecidedBy)
	}
	for _, dec := range before {
		held := dec.State == dispute.DecisionInForce || dec.State == dispute.DecisionSuperseded
		if held && dec.Kind != dispute.DecideGiveUp && dec.Kind != dispute.DecideTolerance && dec.Kind != dispute.DecideEarned {
			people = append(people, dec.DecidedBy)
			if dec.ApprovedBy != "" {
				people = append(people, dec.ApprovedBy)
			}
		}
	}
	slices.Sort(people)
	return slices.Compact(people)
}

// complete fills in who decides, when and on what, and proves that the case bears the decision.
func (w *claimWork) complete(ctx context.Context, dec dispute.Decision, seq int) (dispute.Decision, error) {
	dec.ID, dec.DisputeID, dec.Seq = newUUID(), w.d.ID, seq
	dec.DecidedBy, dec.DecidedAt = w.actor.ID, w.now
	if dec.Reason = orElse(dec.Reason, w.d.Reason); dec.Reason != w.d.Reason {
		if err := newReason(ctx, w.tx, dec.Reason); err != nil {
			return dec, err
		}
	}
	evidence, err := w.tx.EvidenceOf(ctx, w.d.ID)
	if err != nil {
		return dec, err
	}
	dec.ContentHash = dispute.ContentHash(dec)
	return dec, dispute.CheckDecision(w.d, dec, evidence)
}

// decidedBy is the act of a decision that holds: what gives up a denied part leaves the rest where it is.
func decidedBy(dec dispute.Decision) dispute.Act {
	switch dec.Kind {
	case dispute.DecideGiveUp:
		return dispute.ActGiveUp
	case dispute.DecideSettle:
		return dispute.ActSettle
	}
	return dispute.ActDecide
}

// carryOut does what a decision says, under the audit entry of the command.
func (w *claimWork) carryOut(ctx context.Context, dec dispute.Decision, before []dispute.Decision, act dispute.Act, entry uuid.UUID) error {
	if !dec.Denies(w.d) {
		if err := w.supersede(ctx, before); err != nil {
			return err
		}
	}
	if err := w.execute(ctx, dec); err != nil {
		return err
	}
	if err := w.decidedReason(ctx, dec); err != nil {
		return err
	}
	w.d.DecidedBy, w.d.DecidedAt, w.d.Outcome = dec.DecidedBy, &dec.DecidedAt, outcomeOf(w.d, dec)
	if err := w.decisionMet(ctx); err != nil {
		return err
	}
	return w.finish(ctx, act, entry, decisionAction(dec.Kind), decisionData(w.d, dec))
}

// supersede ends the decisions that held before.
func (w *claimWork) supersede(ctx context.Context, before []dispute.Decision) error {
	for _, old := range before {
		if old.State != dispute.DecisionInForce {
			continue
		}
		old.State = dispute.DecisionSuperseded
		if err := w.tx.UpdateDecision(ctx, old, dispute.DecisionInForce); err != nil {
			return err
		}
	}
	return nil
}

func (w *claimWork) decidedReason(ctx context.Context, dec dispute.Decision) error {
	if dec.Reason == w.d.Reason {
		return nil
	}
	code, err := usedReason(ctx, w.tx, dec.Reason)
	w.d.Reason, w.d.Trade = dec.Reason, code.Trade
	return err
}
