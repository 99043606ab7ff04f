package activities_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/casework"
	"arrears/domain/dispute"
	"arrears/internal/testkit/pump"
	"arrears/port"
)

// warnedAndLapsed gives a claim two days of each kind instead of its own: one of which was warned, and one that has passed.
func warnedAndLapsed(t *testing.T, p *pump.Pump, id uuid.UUID, kinds ...dispute.DeadlineKind) map[dispute.DeadlineKind][2]uuid.UUID {
	t.Helper()
	all := map[dispute.DeadlineKind][2]uuid.UUID{}
	for _, o := range claimCase(t, p, id).Deadlines {
		if slices.Contains(kinds, o.Kind) && o.State == dispute.DeadlineOpen {
			o.State = dispute.DeadlineCancelled
			put(t, p, o)
		}
	}
	for n, d := range []dispute.Deadline{
		{DueOn: p.Today()}, {WarnOn: p.Today().AddDays(2), DueOn: p.Today().AddDays(300)},
	} {
		for _, kind := range kinds {
			d.ID, d.DisputeID, d.Kind, d.State = uuid.New(), id, kind, dispute.DeadlineOpen
			put(t, p, d)
			of := all[kind]
			of[1-n] = d.ID
			all[kind] = of
		}
		p.Through(p.Today().AddDays(1).String())
	}
	return all
}

// ends asserts how the task of a deadline that was warned of ended, and that of one that has passed; empty: they are open.
func ends(t *testing.T, p *pump.Pump, of [2]uuid.UUID, warned, lapsed string) {
	t.Helper()
	for n, want := range []string{warned, lapsed} {
		step := []string{"warn", "lapsed"}[n]
		var found []casework.Task
		for _, k := range p.Tasks(port.TaskClaimDeadline) {
			if strings.Contains(k.Dedupe, of[n].String()+"/"+step) {
				found = append(found, k)
			}
		}
		require.Len(t, found, 1, step)
		k := found[0]
		require.Equal(t, want, k.Outcome, k.Summary)
		switch want {
		case "":
			require.Equal(t, casework.TaskOpen, k.State, k.Summary)
		case port.TaskCancelled:
			require.Equal(t, casework.TaskCancelled, k.State, k.Summary)
		default:
			require.Equal(t, casework.TaskDone, k.State, k.Summary)
		}
		if want != "" {
			require.NotNil(t, k.ClosedAt)
			require.NotEmpty(t, k.ClosedBy)
		}
	}
}

// taxed is an invoice of 1,000.00 that was paid short by 200.00, for a reason that needs no evidence.
func taxed(t *testing.T, p *pump.Pump) (app.DisputeFile, func(minor int64)) {
	t.Helper()
	p.Mail.ComposeWith = plain
	inv := p.Invoice(p.Customer("1001"), "R1", 1000_00, "2024-01-10")
	d := short(t, p, inv, 800_00, 200_00, "tax")
	p.RunUntilQuiet()
	return claimCase(t, p, d.ID), func(minor int64) { repay(t, p, inv, deductionOf(t, p, inv), minor) }
}

// What a decision meets, its tasks end with; the objection is the denial that was sent, and the rest ends with the case.
func TestTasksOfDeadlinesEndWithADenial(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	f, repaid := taxed(t, p)
	of := warnedAndLapsed(t, p, f.ID, dispute.DeadlineTriage, dispute.DeadlineEvidence, dispute.DeadlineDecision, dispute.DeadlineCustomerReply,
		dispute.DeadlineContest, dispute.DeadlineCarrier, dispute.DeadlineLimitation)
	for kind := range of {
		ends(t, p, of[kind], "", "")
	}
	decide(t, p, f.Dispute, app.NewDecision{Kind: dispute.DecideInvalid, Reason: "tax", PayableBy: p.Today()})
	for _, kind := range []dispute.DeadlineKind{dispute.DeadlineTriage, dispute.DeadlineEvidence, dispute.DeadlineDecision} {
		ends(t, p, of[kind], port.TaskMet, port.TaskMetLate)
	}
	ends(t, p, of[dispute.DeadlineCustomerReply], port.TaskCancelled, port.TaskCancelled)
	ends(t, p, of[dispute.DeadlineContest], "", "")
	p.RunUntilQuiet()
	require.Contains(t, told(t, p, f.ID), "denial sent")
	ends(t, p, of[dispute.DeadlineContest], port.TaskMet, port.TaskMetLate)
	require.Equal(t, dispute.DeadlineMet, deadline(t, claimCase(t, p, f.ID), dispute.DeadlineContest).State)
	ends(t, p, of[dispute.DeadlineCarrier], "", "")

	owed := warnedAndLapsed(t, p, f.ID, dispute.DeadlineRepayment)
	repaid(200_00)
	ends(t, p, owed[dispute.DeadlineRepayment], port.TaskMet, port.TaskMetLate)
	for _, kind := range []dispute.DeadlineKind{dispute.DeadlineCarrier, dispute.DeadlineLimitation} {
		ends(t, p, of[kind], port.TaskCancelled, port.TaskCancelled)
	}
	require.Equal(t, dispute.Closed, claimCase(t, p, f.ID).State)
	requireNoTask(t, p, f.ID)
}

// requireNoTask asserts that a claim asks nothing more of people.
func requireNoTask(t *testing.T, p *pump.Pump, id uuid.UUID) {
	t.Helper()
	list, err := p.App.ListTasks(t.Context(), pump.Admin, port.TaskFilter{State: string(casework.TaskOpen), DisputeID: valid(id)}, port.Page{})
	require.NoError(t, err)
	require.Empty(t, list.Items)
}

// A credit memo meets its deadline; what is given up is not repaid.
func TestTasksOfDeadlinesEndWithAMemoOrGivingUp(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	f, _ := taxed(t, p)
	decide(t, p, f.Dispute, app.NewDecision{Kind: dispute.DecidePartially, ValidMinor: 120_00, DeniedMinor: 80_00, Reason: "tax"})
	p.RunUntilQuiet()
	of := warnedAndLapsed(t, p, f.ID, dispute.DeadlineCreditMemo, dispute.DeadlineRepayment, dispute.DeadlineNextRound)
	_, err := p.App.CreateCreditMemo(t.Context(), pump.Admin, app.NewCreditMemo{
		Source: "erp", Number: "CM-1", CustomerID: f.CustomerID, Currency: "EUR", AmountMinor: 120_00, MemoDate: p.Today(), DisputeID: valid(f.ID),
	})
	require.NoError(t, err)
	ends(t, p, of[dispute.DeadlineCreditMemo], port.TaskMet, port.TaskMetLate)
	ends(t, p, of[dispute.DeadlineRepayment], "", "")
	_, err = p.App.GiveUpDispute(t.Context(), pump.Admin, f.ID, app.Settlement{Comment: "insolvent"})
	require.NoError(t, err)
	ends(t, p, of[dispute.DeadlineRepayment], port.TaskCancelled, port.TaskCancelled)
	p.RunUntilQuiet()
	requireNoTask(t, p, f.ID)
}

// A question and a contest: answers meet the reply's deadline, and our next round its own.
func TestTasksOfDeadlinesEndWithAnswersAndRounds(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	f, _ := taxed(t, p)
	_, err := p.App.AskCustomer(t.Context(), pump.Admin, f.ID, app.CustomerQuestion{Note: "Which rate?", ReplyBy: p.Today().AddDays(200)})
	require.NoError(t, err)
	of := warnedAndLapsed(t, p, f.ID, dispute.DeadlineNextRound)
	reply := deadline(t, claimCase(t, p, f.ID), dispute.DeadlineCustomerReply)
	p.Through(reply.WarnOn.String())
	require.Len(t, deadlineTasks(p, reply.ID.String()+"/warn"), 1)
	_, err = p.App.CustomerReplied(t.Context(), pump.Admin, f.ID, "the old one")
	require.NoError(t, err)
	require.Equal(t, port.TaskMet, deadlineTasks(p, reply.ID.String()+"/warn")[0].Outcome)
	ends(t, p, of[dispute.DeadlineNextRound], port.TaskCancelled, port.TaskCancelled)

	decide(t, p, f.Dispute, app.NewDecision{Kind: dispute.DecideInvalid, Reason: "tax"})
	p.RunUntilQuiet()
	submit := func() {
		_, err := p.App.SubmitDispute(t.Context(), pump.Admin, f.ID, app.NewRound{Channel: "portal", ReplyBy: p.Today().AddDays(100)})
		require.NoError(t, err)
	}
	submit()
	_, err = p.App.AnswerDispute(t.Context(), pump.Admin, f.ID, app.ContestAnswer{Answer: "refused"})
	require.NoError(t, err)
	of = warnedAndLapsed(t, p, f.ID, dispute.DeadlineNextRound)
	submit()
	ends(t, p, of[dispute.DeadlineNextRound], port.TaskMet, port.TaskMetLate)
}

// A day that was warned of and then passes leaves one task: that of someone higher. What is approved late asks nobody more.
func TestTasksOfALateApprovalEndWithTheApproval(t *testing.T) {
	t.Parallel()
	p := newPump(t)
	f, _ := taxed(t, p)
	proposed, err := p.App.DecideDispute(t.Context(), access.Principal{ID: "ana", Name: "Ana", Role: access.Analyst}, f.ID,
		app.NewDecision{Kind: dispute.DecideInvalid, Reason: "tax"})
	require.NoError(t, err)
	require.Equal(t, dispute.AwaitingApproval, proposed.State)
	due := deadline(t, proposed, dispute.DeadlineApproval)
	p.Through(due.DueOn.AddDays(1).String())
	lapsed := deadlineTasks(p, due.ID.String()+"/lapsed")
	require.Len(t, lapsed, 1)
	require.Equal(t, casework.TaskOpen, lapsed[0].State)
	for _, k := range deadlineTasks(p, due.ID.String()+"/warn") {
		require.Equal(t, port.TaskLapsed, k.Outcome)
	}
	require.NotEmpty(t, p.Tasks("approval_overdue"))
	rule(t, p, true)
	require.Equal(t, port.TaskMetLate, deadlineTasks(p, due.ID.String()+"/lapsed")[0].Outcome)
	requireNoTask(t, p, f.ID)
}

// rule approves or rejects the only thing that waits for approval.
func rule(t *testing.T, p *pump.Pump, approve bool) {
	t.Helper()
	ap := p.OpenApprovals()[0]
	_, err := p.App.DecideApproval(t.Context(), pump.Admin, app.DecideApproval{
		ID: ap.ID, Approve: approve, Comment: "seen", ContentHash: hashOf(ap), Version: ap.Version,
	})
	require.NoError(t, err)
}
