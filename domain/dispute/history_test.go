package dispute_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	. "arrears/domain/dispute"
	"arrears/domain/fault"
)

// TestLawsOverRandomHistories drives a claim through random acts, impossible ones included, and proves after each of them
// that every cent is somewhere, that the state says what the amounts say, and that a case that has ended has nothing pending.
func TestLawsOverRandomHistories(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		h := &history{d: claim(rapid.SliceOfN(rapid.Int64Range(1, 300), 1, 4).Draw(t, "parts")...)}
		h.whole = h.d.Amounts().ClaimedMinor
		for range rapid.IntRange(1, 60).Draw(t, "acts") {
			h.step(t)
			h.check(t)
		}
	})
}

// history is a claim with the claims that were split off it.
type history struct {
	d     Dispute
	whole int64 // of all that was claimed at first
	gone  int64 // split off
}

func (h *history) step(t *rapid.T) {
	act := rapid.SampledFrom(Acts()).Draw(t, "act")
	if err := h.d.Require(act); err != nil {
		requireCode(t, CodeNotNow, err)
		require.False(t, h.d.MayNow(act))
		return
	}
	if !h.d.MayNow(act) {
		return
	}
	if !h.move(t, act) {
		return
	}
	h.d.State = h.d.After(act)
}

// move moves the amounts as the act asks; false: there was nothing to do, so nothing was done.
func (h *history) move(t *rapid.T, act Act) bool {
	switch act {
	case ActDecide, ActApprove:
		return h.decide(t)
	case ActCredit:
		return h.each(t, (*Amounts).Credit, func(a Amounts) int64 { return a.CreditDueMinor })
	case ActUncredit:
		return h.each(t, (*Amounts).Uncredit, func(a Amounts) int64 { return a.CreditedMinor })
	case ActRepay:
		return h.each(t, (*Amounts).Repay, func(a Amounts) int64 { return a.DeniedMinor })
	case ActUnrepay:
		return h.each(t, (*Amounts).Unrepay, func(a Amounts) int64 { return a.RepaidMinor })
	case ActGiveUp:
		return h.each(t, (*Amounts).GiveUp, func(a Amounts) int64 { return a.DeniedMinor })
	case ActSettle:
		return h.settle(t)
	case ActAppeal:
		return h.each(t, (*Amounts).Appeal, func(a Amounts) int64 { return a.DeniedMinor }) ||
			h.each(t, (*Amounts).Overturn, func(a Amounts) int64 { return a.RepaidMinor })
	case ActReopen:
		return h.each(t, (*Amounts).Reinstate, func(a Amounts) int64 { return a.WithdrawnMinor }) ||
			h.each(t, (*Amounts).Unconcede, func(a Amounts) int64 { return a.WrittenOffMinor }) ||
			h.each(t, (*Amounts).Reconsider, func(a Amounts) int64 { return a.CreditDueMinor })
	case ActVoid, ActWithdraw:
		for i := range h.d.Parts {
			if minor := h.d.Parts[i].UndecidedMinor; minor > 0 {
				require.NoError(t, h.d.Parts[i].Withdraw(minor))
			}
		}
		return true
	case ActSplit:
		return h.split(t)
	case ActTriage:
		h.d.Reason = rapid.SampledFrom([]string{"", "shortage"}).Draw(t, "reason")
	}
	return true
}

// each moves a random part of what is there, part by part.
func (h *history) each(t *rapid.T, change func(*Amounts, int64) error, there func(Amounts) int64) bool {
	moved := false
	for i := range h.d.Parts {
		has := there(h.d.Parts[i].Amounts)
		minor := rapid.Int64Range(0, has+1).Draw(t, "amount")
		before := h.d.Parts[i].Amounts
		if err := change(&h.d.Parts[i].Amounts, minor); err == nil {
			moved = true
		} else {
			require.NotEqual(t, fault.CodeInternal, fault.CodeOf(err))
			require.Equal(t, before, h.d.Parts[i].Amounts, "a refusal changes nothing")
		}
	}
	return moved
}

func (h *history) decide(t *rapid.T) bool {
	sum := h.d.Amounts()
	if sum.UndecidedMinor == 0 { // a give-up was proposed
		return h.each(t, (*Amounts).GiveUp, func(a Amounts) int64 { return a.DeniedMinor })
	}
	valid := rapid.Int64Range(0, sum.UndecidedMinor).Draw(t, "valid")
	h.carryOut(t, valid, sum.UndecidedMinor-valid, 0)
	when := noon
	h.d.DecidedAt = &when
	return true
}

func (h *history) settle(t *rapid.T) bool {
	sum := h.d.Amounts()
	if sum.UndecidedMinor == 0 {
		return h.each(t, (*Amounts).GiveUp, func(a Amounts) int64 { return a.DeniedMinor })
	}
	conceded := rapid.Int64Range(1, sum.UndecidedMinor).Draw(t, "conceded")
	h.carryOut(t, 0, sum.UndecidedMinor-conceded, conceded)
	return true
}

func (h *history) carryOut(t *rapid.T, valid, denied, conceded int64) {
	parts, err := Allocate(h.d.Parts, valid, denied, conceded)
	require.NoError(t, err)
	byID := map[any]PartDecision{}
	for _, p := range parts {
		byID[p.PartID] = p
	}
	for i := range h.d.Parts {
		p := &h.d.Parts[i]
		for _, way := range []struct {
			minor int64
			do    func(int64) error
		}{{byID[p.ID].ValidMinor, p.Uphold}, {byID[p.ID].DeniedMinor, p.Deny}, {byID[p.ID].ConcededMinor, p.Concede}} {
			if way.minor > 0 {
				require.NoError(t, way.do(way.minor))
			}
		}
	}
}

func (h *history) split(t *rapid.T) bool {
	undecided := h.d.Amounts().UndecidedMinor
	if undecided < 2 {
		return false
	}
	off := rapid.Int64Range(1, undecided-1).Draw(t, "off")
	shares, err := SplitParts(h.d.Parts, []int64{undecided - off, off})
	require.NoError(t, err)
	for _, share := range shares[1] {
		for i := range h.d.Parts {
			if h.d.Parts[i].ID == share.PartID {
				other, err := h.d.Parts[i].Carve(share.Minor)
				require.NoError(t, err)
				h.gone += other.ClaimedMinor
			}
		}
	}
	return true
}

func (h *history) check(t *rapid.T) {
	require.NoError(t, h.d.Check())
	sum := h.d.Amounts()
	require.Equal(t, h.whole, sum.ClaimedMinor+h.gone, "nothing comes about, and nothing is lost")
	switch h.d.State {
	case Closed, Void:
		require.True(t, sum.Done())
	case AwaitingRepayment, Contested, RefusedByCustomer:
		require.Zero(t, sum.UndecidedMinor)
		require.Positive(t, sum.DeniedMinor)
	case AwaitingCreditMemo:
		require.Zero(t, sum.UndecidedMinor)
		require.Positive(t, sum.CreditDueMinor)
	case AwaitingApproval:
		require.False(t, sum.Done())
	default:
		require.Positive(t, sum.UndecidedMinor, "%s", h.d.State)
	}
	require.Equal(t, h.d.State.Ended(), sum.Done(), "a case ends when, and only when, nothing is left: %s", h.d.State)
	for _, act := range h.d.Allowed() {
		require.NoError(t, h.d.Require(act))
	}
}

// TestAStory walks the table of how money is told: denied, repaid in part, appealed, found valid, credited.
func TestAStory(t *testing.T) {
	t.Parallel()
	d := claim(200)
	d.Reason = "shortage"
	p := &d.Parts[0]
	var told []State
	do := func(act Act, moves ...error) {
		t.Helper()
		for _, err := range moves {
			require.NoError(t, err)
		}
		d.State = d.After(act)
		require.NoError(t, d.Check())
		told = append(told, d.State)
	}
	do(ActTriage)
	do(ActDecide, p.Deny(200))
	do(ActSubmit)
	do(ActRepay, p.Repay(50))
	do(ActAppeal, p.Appeal(150), p.Overturn(50))
	do(ActDecide, p.Uphold(200))
	do(ActCredit, p.Credit(200))
	require.Equal(t, []State{Investigating, AwaitingRepayment, Contested, Contested, Investigating, AwaitingCreditMemo, Closed}, told)
	require.Equal(t, Amounts{ClaimedMinor: 200, CreditedMinor: 200}, d.Amounts())
}
