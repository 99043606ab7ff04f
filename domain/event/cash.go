package event

// cashTypes are what becomes of money that arrived, and of what payers say of it.
func cashTypes() []TypeInfo {
	const exception = "exception_kind receipt_id? amount_minor currency why:waits score exception_outcome?"
	return []TypeInfo{
		{
			Name: "receipt.unallocated", Doc: "Money was taken off items by a person; receipt.unapplied tells each, receipt.applied where it went.",
			data: "gross_minor applied_minor rest_minor currency value_date",
		},
		{Name: "cash_exception.opened", Doc: "Something about money waits for a clerk.", data: exception},
		{Name: "cash_exception.taken", Doc: "A clerk took what waits.", data: exception},
		{Name: "cash_exception.released", Doc: "A clerk gave back what waits.", data: exception},
		{Name: "cash_exception.identified", Doc: "A clerk said whose money it is.", data: exception},
		{Name: "cash_exception.held", Doc: "Money may not be applied; it holds the chase all the same.", data: exception},
		{Name: "cash_exception.freed", Doc: "Held money may be applied again.", data: exception},
		{Name: "cash_exception.partly_applied", Doc: "A part of waiting money was put on items; the rest waits on.", data: exception},
		{Name: "cash_exception.proposal_rejected", Doc: "A clerk said that a proposal is wrong.", data: exception},
		{Name: "cash_exception.closed", Doc: "What waited for a clerk is settled.", data: exception},
		{Name: "remittance.received", Doc: "A payer's advice came in.", data: "amount_minor currency lines receipt_id?"},
		{Name: "remittance.used", Doc: "An advice and its money found each other.", data: "amount_minor currency lines receipt_id?"},
		{Name: "remittance.voided", Doc: "An advice is not to be used: its money will not come, or it was wrong.", data: "amount_minor currency lines receipt_id?"},
		{Name: "payer_account.confirmed", Doc: "A bank account is the customer's: its payments are recognised by it.", data: ""},
		{Name: "payer_account.refused", Doc: "A bank account is not the customer's.", data: ""},
		{Name: "payer_account.removed", Doc: "A bank account was forgotten; the next certain payment makes it known again.", data: ""},
		{Name: "cash_rules.published", Doc: "Rules of matching got a new version.", data: "scope version"},
		{Name: "refund.proposed", Doc: "Somebody wants to pay money back; it needs approval.", data: "receipt_id amount_minor currency"},
		{Name: "refund.approved", Doc: "Money is to be paid back: the ERP pays it and says so.", data: "receipt_id amount_minor currency"},
		{Name: "refund.refused", Doc: "Paying money back was not approved.", data: "receipt_id amount_minor currency"},
		{
			Name: "refund.lapsed", Doc: "Money is not to be paid back after all: its receipt was reversed, or the money is held.",
			data: "receipt_id amount_minor currency",
		},
		{Name: "refund.paid", Doc: "Money was paid back.", data: "receipt_id amount_minor currency"},
	}
}

// cashWords are the words of their data, by form.
func cashWords() map[Form]map[string]string {
	return map[Form]map[string]string{
		FormCount:  {"score": "How likely the best proposal is, of 1000."},
		FormFields: {"waits": "Codes of why nobody could do it by itself."},
		FormCode:   {"exception_outcome": "How it was settled."},
	}
}

// cashChoices are those with a closed list of values.
func cashChoices() map[string]Field {
	return map[string]Field{
		"exception_kind": {Doc: "What waits.", Values: []string{"receipt", "return", "alarm", "missing", "account"}},
	}
}
