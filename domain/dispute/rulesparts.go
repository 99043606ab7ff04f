package dispute

import (
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"

	"arrears/domain/money"
	"arrears/domain/receivable"
)

func (r *rulesReader) code(n *yaml.Node, path string) CodeRule {
	var rule CodeRule
	r.mapping(n, path, map[string]func(*yaml.Node, string){
		"match": func(n *yaml.Node, path string) {
			r.list(n, path, maxMatches, func(n *yaml.Node, path string) {
				rule.Match = append(rule.Match, r.spelling(n, path))
			})
		},
		"reason": func(n *yaml.Node, path string) { rule.Reason = r.reason(n, path) },
	})
	if len(rule.Match) == 0 {
		r.refuse(n, below(path, "match"), "required", "names no spelling")
	}
	if rule.Reason == Unknown {
		r.refuse(n, below(path, "reason"), "unknown", "nothing is mapped to unknown")
	}
	if rule.Reason == "" {
		r.refuse(n, below(path, "reason"), "required", "is required")
	}
	return rule
}

func (r *rulesReader) spelling(n *yaml.Node, path string) string {
	value := r.text(n, path, maxSpelling)
	if value != "" && NormalForm(value) == "" {
		r.refuse(n, path, "form", "has neither letters nor digits")
	}
	return value
}

func (r *rulesReader) reason(n *yaml.Node, path string) string {
	value := r.text(n, path, maxSpelling)
	if value != "" && !codePattern.MatchString(value) {
		r.refuse(n, path, "key", "is not of the form of a reason code")
	}
	return value
}

// checkCodes refuses a spelling that is mapped to two reasons: which of them counts would be an accident.
func (r *rulesReader) checkCodes(rules *Rules) {
	meaning := map[string]string{}
	for i, code := range rules.Codes {
		for j, spelling := range code.Match {
			form := NormalForm(spelling)
			if other, known := meaning[form]; known && form != "" && other != code.Reason {
				r.refuse(nil, fmt.Sprintf("codes[%d].match[%d]", i, j), "ambiguous", fmt.Sprintf("%q also means %s", spelling, other))
			}
			meaning[form] = code.Reason
		}
	}
}

func (r *rulesReader) reasons(n *yaml.Node, path string) map[string]ReasonRule {
	rules := map[string]ReasonRule{}
	r.each(n, path, maxReasons, func(key string, n *yaml.Node, path string) {
		if !codePattern.MatchString(key) {
			r.refuse(n, path, "key", "is not of the form of a reason code")
		}
		rules[key] = r.reasonRule(n, path)
	})
	return rules
}

func (r *rulesReader) reasonRule(n *yaml.Node, path string) ReasonRule {
	var rule ReasonRule
	r.mapping(n, path, map[string]func(*yaml.Node, string){
		"team":     func(n *yaml.Node, path string) { rule.Team = r.text(n, path, maxTeam) },
		"priority": func(n *yaml.Node, path string) { rule.Priority = r.number(n, path, 1, 9) },
		"evidence": func(n *yaml.Node, path string) {
			rule.Evidence = []EvidenceRule{}
			r.list(n, path, maxChecklist, func(n *yaml.Node, path string) {
				rule.Evidence = append(rule.Evidence, r.evidence(n, path, rule.Evidence))
			})
		},
		"deadlines": func(n *yaml.Node, path string) {
			rule.Deadlines = map[DeadlineKind]Span{}
			r.each(n, path, len(DeadlineKinds()), func(key string, n *yaml.Node, path string) {
				if !slices.Contains(DeadlineKinds(), DeadlineKind(key)) {
					r.refuse(n, path, "unknown_field", "is not a kind of deadline")
					return
				}
				rule.Deadlines[DeadlineKind(key)] = r.span(n, path, slices.Contains(openingKinds(), DeadlineKind(key)))
			})
		},
	})
	return rule
}

func (r *rulesReader) evidence(n *yaml.Node, path string, before []EvidenceRule) EvidenceRule {
	var rule EvidenceRule
	r.mapping(n, path, map[string]func(*yaml.Node, string){
		"kind":      func(n *yaml.Node, path string) { rule.Kind = r.oneOf(n, path, receivable.DocumentKinds()) },
		"mandatory": func(n *yaml.Node, path string) { rule.Mandatory = r.truth(n, path) },
	})
	twice := slices.ContainsFunc(before, func(e EvidenceRule) bool { return e.Kind == rule.Kind })
	switch {
	case rule.Kind == "":
		r.refuse(n, below(path, "kind"), "required", "names a kind of document")
	case twice:
		r.refuse(n, below(path, "kind"), "twice", "is given twice")
	}
	return rule
}

// span reads the time until a deadline; one that does not begin with the case has no anchor.
func (r *rulesReader) span(n *yaml.Node, path string, opening bool) Span {
	span := Span{Days: -1}
	r.mapping(n, path, map[string]func(*yaml.Node, string){
		"days":      func(n *yaml.Node, path string) { span.Days = r.number(n, path, 0, maxDays) },
		"business":  func(n *yaml.Node, path string) { span.Business = r.truth(n, path) },
		"warn_days": func(n *yaml.Node, path string) { span.WarnDays = r.number(n, path, 0, maxDays) },
		"from":      func(n *yaml.Node, path string) { span.From = Anchor(r.oneOf(n, path, anchorNames())) },
	})
	switch {
	case span.From != "" && !opening:
		r.refuse(n, below(path, "from"), "not_anchored", "begins with what it is for, not with a day of the case")
	case span.Days < 0:
		r.refuse(n, below(path, "days"), "required", "is required")
	case span.WarnDays > 0 && span.WarnDays >= span.Days:
		r.refuse(n, below(path, "warn_days"), "out_of_range", "a warning comes after the beginning")
	}
	return span
}

func (r *rulesReader) tolerance(n *yaml.Node, path string) *Tolerance {
	t := &Tolerance{}
	r.mapping(n, path, map[string]func(*yaml.Node, string){
		"amount_minor":  func(n *yaml.Node, path string) { t.AmountMinor = r.amounts(n, path) },
		"monthly_minor": func(n *yaml.Node, path string) { t.MonthlyMinor = r.amounts(n, path) },
		"repeat_limit":  func(n *yaml.Node, path string) { t.RepeatLimit = r.number(n, path, 0, maxCodes) },
		"share_percent": func(n *yaml.Node, path string) {
			if t.SharePercent = r.text(n, path, maxSpelling); t.SharePercent == "" {
				return
			}
			if _, ok := percent(t.SharePercent); !ok {
				r.refuse(n, path, "out_of_range", "is a percentage above 0 and at most 100 with at most four decimals")
			}
		},
	})
	if len(t.AmountMinor) > 0 && t.SharePercent == "" {
		r.refuse(n, below(path, "share_percent"), "required", "a tolerance is the lesser of an amount and a share")
	}
	return t
}

// amounts reads minor units by currency.
func (r *rulesReader) amounts(n *yaml.Node, path string) map[money.Currency]int64 {
	amounts := map[money.Currency]int64{}
	r.each(n, path, len(money.Currencies()), func(key string, n *yaml.Node, path string) {
		if !money.Currency(key).Valid() {
			r.refuse(n, path, money.CodeUnknownCurrency, "is not a known currency")
			return
		}
		amounts[money.Currency(key)] = r.whole(n, path, 0, money.MaxMinor)
	})
	return amounts
}
