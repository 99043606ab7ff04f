package app

import (
	"context"
	"sync"

	"github.com/google/uuid"

	"arrears/domain/matching"
	"arrears/domain/money"
	"arrears/domain/receivable"
	"arrears/port"
)

// maxBooks bounds how many compiled rulebooks are kept in memory.
const maxBooks = 200

// cashBook is a compiled set of rules, with its most specific version; none where the shipped rules hold.
type cashBook struct {
	version uuid.NullUUID
	rules   *matching.Rules
	book    *matching.Rulebook
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

// bookOf is the rules that hold for a customer.
func (s cashBookSet) bookOf(customer uuid.UUID) cashBook {
	if own, ok := s.own[customer]; ok {
		return own
	}
	return s.wide
}

// version is the most specific version of rules that holds for a customer.
func (s cashBookSet) version(customer uuid.UUID) uuid.NullUUID { return s.bookOf(customer).version }

// most is the largest difference of what is asked that the rules let anybody close, beside what the customer was given this month.
func (s cashBookSet) most(customer uuid.UUID, asked, given int64, currency money.Currency) int64 {
	b := s.bookOf(customer)
	var most int64
	for _, limit := range []*matching.Limit{b.rules.Tolerance, b.rules.BankCharges, b.rules.Exchange} {
		most = max(most, limit.Allows(asked, given, currency))
	}
	return most
}

// graceDays is how many days after its last one a customer's discount still counts as earned.
func (a *App) graceDays(ctx context.Context, tx port.Tx, c receivable.Customer) (int, error) {
	rows := port.CashRows{Customers: []matching.Customer{{ID: c.ID}}, Segments: map[uuid.UUID]string{c.ID: c.Segment}}
	books, err := a.cashBooks(ctx, tx, rows)
	if err != nil {
		return 0, err
	}
	b := books.bookOf(c.ID)
	if b.rules.DiscountGraceDays == nil {
		return 0, nil
	}
	return *b.rules.DiscountGraceDays, nil
}

// cashBooks reads the rules that apply to customers.
func (a *App) cashBooks(ctx context.Context, tx port.Tx, rows port.CashRows) (cashBookSet, error) {
	ids := make([]uuid.UUID, len(rows.Customers))
	for n, c := range rows.Customers {
		ids[n] = c.ID
	}
	stored, err := tx.RuleSetsFor(ctx, port.CashRules, ids...)
	if err != nil {
		return cashBookSet{}, err
	}
	var wide port.RuleSet
	bySegment, byCustomer := map[string]port.RuleSet{}, map[uuid.UUID]port.RuleSet{}
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
func (a *App) compiled(sets ...port.RuleSet) (cashBook, error) {
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
	var version uuid.NullUUID
	for _, set := range sets {
		if set.Version == 0 {
			continue
		}
		rules, err := matching.ReadRules(set.Body)
		if err != nil {
			return cashBook{}, err
		}
		all = append(all, rules)
		if !version.Valid {
			version = someID(set.ID)
		}
	}
	merged := matching.Merge(append(all, matching.DefaultRules()))
	b := cashBook{version, merged, matching.Compile(merged)}
	if a.books.books == nil || len(a.books.books) >= maxBooks {
		a.books.books = map[[3]uuid.UUID]cashBook{}
	}
	a.books.books[key] = b
	return b, nil
}
