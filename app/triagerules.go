package app

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/dispute"
	"arrears/domain/fault"
	"arrears/domain/receivable"
	"arrears/port"
)

// CodeRulesInvalid means triage rules that cannot be followed; the fields say where.
const CodeRulesInvalid = "triage_rules.invalid"

// maxRulesPages bounds the search for a set's latest version: 200 pages of 200.
const maxRulesPages = 200

// triageSets are the rules that apply to a customer, most specific first; the shipped ones come last.
type triageSets struct {
	sets   []*dispute.Rules
	ids    []uuid.NullUUID // of the versions; the shipped rules have none
	merged *dispute.Rules
}

// claimRules reads the rules that apply to a customer's claims.
func claimRules(ctx context.Context, tx port.Tx, customerID uuid.UUID) (triageSets, error) {
	var all triageSets
	stored, err := tx.RulesFor(ctx, customerID)
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
	if !slices.ContainsFunc(stored, func(set dispute.RuleSet) bool { return set.Scope == string(ToDefault) }) {
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

// NewTriageRules are triage rules for the installation, a segment or a customer, as JSON or YAML.
type NewTriageRules struct {
	Scope      string // default, segment or customer
	Segment    string
	CustomerID uuid.NullUUID
	Body       []byte
}

// PublishTriageRules makes the next version of a set, which never changes. The same content as the latest version answers
// with that one. Claims that come from now on, and those that are sorted again, follow it.
// Errors: access.forbidden, receivable.invalid, triage_rules.invalid, triage_rules.changed, customer.not_found.
func (a *App) PublishTriageRules(ctx context.Context, who access.Principal, in NewTriageRules) (dispute.RuleSet, error) {
	var made dispute.RuleSet
	if err := access.Require(who, access.DisputesManage); err != nil {
		return made, err
	}
	if err := in.check(); err != nil {
		return made, err
	}
	rules, err := dispute.ReadRules(in.Body)
	if err != nil {
		return made, err
	}
	id, err := port.NewID(ctx)
	if err != nil {
		return made, err
	}
	err = a.write(ctx, func(ctx context.Context, tx port.Tx, now time.Time) error {
		before, found, err := madeBefore(ctx, tx.RuleSet)
		if err != nil || found {
			made = before
			return err
		}
		made, err = in.publish(ctx, tx, now, who.ID, id, rules)
		return err
	})
	return made, err
}

func (in NewTriageRules) publish(ctx context.Context, tx port.Tx, now time.Time, actor string, id uuid.UUID, rules *dispute.Rules) (dispute.RuleSet, error) {
	if err := in.fits(ctx, tx, rules); err != nil {
		return dispute.RuleSet{}, err
	}
	latest, err := latestRules(ctx, tx, in)
	if err != nil || latest.Version > 0 && latest.Hash == rules.Hash() {
		return latest, err
	}
	made := dispute.RuleSet{
		ID: id, Scope: in.Scope, Segment: in.Segment, CustomerID: in.CustomerID, Version: latest.Version + 1,
		Body: rules.Canonical(), Hash: rules.Hash(), CreatedBy: actor, CreatedAt: now,
	}
	if err := tx.InsertRuleSet(ctx, made); err != nil {
		return made, err
	}
	return made, record(ctx, tx, now, actor, event{
		action: "triage_rules.published", kind: "triage_rules", subject: made.ID, customer: made.CustomerID.UUID,
		data: map[string]any{"scope": made.Scope, "version": made.Version, "reasons": len(rules.Reasons)},
	})
}

func (in NewTriageRules) check() error {
	var f receivable.Form
	receivable.OneOf(&f, "scope", Scope(in.Scope), ToCustomer, ToSegment, ToDefault)
	if in.Scope == string(ToSegment) {
		f.Name("segment", in.Segment, maxSegment)
	} else if in.Segment != "" {
		f.Add("segment", receivable.CodeUnknown, "is for the scope segment")
	}
	if in.CustomerID.Valid != (in.Scope == string(ToCustomer)) {
		f.Add("customer_id", receivable.CodeRequired, "belongs to the scope customer, and only to it")
	}
	return f.Err("triage rules")
}

// fits refuses rules for a customer that is not there, or that name reasons nobody has.
func (in NewTriageRules) fits(ctx context.Context, tx port.Tx, rules *dispute.Rules) error {
	if in.CustomerID.Valid {
		if _, err := tx.Customer(ctx, in.CustomerID.UUID); err != nil {
			return err
		}
	}
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

// latestRules finds the latest version of the set that in continues; a zero one where there is none.
func latestRules(ctx context.Context, tx port.Tx, in NewTriageRules) (dispute.RuleSet, error) {
	var latest dispute.RuleSet
	page := port.Page{Limit: 200}
	for range maxRulesPages {
		list, err := tx.ListRuleSets(ctx, page)
		if err != nil {
			return latest, err
		}
		for _, set := range list.Items {
			if set.Scope == in.Scope && set.Segment == in.Segment && set.CustomerID == in.CustomerID && set.Version > latest.Version {
				latest = set
			}
		}
		if list.Next == "" {
			break
		}
		page.After = list.Next
	}
	return latest, nil
}

// ListTriageRules lists all versions of all sets, newest last. Errors: access.forbidden, page.bad_cursor.
func (a *App) ListTriageRules(ctx context.Context, who access.Principal, page port.Page) (port.Paged[dispute.RuleSet], error) {
	return lookup(ctx, a, who, access.DisputesRead, func(ctx context.Context, tx port.Tx) (port.Paged[dispute.RuleSet], error) {
		return tx.ListRuleSets(ctx, page)
	})
}

// TriageRulesFor shows the sets that a customer's claims follow, most specific first. The shipped rules, which count where
// nobody has published a default, have no id and the version 0. Errors: access.forbidden, customer.not_found.
func (a *App) TriageRulesFor(ctx context.Context, who access.Principal, customerID uuid.UUID) ([]dispute.RuleSet, error) {
	return lookup(ctx, a, who, access.DisputesRead, func(ctx context.Context, tx port.Tx) ([]dispute.RuleSet, error) {
		if _, err := tx.Customer(ctx, customerID); err != nil {
			return nil, err
		}
		sets, err := tx.RulesFor(ctx, customerID)
		if err != nil || slices.ContainsFunc(sets, func(s dispute.RuleSet) bool { return s.Scope == string(ToDefault) }) {
			return sets, err
		}
		shipped := dispute.DefaultRules()
		return append(sets, dispute.RuleSet{Scope: string(ToDefault), Body: shipped.Canonical(), Hash: shipped.Hash(), CreatedBy: system}), nil
	})
}
