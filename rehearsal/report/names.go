package report

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
)

// names finds what a person should know of the customers' names. It is a hint: customers are told apart by their numbers.
func names(customers []CustomerFacts) Names {
	out := Names{Customers: len(customers), Shared: []SharedName{}, Near: near(customers), Spellings: []SpelledNumber{}}
	groups := map[string][]CustomerFacts{}
	for _, c := range customers {
		groups[folded(c.Name)] = append(groups[folded(c.Name)], c)
		if s := spellings(c); len(s) > 1 {
			out.Spellings = append(out.Spellings, SpelledNumber{c.Number, s})
		}
	}
	for _, name := range sortedKeys(groups) {
		if g := groups[name]; name != "" && (len(g) > 1 || g[0].SharedName) {
			out.Shared = append(out.Shared, shared(g))
		}
	}
	slices.SortStableFunc(out.Shared, func(a, b SharedName) int { return cmp.Compare(len(b.Numbers), len(a.Numbers)) })
	slices.SortStableFunc(out.Spellings, func(a, b SpelledNumber) int { return cmp.Compare(len(b.Spellings), len(a.Spellings)) })
	return out
}

func shared(group []CustomerFacts) SharedName {
	s := SharedName{Name: group[0].Name, Numbers: []string{}}
	for _, c := range group {
		s.Name = min(s.Name, c.Name)
		s.Numbers = append(s.Numbers, c.Number)
	}
	return s
}

func spellings(c CustomerFacts) []string {
	all := []string{}
	for _, s := range append([]string{c.Name}, c.Spellings...) {
		all = append(all, strings.Join(strings.Fields(s), " "))
	}
	slices.Sort(all)
	return slices.DeleteFunc(slices.Compact(all), func(s string) bool { return s == "" })
}

// folded is a name without regard to case and blanks.
func folded(name string) string { return strings.Join(strings.Fields(strings.ToLower(name)), " ") }

// keyed is a customer with its name in letters and digits only.
type keyed struct {
	NumberName
	key string
}

// nearWindow bounds the search: each name is compared with the next ones in alphabetical order, so a portfolio of any size
// takes time in proportion to it. Names that differ at their very beginning are not found.
const nearWindow = 100

// near groups customers whose names are nearly equal and not the same.
func near(customers []CustomerFacts) []NearNames {
	all := make([]keyed, 0, len(customers))
	for _, c := range customers {
		if k := keyOf(c); k != "" {
			all = append(all, keyed{NumberName{c.Number, c.Name}, k})
		}
	}
	slices.SortFunc(all, func(a, b keyed) int {
		return cmp.Or(strings.Compare(a.key, b.key), strings.Compare(a.Number, b.Number), strings.Compare(a.Name, b.Name))
	})
	group := make([]int, len(all))
	for i := range all {
		group[i] = i
	}
	for i, a := range all {
		for j := i + 1; j < min(len(all), i+nearWindow); j++ {
			if !nearlyEqual(a.key, all[j].key) {
				continue
			}
			join(group, i, j)
		}
	}
	return nearGroups(all, group)
}

// join puts both into one group, which is named by its first member.
func join(group []int, i, j int) {
	a, b := rootOf(group, i), rootOf(group, j)
	group[max(a, b)] = min(a, b)
}

func rootOf(group []int, i int) int {
	for group[i] != i {
		group[i] = group[group[i]]
		i = group[i]
	}
	return i
}

func nearGroups(all []keyed, group []int) []NearNames {
	members := map[int][]NumberName{}
	for i, k := range all {
		root := rootOf(group, i)
		members[root] = append(members[root], k.NumberName)
	}
	out := []NearNames{}
	for _, root := range sortedKeys(members) {
		if m := members[root]; differ(m) {
			out = append(out, NearNames{m})
		}
	}
	slices.SortStableFunc(out, func(a, b NearNames) int { return cmp.Compare(len(b.Customers), len(a.Customers)) })
	return out
}

// differ reports whether there is more than one name: what is the same is told as shared.
func differ(members []NumberName) bool {
	return slices.ContainsFunc(members, func(m NumberName) bool { return folded(m.Name) != folded(members[0].Name) })
}

func keyOf(c CustomerFacts) string {
	name := c.NameKey
	if name == "" {
		name = c.Name
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}

// The bounds of likeness: short names are alike by chance.
const (
	minPrefix  = 4  // letters that a cut-off name must still have
	maxCutOff  = 4  // letters that may be cut off
	minOneSlip = 6  // letters of names that may differ by one
	minTwoSlip = 12 // letters of names that may differ by two
)

// nearlyEqual reports whether the keys are equal, one is the other cut off, or they differ by a slip of the pen.
func nearlyEqual(a, b string) bool {
	if a == b {
		return true
	}
	short, long := []rune(a), []rune(b)
	if len(short) > len(long) {
		short, long = long, short
	}
	if len(short) >= minPrefix && len(long)-len(short) <= maxCutOff && slices.Equal(short, long[:len(short)]) {
		return true
	}
	switch {
	case len(short) >= minTwoSlip:
		return within(short, long, 2)
	case len(short) >= minOneSlip:
		return within(short, long, 1)
	default:
		return false
	}
}

// within reports whether at most so many letters must be changed, added or left out to make long of short.
func within(short, long []rune, most int) bool {
	if len(short) == 0 || len(long) == 0 {
		return len(short)+len(long) <= most
	}
	if short[0] == long[0] {
		return within(short[1:], long[1:], most)
	}
	if most == 0 {
		return false
	}
	return within(short[1:], long[1:], most-1) || within(short, long[1:], most-1) || within(short[1:], long, most-1)
}
