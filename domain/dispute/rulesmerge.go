package dispute

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"arrears/domain/calendar"
	"arrears/domain/money"
)

func (r *Rules) addReasons(reasons map[string]ReasonRule) {
	for reason, rule := range reasons {
		if r.Reasons == nil {
			r.Reasons = make(map[string]ReasonRule, len(reasons))
		}
		r.Reasons[reason] = r.Reasons[reason].or(rule)
	}
}

// or fills what the rule leaves out from a wider one; the result shares nothing with either.
func (rule ReasonRule) or(wider ReasonRule) ReasonRule {
	rule.Team = cmp.Or(rule.Team, wider.Team)
	rule.Priority = cmp.Or(rule.Priority, wider.Priority)
	if rule.Evidence == nil {
		rule.Evidence = wider.Evidence
	}
	rule.Evidence = slices.Clone(rule.Evidence)
	all := maps.Clone(wider.Deadlines)
	if all == nil {
		all = make(map[DeadlineKind]Span, len(rule.Deadlines))
	}
	maps.Copy(all, rule.Deadlines)
	rule.Deadlines = all
	return rule
}

func (t *Tolerance) clone() *Tolerance {
	own := *t
	own.AmountMinor, own.MonthlyMinor = maps.Clone(t.AmountMinor), maps.Clone(t.MonthlyMinor)
	return &own
}

// Small is a claim that may be too small to look into.
type Small struct {
	Currency    money.Currency
	AmountMinor int64
	WholeMinor  int64 // what the share is of: the receipt with what was withheld from it, or the contested item
	Coded       bool  // the customer gave a code, a reason or a claim reference
	MonthMinor  int64 // tolerated for the customer in this calendar month before
	Repeats     int   // tolerated for the customer in the last RepeatDays before
}

// Covers reports whether the claim closes by itself: it is uncoded, within the lesser of amount and share, fits under the
// month's cap, and its customer has not had more of them than the limit allows. A nil tolerance covers nothing.
func (t *Tolerance) Covers(c Small) bool {
	if t == nil || c.Coded || c.AmountMinor <= 0 || c.Repeats >= t.RepeatLimit {
		return false
	}
	most, named := t.AmountMinor[c.Currency]
	if !named || c.AmountMinor > min(most, t.share(c.WholeMinor, c.Currency)) {
		return false
	}
	capped, named := t.MonthlyMinor[c.Currency]
	return !named || c.AmountMinor <= capped-c.MonthMinor
}

// share is the part of a whole amount, rounded down.
func (t *Tolerance) share(whole int64, currency money.Currency) int64 {
	parts, ok := percent(t.SharePercent)
	if !ok || whole <= 0 {
		return 0
	}
	part, err := money.Of(whole, currency).MulRate(parts, percentParts*100, money.Down)
	if err != nil {
		return 0
	}
	return part.Minor()
}

// percentParts is how finely a percentage may be given.
const percentParts = 10_000

// percent reads "2", "2.5" or "0.0125" as ten-thousandths of a percent: above 0, at most 100.
func percent(s string) (parts int64, ok bool) {
	amount, err := money.Parse(s, "CLF") // the currency with four decimals
	if err != nil || amount.Minor() <= 0 || amount.Minor() > 100*percentParts {
		return 0, false
	}
	return amount.Minor(), true
}

// MonthBegin is the first day of a date's month: since when the month's cap counts.
func MonthBegin(today calendar.Date) calendar.Date { return today.AddDays(1 - today.Day()) }

// RepeatBegin is the first day of the window in which tolerated claims are counted.
func RepeatBegin(today calendar.Date) calendar.Date { return today.AddDays(1 - RepeatDays) }

// graceOf is the grace of merged rules.
func (r *Rules) graceOf() int {
	if r.DiscountGraceDays == nil {
		return 0
	}
	return *r.DiscountGraceDays
}

// Midnight is the first instant of a day in a time zone; a zone that does not exist counts as UTC.
func Midnight(day calendar.Date, zone string) time.Time { return day.Time(zoneOf(zone)) }

func zoneOf(name string) *time.Location {
	loc, err := calendar.LoadZone(name)
	if err != nil {
		return time.UTC
	}
	return loc
}
