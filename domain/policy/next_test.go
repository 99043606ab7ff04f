package policy

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"arrears/domain/calendar"
	"arrears/domain/receivable"
)

func TestDefaultPolicyFromFirstToLastStage(t *testing.T) {
	t.Parallel()
	p, f := standard(), invoice("2026-03-02") // a Monday
	it := &f.Items[0]

	d := one(t, p, f, at9("2026-01-15"))
	decides(t, d, Wait, DoNothing, "courtesy", ReasonStageAhead)
	wakes(t, d, "2026-02-27", DoSendNotice)

	d = one(t, p, f, midnight("2026-02-27"))
	decides(t, d, Act, DoSendNotice, "courtesy", ReasonStageReached)
	require.Equal(t, 0, d.Level)
	require.Equal(t, "courtesy", d.Template)
	require.Equal(t, receivable.Email, d.Channel)
	require.Equal(t, int64(10000), d.AskMinor)
	sent(p, it, "courtesy", "2026-02-27")

	wakes(t, one(t, p, f, at9("2026-02-27")), "2026-03-07", DoSendNotice)
	d = one(t, p, f, midnight("2026-03-07"))
	decides(t, d, Act, DoSendNotice, "reminder-1")
	require.Equal(t, 1, d.Level)
	sent(p, it, "reminder-1", "2026-03-09")

	wakes(t, one(t, p, f, at9("2026-03-09")), "2026-03-17", DoSendNotice)
	sent(p, it, "reminder-2", "2026-03-17")
	wakes(t, one(t, p, f, at9("2026-03-17")), "2026-04-01", DoAskApproval)
	d = one(t, p, f, at9("2026-04-01"))
	decides(t, d, Ask, DoAskApproval, "final-demand", ReasonApprovalNeeded)
	require.Equal(t, 3, d.Level)

	it.Live = &LiveStep{Stage: "final-demand", Action: Notice, State: liveAwaiting, Since: day("2026-04-01")}
	d = one(t, p, f, at9("2026-04-01"))
	decides(t, d, Hold, DoNothing, "final-demand", ReasonAwaitingApproval)
	wakes(t, d, "2026-04-15", DoReview)
	sent(p, it, "final-demand", "2026-04-02")

	wakes(t, one(t, p, f, at9("2026-04-02")), "2026-04-11", DoRequestHold)
	f.Customer.Overdue = []OverdueFacts{{Currency: "EUR", Count: 1, TotalMinor: 10000, OldestDue: it.DueDate}}
	decides(t, one(t, p, f, at9("2026-04-11")), Act, DoRequestHold, "credit-hold")
	did(it, "credit-hold", "2026-04-11")

	wakes(t, one(t, p, f, at9("2026-04-11")), "2026-05-01", DoAskApproval)
	decides(t, one(t, p, f, at9("2026-05-01")), Ask, DoAskApproval, "hand-over")
	it.Live = &LiveStep{
		Stage: "hand-over", Action: HandOver, State: liveAwaiting, Since: day("2026-05-01"),
		DueAt: at9("2026-05-06"),
	}
	d = one(t, p, f, at9("2026-05-01"))
	decides(t, d, Hold, DoNothing, "hand-over", ReasonAwaitingApproval)
	require.Equal(t, at9("2026-05-06"), d.WakeAt)
	require.Equal(t, DoDeadline, d.AtWake)
	decides(t, one(t, p, f, at9("2026-05-06")), Act, DoDeadline, "hand-over", ReasonApprovalOverdue)
	it.Live.State = liveApproved
	decides(t, one(t, p, f, at9("2026-05-06")), Act, DoHandOver, "hand-over", ReasonApproved)
	it.Live, it.HandedOverOn = nil, day("2026-05-06")
	did(it, "hand-over", "2026-05-06")
	d = one(t, p, f, at9("2026-05-06"))
	decides(t, d, Hold, DoNothing, "", ReasonHandedOver)
	wakes(t, d, "2026-05-20", DoReview)

	it.OpenMinor = 0
	whole := Next(p, f, at9("2026-05-20"))
	decides(t, whole.Items[0], Close, DoNothing, "", ReasonSettled)
	require.Equal(t, DoClose, whole.Now)
	require.True(t, whole.WakeAt.IsZero())
	require.Equal(t, RulesVersion, whole.Rules)
}

func TestPaidOrVoidItemsCloseWhateverElseIsTrue(t *testing.T) {
	t.Parallel()
	f := invoice("2026-03-02")
	it := &f.Items[0]
	it.OpenMinor = 0
	it.Live = &LiveStep{Stage: "reminder-1", Action: Notice, State: "live"}
	it.HandedOverOn = day("2026-04-01")
	it.Promises = []PromiseFacts{{State: receivable.PromiseOpen, HoldUntil: day("2026-03-01")}}
	f.Customer.Blocked = &BlockFacts{Reason: "legal"}
	require.Equal(t, DoClose, Next(standard(), f, at9("2026-05-01")).Now)
	require.Equal(t, DoClose, Next(standard(), Facts{}, at9("2026-05-01")).Now)
}

func TestCourtesyLapsesAtTheDueDate(t *testing.T) {
	t.Parallel()
	p, f := standard(), invoice("2026-03-02")
	decides(t, one(t, p, f, at9("2026-03-01")), Act, DoSendNotice, "courtesy")
	decides(t, one(t, p, f, midnight("2026-03-02")), Act, DoPassStage, "courtesy", ReasonCourtesyLapsed)
	did(&f.Items[0], "courtesy", "2026-03-02")
	d := one(t, p, f, at9("2026-03-02"))
	decides(t, d, Wait, DoNothing, "reminder-1")
	wakes(t, d, "2026-03-07", DoSendNotice)
}

func TestAnUnreachableCourtesyWaitsForTheDueDateOnly(t *testing.T) {
	t.Parallel()
	p, f := standard(), invoice("2026-03-02")
	f.Customer.Channels = nil
	d := one(t, p, f, at9("2026-02-27"))
	decides(t, d, Act, DoOpenTask, "courtesy", ReasonUnreachable)
	require.Equal(t, TaskNoAddress, d.TaskKind)
	f.Items[0].Tasks = []string{TaskNoAddress}
	d = one(t, p, f, at9("2026-02-27"))
	decides(t, d, Hold, DoNothing, "courtesy", ReasonUnreachable)
	wakes(t, d, "2026-03-02", DoPassStage)
}

func TestOneStepAfterAnOutage(t *testing.T) {
	t.Parallel()
	p, f := standard(), invoice("2025-01-02")
	now := at9("2026-06-01") // a Monday, all stages long past
	decides(t, one(t, p, f, now), Act, DoPassStage, "courtesy")
	did(&f.Items[0], "courtesy", "2026-06-01")
	decides(t, one(t, p, f, now), Act, DoSendNotice, "reminder-1")
	sent(p, &f.Items[0], "reminder-1", "2026-06-01")
	d := one(t, p, f, now)
	decides(t, d, Wait, DoNothing, "reminder-2", ReasonMinDays)
	wakes(t, d, "2026-06-04", DoSendNotice)
	sent(p, &f.Items[0], "reminder-2", "2026-06-04")
	sent(p, &f.Items[0], "final-demand", "2026-06-09")
	d = one(t, p, f, at9("2026-06-09"))
	decides(t, d, Wait, DoNothing, "credit-hold", ReasonOneStep)
	wakes(t, d, "2026-06-10", DoRequestHold)
}

func TestBusinessDaysBetweenNoticesFollowTheCustomersCalendarAndTheClosedDays(t *testing.T) {
	t.Parallel()
	p, f := standard(), invoice("2025-01-02")
	p.ClosedDays = []calendar.Date{day("2026-01-05")}
	f.Customer.Calendar = "DE"
	sent(p, &f.Items[0], "reminder-1", "2025-12-23") // Tuesday; 24 works, 25 and 26 and 1 January are holidays in Germany
	wakes(t, one(t, p, f, at9("2025-12-23")), "2025-12-30", DoSendNotice)
	sent(p, &f.Items[0], "reminder-1", "2025-12-31") // 2 January, the weekend, the closed Monday, 6 and 7 January
	wakes(t, one(t, p, f, at9("2025-12-31")), "2026-01-07", DoSendNotice)
}

func TestBlocksHoldThroughTheirLastDay(t *testing.T) {
	t.Parallel()
	p, f := standard(), invoice("2026-03-02")
	sent(p, &f.Items[0], "reminder-1", "2026-03-09")
	f.Customer.Blocked = &BlockFacts{Reason: "goodwill", Until: day("2026-04-10")}
	d := one(t, p, f, at9("2026-03-20"))
	decides(t, d, Hold, DoNothing, "reminder-2", ReasonBlockedCustomer)
	wakes(t, d, "2026-04-11", DoReview)
	decides(t, one(t, p, f, at9("2026-04-10")), Hold, DoNothing, "reminder-2")
	decides(t, one(t, p, f, midnight("2026-04-11")), Act, DoSendNotice, "reminder-2")

	f.Items[0].Blocked = &BlockFacts{Reason: "other", Until: day("2026-04-20")}
	wakes(t, one(t, p, f, at9("2026-03-20")), "2026-04-21", DoReview)
	f.Items[0].Blocked = &BlockFacts{Reason: "legal"}
	d = one(t, p, f, at9("2026-03-20"))
	decides(t, d, Hold, DoNothing, "reminder-2", ReasonBlockedItem, ReasonBlockedCustomer)
	wakes(t, d, "2026-03-31", DoReview) // every fourteen days from the stage's own day, the 17th
	decides(t, one(t, p, f, at9("2027-03-20")), Hold, DoNothing, "reminder-2", ReasonBlockedItem)

	f.Items[0].Blocked = &BlockFacts{Reason: "other", Until: day("2026-03-12")}
	f.Customer.Blocked = nil
	wakes(t, one(t, p, f, at9("2026-03-10")), "2026-03-17", DoReview) // over before the stage's day
}

func TestADisputeHoldsTheDisputedPartOnly(t *testing.T) {
	t.Parallel()
	p, f := standard(), invoice("2026-03-02")
	sent(p, &f.Items[0], "reminder-1", "2026-03-09")
	f.Items[0].DisputedMinor = 4000
	d := one(t, p, f, at9("2026-03-17"))
	decides(t, d, Act, DoSendNotice, "reminder-2", ReasonDisputed)
	require.Equal(t, int64(6000), d.AskMinor)
	f.Items[0].DisputedMinor = 10000
	d = one(t, p, f, at9("2026-03-17"))
	decides(t, d, Hold, DoNothing, "reminder-2", ReasonDisputed)
	wakes(t, d, "2026-03-31", DoReview)
}

func TestPromises(t *testing.T) {
	t.Parallel()
	p, f := standard(), invoice("2026-03-02")
	it := &f.Items[0]
	sent(p, it, "reminder-1", "2026-03-09")
	it.Promises = []PromiseFacts{{State: receivable.PromiseOpen, HeldMinor: 3000, HoldUntil: day("2026-03-20")}}

	d := one(t, p, f, at9("2026-03-10"))
	decides(t, d, Wait, DoNothing, "reminder-2", ReasonPromised)
	wakes(t, d, "2026-03-17", DoSendNotice)
	d = one(t, p, f, at9("2026-03-17"))
	decides(t, d, Act, DoSendNotice, "reminder-2", ReasonPromised)
	require.Equal(t, int64(7000), d.AskMinor)

	it.Promises[0].HeldMinor = 10000
	d = one(t, p, f, at9("2026-03-17"))
	decides(t, d, Hold, DoNothing, "reminder-2", ReasonPromised)
	wakes(t, d, "2026-03-21", DoSettle)
	decides(t, one(t, p, f, at9("2026-03-20")), Hold, DoNothing, "reminder-2")
	decides(t, one(t, p, f, midnight("2026-03-21")), Act, DoSettle, "", ReasonPromiseOverdue)

	// A part that was promised and arrived holds nothing back; the promise still ends on its day.
	it.Promises[0].HeldMinor = 0
	sent(p, it, "reminder-2", "2026-03-17")
	wakes(t, one(t, p, f, at9("2026-03-17")), "2026-03-21", DoSettle)
}

func TestABrokenPromiseDoesWhatThePolicySays(t *testing.T) {
	t.Parallel()
	p, f := standard(), invoice("2026-03-02")
	it := &f.Items[0]
	sent(p, it, "reminder-1", "2026-03-09")
	it.Promises = []PromiseFacts{
		{State: receivable.PromiseBroken, SettledOn: day("2026-03-10")},
		{State: receivable.PromisePartiallyKept, SettledOn: day("2026-03-13")},
	}
	wakes(t, one(t, p, f, at9("2026-03-13")), "2026-03-17", DoSendNotice)

	p.BrokenPromise = BrokenNextStage
	decides(t, one(t, p, f, at9("2026-03-13")), Act, DoSendNotice, "reminder-2", ReasonPromiseBroken)
	sent(p, it, "reminder-2", "2026-03-13") // the push is used up
	wakes(t, one(t, p, f, at9("2026-03-13")), "2026-04-01", DoAskApproval)

	p.BrokenPromise = BrokenTask
	d := one(t, p, f, at9("2026-03-13"))
	decides(t, d, Act, DoOpenTask, "", ReasonPromiseBroken)
	require.Equal(t, TaskBrokenPromise, d.TaskKind)
	it.Tasks = []string{TaskBrokenPromise}
	wakes(t, one(t, p, f, at9("2026-03-13")), "2026-04-01", DoAskApproval)
}

func TestABrokenPromiseNeverHastensAStageBeforeTheDueDate(t *testing.T) {
	t.Parallel()
	p, f := standard(), invoice("2026-03-02")
	p.BrokenPromise = BrokenNextStage
	did(&f.Items[0], "courtesy", "2026-02-10")
	f.Items[0].Promises = []PromiseFacts{{State: receivable.PromiseBroken, SettledOn: day("2026-02-20")}}
	wakes(t, one(t, p, f, at9("2026-02-20")), "2026-03-03", DoSendNotice)
}

func TestTheToleranceIsNotDunned(t *testing.T) {
	t.Parallel()
	p, f := fixture(t, "p3"), invoice("2013-04-22")
	f.Items[0].OpenMinor = 9
	wakes(t, one(t, p, f, at9("2013-04-01")), "2013-05-02", DoSendNotice)
	d := one(t, p, f, at9("2013-05-02"))
	decides(t, d, Hold, DoNothing, "l1", ReasonBelowMinimum)
	wakes(t, d, "2013-06-01", DoReview)
	f.Items[0].OpenMinor = 10
	decides(t, one(t, p, f, at9("2013-05-02")), Act, DoSendNotice, "l1")
}

func TestReservedCreditsLowerWhatIsAsked(t *testing.T) {
	t.Parallel()
	p, f := standard(), invoice("2026-03-02")
	sent(p, &f.Items[0], "reminder-1", "2026-03-09")
	f.Items[0].ReservedMinor = 2500
	d := one(t, p, f, at9("2026-03-17"))
	decides(t, d, Act, DoSendNotice, "reminder-2", ReasonCreditsReserved)
	require.Equal(t, int64(7500), d.AskMinor)

	f.Items[0].ReservedMinor = 10000
	d = one(t, p, f, at9("2026-03-17"))
	decides(t, d, Act, DoOpenTask, "reminder-2", ReasonCreditsReserved)
	require.Equal(t, TaskApplyCredit, d.TaskKind)
	f.Items[0].Tasks = []string{TaskApplyCredit}
	d = one(t, p, f, at9("2026-03-17"))
	decides(t, d, Hold, DoNothing, "reminder-2", ReasonCreditsReserved)
	wakes(t, d, "2026-03-31", DoReview)

	p.Credits = CreditsShow
	d = one(t, p, f, at9("2026-03-17"))
	decides(t, d, Act, DoSendNotice, "reminder-2")
	require.Equal(t, int64(10000), d.AskMinor)
}

func TestARejectedStageIsAskedForAgainAfterTheReviewDays(t *testing.T) {
	t.Parallel()
	p, f := standard(), invoice("2026-03-02")
	sent(p, &f.Items[0], "reminder-2", "2026-03-17")
	f.Items[0].RejectedOn = day("2026-04-02")
	d := one(t, p, f, at9("2026-04-02"))
	decides(t, d, Hold, DoNothing, "final-demand", ReasonRejected)
	wakes(t, d, "2026-04-16", DoAskApproval)
	decides(t, one(t, p, f, at9("2026-04-16")), Ask, DoAskApproval, "final-demand")
}

func TestAnExhaustedLadderTellsAPersonOnce(t *testing.T) {
	t.Parallel()
	p, f := fixture(t, "p3"), invoice("2013-01-18")
	sent(p, &f.Items[0], "l3", "2013-03-31")
	d := one(t, p, f, at9("2013-03-31"))
	decides(t, d, Wait, DoNothing, "", ReasonLadderDone)
	wakes(t, d, "2013-04-30", DoOpenTask)
	d = one(t, p, f, at9("2013-04-30"))
	decides(t, d, Act, DoOpenTask, "", ReasonLadderDone)
	require.Equal(t, TaskLadderDone, d.TaskKind)
	f.Items[0].Tasks = []string{TaskLadderDone}
	wakes(t, one(t, p, f, at9("2013-04-30")), "2013-05-30", DoReview)
}

func TestAPolicyWithoutStagesNeverDuns(t *testing.T) {
	t.Parallel()
	p, f := fixture(t, "nofollow"), invoice("2013-02-28")
	for month := range 30 {
		d := one(t, p, f, at9("2013-01-15").AddDate(0, month, 0))
		decides(t, d, Wait, DoNothing, "", ReasonNoStages)
		require.True(t, d.WakeAt.After(at9("2013-01-15").AddDate(0, month, 0)))
	}
}

func TestUnknownNamesDoNotStopADecision(t *testing.T) {
	t.Parallel()
	p, f := standard(), invoice("2026-03-02")
	f.Items[0].TimeZone, f.Customer.Calendar = "Mars/Olympus", "XX"
	did(&f.Items[0], "a-stage-of-another-version", "2026-03-10")
	f.Items[0].Level = 1
	f.Items[0].LastNoticeOn = day("2026-03-10")
	d := one(t, p, f, at9("2026-03-17"))
	decides(t, d, Act, DoSendNotice, "reminder-2", ReasonUnknownZone, ReasonUnknownCalendar, ReasonUnknownStage)
	f.Items[0].Level = 9
	decides(t, one(t, p, f, at9("2026-03-17")), Wait, DoNothing, "", ReasonLadderDone)
	f.Items[0].Level = 0
	decides(t, one(t, p, f, at9("2026-03-17")), Act, DoPassStage, "courtesy")
	require.Equal(t, DoReview, Action("dance").do())
	require.NotPanics(t, func() { Next(&Policy{Stages: []Stage{{}}}, f, time.Time{}) })
}

func TestDatesAreThoseOfTheItemsZoneAndJitterSpreadsTheWake(t *testing.T) {
	t.Parallel()
	p, f := standard(), invoice("2026-03-02")
	f.Items[0].TimeZone = "Pacific/Auckland" // 13 hours ahead
	f.Jitter = 7 * time.Minute
	did(&f.Items[0], "courtesy", "2026-03-02")
	d := one(t, p, f, at9("2026-03-03"))
	require.Equal(t, "2026-03-06T11:07:00Z", d.WakeAt.UTC().Format(time.RFC3339))
	decides(t, one(t, p, f, at9("2026-03-06").Add(2*time.Hour)), Act, DoSendNotice, "reminder-1")
	decides(t, one(t, p, f, at9("2026-03-06").Add(2*time.Hour-time.Second)), Wait, DoNothing, "reminder-1")
}

func TestTheCaseDoesWhatItsFirstBusyItemCallsFor(t *testing.T) {
	t.Parallel()
	p, f := standard(), invoice("2026-03-02")
	second, third := f.Items[0], f.Items[0]
	second.ID, second.DueDate = itemID(2), day("2026-01-02")
	sent(p, &second, "reminder-1", "2026-01-12")
	third.ID, third.OpenMinor = itemID(3), 0
	f.Items = append(f.Items, second, third)
	d := Next(p, f, at9("2026-02-20"))
	require.Equal(t, []Verb{Wait, Act, Close}, []Verb{d.Items[0].Verb, d.Items[1].Verb, d.Items[2].Verb})
	require.Equal(t, DoSendNotice, d.Now)
	require.Equal(t, at9("2026-02-20"), d.WakeAt)

	sent(p, &f.Items[1], "reminder-2", "2026-02-20")
	d = Next(p, f, at9("2026-02-20"))
	require.Equal(t, DoNothing, d.Now)
	require.Equal(t, "2026-02-25", calendar.DateOf(d.WakeAt, time.UTC).String(), "the second item's final demand, three business days later")
	require.Equal(t, DoAskApproval, d.AtWake)
}
