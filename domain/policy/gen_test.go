package policy

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"arrears/domain/calendar"
	"arrears/domain/money"
	"arrears/domain/receivable"
)

// Generators of valid policies and of facts that may occur.

var (
	genDay      = rapid.Map(rapid.IntRange(0, 500), func(n int) calendar.Date { return day("2025-01-01").AddDays(n) })
	genMoney    = rapid.Int64Range(1, 100000)
	genCurrency = rapid.SampledFrom([]money.Currency{"EUR", "JPY", "KWD"})
	genZone     = rapid.SampledFrom([]string{"UTC", "Europe/Berlin", "Pacific/Auckland", "America/St_Johns", "Nowhere/Else"})
	genChannel  = rapid.SampledFrom([]receivable.Channel{receivable.Email, receivable.Letter, receivable.SMS, receivable.Webhook})
	genChannels = rapid.SliceOfNDistinct(genChannel, 0, 4, rapid.ID[receivable.Channel])
	genInstant  = rapid.Map(rapid.Int64Range(0, 500*24*60), func(minutes int64) time.Time {
		return midnight("2025-01-01").Add(time.Duration(minutes) * time.Minute)
	})
)

func genAmounts(t *rapid.T, name string) map[money.Currency]int64 {
	all := rapid.MapOfN(genCurrency, genMoney, 0, 2).Draw(t, name)
	if len(all) == 0 {
		return nil
	}
	return all
}

// genPolicy draws a policy whose moments rise, so that it is valid.
func genPolicy(t *rapid.T) *Policy {
	p := &Policy{
		Key:                   rapid.StringMatching(`[a-z0-9][a-z0-9_-]{0,20}`).Draw(t, "key"),
		Kind:                  rapid.SampledFrom([]Kind{Collection, Repayment}).Draw(t, "kind"),
		Description:           rapid.StringMatching(`[ -~äöüß€"'\n:#]{0,40}`).Draw(t, "description"),
		MinimumOpen:           genAmounts(t, "minimum"),
		MinDaysBetweenNotices: rapid.IntRange(0, 6).Draw(t, "min days"),
		Window:                genWindow(t),
		ClosedDays:            rapid.SliceOfNDistinct(genDay, 0, 5, rapid.ID[calendar.Date]).Draw(t, "closed"),
		Credits:               rapid.SampledFrom([]CreditsRule{CreditsReserve, CreditsShow}).Draw(t, "credits"),
		BrokenPromise:         rapid.SampledFrom([]BrokenPromiseRule{BrokenResume, BrokenTask, BrokenNextStage}).Draw(t, "broken"),
		ReviewDays:            rapid.IntRange(1, 30).Draw(t, "review"),
	}
	slices.Sort(p.ClosedDays)
	if len(p.ClosedDays) == 0 {
		p.ClosedDays = nil
	}
	at := 0
	for i := range rapid.IntRange(0, 2).Draw(t, "courtesies") {
		p.Stages = append(p.Stages, genCourtesy(t, i))
	}
	for range rapid.IntRange(0, 6).Draw(t, "stages") {
		at += rapid.IntRange(0, 15).Draw(t, "later")
		s := genStage(t, p, at)
		if s.Moment.Basis == FromPreviousNotice {
			at += s.Moment.Days
		}
		p.Stages = append(p.Stages, s)
	}
	if rapid.Bool().Draw(t, "hand over") {
		p.Stages = append(p.Stages, Stage{
			Key: "hand-over", Name: "Hand over", Moment: Moment{Basis: FromDue, Days: 400}, WhenUnmet: UnmetWait,
			Action: HandOver, Approval: &Approval{Role: "supervisor", DeadlineDays: 3, AtDeadline: DeadlineRaise},
		})
	}
	return p
}

func genWindow(t *rapid.T) calendar.Window {
	w := calendar.Window{From: calendar.TimeOfDay(rapid.IntRange(0, 12*60).Draw(t, "from")), To: 13 * 60}
	w.Days = rapid.SliceOfNDistinct(rapid.SampledFrom([]time.Weekday{0, 1, 2, 3, 4, 5, 6}), 0, 7, rapid.ID[time.Weekday]).Draw(t, "days")
	slices.SortFunc(w.Days, fromMonday)
	if !slices.ContainsFunc(w.Days, func(d time.Weekday) bool { return d != time.Saturday && d != time.Sunday }) {
		w.Days = nil
	}
	return w
}

func genCourtesy(t *rapid.T, i int) Stage {
	return Stage{
		Key: fmt.Sprintf("courtesy-%d", i), Name: "Courtesy", Action: Notice, Template: "courtesy", WhenUnmet: UnmetWait,
		Moment:   Moment{Basis: FromDue, Days: -10 + 5*i, BusinessDays: rapid.Bool().Draw(t, "business")},
		Channels: genStageChannels(t),
	}
}

func genStageChannels(t *rapid.T) []receivable.Channel {
	channels := genChannels.Draw(t, "channels")
	if len(channels) == 0 {
		return nil
	}
	return channels
}

// genStage draws a stage that is reached at or after so many days past due.
func genStage(t *rapid.T, p *Policy, at int) Stage {
	i := len(p.Stages)
	s := Stage{
		Key: fmt.Sprintf("stage-%d", i), Name: fmt.Sprintf("Stage %d", i),
		Moment:    Moment{Basis: FromDue, Days: at, BusinessDays: rapid.Bool().Draw(t, "business")},
		WhenUnmet: UnmetWait,
		Action:    rapid.SampledFrom([]Action{Notice, Notice, Notice, Task, CreditHold}).Draw(t, "action"),
	}
	first := p.Level(i-1) == 0
	switch rapid.IntRange(0, 3).Draw(t, "basis") {
	case 0:
		s.Moment.Basis = FromEndOfMonth
	case 1:
		if !first {
			s.Moment.Basis, s.Moment.Days = FromPreviousNotice, rapid.IntRange(1, 15).Draw(t, "days after")
		}
	}
	switch s.Action {
	case Notice:
		s.Template, s.Channels = "reminder-1", genStageChannels(t)
	case Task:
		s.TaskText, s.DueDays = "Call them: \"now\" & then", rapid.IntRange(0, 5).Draw(t, "due days")
	}
	skippable := !first || s.Action != Notice
	genRules(t, &s, skippable)
	return s
}

// genRules draws conditions and approval of a stage.
func genRules(t *rapid.T, s *Stage, skippable bool) {
	if rapid.IntRange(0, 2).Draw(t, "conditions") == 0 {
		s.Conditions = Conditions{
			MinimumOpen: genAmounts(t, "minimum"), OverdueTotal: genAmounts(t, "total"),
			OverdueCount: rapid.IntRange(0, 3).Draw(t, "count"), OldestDays: rapid.IntRange(0, 40).Draw(t, "oldest"),
		}
		if skippable && rapid.Bool().Draw(t, "pass") {
			s.WhenUnmet = UnmetPass
		}
	}
	if rapid.IntRange(0, 3).Draw(t, "approval") == 0 {
		s.Approval = &Approval{Role: "supervisor", DeadlineDays: rapid.IntRange(1, 5).Draw(t, "deadline"), AtDeadline: DeadlineRemind}
		if skippable && rapid.Bool().Draw(t, "skip") {
			s.Approval.AtDeadline = DeadlineSkip
		}
	}
}

// genFacts draws the facts of a case whose items stand anywhere on the policy's ladder.
func genFacts(t *rapid.T, p *Policy) Facts {
	f := Facts{CaseID: uuid.UUID{0: 1}, Customer: genCustomer(t)}
	for i := range rapid.IntRange(1, 3).Draw(t, "items") {
		f.Items = append(f.Items, genItem(t, p, byte(i+1)))
	}
	return f
}

func genCustomer(t *rapid.T) CustomerFacts {
	c := CustomerFacts{
		Calendar: rapid.SampledFrom([]string{"none", "DE", "US", "", "??"}).Draw(t, "calendar"),
		Channels: genChannels.Draw(t, "channels"),
		Blocked:  genBlock(t),
		Due:      rapid.SliceOfN(genDay, 0, 5).Draw(t, "due"),
		OnHold:   rapid.Bool().Draw(t, "on hold"),
	}
	slices.Sort(c.Due)
	for range rapid.IntRange(0, 2).Draw(t, "overdue") {
		c.Overdue = append(c.Overdue, OverdueFacts{
			Currency: genCurrency.Draw(t, "currency"), Count: rapid.IntRange(1, 4).Draw(t, "count"),
			TotalMinor: genMoney.Draw(t, "total"), OldestDue: genDay.Draw(t, "oldest"),
		})
	}
	return c
}

func genBlock(t *rapid.T) *BlockFacts {
	switch rapid.IntRange(0, 5).Draw(t, "block") {
	case 0:
		return &BlockFacts{Reason: "legal"}
	case 1:
		return &BlockFacts{Reason: "goodwill", Until: genDay.Draw(t, "until")}
	}
	return nil
}

func genItem(t *rapid.T, p *Policy, n byte) ItemFacts {
	open := rapid.SampledFrom([]int64{0, 1, 9, 500, 100000}).Draw(t, "open")
	it := ItemFacts{
		ID: itemID(n), Kind: "instalment", TimeZone: genZone.Draw(t, "zone"), Currency: genCurrency.Draw(t, "currency"),
		DueDate: genDay.Draw(t, "due"), OriginalMinor: 100000, OpenMinor: open, Cycle: 1, Blocked: genBlock(t),
		DisputedMinor:   rapid.SampledFrom([]int64{0, 0, open / 2, open}).Draw(t, "disputed"),
		ReservedMinor:   rapid.SampledFrom([]int64{0, 0, open / 3, open}).Draw(t, "reserved"),
		RefusedChannels: rapid.SliceOfNDistinct(genChannel, 0, 1, rapid.ID[receivable.Channel]).Draw(t, "refused"),
		Tasks: rapid.SliceOfNDistinct(rapid.SampledFrom([]string{
			TaskNoAddress, TaskApplyCredit, TaskLadderDone, TaskBrokenPromise,
		}), 0, 4, rapid.ID[string]).Draw(t, "tasks"),
	}
	for range rapid.IntRange(0, 2).Draw(t, "promises") {
		it.Promises = append(it.Promises, genPromise(t, open))
	}
	if rapid.IntRange(0, 3).Draw(t, "rejected") == 0 {
		it.RejectedOn = genDay.Draw(t, "rejected on")
	}
	if rapid.IntRange(0, 9).Draw(t, "handed over") == 0 {
		it.HandedOverOn = genDay.Draw(t, "handed over on")
	}
	genProgress(t, p, &it)
	return it
}

func genPromise(t *rapid.T, open int64) PromiseFacts {
	if rapid.Bool().Draw(t, "broken") {
		state := rapid.SampledFrom([]receivable.PromiseState{receivable.PromiseBroken, receivable.PromisePartiallyKept}).Draw(t, "state")
		return PromiseFacts{State: state, SettledOn: genDay.Draw(t, "settled")}
	}
	held := rapid.SampledFrom([]int64{0, open / 2, open}).Draw(t, "held")
	return PromiseFacts{State: receivable.PromiseOpen, HeldMinor: held, HoldUntil: genDay.Draw(t, "hold until")}
}

// genProgress puts the item somewhere on the ladder, perhaps with a step under way.
func genProgress(t *rapid.T, p *Policy, it *ItemFacts) {
	at := rapid.IntRange(-1, len(p.Stages)-1).Draw(t, "position")
	if at >= 0 {
		it.LastStageDone, it.LastStageOn = p.Stages[at].Key, genDay.Draw(t, "last stage on")
		it.Level = p.Level(at)
		if p.Stages[at].Action == Notice || it.Level > 0 {
			it.LastNoticeOn = it.LastStageOn
		}
	}
	if at+1 >= len(p.Stages) || rapid.IntRange(0, 2).Draw(t, "live") > 0 {
		return
	}
	next := p.Stages[at+1]
	it.Live = &LiveStep{
		Stage: next.Key, Action: next.Action, Since: genDay.Draw(t, "since"), ExpectedOn: genDay.Draw(t, "expected"),
		State: rapid.SampledFrom([]string{"live", liveAwaiting, liveApproved}).Draw(t, "state"),
	}
	if next.Action != Notice {
		it.Live.DueAt = genInstant.Draw(t, "due at")
	}
}
