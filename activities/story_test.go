package activities_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/calendar"
	"arrears/domain/casework"
	"arrears/domain/notice"
	"arrears/domain/policy"
	"arrears/domain/receivable"
	"arrears/internal/testkit/pump"
	"arrears/workflows/contract"
)

func allWeek() []time.Weekday {
	return []time.Weekday{time.Sunday, time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday}
}

// The main job: reminders go out on their days, a payment stops the chase.
func TestAnInvoiceIsRemindedAndPaid(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	c := p.Customer("1001")
	inv := p.Invoice(c, "R1", 100_00, "2024-02-01")

	p.Through("2024-02-20")
	require.Equal(t, []pump.SentLine{
		{On: date("2024-01-29"), Invoice: "R1", Part: 1, Level: 0, Channel: "email", Currency: "EUR", Ask: 100_00, Stage: "courtesy"},
		{On: date("2024-02-06"), Invoice: "R1", Part: 1, Level: 1, Channel: "email", Currency: "EUR", Ask: 100_00, Stage: "reminder-1"},
		{On: date("2024-02-16"), Invoice: "R1", Part: 1, Level: 2, Channel: "email", Currency: "EUR", Ask: 100_00, Stage: "reminder-2"},
	}, p.Sent())
	require.Len(t, p.Mail.Messages(), 3)

	p.Pay(inv, "P1", 100_00)
	p.Through("2024-06-01")
	require.Len(t, p.Mail.Messages(), 3)
	require.Equal(t, casework.CaseClosed, p.Case(inv.ID).State)
	require.Empty(t, p.Errors)
	_, running := p.Running(contract.KindInvoice, inv.ID)
	require.False(t, running)
}

// A reminder that goes out as expected wakes nobody: one activity per stage, and none for the send.
func TestASendAsExpectedNudgesNobody(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	p.Invoice(p.Customer("1001"), "R1", 100_00, "2024-02-01")
	p.Through("2024-02-20")
	require.Equal(t, 3, p.Calls[contract.SendNotice])
	require.Equal(t, 3, p.Calls[contract.DeliverNotice])
	require.Zero(t, p.Calls[contract.Review])
	require.Zero(t, p.Calls[contract.ReviewNotice])
}

// What falls due together is asked for together, each line at its own level.
func TestItemsOfACustomerGatherInOneMessage(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	c := p.Customer("1001")
	p.Invoice(c, "OLD", 50_00, "2024-01-22")
	p.Invoice(c, "NEW", 100_00, "2024-02-01")
	p.Invoice(c, "USD", 70_00, "2024-02-01", func(in *app.NewInvoice) { in.Currency = "USD" })

	p.Through("2024-02-06")
	var last []notice.Notice
	for _, n := range p.Notices() {
		if n.State == notice.Sent && n.Kind == notice.Dunning && n.Currency == "EUR" {
			last = append(last, n)
		}
	}
	require.Len(t, last, 2, "the old one alone first, then both")
	both := last[1]
	require.Len(t, both.Lines, 2)
	require.EqualValues(t, 150_00, both.AskedMinor)
	require.Equal(t, []int{2, 1}, []int{both.Lines[0].Level, both.Lines[1].Level})
	require.Equal(t, []string{"OLD", "NEW"}, []string{both.Lines[0].InvoiceNumber, both.Lines[1].InvoiceNumber})
	require.Len(t, p.SentOn("2024-02-06"), 3, "and the dollars in a message of their own")
}

// After an outage a case takes one step, never several, and never skips the first notice.
func TestOneStepAtATimeAfterAnOutage(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	p.Invoice(p.Customer("1001"), "R1", 100_00, "2024-02-01")
	p.At("2024-06-03")
	p.RunUntilQuiet()
	require.Equal(t, []int{1}, levels(p.Sent()))
	require.Equal(t, casework.StepSkipped, p.Case(invoiceR1(t, p).ID).Steps[0].State, "the courtesy reminder lapsed")
	p.Through("2024-06-06")
	require.Equal(t, []int{1, 2}, levels(p.Sent()), "three business days lie between two notices")
}

func levels(lines []pump.SentLine) []int {
	all := make([]int, len(lines))
	for i, l := range lines {
		all[i] = l.Level
	}
	return all
}

func invoiceR1(t *testing.T, p *pump.Pump) receivable.Invoice {
	t.Helper()
	inv, err := p.App.InvoiceByNumber(t.Context(), pump.Admin, "test", "R1")
	require.NoError(t, err)
	return inv
}

// A partial payment lowers what is asked and does not restart the ladder.
func TestAPartialPaymentLowersWhatIsAsked(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	inv := p.Invoice(p.Customer("1001"), "R1", 100_00, "2024-02-01")
	p.Through("2024-02-10")
	p.Pay(inv, "P1", 40_00)
	p.Through("2024-02-20")
	sent := p.Sent()
	require.Equal(t, []int{0, 1, 2}, levels(sent))
	require.EqualValues(t, 60_00, sent[2].Ask)
}

// Money that comes between gathering and the window's opening stops the line at once.
func TestAPaymentStopsALineThatGathers(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	c := p.Customer("1001")
	inv := p.Invoice(c, "R1", 100_00, "2024-02-01")
	other := p.Invoice(c, "R2", 30_00, "2024-02-01")
	for _, of := range []receivable.Invoice{inv, other} {
		_, err := p.App.StoreDocument(t.Context(), pump.Boss, app.NewDocument{
			InvoiceID: valid(of.ID), Kind: "invoice", Filename: of.Number + ".pdf", MediaType: "application/pdf", Content: strings.NewReader("%PDF-1.7\n%%EOF\n"),
		})
		require.NoError(t, err)
	}
	p.Mail.ComposeWith = plain
	p.Through("2024-02-05")
	p.Step(12 * time.Minute) // past midnight: the lines gather, the window opens at eight
	p.Settle()
	gathering := p.Notices()[1]
	require.Equal(t, notice.Gathering, gathering.State)
	require.Len(t, gathering.Lines, 2)

	p.Pay(inv, "P1", 100_00)
	p.Settle()
	require.Equal(t, notice.LineWithdrawn, lineOf(t, p, gathering, "R1").State)
	require.Equal(t, notice.LineLive, lineOf(t, p, gathering, "R2").State)
	p.RunUntilQuiet()
	require.Equal(t, []string{"R2"}, invoices(p.SentOn("2024-02-06")))
	mail := mails(p)[len(mails(p))-1]
	require.Contains(t, mail, "attached R2.pdf")
	require.NotContains(t, mail, "R1.pdf", "what was paid is no longer attached")

	p.Through("2024-02-15")
	p.Step(12 * time.Minute)
	p.Settle()
	p.Pay(other, "P2", 30_00)
	p.Through("2024-02-20")
	all := p.Notices()
	require.Equal(t, notice.Withdrawn, all[len(all)-1].State, "no line was left")
	require.Len(t, p.Mail.Messages(), 2)
	require.Zero(t, p.Counters()["paid_while_sending"])
}

func lineOf(t *testing.T, p *pump.Pump, n notice.Notice, invoice string) notice.Line {
	t.Helper()
	for _, full := range p.Notices() {
		for _, l := range full.Lines {
			if full.ID == n.ID && l.InvoiceNumber == invoice {
				return l
			}
		}
	}
	t.Fatalf("no line of %s", invoice)
	return notice.Line{}
}

func invoices(lines []pump.SentLine) []string {
	var all []string
	for _, l := range lines {
		all = append(all, l.Invoice)
	}
	return all
}

// Whatever the use cases forget, the dispatch looks again with the customer locked.
func TestTheDispatchDropsWhatNoLongerHolds(t *testing.T) {
	t.Parallel()
	p, url := newPumpURL(t)
	c := p.Customer("1001")
	p.Invoice(c, "R1", 100_00, "2024-02-01")
	p.Invoice(c, "R2", 30_00, "2024-02-01")
	p.Through("2024-02-05")
	p.Step(12 * time.Minute)
	p.Settle()
	sql(t, url, `UPDATE items SET paid_minor = original_minor, open_minor = 0 WHERE invoice_id = (SELECT id FROM invoices WHERE number = 'R1')`)
	p.RunUntilQuiet()
	require.Equal(t, []string{"R2"}, invoices(p.SentOn("2024-02-06")))
	require.Equal(t, casework.CaseClosed, p.Case(invoiceR1(t, p).ID).State)
	last := p.Mail.Messages()[len(p.Mail.Messages())-1]
	require.NotContains(t, string(last.Raw), "R1")
}

// A reversed payment brings a closed case back to the same cycle, where it stood.
func TestAReversalBringsAClosedCaseBack(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	inv := p.Invoice(p.Customer("1001"), "R1", 100_00, "2024-02-01")
	p.Through("2024-02-07")
	r := p.Pay(inv, "P1", 100_00)
	p.Through("2024-02-20")
	require.Equal(t, casework.CaseClosed, p.Case(inv.ID).State)

	_, err := p.App.ReverseReceipt(t.Context(), pump.Admin, r.ID, "bounced")
	require.NoError(t, err)
	p.Through("2024-02-27")
	require.Equal(t, casework.CaseActive, p.Case(inv.ID).State)
	require.Equal(t, []int{0, 1, 2}, levels(p.Sent()))
	require.Equal(t, 1, p.Items(inv.ID)[0].Cycle)
}

// A person may restart the ladder: the next cycle.
func TestALadderIsRestarted(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	inv := p.Invoice(p.Customer("1001"), "R1", 100_00, "2024-02-01")
	p.Through("2024-02-20")
	require.NoError(t, p.App.RestartCase(t.Context(), pump.Boss, inv.ID))
	p.Through("2024-02-29")
	require.Equal(t, []int{0, 1, 2, 1, 2}, levels(p.Sent()))
	require.Equal(t, 2, p.Items(inv.ID)[0].Cycle)
}

// A restarted ladder is climbed by the policy that is assigned by then.
func TestARestartedLadderFollowsTheAssignedPolicy(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	inv := p.Invoice(p.Customer("1001"), "R1", 100_00, "2024-02-01")
	p.Through("2024-02-07")
	p.Publish(ladder("slow", remind("only", 20)))
	require.NoError(t, p.App.AssignPolicy(t.Context(), pump.Admin, app.Assignment{Scope: app.ToInvoice, Target: inv.ID.String(), PolicyKey: "slow"}))
	p.Through("2024-02-17")
	require.Equal(t, []int{0, 1, 2}, levels(p.Sent()), "the pinned version holds")
	require.NoError(t, p.App.RestartCase(t.Context(), pump.Boss, inv.ID))
	p.Through("2024-03-30")
	require.Equal(t, []string{"only"}, stages(p.Sent()[3:]))
	require.Empty(t, p.Errors)
}

// Days are the customer's: a stage is reached at midnight there, and the window opens there, on both days on which the
// clocks change.
func TestDaysAndWindowsAreTheCustomers(t *testing.T) {
	t.Parallel()
	for _, story := range []struct{ name, due, opens string }{
		{"spring", "2024-03-31", "2024-03-31T01:00:00Z"}, // 02:30 does not exist: the instant after the gap, 03:00 summer time
		{"autumn", "2024-10-27", "2024-10-27T00:30:00Z"}, // 02:30 comes twice: the first, still summer time
	} {
		t.Run(story.name, func(t *testing.T) {
			t.Parallel()
			p := newPump(t)
			c := p.Customer("1001", func(in *app.NewCustomer) { in.TimeZone = "Europe/Berlin" })
			pol := ladder("night", remind("first", 0))
			pol.Window = calendar.Window{From: 2*60 + 30, To: 4 * 60, Days: allWeek()}
			assign(t, p, c, pol)
			p.Invoice(c, "R1", 100_00, story.due)
			p.Through(story.due)
			n := p.Notices()[0]
			require.Equal(t, notice.Sent, n.State)
			opens, err := time.Parse(time.RFC3339, story.opens)
			require.NoError(t, err)
			require.WithinRange(t, *n.SentAt, opens, opens.Add(5*time.Second))
		})
	}
}

// Nothing goes out outside the window, on holidays, or on days that the policy closes.
func TestTheSendWaitsForAnOpenDay(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	c := p.Customer("1001", func(in *app.NewCustomer) { in.TimeZone, in.Calendar = "Europe/Berlin", "DE" })
	pol := ladder("weekdays", remind("first", 0))
	pol.Window.Days = nil
	pol.ClosedDays = []calendar.Date{date("2024-04-02")}
	assign(t, p, c, pol)
	p.Invoice(c, "R1", 100_00, "2024-03-29") // Good Friday, then the weekend, Easter Monday and a closed day
	p.Through("2024-04-05")
	require.Equal(t, date("2024-04-03"), p.Sent()[0].On)
}

// The copy of an invoice goes with the notice, and credits are shown.
func TestTheMessageShowsWhatItShould(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	c := p.Customer("1001", func(in *app.NewCustomer) { in.Language = "de" })
	inv := p.Invoice(c, "R1", 100_00, "2024-02-01", func(in *app.NewInvoice) { in.PurchaseOrder = "PO-7" })
	_, err := p.App.CreateCreditMemo(t.Context(), pump.Admin, app.NewCreditMemo{
		Source: "test", Number: "CM1", CustomerID: c.ID, Currency: "EUR", AmountMinor: 20_00, MemoDate: date("2024-01-01"), Reason: "bonus",
	})
	require.NoError(t, err)
	p.Through("2024-02-06")
	sent := p.SentOn("2024-02-06")
	require.EqualValues(t, 80_00, sent[0].Ask, "the credit is reserved for the oldest item")
	raw := string(p.Mail.Messages()[1].Raw)
	for _, want := range []string{"R1", "PO-7", "CM1", "80,00", "20,00"} {
		require.Contains(t, raw, want)
	}
	require.True(t, strings.HasPrefix(p.Notices()[1].MessageID, "<notice."))
	require.Equal(t, "de", p.Notices()[1].Language)
	_ = inv
}

// Courtesy reminders lapse at the due date.
func TestACourtesyReminderLapses(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	inv := p.Invoice(p.Customer("1001"), "R1", 100_00, "2023-12-31")
	p.RunUntilQuiet()
	steps := p.Case(inv.ID).Steps
	require.Len(t, steps, 1)
	require.Equal(t, casework.StepSkipped, steps[0].State)
	require.Equal(t, policy.ReasonCourtesyLapsed, steps[0].Reason)
	require.Empty(t, p.Sent())
}
