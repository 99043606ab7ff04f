package app

import (
	"errors"

	"arrears/domain/fault"
	"arrears/domain/money"
	"arrears/domain/receivable"
)

// maxReason bounds the words that explain an action, in characters.
const maxReason = 1000

// checkText refuses an empty or endless explanation. Error: receivable.invalid.
func checkText(path, text string) error {
	var f receivable.Form
	f.Required(path, text, maxReason)
	return f.Err(path)
}

// checkCurrency refuses an amount that was stated in another currency than the thing's. Error: item.currency_differs.
func checkCurrency(stated, actual money.Currency) error {
	if stated != actual {
		return fault.Fields(receivable.CodeCurrencyDiffers, "the amount is in another currency",
			fault.Field{Path: "currency", Code: receivable.CodeCurrencyDiffers, Message: "must be " + string(actual)})
	}
	return nil
}

// asFault finds the product's error in a chain.
func asFault(err error) (*fault.Error, bool) { return errors.AsType[*fault.Error](err) }
