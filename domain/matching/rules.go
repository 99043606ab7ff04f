package matching

import (
	"cmp"
	"crypto/sha256"
	_ "embed"
	"encoding/json"
	"maps"
	"slices"
	"sync"

	"arrears/domain/money"
)

// Rules are a set of matching rules as data. A set for a customer or a segment says only what differs: what it leaves out the
// next wider set says; names and words of all sets count.
type Rules struct {
	AutomaticFrom     *int      `json:"automatic_from,omitempty" yaml:"automatic_from"`
	Tolerance         *Limit    `json:"tolerance,omitempty" yaml:"tolerance"`
	BankCharges       *Limit    `json:"bank_charges,omitempty" yaml:"bank_charges"`
	RoundingMinor     *int64    `json:"rounding_minor,omitempty" yaml:"rounding_minor"`
	OtherCurrency     *bool     `json:"other_currency,omitempty" yaml:"other_currency"`
	Exchange          *Limit    `json:"exchange,omitempty" yaml:"exchange"`
	DiscountGraceDays *int      `json:"discount_grace_days,omitempty" yaml:"discount_grace_days"`
	LateDiscount      Treatment `json:"late_discount,omitempty" yaml:"late_discount"`
	ShortPayment      Treatment `json:"short_payment,omitempty" yaml:"short_payment"`
	OldestFirst       *bool     `json:"oldest_first,omitempty" yaml:"oldest_first"`
	Netting           *bool     `json:"netting,omitempty" yaml:"netting"`
	DisputedAutomatic *bool     `json:"disputed_automatic,omitempty" yaml:"disputed_automatic"`
	MaxSumItems       *int      `json:"max_sum_items,omitempty" yaml:"max_sum_items"`
	NotOurs           []string  `json:"not_ours,omitempty" yaml:"not_ours"`
	HeldNames         []string  `json:"held_names,omitempty" yaml:"held_names"`
	Words             WordLists `json:"words,omitzero" yaml:"words"`
}

// Treatment says what becomes of a part that was not paid.
type Treatment string

// The treatments.
const (
	AsResidual Treatment = "residual" // it stays open and is dunned
	AsClaim    Treatment = "claim"    // it becomes a deduction
)

// Limit bounds a difference: the lesser of an amount and a share.
type Limit struct {
	AmountMinor  map[money.Currency]int64 `json:"amount_minor,omitempty" yaml:"amount_minor"`   // the most per receipt; a currency that is not named has none
	SharePercent string                   `json:"share_percent,omitempty" yaml:"share_percent"` // the most as a share of what is asked, such as "0.5"; "": no such bound
	// MonthlyMinor is the most per customer and calendar month, all small differences together; not named: no such cap. Whoever
	// calls Match keeps count: see Env.
	MonthlyMinor map[money.Currency]int64 `json:"monthly_minor,omitempty" yaml:"monthly_minor"`
}

// WordLists are what payers write, by what it means. Case, accents and punctuation do not matter.
type WordLists struct {
	OnAccount  []string `json:"on_account,omitempty" yaml:"on_account"`
	Claim      []string `json:"claim,omitempty" yaml:"claim"`
	Discount   []string `json:"discount,omitempty" yaml:"discount"`
	BankCharge []string `json:"bank_charge,omitempty" yaml:"bank_charge"`
	Netting    []string `json:"netting,omitempty" yaml:"netting"`
	Return     []string `json:"return,omitempty" yaml:"return"`
	Instalment []string `json:"instalment,omitempty" yaml:"instalment"`
}

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

// Merge makes one set of several, most specific first. Nil sets are passed over; the result shares nothing with them.
func Merge(sets []*Rules) *Rules {
	all := &Rules{}
	for _, set := range sets {
		if set == nil {
			continue
		}
		fill(&all.AutomaticFrom, set.AutomaticFrom)
		fill(&all.RoundingMinor, set.RoundingMinor)
		fill(&all.OtherCurrency, set.OtherCurrency)
		fill(&all.DiscountGraceDays, set.DiscountGraceDays)
		fill(&all.OldestFirst, set.OldestFirst)
		fill(&all.Netting, set.Netting)
		fill(&all.DisputedAutomatic, set.DisputedAutomatic)
		fill(&all.MaxSumItems, set.MaxSumItems)
		all.LateDiscount = cmp.Or(all.LateDiscount, set.LateDiscount)
		all.ShortPayment = cmp.Or(all.ShortPayment, set.ShortPayment)
		all.Tolerance = all.Tolerance.or(set.Tolerance)
		all.BankCharges = all.BankCharges.or(set.BankCharges)
		all.Exchange = all.Exchange.or(set.Exchange)
		all.NotOurs = joinWords(all.NotOurs, set.NotOurs)
		all.HeldNames = joinWords(all.HeldNames, set.HeldNames)
		mine, wider := all.Words.lists(), set.Words.lists()
		for i := range mine {
			*mine[i].list = joinWords(*mine[i].list, *wider[i].list)
		}
	}
	return all
}

// wordList is one list of words with its key.
type wordList struct {
	key  string
	list *[]string
}

func (w *WordLists) lists() []wordList {
	return []wordList{
		{"on_account", &w.OnAccount}, {"claim", &w.Claim}, {"discount", &w.Discount}, {"bank_charge", &w.BankCharge},
		{"netting", &w.Netting}, {"return", &w.Return}, {"instalment", &w.Instalment},
	}
}

// fill takes a wider set's value where none is there.
func fill[T any](mine **T, wider *T) {
	if *mine == nil && wider != nil {
		value := *wider
		*mine = &value
	}
}

// joinWords are the words of both, each once.
func joinWords(mine, wider []string) []string {
	for _, w := range wider {
		if !slices.Contains(mine, w) {
			mine = append(mine, w)
		}
	}
	return mine
}

func (l *Limit) or(wider *Limit) *Limit {
	if l != nil || wider == nil {
		return l
	}
	return &Limit{maps.Clone(wider.AmountMinor), wider.SharePercent, maps.Clone(wider.MonthlyMinor)}
}

// Most is the largest difference of what is asked that the limit allows; 0 for a nil limit.
func (l *Limit) Most(asked int64, c money.Currency) int64 {
	if l == nil {
		return 0
	}
	most := l.AmountMinor[c]
	if l.SharePercent == "" || most == 0 {
		return most
	}
	parts, ok := percent(l.SharePercent)
	if !ok || asked <= 0 {
		return 0
	}
	share, err := money.Of(asked, c).MulRate(parts, percentParts*100, money.Down)
	if err != nil {
		return 0
	}
	return min(most, share.Minor())
}

// Allows is what a customer that was given so much this month may still be given of what is asked: the lesser of amount, share
// and what is left of the month.
func (l *Limit) Allows(asked, given int64, c money.Currency) int64 {
	most := l.Most(asked, c)
	if l == nil {
		return most
	}
	if monthly, capped := l.MonthlyMinor[c]; capped {
		return min(most, max(0, monthly-given))
	}
	return most
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
