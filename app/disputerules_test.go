package app_test

import (
	"context"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/dispute"
	"arrears/domain/receivable"
	"arrears/port"
)

const ourRules = `{"codes":[{"match":["K 4711"],"reason":"pricing"}],"reasons":{"pricing":{"team":"house","priority":2,"evidence":[],
"deadlines":{"decision":{"days":3}}}},"payable_days":4}`

// The customer's own rules come before the shipped ones, and a case keeps the version that sorted it.
func TestACustomersOwnRules(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	shipped, err := c.app.TriageRulesFor(t.Context(), c.reader, c.customer.ID)
	require.NoError(t, err)
	require.Len(t, shipped, 1)
	require.Zero(t, shipped[0].Version)
	in := app.NewRules{Scope: "customer", CustomerID: c.id(c.customer.ID), Body: []byte(ourRules)}
	var set port.RuleSet
	c.again(func(ctx context.Context) {
		set, err = c.app.PublishTriageRules(ctx, c.supervisor, in)
		require.NoError(t, err)
	})
	require.Equal(t, 1, set.Version)
	same, err := c.app.PublishTriageRules(t.Context(), c.supervisor, in)
	require.NoError(t, err)
	require.Equal(t, set.ID, same.ID, "the same content is the same version")

	d := c.claim(dispute.Deduction, 20_000, "k-4711")
	require.Equal(t, []any{"pricing", "house", 2, set.ID}, []any{d.Reason, d.Team, d.Priority, d.Rules.UUID})
	require.Equal(t, day("2026-03-05"), c.deadline(d.ID, dispute.DeadlineDecision).DueOn)
	require.Empty(t, evidenceOf(c.file(d.ID), "price_agreement").DocumentKind, "they need none for it")
	f := c.decide(c.analyst, d.ID, dispute.DecideInvalid)
	require.Equal(t, day("2026-03-06"), f.PayableBy)

	in.Body = []byte(`{"payable_days":5}`)
	next, err := c.app.PublishTriageRules(t.Context(), c.supervisor, in)
	require.NoError(t, err)
	require.Equal(t, 2, next.Version)
	list, err := c.app.ListTriageRules(t.Context(), c.reader, port.Page{})
	require.NoError(t, err)
	require.Len(t, list.Items, 2)
	effective, err := c.app.TriageRulesFor(t.Context(), c.reader, c.customer.ID)
	require.NoError(t, err)
	require.Equal(t, []int{2, 0}, []int{effective[0].Version, effective[1].Version})
}

func TestRulesOfTheInstallationTakeTheShippedOnesPlace(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	_, err := c.app.PublishTriageRules(t.Context(), c.supervisor, app.NewRules{Scope: "default", Body: []byte(ourRules)})
	require.NoError(t, err)
	sets, err := c.app.TriageRulesFor(t.Context(), c.reader, c.customer.ID)
	require.NoError(t, err)
	require.Len(t, sets, 1)
	require.Equal(t, 1, sets[0].Version)
	require.Empty(t, c.deduction(20_000).Reason, "the code tax is none of them")
}

func TestRulesRefusals(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	publish := func(code string, in app.NewRules) []string {
		t.Helper()
		return c.refuses(code, func(ctx context.Context) error { _, err := c.app.PublishTriageRules(ctx, c.supervisor, in); return err })
	}
	body := []byte(ourRules)
	publish(receivable.CodeInvalid, app.NewRules{Scope: "planet", Body: body})
	publish(receivable.CodeInvalid, app.NewRules{Scope: "segment", Body: body})
	publish(receivable.CodeInvalid, app.NewRules{Scope: "default", Segment: "retail", Body: body})
	publish(receivable.CodeInvalid, app.NewRules{Scope: "customer", Body: body})
	publish("customer.not_found", app.NewRules{Scope: "customer", CustomerID: c.id(uuid.New()), Body: body})
	publish(app.CodeRulesInvalid, app.NewRules{Scope: "default", Body: []byte(`{"colour":"red"}`)})
	paths := publish(app.CodeRulesInvalid, app.NewRules{Scope: "default", Body: []byte(`{"codes":[{"match":["x1"],"reason":"weather"}]}`)})
	require.Equal(t, []string{"codes[0].reason"}, paths)
	for _, who := range []access.Principal{c.analyst, c.collector, c.reader} {
		c.refuses(access.CodeForbidden, func(ctx context.Context) error {
			_, err := c.app.PublishTriageRules(ctx, who, app.NewRules{Scope: "default", Body: body})
			return err
		})
	}
	c.refuses("customer.not_found", func(ctx context.Context) error {
		_, err := c.app.TriageRulesFor(ctx, c.reader, uuid.New())
		return err
	})
}

func TestReasonCodes(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	list, err := c.app.ReasonCodes(t.Context(), c.reader)
	require.NoError(t, err)
	require.Len(t, list, len(dispute.ShippedReasons()))
	fresh := dispute.ReasonCode{Code: "pallets", Name: "Pallets", Active: true}
	c.again(func(ctx context.Context) {
		made, err := c.app.PutReasonCode(ctx, c.supervisor, fresh)
		require.NoError(t, err)
		require.Equal(t, int64(1), made.Version)
	})
	put := func(code string, who access.Principal, in dispute.ReasonCode) {
		t.Helper()
		c.refuses(code, func(ctx context.Context) error { _, err := c.app.PutReasonCode(ctx, who, in); return err })
	}
	put("reason_code.exists", c.supervisor, fresh)
	put("reason_code.invalid", c.supervisor, dispute.ReasonCode{Code: "Pallets!", Name: "Pallets"})
	put("access.forbidden", c.analyst, fresh)
	fresh.Version, fresh.Name, fresh.Trade = 1, "Lost pallets", true
	made, err := c.app.PutReasonCode(t.Context(), c.supervisor, fresh)
	require.NoError(t, err)
	require.Equal(t, []any{"Lost pallets", true, int64(2)}, []any{made.Name, made.Trade, made.Version})
	put("reason_code.changed", c.supervisor, fresh)
}

func TestApprovalLimits(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	list, err := c.app.ApprovalLimits(t.Context(), c.reader)
	require.NoError(t, err)
	require.Len(t, list, 10)
	put := func(code string, who access.Principal, role access.Role, minor int64) {
		t.Helper()
		c.refuses(code, func(ctx context.Context) error {
			_, err := c.app.PutApprovalLimit(ctx, who, dispute.Limit{Role: string(role), Currency: "USD", Kind: "valid", AmountMinor: minor})
			return err
		})
	}
	put(access.CodeForbidden, c.analyst, access.Analyst, 1)
	put(access.CodeForbidden, c.supervisor, access.Supervisor, 1)
	put(access.CodeForbidden, c.supervisor, access.Admin, 1)
	put(access.CodeForbidden, c.admin, access.Collector, 1)
	put(dispute.CodeLimitInvalid, c.admin, "root", 1)
	put(dispute.CodeLimitInvalid, c.admin, access.Analyst, -1)
	made, err := c.app.PutApprovalLimit(t.Context(), c.supervisor, dispute.Limit{
		Role: "analyst", Currency: "EUR", Kind: "valid", AmountMinor: 10, Version: 1,
	})
	require.NoError(t, err)
	require.Equal(t, []int64{10, 2}, []int64{made.AmountMinor, made.Version})
	require.Equal(t, dispute.AwaitingApproval, c.decide(c.analyst, c.deduction(11).ID, dispute.DecideValid).State)
	c.refuses("approval_limit.changed", func(ctx context.Context) error {
		_, err := c.app.PutApprovalLimit(ctx, c.supervisor, dispute.Limit{Role: "analyst", Currency: "EUR", Kind: "valid", Version: 1})
		return err
	})
}

// The worklist and the lists show what there is to do; who may not read sees nothing.
func TestListsAndWorklist(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	small, large := c.deduction(10_000), c.deduction(20_000)
	gone := c.claim(dispute.Contest, 5_000, "tax")
	_, err := c.app.WithdrawDispute(t.Context(), c.collector, gone.ID, "no")
	require.NoError(t, err)
	work, err := c.app.DisputeWorklist(t.Context(), c.reader, port.DisputeFilter{}, port.Page{})
	require.NoError(t, err)
	require.Equal(t, []uuid.UUID{large.ID, small.ID}, []uuid.UUID{work.Items[0].Dispute.ID, work.Items[1].Dispute.ID})
	require.Len(t, work.Items, 2)
	require.Greater(t, work.Items[0].Order.Score, work.Items[1].Order.Score)
	require.NotEmpty(t, work.Items[0].Order.Why)
	list, err := c.app.ListDisputes(t.Context(), c.reader, port.DisputeFilter{States: []dispute.State{dispute.Closed}}, port.Page{})
	require.NoError(t, err)
	require.Len(t, list.Items, 1)
	require.Equal(t, gone.ID, list.Items[0].ID)
	nobody := access.Principal{ID: "nobody"}
	for _, read := range []func(context.Context) error{
		func(ctx context.Context) error { _, err := c.app.DisputeCase(ctx, nobody, small.ID); return err },
		func(ctx context.Context) error {
			_, err := c.app.DisputeTimeline(ctx, nobody, small.ID, port.Page{})
			return err
		},
		func(ctx context.Context) error { _, err := c.app.ReasonCodes(ctx, nobody); return err },
		func(ctx context.Context) error {
			_, err := c.app.DisputeWorklist(ctx, nobody, port.DisputeFilter{}, port.Page{})
			return err
		},
	} {
		c.refuses(access.CodeForbidden, read)
	}
	c.refuses("dispute.not_found", func(ctx context.Context) error {
		_, err := c.app.DisputeTimeline(ctx, c.reader, uuid.New(), port.Page{})
		return err
	})
}
