package receivable

import "arrears/domain/fault"

// The codes of this package's errors.
const (
	// CodeInvalid is the code of a record with wrong fields; each field has a code of its own.
	CodeInvalid = "receivable.invalid"
	// CodeRequired marks a field that must not be empty.
	CodeRequired = "field.required"
	// CodeTooLong marks a text beyond its bound.
	CodeTooLong = "field.too_long"
	// CodeMalformed marks a value of the wrong form.
	CodeMalformed = "field.malformed"
	// CodeOutOfRange marks a number or date outside its bounds.
	CodeOutOfRange = "field.out_of_range"
	// CodeUnknown marks a value that is not one of the allowed ones.
	CodeUnknown = "field.unknown"

	// CodeNotPositive means an amount that must be positive is not.
	CodeNotPositive = "amount.not_positive"
	// CodeExceedsOpen means more than is open.
	CodeExceedsOpen = "item.exceeds_open"
	// CodeExceedsDone means undoing more than was done.
	CodeExceedsDone = "item.exceeds_done"
	// CodeExceedsUndisputed means disputing more than is open and undisputed.
	CodeExceedsUndisputed = "item.exceeds_undisputed"
	// CodeHasApplications means the item or invoice cannot change, because something was applied to it.
	CodeHasApplications = "invoice.has_applications"
	// CodeVoidInvoice means the invoice was never valid.
	CodeVoidInvoice = "invoice.void"
	// CodeInstalmentsDiffer means the instalments do not sum to the invoice.
	CodeInstalmentsDiffer = "invoice.instalments_differ"
	// CodeCurrencyDiffers means money of one currency meant for an item in another.
	CodeCurrencyDiffers = "item.currency_differs"
	// CodeCustomerDiffers means an item of another customer.
	CodeCustomerDiffers = "item.customer_differs"
	// CodeExceedsRest means more than is left of a receipt.
	CodeExceedsRest = "receipt.exceeds_rest"
	// CodeReceiptHeld means that the money may not be applied.
	CodeReceiptHeld = "receipt.held"
	// CodeReceiptRefunded means that money of the receipt was paid back, so that it cannot be reversed as a whole.
	CodeReceiptRefunded = "receipt.refunded"
	// CodeReceiptReversed means the receipt's money is gone.
	CodeReceiptReversed = "receipt.reversed"
	// CodeDiscountUnearned means a discount that the terms do not give.
	CodeDiscountUnearned = "receipt.discount_unearned"
	// CodeExceedsCredit means more than is left of a credit memo.
	CodeExceedsCredit = "credit_memo.exceeds_open"
	// CodeCreditMemoVoid means the memo was never valid.
	CodeCreditMemoVoid = "credit_memo.void"
	// CodePromiseExceedsOpen means a promise of more than is open and not yet promised.
	CodePromiseExceedsOpen = "promise.exceeds_open"
	// CodePromiseNotOpen means the promise was settled or withdrawn before.
	CodePromiseNotOpen = "promise.not_open"
	// CodeLawBroken means amounts that do not add up: a fault of ours.
	CodeLawBroken = "receivable.law_broken"
)

func refuse(code, message string) error { return fault.New(fault.Conflict, code, message) }

func positive(minor int64) error {
	if minor <= 0 {
		return fault.New(fault.Invalid, CodeNotPositive, "the amount must be positive")
	}
	return nil
}

func broken(what string) error {
	return fault.Newf(fault.Internal, CodeLawBroken, "the amounts of the %s do not add up", what)
}
