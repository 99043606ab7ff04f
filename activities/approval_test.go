package activities_test

import (
	"encoding/hex"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/casework"
	"arrears/domain/fault"
	"arrears/domain/notice"
	"arrears/domain/policy"
	"arrears/domain/receivable"
	"arrears/internal/testkit/pump"
	"arrears/port"
)

// demand is a policy whose only stage needs approval.
func demand(at policy.AtDeadline) policy.Policy {
	return ladder("demand", remind("first", 5), approved(remind("demand", 15), at))
}

func untilAsked(t *testing.T, p *pump.Pump, invoices ...string) {
	t.Helper()
	c := p.Customer("1001")
	assign(t, p, c, demand(policy.DeadlineRaise))
	for _, number := range invoices {
		p.Invoice(c, number, 100_00, "2024-02-01")
	}
	p.Through("2024-02-16")
}

// What is approved is what is sent: the frozen bytes of one draft over all of the customer's cases.
func TestAnApprovedDraftIsSentAsItWasFrozen(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	untilAsked(t, p, "R1", "R2", "R3")
	ap := oneApproval(t, p)
	require.EqualValues(t, 300_00, ap.AmountMinor)
	require.Equal(t, "supervisor", ap.Role)
	require.Equal(t, []string{"admin"}, ap.Proposers)
	frozen, err := p.App.NoticeBody(t.Context(), pump.Boss, ap.SubjectID)
	require.NoError(t, err)

	approve(t, p, ap)
	p.RunUntilQuiet()
	p.Through("2024-02-20")
	require.Len(t, p.SentOn("2024-02-17"), 3)
	last := p.Mail.Messages()[len(p.Mail.Messages())-1]
	require.Equal(t, frozen, last.Raw)
	require.Empty(t, p.OpenApprovals())
	for _, l := range p.SentOn("2024-02-17") {
		require.Equal(t, 2, l.Level)
	}
	require.Empty(t, p.Errors)
}

// A draft that a fact touches is withdrawn as a whole, its approval lapses, and what remains is asked for again.
func TestADraftLapsesWhenFactsChange(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	untilAsked(t, p, "R1", "R2")
	first := oneApproval(t, p)
	p.Pay(invoiceR1(t, p), "P1", 100_00)
	old, err := p.App.Approval(t.Context(), pump.Boss, first.ID)
	require.NoError(t, err)
	require.Equal(t, casework.ApprovalLapsed, old.State)
	_, err = p.App.DecideApproval(t.Context(), pump.Boss, decision(first, true, ""))
	require.Equal(t, app.CodeApprovalNotOpen, fault.CodeOf(err))

	p.RunUntilQuiet()
	again := oneApproval(t, p)
	require.EqualValues(t, 100_00, again.AmountMinor)
	require.NotEqual(t, first.ContentHash, again.ContentHash)
	approve(t, p, again)
	p.Through("2024-02-18")
	require.Equal(t, []string{"R2"}, invoices(p.SentOn("2024-02-17")))
	require.Equal(t, casework.CaseClosed, p.Case(invoiceR1(t, p).ID).State)
}

// Approved and then changed before it went out: withdrawn, and asked for again.
func TestAnApprovedDraftIsWithdrawnWhenItsAmountsChange(t *testing.T) {
	t.Parallel()
	p, url := newPumpURL(t)
	untilAsked(t, p, "R1")
	approve(t, p, oneApproval(t, p))
	sql(t, url, `UPDATE items SET paid_minor = 1, open_minor = open_minor - 1`) // no use case told the engine
	p.RunUntilQuiet()
	p.Through("2024-02-17")
	require.Empty(t, p.SentOn("2024-02-17"))
	require.EqualValues(t, 99_99, oneApproval(t, p).AmountMinor)
	require.Zero(t, p.Counters()["withdrawn_in_sending"])
}

// A rejected draft goes back to the collector with the comment; it is asked again after the policy's review days.
func TestARejectedDraftIsAskedAgainLater(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	untilAsked(t, p, "R1")
	reject(t, p, oneApproval(t, p), "call them first")
	p.RunUntilQuiet()
	tasks := p.Tasks("approval_rejected")
	require.Len(t, tasks, 1)
	require.Contains(t, tasks[0].Summary, "call them first")
	p.Through("2024-02-29")
	require.Empty(t, p.OpenApprovals())
	p.Through("2024-03-01")
	require.Len(t, p.OpenApprovals(), 1, "rejected on the 16th, 14 review days")
	require.Equal(t, []int{1}, levels(p.Sent()))
}

// Nobody decides about their own proposal, below the role, about other content, or twice; refusals are recorded.
func TestADecisionIsRefused(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	untilAsked(t, p, "R1")
	ap := oneApproval(t, p)
	good := decision(ap, true, "")
	other := good
	other.ContentHash = hex.EncodeToString(make([]byte, 32))
	stale := good
	stale.Version = ap.Version + 1
	for _, refused := range []struct {
		who  access.Principal
		in   app.DecideApproval
		code string
	}{
		{access.Principal{ID: "c", Role: access.Collector}, good, app.CodeApprovalRole},
		{pump.Admin, good, app.CodeApprovalFourEyes},
		{pump.Boss, other, app.CodeApprovalContentChanged},
		{pump.Boss, stale, app.CodeApprovalChanged},
		{access.Principal{ID: "a", Role: access.Auditor}, good, access.CodeForbidden},
	} {
		_, err := p.App.DecideApproval(t.Context(), refused.who, refused.in)
		require.Equal(t, refused.code, fault.CodeOf(err))
	}
	list, err := p.App.ListAuditEntries(t.Context(), pump.Boss, port.AuditFilter{SubjectID: valid(ap.ID)}, port.Page{})
	require.NoError(t, err)
	refusals := 0
	for _, e := range list.Items {
		if e.Action == "approval.refused" {
			refusals++
		}
	}
	require.Equal(t, 5, refusals)
	approve(t, p, ap)
	_, err = p.App.DecideApproval(t.Context(), pump.Boss, good)
	require.Equal(t, app.CodeApprovalNotOpen, fault.CodeOf(err))
}

func TestADecisionIsValidated(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	_, err := p.App.DecideApproval(t.Context(), pump.Boss, app.DecideApproval{ContentHash: "zz"})
	require.Equal(t, app.CodeApprovalInvalid, fault.CodeOf(err))
	var known *fault.Error
	require.ErrorAs(t, err, &known)
	require.Len(t, known.Fields, 2)
}

// The deadline raises to the next role, and at the top it reminds.
func TestADeadlineRaises(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	untilAsked(t, p, "R1")
	require.Equal(t, date("2024-02-21").Time(time.UTC), oneApproval(t, p).DueAt, "asked on Friday the 16th, due at the end of Tuesday")
	p.Through("2024-02-21")
	require.Equal(t, "admin", oneApproval(t, p).Role)
	p.Through("2024-02-24")
	ap := oneApproval(t, p)
	require.Equal(t, "admin", ap.Role)
	require.Equal(t, 2, ap.Reminders)
	require.Len(t, p.Tasks("approval_overdue"), 2)
	_, err := p.App.DecideApproval(t.Context(), pump.Boss, decision(ap, true, ""))
	require.Equal(t, app.CodeApprovalRole, fault.CodeOf(err))
	_, err = p.App.DecideApproval(t.Context(), access.Principal{ID: "chief", Role: access.Admin}, decision(ap, true, ""))
	require.NoError(t, err)
	p.Through("2024-02-25")
	require.Equal(t, []int{1, 2}, levels(p.Sent()))
}

// A deadline that skips lets the ladder go on; the level does not rise.
func TestADeadlineSkips(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	c := p.Customer("1001")
	pol := ladder("skip", remind("first", 5), approved(remind("demand", 15), policy.DeadlineSkip), remind("last", 25))
	assign(t, p, c, pol)
	inv := p.Invoice(c, "R1", 100_00, "2024-02-01")
	p.Through("2024-02-21")
	require.Empty(t, p.OpenApprovals())
	require.Equal(t, notice.Withdrawn, p.Notices()[1].State)
	require.Equal(t, 1, p.Items(inv.ID)[0].Level)
	require.Equal(t, "demand", p.Items(inv.ID)[0].LastStageDone)
	p.Through("2024-02-27")
	require.Equal(t, []string{"first", "last"}, stages(p.Sent()))
}

func stages(lines []pump.SentLine) []string {
	var all []string
	for _, l := range lines {
		all = append(all, l.Stage)
	}
	return all
}

// stepStage is a stage that sends nothing.
func stepStage(key string, days int, action policy.Action) policy.Stage {
	s := policy.Stage{Key: key, Name: key, Moment: policy.Moment{Basis: policy.FromDue, Days: days}, WhenUnmet: policy.UnmetWait, Action: action}
	if action == policy.Task {
		s.TaskText = "Call them"
	}
	return s
}

// Actions that send nothing are approved one by one: approved, done; the deadline is the case's own.
func TestAStepIsApprovedAndDone(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	c := p.Customer("1001")
	pol := ladder("steps", remind("first", 5), stepStage("call", 10, policy.Task),
		approved(stepStage("hold", 15, policy.CreditHold), policy.DeadlineRemind),
		approved(stepStage("agency", 20, policy.HandOver), policy.DeadlineRaise))
	assign(t, p, c, pol)
	inv := p.Invoice(c, "R1", 100_00, "2024-02-01")
	p.Through("2024-02-15")
	require.Len(t, p.Tasks(policy.TaskStage), 1)
	require.Equal(t, "Call them", p.Tasks(policy.TaskStage)[0].Summary)

	p.Through("2024-02-16")
	hold := oneApproval(t, p)
	require.Equal(t, "step", hold.SubjectKind)
	p.Through("2024-02-21")
	require.Len(t, p.Tasks("approval_overdue"), 1)
	approve(t, p, oneApproval(t, p))
	p.RunUntilQuiet()
	got, err := p.App.Customer(t.Context(), pump.Boss, c.ID)
	require.NoError(t, err)
	require.Equal(t, receivable.HoldRequested, got.CreditHold)
	require.Len(t, p.Tasks("credit_hold"), 1)

	p.Through("2024-02-23")
	approve(t, p, oneApproval(t, p))
	p.RunUntilQuiet()
	require.Equal(t, date("2024-02-23"), p.Items(inv.ID)[0].HandedOverOn)
	require.Len(t, p.Tasks("hand_over"), 1)
	p.Through("2024-08-01")
	require.Equal(t, []int{1}, levels(p.Sent()))
	require.Empty(t, p.OpenApprovals())
	require.Equal(t, casework.CaseActive, p.Case(inv.ID).State, "it is still watched")
}

// A rejected step frees the item for another attempt; a payment lapses the open one.
func TestAStepIsRejectedOrLapses(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	c := p.Customer("1001")
	assign(t, p, c, ladder("steps", remind("first", 5), approved(stepStage("agency", 10, policy.HandOver), policy.DeadlineRemind)))
	inv := p.Invoice(c, "R1", 100_00, "2024-02-01")
	p.Through("2024-02-12")
	reject(t, p, oneApproval(t, p), "too early")
	p.RunUntilQuiet()
	require.Empty(t, p.OpenApprovals())
	p.Through("2024-02-28")
	again := oneApproval(t, p)
	p.Pay(inv, "P1", 60_00)
	p.RunUntilQuiet()
	lowered := oneApproval(t, p)
	require.NotEqual(t, again.ID, lowered.ID)
	require.EqualValues(t, 40_00, lowered.AmountMinor)
	var attempts []int
	for _, s := range p.Case(inv.ID).Steps {
		if s.Stage == "agency" {
			attempts = append(attempts, s.Attempt)
		}
	}
	require.Equal(t, []int{1, 2, 3}, attempts)
}

// The deadline of a step may skip it too.
func TestAStepIsSkipped(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	c := p.Customer("1001")
	assign(t, p, c, ladder("steps", remind("first", 5), approved(stepStage("visit", 10, policy.Task), policy.DeadlineSkip), remind("last", 20)))
	p.Invoice(c, "R1", 100_00, "2024-02-01")
	p.Through("2024-02-25")
	require.Equal(t, []string{"first", "last"}, stages(p.Sent()))
	require.Empty(t, p.Tasks(policy.TaskStage))
}
