package policy

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"arrears/domain/calendar"
	"arrears/domain/receivable"
)

func TestEveryDecisionIsOneOfFiveAndSaysWhenToLookAgain(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := genPolicy(t)
		require.NoError(t, Validate(*p))
		f, now := genFacts(t, p), genInstant.Draw(t, "now")
		f.Jitter = time.Duration(rapid.IntRange(0, 600).Draw(t, "jitter")) * time.Second
		d := Next(p, f, now)
		require.Equal(t, d, Next(p, f, now), "the same facts decide the same")
		require.Len(t, d.Items, len(f.Items))
		closed := true
		for i := range d.Items {
			checkItem(t, p, &f, &f.Items[i], &d.Items[i], now)
			closed = closed && d.Items[i].Verb == Close
		}
		require.Equal(t, closed, d.WakeAt.IsZero())
		require.Equal(t, closed, d.Now == DoClose)
		if d.Now == DoNothing {
			require.True(t, d.WakeAt.After(now))
			require.NotEqual(t, DoNothing, d.AtWake)
		}
	})
}

// checkItem asserts what holds for every decision on an item.
func checkItem(t *rapid.T, p *Policy, f *Facts, it *ItemFacts, d *ItemDecision, now time.Time) {
	t.Helper()
	require.Equal(t, it.ID, d.ItemID)
	require.NotEmpty(t, d.Reasons)
	for _, r := range d.Reasons {
		require.NotContains(t, Explain(r), "%", "each reason has its sentence")
		require.NotContains(t, Explain(r), "Reason:")
	}
	switch d.Verb {
	case Close:
		require.Zero(t, it.OpenMinor)
		require.Equal(t, DoNothing, d.Do)
		return
	case Wait, Hold:
		require.Equal(t, DoNothing, d.Do)
		require.True(t, d.WakeAt.After(now), "%v %v", d.WakeAt, now)
		require.NotEqual(t, DoNothing, d.AtWake)
	case Act, Ask:
		require.NotEqual(t, DoNothing, d.Do)
		require.Equal(t, d.Verb == Ask, d.Do == DoAskApproval)
	default:
		require.Fail(t, "no such verb", d.Verb)
	}
	require.Positive(t, it.OpenMinor)
	require.LessOrEqual(t, d.AskMinor, max(it.OpenMinor-it.DisputedMinor, 0))
	if d.takesStage() {
		checkStage(t, p, f, it, d, now)
	}
}

// checkStage asserts what holds whenever a stage's own action is done or asked for.
func checkStage(t *rapid.T, p *Policy, f *Facts, it *ItemFacts, d *ItemDecision, now time.Time) {
	t.Helper()
	today := calendar.DateOf(now, zoneOf(it.TimeZone))
	require.LessOrEqual(t, d.On, today, "never before its day")
	require.Positive(t, d.AskMinor, "nothing is left to ask")
	require.Zero(t, it.HandedOverOn)
	for _, b := range []*BlockFacts{f.Customer.Blocked, it.Blocked} {
		require.False(t, b != nil && (b.Until.IsZero() || b.Until >= today), "never while blocked")
	}
	free := it.OpenMinor - it.DisputedMinor
	for _, pr := range it.Promises {
		if pr.State == receivable.PromiseOpen {
			require.GreaterOrEqual(t, pr.HoldUntil, today, "an overdue promise is settled first")
			free -= pr.HeldMinor
		}
	}
	require.LessOrEqual(t, d.AskMinor, free, "never the promised or disputed part")
	require.GreaterOrEqual(t, free, p.MinimumOpen[it.Currency], "never below the tolerance")
	at := p.index(d.Stage)
	require.Equal(t, p.index(it.LastStageDone)+1, at, "the next stage and no other")
	if d.Action == Notice {
		require.True(t, slices.Contains(f.Customer.Channels, d.Channel))
		require.False(t, slices.Contains(it.RefusedChannels, d.Channel))
		require.False(t, p.Stages[at].Courtesy() && today >= it.DueDate, "a courtesy reminder has lapsed")
	}
}

func TestNothingIsMissedBeforeTheWake(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := genPolicy(t)
		f, now := genFacts(t, p), genInstant.Draw(t, "now")
		d := Next(p, f, now)
		if d.Now != DoNothing {
			return
		}
		wait := d.WakeAt.Sub(now)
		between := now.Add(time.Duration(rapid.Int64Range(0, int64(wait)-1).Draw(t, "between")))
		require.Equal(t, DoNothing, Next(p, f, between).Now, "something was to be done at %s, before the wake at %s", between, d.WakeAt)
	})
}

func TestHoldsAgreesWithNext(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := genPolicy(t)
		f, now := genFacts(t, p), genInstant.Draw(t, "now")
		f.Items = f.Items[:1]
		f.Items[0].Live = nil
		d := Next(p, f, now).Items[0]
		held, ok := Holds(p, f, f.Items[0].ID, d.Stage, now)
		require.Equal(t, d, held)
		require.Equal(t, d.takesStage(), ok)
		_, ok = Holds(p, f, f.Items[0].ID, "another", now)
		require.False(t, ok)
	})
}
