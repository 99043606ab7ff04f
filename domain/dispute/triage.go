package dispute

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// ClaimFacts are what is known of a claim when it is sorted.
type ClaimFacts struct {
	CustomerReason string // their code, as it came
	CustomerWords  string
	// Difference says that a short payment left it without any reason, and that it is too large to be tolerated.
	Difference  bool
	AliasReason string // what corrections taught that their code or words mean; empty: nothing
}

// The ways in which a reason is found.
const (
	ByCode  = "code"  // the customer's code is one that the rules name
	ByWords = "words" // its words hold a spelling that the rules name
	ByAlias = "alias" // a correction taught it
	ByRule  = "rule"  // what a short payment leaves open without a reason is a claim for it
	ByNear  = "near"  // a spelling that the rules name, with a slip of the pen
)

// Sorted is what the rules make of a claim.
type Sorted struct {
	Reason            string // of ours; empty: unknown, an analyst's task
	How               string // ByCode, ByWords, ByAlias, ByNear or ByRule; empty when unknown
	Matched           string // the spelling that decided, in normal form
	Rule              ReasonRule
	PayableDays       int
	DiscountGraceDays int
	Tolerance         *Tolerance // nil: nothing is tolerated
	ShortPayment      *ShortPayment
}

// Triage sorts a claim by the sets of rules that apply to it, most specific first. It looks for the customer's code, then
// for spellings within its words, then asks what corrections taught, and at last allows for slips of the pen; at each of
// these the more specific set counts, and within a set the longer spelling. What may mean two reasons stays unknown.
func Triage(sets []*Rules, in ClaimFacts) Sorted {
	s := Sorted{}
	s.Reason, s.How, s.Matched = find(sets, in)
	all := Merge(sets)
	s.ShortPayment = all.ShortPayment
	if in.Difference && s.Reason == "" && s.ShortPayment.Deducts() && s.ShortPayment.Reason != "" {
		s.Reason, s.How = s.ShortPayment.Reason, ByRule
	}
	s.Rule = all.RuleFor(s.Reason)
	s.PayableDays, s.DiscountGraceDays, s.Tolerance = all.PayableDays, all.graceOf(), all.Tolerance
	if s.PayableDays == 0 {
		s.PayableDays = DefaultPayableDays
	}
	return s
}

// RuleFor is what a claim for a reason needs by rules that are merged already. Team and deadlines that the reason's rule
// leaves out are those of the rule for Unknown, which is also the rule of a claim without a reason; but what has a reason has
// no deadline for triage.
func (r *Rules) RuleFor(reason string) ReasonRule {
	base := r.Reasons[Unknown]
	if reason == "" {
		reason = Unknown
	}
	if reason != Unknown {
		base = ReasonRule{Team: base.Team, Deadlines: maps.Clone(base.Deadlines)}
		delete(base.Deadlines, DeadlineTriage)
	}
	rule := r.Reasons[reason].or(base)
	rule.Priority = cmp.Or(rule.Priority, DefaultPriority)
	return rule
}

func find(sets []*Rules, in ClaimFacts) (reason, how, matched string) {
	all, code, said := spellings(sets), words(in.CustomerReason), words(in.CustomerWords)
	exact := func(s spelling) (int, bool) { return 0, len(code) > 0 && slices.Equal(s.words, code) }
	within := func(s spelling) (int, bool) {
		return 0, len(s.form) >= minWord && (holds(code, s.words) || holds(said, s.words))
	}
	near := func(s spelling) (int, bool) {
		slips, ok := nearly(code, s.words, minNear)
		if other, also := nearly(said[:min(len(said), maxNearWords)], s.words, minNearSaid); also && (!ok || other < slips) {
			return other, true
		}
		return slips, ok
	}
	if s, ok := choose(all, exact); ok {
		return s.reason, ByCode, s.form
	}
	if s, ok := choose(all, within); ok {
		return s.reason, ByWords, s.form
	}
	if in.AliasReason != "" {
		return in.AliasReason, ByAlias, ""
	}
	if s, ok := choose(all, near); ok {
		return s.reason, ByNear, s.form
	}
	return "", "", ""
}

// minWord is the shortest spelling that is looked for within words, in bytes of its normal form: shorter ones hit by accident.
const minWord = 3

// maxNearWords bounds in how many of the customer's words slips of the pen are looked for.
const maxNearWords = 50

// In how short a word a slip of the pen is allowed for: in what stands for a code, and in prose, where "sport" is no "short".
const (
	minNear     = 5
	minNearSaid = 7
)

// spelling is one that a set of rules names.
type spelling struct {
	form   string
	words  []string
	reason string
}

// spellings brings those of each set into normal form.
func spellings(sets []*Rules) [][]spelling {
	all := make([][]spelling, 0, len(sets))
	for _, set := range sets {
		if set == nil {
			continue
		}
		var list []spelling
		for _, rule := range set.Codes {
			for _, match := range rule.Match {
				s := spelling{words: words(match), reason: rule.Reason}
				s.form = strings.Join(s.words, " ")
				list = append(list, s)
			}
		}
		all = append(all, list)
	}
	return all
}

// fit says with how many slips of the pen a spelling fits a claim, if it does.
type fit func(spelling) (slips int, ok bool)

// choose asks the sets in turn for the spelling that fits best: with the fewest slips, then the longest. Two that fit
// equally well and mean different reasons are no answer, and no wider set is asked: it would only hide the doubt.
func choose(sets [][]spelling, fits fit) (best spelling, ok bool) {
	for _, set := range sets {
		found, doubt, score := false, false, 0
		for _, s := range set {
			slips, ok := fits(s)
			if !ok {
				continue
			}
			switch n := len(s.form) - slips*maxSpelling*utf8.UTFMax; {
			case !found || n > score:
				best, score, found, doubt = s, n, true, false
			case n == score && s.reason != best.reason:
				doubt = true
			}
		}
		if found {
			return best, !doubt
		}
	}
	return spelling{}, false
}

// holds reports whether the words of a text have those of a spelling among them, in order and together.
func holds(text, spelling []string) bool {
	for at := 0; len(spelling) > 0 && at+len(spelling) <= len(text); at++ {
		if slices.Equal(text[at:at+len(spelling)], spelling) {
			return true
		}
	}
	return false
}

// nearly is holds with slips of the pen in words of so many letters, of which it counts the fewest.
func nearly(text, spelling []string, letters int) (slips int, ok bool) {
	for at := 0; len(spelling) > 0 && at+len(spelling) <= len(text); at++ {
		if n, fits := slipsIn(text[at:at+len(spelling)], spelling, letters); fits && (!ok || n < slips) {
			slips, ok = n, true
		}
	}
	return slips, ok
}

func slipsIn(text, spelling []string, letters int) (slips int, ok bool) {
	for i := range spelling {
		if text[i] == spelling[i] {
			continue
		}
		n, fits := typo(text[i], spelling[i], letters)
		if !fits {
			return 0, false
		}
		slips += n
	}
	return slips, slips > 0
}
