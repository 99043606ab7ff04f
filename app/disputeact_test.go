package app_test

import (
	"context"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/dispute"
	"arrears/domain/fault"
)

// Every command is refused in every state that does not allow it, and changes nothing.
func TestEveryCommandInEveryStateThatForbidsIt(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	d := c.deduction(20_000)
	for _, state := range dispute.States() {
		c.oneState(d.ID, state)
		for _, command := range c.commands() {
			if state.Allows(command.act) {
				continue
			}
			c.refuses(dispute.CodeNotNow, func(ctx context.Context) error { return command.run(ctx, c.admin, d.ID) })
		}
	}
}

// Every command is refused to every role without its permission, and to anybody about a case that is not there.
func TestEveryCommandAndEveryRole(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	d := c.deduction(20_000)
	people := []access.Principal{c.collector, c.analyst, c.supervisor, c.reader, c.admin, {ID: "nobody"}}
	for _, command := range c.commands() {
		for _, who := range people {
			if access.Can(who.Role, command.need) {
				c.refuses("dispute.not_found", func(ctx context.Context) error { return command.run(ctx, who, uuid.New()) })
				continue
			}
			c.refuses(access.CodeForbidden, func(ctx context.Context) error { return command.run(ctx, who, d.ID) })
		}
	}
}

// Every command that a case's first state allows does its work once, however often it is asked.
func TestEveryFirstCommandHappensOnce(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	for _, command := range c.commands() {
		d := c.deduction(20_000)
		if !d.State.Allows(command.act) {
			continue
		}
		var after []app.DisputeFile
		c.again(func(ctx context.Context) {
			require.NoError(t, command.run(ctx, c.admin, d.ID), command.name)
			after = append(after, c.file(d.ID))
		})
		require.Equal(t, after[0], after[1], command.name)
		require.NotEqual(t, d.Version, after[0].Version, command.name)
	}
}

// What a case allows is what its state and the reader's role allow.
func TestWhatACaseAllows(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	d := c.deduction(20_000)
	read := func(who access.Principal) []dispute.Act {
		f, err := c.app.DisputeCase(t.Context(), who, d.ID)
		require.NoError(t, err)
		return f.Allowed
	}
	require.Empty(t, read(c.reader))
	require.ElementsMatch(t, []dispute.Act{dispute.ActTriage, dispute.ActEvidence, dispute.ActAskCustomer, dispute.ActWithdraw, dispute.ActSplit}, read(c.collector))
	require.ElementsMatch(t, []dispute.Act{
		dispute.ActTriage, dispute.ActEvidence, dispute.ActAskCustomer, dispute.ActWithdraw, dispute.ActSplit, dispute.ActDecide, dispute.ActSettle,
	}, read(c.analyst))
}

// Whoever may not do it learns nothing about what they sent: the role is asked before the input and before the case.
func TestTheRoleIsAskedBeforeTheInput(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	ctx, none := t.Context(), uuid.UUID{}
	file := func(_ app.DisputeFile, err error) error { return err }
	writes := func(who access.Principal) map[string]error {
		return map[string]error{
			"triage":           file(c.app.TriageDispute(ctx, who, none, app.TriageInput{Priority: -1})),
			"request evidence": file(c.app.RequestEvidence(ctx, who, none, nil)),
			"answer evidence":  file(c.app.AnswerEvidence(ctx, who, none, none, app.EvidenceAnswer{State: "guess"})),
			"ask":              file(c.app.AskCustomer(ctx, who, none, app.CustomerQuestion{})),
			"reply":            file(c.app.CustomerReplied(ctx, who, none, "")),
			"submit":           file(c.app.SubmitDispute(ctx, who, none, app.NewRound{Channel: "pigeon"})),
			"answer":           file(c.app.AnswerDispute(ctx, who, none, app.ContestAnswer{Answer: "perhaps"})),
			"appeal":           file(c.app.AppealDispute(ctx, who, none, app.Appeal{AmountMinor: -1})),
			"withdraw":         file(c.app.WithdrawDispute(ctx, who, none, "")),
			"link":             file(c.app.LinkDisputes(ctx, who, none, none, "perhaps")),
		}
	}
	decides := func(who access.Principal) map[string]error {
		return map[string]error{
			"met":     file(c.app.MeetDeadline(ctx, who, none, "guess", "")),
			"decide":  file(c.app.DecideDispute(ctx, who, none, app.NewDecision{Kind: "guess"})),
			"settle":  file(c.app.SettleDispute(ctx, who, none, app.Settlement{AmountMinor: -1})),
			"give up": file(c.app.GiveUpDispute(ctx, who, none, app.Settlement{AmountMinor: -1})),
			"reopen":  file(c.app.ReopenDispute(ctx, who, none, "")),
		}
	}
	for _, who := range []access.Principal{c.reader, {ID: "nobody"}} {
		for name, err := range writes(who) {
			require.Equal(t, access.CodeForbidden, fault.CodeOf(err), name)
		}
	}
	for _, who := range []access.Principal{c.reader, c.collector, {ID: "nobody"}} {
		for name, err := range decides(who) {
			require.Equal(t, access.CodeForbidden, fault.CodeOf(err), name)
		}
	}
	for name, err := range writes(c.collector) {
		require.NotEqual(t, access.CodeForbidden, fault.CodeOf(err), name)
		require.Error(t, err, name)
	}
}
