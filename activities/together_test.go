package activities_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/activities"
	"arrears/app"
	"arrears/domain/casework"
	"arrears/domain/notice"
	"arrears/domain/receivable"
	"arrears/internal/testkit/pump"
	"arrears/notify/recording"
	"arrears/port"
	"arrears/workflows/contract"
)

// siblings are cases of one customer that are due for a notice at this moment, and what acts on them.
func siblings(t *testing.T, p *pump.Pump, n int) (*activities.Collection, []uuid.UUID) {
	t.Helper()
	c := p.Customer("7001", func(in *app.NewCustomer) { in.PreferredChannel = receivable.Email })
	var ids []uuid.UUID
	for i := range n {
		ids = append(ids, p.Invoice(c, fmt.Sprint("T", i), 100_00, "2023-12-20").ID)
	}
	templates, err := notice.Load(nil)
	require.NoError(t, err)
	acts := &activities.Collection{
		Store: p.DB, Clock: fixed{p.Now()},
		Office: activities.Office{Renderer: templates, Channels: map[receivable.Channel]activities.Channel{receivable.Email: &recording.Channel{}}},
	}
	for _, id := range ids { // the courtesy stage lies behind
		_, err := acts.PassStage(t.Context(), contract.Step{Subject: id})
		require.NoError(t, err)
	}
	return acts, ids
}

func stepsOf(p *pump.Pump, id uuid.UUID) (steps []casework.Step, decisions []port.DecisionRecord) {
	p.Read(func(ctx context.Context, tx port.Tx) (err error) {
		if steps, err = tx.StepsOf(ctx, id); err != nil {
			return err
		}
		decisions, err = tx.DecisionsOf(ctx, id)
		return err
	})
	return slices.DeleteFunc(steps, func(s casework.Step) bool { return s.State != casework.StepLive }), decisions
}

// The first case of a customer takes the others along: one notice, a line each. The others find what was decided, unless they
// have heard that something changed.
func TestCasesOfACustomerStepTogether(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	acts, ids := siblings(t, p, 7)
	first, err := acts.SendNotice(t.Context(), contract.Step{Subject: ids[3], Calm: true})
	require.NoError(t, err)
	require.True(t, first.WakeAt.After(p.Now()))
	notices := map[uuid.UUID]bool{}
	for _, id := range ids {
		live, decisions := stepsOf(p, id)
		require.Len(t, live, 1)
		notices[live[0].NoticeID.UUID] = true
		calm, err := acts.SendNotice(t.Context(), contract.Step{Subject: id, Calm: true})
		require.NoError(t, err)
		require.Equal(t, len(decisions), calm.Seq, "it answers with the last recorded decision")
		require.True(t, calm.WakeAt.Equal(first.WakeAt))
		require.Equal(t, first.AtWake, calm.AtWake)
		_, after := stepsOf(p, id)
		require.Len(t, after, len(decisions), "and decides nothing")
	}
	require.Len(t, notices, 1)
	stirred, err := acts.SendNotice(t.Context(), contract.Step{Subject: ids[0]})
	require.NoError(t, err)
	_, decisions := stepsOf(p, ids[0])
	require.Equal(t, len(decisions), stirred.Seq)
	live, _ := stepsOf(p, ids[0])
	require.Len(t, live, 1, "a step is done once")
}

// A case that cannot go on does not keep the others of its customer from going on.
func TestOneThatCannotGoOnIsLeftBehind(t *testing.T) {
	t.Parallel()
	p, url := newPumpURL(t)
	acts, ids := siblings(t, p, 3)
	sql(t, url, `SET session_replication_role = replica; UPDATE cases SET policy_version_id = gen_random_uuid() WHERE id = '`+ids[1].String()+`'`)
	_, err := acts.SendNotice(t.Context(), contract.Step{Subject: ids[0], Calm: true})
	require.NoError(t, err)
	live, _ := stepsOf(p, ids[0])
	require.Len(t, live, 1)
	live, _ = stepsOf(p, ids[2])
	require.Len(t, live, 1, "and not from going on together")
	_, err = acts.SendNotice(t.Context(), contract.Step{Subject: ids[1], Calm: true})
	require.Error(t, err)
	live, _ = stepsOf(p, ids[1])
	require.Empty(t, live)
	_, err = acts.SendNotice(t.Context(), contract.Step{Subject: ids[2], Calm: true})
	require.NoError(t, err)
}
