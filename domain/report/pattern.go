package report

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/google/uuid"

	"arrears/domain/money"
)

// Pattern is a customer that takes deductions for one reason more often than it did before.
type Pattern struct {
	CustomerID  uuid.UUID
	Reason      string
	Currency    money.Currency
	Claims      int // in the window
	Before      int // in the window before, of as many days
	Minor       int64
	MinorBefore int64
}

// MinRepeats is how many claims make a pattern: two are a coincidence.
const MinRepeats = 3

// MaxPatterns bounds the patterns that are told.
const MaxPatterns = 100

// Patterns finds the customers and reasons whose claims repeat and rise against the window before, with the largest rise in
// amount first within each currency. Claims whose reason is unknown make none, nor do those that were withdrawn as a whole.
func Patterns(rows []DeductionRow, w Window) []Pattern {
	type key struct {
		customer uuid.UUID
		reason   string
		currency money.Currency
	}
	found, before := map[key]*Pattern{}, w.Before()
	for _, r := range rows {
		now, earlier := w.Has(r.TakenOn), before.Has(r.TakenOn)
		if r.Reason == "" || r.WithdrawnMinor == r.ClaimedMinor || !now && !earlier {
			continue
		}
		k := key{r.CustomerID, r.Reason, r.Currency}
		p := found[k]
		if p == nil {
			p = &Pattern{CustomerID: r.CustomerID, Reason: r.Reason, Currency: r.Currency}
			found[k] = p
		}
		if now {
			p.Claims++
			p.Minor += r.ClaimedMinor
		} else {
			p.Before++
			p.MinorBefore += r.ClaimedMinor
		}
	}
	var list []Pattern
	for _, p := range found {
		if p.Claims >= MinRepeats && p.Claims > p.Before {
			list = append(list, *p)
		}
	}
	slices.SortFunc(list, func(a, b Pattern) int {
		return cmp.Or(cmp.Compare(a.Currency, b.Currency), cmp.Compare(b.Minor-b.MinorBefore, a.Minor-a.MinorBefore),
			bytes.Compare(a.CustomerID[:], b.CustomerID[:]), cmp.Compare(a.Reason, b.Reason))
	})
	return list[:min(len(list), MaxPatterns)]
}
