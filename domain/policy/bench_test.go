package policy

import (
	"testing"

	"arrears/domain/calendar"
)

// benchmarkCase is a one-item case in the middle of the default ladder, the commonest there is.
func benchmarkCase() (*Policy, Facts) {
	p, f := standard(), invoice("2026-03-02")
	f.Items[0].TimeZone = "Europe/Berlin"
	f.Customer.Calendar = "DE"
	sent(p, &f.Items[0], "reminder-1", "2026-03-09")
	return p, f
}

// BenchmarkNextWait decides that there is nothing to do before a date.
func BenchmarkNextWait(b *testing.B) {
	p, f := benchmarkCase()
	now := at9("2026-03-10")
	b.ReportAllocs()
	for b.Loop() {
		if Next(p, f, now).Now != DoNothing {
			b.Fatal("it should wait")
		}
	}
}

// BenchmarkNextAct decides to send a notice.
func BenchmarkNextAct(b *testing.B) {
	p, f := benchmarkCase()
	now := at9("2026-03-17")
	b.ReportAllocs()
	for b.Loop() {
		if Next(p, f, now).Now != DoSendNotice {
			b.Fatal("it should send")
		}
	}
}

// BenchmarkPlainLoop is the yardstick: a loop over the same stages that only compares days, with no reasons, no holds, no
// zones and no calendar.
func BenchmarkPlainLoop(b *testing.B) {
	p, f := benchmarkCase()
	today := day("2026-03-17")
	b.ReportAllocs()
	for b.Loop() {
		if plainNext(p, &f.Items[0], today) != 2 {
			b.Fatal("it should find the second reminder")
		}
	}
}

func plainNext(p *Policy, it *ItemFacts, today calendar.Date) int {
	passed := it.LastStageDone == ""
	for i := range p.Stages {
		if passed && today >= it.DueDate.AddDays(p.Stages[i].Moment.Days) {
			return i
		}
		passed = passed || p.Stages[i].Key == it.LastStageDone
	}
	return -1
}
