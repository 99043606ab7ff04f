package activities_test

import (
	"encoding/hex"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/calendar"
	"arrears/domain/casework"
	"arrears/domain/notice"
	"arrears/domain/policy"
	"arrears/domain/receivable"
	"arrears/internal/testkit"
	"arrears/internal/testkit/pump"
	"arrears/notify"
	"arrears/port"
)

func date(s string) calendar.Date { return calendar.MustDate(s) }

func valid(id uuid.UUID) uuid.NullUUID { return uuid.NullUUID{UUID: id, Valid: true} }

func newPump(t *testing.T, options ...pump.Options) *pump.Pump {
	t.Helper()
	db, _ := testkit.DB(t)
	return pump.New(t, db, options...)
}

// newPumpURL returns the database's address as well, for what no use case does.
func newPumpURL(t *testing.T) (*pump.Pump, string) {
	t.Helper()
	db, url := testkit.DB(t)
	return pump.New(t, db), url
}

func sql(t testing.TB, url, statement string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	require.NoError(t, err)
	_, err = conn.Exec(t.Context(), statement)
	require.NoError(t, err)
	require.NoError(t, conn.Close(t.Context()))
}

// decision is an answer to an approval exactly as it was read.
func decision(ap casework.Approval, approve bool, comment string) app.DecideApproval {
	return app.DecideApproval{ID: ap.ID, Approve: approve, Comment: comment, ContentHash: hex.EncodeToString(ap.ContentHash[:]), Version: ap.Version}
}

func approve(t *testing.T, p *pump.Pump, ap casework.Approval) {
	t.Helper()
	_, err := p.App.DecideApproval(t.Context(), pump.Boss, decision(ap, true, "fine"))
	require.NoError(t, err)
}

func reject(t *testing.T, p *pump.Pump, ap casework.Approval, why string) {
	t.Helper()
	_, err := p.App.DecideApproval(t.Context(), pump.Boss, decision(ap, false, why))
	require.NoError(t, err)
}

// oneApproval is the only approval that waits.
func oneApproval(t *testing.T, p *pump.Pump) casework.Approval {
	t.Helper()
	open := p.OpenApprovals()
	require.Len(t, open, 1)
	return open[0]
}

// assign publishes a policy and gives it to a customer.
func assign(t *testing.T, p *pump.Pump, c receivable.Customer, pol policy.Policy) {
	t.Helper()
	p.Publish(pol)
	require.NoError(t, p.App.AssignPolicy(t.Context(), pump.Admin, app.Assignment{Scope: app.ToCustomer, Target: c.ID.String(), PolicyKey: pol.Key}))
}

// ladder is a policy of one window all week and the given stages.
func ladder(key string, stages ...policy.Stage) policy.Policy {
	return policy.Policy{
		Key: key, Kind: policy.Collection, Description: "for a story", Stages: stages,
		Window:  calendar.Window{From: 8 * 60, To: 17 * 60, Days: allWeek()},
		Credits: policy.CreditsReserve, BrokenPromise: policy.BrokenResume, ReviewDays: 14,
	}
}

func remind(key string, days int) policy.Stage {
	return policy.Stage{
		Key: key, Name: key, Moment: policy.Moment{Basis: policy.FromDue, Days: days}, WhenUnmet: policy.UnmetWait,
		Action: policy.Notice, Template: "reminder-1", Channels: []receivable.Channel{receivable.Email, receivable.Letter},
	}
}

func approved(s policy.Stage, at policy.AtDeadline) policy.Stage {
	s.Approval = &policy.Approval{Role: "supervisor", DeadlineDays: 2, AtDeadline: at}
	return s
}

func states(notices []notice.Notice) []notice.State {
	all := make([]notice.State, len(notices))
	for i, n := range notices {
		all[i] = n.State
	}
	return all
}

// answers gives each message the next of these outcomes; the last goes on.
func answers(kinds ...notice.OutcomeKind) func(notify.Message) notify.Outcome {
	return func(notify.Message) notify.Outcome {
		kind := kinds[0]
		if len(kinds) > 1 {
			kinds = kinds[1:]
		}
		return notify.Outcome{Kind: kind, Detail: "told so"}
	}
}

func portPage() port.Page { return port.Page{} }
