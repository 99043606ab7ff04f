package store_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"arrears/domain/dispute"
	"arrears/port"
)

// What the migration writes is what the domain ships.
func TestTheShippedReasonsAreThere(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.in(t, func(ctx context.Context, tx port.Tx) {
		got, err := tx.ReasonCodes(ctx)
		require.NoError(t, err)
		require.Equal(t, dispute.ShippedReasons(), got)
		page, err := tx.ListRuleSets(ctx, port.TriageRules, port.Page{})
		require.NoError(t, err)
		require.Empty(t, page.Items, "the rules are published by the application")
	})
}

func TestReasonCodes(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	put := func(c dispute.ReasonCode) func(context.Context, port.Tx) error {
		return func(ctx context.Context, tx port.Tx) error { return tx.PutReasonCode(ctx, c) }
	}
	own := dispute.ReasonCode{Code: "swell", Name: "Swell allowance", Trade: true, Active: true}
	h.refuses(t, "", put(own))
	h.refuses(t, "reason_code.exists", put(own))
	own.Version, own.Name, own.Active, own.Trade = 1, "Swell", false, false
	h.refuses(t, "", put(own))
	h.refuses(t, "reason_code.changed", put(own))
	own.Version = 2
	h.in(t, func(ctx context.Context, tx port.Tx) {
		got, err := tx.ReasonCodes(ctx)
		require.NoError(t, err)
		require.Contains(t, got, own)
		require.Len(t, got, len(dispute.ShippedReasons())+1)
	})
}

func rulesOf(scope string, version int) port.RuleSet {
	return port.RuleSet{
		ID: newID(), Scope: scope, Version: version, Body: []byte(fmt.Sprintf(`{"z": %d,  "a": "as hashed"}`, version)),
		Hash: [32]byte{byte(version)}, CreatedBy: "key-1", CreatedAt: noon,
	}
}

func TestRulesOfACustomerItsSegmentAndTheHouse(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	plain := customerOf("K-2")
	plain.Segment = ""
	house1, house2, retail, wholesale, own := rulesOf("default", 1), rulesOf("default", 2), rulesOf("segment", 1), rulesOf("segment", 3), rulesOf("customer", 1)
	retail.Segment, wholesale.Segment, own.CustomerID = "retail", "wholesale", someID(h.customer.ID)
	h.in(t, func(ctx context.Context, tx port.Tx) {
		require.NoError(t, tx.InsertCustomer(ctx, plain))
		for _, r := range []port.RuleSet{house1, house2, retail, wholesale, own} {
			require.NoError(t, tx.InsertRuleSet(ctx, port.TriageRules, r))
		}
		got, err := tx.RuleSetsFor(ctx, port.TriageRules, h.customer.ID)
		require.NoError(t, err)
		require.Equal(t, []port.RuleSet{own, retail, house2}, got)
		got, err = tx.RuleSetsFor(ctx, port.TriageRules, plain.ID)
		require.NoError(t, err)
		require.Equal(t, []port.RuleSet{house2}, got)
		one, err := tx.RuleSet(ctx, port.TriageRules, house1.ID)
		require.NoError(t, err)
		require.Equal(t, house1, one)
	})
	all := everyPage(t, h, func(ctx context.Context, tx port.Tx, p port.Page) (port.Paged[port.RuleSet], error) {
		return tx.ListRuleSets(ctx, port.TriageRules, p)
	})
	require.Equal(t, []port.RuleSet{house1, house2, retail, wholesale, own}, all)
	for _, taken := range []port.RuleSet{house2, retail, own} {
		taken.ID = newID()
		h.refuses(t, "triage_rules.changed", func(ctx context.Context, tx port.Tx) error { return tx.InsertRuleSet(ctx, port.TriageRules, taken) })
	}
	h.refuses(t, "triage_rules.not_found", func(ctx context.Context, tx port.Tx) error {
		_, err := tx.RuleSet(ctx, port.TriageRules, newID())
		return err
	})
}

func TestApprovalLimits(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	put := func(l dispute.Limit) func(context.Context, port.Tx) error {
		return func(ctx context.Context, tx port.Tx) error { return tx.PutLimit(ctx, l) }
	}
	l := dispute.Limit{Role: "analyst", Currency: "EUR", Kind: "valid", AmountMinor: 50000}
	other := dispute.Limit{Role: "analyst", Currency: "EUR", Kind: "invalid", AmountMinor: 90000}
	h.refuses(t, "", put(l))
	h.refuses(t, "", put(other))
	h.refuses(t, "approval_limit.changed", put(l))
	l.Version, l.AmountMinor, other.Version = 1, 60000, 1
	h.refuses(t, "", put(l))
	h.refuses(t, "approval_limit.changed", put(l))
	l.Version = 2
	h.in(t, func(ctx context.Context, tx port.Tx) {
		got, err := tx.Limits(ctx)
		require.NoError(t, err)
		require.Equal(t, []dispute.Limit{other, l}, got)
	})
}

func TestAliasesLearn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	reason := dispute.Alias{Kind: "reason", Spelling: "frieght", Reason: "freight", LearnedBy: "key-1", LearnedAt: noon}
	customer := dispute.Alias{Kind: "customer", Spelling: "nordwind", CustomerID: someID(h.customer.ID), LearnedBy: "key-1", LearnedAt: noon}
	h.in(t, func(ctx context.Context, tx port.Tx) {
		require.NoError(t, tx.LearnAlias(ctx, reason))
		require.NoError(t, tx.LearnAlias(ctx, customer))
		reason.Reason, reason.LearnedBy, reason.LearnedAt = "damage", "key-2", noon.Add(time.Hour)
		require.NoError(t, tx.LearnAlias(ctx, reason))
		reason.Uses, customer.Uses = 2, 1
		got, err := tx.Aliases(ctx, "reason", []string{"frieght", "nordwind", "unheard"})
		require.NoError(t, err)
		require.Equal(t, map[string]dispute.Alias{"frieght": reason}, got)
		got, err = tx.Aliases(ctx, "customer", []string{"nordwind"})
		require.NoError(t, err)
		require.Equal(t, map[string]dispute.Alias{"nordwind": customer}, got)
		got, err = tx.Aliases(ctx, "customer", nil)
		require.NoError(t, err)
		require.Empty(t, got)
	})
	h.refuses(t, "reason_code.unknown", func(ctx context.Context, tx port.Tx) error {
		reason.Reason = "moonlight"
		return tx.LearnAlias(ctx, reason)
	})
	h.refuses(t, "customer.not_found", func(ctx context.Context, tx port.Tx) error {
		customer.CustomerID = someID(newID())
		return tx.LearnAlias(ctx, customer)
	})
}
