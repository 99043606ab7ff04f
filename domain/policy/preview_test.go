package policy

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"arrears/domain/calendar"
	"arrears/domain/money"
	"arrears/domain/receivable"
)

// oneInvoice is an invoice of 1,250.00 EUR in Berlin, due on a Monday.
func oneInvoice() Facts {
	return FactsFor(Subject{
		DueDate: day("2026-03-02"), Amount: money.Of(125000, "EUR"), TimeZone: "Europe/Berlin", Calendar: "DE",
		Channels: []receivable.Channel{receivable.Email, receivable.Letter},
	})
}

func told(lines []PreviewLine) []string {
	var list []string
	for _, l := range lines {
		list = append(list, l.On.String()+" "+l.Text)
	}
	return list
}

func TestPreviewOfTheDefaultPolicy(t *testing.T) {
	t.Parallel()
	lines := Preview(standard(), oneInvoice(), at9("2026-01-15"))
	require.Equal(t, []string{
		`2026-02-27 The notice "Courtesy reminder" goes out by email, asking for EUR 1250.00, 3 days before the due date.`,
		`2026-03-09 The notice "First reminder" goes out by email and raises the dunning level to 1, asking for EUR 1250.00, 7 days after the due date.`,
		`2026-03-17 The notice "Second reminder" goes out by email and raises the dunning level to 2, asking for EUR 1250.00, 15 days after the due date.`,
		`2026-04-01 Approval of "Final demand" is asked of the role supervisor; it is taken to be given on Wednesday, 8 April 2026.`,
		`2026-04-08 The notice "Final demand" goes out by email and raises the dunning level to 3, asking for EUR 1250.00, 37 days after the due date.`,
		`2026-04-11 A credit hold is requested; it is in force when the ERP confirms it.`,
		`2026-05-01 Approval of "Hand over to collection agency" is asked of the role supervisor; it is taken to be given on Wednesday, 6 May 2026.`,
		`2026-05-06 The item is handed over; Arrears no longer asks for it.`,
	}, told(lines), "Easter lies between: Good Friday 3 April, Easter Monday 6 April")
	require.Equal(t, "First reminder", lines[1].Name)
	require.Equal(t, "2026-03-09T08:00:00+01:00", lines[1].At.Format("2006-01-02T15:04:05Z07:00"), "when the window opens in Berlin")
	require.Equal(t, 1, lines[1].Item)
	require.Equal(t, money.Currency("EUR"), lines[1].Currency)
}

func TestPreviewTellsWhatHoldsBackAndWhatIsUnderWay(t *testing.T) {
	t.Parallel()
	f := oneInvoice()
	f.Items[0].Live = &LiveStep{Stage: "reminder-1", Action: Notice, State: "live", ExpectedOn: day("2026-03-09")}
	f.Items[0].Promises = []PromiseFacts{{State: receivable.PromiseOpen, HeldMinor: 125000, HoldUntil: day("2026-03-20")}}
	p := standard()
	p.Stages = p.Stages[:3]
	lines := told(Preview(p, f, at9("2026-03-09")))
	require.Equal(t, []string{
		`2026-03-09 The stage "First reminder" is under way and taken to be done on Monday, 9 March 2026.`,
		`2026-03-09 Nothing is done. EUR 1250.00 is promised and held back until Friday, 20 March 2026.`,
		`2026-03-21 A promise to pay was not kept. A promise to pay held until Friday, 20 March 2026 and was not kept in full by then.`,
		`2026-03-23 The notice "Second reminder" goes out by email and raises the dunning level to 2, asking for EUR 1250.00, 21 days after the due date.`,
		`2026-04-06 A task ladder done is opened for the collector. The last stage was done on Monday, 23 March 2026; no other follows.`,
	}, lines)
	require.NotNil(t, f.Items[0].Live, "the caller's facts stay as they are")
	require.Equal(t, receivable.PromiseOpen, f.Items[0].Promises[0].State)
}

func TestPreviewWithoutAnAddressAndUnderABlock(t *testing.T) {
	t.Parallel()
	f := oneInvoice()
	f.Customer.Channels = nil
	lines := told(Preview(fixture(t, "p3"), f, at9("2026-03-01")))
	require.Equal(t, []string{
		`2026-03-12 A task no address is opened for the collector. The customer cannot be reached by any channel of the stage l1.`,
		`2026-03-12 Nothing is done. The customer cannot be reached by any channel of the stage l1.`,
	}, lines)
	f.Customer.Blocked = &BlockFacts{Reason: "customer_request", Until: day("2026-03-31")}
	lines = told(Preview(fixture(t, "p3"), f, at9("2026-03-01")))
	require.Equal(t, `2026-03-01 Nothing is done. The customer has a dunning block (customer request) through Tuesday, 31 March 2026.`, lines[0])
}

func TestPreviewOfTasksAndPassedStages(t *testing.T) {
	t.Parallel()
	p := parsed(t, `
key: calls
stages:
  - {key: early, moment: due - 5 days, action: notice, template: courtesy}
  - {key: first, moment: due + 1 day, action: notice, template: reminder-1}
  - {key: call, moment: due + 3 days, action: task, task: "Call.", due_days: 2, approval: {role: collector}}
  - {key: big, moment: due + 9 days, action: hand_over, conditions: {minimum_open: {EUR: "9999.00"}}, when_unmet: pass}
`)
	lines := told(Preview(p, oneInvoice(), at9("2026-03-02")))
	require.Equal(t, []string{
		`2026-03-02 The stage "early" is passed over. The courtesy reminder early lapsed, because the due date Monday, 2 March 2026 has come.`,
		`2026-03-03 The notice "first" goes out by email and raises the dunning level to 1, asking for EUR 1250.00, 1 day after the due date.`,
		`2026-03-05 Approval of "call" is asked of the role collector; it is taken to be given on Tuesday, 10 March 2026.`,
		`2026-03-10 A task is opened for the collector, due within 2 business days: Call.`,
		`2026-03-11 The stage "big" is passed over. The stage wants at least EUR 9999.00 to be collectable.`,
		`2026-03-25 A task ladder done is opened for the collector. The last stage was done on Wednesday, 11 March 2026; no other follows.`,
	}, lines)
}

func TestPreviewOfSeveralItemsIsInTimesOrder(t *testing.T) {
	t.Parallel()
	f := oneInvoice()
	second := f.Items[0]
	second.ID, second.DueDate = itemID(2), day("2026-04-01")
	f.Items = append(f.Items, second)
	f.Customer.Due = append(f.Customer.Due, second.DueDate)
	lines := Preview(standard(), f, at9("2026-01-15"))
	require.Len(t, lines, 16)
	items := map[int]bool{}
	for i, l := range lines {
		items[l.Item] = true
		require.False(t, i > 0 && l.At.Before(lines[i-1].At))
	}
	require.Len(t, items, 2)
}

func TestPreviewEndsForEveryPolicy(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := genPolicy(t)
		f, from := genFacts(t, p), genInstant.Draw(t, "from")
		lines := Preview(p, f, from)
		require.LessOrEqual(t, len(lines), previewLines+2)
		for _, l := range lines {
			require.NotEmpty(t, l.Text)
			require.NotContains(t, l.Text, "%")
			require.False(t, l.At.Before(from))
		}
	})
}

func TestOpensKeepsHolidaysAndClosedDaysFree(t *testing.T) {
	t.Parallel()
	p := standard()
	p.ClosedDays = []calendar.Date{day("2026-04-07")}
	opens := func(zone, code, from string) string {
		at, err := Opens(p, zone, code, day(from).Time(zoneOf(zone)))
		require.NoError(t, err)
		return at.Format("2006-01-02 15:04 -0700")
	}
	require.Equal(t, "2026-04-08 08:00 +0200", opens("Europe/Berlin", "DE", "2026-04-03"), "Good Friday, weekend, Easter Monday, closed")
	require.Equal(t, "2026-03-27 08:00 +0100", opens("Europe/Berlin", "DE", "2026-03-27"), "winter time")
	require.Equal(t, "2026-03-30 08:00 +0200", opens("Europe/Berlin", "DE", "2026-03-28"), "summer time")
	require.Equal(t, "2026-10-26 08:00 +0100", opens("Europe/Berlin", "DE", "2026-10-24"), "winter time again")
	require.Equal(t, "2026-04-03 08:00 +0000", opens("Not/AZone", "??", "2026-04-03"))
	require.Equal(t, "2026-04-06 08:00 +0000", opens("UTC", "none", "2026-04-04"), "the window names no weekend")
	p.Window.Days = []time.Weekday{time.Saturday}
	require.Equal(t, "2026-04-04 08:00 +0000", opens("UTC", "none", "2026-04-04"), "this one does")

	p.Window.To = p.Window.From
	_, err := Opens(p, "UTC", "none", at9("2026-04-03"))
	require.Error(t, err)
	p = standard()
	for n := range maxClosedDays {
		p.ClosedDays = append(p.ClosedDays, day("2026-04-01").AddDays(n))
	}
	at, err := Opens(p, "UTC", "none", at9("2026-04-01"))
	require.NoError(t, err)
	require.Equal(t, "2027-05-06", at.Format("2006-01-02"))
}

func TestEveryReasonHasASentence(t *testing.T) {
	t.Parallel()
	for code := range explanations {
		sentence := Explain(Reason{Code: code, Date: day("2026-03-02"), Minor: 12345, Text: "EUR"})
		require.True(t, strings.HasSuffix(sentence, "."), sentence)
		require.NotContains(t, sentence, "%")
	}
	for _, c := range []struct {
		reason Reason
		want   string
	}{
		{Reason{Code: ReasonDisputed, Minor: 12345, Text: "EUR"}, "EUR 123.45 is disputed and not asked for."},
		{Reason{Code: ReasonStageAhead, Date: day("2026-03-02"), Text: "reminder-1"}, "The stage reminder-1 is reached on Monday, 2 March 2026."},
		{Reason{Code: ReasonBlockedItem, Text: "legal"}, "The invoice has a dunning block (legal) until it is released."},
		{Reason{Code: ReasonPromiseBroken, Date: day("2026-03-02"), Text: "task"}, "A promise to pay was found not kept on Monday, 2 March 2026; a person should call."},
		{Reason{Code: ReasonPromiseBroken, Date: day("2026-03-02"), Text: "next_stage"}, "A promise to pay was found not kept on Monday, 2 March 2026; the next stage is due at once."},
		{Reason{Code: ReasonPromiseBroken, Text: "resume"}, "A promise to pay was found not kept on an unknown day."},
		{Reason{Code: ReasonStepLive, Text: "call"}, "The stage call is under way."},
		{Reason{Code: "from_the_future"}, "Reason: from the future."},
		{Reason{Code: ReasonStageReached, Date: day("2026-03-02"), Text: "%[1]s"}, "The stage %[1]s is reached since Monday, 2 March 2026."},
	} {
		require.Equal(t, c.want, Explain(c.reason))
	}
}

func ExamplePreview() {
	p := Default()
	f := FactsFor(Subject{
		DueDate: calendar.MustDate("2026-03-02"), Amount: money.Of(125000, "EUR"), TimeZone: "Europe/Berlin", Calendar: "DE",
		Channels: []receivable.Channel{receivable.Email},
	})
	for _, line := range Preview(&p, f, calendar.MustDate("2026-02-01").Time(zoneOf("UTC")))[:2] {
		fmt.Println(line.On, line.Text)
	}
	// Output:
	// 2026-02-27 The notice "Courtesy reminder" goes out by email, asking for EUR 1250.00, 3 days before the due date.
	// 2026-03-09 The notice "First reminder" goes out by email and raises the dunning level to 1, asking for EUR 1250.00, 7 days after the due date.
}
