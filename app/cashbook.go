package app

import (
	"context"
	"sync"

	"github.com/google/uuid"

	"arrears/domain/matching"
	"arrears/domain/money"
	"arrears/port"
)

// maxBooks bounds how many compiled rulebooks are kept in memory.
const maxBooks = 200

// cashBook is a compiled set of rules, with what its caps are.
type cashBook struct {
	rules *matching.Rules
	book  *matching.Rulebook
}

// bookShelf keeps compiled rulebooks by the versions that they are made of: a version never changes.
type bookShelf struct {
	mu    sync.Mutex
	books map[[3]uuid.UUID]cashBook // customer's, segment's and default's version
}

// cashBookSet is the rules of a batch: the standard ones, and those of customers that have others.
type cashBookSet struct {
	standard *matching.Rulebook
	wide     cashBook
	own      map[uuid.UUID]cashBook
}

// of is the rulebook of a customer; nil where the standard one holds.
func (s cashBookSet) of(customer uuid.UUID) *matching.Rulebook {
	own, ok := s.own[customer]
	if !ok {
		return nil
	}
	return own.book
}

// cap is how much of small differences a customer may be given in a month.
func (s cashBookSet) cap(customer uuid.UUID, currency money.Currency) int64 {
	b, ok := s.own[customer]
	if !ok {
		b = s.wide
	}
	most := int64(0)
	for _, limit := range []*matching.Limit{b.rules.Tolerance, b.rules.BankCharges, b.rules.Exchange} {
		if limit != nil {
			most = max(most, limit.MonthlyMinor[currency])
		}
	}
	return most
}

// most is the largest difference of what is asked that the rules let anybody close.
func (s cashBookSet) most(customer uuid.UUID, asked int64, currency money.Currency) int64 {
	b, ok := s.own[customer]
	if !ok {
		b = s.wide
	}
	return max(b.rules.Tolerance.Most(asked, currency), b.rules.BankCharges.Most(asked, currency), b.rules.Exchange.Most(asked, currency))
}

// cashBooks reads the rules that apply to customers.
func (a *App) cashBooks(ctx context.Context, tx port.Tx, rows port.CashRows) (cashBookSet, error) {
	ids := make([]uuid.UUID, len(rows.Customers))
	for n, c := range rows.Customers {
		ids[n] = c.ID
	}
	stored, err := tx.CashRulesFor(ctx, ids)
	if err != nil {
		return cashBookSet{}, err
	}
	var wide port.CashRuleSet
	bySegment, byCustomer := map[string]port.CashRuleSet{}, map[uuid.UUID]port.CashRuleSet{}
	for _, set := range stored {
		switch Scope(set.Scope) {
		case ToDefault:
			wide = set
		case ToSegment:
			bySegment[set.Segment] = set
		default:
			byCustomer[set.CustomerID.UUID] = set
		}
	}
	s := cashBookSet{own: map[uuid.UUID]cashBook{}}
	if s.wide, err = a.compiled(wide); err != nil {
		return s, err
	}
	s.standard = s.wide.book
	for _, c := range rows.Customers {
		own, segment := byCustomer[c.ID], bySegment[rows.Segments[c.ID]]
		if own.Version == 0 && segment.Version == 0 {
			continue
		}
		if s.own[c.ID], err = a.compiled(own, segment, wide); err != nil {
			return s, err
		}
	}
	return s, nil
}

// compiled makes one rulebook of sets, the most specific first; the shipped rules come last.
func (a *App) compiled(sets ...port.CashRuleSet) (cashBook, error) {
	var key [3]uuid.UUID
	for n, set := range sets {
		key[len(key)-len(sets)+n] = set.ID
	}
	a.books.mu.Lock()
	defer a.books.mu.Unlock()
	if b, ok := a.books.books[key]; ok {
		return b, nil
	}
	var all []*matching.Rules
	for _, set := range sets {
		if set.Version == 0 {
			continue
		}
		rules, err := matching.ReadRules(set.Body)
		if err != nil {
			return cashBook{}, err
		}
		all = append(all, rules)
	}
	merged := matching.Merge(append(all, matching.DefaultRules()))
	b := cashBook{merged, matching.Compile(merged)}
	if a.books.books == nil || len(a.books.books) >= maxBooks {
		a.books.books = map[[3]uuid.UUID]cashBook{}
	}
	a.books.books[key] = b
	return b, nil
}
