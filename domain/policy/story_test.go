package policy

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/domain/calendar"
	"arrears/domain/receivable"
)

// Helpers that let a test tell a story: a case, a clock, and what happens.

func day(s string) calendar.Date { return calendar.MustDate(s) }

// at is an instant on a date in UTC.
func at9(s string) time.Time { return day(s).Time(time.UTC).Add(9 * time.Hour) }

func midnight(s string) time.Time { return day(s).Time(time.UTC) }

func itemID(n byte) uuid.UUID { return uuid.UUID{15: n} }

// invoice is the facts of a customer, reachable by e-mail and letter, who owes one item of 100.00 EUR.
func invoice(due string) Facts {
	return Facts{
		CaseID:   uuid.UUID{0: 1},
		Customer: CustomerFacts{Calendar: "none", Channels: []receivable.Channel{receivable.Email, receivable.Letter}},
		Items: []ItemFacts{{
			ID: itemID(1), Kind: "instalment", TimeZone: "UTC", Currency: "EUR", DueDate: day(due),
			OriginalMinor: 10000, OpenMinor: 10000, Cycle: 1,
		}},
	}
}

func parsed(t testing.TB, text string) *Policy {
	t.Helper()
	p, err := Parse([]byte(text))
	require.NoError(t, err)
	return &p
}

func fixture(t testing.TB, name string) *Policy {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name+".yaml"))
	require.NoError(t, err)
	return parsed(t, string(data))
}

func standard() *Policy {
	p := Default()
	return &p
}

// sent lets an item's notice go out.
func sent(p *Policy, it *ItemFacts, stage, on string) {
	i := p.index(stage)
	it.LastStageDone, it.LastStageOn, it.LastNoticeOn, it.Live = stage, day(on), day(on), nil
	if p.Stages[i].dunning() {
		it.Level = p.Level(i)
	}
}

// did lets an item's stage that sends nothing be done.
func did(it *ItemFacts, stage, on string) { it.LastStageDone, it.LastStageOn = stage, day(on) }

// one is the decision on a case's only item.
func one(t testing.TB, p *Policy, f Facts, now time.Time) ItemDecision {
	t.Helper()
	d := Next(p, f, now)
	require.Len(t, d.Items, 1)
	return d.Items[0]
}

func codes(d ItemDecision) []string {
	var list []string
	for _, r := range d.Reasons {
		list = append(list, r.Code)
	}
	return list
}

// decides asserts what is decided on a case's only item.
func decides(t testing.TB, d ItemDecision, verb Verb, do Do, stage string, reasons ...string) {
	t.Helper()
	require.Equal(t, verb, d.Verb, "reasons %v", codes(d))
	require.Equal(t, do, d.Do, "reasons %v", codes(d))
	require.Equal(t, stage, d.Stage)
	for _, code := range reasons {
		require.Contains(t, codes(d), code)
	}
}

// wakes asserts when a case looks again and what it expects then.
func wakes(t testing.TB, d ItemDecision, on string, do Do) {
	t.Helper()
	require.Equal(t, on, calendar.DateOf(d.WakeAt, time.UTC).String(), "reasons %v", codes(d))
	require.Equal(t, do, d.AtWake)
}
