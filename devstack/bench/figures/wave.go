package figures

import (
	"context"
	"fmt"
	"time"

	"arrears/devstack/bench/measure"
	"arrears/devstack/bench/plant"
	"arrears/domain/calendar"
)

// wavePolicy sends at every hour, so that a wave begins at midnight and not when an office opens.
const wavePolicy = `
key: wave
window: {from: "00:00", to: "24:00", days: [mon, tue, wed, thu, fri, sat, sun]}
stages:
  - {key: first, moment: due + 1 day, action: notice, template: reminder-1}
  - {key: second, moment: due + 10 days, action: notice, template: reminder-2}
`

// waveDue is the due date; the wave is the midnight after it, a Wednesday.
var waveDue = calendar.MustDate("2026-03-03")

// crest is what one wave came to.
type crest struct {
	items, mails int
	took         time.Duration
	cost         plant.Cost
}

func (c crest) itemsPerSecond() float64 { return float64(c.items) / c.took.Seconds() }
func (c crest) mailsPerSecond() float64 { return float64(c.mails) / c.took.Seconds() }

// per1000 is processor seconds per thousand items.
func per1000(spent time.Duration, items int) float64 { return spent.Seconds() * 1000 / float64(items) }

// waveSeries collects the rounds of one side.
type waveSeries struct{ items, mails, machine, own measure.Series }

func (s *waveSeries) add(c crest) {
	s.items = append(s.items, c.itemsPerSecond())
	s.mails = append(s.mails, c.mailsPerSecond())
	s.machine = append(s.machine, per1000(c.cost.Machine, c.items))
	s.own = append(s.own, per1000(c.cost.Ours(), c.items))
}

// wave lets many items become due at one instant, and measures from that instant until the last mail was accepted and
// recorded. Both sides have armed before and wait on their timers.
func (b *Bench) wave(ctx context.Context) ([]measure.Row, error) {
	var limit waveSeries
	ours := map[int]*waveSeries{}
	bareLead, ourLead := lead(b.Size.Wave), lead(b.Size.Wave)
	sides := []func() error{func() error {
		c, err := b.bareWave(ctx, &bareLead)
		if err == nil {
			b.tellWave("bare", c)
			limit.add(c)
		}
		return err
	}}
	for _, each := range b.Size.Each {
		ours[each] = &waveSeries{}
		sides = append(sides, func() error {
			c, err := b.ourWave(ctx, each, &ourLead)
			if err == nil {
				b.tellWave(fmt.Sprintf("ours, %d per customer", each), c)
				ours[each].add(c)
			}
			return err
		})
	}
	if err := turns(b.Size.Rounds, sides...); err != nil {
		return nil, err
	}
	return waveRows(b.Size.Each, ours, limit), nil
}

func (b *Bench) tellWave(side string, c crest) {
	b.tell("%-20s %5.1f s  %4.0f items/s  %4.0f mails/s  %s", side, c.took.Seconds(), c.itemsPerSecond(), c.mailsPerSecond(), parts(c))
}

// parts tells where the processor time went, in seconds per thousand items.
func parts(c crest) string {
	text := fmt.Sprintf("cpu s/1,000: machine %.1f", per1000(c.cost.Machine, c.items))
	for _, name := range []string{"postgres", "temporal", "worker", "bare-worker", "harness"} {
		if spent := c.cost.Parts[name]; spent > 0 {
			text += fmt.Sprintf(", %s %.1f", name, per1000(spent, c.items))
		}
	}
	return text
}

func waveRows(each []int, ours map[int]*waveSeries, limit waveSeries) []measure.Row {
	var rows, cost []measure.Row
	for _, n := range each {
		s := ours[n]
		items := measure.Row{What: fmt.Sprintf("wave at %d per customer, items dunned", n), Unit: "items/s", Ours: s.items, Limit: limit.items}
		if n == 7 {
			items.AtLeast, items.Note = 1, "1.5 aimed at"
		}
		rows = append(rows, items, measure.Row{
			What: fmt.Sprintf("wave at %d per customer, mails", n), Unit: "mails/s", Ours: s.mails, Limit: limit.mails,
		})
		cost = append(cost,
			measure.Row{What: fmt.Sprintf("processor time of the machine per 1,000 items at %d", n), Unit: "s", Ours: s.machine, Limit: limit.machine},
			measure.Row{What: fmt.Sprintf("the same, our processes alone, at %d", n), Unit: "s", Ours: s.own, Limit: limit.own})
	}
	return append(rows, cost...)
}

// lead is how long before the instant arming begins, at first: a slow machine arms forty a second.
func lead(items int) time.Duration { return 8*time.Second + time.Duration(items)*time.Second/40 }

// learned is the lead for the next round: what arming took, and a third as much again.
func learned(took time.Duration) time.Duration { return took*4/3 + 4*time.Second }

// settle is how long after the last mail processor time is counted for what is still tidied up.
const settle = 2 * time.Second

// watched counts processor time from the instant until everything has settled.
func (b *Bench) watched(ctx context.Context, instant time.Time, ended func() (time.Time, error)) (took time.Duration, cost plant.Cost, err error) {
	if time.Until(instant) < 0 {
		return 0, cost, errLate
	}
	if err := plant.Sleep(ctx, instant); err != nil {
		return 0, cost, err
	}
	before, err := b.Servers.Spent()
	if err != nil {
		return 0, cost, err
	}
	end, err := ended()
	if err != nil {
		return 0, cost, err
	}
	if err := plant.Sleep(ctx, time.Now().Add(settle)); err != nil {
		return 0, cost, err
	}
	after, err := b.Servers.Spent()
	return end.Sub(instant), after.Since(before), err
}

// errLate means that the instant came before all were armed; the round is run again with more time.
var errLate = fmt.Errorf("arming took longer than expected")
