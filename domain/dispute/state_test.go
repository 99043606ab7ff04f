package dispute_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	. "arrears/domain/dispute"
)

// allowed is which act is possible in which state, written out by hand: x is allowed. The columns are the states in the
// order of a case's life.
const allowed = `
	                 opened invest custom approv refusd credit contst refbyc repaym closed void
	triage             x      x      x      .      x      .      .      .      .      .      .
	evidence           x      x      x      x      x      .      .      .      .      .      .
	ask_customer       x      x      .      .      x      .      .      .      .      .      .
	customer_replies   .      .      x      .      .      .      .      .      .      .      .
	decide             x      x      x      .      x      .      .      .      .      .      .
	propose            x      x      x      .      x      x      x      x      x      .      .
	approve            .      .      .      x      .      .      .      .      .      .      .
	refuse             .      .      .      x      .      .      .      .      .      .      .
	retract            .      .      .      x      .      .      .      .      .      .      .
	credit             x      x      x      x      x      x      x      x      x      x      .
	uncredit           x      x      x      x      x      x      x      x      x      x      .
	submit             .      .      .      .      .      x      .      x      x      .      .
	accepted           .      .      .      .      .      .      x      .      .      .      .
	refused            .      .      .      .      .      .      x      .      .      .      .
	no_answer          .      .      x      x      .      .      x      .      .      .      .
	appeal             .      .      .      .      .      x      x      x      x      x      .
	settle             x      x      x      .      x      x      x      x      x      .      .
	withdraw           x      x      x      x      x      x      x      x      x      .      .
	repay              x      x      x      x      x      x      x      x      x      x      .
	unrepay            x      x      x      x      x      x      x      x      x      x      .
	give_up            .      .      .      .      .      x      x      x      x      .      .
	void               x      x      x      x      x      .      .      .      .      x      .
	reopen             .      .      .      .      .      x      .      .      .      x      .
	split              x      x      x      .      x      .      .      .      .      .      .
`

func TestWhichActIsPossibleInWhichState(t *testing.T) {
	t.Parallel()
	rows := strings.Split(strings.TrimSpace(allowed), "\n")[1:]
	require.Len(t, rows, len(Acts()), "the table has every act")
	for n, row := range rows {
		cells := strings.Fields(row)
		require.Len(t, cells, len(States())+1)
		act := Act(cells[0])
		require.Equal(t, Acts()[n], act)
		for i, state := range States() {
			want := cells[i+1] == "x"
			require.Equal(t, want, state.Allows(act), "%s in %s", act, state)
			err := Dispute{State: state}.Require(act)
			if want {
				require.NoError(t, err)
				continue
			}
			requireCode(t, CodeNotNow, err)
		}
	}
	require.False(t, Opened.Allows("dance"))
}

func TestOnlyClosedAndVoidHaveEnded(t *testing.T) {
	t.Parallel()
	for _, state := range States() {
		require.Equal(t, state == Closed || state == Void, state.Ended(), state)
	}
}

// at makes a claim of 100 in a state, with so much undecided, credit due and denied; the rest is withdrawn.
func at(state State, undecided, creditDue, denied int64) Dispute {
	d := claim(100)
	d.State = state
	d.Parts[0].Amounts = Amounts{
		ClaimedMinor: 100, UndecidedMinor: undecided, CreditDueMinor: creditDue, DeniedMinor: denied, WithdrawnMinor: 100 - undecided - creditDue - denied,
	}
	return d
}

func TestWhereAnActLeads(t *testing.T) {
	t.Parallel()
	sorted := at(Opened, 100, 0, 0)
	sorted.Reason = "shortage"
	for name, c := range map[string]struct {
		of   Dispute
		act  Act
		want State
	}{
		"sorted":                             {sorted, ActTriage, Investigating},
		"sorted in vain":                     {at(Opened, 100, 0, 0), ActTriage, Opened},
		"sorted again while we wait":         {at(AwaitingCustomer, 100, 0, 0), ActTriage, AwaitingCustomer},
		"sorted again after a refusal":       {at(ApprovalRefused, 100, 0, 0), ActTriage, ApprovalRefused},
		"evidence":                           {at(Opened, 100, 0, 0), ActEvidence, Opened},
		"asked":                              {at(Investigating, 100, 0, 0), ActAskCustomer, AwaitingCustomer},
		"replied":                            {at(AwaitingCustomer, 100, 0, 0), ActCustomerReplies, Investigating},
		"no reply to a question":             {at(AwaitingCustomer, 100, 0, 0), ActNoAnswer, Investigating},
		"proposed":                           {at(Investigating, 100, 0, 0), ActPropose, AwaitingApproval},
		"giving up is proposed":              {at(Contested, 0, 0, 80), ActPropose, AwaitingApproval},
		"refused":                            {at(AwaitingApproval, 100, 0, 0), ActRefuse, ApprovalRefused},
		"giving up is refused":               {at(AwaitingApproval, 0, 0, 80), ActRefuse, AwaitingRepayment},
		"giving up is refused, memo due":     {at(AwaitingApproval, 0, 20, 80), ActRefuse, AwaitingCreditMemo},
		"retracted":                          {at(AwaitingApproval, 100, 0, 0), ActRetract, Investigating},
		"giving up is retracted":             {at(AwaitingApproval, 0, 0, 80), ActRetract, AwaitingRepayment},
		"approved, valid":                    {at(AwaitingApproval, 0, 100, 0), ActApprove, AwaitingCreditMemo},
		"paid while approval is awaited":     {at(AwaitingApproval, 0, 0, 50), ActRepay, AwaitingApproval},
		"repaid while approval is awaited":   {at(AwaitingApproval, 0, 0, 0), ActRepay, Closed},
		"withdrawn while it is awaited":      {at(AwaitingApproval, 0, 0, 0), ActWithdraw, Closed},
		"found valid":                        {at(Investigating, 0, 100, 0), ActDecide, AwaitingCreditMemo},
		"found valid, credited at once":      {at(Investigating, 0, 0, 0), ActDecide, Closed},
		"found invalid":                      {at(Investigating, 0, 0, 100), ActDecide, AwaitingRepayment},
		"found partially valid":              {at(Investigating, 0, 60, 40), ActDecide, AwaitingCreditMemo},
		"credited":                           {at(AwaitingCreditMemo, 0, 0, 0), ActCredit, Closed},
		"credited in part":                   {at(AwaitingCreditMemo, 0, 10, 0), ActCredit, AwaitingCreditMemo},
		"credited, the rest denied":          {at(AwaitingCreditMemo, 0, 0, 40), ActCredit, AwaitingRepayment},
		"memo void":                          {at(Closed, 0, 60, 0), ActUncredit, AwaitingCreditMemo},
		"memo void while appealed":           {at(Investigating, 40, 60, 0), ActUncredit, Investigating},
		"memo void while contested":          {at(Contested, 0, 60, 40), ActUncredit, Contested},
		"submitted":                          {at(AwaitingRepayment, 0, 0, 40), ActSubmit, Contested},
		"submitted while a memo is due":      {at(AwaitingCreditMemo, 0, 60, 40), ActSubmit, Contested},
		"accepted":                           {at(Contested, 0, 0, 40), ActAccepted, AwaitingRepayment},
		"accepted while a memo is due":       {at(Contested, 0, 60, 40), ActAccepted, AwaitingCreditMemo},
		"refused by the customer":            {at(Contested, 0, 0, 40), ActRefused, RefusedByCustomer},
		"next round":                         {at(RefusedByCustomer, 0, 0, 40), ActSubmit, Contested},
		"no answer":                          {at(Contested, 0, 0, 40), ActNoAnswer, AwaitingRepayment},
		"no answer while giving up waits":    {at(AwaitingApproval, 0, 0, 40), ActNoAnswer, AwaitingApproval},
		"taken back after a refusal":         {at(RefusedByCustomer, 0, 0, 40), ActWithdraw, AwaitingRepayment},
		"appealed":                           {at(AwaitingRepayment, 40, 0, 0), ActAppeal, Investigating},
		"appealed after the end":             {at(Closed, 40, 0, 0), ActAppeal, Investigating},
		"repaid in part":                     {at(AwaitingRepayment, 0, 0, 10), ActRepay, AwaitingRepayment},
		"repaid in part while contested":     {at(Contested, 0, 0, 10), ActRepay, Contested},
		"repaid":                             {at(Contested, 0, 0, 0), ActRepay, Closed},
		"paid in protest while investigated": {at(Investigating, 100, 0, 0), ActRepay, Investigating},
		"repayment gone again":               {at(Closed, 0, 0, 10), ActUnrepay, AwaitingRepayment},
		"given up":                           {at(RefusedByCustomer, 0, 0, 0), ActGiveUp, Closed},
		"settled":                            {at(Investigating, 0, 0, 0), ActSettle, Closed},
		"settled in part, the rest denied":   {at(Investigating, 0, 0, 40), ActSettle, AwaitingRepayment},
		"withdrawn":                          {at(Opened, 0, 0, 0), ActWithdraw, Closed},
		"void":                               {at(Opened, 0, 0, 0), ActVoid, Void},
		"nothing leaves void":                {at(Void, 0, 0, 0), ActRepay, Void},
		"reopened":                           {at(Closed, 40, 0, 0), ActReopen, Investigating},
		"reopened before the memo":           {at(AwaitingCreditMemo, 60, 0, 0), ActReopen, Investigating},
		"split":                              {at(ApprovalRefused, 60, 0, 0), ActSplit, ApprovalRefused},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, c.of.After(c.act))
		})
	}
}

func TestWhatIsPossibleNowDependsOnTheAmountsToo(t *testing.T) {
	t.Parallel()
	d := at(AwaitingRepayment, 0, 0, 40)
	require.ElementsMatch(t, []Act{ActPropose, ActSubmit, ActAppeal, ActSettle, ActWithdraw, ActRepay, ActGiveUp}, d.Allowed())
	d = at(Contested, 0, 20, 40)
	require.Contains(t, d.Allowed(), ActCredit)
	require.NotContains(t, d.Allowed(), ActUncredit)
	d = at(AwaitingCreditMemo, 0, 100, 0)
	require.ElementsMatch(t, []Act{ActCredit, ActWithdraw, ActReopen}, d.Allowed())
	d = at(Closed, 0, 0, 0)
	require.Equal(t, []Act{ActReopen}, d.Allowed())
	for _, outcome := range []Outcome{Tolerated, Earned} {
		d.Outcome = outcome
		require.ElementsMatch(t, []Act{ActVoid, ActReopen}, d.Allowed(), "what a rule closed goes with its receipt")
	}
	d.Outcome = Invalid
	require.Equal(t, []Act{ActReopen}, d.Allowed())
	d.Parts[0].WithdrawnMinor, d.Parts[0].RepaidMinor = 60, 40
	require.ElementsMatch(t, []Act{ActAppeal, ActUnrepay, ActReopen}, d.Allowed())
	d = at(Investigating, 100, 0, 0)
	require.Contains(t, d.Allowed(), ActVoid)
	when := noon
	d.DecidedAt = &when
	require.NotContains(t, d.Allowed(), ActVoid, "what was decided once stays, even while an appeal is open")
	require.NotContains(t, at(Investigating, 60, 0, 40).Allowed(), ActVoid)
	require.Empty(t, at(Void, 0, 0, 0).Allowed())
	d = at(AwaitingApproval, 0, 0, 40)
	require.NotContains(t, d.Allowed(), ActNoAnswer, "nothing was submitted")
	d.Round = 1
	require.Contains(t, d.Allowed(), ActNoAnswer)
	d = at(AwaitingApproval, 40, 0, 0)
	d.Round = 1
	require.NotContains(t, d.Allowed(), ActNoAnswer, "the contest ended with the appeal")
}

// An act meets what it does; what nobody waits for any more is idle.
func TestWhatAnActSettles(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		of        Dispute
		act       Act
		met, idle []DeadlineKind
	}{
		"a denial leaves our window to the objection": {
			at(AwaitingRepayment, 0, 0, 100), ActDecide,
			[]DeadlineKind{DeadlineTriage, DeadlineEvidence, DeadlineDecision, DeadlineCreditMemo}, []DeadlineKind{DeadlineCustomerReply, DeadlineNextRound},
		},
		"valid: nothing to object to": {
			at(AwaitingCreditMemo, 0, 100, 0), ActDecide,
			[]DeadlineKind{DeadlineTriage, DeadlineEvidence, DeadlineDecision},
			[]DeadlineKind{DeadlineContest, DeadlineRepayment, DeadlineCustomerReply, DeadlineNextRound},
		},
		"credited": {
			at(Closed, 0, 0, 0), ActCredit, []DeadlineKind{DeadlineCreditMemo},
			[]DeadlineKind{DeadlineTriage, DeadlineDecision, DeadlineContest, DeadlineRepayment},
		},
		"repaid": {at(Closed, 0, 0, 0), ActRepay, []DeadlineKind{DeadlineRepayment}, []DeadlineKind{DeadlineContest, DeadlineCreditMemo}},
		"given up": {
			at(Closed, 0, 0, 0), ActGiveUp, []DeadlineKind{DeadlineDecision}, []DeadlineKind{DeadlineRepayment, DeadlineNextRound},
		},
		"taken back": {at(Closed, 0, 0, 0), ActWithdraw, nil, []DeadlineKind{DeadlineDecision, DeadlineEvidence, DeadlineContest}},
		"submitted": {
			at(Contested, 0, 0, 100), ActSubmit, []DeadlineKind{DeadlineContest, DeadlineNextRound}, []DeadlineKind{DeadlineNextRound},
		},
		"appealed":                     {at(Investigating, 100, 0, 0), ActAppeal, []DeadlineKind{DeadlineCustomerReply}, []DeadlineKind{DeadlineRepayment}},
		"proposed after a question":    {at(AwaitingApproval, 100, 0, 0), ActPropose, []DeadlineKind{DeadlineDecision}, []DeadlineKind{DeadlineCustomerReply}},
		"proposed after a submission":  {at(AwaitingApproval, 0, 0, 100), ActPropose, nil, nil},
		"asked":                        {at(AwaitingCustomer, 100, 0, 0), ActAskCustomer, nil, []DeadlineKind{DeadlineNextRound}},
		"the customer does not accept": {at(RefusedByCustomer, 0, 0, 100), ActRefused, []DeadlineKind{DeadlineCustomerReply}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			met, idle := c.of.Settled(c.act)
			require.Subset(t, met, c.met)
			require.Subset(t, idle, c.idle)
		})
	}
	_, idle := at(AwaitingApproval, 0, 0, 100).Settled(ActPropose)
	require.NotContains(t, idle, DeadlineCustomerReply, "the contest is on while giving up is proposed")
	_, idle = at(Contested, 0, 0, 100).Settled(ActSubmit)
	require.NotContains(t, idle, DeadlineContest)
	_, idle = at(RefusedByCustomer, 0, 0, 100).Settled(ActRefused)
	require.NotContains(t, idle, DeadlineNextRound)
}

// With a case all its deadlines end, but the one against the carrier where the loss is ours.
func TestWhatOutlivesACase(t *testing.T) {
	t.Parallel()
	ours := func(change func(*Amounts)) Dispute {
		d := at(Closed, 0, 0, 0)
		d.Parts[0].Amounts = Amounts{ClaimedMinor: 100}
		change(&d.Parts[0].Amounts)
		return d
	}
	for name, c := range map[string]struct {
		of       Dispute
		outlives bool
	}{
		"credited":           {ours(func(a *Amounts) { a.CreditedMinor = 100 }), true},
		"credited in part":   {ours(func(a *Amounts) { a.CreditedMinor, a.RepaidMinor = 1, 99 }), true},
		"settled, given up":  {ours(func(a *Amounts) { a.WrittenOffMinor = 100 }), true},
		"repaid":             {ours(func(a *Amounts) { a.RepaidMinor = 100 }), false},
		"taken back":         {ours(func(a *Amounts) { a.WithdrawnMinor = 100 }), false},
		"void":               {at(Void, 0, 0, 0), false},
		"open and credited":  {at(AwaitingCreditMemo, 0, 100, 0), false},
		"the rest is denied": {at(AwaitingRepayment, 0, 0, 40), false},
	} {
		for _, kind := range DeadlineKinds() {
			require.Equal(t, c.outlives && kind == DeadlineCarrier, c.of.Outlives(kind), "%s: %s", name, kind)
		}
		_, idle := c.of.Settled(ActRepay)
		if c.of.State.Ended() {
			require.Equal(t, !c.outlives, slices.Contains(idle, DeadlineCarrier), name)
			require.Contains(t, idle, DeadlineLimitation, name)
			continue
		}
		require.NotContains(t, idle, DeadlineCarrier, name)
	}
}

// A case that goes on has the days again that others set and that ended with it; not those that were met, had lapsed or had
// ended before, and the window for our objection only while there is something to object to.
func TestDeadlinesThatRunOnAfterTheEnd(t *testing.T) {
	t.Parallel()
	end, earlier := noon, noon.AddDate(0, 0, -1)
	before, d := at(Closed, 0, 0, 0), at(Investigating, 100, 0, 0)
	before.ClosedAt = &end
	list := []Deadline{
		{ID: newID(), Kind: DeadlineLimitation, State: DeadlineCancelled, SettledAt: &end, DueOn: date("2028-11-01"), WarnOn: date("2028-08-01"), WarnedAt: &earlier},
		{ID: newID(), Kind: DeadlineLimitation, State: DeadlineCancelled, SettledAt: &end, DueOn: date("2028-11-01")},
		{ID: newID(), Kind: DeadlineCarrier, State: DeadlineCancelled, SettledAt: &earlier, DueOn: date("2026-11-01")},
		{ID: newID(), Kind: DeadlineCarrier, State: DeadlineMet, SettledAt: &end, DueOn: date("2026-11-01")},
		{ID: newID(), Kind: DeadlineDecision, State: DeadlineCancelled, SettledAt: &end, DueOn: date("2026-04-01")},
		{ID: newID(), Kind: DeadlineContest, State: DeadlineCancelled, SettledAt: &end, DueOn: date("2026-04-02")},
	}
	kinds := func(d Dispute) (kinds []DeadlineKind) {
		for _, o := range Revived(before, d, list, newID) {
			kinds = append(kinds, o.Kind)
		}
		return kinds
	}
	require.Equal(t, []DeadlineKind{DeadlineLimitation, DeadlineContest}, kinds(d))
	require.Equal(t, []DeadlineKind{DeadlineLimitation}, kinds(at(AwaitingRepayment, 0, 0, 100)))
	require.Empty(t, kinds(at(Closed, 0, 0, 0)))
	again := Revived(before, d, list, newID)[0]
	require.NotEqual(t, list[0].ID, again.ID)
	require.Equal(t, Deadline{ID: again.ID, Kind: DeadlineLimitation, State: DeadlineOpen, DueOn: date("2028-11-01"), WarnOn: date("2028-08-01")}, again)
	list[1].State = DeadlineOpen
	require.Equal(t, []DeadlineKind{DeadlineContest}, kinds(d), "one of a kind stands")
	before.State = Investigating
	require.Empty(t, kinds(d))
}
