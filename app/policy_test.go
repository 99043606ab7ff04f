package app_test

import (
	"context"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/policy"
	"arrears/port"
)

// strict is a policy of its own, under another key.
func strict() policy.Policy {
	p := policy.Default()
	p.Key = "strict"
	return p
}

func TestPublishPolicy(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	first, err := d.app.PublishPolicy(t.Context(), d.supervisor, strict())
	require.NoError(t, err)
	require.Equal(t, []any{1, "supervisor-1"}, []any{first.Number, first.CreatedBy})
	d.recorded(first.ID, "policy.published")
	same, err := d.app.PublishPolicy(t.Context(), d.admin, strict())
	require.NoError(t, err)
	require.Equal(t, first.ID, same.ID, "the same content again")
	changed := strict()
	changed.MinDaysBetweenNotices++
	second, err := d.app.PublishPolicy(t.Context(), d.admin, changed)
	require.NoError(t, err)
	require.Equal(t, 2, second.Number)
	latest, err := d.app.PolicyVersion(t.Context(), d.reader, "strict", 0)
	require.NoError(t, err)
	require.Equal(t, second.ID, latest.ID)
	list, err := d.app.ListPolicyVersions(t.Context(), d.reader, "strict")
	require.NoError(t, err)
	require.Len(t, list, 2)
	rows, err := d.app.ListPolicies(t.Context(), d.reader)
	require.NoError(t, err)
	require.Len(t, rows, 2, "the default one and ours")

	d.refuses("policy.invalid", func(ctx context.Context) error {
		bad := strict()
		bad.Stages[0].Key = ""
		_, err := d.app.PublishPolicy(ctx, d.supervisor, bad)
		return err
	})
	d.refuses("access.forbidden", func(ctx context.Context) error {
		_, err := d.app.PublishPolicy(ctx, d.collector, strict())
		return err
	})
	d.refuses("policy.not_found", func(ctx context.Context) error {
		_, err := d.app.ListPolicyVersions(ctx, d.reader, "none")
		return err
	})
}

// The policy of the invoice wins over that of the customer, that over the segment's, that over the default.
func TestAssignedPolicyByPrecedence(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	keys := []string{"by-default", "by-segment", "by-customer", "by-invoice"}
	for _, key := range keys {
		p := strict()
		p.Key = key
		_, err := d.app.PublishPolicy(t.Context(), d.supervisor, p)
		require.NoError(t, err)
	}
	_, err := d.app.UpdateCustomer(t.Context(), d.supervisor, d.customer.ID, app.CustomerChange{Version: 1, Segment: ptr("retail")})
	require.NoError(t, err)
	follows := func(number string, in app.NewInvoice) string {
		in.Number = number
		inv, err := d.app.CreateInvoice(t.Context(), d.supervisor, in)
		require.NoError(t, err)
		var key string
		require.NoError(t, d.conn.QueryRow(t.Context(),
			`SELECT v.key FROM cases c JOIN policy_versions v ON v.id = c.policy_version_id WHERE c.id = $1`, inv.ID).Scan(&key))
		return key
	}
	in := d.newInvoice("")
	require.Equal(t, "standard", follows("R-0", in))
	assign := func(scope app.Scope, target, key string) {
		require.NoError(t, d.app.AssignPolicy(t.Context(), d.supervisor, app.Assignment{Scope: scope, Target: target, PolicyKey: key}))
	}
	assign(app.ToDefault, "", keys[0])
	require.Equal(t, keys[0], follows("R-1", in))
	assign(app.ToSegment, "retail", keys[1])
	require.Equal(t, keys[1], follows("R-2", in))
	assign(app.ToCustomer, d.customer.ID.String(), keys[2])
	require.Equal(t, keys[2], follows("R-3", in))
	in.PolicyKey = keys[3]
	require.Equal(t, keys[3], follows("R-4", in))
	in.PolicyKey = ""
	assign(app.ToCustomer, d.customer.ID.String(), "")
	require.NoError(t, d.app.SetSegmentPolicy(t.Context(), d.supervisor, "retail", ""))
	require.Equal(t, keys[0], follows("R-5", in))
	segments, err := d.app.ListSegments(t.Context(), d.reader)
	require.NoError(t, err)
	require.Equal(t, []port.Segment{{Segment: "retail"}}, segments)
}

func TestAssignPolicyToAnInvoice(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	owed := d.owed("R-1", 1000)
	_, err := d.app.PublishPolicy(t.Context(), d.supervisor, strict())
	require.NoError(t, err)
	in := app.Assignment{Scope: app.ToInvoice, Target: owed.ID.String(), PolicyKey: "strict"}
	require.NoError(t, d.app.AssignPolicy(t.Context(), d.supervisor, in))
	require.Equal(t, "strict", d.now(owed.ID).PolicyKey)
	require.Equal(t, "supervisor-1", d.now(owed.ID).AmountsChangedBy, "no amount was changed")
	for name, c := range map[string]struct {
		code string
		in   app.Assignment
	}{
		"unknown policy":   {"policy.not_found", app.Assignment{Scope: app.ToInvoice, Target: owed.ID.String(), PolicyKey: "none"}},
		"unknown invoice":  {"invoice.not_found", app.Assignment{Scope: app.ToInvoice, Target: uuid.NewString()}},
		"unknown customer": {"customer.not_found", app.Assignment{Scope: app.ToCustomer, Target: uuid.NewString()}},
		"no id":            {"receivable.invalid", app.Assignment{Scope: app.ToCustomer, Target: "x"}},
		"no segment":       {"receivable.invalid", app.Assignment{Scope: app.ToSegment}},
		"no default":       {"receivable.invalid", app.Assignment{Scope: app.ToDefault}},
		"unknown scope":    {"receivable.invalid", app.Assignment{Scope: "world"}},
	} {
		t.Run(name, func(t *testing.T) {
			d.refuses(c.code, func(ctx context.Context) error { return d.app.AssignPolicy(ctx, d.supervisor, c.in) })
		})
	}
	d.refuses("access.forbidden", func(ctx context.Context) error { return d.app.AssignPolicy(ctx, d.collector, in) })
}

func TestPreviewPolicy(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	owed := d.owed("R-1", 100000)
	before := d.fingerprint()
	got, err := d.app.PreviewPolicy(t.Context(), d.reader, app.PreviewRequest{InvoiceID: owed.ID})
	require.NoError(t, err)
	require.Equal(t, "standard", got.PolicyKey)
	require.NotEmpty(t, got.Lines)
	require.NotEmpty(t, got.Lines[0].Text)
	own := strict()
	got, err = d.app.PreviewPolicy(t.Context(), d.collector, app.PreviewRequest{InvoiceID: owed.ID, Policy: &own})
	require.NoError(t, err)
	require.Equal(t, "strict", got.PolicyKey)
	_, err = d.app.PreviewPolicy(t.Context(), d.collector, app.PreviewRequest{InvoiceID: owed.ID, PolicyKey: "standard", Version: 1})
	require.NoError(t, err)
	require.Equal(t, before, d.fingerprint(), "a preview changes nothing")
	own.Stages[0].Key = ""
	for name, c := range map[string]struct {
		code string
		in   app.PreviewRequest
	}{
		"unknown invoice": {"invoice.not_found", app.PreviewRequest{InvoiceID: uuid.New()}},
		"unknown policy":  {"policy.not_found", app.PreviewRequest{InvoiceID: owed.ID, PolicyKey: "none"}},
		"wrong policy":    {"policy.invalid", app.PreviewRequest{InvoiceID: owed.ID, Policy: &own}},
		"both":            {"receivable.invalid", app.PreviewRequest{InvoiceID: owed.ID, PolicyKey: "x", Policy: &own}},
	} {
		t.Run(name, func(t *testing.T) {
			d.refuses(c.code, func(ctx context.Context) error {
				_, err := d.app.PreviewPolicy(ctx, d.reader, c.in)
				return err
			})
		})
	}
}
