package policy

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"arrears/domain/calendar"
	"arrears/domain/receivable"
)

// history drives one item through random events, acting on what Next says as the engine does, and keeps what went out.
type history struct {
	p    *Policy
	f    Facts
	now  time.Time
	sent []sentNotice
	done map[string]bool
}

type sentNotice struct {
	stage string
	on    calendar.Date
}

func (h *history) item() *ItemFacts { return &h.f.Items[0] }

func (h *history) today() calendar.Date { return calendar.DateOf(h.now, zoneOf(h.item().TimeZone)) }

func TestHistoriesOfRandomEvents(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := genPolicy(t)
		f := FactsFor(Subject{DueDate: day("2025-03-03"), TimeZone: genZone.Draw(t, "zone"), Calendar: "DE"})
		f.Customer.Channels = []receivable.Channel{receivable.Email, receivable.Letter, receivable.SMS, receivable.Webhook}
		f.Items[0].Currency, f.Items[0].OpenMinor = "EUR", 100000
		h := &history{p: p, f: f, now: midnight("2025-02-10"), done: map[string]bool{}}
		for range 60 {
			h.event(t)
			d := Next(p, h.f, h.now)
			if d.Now == DoNothing {
				h.now = h.now.Add(time.Duration(rapid.Int64Range(1, int64(d.WakeAt.Sub(h.now))*2).Draw(t, "pass")))
				continue
			}
			if d.Now == DoClose {
				h.item().OpenMinor = 100000 // the payment is reversed: it comes back where it was
				continue
			}
			h.act(t, &d.Items[0])
		}
		h.check(t)
	})
}

// event changes the facts now and then.
func (h *history) event(t *rapid.T) {
	it := h.item()
	switch rapid.IntRange(0, 24).Draw(t, "event") {
	case 0:
		it.DisputedMinor = rapid.SampledFrom([]int64{0, it.OpenMinor / 2, it.OpenMinor}).Draw(t, "disputed")
	case 1:
		it.OpenMinor = rapid.SampledFrom([]int64{0, it.OpenMinor / 2}).Draw(t, "open")
		it.DisputedMinor = min(it.DisputedMinor, it.OpenMinor)
	case 2:
		it.Blocked = &BlockFacts{Reason: "goodwill", Until: h.today().AddDays(rapid.IntRange(0, 20).Draw(t, "block"))}
	case 3:
		it.Promises = []PromiseFacts{{
			State: receivable.PromiseOpen, HeldMinor: it.OpenMinor / 2,
			HoldUntil: h.today().AddDays(rapid.IntRange(0, 20).Draw(t, "promise")),
		}}
	}
}

// act does what the decision calls for; a notice may go out some days later, and may be withdrawn before.
func (h *history) act(t *rapid.T, d *ItemDecision) {
	it := h.item()
	switch d.Do {
	case DoSettle:
		settle(it, h.today())
		return
	case DoOpenTask:
		if d.TaskKind != TaskStage {
			it.Tasks = append(it.Tasks, d.TaskKind)
			return
		}
	case DoSendNotice, DoAskApproval:
		if d.Action != Notice {
			break
		}
		h.now = h.now.Add(time.Duration(rapid.IntRange(0, 72).Draw(t, "delay")) * time.Hour)
		h.event(t)
		if _, holds := Holds(h.p, h.f, it.ID, d.Stage, h.now); !holds {
			return
		}
		require.False(t, h.done[d.Stage], "the stage %s was done before", d.Stage)
		h.sent = append(h.sent, sentNotice{stage: d.Stage, on: h.today()})
		it.LastNoticeOn = h.today()
	}
	h.done[d.Stage] = true
	if d.Do == DoHandOver || (d.Do == DoAskApproval && d.Action == HandOver) {
		it.HandedOverOn = h.today()
	}
	it.LastStageDone, it.LastStageOn = d.Stage, h.today()
}

// check asserts what must be true of what went out.
func (h *history) check(t *rapid.T) {
	days, _ := businessDaysOf("DE", h.p.ClosedDays)
	for i, n := range h.sent {
		stage := h.p.Stages[h.p.index(n.stage)]
		if stage.Moment.Basis == FromDue && !stage.Moment.BusinessDays && h.p.BrokenPromise != BrokenNextStage {
			require.GreaterOrEqual(t, n.on, h.item().DueDate.AddDays(stage.Moment.Days), "never before its day")
		}
		if !stage.Courtesy() {
			require.GreaterOrEqual(t, n.on, h.item().DueDate, "no dunning before the due date")
			h.checkFirst(t, i)
		}
		if i == 0 {
			continue
		}
		before := h.sent[i-1]
		require.Greater(t, h.p.index(n.stage), h.p.index(before.stage), "the ladder only goes up")
		require.Greater(t, n.on, before.on, "one step a day")
		between := 0
		for d := before.on.AddDays(1); d <= n.on; d = d.AddDays(1) {
			if days.open(d) {
				between++
			}
		}
		require.GreaterOrEqual(t, between, h.p.MinDaysBetweenNotices, "from %s to %s", before.on, n.on)
	}
}

// checkFirst asserts that the first dunning notice that went out is the policy's first.
func (h *history) checkFirst(t *rapid.T, i int) {
	for _, earlier := range h.sent[:i] {
		if stage := h.p.Stages[h.p.index(earlier.stage)]; !stage.Courtesy() {
			return
		}
	}
	require.True(t, h.p.firstDunning(h.p.index(h.sent[i].stage)), "the first notice is never left out")
}
