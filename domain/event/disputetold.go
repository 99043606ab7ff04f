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
			Name: "dispute.deadline_lapsed", Doc: "A day passed by which something was to have happened on a claim; someone higher has a task.",
			data: "deadline due_on:deadline_on raised state:dispute_state",
		},
		{
			Name: "dispute.parked", Doc: "A claim's own steps were parked; it needs attention.", action: "case.parked", kind: "dispute",
			data: "activity code",
		},
		{Name: "dispute.resumed", Doc: "A parked claim goes on.", data: "code"},
		{
			Name: "deduction.parked", Doc: "The collection of a denied deduction was parked; it needs attention.", action: "case.parked",
			kind: "deduction", data: "activity code",
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
