package report

import (
	"cmp"
	"slices"

	"github.com/google/uuid"

	"arrears/domain/calendar"
	"arrears/domain/money"
)

// DeductionRow is a claim as it stands at the end of the window, in minor units of its currency:
// claimed = undecided + valid + denied + repaid + given up + conceded + tolerated + withdrawn.
// Decisions that were overturned and receipts that were reversed are thereby out of every figure.
type DeductionRow struct {
	CustomerID uuid.UUID
	Reason     string // our code; empty: unknown
	Team       string
	Currency   money.Currency
	Withheld   bool          // a deduction; false: contested before paying
	TakenOn    calendar.Date // when the customer withheld or contested it
	DecidedOn  calendar.Date // when the decision that stands was made; none: undecided
	ClosedOn   calendar.Date // none: open

	ClaimedMinor   int64
	UndecidedMinor int64
	ValidMinor     int64 // credited, or awaits its credit memo
	DeniedMinor    int64 // denied and open
	RepaidMinor    int64 // denied and paid
	GivenUpMinor   int64 // denied and written off
	ConcededMinor  int64 // settled, or an earned discount: nobody was found right
	ToleratedMinor int64 // written off by tolerance
	WithdrawnMinor int64
}

// InvalidMinor is what was found invalid, whatever became of it.
func (r DeductionRow) InvalidMinor() int64 { return r.DeniedMinor + r.RepaidMinor + r.GivenUpMinor }

// The figures of deductions.
const (
	DDOUndecided        = "ddo_undecided"
	DDODeniedUnpaid     = "ddo_denied_unpaid"
	DaysToDecision      = "dispute_days_to_decision_median"
	DaysToDecisionP90   = "dispute_days_to_decision_p90"
	DaysToCash          = "dispute_days_to_cash_median"
	DaysToCashP90       = "dispute_days_to_cash_p90"
	AgeUndecided        = "dispute_age_undecided_median"
	AgeUndecidedP90     = "dispute_age_undecided_p90"
	AgeDenied           = "dispute_age_denied_median"
	AgeDeniedP90        = "dispute_age_denied_p90"
	InvalidRate         = "deduction_invalid_rate"
	RecoveryRate        = "deduction_recovery_rate"
	RecoveryOfDeducted  = "deduction_recovery_rate_of_deducted"
	AutoWriteOffRate    = "auto_writeoff_rate"
	AbsentNoneTaken     = "no_deductions_taken"
	AbsentNoneDecided   = "nothing_decided"
	AbsentNoneInvalid   = "nothing_invalid"
	AbsentNoneRecovered = "nothing_recovered"
	AbsentNoneOpen      = "nothing_open"
)

// Deductions are the figures of deductions and disputes over a window.
type Deductions struct {
	Window     Window
	Whole      []Figure
	ByReason   []Group
	ByCustomer []Group
	ByTeam     []Group
	// Months are the recovery rates by month of decision.
	Months   []Group
	Patterns []Pattern
}

// Group is the figures of the claims that share something.
type Group struct {
	Key     string // a reason code, a customer's id, a team, or a month; empty: unknown or none
	Claims  int
	Figures []Figure
}

// MaxGroups bounds the groups of one kind: those with the most claims are told.
const MaxGroups = 100

// OfDeductions computes the figures of all claims that were taken up to the end of the window, closed ones included: those
// that were taken, decided or closed in it count by its days, and those that are open at its end whenever they were taken.
// The calendar says which days are business days. Amounts of different currencies are never added.
func OfDeductions(rows []DeductionRow, w Window, cal *calendar.Calendar) Deductions {
	past := make([]DeductionRow, 0, len(rows))
	for _, r := range rows {
		if r.TakenOn <= w.To {
			past = append(past, r)
		}
	}
	all := func(list []DeductionRow) []Figure { return deductionFigures(list, w, cal) }
	return Deductions{
		Window:     w,
		Whole:      all(past),
		ByReason:   groups(past, func(r DeductionRow) string { return r.Reason }, all),
		ByCustomer: groups(past, func(r DeductionRow) string { return r.CustomerID.String() }, all),
		ByTeam:     groups(past, func(r DeductionRow) string { return r.Team }, all),
		Months:     months(past, w),
		Patterns:   Patterns(past, w),
	}
}

// groups divides the claims by a key and computes the figures of each; the largest first, then by key.
func groups(rows []DeductionRow, key func(DeductionRow) string, figures func([]DeductionRow) []Figure) []Group {
	byKey := map[string][]DeductionRow{}
	for _, r := range rows {
		byKey[key(r)] = append(byKey[key(r)], r)
	}
	list := make([]Group, 0, len(byKey))
	for k, claims := range byKey {
		list = append(list, Group{Key: k, Claims: len(claims)})
	}
	slices.SortFunc(list, func(a, b Group) int { return cmp.Or(cmp.Compare(b.Claims, a.Claims), cmp.Compare(a.Key, b.Key)) })
	list = list[:min(len(list), MaxGroups)]
	for i := range list {
		list[i].Figures = figures(byKey[list[i].Key])
	}
	return list
}

// months are the recovery rates of the decisions of each month in the window, in order.
func months(rows []DeductionRow, w Window) []Group {
	var decided []DeductionRow
	for _, r := range rows {
		if w.Has(r.DecidedOn) && r.Withheld {
			decided = append(decided, r)
		}
	}
	list := groups(decided, func(r DeductionRow) string { return r.DecidedOn.String()[:7] }, func(claims []DeductionRow) []Figure {
		var figures []Figure
		for _, c := range currencies(claims) {
			figures = append(figures, total(claims, c, w).recovery(c))
		}
		return figures
	})
	slices.SortFunc(list, func(a, b Group) int { return cmp.Compare(a.Key, b.Key) })
	return list
}

func currencies(rows []DeductionRow) []money.Currency {
	var list []money.Currency
	for _, r := range rows {
		list = append(list, r.Currency)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// By returns the groups of a kind: reason, customer, team or month; of any other there are none.
func (d Deductions) By(kind string) []Group {
	return map[string][]Group{"reason": d.ByReason, "customer": d.ByCustomer, "team": d.ByTeam, "month": d.Months}[kind]
}
