package matching

import (
	"fmt"

	"arrears/domain/money"
)

// The codes of reasons. Those that say who paid come first.
const (
	// Who paid.
	ReasonTold           = "told"            // a person has said it
	ReasonAccount        = "account"         // it paid from this account before
	ReasonCustomerNumber = "customer_number" // its number is named
	ReasonName           = "name"
	ReasonAlias          = "alias"
	ReasonNameShared     = "name_shared" // the name fits, but several have it
	ReasonAgreement      = "agreement"   // the payer may pay for the customer
	ReasonDocument       = "document"    // a number of one of its documents is named
	ReasonDocumentWeak   = "document_weak"
	ReasonOrder          = "order"
	ReasonClaim          = "claim_reference"
	ReasonCredit         = "credit_memo"

	// What for.
	ReasonAdvice         = "advice"
	ReasonLines          = "lines"            // the amounts are those of the payer's lines
	ReasonExact          = "exact"            // every unit is accounted for
	ReasonAmount         = "amount"           // the one open item of this amount
	ReasonSum            = "sum"              // the one set of open items of this sum
	ReasonAllOpen        = "all_open"         // all that is open
	ReasonInstalment     = "instalment"       // the instalment that is named
	ReasonOldestFirst    = "oldest_first"     // by agreement
	ReasonUndisputed     = "undisputed_part"  // exactly what is not disputed
	ReasonRepayment      = "repayment"        // of a deduction
	ReasonNotAllNamed    = "not_all_named"    // some named items make the sum, the others stay
	ReasonOnAccountWords = "on_account_words" // the payer wants it on account

	// Differences.
	ReasonDiscount         = "discount_earned"
	ReasonDiscountLate     = "discount_unearned"
	ReasonBankCharge       = "bank_charge"
	ReasonRounding         = "rounding"
	ReasonTolerance        = "tolerance"
	ReasonClaimed          = "claimed"
	ReasonResidual         = "residual"
	ReasonOverpaid         = "overpaid"
	ReasonPaidBefore       = "paid_before"
	ReasonConverted        = "converted"
	ReasonExchange         = "exchange_difference"
	ReasonStatedRate       = "stated_rate"
	ReasonStatedRateOff    = "stated_rate_differs"
	ReasonCreditNetted     = "credit_netted"
	ReasonOffset           = "offset"
	ReasonDocumentNotFound = "document_not_found"

	// What stops it from being applied by itself, and outcomes.
	ReasonAccountChanged    = "payer_account_changed"
	ReasonPayerDiffers      = "payer_is_another_customer"
	ReasonAmbiguous         = "ambiguous"
	ReasonAmountShared      = "amount_shared"
	ReasonDisputed          = "item_disputed"
	ReasonItemHeld          = "item_held"
	ReasonCustomerHeld      = "customer_held"
	ReasonNameHeld          = "name_held"
	ReasonNotOurs           = "not_ours"
	ReasonOtherCurrency     = "other_currency"
	ReasonNoRate            = "no_rate"
	ReasonRateDifference    = "exchange_difference_too_large"
	ReasonLinesDiffer       = "lines_differ"
	ReasonCreditUnconfirmed = "credit_unconfirmed"
	ReasonNetting           = "netting"
	ReasonNettingRefused    = "netting_without_agreement"
	ReasonAlarm             = "statement_alarm"
	ReasonAdviceAlarm       = "advice_alarm"
	ReasonTruncated         = "candidates_truncated"
	ReasonPurposeUnknown    = "purpose_unknown"
	ReasonScore             = "score"
	ReasonScoreLow          = "score_low"
	ReasonNobody            = "nobody_identified"
	ReasonReturned          = "returned"
	ReasonNoMoney           = "no_money"
	ReasonMoneyOut          = "money_out"
)

// wording is the English sentence of each code; {s}, {o}, {m} and {n} are Subject, Other, the amount and Count.
type wording struct{ code, text string }

var wordings = [...]wording{
	{ReasonTold, "A person has said that it is {s}'s money"},
	{ReasonAccount, "{s} has paid from this account before"},
	{ReasonCustomerNumber, "The customer number {s} is named"},
	{ReasonName, "The payer's name is that of {s}"},
	{ReasonAlias, "The payer's name {o} is known for {s}"},
	{ReasonNameShared, "The payer's name fits {s}, but it is not the only one of that name"},
	{ReasonAgreement, "{s} pays for {o} by recorded agreement"},
	{ReasonDocument, "The document number {s} is named"},
	{ReasonDocumentWeak, "The end of the document number {s} is named"},
	{ReasonOrder, "The purchase order {s} is named"},
	{ReasonClaim, "The claim {s} is named"},
	{ReasonCredit, "The credit memo {s} is named"},
	{ReasonAdvice, "The remittance advice {s} belongs to it"},
	{ReasonLines, "The payer's {n} lines say what it is for"},
	{ReasonExact, "Every unit is accounted for"},
	{ReasonAmount, "{s} is the only open item of this amount"},
	{ReasonSum, "These {n} items are the only ones that make this sum"},
	{ReasonAllOpen, "It is the sum of all {n} open items"},
	{ReasonInstalment, "Instalment {n} of {s} is named"},
	{ReasonOldestFirst, "By agreement the oldest items are paid first"},
	{ReasonUndisputed, "It is exactly what is not disputed of {s}"},
	{ReasonRepayment, "It repays the deduction from {s}"},
	{ReasonNotAllNamed, "Some of the named items make the sum; {n} others stay open"},
	{ReasonOnAccountWords, "The payer wants it on account"},
	{ReasonDiscount, "{m} of discount was earned on {s}"},
	{ReasonDiscountLate, "{m} of discount was taken off {s} without being earned"},
	{ReasonBankCharge, "{m} is missing for bank charges, within the limit"},
	{ReasonRounding, "{m} is missing for rounding"},
	{ReasonTolerance, "{m} is missing, within the tolerance"},
	{ReasonClaimed, "{m} was withheld with a reason: {s}"},
	{ReasonResidual, "{m} of {s} stays open, for it was paid short without a reason"},
	{ReasonOverpaid, "{m} more was paid than is owed; it goes on account"},
	{ReasonPaidBefore, "{s} was settled before"},
	{ReasonConverted, "Converted at {s}"},
	{ReasonExchange, "{m} is the difference of exchange, within the limit"},
	{ReasonStatedRate, "The payer states the rate {s}; it agrees with the amount"},
	{ReasonStatedRateOff, "The payer states the rate {s}; the rate of the day is {o}"},
	{ReasonCreditNetted, "{m} of credit memo {s} was taken off"},
	{ReasonOffset, "{m} is set against what we owe"},
	{ReasonDocumentNotFound, "{s} is named and not known here"},
	{ReasonAccountChanged, "{s} has always paid from other accounts: check it before trusting it"},
	{ReasonPayerDiffers, "The payer is {s}, which has no agreement to pay for {o}"},
	{ReasonAmbiguous, "Another proposal is as likely"},
	{ReasonAmountShared, "Several open items or sums of items have this amount"},
	{ReasonDisputed, "{s} is disputed: a person decides what the money is for"},
	{ReasonItemHeld, "Money for {s} is held: {o}"},
	{ReasonCustomerHeld, "Money from {s} is held: {o}"},
	{ReasonNameHeld, "The payer's name {s} is on the list of held names ({o})"},
	{ReasonNotOurs, "The text names another legal entity: {s}"},
	{ReasonOtherCurrency, "The items are in {s}, and the rules let a person decide on other currencies"},
	{ReasonNoRate, "There is no rate from {s} to {o}"},
	{ReasonRateDifference, "{m} is the difference of exchange, more than the limit allows"},
	{ReasonLinesDiffer, "The payer's lines make {m}, which is not what arrived"},
	{ReasonCreditUnconfirmed, "Credit memo {s} was taken off without being named"},
	{ReasonNetting, "Setting off needs an offset receipt, which a person records"},
	{ReasonNettingRefused, "The payer sets off what we owe, without an agreement"},
	{ReasonAlarm, "The bank statement contradicts itself"},
	{ReasonAdviceAlarm, "The remittance advice {s} contradicts itself or calls itself a test"},
	{ReasonTruncated, "The customer has more open items than were looked at"},
	{ReasonPurposeUnknown, "Nothing says what the money is for"},
	{ReasonScore, "It has {n} points, enough to be applied by itself"},
	{ReasonScoreLow, "It has {n} points, too few to be applied by itself"},
	{ReasonNobody, "Nobody is known to have paid it"},
	{ReasonReturned, "It takes back an earlier payment"},
	{ReasonNoMoney, "There is no money in it"},
	{ReasonMoneyOut, "The money went out"},
}

// ReasonCodes are all codes of reasons, in the order of the documentation.
func ReasonCodes() []string {
	list := make([]string, 0, len(wordings))
	for _, w := range wordings {
		list = append(list, w.code)
	}
	return list
}

// Words says a reason as an English sentence, without a full stop. An unknown code is said as it is.
func Words(r Reason) string {
	for _, w := range wordings {
		if w.code == r.Code {
			return r.say(w.text)
		}
	}
	return r.Code
}

func (r Reason) say(text string) string {
	said := make([]byte, 0, len(text)+32)
	for i := 0; i < len(text); i++ {
		if text[i] != '{' || i+2 >= len(text) {
			said = append(said, text[i])
			continue
		}
		switch text[i+1] {
		case 's':
			said = append(said, r.Subject...)
		case 'o':
			said = append(said, r.Other...)
		case 'm':
			said = append(said, money.Of(r.Minor, r.Currency).String()...)
		case 'n':
			said = fmt.Append(said, r.Count)
		}
		i += 2
	}
	return string(said)
}
