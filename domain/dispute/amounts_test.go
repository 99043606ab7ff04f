package dispute_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	. "arrears/domain/dispute"
)

// full is a claim with ten in each place.
var full = Amounts{
	ClaimedMinor: 70, UndecidedMinor: 10, CreditDueMinor: 10, CreditedMinor: 10, WrittenOffMinor: 10, RepaidMinor: 10, DeniedMinor: 10,
	WithdrawnMinor: 10,
}

func TestEachChangeMovesFromOnePlaceToAnother(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]struct {
		do       func(*Amounts, int64) error
		from, to func(*Amounts) *int64
		beyond   string
	}{
		"uphold":     {(*Amounts).Uphold, undecided, creditDue, CodeExceedsUndecided},
		"deny":       {(*Amounts).Deny, undecided, denied, CodeExceedsUndecided},
		"deny paid":  {(*Amounts).DenyPaid, undecided, repaid, CodeExceedsUndecided},
		"credit":     {(*Amounts).Credit, creditDue, credited, CodeExceedsCreditDue},
		"uncredit":   {(*Amounts).Uncredit, credited, creditDue, CodeExceedsDone},
		"concede":    {(*Amounts).Concede, undecided, writtenOff, CodeExceedsUndecided},
		"unconcede":  {(*Amounts).Unconcede, writtenOff, undecided, CodeExceedsDone},
		"give up":    {(*Amounts).GiveUp, denied, writtenOff, CodeExceedsDenied},
		"repay":      {(*Amounts).Repay, denied, repaid, CodeExceedsDenied},
		"unrepay":    {(*Amounts).Unrepay, repaid, denied, CodeExceedsDone},
		"appeal":     {(*Amounts).Appeal, denied, undecided, CodeExceedsDenied},
		"overturn":   {(*Amounts).Overturn, repaid, undecided, CodeExceedsDone},
		"withdraw":   {(*Amounts).Withdraw, undecided, withdrawn, CodeExceedsUndecided},
		"reinstate":  {(*Amounts).Reinstate, withdrawn, undecided, CodeExceedsDone},
		"reconsider": {(*Amounts).Reconsider, creditDue, undecided, CodeExceedsCreditDue},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := full
			requireCode(t, CodeNotPositive, change.do(&a, 0))
			requireCode(t, CodeNotPositive, change.do(&a, -1))
			requireCode(t, change.beyond, change.do(&a, 11))
			require.Equal(t, full, a, "a refusal changes nothing")
			require.NoError(t, change.do(&a, 4))
			require.NoError(t, a.Check())
			want := full
			*change.from(&want), *change.to(&want) = 6, 14
			require.Equal(t, want, a)
		})
	}
}

func undecided(a *Amounts) *int64  { return &a.UndecidedMinor }
func creditDue(a *Amounts) *int64  { return &a.CreditDueMinor }
func credited(a *Amounts) *int64   { return &a.CreditedMinor }
func writtenOff(a *Amounts) *int64 { return &a.WrittenOffMinor }
func repaid(a *Amounts) *int64     { return &a.RepaidMinor }
func denied(a *Amounts) *int64     { return &a.DeniedMinor }
func withdrawn(a *Amounts) *int64  { return &a.WithdrawnMinor }

func TestCarvedOffTheTwoAreWhatTheOneWas(t *testing.T) {
	t.Parallel()
	a := full
	_, err := a.Carve(11)
	requireCode(t, CodeExceedsUndecided, err)
	_, err = a.Carve(0)
	requireCode(t, CodeNotPositive, err)
	other, err := a.Carve(4)
	require.NoError(t, err)
	require.Equal(t, Claim(4), other)
	require.NoError(t, a.Check())
	require.Equal(t, full, a.Plus(other))
}

func TestAClaimIsDoneWhenNothingIsPendingOrDenied(t *testing.T) {
	t.Parallel()
	a := Claim(100)
	require.False(t, a.Done())
	require.Equal(t, int64(100), a.PendingMinor())
	require.NoError(t, a.Uphold(60))
	require.Equal(t, int64(100), a.PendingMinor(), "what awaits its credit memo is pending")
	require.NoError(t, a.Deny(40))
	require.NoError(t, a.Credit(60))
	require.Zero(t, a.PendingMinor())
	require.False(t, a.Done(), "the denied part is open")
	require.NoError(t, a.Repay(40))
	require.True(t, a.Done())
}

func TestCheckFindsWhatDoesNotAddUp(t *testing.T) {
	t.Parallel()
	for name, spoil := range map[string]func(*Amounts){
		"too much": func(a *Amounts) { a.DeniedMinor++ },
		"too few":  func(a *Amounts) { a.ClaimedMinor++ },
		"negative": func(a *Amounts) { a.DeniedMinor, a.RepaidMinor = -1, 21 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := full
			require.NoError(t, a.Check())
			spoil(&a)
			requireCode(t, CodeLawBroken, a.Check())
			d := claim(5)
			d.Parts = append(d.Parts, Part{Amounts: a})
			requireCode(t, CodeLawBroken, d.Check())
		})
	}
}

func TestACaseThatHasEndedHasNothingPending(t *testing.T) {
	t.Parallel()
	for _, state := range []State{Closed, Void} {
		d := claim(5)
		d.State = state
		requireCode(t, CodeLawBroken, d.Check())
		require.NoError(t, d.Parts[0].Withdraw(5))
		require.NoError(t, d.Check())
	}
}
