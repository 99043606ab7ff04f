package policy

import (
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/domain/receivable"
)

func TestASendThatGoesAsExpectedMovesNoDate(t *testing.T) {
	t.Parallel()
	p, f := standard(), invoice("2026-03-02")
	it := &f.Items[0]
	did(it, "courtesy", "2026-03-02")
	it.Live = &LiveStep{Stage: "reminder-1", Action: Notice, State: "live", ExpectedOn: day("2026-03-09"), Since: day("2026-03-07")}
	d := one(t, p, f, at9("2026-03-07"))
	decides(t, d, Wait, DoNothing, "reminder-1", ReasonStepLive)
	require.Equal(t, 1, d.Level)
	require.Equal(t, []string{ReasonStepLive}, codes(d), "what it looked ahead to is not a reason of today")
	before := d.WakeAt
	sent(p, it, "reminder-1", "2026-03-09")
	require.Equal(t, before, one(t, p, f, at9("2026-03-09")).WakeAt)
}

func TestASendAfterAnOutageLooksAheadToTheLeastDays(t *testing.T) {
	t.Parallel()
	p, f := standard(), invoice("2025-03-03")
	it := &f.Items[0]
	it.Live = &LiveStep{Stage: "reminder-1", Action: Notice, State: "live", ExpectedOn: day("2026-03-09")}
	wakes(t, one(t, p, f, at9("2026-03-07")), "2026-03-12", DoSendNotice)
	// Late: it counts from today on, so the wake never lies in the past.
	wakes(t, one(t, p, f, at9("2026-03-16")), "2026-03-19", DoSendNotice)
	// A promise ends earlier.
	it.Promises = []PromiseFacts{{State: receivable.PromiseOpen, HeldMinor: 1, HoldUntil: day("2026-03-10")}}
	wakes(t, one(t, p, f, at9("2026-03-07")), "2026-03-11", DoSettle)
}

func TestALiveLastStageLooksAheadToTheEndOfTheLadder(t *testing.T) {
	t.Parallel()
	p, f := fixture(t, "p3"), invoice("2013-01-18")
	f.Items[0].Live = &LiveStep{Stage: "l3", Action: Notice, State: liveApproved, ExpectedOn: day("2013-03-31")}
	wakes(t, one(t, p, f, at9("2013-03-31")), "2013-04-30", DoOpenTask)
}

func TestALiveCourtesyBeforeOneThatLapsed(t *testing.T) {
	t.Parallel()
	p := parsed(t, `
key: two-courtesies
stages:
  - {key: a, moment: due - 10 days, action: notice, template: courtesy}
  - {key: b, moment: due - 5 days, action: notice, template: courtesy}
`)
	f := invoice("2026-03-02")
	f.Items[0].Live = &LiveStep{Stage: "a", Action: Notice, State: "live", ExpectedOn: day("2026-02-27")}
	wakes(t, one(t, p, f, at9("2026-02-27")), "2026-03-02", DoPassStage)
	// On the due date itself the next one has lapsed; the day after is soon enough to note it.
	wakes(t, one(t, p, f, at9("2026-03-02")), "2026-03-03", DoPassStage)
}

func TestStepsThatSendNothingWaitForTheirOwnDeadline(t *testing.T) {
	t.Parallel()
	p, f := standard(), invoice("2026-03-02")
	it := &f.Items[0]
	did(it, "credit-hold", "2026-04-11")
	it.Live = &LiveStep{Stage: "hand-over", Action: HandOver, State: liveAwaiting, Since: day("2026-05-01"), DueAt: at9("2026-05-06")}
	it.Promises = []PromiseFacts{{State: receivable.PromiseOpen, HeldMinor: 1, HoldUntil: day("2026-05-03")}}
	d := one(t, p, f, at9("2026-05-01"))
	wakes(t, d, "2026-05-04", DoSettle)
	it.Promises[0].HoldUntil = day("2026-05-20")
	d = one(t, p, f, at9("2026-05-01"))
	wakes(t, d, "2026-05-06", DoDeadline)
	it.Live.DueAt = it.Live.DueAt.AddDate(-3000, 0, 0)
	decides(t, one(t, p, f, at9("2026-05-01")), Act, DoDeadline, "hand-over")
	it.Live.State = "live"
	decides(t, one(t, p, f, at9("2026-05-01")), Wait, DoNothing, "hand-over", ReasonStepLive)
}

func TestAnApprovedStepWaitsWhileSomethingHoldsItBack(t *testing.T) {
	t.Parallel()
	p, f := standard(), invoice("2026-03-02")
	it := &f.Items[0]
	did(it, "credit-hold", "2026-04-11")
	it.Live = &LiveStep{Stage: "hand-over", Action: HandOver, State: liveApproved, Since: day("2026-05-01")}
	it.Blocked = &BlockFacts{Reason: "goodwill", Until: day("2026-05-10")}
	d := one(t, p, f, at9("2026-05-05"))
	decides(t, d, Hold, DoNothing, "hand-over", ReasonBlockedItem)
	wakes(t, d, "2026-05-11", DoReview)
	decides(t, one(t, p, f, at9("2026-05-11")), Act, DoHandOver, "hand-over", ReasonApproved)
}

func TestHoldsSaysWhetherALineWouldStillBeSent(t *testing.T) {
	t.Parallel()
	p, f := standard(), invoice("2026-03-02")
	it := &f.Items[0]
	did(it, "courtesy", "2026-03-02")
	it.Live = &LiveStep{Stage: "reminder-1", Action: Notice, State: "live", ExpectedOn: day("2026-03-09")}
	now := at9("2026-03-09")

	d, holds := Holds(p, f, it.ID, "reminder-1", now)
	require.True(t, holds)
	require.Equal(t, int64(10000), d.AskMinor)
	it.DisputedMinor = 4000
	d, holds = Holds(p, f, it.ID, "reminder-1", now)
	require.True(t, holds)
	require.Equal(t, int64(6000), d.AskMinor, "today's amount")
	require.NotNil(t, f.Items[0].Live, "the caller's facts stay as they are")

	for name, change := range map[string]func(*Facts){
		"paid":     func(f *Facts) { f.Items[0].OpenMinor = 0 },
		"disputed": func(f *Facts) { f.Items[0].DisputedMinor = 10000 },
		"blocked":  func(f *Facts) { f.Customer.Blocked = &BlockFacts{Reason: "legal"} },
		"promised": func(f *Facts) {
			f.Items[0].Promises = []PromiseFacts{{State: receivable.PromiseOpen, HeldMinor: 6000, HoldUntil: day("2026-03-09")}}
		},
		"promise overdue": func(f *Facts) {
			f.Items[0].Promises = []PromiseFacts{{State: receivable.PromiseOpen, HeldMinor: 1, HoldUntil: day("2026-03-08")}}
		},
		"covered":     func(f *Facts) { f.Items[0].ReservedMinor = 6000 },
		"done since":  func(f *Facts) { sent(p, &f.Items[0], "reminder-1", "2026-03-08") },
		"handed over": func(f *Facts) { f.Items[0].HandedOverOn = day("2026-03-08") },
		"unreachable": func(f *Facts) { f.Customer.Channels = nil },
		"gone":        func(f *Facts) { f.Items = nil },
	} {
		changed := f
		changed.Items = append([]ItemFacts(nil), f.Items...)
		change(&changed)
		_, holds := Holds(p, changed, itemID(1), "reminder-1", now)
		require.False(t, holds, name)
	}
	_, holds = Holds(p, f, it.ID, "reminder-2", now)
	require.False(t, holds, "another stage")
	_, holds = Holds(p, f, uuid.UUID{15: 99}, "reminder-1", now)
	require.False(t, holds, "another item")
	_, holds = Holds(p, f, it.ID, "reminder-1", at9("2026-03-06"))
	require.False(t, holds, "before its day")
}

func TestHoldsForStagesThatNeedApprovalOrSendNothing(t *testing.T) {
	t.Parallel()
	p, f := standard(), invoice("2026-03-02")
	sent(p, &f.Items[0], "reminder-2", "2026-03-17")
	d, holds := Holds(p, f, itemID(1), "final-demand", at9("2026-04-03"))
	require.True(t, holds)
	require.Equal(t, DoAskApproval, d.Do)
	p.Stages[3] = Stage{Key: "call", Moment: Moment{Basis: FromDue, Days: 30}, Action: Task, TaskText: "Call."}
	d, holds = Holds(p, f, itemID(1), "call", at9("2026-04-03"))
	require.True(t, holds)
	require.Equal(t, TaskStage, d.TaskKind)
	f.Items[0].ReservedMinor = 10000
	_, holds = Holds(p, f, itemID(1), "call", at9("2026-04-03"))
	require.False(t, holds, "a clerk's task is not the stage's")
}
