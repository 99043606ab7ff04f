package faults

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"arrears/devstack/e2e/house"
	"arrears/domain/calendar"
)

// Three stages, whatever the hour, with three business days between two notices.
const ladder = `
key: ladder
window: {from: "00:00", to: "24:00", days: [mon, tue, wed, thu, fri, sat, sun]}
min_days_between_notices: 3
stages:
  - {key: first, moment: due + 1 day, action: notice, template: reminder-1}
  - {key: second, moment: due + 10 days, action: notice, template: reminder-2}
  - {key: third, moment: due + 20 days, action: notice, template: reminder-2}
`

const jumpers = 5

// The clock of an installation jumps by half a year while its worker is dead. Each case takes one step, not the three that
// it missed, and the next ones in their turn.
func TestTheClockJumpsByHalfAYear(t *testing.T) {
	t.Parallel()
	h := house.New(t, house.Options{Idle: true, Clock: house.Stepped("2026-03-02 09:00"), Policy: ladder})
	h.StartRelay()
	c := newCrew(t, h)
	defer c.dismiss()
	before := h.Process([]string{"worker", "--no-relay"})
	for i := range jumpers {
		h.Invoice(h.Customer(fmt.Sprintf("j%03d", i)), fmt.Sprintf("J-%03d", i), 100_00, calendar.MustDate("2026-03-10"))
	}
	h.Quiet()
	before.Kill()
	h.Jump("2026-09-07 10:00")
	c.keep("worker", []string{"worker", "--no-relay"})
	h.Quiet()
	require.Equal(t, jumpers, h.Count("items", "level = 1"), "one step")
	require.Equal(t, jumpers, h.Mail.Count())
	h.Laws()
	h.Advance("2026-09-30 10:00")
	require.Equal(t, jumpers, h.Count("items", "level = 3"))
	require.Equal(t, 3*jumpers, h.Mail.Count())
	h.Laws()
	h.Replays(jumpers)
	spaced(t, h)
	tell(t, h, outcome{group: groupTime, fault: "half a year forward at once, worker dead meanwhile", expected: "one step per case, then the others in their turn", kills: 1})
}

// The machine's clock is set forward by months and then back by weeks, under an installation whose days are short. No stage
// is left out, none comes twice, and the distance between two notices is kept.
func TestTheMachinesClockIsSet(t *testing.T) {
	t.Parallel()
	const day = 200 * time.Millisecond
	h := house.New(t, house.Options{Idle: true, Clock: house.Scaled("2026-03-02 09:00", day), Policy: ladder})
	for i := range jumpers {
		h.Invoice(h.Customer(fmt.Sprintf("m%03d", i)), fmt.Sprintf("M-%03d", i), 100_00, calendar.MustDate("2026-03-01"))
	}
	first := h.Process([]string{"worker"})
	h.UntilLong("each has its first reminder", atLeast(h, 1))
	first.Kill()
	h.Tamper(`UPDATE business_clock SET epoch = epoch - $1 * interval '1 millisecond'`, 120*day.Milliseconds())
	second := h.Process([]string{"worker"})
	h.UntilLong("each has its second reminder", atLeast(h, 2))
	second.Kill()
	h.Tamper(`UPDATE business_clock SET epoch = epoch + $1 * interval '1 millisecond'`, 40*day.Milliseconds())
	h.Process([]string{"worker"})
	h.UntilLong("each has its third reminder", atLeast(h, 3))
	h.UntilLong("each has its task for the end of the ladder", func() bool { return len(h.Tasks("ladder_done")) == jumpers })
	for _, inv := range h.Invoices() {
		h.Pay(inv, inv.AmountMinor)
	}
	h.UntilLong("all cases are closed", func() bool { return h.Count("cases", "state <> 'closed'") == 0 })
	h.Laws()
	h.Replays(jumpers)
	spaced(t, h)
	require.Equal(t, 3*jumpers, h.Count("notice_lines", "state = 'sent'"), "each stage once")
	tell(t, h, outcome{
		group: groupTime, fault: "120 days forward, then 40 days back, worker killed each time",
		expected: "each stage once, in order, at its distance", kills: 2,
	})
}

func atLeast(h *house.House, level int) func() bool {
	return func() bool { return h.Count("items", "level >= $1", level) == jumpers }
}

// spaced proves that the stages of each item came in order and at least three business days apart.
func spaced(t *testing.T, h *house.House) {
	t.Helper()
	weekends, _ := calendar.Shipped("none")
	for _, inv := range h.Invoices() {
		days := house.Column[calendar.Date](h, `
SELECT s.done_on FROM notice_lines l JOIN steps s ON s.id = l.step_id JOIN items i ON i.id = l.item_id
WHERE l.state = 'sent' AND i.invoice_id = $1 ORDER BY l.level`, inv.ID)
		require.Len(t, days, 3)
		for i := 1; i < len(days); i++ {
			require.GreaterOrEqual(t, days[i].DaysSince(weekends.AddBusinessDays(days[i-1], 3)), 0, "%s: %v", inv.Number, days)
		}
	}
}
