package app

import (
	"context"
	"slices"
	"strings"
	"unicode"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/dispute"
	"arrears/domain/receivable"
)

// TriageInput is how a person sorts a claim; what is empty stays. Version is the one that was read; 0 does not compare.
type TriageInput struct {
	Reason   string // one of our codes
	Owner    string // the analyst
	Team     string // who finds the evidence
	Priority int    // 1 (first) to 9
	Version  int64
}

// maxTeam bounds the name of a team.
const maxTeam = 100

// TriageDispute sorts a claim. A new reason brings its checklist and deadlines; what the old one still needed is waived. The
// customer's words are remembered for the reason that a person gave them.
// Errors: access.forbidden, receivable.invalid, dispute.not_found, dispute.not_now, dispute.changed, reason_code.unknown.
func (a *App) TriageDispute(ctx context.Context, who access.Principal, id uuid.UUID, in TriageInput) (DisputeFile, error) {
	if err := access.Require(who, access.DisputesWrite); err != nil {
		return DisputeFile{}, err
	}
	if err := in.check(); err != nil {
		return DisputeFile{}, err
	}
	return a.onClaim(ctx, who, access.DisputesWrite, id, func(ctx context.Context, w *claimWork, entry uuid.UUID) error {
		if err := w.may(dispute.ActTriage); err != nil {
			return err
		}
		if err := w.asRead(in.Version); err != nil {
			return err
		}
		if err := w.triage(ctx, in); err != nil {
			return err
		}
		return w.finish(ctx, dispute.ActTriage, entry, "dispute.triaged", map[string]any{
			"reason": w.d.Reason, "team": w.d.Team, "priority": w.d.Priority,
		})
	})
}

func (in TriageInput) check() error {
	var f receivable.Form
	f.Line("owner", in.Owner, maxAssignee)
	f.Line("team", in.Team, maxTeam)
	if in.Priority != 0 {
		f.Range("priority", in.Priority, 1, 9)
	}
	if in.Reason == "" && in.Owner == "" && in.Team == "" && in.Priority == 0 {
		f.Add("reason", receivable.CodeRequired, "say what is to change")
	}
	return f.Err("triage")
}

func (w *claimWork) triage(ctx context.Context, in TriageInput) error {
	if in.Reason != "" && in.Reason != w.d.Reason {
		if err := w.resort(ctx, in.Reason); err != nil {
			return err
		}
	}
	if in.Owner != "" {
		w.d.Owner = in.Owner
	}
	if in.Team != "" {
		w.d.Team = in.Team
	}
	if in.Priority != 0 {
		w.d.Priority = in.Priority
	}
	if w.d.Reason == "" {
		return nil
	}
	return w.closeTasks(ctx, "sorted", taskTriage)
}

// resort gives a claim the reason that a person found.
func (w *claimWork) resort(ctx context.Context, reason string) error {
	if err := newReason(ctx, w.tx, reason); err != nil {
		return err
	}
	sets, err := claimRules(ctx, w.tx, w.d.CustomerID)
	if err != nil {
		return err
	}
	if err := w.learn(ctx, sets, reason); err != nil {
		return err
	}
	sorted := dispute.Sorted{Reason: reason, Rule: sets.merged.RuleFor(reason)}
	return w.sortInto(ctx, sorted, sets.version(reason))
}

// learn remembers the customer's words for a reason when the rules made something else of them. Codes mean something else at
// every customer and are left to the customer's rules.
func (w *claimWork) learn(ctx context.Context, sets triageSets, reason string) error {
	spelling := dispute.NormalForm(w.d.CustomerReason)
	if !wordy(spelling) {
		return nil
	}
	known := dispute.Triage(sets.sets, dispute.ClaimFacts{CustomerReason: w.d.CustomerReason})
	if known.Reason == reason {
		return nil
	}
	return w.tx.LearnAlias(ctx, dispute.Alias{Kind: "reason", Spelling: spelling, Reason: reason, LearnedBy: w.actor.ID, LearnedAt: w.now})
}

// wordy tells words from codes: a word of four letters or more, and no digit.
func wordy(text string) bool {
	if strings.ContainsFunc(text, unicode.IsDigit) {
		return false
	}
	return slices.ContainsFunc(strings.Fields(text), func(word string) bool { return len([]rune(word)) >= 4 })
}

// sortInto makes the case what a reason says: team, priority, trade, checklist and deadlines. The case's row must be there.
func (w *claimWork) sortInto(ctx context.Context, sorted dispute.Sorted, set uuid.NullUUID) error {
	w.d.Trade, w.d.Reason, w.d.Rules = false, sorted.Reason, set
	if sorted.Reason != "" {
		code, err := usedReason(ctx, w.tx, sorted.Reason)
		if err != nil {
			return err
		}
		w.d.Trade = code.Trade
	}
	w.d.Priority = sorted.Rule.Priority
	if sorted.Rule.Team != "" {
		w.d.Team = sorted.Rule.Team
	}
	if err := w.checklist(ctx, sorted.Rule); err != nil {
		return err
	}
	return w.sortDeadlines(ctx, sorted.Rule)
}

// checklist writes the evidence that a reason needs and nobody has asked for yet, and waives what only an earlier reason
// needed.
func (w *claimWork) checklist(ctx context.Context, rule dispute.ReasonRule) error {
	have, err := w.tx.EvidenceOf(ctx, w.d.ID)
	if err != nil {
		return err
	}
	for _, e := range have {
		if e.State != dispute.EvidenceNeeded || slices.ContainsFunc(rule.Evidence, func(r dispute.EvidenceRule) bool { return r.Kind == e.DocumentKind }) {
			continue
		}
		e.State, e.Note = dispute.EvidenceWaived, "another reason"
		if err := w.tx.UpdateEvidence(ctx, e); err != nil {
			return err
		}
	}
	var missing []dispute.Evidence
	for _, r := range rule.Evidence {
		if slices.ContainsFunc(have, func(e dispute.Evidence) bool { return e.DocumentKind == r.Kind && e.State != dispute.EvidenceWaived }) {
			continue
		}
		missing = append(missing, dispute.Evidence{
			ID: newUUID(), DisputeID: w.d.ID, DocumentKind: r.Kind, Mandatory: r.Mandatory, Team: w.d.Team, State: dispute.EvidenceNeeded, Version: 1,
		})
	}
	if len(missing) == 0 {
		return nil
	}
	return w.tx.InsertEvidence(ctx, missing)
}

// sortDeadlines sets the deadlines that a reason brings, counted from the day on which the case was opened; those of an
// earlier reason go. A known reason meets the deadline for triage.
func (w *claimWork) sortDeadlines(ctx context.Context, rule dispute.ReasonRule) error {
	if w.d.Reason != "" {
		if err := w.met(ctx, dispute.DeadlineTriage); err != nil {
			return err
		}
	}
	t, err := w.time(ctx)
	if err != nil {
		return err
	}
	on, err := w.days(ctx, t.zone)
	if err != nil {
		return err
	}
	list := dispute.DeadlinesFor(rule, w.d.ID, on, t.cal, newUUID)
	kinds := make([]dispute.DeadlineKind, len(list))
	for n, d := range list {
		kinds[n] = d.Kind
	}
	if err := w.dropped(ctx, kinds...); err != nil || len(list) == 0 {
		return err
	}
	return w.tx.PutDeadlines(ctx, list)
}
