package report

import (
	"cmp"
	"slices"
	"strings"

	"arrears/domain/intake"
)

// maxFirst is how many rows of a code are shown: enough to find the pattern in the file.
const maxFirst = 5

func quarantine(f *Facts) []CodeCount {
	type key struct{ code, severity string }
	groups := map[key]*CodeCount{}
	for _, q := range f.Quarantine {
		k := key{q.Code, q.Severity}
		g := groups[k]
		if g == nil {
			g = &CodeCount{Code: q.Code, Severity: q.Severity, Explanation: explain(q.Code), First: []FirstLine{}}
			groups[k] = g
		}
		g.Count++
		if len(g.First) < maxFirst {
			g.First = append(g.First, FirstLine{q.Line, q.Field, q.Message})
		}
	}
	out := make([]CodeCount, 0, len(groups))
	for _, g := range groups {
		out = append(out, *g)
	}
	slices.SortFunc(out, func(a, b CodeCount) int {
		return cmp.Or(cmp.Compare(gravity(a.Severity), gravity(b.Severity)), cmp.Compare(b.Count, a.Count),
			strings.Compare(a.Code, b.Code), strings.Compare(a.Severity, b.Severity))
	})
	return out
}

// gravity puts what was refused before what only looked odd.
func gravity(severity string) int {
	switch intake.Severity(severity) {
	case intake.Refused:
		return 0
	case intake.Suspicious:
		return 1
	default:
		return 2
	}
}

// explain says for people what a code means and what to do.
func explain(code string) string {
	if text, ok := explanations()[code]; ok {
		return text
	}
	return "see docs/import.md"
}

func explanations() map[string]string {
	return map[string]string{
		intake.CodeMalformedRow:     "A quotation mark stands where none may, so the row cannot be taken apart. Only this row is lost.",
		intake.CodeRowTooLong:       "The row is longer than any invoice can be, most often because a quotation mark is missing.",
		intake.CodeColumnCount:      "The row has more or fewer columns than the header, so its values cannot be told apart.",
		intake.CodeRowEncoding:      "The bytes are no text of the profile's encoding.",
		intake.CodeControlCharacter: "The row holds control characters that no text has.",
		intake.CodeMissingValue:     "A value that every invoice needs is blank: without a number, an amount or a date nothing can be collected.",
		intake.CodeTooLong:          "A value is longer than the field allows.",
		intake.CodeMalformedDate:    "The value is no date of the column's layouts, or does not stand in the calendar.",
		intake.CodeMalformedAmount:  "The value is no number as the profile writes numbers.",
		intake.CodeTooPrecise:       "The amount has more decimals than its currency.",
		intake.CodeNotPositive:      "The amount is zero or less: nothing is owed by it. Credits are not invoices.",
		intake.CodeUnknownCurrency:  "The value is no current ISO 4217 currency.",
		intake.CodeUnknownValue:     "The value is not one of those the profile allows.",
		intake.CodeInstalments:      "The instalments do not add up to the amount.",
		intake.CodeOpenExceeds:      "More is open than the invoice's amount, or less than nothing.",
		intake.CodeMalformedControl: "A control row does not state a count and a sum.",

		intake.CodeBelowPaid:            "The new amount is below what was paid or credited already.",
		intake.CodeCustomerChanged:      "The row gives a known invoice to another customer.",
		intake.CodeCurrencyChanged:      "The row gives a known invoice another currency.",
		intake.CodeInstalmentsChanged:   "The row gives a known invoice another number of instalments.",
		intake.CodeInvoiceVoid:          "The invoice was void.",
		intake.CodeConflictingDuplicate: "The invoice number stands in the file before, with other content. The first row counts; which is right, a person must say.",
		intake.CodeNotYet:               "The invoice is of a later date than the load.",

		intake.CodeDueBeforeInvoice:     "The invoice is due before its date: the dates are reversed or wrong. An open one is refused, because it would be chased too early.",
		intake.CodeSettledBeforeInvoice: "The invoice was settled before its date. The dates are kept as they are.",
		intake.CodeAmbiguousDate:        "The date can be read in two ways; the profile's first layout counts.",
		intake.CodeVeryOld:              "Open for more than three years.",
		intake.CodeFarAhead:             "The date lies more than two years ahead.",
		intake.CodeAmountOutlier:        "The amount is more than twenty times the mean of the customer's earlier rows.",
		intake.CodeDuplicateContent:     "The same customer, date, currency and amount are known under another number: perhaps one invoice, twice.",
		intake.CodeDuplicateRow:         "The same row stands in the file before. It counts once.",
		intake.CodeNameSeveralNumbers:   "The customer has the name of one with another number. They are kept apart: asking the wrong company is worse than two records.",
		intake.CodeNumberSeveralNames:   "The customer's number comes with another name than before. It stays one customer.",
		intake.CodeCustomerByName:       "The row has no customer number, so the customer was found, or made, by its name.",
		intake.CodeOpenDiffers:          "The source has something else open than the ledger. A list does not change what was paid.",
	}
}
