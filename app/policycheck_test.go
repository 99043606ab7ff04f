package app_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/notice"
	"arrears/domain/policy"
)

// A policy that names a template nobody has is refused wherever it comes in: its notice could never be composed.
func TestAPolicyNamesTemplatesThatExist(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	owed := d.owed("R-1", 1000)
	d.app = app.New(app.Deps{Store: d.db, Clock: d.clock, Templates: func() (policy.Templates, error) { return notice.Load(nil) }})
	require.NoError(t, d.app.CheckPolicy(d.reader, strict()))
	_, err := d.app.PublishPolicy(t.Context(), d.supervisor, strict())
	require.NoError(t, err)

	bad := strict()
	bad.Stages[1].Template = "reminder-9"
	for name, ask := range map[string]func(context.Context) error{
		"publish": func(ctx context.Context) error { _, err := d.app.PublishPolicy(ctx, d.supervisor, bad); return err },
		"check":   func(context.Context) error { return d.app.CheckPolicy(d.reader, bad) },
		"preview": func(ctx context.Context) error {
			_, err := d.app.PreviewPolicy(ctx, d.reader, app.PreviewRequest{InvoiceID: owed.ID, Policy: &bad})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, []string{"stages[1].template"}, d.refuses(policy.CodeInvalid, ask))
		})
	}
}

// A case follows the version it pinned, so that is what its preview tells.
func TestPreviewOfTheVersionACaseFollows(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	require.NoError(t, publishAndAssign(d, strict()))
	owed := d.owed("R-1", 1000)
	ask := func() []policy.PreviewLine {
		got, err := d.app.PreviewPolicy(t.Context(), d.reader, app.PreviewRequest{InvoiceID: owed.ID})
		require.NoError(t, err)
		return got.Lines
	}
	before := ask()
	later := strict()
	later.Stages = later.Stages[:1]
	require.NoError(t, publishAndAssign(d, later))
	require.Equal(t, before, ask())
}

func publishAndAssign(d *desk, p policy.Policy) error {
	if _, err := d.app.PublishPolicy(d.t.Context(), d.supervisor, p); err != nil {
		return err
	}
	return d.app.AssignPolicy(d.t.Context(), d.supervisor, app.Assignment{Scope: app.ToCustomer, Target: d.customer.ID.String(), PolicyKey: p.Key})
}
