package dispute

import "arrears/domain/calendar"

// Order says where a case stands on the analyst's worklist, and why. Higher scores come first; of equal ones the older claim
// (TakenOn), then the smaller id.
type Order struct {
	Score   int64
	TakenOn calendar.Date
	// What the score is made of, in codes and in figures.
	Why           []string
	DeadlineOn    calendar.Date
	AtRiskMinor   int64
	ChancePercent int
	AgeDays       int
}

// The reasons of an order: how near the deadline is, and what chance of recovery the kind of reason has.
const (
	WhyOverdue     = "deadline_overdue"
	WhyThreeDays   = "deadline_in_3_days"
	WhySevenDays   = "deadline_in_7_days"
	WhyLater       = "deadline_later"
	WhyNoDeadline  = "no_deadline"
	WhyUnknown     = "reason_unknown"
	WhyTrade       = "reason_trade"
	WhyNonTrade    = "reason_non_trade"
	WhyCreditAgain = "credit_memo_awaited" // what was found valid is no longer at risk
)

// The chances of recovery, in percent: what a customer deducts for shortages, prices or penalties is refuted far more often
// than what it deducts for promotions. They order a list and are no forecast.
const (
	ChanceUnknown  = 50
	ChanceTrade    = 30
	ChanceNonTrade = 70
)

// The score's upper two bits are the deadline's class, the lower ones the money at risk times its chance.
const (
	classBits  = 61
	maxAtStake = 1<<classBits - 1
)

// Rank orders a case: first by its deadline (overdue, within three calendar days, within seven, later or none), then by money
// at risk times chance of recovery, in minor units as they are because nothing is converted without a dated rate. In SQL:
//
//	score = class << 61 | least(at_risk * chance / 100, 2^61 - 1)
//	class = 3 where deadline_on < today, 2 where deadline_on <= today + 3, 1 where deadline_on <= today + 7, else 0
//	at_risk = denied_minor where state is awaiting_credit_memo, else pending_minor + denied_minor
//	chance = 50 where reason is null, 30 where trade, else 70
func Rank(d Dispute, today calendar.Date) Order {
	sum := d.Amounts()
	o := Order{TakenOn: d.TakenOn, DeadlineOn: d.DeadlineOn, AtRiskMinor: sum.PendingMinor() + sum.DeniedMinor, AgeDays: today.DaysSince(d.TakenOn)}
	class, why := urgency(d.DeadlineOn, today)
	o.Why = append(o.Why, why)
	o.ChancePercent, why = chance(d)
	o.Why = append(o.Why, why)
	if d.State == AwaitingCreditMemo {
		o.AtRiskMinor = sum.DeniedMinor
		o.Why = append(o.Why, WhyCreditAgain)
	}
	o.Score = class<<classBits | min(o.AtRiskMinor*int64(o.ChancePercent)/100, maxAtStake)
	return o
}

func urgency(deadline, today calendar.Date) (class int64, why string) {
	switch {
	case deadline.IsZero():
		return 0, WhyNoDeadline
	case deadline < today:
		return 3, WhyOverdue
	case deadline <= today.AddDays(3):
		return 2, WhyThreeDays
	case deadline <= today.AddDays(7):
		return 1, WhySevenDays
	}
	return 0, WhyLater
}

func chance(d Dispute) (percent int, why string) {
	switch {
	case d.Reason == "":
		return ChanceUnknown, WhyUnknown
	case d.Trade:
		return ChanceTrade, WhyTrade
	}
	return ChanceNonTrade, WhyNonTrade
}
