package app_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/domain/access"
	"arrears/domain/dispute"
	"arrears/domain/fault"
	"arrears/internal/testkit"
	"arrears/port"
)

// walk is people who do whatever the claims allow, in any order.
type walk struct {
	*court
	rng    *rand.Rand
	claims []uuid.UUID
	acts   map[dispute.Act]int
}

// Whatever people do to claims in whatever order, every cent stays where the laws say, every claim keeps a next date while
// it lives, and everything that is told outside has the form that was promised.
func TestClaimsOnARandomWalk(t *testing.T) {
	t.Parallel()
	c := openCourt(t)
	acts := map[dispute.Act]int{}
	for seed := range uint64(3) {
		w := &walk{court: c, rng: rand.New(rand.NewPCG(seed, 7)), acts: acts}
		for range 2 {
			w.claims = append(w.claims, c.claim(w.kind(), int64(1+w.rng.IntN(120_000)), "tax").ID)
		}
		for n := range 60 {
			if w.step(); n%4 == 0 {
				c.laws()
			}
		}
	}
	for _, act := range []dispute.Act{
		dispute.ActTriage, dispute.ActAskCustomer, dispute.ActCustomerReplies, dispute.ActDecide, dispute.ActPropose, dispute.ActApprove,
		dispute.ActRefuse, dispute.ActSubmit, dispute.ActAccepted, dispute.ActRefused, dispute.ActNoAnswer, dispute.ActAppeal,
		dispute.ActSettle, dispute.ActGiveUp, dispute.ActWithdraw, dispute.ActReopen, dispute.ActSplit, dispute.ActRepay,
	} {
		require.NotZero(t, acts[act], "%s never happened", act)
	}
	c.laws()
	require.Zero(t, c.number(`SELECT count(*) FROM disputes WHERE state NOT IN ('closed','void') AND wake_at IS NULL`))
	require.Zero(t, c.number(`SELECT count(*) FROM dispute_deadlines x JOIN disputes d ON d.id = x.dispute_id
WHERE d.state IN ('closed','void') AND x.state = 'open'`))
	require.Zero(t, c.number(`SELECT count(*) FROM approvals a JOIN dispute_decisions x ON x.id = a.subject_id
WHERE (a.state = 'open') <> (x.state = 'proposed')`))
	testkit.CheckEvents(t, c.db)
}

func (w *walk) kind() dispute.Kind {
	if w.rng.IntN(3) == 0 {
		return dispute.Contest
	}
	return dispute.Deduction
}

// step does something that the state of some claim allows; only rules that depend on who acts may refuse it.
func (w *walk) step() {
	d := w.file(w.claims[w.rng.IntN(len(w.claims))])
	if w.approves(d) || w.rng.IntN(6) == 0 && w.pays(d) {
		return
	}
	act := w.choose(d.Dispute)
	if act == "" || w.rng.IntN(8) == 0 {
		w.claims = append(w.claims, w.claim(w.kind(), int64(1+w.rng.IntN(120_000)), "tax").ID)
		return
	}
	proposals := w.number(`SELECT count(*) FROM dispute_decisions WHERE state = 'proposed'`)
	err := w.do(w.t.Context(), act, d.Dispute)
	switch code := fault.CodeOf(err); code {
	case "", app.CodeSameDecider, dispute.CodeEvidenceMissing, dispute.CodeNotNow:
		if code == "" {
			w.acts[act]++
		}
	default:
		require.NoError(w.t, err, "%s of a claim that is %s", act, d.State)
	}
	if w.number(`SELECT count(*) FROM dispute_decisions WHERE state = 'proposed'`) > proposals {
		w.acts[dispute.ActPropose]++
	}
}

// choose picks something that the case allows a person, every other time what happened least.
func (w *walk) choose(d dispute.Dispute) dispute.Act {
	var possible []dispute.Act
	for _, command := range w.commands() {
		if d.MayNow(command.act) {
			possible = append(possible, command.act)
		}
	}
	if len(possible) == 0 {
		return ""
	}
	if w.rng.IntN(2) == 0 {
		return slices.MinFunc(possible, func(a, b dispute.Act) int { return w.acts[a] - w.acts[b] })
	}
	return possible[w.rng.IntN(len(possible))]
}

func (w *walk) who() access.Principal {
	return []access.Principal{w.analyst, w.second, w.supervisor, w.admin}[w.rng.IntN(4)]
}

func (w *walk) do(ctx context.Context, act dispute.Act, d dispute.Dispute) error {
	sum := d.Amounts()
	switch act {
	case dispute.ActDecide:
		_, err := w.app.DecideDispute(ctx, w.who(), d.ID, w.decision(sum.UndecidedMinor))
		return err
	case dispute.ActSettle:
		most := sum.UndecidedMinor
		if most == 0 {
			most = sum.DeniedMinor
		}
		_, err := w.app.SettleDispute(ctx, w.who(), d.ID, app.Settlement{AmountMinor: 1 + w.rng.Int64N(most)})
		return err
	case dispute.ActAppeal:
		most := sum.DeniedMinor + sum.RepaidMinor
		_, err := w.app.AppealDispute(ctx, w.who(), d.ID, app.Appeal{AmountMinor: 1 + w.rng.Int64N(most), Reason: "proof"})
		return err
	case dispute.ActSplit:
		if sum.UndecidedMinor < 2 {
			return fault.New(fault.Conflict, dispute.CodeNotNow, "too small")
		}
		first := 1 + w.rng.Int64N(sum.UndecidedMinor-1)
		list, err := w.app.SplitDispute(ctx, w.who(), d.ID, []app.SplitPart{{AmountMinor: first}, {AmountMinor: sum.UndecidedMinor - first}})
		if err == nil {
			w.claims = append(w.claims, list[len(list)-1].ID)
		}
		return err
	}
	for _, command := range w.commands() {
		if command.act == act {
			return command.run(ctx, w.who(), d.ID)
		}
	}
	return nil
}

func (w *walk) decision(undecided int64) app.NewDecision {
	switch w.rng.IntN(4) {
	case 0:
		return app.NewDecision{Kind: dispute.DecideValid}
	case 1:
		if undecided > 1 {
			valid := 1 + w.rng.Int64N(undecided-1)
			return app.NewDecision{Kind: dispute.DecidePartially, ValidMinor: valid, DeniedMinor: undecided - valid}
		}
	}
	return app.NewDecision{Kind: dispute.DecideInvalid}
}

// approves approves or rejects what is proposed on a claim, now and then.
func (w *walk) approves(d app.DisputeFile) bool {
	list, err := w.app.ListApprovals(w.t.Context(), w.reader, port.ApprovalFilter{State: "open", CaseID: w.id(d.ID)}, port.Page{})
	require.NoError(w.t, err)
	if len(list.Items) == 0 || w.rng.IntN(3) == 0 {
		return false
	}
	who, approve := access.Principal{ID: "admin-2", Role: access.Admin}, w.rng.IntN(3) > 0
	require.NoError(w.t, w.rule(who, d.ID, approve))
	if approve {
		w.acts[dispute.ActApprove]++
	} else {
		w.acts[dispute.ActRefuse]++
	}
	return true
}

// pays pays a part of what is open of the claim's item.
func (w *walk) pays(d app.DisputeFile) bool {
	id := d.Parts[0].ItemID.UUID
	open := w.number(`SELECT open_minor FROM items WHERE id = $1`, id)
	if open == 0 || d.Amounts().DeniedMinor == 0 {
		return false
	}
	w.repays(d.Dispute, min(open, 1+w.rng.Int64N(d.Amounts().DeniedMinor)))
	w.acts[dispute.ActRepay]++
	return true
}
