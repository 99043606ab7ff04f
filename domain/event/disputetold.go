package event

// claimEngineTypes are what the engine does about a claim.
func claimEngineTypes() []TypeInfo {
	return []TypeInfo{
		{
			Name: "dispute.message_sent", Doc: "A message about a claim was taken by the customer's mail server.",
			data: "message channel dispatches state:dispute_state",
		},
		{
			Name: "dispute.deadline_warned", Doc: "A day by which something is to have happened on a claim is near.",
			data: "deadline due_on:deadline_on raised state:dispute_state",
		},
		{
			Name: "dispute.deadline_met", Doc: "A person said that what a deadline of a claim asks for has happened.",
			data: "deadline due_on:deadline_on",
		},
		{
			Name: "dispute.deadline_lapsed", Doc: "A day passed by which something was to have happened on a claim; someone higher has a task.",
			data: "deadline due_on:deadline_on raised state:dispute_state",
		},
		{
			Name: "dispute.parked", Doc: "A claim's own steps were parked; it needs attention.", action: "case.parked", kind: "dispute",
			data: "activity code",
		},
		{Name: "dispute.resumed", Doc: "A parked claim goes on.", data: "code"},
	}
}

// kindDeduction is the subject kind of a denied deduction's collection; its id is the item's.
const kindDeduction = "deduction"

// deductionTypes are the collection of a denied deduction, told as an invoice's is.
func deductionTypes() []TypeInfo {
	return []TypeInfo{
		{
			Name: "deduction.armed", Doc: "The collection of a denied deduction began under a pinned policy version.", action: "case.armed",
			kind: kindDeduction, data: "policy_version_id next_action wake_at decision",
		},
		{
			Name: "deduction.closed", Doc: "The collection of a denied deduction ended because nothing is left to collect.", action: "case.closed",
			kind: kindDeduction, data: "decision",
		},
		{
			Name: "deduction.reopened", Doc: "The collection of a denied deduction was taken up again.", action: "case.reopened",
			kind: kindDeduction, data: "decision",
		},
		{
			Name: "deduction.parked", Doc: "The collection of a denied deduction was parked; it needs attention.", action: "case.parked",
			kind: kindDeduction, data: "activity code",
		},
		{
			Name: "deduction.resumed", Doc: "A parked collection of a denied deduction goes on.", action: "case.resumed",
			kind: kindDeduction, data: "decision",
		},
		{
			Name: "deduction.restarted", Doc: "A person restarted the ladder of a denied deduction; its cycle rose.", action: "case.restarted",
			kind: kindDeduction, data: "items policy_version_id",
		},
		{
			Name: "deduction.woken", Doc: "A person had the collection of a denied deduction looked at again.", action: "case.woken",
			kind: kindDeduction, data: "state",
		},
	}
}

// claimEngineWords are the words of their data, by form.
func claimEngineWords() map[Form]map[string]string {
	return map[Form]map[string]string{
		FormCount: {
			"dispatches": "How often it was handed over until it was taken.",
			"raised":     "How often it was given to someone higher.",
		},
		FormID:   {"dispute_id": "The claim."},
		FormDate: {"deadline_on": "The day by which it was to have happened, that day included."},
	}
}

// claimEngineChoices are those with a closed list of values.
func claimEngineChoices() map[string]Field {
	return map[string]Field{
		"message": {Doc: "What the message says.", Values: []string{"acknowledgement", "delay", "credit", "denial", "settlement"}},
		"deadline": {Doc: "What was to happen.", Values: []string{
			"triage", "contest_window", "carrier_claim", "evidence", "decision", "approval", "credit_memo", "customer_reply", "next_round",
			"repayment", "limitation",
		}},
	}
}
