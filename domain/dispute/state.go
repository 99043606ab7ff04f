package dispute

import (
	"slices"

	"arrears/domain/fault"
)

// CodeNotNow means that the case's state does not allow what was asked.
const CodeNotNow = "dispute.not_now"

// Act is what someone does to a case.
type Act string

// The acts. Each is allowed in the states that the table below names, and leads to the state beside it.
const (
	ActTriage          Act = "triage"           // a person or the rules sort the claim
	ActAskCustomer     Act = "ask_customer"     // something is needed from them
	ActCustomerReplies Act = "customer_replies" // they answered
	ActDecide          Act = "decide"           // within one's limit
	ActPropose         Act = "propose"          // above it
	ActApprove         Act = "approve"          // the proposal
	ActRefuse          Act = "refuse"           // the proposal
	ActRetract         Act = "retract"          // the facts changed under the proposal
	ActCredit          Act = "credit"           // the credit memo came
	ActUncredit        Act = "uncredit"         // the memo was void
	ActSubmit          Act = "submit"           // the denial goes to the customer's portal
	ActAccepted        Act = "accepted"         // the customer accepts the denial
	ActRefused         Act = "refused"          // the customer does not
	ActNoAnswer        Act = "no_answer"        // they say nothing by the deadline, to a question or to the denial, also while giving up is proposed
	ActAppeal          Act = "appeal"           // a customer appeal with new evidence
	ActSettle          Act = "settle"           // give up an amount for peace
	ActWithdraw        Act = "withdraw"         // the customer takes the claim back
	ActRepay           Act = "repay"            // money for the denied part came
	ActUnrepay         Act = "unrepay"          // and went again
	ActGiveUp          Act = "give_up"          // write the denied part off
	ActVoid            Act = "void"             // the receipt behind it was reversed, and at most a rule had decided
	ActReopen          Act = "reopen"           // a closed case, by a person with a reason
	ActSplit           Act = "split"            // one claim into several
	ActEvidence        Act = "evidence"         // evidence is requested, comes, or is waived
)

// Acts returns all acts.
func Acts() []Act {
	return []Act{
		ActTriage, ActEvidence, ActAskCustomer, ActCustomerReplies, ActDecide, ActPropose, ActApprove, ActRefuse, ActRetract, ActCredit,
		ActUncredit, ActSubmit, ActAccepted, ActRefused, ActNoAnswer, ActAppeal, ActSettle, ActWithdraw, ActRepay, ActUnrepay, ActGiveUp,
		ActVoid, ActReopen, ActSplit,
	}
}

// undecided are the states in which someone still decides.
func undecided() []State { return []State{Opened, Investigating, AwaitingCustomer, ApprovalRefused} }

// decided are the live states in which everything is decided.
func decided() []State {
	return []State{AwaitingCreditMemo, AwaitingRepayment, Contested, RefusedByCustomer}
}

// begun are all states but void: in them money may come for the claim and go again, and nobody asks whether it suits.
func begun() []State {
	return slices.DeleteFunc(States(), func(s State) bool { return s == Void })
}

// rules are the states in which each act is allowed. Where the amounts say more, they decide: see MayNow.
func rules() map[Act][]State {
	open := append(undecided(), AwaitingApproval)
	return map[Act][]State{
		ActTriage:          undecided(),
		ActEvidence:        open,
		ActAskCustomer:     {Opened, Investigating, ApprovalRefused},
		ActCustomerReplies: {AwaitingCustomer},
		ActDecide:          undecided(),
		ActPropose:         append(undecided(), decided()...),
		ActApprove:         {AwaitingApproval},
		ActRefuse:          {AwaitingApproval},
		ActRetract:         {AwaitingApproval},
		ActCredit:          begun(),
		ActUncredit:        begun(),
		ActSubmit:          {AwaitingRepayment, AwaitingCreditMemo, RefusedByCustomer},
		ActAccepted:        {Contested},
		ActRefused:         {Contested},
		ActNoAnswer:        {Contested, AwaitingCustomer, AwaitingApproval},
		ActAppeal:          append(decided(), Closed),
		ActSettle:          append(undecided(), decided()...),
		ActWithdraw:        append(open, decided()...),
		ActRepay:           begun(),
		ActUnrepay:         begun(),
		ActGiveUp:          decided(),
		ActVoid:            append(open, Closed),
		ActReopen:          {AwaitingCreditMemo, Closed},
		ActSplit:           undecided(),
	}
}

// Allows reports whether the act is possible in the state.
func (s State) Allows(a Act) bool { return slices.Contains(rules()[a], s) }

// Require refuses an act that the case's state does not allow. Error: CodeNotNow.
func (d Dispute) Require(a Act) error {
	if !d.State.Allows(a) {
		return fault.Newf(fault.Conflict, CodeNotNow, "a case that is %s cannot be asked to %s", d.State, a)
	}
	return nil
}

// MayNow reports whether the act is possible in the case's state and has an amount to be about.
func (d Dispute) MayNow(a Act) bool {
	sum := d.Amounts()
	switch a {
	case ActCredit:
		return d.State.Allows(a) && sum.CreditDueMinor > 0
	case ActUncredit:
		return d.State.Allows(a) && sum.CreditedMinor > 0
	case ActRepay, ActSubmit, ActGiveUp:
		return d.State.Allows(a) && sum.DeniedMinor > 0
	case ActSettle, ActPropose:
		return d.State.Allows(a) && sum.UndecidedMinor+sum.DeniedMinor > 0
	case ActUnrepay:
		return d.State.Allows(a) && sum.RepaidMinor > 0
	case ActAppeal:
		return d.State.Allows(a) && sum.DeniedMinor+sum.RepaidMinor > 0
	case ActNoAnswer: // what was proposed under a contest stands; nobody waits for the customer before a first decision
		return d.State.Allows(a) && (d.State != AwaitingApproval || d.Round > 0 && sum.UndecidedMinor == 0)
	case ActVoid:
		if d.State == Closed { // nobody decided: a rule gave the amount away, and takes it back
			return d.Outcome.ByRule()
		}
		return d.State.Allows(a) && d.DecidedAt == nil && sum.UndecidedMinor == sum.ClaimedMinor-sum.WithdrawnMinor
	}
	return d.State.Allows(a)
}

// Allowed lists the acts that are possible now.
func (d Dispute) Allowed() []Act {
	return slices.DeleteFunc(Acts(), func(a Act) bool { return !d.MayNow(a) })
}

// After is the state after an act whose amounts have been moved already. What is left decides: an act that leaves nothing
// pending and nothing denied open closes the case, what is undecided comes before what is denied, and a contest that is on
// before a credit memo that is awaited.
func (d Dispute) After(a Act) State {
	sum := d.Amounts()
	switch {
	case a == ActVoid, d.State == Void:
		return Void
	case sum.Done():
		return Closed
	case a == ActPropose, d.State == AwaitingApproval && !a.settlesProposal():
		return AwaitingApproval
	case sum.UndecidedMinor > 0:
		return d.whileUndecided(a)
	}
	return d.whileDecided(a, sum)
}

// settlesProposal reports whether the act ends the wait for an approval.
func (a Act) settlesProposal() bool {
	return a == ActApprove || a == ActRefuse || a == ActRetract || a == ActWithdraw || a == ActDecide
}

// whileUndecided: a part waits for a decision.
func (d Dispute) whileUndecided(a Act) State {
	switch a {
	case ActAskCustomer:
		return AwaitingCustomer
	case ActRefuse:
		return ApprovalRefused
	case ActTriage:
		if d.State == Opened && d.Reason == "" {
			return Opened
		}
		if d.State != Opened {
			return d.State
		}
		return Investigating
	case ActCustomerReplies, ActNoAnswer, ActRetract, ActAppeal, ActReopen:
		return Investigating
	}
	if slices.Contains(undecided(), d.State) {
		return d.State
	}
	return Investigating
}

// whileDecided: all is decided, and a denied part is open or a credit memo is awaited.
func (d Dispute) whileDecided(a Act, sum Amounts) State {
	if sum.DeniedMinor > 0 {
		switch {
		case a == ActSubmit:
			return Contested
		case a == ActRefused:
			return RefusedByCustomer
		case a == ActAccepted, a == ActNoAnswer, a == ActWithdraw:
		case d.State == Contested, d.State == RefusedByCustomer:
			return d.State
		}
	}
	if sum.CreditDueMinor > 0 {
		return AwaitingCreditMemo
	}
	return AwaitingRepayment
}
