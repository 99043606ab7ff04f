package app

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"arrears/domain/access"
	"arrears/domain/matching"
	"arrears/domain/receivable"
	"arrears/port"
)

// whyWords says each code of why something waits, where nothing is known but the code; a proposal's reasons tell more.
var whyWords = map[string]string{
	stopAccount:                      "Nobody has said that the account is ours",
	stopAlarm:                        "The bank statement contradicts itself",
	stopLockbox:                      "It may be the deposit of a lockbox whose cheques are known",
	"held":                           "It is held: it may not be applied",
	"payment_gone":                   "A correction of the bank no longer tells of the payment",
	"return_unknown":                 "The bank took money back, and no receipt is known that it may be",
	"return_ambiguous":               "The bank took money back, and it is not certain of which receipt",
	receivable.CodeReceiptRefunded:   "The bank took money back of which a part was paid back already",
	matching.ReasonAdvice:            "A remittance advice belongs to it",
	matching.ReasonAdviceAlarm:       "Its remittance advice contradicts itself or calls itself a test",
	matching.ReasonAccountChanged:    "The customer has always paid from other accounts",
	matching.ReasonPayerDiffers:      "The payer is another customer, without an agreement to pay",
	matching.ReasonAmbiguous:         "Another proposal is as likely",
	matching.ReasonAmountShared:      "Several open items or sums of items have this amount",
	matching.ReasonDisputed:          "The item is disputed",
	matching.ReasonItemHeld:          "Money for the item is held",
	matching.ReasonCustomerHeld:      "Money from the customer is held",
	matching.ReasonNameHeld:          "The payer's name is on the list of held names",
	matching.ReasonNotOurs:           "The text names another legal entity",
	matching.ReasonOtherCurrency:     "The items are in another currency",
	matching.ReasonNoRate:            "There is no exchange rate",
	matching.ReasonRateDifference:    "The difference of exchange is more than the limit",
	matching.ReasonLinesDiffer:       "The payer's lines do not make what arrived",
	matching.ReasonCreditUnconfirmed: "A credit memo was taken off without being named",
	matching.ReasonNetting:           "The payer sets off what we owe",
	matching.ReasonNettingRefused:    "The payer sets off what we owe, without an agreement",
	matching.ReasonTruncated:         "The customer has more open items than were looked at",
	matching.ReasonPurposeUnknown:    "Nothing says what the money is for",
	matching.ReasonDocumentNotFound:  "A number is named that is not known here",
	matching.ReasonScoreLow:          "The best proposal has too few points",
	matching.ReasonScore:             "It is likely enough, but only a person may carry it out",
	matching.ReasonNobody:            "Nobody is known to have paid it",
}

// WhyWaits says a code of why something waits for a clerk as an English sentence, without a full stop. An unknown code is said
// as it is.
func WhyWaits(code string) string {
	if words, known := whyWords[code]; known {
		return words
	}
	return code
}

// ItemNames are the numbers of the invoices of items, for showing them; an item without one is a deduction or a claim, and has
// none. Error: access.forbidden.
func (a *App) ItemNames(ctx context.Context, who access.Principal, ids []uuid.UUID) (map[uuid.UUID]string, error) {
	return lookup(ctx, a, who, access.InvoicesRead, func(ctx context.Context, tx port.Tx) (map[uuid.UUID]string, error) {
		items, err := tx.ItemsByID(ctx, inOrder(ids))
		if err != nil {
			return nil, err
		}
		names := map[uuid.UUID]string{}
		for _, item := range items {
			if !item.InvoiceID.Valid {
				continue
			}
			inv, err := tx.Invoice(ctx, item.InvoiceID.UUID)
			if err != nil {
				return nil, err
			}
			names[item.ID] = inv.Number
		}
		return names, nil
	})
}

// Now is the business instant.
func (a *App) Now(ctx context.Context) (time.Time, error) { return a.clock.Now(ctx) }

// DaysWaited are the whole days that an exception has waited, or did until it was closed.
func DaysWaited(e port.CashException, now time.Time) int64 {
	if e.ClosedAt != nil {
		now = *e.ClosedAt
	}
	return max(0, int64(now.Sub(e.Since)/(24*time.Hour)))
}

// PayerOf is who sent the money, as the bank names it; empty where nobody is named.
func PayerOf(e port.CashException) string {
	var seen struct{ Payer struct{ Name string } }
	if json.Unmarshal(e.Seen, &seen) != nil { // nothing was seen
		return ""
	}
	return seen.Payer.Name
}
