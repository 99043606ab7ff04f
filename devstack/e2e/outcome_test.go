package e2e

import (
	"fmt"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"arrears/app"
	"arrears/devstack/e2e/house"
	"arrears/domain/access"
	"arrears/domain/calendar"
	"arrears/domain/casework"
	"arrears/domain/dispute"
	"arrears/domain/receivable"
	"arrears/replay"
	"arrears/workflows/contract"
)

// second decides on what somebody else has decided before.
var second = access.Principal{ID: "second", Name: "Second", Role: access.Admin}

// life is a claim of 200.00 from its acknowledgement to its end.
type life struct {
	first   func(l *lived) // once the customer has the acknowledgement
	late    func(l *lived) // once what was denied is payable
	outcome dispute.Outcome
	where   dispute.Amounts // the last cent
	told    []string        // what the customer was written about the claim, beside the acknowledgement
	demands int             // and what its ladder sent
	appeal  bool
}

// lived is a life under way.
type lived struct {
	*house.House
	t      *testing.T
	number string
	inv    receivable.Invoice
	d      dispute.Dispute
}

func (l *lived) decide(who access.Principal, in app.NewDecision) {
	l.t.Helper()
	_, err := l.App.DecideDispute(l.t.Context(), who, l.d.ID, in)
	require.NoError(l.t, err)
}

func (l *lived) denied() {
	l.t.Helper()
	l.decide(house.Clerk, app.NewDecision{Kind: dispute.DecideInvalid})
}

// memo is the credit memo that the ERP issues for what was found valid.
func (l *lived) memo(minor int64) {
	l.t.Helper()
	_, err := l.App.CreateCreditMemo(l.t.Context(), house.Clerk, app.NewCreditMemo{
		Source: "erp", Number: "CM-" + l.number, CustomerID: l.d.CustomerID, Currency: "EUR", AmountMinor: minor, MemoDate: l.Today(),
		DisputeID: uuid.NullUUID{UUID: l.d.ID, Valid: true},
	})
	require.NoError(l.t, err)
}

func (l *lived) repaid(minor int64) { l.t.Helper(); l.PayItem(l.Deduction(l.inv), minor) }

func (l *lived) ok(_ app.DisputeFile, err error) { l.t.Helper(); require.NoError(l.t, err) }

func (l *lived) submitted(in app.NewRound) {
	l.t.Helper()
	l.ok(l.App.SubmitDispute(l.t.Context(), house.Clerk, l.d.ID, in))
}

func (l *lived) answered(answer string) {
	l.t.Helper()
	l.ok(l.App.AnswerDispute(l.t.Context(), house.Clerk, l.d.ID, app.ContestAnswer{Answer: answer}))
}

// lives are the ways in which people and money end a claim.
func lives() map[string]life {
	repaid := func(l *lived) { l.repaid(200_00) }
	return map[string]life{
		"valid": {
			first:   func(l *lived) { l.decide(house.Clerk, app.NewDecision{Kind: dispute.DecideValid}) },
			late:    func(l *lived) { l.memo(200_00) },
			outcome: dispute.Valid, where: dispute.Amounts{CreditedMinor: 200_00}, told: []string{"credit", "delay"}, // the memo is late
		},
		"partially valid": {
			first: func(l *lived) {
				l.decide(house.Clerk, app.NewDecision{Kind: dispute.DecidePartially, ValidMinor: 120_00, DeniedMinor: 80_00})
				l.memo(120_00)
			},
			late:    func(l *lived) { l.repaid(80_00) },
			outcome: dispute.PartiallyValid, where: dispute.Amounts{CreditedMinor: 120_00, RepaidMinor: 80_00}, told: []string{"denial"}, demands: 1,
		},
		"settled": {
			first: func(l *lived) {
				l.ok(l.App.SettleDispute(l.t.Context(), house.Clerk, l.d.ID, app.Settlement{AmountMinor: 200_00}))
			},
			outcome: dispute.Settled, where: dispute.Amounts{WrittenOffMinor: 200_00}, told: []string{"settlement"},
		},
		"withdrawn": {
			first: func(l *lived) { l.ok(l.App.WithdrawDispute(l.t.Context(), house.Clerk, l.d.ID, "their mistake")) },
			late:  repaid, outcome: dispute.WithdrawnBy, where: dispute.Amounts{RepaidMinor: 200_00}, demands: 1,
		},
		"given up": {
			first:   func(l *lived) { l.denied() },
			late:    func(l *lived) { l.ok(l.App.GiveUpDispute(l.t.Context(), house.Clerk, l.d.ID, app.Settlement{})) },
			outcome: dispute.Invalid, where: dispute.Amounts{WrittenOffMinor: 200_00}, told: []string{"denial"}, demands: 1,
		},
		"refused, and accepted in the next round": {
			first: func(l *lived) {
				l.denied()
				l.submitted(app.NewRound{Channel: "portal", PortalReference: "P-1"})
				l.answered("refused")
				l.submitted(app.NewRound{Channel: "portal", BuyerInvolved: true})
				l.answered("accepted")
			},
			late: repaid, outcome: dispute.Invalid, where: dispute.Amounts{RepaidMinor: 200_00}, told: []string{"denial"}, demands: 1,
		},
		"nobody answers": {
			first: func(l *lived) {
				l.denied()
				l.submitted(app.NewRound{Channel: "portal", ReplyBy: l.Today().AddDays(3)})
			},
			late: func(l *lived) {
				require.Equal(l.t, "no_answer", l.Claim(l.d.ID).Rounds[0].Answer)
				l.repaid(200_00)
			},
			outcome: dispute.Invalid, where: dispute.Amounts{RepaidMinor: 200_00}, told: []string{"denial"}, demands: 1,
		},
		"appealed after a part came back, and found valid": {
			first: func(l *lived) {
				l.denied()
				l.repaid(50_00)
			},
			late: func(l *lived) {
				l.ok(l.App.AppealDispute(l.t.Context(), house.Clerk, l.d.ID, app.Appeal{AmountMinor: 200_00, Reason: "here is the proof"}))
				l.decide(second, app.NewDecision{Kind: dispute.DecideValid})
				l.memo(200_00)
			},
			outcome: dispute.Valid, where: dispute.Amounts{CreditedMinor: 200_00}, told: []string{"denial", "credit"}, demands: 1, appeal: true,
		},
	}
}

// Whatever becomes of a claim, it ends with every cent in its place, the customer told of it by mail, its workflow completed, and
// a record that proves itself.
func TestTheLivesOfClaims(t *testing.T) {
	t.Parallel()
	h := house.New(t, house.Options{Idle: true, Clock: house.Stepped("2026-05-11 09:00")})
	all := map[string]*lived{}
	for name := range lives() {
		l := &lived{House: h, t: t, number: fmt.Sprintf("72%02d", len(all))}
		l.inv = h.Invoice(h.Customer(l.number), "I-"+l.number, 1_000_00, calendar.MustDate("2026-01-11"))
		l.d = h.ShortPayment(l.inv, 800_00, 200_00, "tax", "CB-"+l.number)
		all[name] = l
	}
	h.StartRelay()
	h.StartWorker()
	h.Quiet()
	for name, life := range lives() {
		require.Len(t, h.Mails(all[name].number), 1, "%s: the acknowledgement", name)
		life.first(all[name])
	}
	h.Advance("2026-05-26 12:00")
	for name, life := range lives() {
		if life.late != nil {
			life.late(all[name])
		}
	}
	h.Quiet()
	for name, life := range lives() {
		all[name].ended(name, life)
	}
	h.Laws()
	h.Replays(20)
}

// ended asserts that a life ended as it should.
func (l *lived) ended(name string, life life) {
	l.t.Helper()
	file := l.Claim(l.d.ID)
	require.Equal(l.t, []any{dispute.Closed, life.outcome}, []any{file.State, file.Outcome}, name)
	life.where.ClaimedMinor = 200_00
	require.Equal(l.t, life.where, file.Amounts(), name)
	var told []string
	for _, m := range file.Messages {
		require.Equal(l.t, dispute.MessageSent, m.State, "%s: %s", name, m.Kind)
		told = append(told, m.Kind)
	}
	require.Equal(l.t, append([]string{"acknowledgement"}, life.told...), told, name)
	require.Len(l.t, l.Mails(l.number), len(told)+life.demands, name)
	require.Equal(l.t, "completed", l.Status(contract.KindDispute, l.d.ID), name)
	item := l.Deduction(l.inv)
	require.Zero(l.t, item.OpenMinor, name)
	if file.PayableBy.IsZero() {
		require.Zero(l.t, l.Count("cases", "id = $1", item.ID), name)
	} else {
		collection, err := l.App.Case(l.t.Context(), house.Clerk, item.ID)
		require.NoError(l.t, err)
		require.Equal(l.t, casework.CaseClosed, collection.State, name)
	}
	if !life.appeal {
		require.LessOrEqual(l.t, l.Events(contract.KindDispute, l.d.ID), claimBudget, name)
	}
	report, err := l.Product.ReplayDispute(l.t.Context(), l.Engine, l.d.ID)
	require.NoError(l.t, err)
	require.Equal(l.t, replay.Identical, report.Verdict, "%s: %v", name, report.Differs)
}
