package event

import "slices"

// disputeTypes are claims: what customers have withheld or contest, and their cases.
func disputeTypes() []TypeInfo {
	return slices.Concat(claimLifeTypes(), claimMoneyTypes(), claimEngineTypes(), deductionTypes())
}

// claimLifeTypes are what people, rules and days do to a case.
func claimLifeTypes() []TypeInfo {
	return []TypeInfo{
		{Name: "dispute.triaged", Doc: "A claim was sorted.", data: "reason:reason_code team priority"},
		{Name: "dispute.evidence_requested", Doc: "Evidence was asked for.", data: "pieces team"},
		{
			Name: "dispute.evidence_answered", Doc: "A piece of evidence was received, waived or not found.",
			data: "kind:document_kind evidence_state evidence_id",
		},
		{Name: "dispute.customer_asked", Doc: "The customer was asked for something.", data: ""},
		{Name: "dispute.customer_replied", Doc: "The customer answered.", data: ""},
		{
			Name: "dispute.decision_proposed", Doc: "A decision on a claim was proposed and waits for approval.",
			data: "decision_id kind:decision_kind valid_minor denied_minor conceded_minor currency reason:reason_code limit_code? limit_currency? limit_total_minor? rates?",
		},
		{
			Name: "dispute.decided", Doc: "A claim was decided on.",
			data: "decision_id kind:decision_kind valid_minor denied_minor conceded_minor currency reason:reason_code limit_code? limit_currency? limit_total_minor? rates?",
		},
		{
			Name: "dispute.approval_refused", Doc: "A proposed decision was not approved.",
			data: "decision_id kind:decision_kind valid_minor denied_minor conceded_minor currency reason:reason_code limit_code? limit_currency? limit_total_minor? rates?",
		},
		{
			Name: "dispute.decision_retracted", Doc: "A proposed decision ended because the facts changed.",
			data: "decision_id kind:decision_kind valid_minor denied_minor conceded_minor currency reason:reason_code why limit_code? limit_currency? limit_total_minor? rates?",
		},
		{
			Name: "dispute.settled", Doc: "An amount of a claim was given up for peace.",
			data: "decision_id kind:decision_kind valid_minor denied_minor conceded_minor currency reason:reason_code limit_code? limit_currency? limit_total_minor? rates?",
		},
		{Name: "dispute.submitted", Doc: "A denial was submitted to the customer.", data: "round submit_channel buyer_involved"},
		{Name: "dispute.answered", Doc: "The customer answered a denial, or did not in time.", data: "round answer state:dispute_state?"},
		{Name: "dispute.appealed", Doc: "The customer objects to a denial.", data: "amount_minor currency documents"},
		{Name: "dispute.split", Doc: "A claim was split into several.", data: "amount_minor currency pieces split_from?"},
		{Name: "dispute.withdrawn", Doc: "The customer took its claim back.", data: "amount_minor currency"},
		{Name: "dispute.reopened", Doc: "A closed case was taken up again.", data: "amount_minor currency"},
		{Name: "dispute.linked", Doc: "Two claims were linked, or a link was judged.", data: "other_id link_kind link_state"},
		{Name: "reason_code.changed", Doc: "A cause of claims was added or changed.", data: "reason:reason_code trade active:used"},
		{Name: "triage_rules.published", Doc: "A version of triage rules was published.", data: "scope version reasons"},
		{
			Name: "approval_limit.changed", Doc: "How much a role may decide alone on claims was changed.",
			data: "role currency limit_kind amount_minor",
		},
		{Name: "exchange_rates.recorded", Doc: "Exchange rates were recorded.", data: "accepted changed unchanged"},
		{
			Name: "exchange_rate.corrected", Doc: "An exchange rate of a day took another one's place.",
			data: "base quote valid_on rate was_rate rate_source",
		},
	}
}

// claimMoneyTypes are what happens to the money of a claim.
func claimMoneyTypes() []TypeInfo {
	return []TypeInfo{
		{
			Name: "dispute.opened", Doc: "A customer withheld an amount, or contests one before paying.",
			data: "kind:dispute_kind amount_minor currency reason:reason_code how taken_on priority",
		},
		{
			Name: "dispute.credit_memo_requested", Doc: "A part of a claim was found valid and awaits its credit memo.",
			data: "part_id amount_minor currency reason:reason_code",
		},
		{Name: "dispute.credited", Doc: "A part of a claim was credited.", data: "amount_minor currency"},
		{Name: "dispute.uncredited", Doc: "A credit of a claim was undone; it awaits another.", data: "amount_minor currency"},
		{Name: "dispute.denied", Doc: "A part of a claim is to be paid.", data: "amount_minor currency payable_by"},
		{Name: "dispute.repaid", Doc: "A denied amount was paid.", data: "amount_minor currency"},
		{Name: "dispute.unrepaid", Doc: "What was paid of a denied amount was undone.", data: "amount_minor currency"},
		{Name: "dispute.paid_in_protest", Doc: "An amount was paid while its claim is pending.", data: "amount_minor currency"},
		{
			Name: "dispute.given_up", Doc: "A denied amount was written off.",
			data: "amount_minor currency decision_id? kind:decision_kind? valid_minor? denied_minor? conceded_minor? reason:reason_code? limit_code? limit_currency? limit_total_minor? rates?",
		},
		{Name: "dispute.owed_again", Doc: "What was written off of a claim stands again.", data: "amount_minor currency"},
		{Name: "dispute.voided", Doc: "The receipt behind a claim was reversed before anybody decided.", data: "amount_minor currency"},
		{
			Name: "dispute.closed", Doc: "Nothing of a claim is pending, and nothing denied is open.",
			data: "outcome amount_minor credited_minor repaid_minor written_off_minor withdrawn_minor currency",
		},
		{
			Name: "receipt.put_on_account", Doc: "What was paid on an item went on account, because its claim is valid.",
			data: "receipt_id amount_minor open_minor currency",
		},
	}
}

// claimWords are the words of data about claims, by form.
func claimWords() map[Form]map[string]string {
	return map[Form]map[string]string{
		FormID: {
			"decision_id": "The decision.",
			"evidence_id": "The piece of evidence.",
			"other_id":    "The other claim.",
			"part_id":     "The part of the claim.",
			"split_from":  "The claim that it was split off.",
		},
		FormAmount: {
			"valid_minor":       "What is found valid.",
			"denied_minor":      "What is denied.",
			"conceded_minor":    "What is given up.",
			"credited_minor":    "What of it was credited.",
			"repaid_minor":      "What of it was paid after all.",
			"withdrawn_minor":   "What of it was taken back, or void.",
			"written_off_minor": "What of it was given up.",
			"limit_total_minor": "What was held against the limit, in its currency.",
		},
		FormCurrency: {
			"base":           "The currency of which one unit is worth so much.",
			"quote":          "The currency in which it is.",
			"limit_currency": "The currency of the limit that it was held against.",
		},
		FormRate: {
			"rate":     "What one unit of the base is worth in the quote.",
			"was_rate": "The rate before.",
		},
		FormRates: {"rates": "At which amounts in other currencies were held against a limit."},
		FormDate: {
			"valid_on":   "The day of the rate.",
			"payable_by": "The day by which it is to be paid; empty where the invoice's own holds.",
			"taken_on":   "The day on which it was withheld or contested.",
		},
		FormCount: {
			"documents": "How many documents came with it.",
			"pieces":    "Into how many, or how many pieces.",
			"priority":  "The urgency: 1 comes first, 9 last.",
			"reasons":   "For how many reasons they say something.",
			"round":     "The round of the contest.",
		},
		FormCode: {
			"reason_code": "Our cause of the claim; empty when unknown.",
			"how":         "How its reason was found: code, words, alias, near or rule; empty when unknown.",
			"outcome":     "How the claim was decided; empty when it was not.",
			"why":         "What changed.",
			"limit_code":  "Why the decider's own limit does not do.",
		},
		FormKey: {
			"team":        "Who finds the evidence; empty for nobody named.",
			"rate_source": "Who says so.",
		},
		FormFlag: {"buyer_involved": "Whether the customer's buyer is asked.", "trade": "Whether it is a trade claim.", "used": "Whether it is used."},
	}
}

// claimChoices are the words of data about claims with a closed list of values.
func claimChoices() map[string]Field {
	return map[string]Field{
		"answer":         {Doc: "How the customer took the denial.", Values: []string{"accepted", "refused", "no_answer"}},
		"decision_kind":  {Doc: "What was decided.", Values: []string{"valid", "invalid", "partially_valid", "settlement", "give_up", "earned_discount", "tolerance"}},
		"evidence_state": {Doc: "What became of it.", Values: []string{"received", "waived", "not_found"}},
		"limit_kind":     {Doc: "What kind of decision it limits.", Values: []string{"valid", "invalid", "concession", "give_up", "refund"}},
		"link_kind":      {Doc: "How they belong together.", Values: []string{"duplicate", "split", "merged"}},
		"link_state":     {Doc: "What is thought of it.", Values: []string{"suspected", "confirmed", "dismissed"}},
		"submit_channel": {Doc: "How it was submitted.", Values: []string{"notice", "portal", "email", "letter"}},
		"dispute_kind":   {Doc: "Whether the money was withheld.", Values: []string{"deduction", "dispute"}},
		"dispute_state": {Doc: "The case's state.", Values: []string{
			"opened", "investigating", "awaiting_customer", "awaiting_approval", "approval_refused", "awaiting_credit_memo", "contested",
			"refused_by_customer", "awaiting_repayment", "closed", "void",
		}},
	}
}
