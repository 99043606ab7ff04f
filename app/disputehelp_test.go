package app_test

import (
	"context"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/casework"
	"arrears/domain/dispute"
	"arrears/domain/receivable"
	"arrears/port"
)

// court is a desk with two analysts, who may decide alone up to 500.00 of everything, a supervisor up to 2,000.00, and an
// admin without a limit.
type court struct {
	*desk
	analyst, second access.Principal
	invoices        int
}

func openCourt(t *testing.T) *court {
	t.Helper()
	return courtOn(t, openDesk(t))
}

func courtOn(t *testing.T, d *desk) *court {
	t.Helper()
	c := &court{
		desk:    d,
		analyst: access.Principal{ID: "analyst-1", Role: access.Analyst}, second: access.Principal{ID: "analyst-2", Role: access.Analyst},
	}
	for _, kind := range dispute.LimitKinds() {
		c.limit(access.Analyst, kind, 50_000)
		c.limit(access.Supervisor, kind, 200_000)
	}
	return c
}

func (c *court) limit(role access.Role, kind string, minor int64) {
	c.t.Helper()
	_, err := c.app.PutApprovalLimit(c.t.Context(), c.admin, dispute.Limit{Role: string(role), Currency: "EUR", Kind: kind, AmountMinor: minor})
	require.NoError(c.t, err)
}

// claim opens a claim on a new invoice of 10,000.00. The reason tax needs no evidence.
func (c *court) claim(kind dispute.Kind, minor int64, reason string) dispute.Dispute {
	c.t.Helper()
	c.invoices++
	owed := c.owed("C-"+string(rune('A'+c.invoices)), 1_000_000)
	d, err := c.app.OpenDispute(c.t.Context(), c.collector, app.NewDispute{
		Kind: kind, CustomerID: c.customer.ID, Currency: "EUR", CustomerReason: reason,
		ClaimReference: "claim " + owed.Number, Parts: []app.NewDisputePart{{ItemID: c.id(owed.Items[0].ID), AmountMinor: minor}},
	})
	require.NoError(c.t, err)
	return d
}

func (c *court) deduction(minor int64) dispute.Dispute {
	return c.claim(dispute.Deduction, minor, "tax")
}

// file reads a case.
func (c *court) file(id uuid.UUID) app.DisputeFile {
	c.t.Helper()
	f, err := c.app.DisputeCase(c.t.Context(), c.admin, id)
	require.NoError(c.t, err)
	require.NoError(c.t, f.Check())
	return f
}

// decide decides on all of a claim.
func (c *court) decide(who access.Principal, id uuid.UUID, kind dispute.DecisionKind) app.DisputeFile {
	c.t.Helper()
	f, err := c.app.DecideDispute(c.t.Context(), who, id, app.NewDecision{Kind: kind})
	require.NoError(c.t, err)
	return f
}

// denied opens and denies a deduction of 200.00.
func (c *court) denied() dispute.Dispute {
	c.t.Helper()
	f := c.decide(c.analyst, c.deduction(20_000).ID, dispute.DecideInvalid)
	require.Equal(c.t, dispute.AwaitingRepayment, f.State)
	return f.Dispute
}

// approval is the open approval of a case.
func (c *court) approval(id uuid.UUID) casework.Approval {
	c.t.Helper()
	list, err := c.app.ListApprovals(c.t.Context(), c.reader, port.ApprovalFilter{State: "open", CaseID: c.id(id)}, port.Page{})
	require.NoError(c.t, err)
	require.Len(c.t, list.Items, 1)
	return list.Items[0]
}

// rule approves or rejects what is proposed on a case.
func (c *court) rule(who access.Principal, id uuid.UUID, approve bool) error {
	c.t.Helper()
	ap := c.approval(id)
	_, err := c.app.DecideApproval(c.t.Context(), who, app.DecideApproval{
		ID: ap.ID, Approve: approve, Comment: "seen", ContentHash: hexOf(ap.ContentHash), Version: ap.Version,
	})
	return err
}

func hexOf(hash [32]byte) string { return hex.EncodeToString(hash[:]) }

// repays records a receipt on a claim's own item.
func (c *court) repays(d dispute.Dispute, minor int64) receivable.Receipt {
	c.t.Helper()
	return c.paid("repay-"+uuid.NewString(), receivable.Item{ID: d.Parts[0].ItemID.UUID}, minor)
}

// item reads paid, credited, written off, open and disputed of an item.
func (c *court) item(id uuid.UUID, want ...int64) {
	c.t.Helper()
	got := make([]int64, 5)
	require.NoError(c.t, c.conn.QueryRow(c.t.Context(),
		`SELECT paid_minor, credited_minor, written_off_minor, open_minor, disputed_minor FROM items WHERE id = $1`, id).
		Scan(&got[0], &got[1], &got[2], &got[3], &got[4]))
	require.Equal(c.t, want, got, "paid, credited, written off, open, disputed")
}

// stands asserts the deadlines of a case that are open.
func (c *court) stands(id uuid.UUID, want ...dispute.DeadlineKind) {
	c.t.Helper()
	var open []dispute.DeadlineKind
	for _, d := range c.file(id).Deadlines {
		if d.State == dispute.DeadlineOpen {
			open = append(open, d.Kind)
		}
	}
	require.ElementsMatch(c.t, want, open)
}

// deadline is the open deadline of a kind.
func (c *court) deadline(id uuid.UUID, kind dispute.DeadlineKind) dispute.Deadline {
	c.t.Helper()
	for _, d := range c.file(id).Deadlines {
		if d.State == dispute.DeadlineOpen && d.Kind == kind {
			return d
		}
	}
	c.t.Fatalf("no open deadline %s", kind)
	return dispute.Deadline{}
}

// document stores a file of the court's customer.
func (c *court) document(kind string) uuid.UUID {
	c.t.Helper()
	d, err := c.app.StoreDocument(c.t.Context(), c.collector, app.NewDocument{
		CustomerID: c.id(c.customer.ID), Kind: kind, Filename: "a.txt", MediaType: "text/plain", Content: strings.NewReader("agreed on " + uuid.NewString()),
	})
	require.NoError(c.t, err)
	return d.ID
}

// oneState puts a case into a state, whatever its amounts say, so that refusals can be seen.
func (c *court) oneState(id uuid.UUID, state dispute.State) {
	c.t.Helper()
	_, err := c.conn.Exec(c.t.Context(), `
UPDATE disputes SET state = $2, pending_minor = 0, denied_minor = 0, closed_at = CASE WHEN $2 IN ('closed','void') THEN opened_at END
WHERE id = $1`, id, string(state))
	require.NoError(c.t, err)
}

// claimCommand is one command on a case with the least that it needs.
type claimCommand struct {
	name string
	act  dispute.Act
	need access.Permission
	run  func(ctx context.Context, who access.Principal, id uuid.UUID) error
}

func (c *court) commands() []claimCommand {
	file := func(_ app.DisputeFile, err error) error { return err }
	return []claimCommand{
		{"triage", dispute.ActTriage, access.DisputesWrite, func(ctx context.Context, who access.Principal, id uuid.UUID) error {
			return file(c.app.TriageDispute(ctx, who, id, app.TriageInput{Reason: "pricing"}))
		}},
		{"ask", dispute.ActAskCustomer, access.DisputesWrite, func(ctx context.Context, who access.Principal, id uuid.UUID) error {
			return file(c.app.AskCustomer(ctx, who, id, app.CustomerQuestion{Note: "Which boxes?"}))
		}},
		{"replied", dispute.ActCustomerReplies, access.DisputesWrite, func(ctx context.Context, who access.Principal, id uuid.UUID) error {
			return file(c.app.CustomerReplied(ctx, who, id, "All."))
		}},
		{"decide", dispute.ActDecide, access.DisputesDecide, func(ctx context.Context, who access.Principal, id uuid.UUID) error {
			return file(c.app.DecideDispute(ctx, who, id, app.NewDecision{Kind: dispute.DecideInvalid}))
		}},
		{"submit", dispute.ActSubmit, access.DisputesWrite, func(ctx context.Context, who access.Principal, id uuid.UUID) error {
			return file(c.app.SubmitDispute(ctx, who, id, app.NewRound{Channel: "portal"}))
		}},
		{"accepted", dispute.ActAccepted, access.DisputesWrite, func(ctx context.Context, who access.Principal, id uuid.UUID) error {
			return file(c.app.AnswerDispute(ctx, who, id, app.ContestAnswer{Answer: "accepted"}))
		}},
		{"refused", dispute.ActRefused, access.DisputesWrite, func(ctx context.Context, who access.Principal, id uuid.UUID) error {
			return file(c.app.AnswerDispute(ctx, who, id, app.ContestAnswer{Answer: "refused"}))
		}},
		{"no answer", dispute.ActNoAnswer, access.DisputesWrite, func(ctx context.Context, who access.Principal, id uuid.UUID) error {
			return file(c.app.AnswerDispute(ctx, who, id, app.ContestAnswer{Answer: "no_answer"}))
		}},
		{"appeal", dispute.ActAppeal, access.DisputesWrite, func(ctx context.Context, who access.Principal, id uuid.UUID) error {
			return file(c.app.AppealDispute(ctx, who, id, app.Appeal{Reason: "here is the proof"}))
		}},
		{"settle", dispute.ActSettle, access.DisputesDecide, func(ctx context.Context, who access.Principal, id uuid.UUID) error {
			return file(c.app.SettleDispute(ctx, who, id, app.Settlement{AmountMinor: 100}))
		}},
		{"give up", dispute.ActGiveUp, access.DisputesDecide, func(ctx context.Context, who access.Principal, id uuid.UUID) error {
			return file(c.app.GiveUpDispute(ctx, who, id, app.Settlement{}))
		}},
		{"withdraw", dispute.ActWithdraw, access.DisputesWrite, func(ctx context.Context, who access.Principal, id uuid.UUID) error {
			return file(c.app.WithdrawDispute(ctx, who, id, "they say so"))
		}},
		{"reopen", dispute.ActReopen, access.DisputesDecide, func(ctx context.Context, who access.Principal, id uuid.UUID) error {
			return file(c.app.ReopenDispute(ctx, who, id, "a mistake"))
		}},
		{"split", dispute.ActSplit, access.DisputesWrite, func(ctx context.Context, who access.Principal, id uuid.UUID) error {
			_, err := c.app.SplitDispute(ctx, who, id, []app.SplitPart{{AmountMinor: 5_000}, {AmountMinor: 15_000}})
			return err
		}},
	}
}
