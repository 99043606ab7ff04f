package notice

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"arrears/domain/calendar"
)

// words are a language's labels and patterns, read from words.txt: "key = text" a line, # starts a comment.
type words map[string]string

// wordKeys are the keys a language must have; docs/notices.md says what each is for.
var wordKeys = []string{
	"asked", "attached", "credit_memo", "credits", "credits_counted", "credits_partly", "credits_shown", "customer_number", "date", "date_long",
	"date_short", "days_past_due", "days_past_due_one", "due", "due_in", "due_in_one", "due_today", "instalment", "invoice",
	"invoice_of", "letter_hint", "level", "money", "months", "months_short", "not_asked", "on_account", "open", "originally",
	"page", "pay_by", "purchase_order", "quote", "remit_to", "reply_hint", "reserved", "total", "total_open", "unapplied",
}

// laterKeys came after the first release: a language that lacks one takes the English text, so that own languages go on
// working.
var laterKeys = []string{
	"aged", "claim_credited", "claim_conceded", "claim_date", "claim_denied", "claim_invoices", "claim_of", "claim_reason", "claim_reply", "claim_to_pay", "claimed",
	"deduction", "our_case", "your_claim",
	"reason_co_op", "reason_compliance_penalty", "reason_damage", "reason_duplicate_billing", "reason_freight", "reason_not_ordered",
	"reason_other", "reason_pricing", "reason_promotion", "reason_quality", "reason_rebate", "reason_returns", "reason_shortage", "reason_tax",
	"reason_unearned_discount", "reason_unsaleables",
}

// readWords reads the file's content. Each problem is one error text with its line.
func readWords(content string) (words, []string) {
	w := words{}
	var problems []string
	number := 0
	for row := range strings.Lines(content) {
		number++
		row = strings.TrimSpace(row)
		if row == "" || strings.HasPrefix(row, "#") {
			continue
		}
		key, text, found := strings.Cut(row, "=")
		key, text = strings.TrimSpace(key), strings.TrimSpace(text)
		switch {
		case !found || text == "":
			problems = append(problems, fmt.Sprintf("line %d: expected key = text", number))
		case !slices.Contains(wordKeys, key) && !slices.Contains(laterKeys, key):
			problems = append(problems, fmt.Sprintf("line %d: %.50q is not a known key", number, key))
		default:
			w[key] = text
		}
	}
	return w, problems
}

// check names what is missing from a complete set of words.
func (w words) check() []string {
	var problems []string
	for _, key := range wordKeys {
		if w[key] == "" {
			problems = append(problems, fmt.Sprintf("the key %q is missing", key))
		}
	}
	for _, key := range []string{"months", "months_short"} {
		if w[key] != "" && len(w.list(key)) != 12 {
			problems = append(problems, fmt.Sprintf("%s must list twelve names separated by commas", key))
		}
	}
	return problems
}

// filled takes from English what came after the first release and is missing.
func (w words) filled(english words) words {
	for _, key := range laterKeys {
		if w != nil && w[key] == "" && english[key] != "" {
			w[key] = english[key]
		}
	}
	return w
}

func (w words) with(over words) words {
	merged := maps.Clone(w)
	if merged == nil {
		merged = words{}
	}
	maps.Copy(merged, over)
	return merged
}

// fill puts values into a pattern: fill("level", "n", "2").
func (w words) fill(key string, pairs ...string) string {
	for i := 0; i+1 < len(pairs); i += 2 {
		pairs[i] = "{" + pairs[i] + "}"
	}
	return strings.NewReplacer(pairs...).Replace(w[key])
}

func (w words) list(key string) []string {
	list := strings.Split(w[key], ",")
	for i := range list {
		list[i] = strings.TrimSpace(list[i])
	}
	return list
}

// date writes d by the pattern of key, "" for no date.
func (w words) date(key string, d calendar.Date) string {
	if d.IsZero() {
		return ""
	}
	month := int(d.Month()) - 1
	return unbroken(w.fill(key,
		"d", strconv.Itoa(d.Day()),
		"dd", fmt.Sprintf("%02d", d.Day()),
		"mm", fmt.Sprintf("%02d", month+1),
		"mon", w.list("months_short")[month],
		"month", w.list("months")[month],
		"yyyy", fmt.Sprintf("%04d", d.Year()),
	))
}

// days says how far an item is past its due date.
func (w words) days(pastDue int) string {
	n := strconv.Itoa(max(pastDue, -pastDue))
	switch {
	case pastDue == 0:
		return w["due_today"]
	case pastDue == 1:
		return w["days_past_due_one"]
	case pastDue > 1:
		return w.fill("days_past_due", "n", n)
	case pastDue == -1:
		return w["due_in_one"]
	}
	return w.fill("due_in", "n", n)
}
