package app

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/dispute"
	"arrears/domain/fault"
	"arrears/port"
)

// CodeRulesInvalid means triage rules that cannot be followed; the fields say where.
const CodeRulesInvalid = "triage_rules.invalid"

// triageSets are the rules that apply to a customer, most specific first; the shipped ones come last.
type triageSets struct {
	sets   []*dispute.Rules
	ids    []uuid.NullUUID // of the versions; the shipped rules have none
	merged *dispute.Rules
}

// claimRules reads the rules that apply to a customer's claims.
func claimRules(ctx context.Context, tx port.Tx, customerID uuid.UUID) (triageSets, error) {
	var all triageSets
	stored, err := tx.RuleSetsFor(ctx, port.TriageRules, customerID)
	if err != nil {
		return all, err
	}
	for _, set := range stored {
		rules, err := dispute.ReadRules(set.Body)
		if err != nil {
			return all, err
		}
		all.sets, all.ids = append(all.sets, rules), append(all.ids, someID(set.ID))
	}
	if !slices.ContainsFunc(stored, func(set port.RuleSet) bool { return set.Scope == string(ToDefault) }) {
		all.sets, all.ids = append(all.sets, dispute.DefaultRules()), append(all.ids, uuid.NullUUID{})
	}
	all.merged = dispute.Merge(all.sets)
	return all, nil
}

// version is the version that says what a reason needs; none where the shipped rules do. An empty reason stands for claims
// that nobody has sorted.
func (s triageSets) version(reason string) uuid.NullUUID {
	for n, set := range s.sets {
		if _, ok := set.Reasons[reason]; ok {
			return s.ids[n]
		}
	}
	for n, set := range s.sets {
		if _, ok := set.Reasons[dispute.Unknown]; ok {
			return s.ids[n]
		}
	}
	return uuid.NullUUID{}
}

// PublishTriageRules makes the next version of a set, which never changes. The same content as the latest version answers
// with that one. Claims that come from now on, and those that are sorted again, follow it.
// Errors: access.forbidden, receivable.invalid, triage_rules.invalid, triage_rules.changed, customer.not_found.
func (a *App) PublishTriageRules(ctx context.Context, who access.Principal, in NewRules) (port.RuleSet, error) {
	if err := in.may(who, access.DisputesManage); err != nil {
		return port.RuleSet{}, err
	}
	rules, err := dispute.ReadRules(in.Body)
	if err != nil {
		return port.RuleSet{}, err
	}
	return a.publishRules(ctx, who, in, edition{
		kind: port.TriageRules, rules: rules, data: map[string]any{"reasons": len(rules.Reasons)},
		fits: func(ctx context.Context, tx port.Tx) error { return knownReasons(ctx, tx, rules) },
	}, "triage_rules.published")
}

// knownReasons refuses rules that name reasons nobody has.
func knownReasons(ctx context.Context, tx port.Tx, rules *dispute.Rules) error {
	known, err := reasonsByCode(ctx, tx)
	if err != nil {
		return err
	}
	var fields []fault.Field
	miss := func(path, reason string) {
		if _, ok := known[reason]; !ok && reason != dispute.Unknown {
			fields = append(fields, fault.Field{Path: path, Code: dispute.CodeReasonUnknown, Message: "is no reason code"})
		}
	}
	for n, code := range rules.Codes {
		miss(fmt.Sprintf("codes[%d].reason", n), code.Reason)
	}
	if rules.ShortPayment != nil && rules.ShortPayment.Reason != "" {
		miss("short_payment.reason", rules.ShortPayment.Reason)
	}
	for reason := range rules.Reasons {
		miss("reasons."+reason, reason)
	}
	if len(fields) > 0 {
		slices.SortFunc(fields, func(a, b fault.Field) int { return strings.Compare(a.Path, b.Path) })
		return fault.Fields(CodeRulesInvalid, "the rules name reasons that nobody has", fields...)
	}
	return nil
}

// ListTriageRules lists all versions of all sets, newest last. Errors: access.forbidden, page.bad_cursor.
func (a *App) ListTriageRules(ctx context.Context, who access.Principal, page port.Page) (port.Paged[port.RuleSet], error) {
	return lookup(ctx, a, who, access.DisputesRead, func(ctx context.Context, tx port.Tx) (port.Paged[port.RuleSet], error) {
		return tx.ListRuleSets(ctx, port.TriageRules, page)
	})
}

// TriageRules shows one version. Errors: access.forbidden, triage_rules.not_found.
func (a *App) TriageRules(ctx context.Context, who access.Principal, id uuid.UUID) (port.RuleSet, error) {
	return lookup(ctx, a, who, access.DisputesRead, func(ctx context.Context, tx port.Tx) (port.RuleSet, error) {
		return tx.RuleSet(ctx, port.TriageRules, id)
	})
}

// TriageRulesFor shows the sets that a customer's claims follow, most specific first. The shipped rules, which count where
// nobody has published a default, have no id and the version 0. Errors: access.forbidden, customer.not_found.
func (a *App) TriageRulesFor(ctx context.Context, who access.Principal, customerID uuid.UUID) ([]port.RuleSet, error) {
	return lookup(ctx, a, who, access.DisputesRead, func(ctx context.Context, tx port.Tx) ([]port.RuleSet, error) {
		if _, err := tx.Customer(ctx, customerID); err != nil {
			return nil, err
		}
		sets, err := tx.RuleSetsFor(ctx, port.TriageRules, customerID)
		if err != nil || slices.ContainsFunc(sets, func(s port.RuleSet) bool { return s.Scope == string(ToDefault) }) {
			return sets, err
		}
		shipped := dispute.DefaultRules()
		return append(sets, port.RuleSet{Scope: string(ToDefault), Body: shipped.Canonical(), Hash: shipped.Hash(), CreatedBy: system}), nil
	})
}
