package rehearsal

import (
	"time"

	"arrears/domain/calendar"
)

// meter tells how far the rehearsal is, by the work of the days played: a day costs as much as happens on it.
type meter struct {
	o        *Options
	number   int // of the policy under way, from 0
	from     calendar.Date
	days     int64
	began    time.Time
	last     calendar.Date
	upto     map[calendar.Date]int64 // invoices and payments up to the end of a day
	all      int64
	lastSeen int64
}

func newMeter(o *Options, h History, number int) *meter {
	m := &meter{
		o: o, number: number, from: h.From, days: int64(h.To.DaysSince(h.From)) + 1, began: time.Now(), upto: map[calendar.Date]int64{},
	}
	for _, d := range h.Days {
		m.all += int64(len(d.Enter))
		for _, p := range d.Payments {
			m.all += int64(len(p.Invoices))
		}
		m.upto[d.On] = m.all
	}
	return m
}

// tell is called at every step with its day.
func (m *meter) tell(day calendar.Date) {
	if day == m.last {
		return
	}
	if n, ok := m.upto[m.last]; ok {
		m.lastSeen = n
	}
	m.last = day
	p := Progress{
		Doing: "playing", Day: day, Total: m.days * int64(len(m.o.Policies)),
		Done: m.days*int64(m.number) + int64(day.DaysSince(m.from)),
	}
	const enough = 20 // of the work, one part in so many tells how long the rest takes
	if m.lastSeen*enough > m.all {
		elapsed := time.Since(m.began)
		rest := float64(m.all-m.lastSeen) + float64(m.all)*float64(len(m.o.Policies)-1-m.number)
		p.Remaining = time.Duration(float64(elapsed) * rest / float64(m.lastSeen)).Round(time.Second)
	}
	m.o.Progress(p)
}
