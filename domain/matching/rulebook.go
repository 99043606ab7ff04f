package matching

import "slices"

// Rulebook is a complete set of rules, made ready to be asked. It is never changed and may be shared.
type Rulebook struct {
	automaticFrom                                                 int
	tolerance, bankCharges, exchange                              *Limit
	rounding                                                      int64
	graceDays, maxSumItems                                        int
	otherCurrency, oldestFirst, netting, disputed                 bool
	lateDiscount, shortPayment                                    Treatment
	onAccount, claim, discount, charge, net, returned, instalment phrases
	notOurs, held                                                 phrases
	hash                                                          [32]byte
}

// Compile makes rules ready; what they leave out is nothing: no tolerance, no agreement, and a threshold of 700. Nil are the
// default rules. Compiling takes some time: do it once for a version.
func Compile(r *Rules) *Rulebook {
	if r == nil {
		r = parsedDefault()
	}
	r = Merge([]*Rules{r})
	return &Rulebook{
		automaticFrom: orElse(r.AutomaticFrom, defaultAutomaticFrom),
		tolerance:     r.Tolerance, bankCharges: r.BankCharges, exchange: r.Exchange,
		rounding: orElse(r.RoundingMinor, 0), graceDays: orElse(r.DiscountGraceDays, 0), maxSumItems: orElse(r.MaxSumItems, 0),
		otherCurrency: orElse(r.OtherCurrency, false), oldestFirst: orElse(r.OldestFirst, false),
		netting: orElse(r.Netting, false), disputed: orElse(r.DisputedAutomatic, false),
		lateDiscount: r.LateDiscount, shortPayment: r.ShortPayment,
		onAccount: wordPhrases(r.Words.OnAccount), claim: wordPhrases(r.Words.Claim), discount: wordPhrases(r.Words.Discount),
		charge: wordPhrases(r.Words.BankCharge), net: wordPhrases(r.Words.Netting), returned: wordPhrases(r.Words.Return),
		instalment: wordPhrases(r.Words.Instalment),
		notOurs:    namePhrases(r.NotOurs), held: namePhrases(r.HeldNames),
		hash: r.Hash(),
	}
}

// defaultAutomaticFrom is the threshold when no rules give one.
const defaultAutomaticFrom = 700

// Hash is that of the rules: it goes into the record beside a decision.
func (b *Rulebook) Hash() [32]byte { return b.hash }

func orElse[T any](value *T, otherwise T) T {
	if value == nil {
		return otherwise
	}
	return *value
}

// phrases are sequences of words by their first one.
type phrases map[string][][]string

func wordPhrases(list []string) phrases {
	return makePhrases(list, func(s string) []string { return words(s, false) })
}

func namePhrases(list []string) phrases { return makePhrases(list, nameWords) }

func makePhrases(list []string, split func(string) []string) phrases {
	p := phrases{}
	for _, text := range list {
		if w := split(text); len(w) > 0 {
			p[w[0]] = append(p[w[0]], w)
		}
	}
	return p
}

// nameWords are the words of a name's key.
func nameWords(name string) []string { return splitKey(NameKey(name)) }

// in finds the first phrase that stands in a text; masked words do not count.
func (p phrases) in(text []string, masked []bool) ([]string, bool) {
	if len(p) == 0 {
		return nil, false
	}
	for i, first := range text {
		for _, phrase := range p[first] {
			if startsAt(text, i, phrase) && !anyMasked(masked, i, len(phrase)) {
				return phrase, true
			}
		}
	}
	return nil, false
}

func startsAt(text []string, at int, phrase []string) bool {
	return at+len(phrase) <= len(text) && slices.Equal(text[at:at+len(phrase)], phrase)
}

func anyMasked(masked []bool, at, n int) bool {
	return masked != nil && slices.Contains(masked[at:at+n], true)
}
