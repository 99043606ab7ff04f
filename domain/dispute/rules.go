package dispute

import (
	"crypto/sha256"
	_ "embed"
	"encoding/json"
	"slices"
	"sync"

	"arrears/domain/money"
)

// Rules are a set of triage rules as data: which of the customers' codes and words mean which of our reasons, and what each
// reason needs. A set for a customer or a segment names only what differs; the next wider set says the rest.
type Rules struct {
	Codes   []CodeRule            `json:"codes,omitempty"`
	Reasons map[string]ReasonRule `json:"reasons,omitempty"` // by reason code, or Unknown
	// Tolerance nil: as the next wider set says; of the widest, nothing is tolerated.
	Tolerance *Tolerance `json:"tolerance,omitempty"`
	// DiscountGraceDays are calendar days after a discount's last day on which it still counts as earned; nil: as the next
	// wider set says.
	DiscountGraceDays *int `json:"discount_grace_days,omitempty"`
	// PayableDays are calendar days from a denial until the amount is payable; 0: as the next wider set says.
	PayableDays int `json:"payable_days,omitempty"`
	// ShortPayment nil: as the next wider set says; of the widest, a difference without a reason is a residual.
	ShortPayment *ShortPayment `json:"short_payment,omitempty"`
}

// CodeRule maps spellings, whether codes or words, to a reason. Case, accents and punctuation do not matter.
type CodeRule struct {
	Match  []string `json:"match"`
	Reason string   `json:"reason"`
}

// ReasonRule says what a claim for a reason needs. What it leaves out the next wider set's rule for the reason says.
type ReasonRule struct {
	Team      string                `json:"team,omitempty"`
	Evidence  []EvidenceRule        `json:"evidence,omitzero"`  // nil: left out; empty: none is needed
	Priority  int                   `json:"priority,omitempty"` // 1 (first) to 9; 0: 5
	Deadlines map[DeadlineKind]Span `json:"deadlines,omitempty"`
}

// EvidenceRule names one kind of document of a checklist.
type EvidenceRule struct {
	Kind      string `json:"kind"` // of receivable.DocumentKinds
	Mandatory bool   `json:"mandatory,omitempty"`
}

// Tolerance says which claims are too small to look into. Only what the customer gave no reason for is tolerated.
type Tolerance struct {
	AmountMinor  map[money.Currency]int64 `json:"amount_minor,omitempty"`  // the most per claim; a currency that is not named has none
	SharePercent string                   `json:"share_percent,omitempty"` // the most as a share of the whole amount, such as "2.5"
	MonthlyMinor map[money.Currency]int64 `json:"monthly_minor,omitempty"` // the most per customer and calendar month; not named: no such cap
	RepeatLimit  int                      `json:"repeat_limit,omitempty"`  // tolerated claims in RepeatDays; who has had so many is a repeat offender
}

// RepeatDays is the window in which tolerated claims of a customer are counted.
const RepeatDays = 90

// Span is the time from an event until a deadline.
type Span struct {
	Days     int  `json:"days"`                // 0: there is no such deadline
	Business bool `json:"business,omitempty"`  // business days; else calendar days
	WarnDays int  `json:"warn_days,omitempty"` // how many days of the same kind before it a warning comes; 0: none
	// From is the day that is counted from; empty: the opening. Only deadlines that begin with the case have one.
	From Anchor `json:"from,omitempty"`
}

// DefaultPriority is that of a claim for which no rule gives one.
const DefaultPriority = 5

// DefaultPayableDays is how long a denied amount is not payable yet when no rule says so.
const DefaultPayableDays = 10

//go:embed default.yaml
var defaultText []byte

// parsedDefault reads the embedded rules once. They are part of the program; a test sees to it that they are valid.
var parsedDefault = sync.OnceValue(func() *Rules {
	r, err := ReadRules(defaultText)
	if err != nil {
		return &Rules{}
	}
	return r
})

// DefaultRules returns the rules that work unconfigured. Each call returns rules of its own, free to change.
func DefaultRules() *Rules { return Merge([]*Rules{parsedDefault()}) }

// DefaultRulesYAML returns the default rules as they are written, with their comments, as a start for one's own.
func DefaultRulesYAML() []byte { return slices.Clone(defaultText) }

// Canonical is the one JSON text of the rules: what is stored and hashed. ReadRules reads it.
func (r *Rules) Canonical() []byte {
	text, err := json.Marshal(r)
	if err != nil { // nothing in the type can fail to be written
		return nil
	}
	return text
}

// Hash is the SHA-256 of the canonical text.
func (r *Rules) Hash() [32]byte { return sha256.Sum256(r.Canonical()) }

// Merge makes one set of several, most specific first: what an earlier set says counts, and what it leaves out the next one
// says, also within the rule for a reason. Nil sets are passed over; the result shares nothing with them.
func Merge(sets []*Rules) *Rules {
	all := &Rules{}
	for _, set := range sets {
		if set == nil {
			continue
		}
		for _, code := range set.Codes {
			all.Codes = append(all.Codes, CodeRule{Match: slices.Clone(code.Match), Reason: code.Reason})
		}
		all.addReasons(set.Reasons)
		if all.Tolerance == nil && set.Tolerance != nil {
			all.Tolerance = set.Tolerance.clone()
		}
		if all.DiscountGraceDays == nil && set.DiscountGraceDays != nil {
			days := *set.DiscountGraceDays
			all.DiscountGraceDays = &days
		}
		if all.PayableDays == 0 {
			all.PayableDays = set.PayableDays
		}
		if all.ShortPayment == nil && set.ShortPayment != nil {
			own := *set.ShortPayment
			all.ShortPayment = &own
		}
	}
	return all
}
